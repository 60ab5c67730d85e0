"""stage-drift, second half: a policy names the table, bucket, API or user pool of a sibling stage.

Accuses only where three things hold: the entry fits something of the sibling's, it fits nothing
that this stage needs, and this stage has a counterpart of its own. A policy file that several
stages use, and a value that both stages know, are shared on purpose and left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from remit.check import patch
from remit.check.arns import setting, written
from remit.check.grants import Grant, grants
from remit.check.match import Places, is_open, names
from remit.check.model import CODE, Facts, Needed, StageFacts
from remit.check.wording import tick
from remit.core.arn import Arn
from remit.core.finding import Confidence, Finding, Related, Severity
from remit.core.pattern import Pattern
from remit.core.policy import Effect, Item
from remit.core.remember import remembered
from remit.core.span import Span
from remit.core.text import HoleKind
from remit.explain.model import Standing

ID = "stage-drift"


@dataclass(frozen=True, slots=True)
class Mixup:
    """An entry that is the sibling's. `own` is what should stand there; `proof` a place that
    shows it; `harmless` says that this stage's own is granted as well; `known` that `own` is
    exact and not a pattern."""

    sibling: str
    what: str
    own: str
    proof: Related
    harmless: bool
    known: bool = True


def rule(facts: Facts) -> Iterable[Finding]:
    """One finding for each resource item that names a sibling's resource."""
    for grant in grants(facts):
        for item, mixup in mixups(facts, grant).items():
            yield _finding(grant, item, mixup)


def mixups(facts: Facts, grant: Grant) -> dict[Item, Mixup]:
    """The resource items of the statement that are a sibling's, and what should stand there."""
    if len(grant.stages) > 1 or len(facts.stages) < 2:
        return {}
    return _mixups(facts, grant)


@remembered(10_000)
def _mixups(facts: Facts, grant: Grant) -> dict[Item, Mixup]:
    found = {
        item: _mixup(facts, grant, item)
        for item in grant.statement.resources or ()
        if item.value.strip("*?")
    }
    return {item: mixup for item, mixup in found.items() if mixup is not None}


def _mixup(facts: Facts, grant: Grant, item: Item) -> Mixup | None:
    own = grant.stage.stage.name
    siblings = [one for one in facts.stages if one.stage.name != own]
    if not siblings:  # most templates have one stage, and the next question costs much
        return None
    needed = any(_needs(grant.stage).reached(grant.policy, item))  # with whatever action
    for sibling in siblings:
        mixup = _by_api(grant, item, sibling)
        if mixup is None and not needed:
            mixup = _by_need(grant, item, sibling) or _by_environment(grant, item, sibling)
        if mixup is not None:
            return mixup
    return None


def _finding(grant: Grant, item: Item, mixup: Mixup) -> Finding:
    stage = grant.stage.stage.name
    sure = grant.complete
    return Finding(
        id=ID,
        severity=Severity.WARNING if mixup.harmless or not sure else Severity.ERROR,
        confidence=Confidence.CERTAIN if sure else Confidence.CONDITIONAL,
        stage=stage,
        span=item.span,
        message=f"the policy of stage {tick(stage)} names {mixup.what} of stage"
        f" {tick(mixup.sibling)}; its own is "
        + (tick(mixup.own) if mixup.known else "another one")
        + ("" if sure else f"; but {grant.gap}"),
        why=f"Stage {tick(stage)} may reach what belongs to {tick(mixup.sibling)}"
        + ("." if mixup.harmless else ", and its own calls are denied."),
        fix=f"Write {tick(mixup.own)}."
        if mixup.known
        else "Write the id of this stage's own API; `*` allows any.",
        patch=patch.rewritten(grant.statement, {item: (mixup.own,)}),
        resource=item.value,
        related=(mixup.proof,),
    )


# --- three ways to know -------------------------------------------------------------------------


def _by_need(grant: Grant, item: Item, sibling: StageFacts) -> Mixup | None:
    """The sibling needs it, and this stage needs another one at the same call."""
    own = _by_call(grant.stage)
    for theirs in _code_needs(sibling).reached(grant.policy, item):
        mine = own.get((_at(theirs), theirs.need.action))
        if mine is None or not any(
            names(one, theirs.need.action) for one in grant.statement.actions
        ):
            continue
        if _may_be_same(mine, theirs):
            continue
        given = setting(grant.stage.stage, grant.role.role.policies)
        return Mixup(
            sibling=sibling.stage.name,
            what=tick(item.value),
            own=written(mine.need.resource, given, mine.need.action),
            proof=Related(_at(mine), "this call shows which is whose"),
            harmless=mine.judgement.standing is not Standing.DENIED,
        )
    return None


def _by_api(grant: Grant, item: Item, sibling: StageFacts) -> Mixup | None:
    """The API id in an `execute-api` ARN is the one that the sibling was deployed with.

    Each stage has an API of its own, so this stage's is another one, even where its id is not
    known. Needs do not speak against it, for the id in them is open, except one that names it.
    """
    arn = Arn.parse(item.value)
    if arn is None or arn.service != "execute-api":
        return None
    api, slash, rest = arn.resource.partition("/")
    theirs = {number: kind for kind, number in sibling.stage.apis.items()}
    mine = grant.stage.stage.apis
    if api not in theirs or api in mine.values():
        return None
    needed = [one for role in grant.stage.roles for one in role.needed]
    if any(api in _literals(one) for one in needed):
        return None
    own = mine.get(theirs[api])
    if own is None and not any(_on_own_api(one) for one in needed):
        return None
    return Mixup(
        sibling=sibling.stage.name,
        what=f"the API {tick(api)}",
        own=str(replace(arn, resource=(own or "*") + slash + rest)),
        proof=Related(sibling.stage.span, f"stage {tick(sibling.stage.name)} has this API"),
        harmless=_other_api(grant, api),
        known=own is not None,
    )


