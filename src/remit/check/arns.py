"""The ARN of a need, written so that it can stand in a policy.

Holes that deployment fills (region, account, API id) take the stage's values; where these are not
known, those that the role's other ARNs agree on. Everything else that is open becomes `*`, or as
many `?` as the hole is wide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from remit.core.arn import Arn
from remit.core.policy import Effect, Policy
from remit.core.remember import remembered
from remit.core.text import Hole, HoleKind, Text
from remit.deploy.formats import spelling_of
from remit.deploy.model import Stage

PARTITION, REGION, ACCOUNT, RESOURCE = 1, 3, 4, 5
"""How many colons stand before the part of an ARN."""
_API_KIND = {"execute-api:ManageConnections": "websocket", "execute-api:Invoke": "rest"}


@dataclass(frozen=True, slots=True)
class Setting:
    """What deployment fixes; `*` where it is not known. `spelled` are symbols that the framework
    has a name for: they are written as they are."""

    partition: str = "aws"
    region: str = "*"
    account: str = "*"
    apis: Mapping[str, str] = field(default_factory=dict)
    spelled: frozenset[str] = frozenset()

    def within(self, pattern: str) -> Setting:
        """The same, with the partition, region and account that `pattern` itself names."""
        arn = Arn.parse(pattern)
        if arn is None:
            return self
        return replace(self, partition=arn.partition, region=arn.region, account=arn.account)

    def narrowed(self, other: Setting) -> Setting:
        """The same, with `other`'s values where this one has `*` or nothing."""
        return replace(
            self,
            partition=_first(self.partition, other.partition),
            region=_first(self.region, other.region),
            account=_first(self.account, other.account),
        )


@remembered(64)
def setting(stage: Stage, policies: tuple[Policy, ...]) -> Setting:
    """The stage's own region and account, else the only one that the policies name."""
    arns = list(_granted(policies))
    return Setting(
        partition=stage.partition,
        region=stage.region or _only(arn.region for arn in arns),
        account=stage.account or _only(arn.account for arn in arns),
        apis=stage.apis,
        spelled=spelling_of(stage.spellings).tokens,
    )


def written(resource: Text, given: Setting, action: str = "") -> str:
    """`resource` as a policy would name it. `action` helps to tell which API is meant."""
    pieces: list[str] = []
    colons = 0
    for part in resource.parts:
        if isinstance(part, str):
            pieces.append(part)
            colons += part.count(":")
        else:
            piece = _filled(part, colons, given, action)
            if not (piece == "*" and pieces and pieces[-1].endswith("*")):
                pieces.append(piece)
    return "".join(pieces)


def unsized(resource: Text) -> Text:
    """The same, with holes of any width: `app-??????` written as `app-*`."""
    return Text.of(*(p if isinstance(p, str) else replace(p, width=None) for p in resource.parts))


def _filled(hole: Hole, colons: int, given: Setting, action: str) -> str:
    if str(hole) in given.spelled:
        return str(hole)
    if hole.kind is not HoleKind.ASSIGNED:
        return "*"
    if colons >= RESOURCE:
        if hole.width:
            return "?" * hole.width
        return given.apis.get(_API_KIND.get(action, ""), "*")
    parts = {PARTITION: given.partition, REGION: given.region, ACCOUNT: given.account}
    return parts.get(colons, "*")


def _granted(policies: Iterable[Policy]) -> Iterator[Arn]:
    for policy in policies:
        for statement in policy.statements:
            if statement.effect is not Effect.ALLOW or statement.not_resource:
                continue
            for item in statement.resources or ():
                arn = Arn.parse(item.value)
                if arn is not None:
                    yield arn


def _only(values: Iterable[str]) -> str:
    """The one literal value among `values`; `*` when there is none or they differ."""
    found = {value for value in values if value and not set(value) & set("*?$")}
    return found.pop() if len(found) == 1 else "*"


def _first(own: str, other: str) -> str:
    return other if own == "*" else own
