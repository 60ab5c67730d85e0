"""What one call requires: the single place that turns an SDK call into permissions.

`needs` looks the operation up in the service's rule table (`rules/`); an operation without a rule
requires the action of the same name. Resources are the ARN formats of the Service Authorization
Reference, filled from the call's parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from remit.catalog import iam, prefixes, rules
from remit.catalog.arns import Filled, Filler
from remit.catalog.rules.model import Family, Grant
from remit.catalog.scope import Given, Scope
from remit.catalog.shapes import Around, shaped
from remit.core.call import Call, Place
from remit.core.need import ContextValue, Need
from remit.core.text import Hole, HoleKind, Text


@dataclass(frozen=True, slots=True)
class Needs:
    """The permissions of one call. `unmapped` says why they are not known, else it is None.

    No needs and `unmapped` None: the call needs no permission.
    """

    needs: tuple[Need, ...] = ()
    unmapped: str | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A call with all that its grants are filled from."""

    call: Call
    family: Family
    scope: Scope
    around: Around
    prefix: str
    made: bool = field(default=False)

    def filler(self, grant: Grant, scope: Scope, type_name: str) -> Filler:
        own = {name.rpartition(".")[2] for name in grant.fill if "." not in name}
        shared = {n: f for n, f in self.family.fills.items() if n.rpartition(".")[2] not in own}
        return Filler(
            scope=scope,
            around=self.around,
            fills={**shared, **grant.fill},
            type_name=type_name,
            operation=self.call.operation,
            assigned=self.made,
            star=not scope.open and self.call.operation.startswith(self.family.star or ("\0",)),
        )


# Operations that make something: what their parameters do not name, AWS names.
_MAKERS = ("Create", "Start", "Run", "Import", "Register", "Allocate", "Request", "Copy", "Restore")


def needs(call: Call, place: Place) -> Needs:
    """The permissions that `call` requires when its code runs at `place`.

    Raises nothing: an operation without known permission is `Needs.unmapped`.
    """
    family = rules.family(call.service)
    operation = call.operation
    if operation in family.free:
        return Needs()
    if operation in family.unmapped:
        return Needs(unmapped=family.unmapped[operation])
    prefix = prefixes.prefix(call.service)
    grants = family.rules.get(operation)
    if grants is None:
        action = iam.action(f"{prefix}:{operation}")
        if action is None:
            return Needs(unmapped=_why(call, prefix))
        grants = (Grant(action.full_name, family.types.get(operation, ())),)
    asked = _Asked(
        call,
        family,
        Scope(call.params, call.open_params, call.extra),
        _around(call, place),
        prefix,
        operation.startswith(_MAKERS) and not call.open_params,
    )
    given = [
        need
        for grant in (*grants, *family.extras.get(operation, ()), *family.always)
        for need in _granted(grant, asked)
    ]
    return Needs(tuple(_distinct(given)))


def _distinct(given: list[Need]) -> Iterator[Need]:
    """Each need once: two entries of a transaction may ask for the same."""
    seen = set()
    for need in given:
        context = tuple(sorted(need.context.items(), key=lambda item: item[0]))
        key = (need.action, need.resource, need.condition, context)
        if key not in seen:
            seen.add(key)
            yield need


def _why(call: Call, prefix: str) -> str:
    if call.service in prefixes.NO_PREFIX:
        return prefixes.NO_PREFIX[call.service]
    if prefix not in iam.services():
        return f"the service `{call.service}` is not in the Service Authorization Reference"
    return (
        f"the Service Authorization Reference has no action `{prefix}:{call.operation}`"
        " and no rule says which one is checked"
    )


def _around(call: Call, place: Place) -> Around:
    region = call.region if call.region is not None else place.region
    return Around(
        place.partition,
        Text.of(region if region is not None else Hole(HoleKind.ASSIGNED, "region")),
        Text.of(place.account or Hole(HoleKind.ASSIGNED, "account")),
    )


