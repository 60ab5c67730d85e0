"""What a rule is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Fills = Mapping[str, str]
"""ARN variable to the parameters that fill it: `"Bucket"`, or several by preference, separated by
blanks; `Param|shape` names a shape of catalog/shapes.py that turns the value into the variable.
Instead of a parameter: `=text` is that text, `!some_name` a hole of kind ASSIGNED, `@name` an
entry of the call's `extra`. `type.Variable` as a key holds for one resource type only."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission that a rule asks for.

    `types` are the resource types that AWS may check, best filled one first; empty: those of the
    reference. `arns` are formats used in place of types. `("*",)` as types means no resource.
    `when` names a parameter that must be set; `a=b` compares with a value, `a~b` with the first
    word, `a*b` looks for b in it, `a|shape` asks whether the shape yields something; `&` joins.
    `unless` is the opposite and may list several, by blanks.
    `each` names a list of which every element asks for the permission, its members being
    parameters too. `also` are formats that AWS may check instead (Need.alternatives).
    `context` maps condition keys to parameters (`Param*` for a multivalued key), to `=text`, to
    `~service` (the service's endpoint name), to `$` (the operation's name), or to an ARN format.
    `condition` makes the need conditional always. `ask` makes it conditional, not silent, when an
    unseen parameter may be what `when` names; `sure` takes an open parameter as not set.
    """

    action: str
    types: tuple[str, ...] = ()
    arns: tuple[str, ...] = ()
    when: str = ""
    unless: str = ""
    each: str = ""
    fill: Fills = field(default_factory=dict)
    also: tuple[str, ...] = ()
    context: Mapping[str, str] = field(default_factory=dict)
    condition: str | None = None
    ask: bool = False
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """The rules of one service.

    `rules` replace the same-named action; `extras` come on top of it. `free` are operations that
    need no permission. `unmapped` are operations with no known permission, and why.
    `fills` hold for all operations, `types` choose an operation's resource types. `every` says
    that AWS checks all required types that the parameters name, not the best one only.
    `star` are beginnings of operation names whose missing names mean "all" (`db:*`).
    `also` are formats by resource type that AWS may check in place of the type's own. `context`
    is that of Grant, for every action that knows the key. `always` comes on top of every
    operation: tagging while making something.
    """

    rules: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)
    extras: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)
    free: frozenset[str] = frozenset()
    unmapped: Mapping[str, str] = field(default_factory=dict)
    fills: Fills = field(default_factory=dict)
    types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    always: tuple[Grant, ...] = ()
    every: bool = False
    star: tuple[str, ...] = ()


_ROLE = ("arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}",)
_KEY = ("arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}",)

NEWER = (
    "the operation is newer than the Service Authorization Reference, which has no action for it"
)


def pass_role(parameter: str, service: str, *, condition: str | None = None) -> Grant:
    """`iam:PassRole` on the role in `parameter`, given to `service`.

    IAM User Guide, id_roles_use_passrole: checked when the call sets a role.
    """
    return Grant(
        "iam:PassRole",
        arns=_ROLE,
        when=parameter,
        fill={"RoleNameWithPath": parameter},
        context={"iam:PassedToService": f"={service}"},
        condition=condition,
    )


def key(action: str, parameter: str, via: str = "", condition: str | None = None) -> Grant:
    """A `kms` action on the key in `parameter`, which the service `via` uses for the caller."""
    return Grant(
        f"kms:{action}",
        arns=_KEY,
        when=parameter,
        fill={"KeyId": f"{parameter}|kms"},
        context={"kms:ViaService": f"~{via}"} if via else {},
        condition=condition,
    )


def same(operations: str, *grants: Grant) -> dict[str, tuple[Grant, ...]]:
    """The same grants for several operations, named in one text separated by blanks."""
    return dict.fromkeys(operations.split(), grants)