def _on_own_api(needed: Needed) -> bool:
    """Whether the need is on the API that the stage is deployed with, whatever its id."""
    return needed.need.action.startswith("execute-api:") and any(
        hole.kind is HoleKind.ASSIGNED for hole in needed.need.resource.holes
    )


def _other_api(grant: Grant, api: str) -> bool:
    """Whether the role's policies name another API, which may well be the stage's own."""
    arns = [Arn.parse(item.value) for item in _allowed(grant)]
    return any(
        arn is not None and arn.service == "execute-api" and arn.resource.partition("/")[0] != api
        for arn in arns
    )


def _by_environment(grant: Grant, item: Item, sibling: StageFacts) -> Mixup | None:
    """An environment variable has this name as its value in the sibling and another one here."""
    found = _different(grant.stage, sibling)
    for variable, their_value, my_value in sorted(
        one for name in _names_in(item.value) for one in found.get(name, ())
    ):
        if not _is_name(their_value, grant, sibling):
            continue
        own = my_value if their_value == item.value else _swapped(item.value, their_value, my_value)
        return Mixup(
            sibling=sibling.stage.name,
            what=tick(their_value),
            own=own,
            proof=Related(sibling.stage.span, f"{tick(variable)} is {tick(their_value)} here"),
            harmless=_granted(grant, own),
        )
    return None


# --- small questions ----------------------------------------------------------------------------


@remembered(8)
def _needs(stage: StageFacts) -> Places:
    """The needs of the stage, one for each resource."""
    every = (one for role in stage.roles for one in role.needed)
    return Places({(one.need.resource, one.need.alternatives): one for one in every}.values())


@remembered(8)
def _code_needs(stage: StageFacts) -> Places:
    return Places(_code(stage))


@remembered(8)
def _by_call(stage: StageFacts) -> dict[tuple[Span, str], Needed]:
    return {(_at(one), one.need.action): one for one in _code(stage)}


def _code(stage: StageFacts) -> Iterator[Needed]:
    return (one for role in stage.roles for one in role.needed if one.origin == CODE and one.call)


def _literals(needed: Needed) -> str:
    return " ".join(part for part in needed.need.resource.parts if isinstance(part, str))


def _at(needed: Needed) -> Span:
    return needed.call.span if needed.call is not None else Span.whole("")


def _may_be_same(mine: Needed, theirs: Needed) -> bool:
    one, other = Pattern.from_text(mine.need.resource), Pattern.from_text(theirs.need.resource)
    return one.meets(other) is not None


def _granted(grant: Grant, own: str) -> bool:
    """Whether the role lists this stage's own resource as well."""
    wanted = Pattern.parse(own)
    return any(Pattern.parse(item.value).covers(wanted) for item in _allowed(grant))


def _allowed(grant: Grant) -> Iterator[Item]:
    """The resource items of all Allow statements of the role."""
    return (
        item
        for policy in grant.role.role.policies
        for statement in policy.statements
        if statement.effect is Effect.ALLOW and not statement.not_resource
        for item in statement.resources or ()
    )


@remembered(8)
def _different(stage: StageFacts, sibling: StageFacts) -> dict[str, list[tuple[str, str, str]]]:
    """(variable, the sibling's value, the stage's own), by the sibling's value, which is no value
    of the stage."""
    mine, theirs = _environment(stage), _environment(sibling)
    known = {value for values in mine.values() for value in values}
    found: dict[str, list[tuple[str, str, str]]] = {}
    for variable, values in theirs.items():
        if len(values) != 1 or len(mine.get(variable, ())) != 1:
            continue
        (their_value,), (my_value,) = values, mine[variable]
        if my_value and their_value not in known:
            found.setdefault(their_value, []).append((variable, their_value, my_value))
    return found


def _environment(stage: StageFacts) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for function in (stage.stage.default, *stage.stage.functions.values()):
        for name, value in function.environment.items():
            found.setdefault(name, set()).add(str(value))
    return found


def _is_name(value: str, grant: Grant, sibling: StageFacts) -> bool:
    """Whether the value is long enough to be a resource's name and is not a stage's."""
    stages = {grant.stage.stage.name.lower(), sibling.stage.name.lower()}
    symbolic = "{" in value  # a template's symbol is no name yet
    return len(value) > 3 and value.lower() not in stages and not is_open(value) and not symbolic


def _names_in(value: str) -> set[str]:
    """What in an ARN is a resource's whole name: after its type, or before the object's key."""
    arn = Arn.parse(value)
    if arn is None:
        return set()
    if arn.service in ("s3", "execute-api"):
        return {value, arn.resource.partition("/")[0]}
    at = min((arn.resource.find(mark) for mark in "/:" if mark in arn.resource), default=-1)
    name = arn.resource[at + 1 :]
    found = {value, name, "/" + name} if arn.service == "ssm" else {value, name}
    if arn.service == "dynamodb":
        found.add(name.partition("/")[0])
    return found


def _swapped(value: str, theirs: str, mine: str) -> str:
    head, _, tail = value.rpartition(theirs)
    return head + mine + tail