def _granted(grant: Grant, asked: _Asked) -> Iterator[Need]:
    for scope in _scopes(grant, asked.scope):
        holds, condition = _holds(grant, scope, asked.around)
        if not holds:
            continue
        for need in _resources(grant, scope, asked):
            context = _context(grant, scope, asked)
            yield replace(need, condition=condition or grant.condition, context=context)


def _scopes(grant: Grant, scope: Scope) -> list[Scope]:
    """One scope for each element of the list that the grant goes through."""
    if not grant.each:
        return [scope]
    found = scope.values(grant.each)
    return [scope.inside(value) for value in found] if found or not scope.open else [scope]


def _holds(grant: Grant, scope: Scope, around: Around) -> tuple[bool, str | None]:
    """Whether the parameters ask for the permission, and on what it hangs where they are open."""
    hangs_on = []
    for test in grant.unless.split():
        given, says = _test(test, scope, around)
        if given is Given.YES:
            return False, None
        if given is Given.MAYBE and _seen(test, scope) and not grant.sure:
            hangs_on.append(says.replace(" is ", " is not ", 1))
    for test in grant.when.split("&") if grant.when else ():
        given, says = _test(test, scope, around)
        if given is Given.MAYBE and (grant.ask or _seen(test, scope)) and not grant.sure:
            hangs_on.append(says)
        elif given is not Given.YES:
            return False, None
    return True, " and ".join(hangs_on) or None


_TEST = re.compile(r"([^=~*|]*)([=~*|]?)(.*)", re.DOTALL)


def _seen(test: str, scope: Scope) -> bool:
    """Whether the call sets the parameter of a test, or what the parameter is in."""
    name = re.split(r"[=~*|.\[]", test, maxsplit=1)[0]
    return name in scope.params or scope.rest is not None


def _test(test: str, scope: Scope, around: Around) -> tuple[Given, str]:
    """What the parameters say to a test, and the test in words."""
    found = _TEST.fullmatch(test)
    path, operator, value = found.groups() if found else (test, "", "")
    if operator == "=":
        return scope.equals(path, value), f"`{path}` is `{value}`"
    if operator == "~":
        return scope.begins(path, value), f"`{path}` is a `{value}` statement"
    if operator == "*":
        return scope.contains(path, value), f"`{path}` has `{value}`"
    if operator == "|":
        found_any = any(shaped(value, text, around) for text in scope.texts(path))
        return Given.YES if found_any else Given.NO, f"`{path}` is set"
    return scope.given(path), f"`{path}` is set"


def _context(grant: Grant, scope: Scope, asked: _Asked) -> dict[str, ContextValue]:
    found: dict[str, ContextValue] = {}
    action = iam.action(grant.action)
    known = {
        key: source
        for key, source in asked.family.context.items()
        if action is not None and key in action.all_keys
    }
    for key, source in {**known, **grant.context}.items():
        if source == "$":
            found[key] = Text.of(asked.call.operation)
        elif source.startswith("~"):
            found[key] = Text.of(source[1:], ".", asked.around.region, ".amazonaws.com")
        elif texts := asked.filler(grant, scope, "").context(source.removesuffix("*")):
            found[key] = texts if source.endswith("*") else texts[0]
    return found


def _resources(grant: Grant, scope: Scope, asked: _Asked) -> Iterator[Need]:
    """The needs of one grant, one for each resource that AWS checks."""
    also = _also(grant.also, grant, scope, asked)
    if grant.arns:
        yield from _from_formats(grant, scope, asked, also)
        return
    action = iam.action(grant.action)
    named = grant.types or tuple(name for name, _ in action.resource_types) if action else ()
    if not named or named == ("*",):
        yield _need(grant.action, Text.of("*"), None, also)
        return
    prefix = grant.action.partition(":")[0]
    filled = {
        name: _best(asked.filler(grant, scope, name), iam.resource_types(prefix)[name].arns)
        for name in named
        if name in iam.resource_types(prefix)
    }
    required = {name for name, needed in action.resource_types if needed} if action else set()
    for name, one, others in _chosen(filled, required, bool(grant.types), asked):
        more = _also(asked.family.also.get(name or "", ()), grant, scope, asked)
        for index, text in enumerate(one.texts):
            beside = [more[index :: len(one.texts)]] if len(one.texts) > 1 else [more]
            yield _need(grant.action, text, name, (*others, *also, *beside[0]))


def _need(action: str, text: Text, type_name: str | None, others: tuple[Text, ...]) -> Need:
    distinct = tuple(dict.fromkeys(one for one in others if one != text))
    return Need(action, text, type_name, alternatives=distinct)


def _also(formats: tuple[str, ...], grant: Grant, scope: Scope, asked: _Asked) -> tuple[Text, ...]:
    filler = asked.filler(grant, scope, "")
    filled = [filler.fill(one) for one in formats]
    return tuple(text for one in filled if one.complete for text in one.texts)


def _from_formats(
    grant: Grant, scope: Scope, asked: _Asked, also: tuple[Text, ...]
) -> Iterator[Need]:
    filler = asked.filler(grant, scope, "")
    tried = [filler.fill(one) for one in grant.arns]
    chosen = max(tried, key=lambda one: (one.complete, one.found))
    for text in chosen.texts:
        yield _need(grant.action, text, grant.types[0] if grant.types else None, also)


def _best(filler: Filler, arns: tuple[str, ...]) -> Filled:
    return max((filler.fill(one) for one in arns), key=lambda one: (not one.foreign, one.complete))


def _chosen(
    filled: dict[str, Filled], required: set[str], listed: bool, asked: _Asked
) -> Iterator[tuple[str | None, Filled, tuple[Text, ...]]]:
    """Which resource types the call means.

    The reference marks several types as required both where AWS checks all of them
    (glue:GetTable) and where any one may stand (tagging). Only for services whose own pages say
    "all" (Family.every) are all of them needs; elsewhere the one that the parameters fill best.
    """
    if not listed and len(required) == 1:
        (name,) = required
        if name in filled:
            yield name, filled[name], ()
            return
    if not listed and required and asked.family.every:
        whole = [(n, f) for n, f in filled.items() if n in required and f.complete]
        if whole:
            yield from ((name, one, ()) for name, one in whole)
            return
    fits = [(n, f) for n, f in filled.items() if f.complete and not f.foreign]
    unseen = listed and asked.call.open_params and not any(f.variables for _, f in fits)
    if unseen and (named := [(n, f) for n, f in filled.items() if f.variables]):
        # The parameter that names the resource was not seen: it may be of any of these types.
        (name, one), *rest = named
        yield name, one, tuple(dict.fromkeys(t for _, f in rest for t in f.texts))
        return
    if not fits:
        fits = [(n, f) for n, f in filled.items() if not f.foreign] or list(filled.items())
        name, one = min(fits, key=lambda pair: pair[1].variables) if listed else fits[0]
        others = () if listed else tuple(t for _, f in fits[1:] for t in f.texts)
        yield name, one, tuple(dict.fromkeys(others))
        return
    if listed:
        yield (*fits[0], ())
        return
    opened = [one.open_arn for _, one in fits if one.open_arn is not None]
    if len(opened) == len(fits) > 1:
        yield None, _any_arn(opened[0], asked), ()
        return
    name, one = max(fits, key=lambda pair: (_named(pair[0], asked), pair[1].variables))
    yield name, one, ()


def _named(type_name: str, asked: _Asked) -> int:
    """How much of the operation's name is the type's."""
    plain = "".join(c for c in type_name.lower() if c.isalnum())
    return len(plain) if plain in asked.call.operation.lower() else 0


def _any_arn(hole: Text, asked: _Asked) -> Filled:
    """The ARN of something of this service of which nothing is known."""
    around = asked.around
    text = Text.of("arn:", around.partition, f":{asked.prefix}:", hole, ":", hole, ":", hole)
    return Filled((text,), 1, 1)
