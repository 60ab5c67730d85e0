"""What a role needs, as generating takes it: from the facts of a project, or from a recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from remit.app.facts import ABSENT, known
from remit.catalog.needs import needs
from remit.check import denials
from remit.check.arns import setting
from remit.check.model import CODE, Needed, RoleFacts, StageFacts
from remit.core.call import Call, Place
from remit.core.policy import Policy
from remit.core.span import Problem
from remit.deploy.formats import Spelling
from remit.deploy.model import Stage
from remit.generate.model import Deployment, Wanted
from remit.generate.observed import observed

_BY = {"framework": "AWS Lambda, by the function's settings", "logs": "AWS Lambda, for the log"}
_SIGNED = "presigned"


def of_role(stage: StageFacts, role: RoleFacts) -> list[Wanted]:
    """Everything that the functions of the role need."""
    return [_wanted(stage, role, one) for one in role.needed]


def _wanted(stage: StageFacts, role: RoleFacts, one: Needed) -> Wanted:
    call = one.call
    by = f"{call.service}.{call.operation}" if call is not None else _BY[one.origin]
    return Wanted(
        one.need,
        denials.place(stage, role, one),
        by,
        one.origin,
        denials.condition(one),
        call is not None and _own_request(one, call),
    )


def _own_request(one: Needed, call: Call) -> bool:
    return not call.via.startswith(_SIGNED) and "kms:ViaService" not in one.need.context


def deployment(stage: Stage, policies: Iterable[Policy] = ()) -> Deployment:
    """Where a stage is deployed; what is not known of that, from the ARNs of its own policies."""
    hints = setting(stage, tuple(policies))
    return Deployment(
        partition=stage.partition,
        region=_literal(hints.region),
        account=_literal(hints.account),
        apis=stage.apis,
        spelling=Spelling(stage.spellings),
        known=known(stage),
        absent=ABSENT,
    )


def _literal(value: str) -> str | None:
    return None if value == "*" else value


@dataclass(slots=True)
class Recorded:
    """The needs of recorded calls. `lost` are lines that hold no call, `unmapped` calls whose
    permission is not known."""

    wanted: list[Wanted] = field(default_factory=list)
    lost: list[Problem] = field(default_factory=list)
    unmapped: dict[str, Problem] = field(default_factory=dict)
    calls: int = 0


def recorded(calls: Iterable[Call | Problem], place: Place) -> Recorded:
    """What the calls need at `place`: those of a recording, or of anything else that yields calls
    (a trail)."""
    made = Recorded()
    made.wanted = observed(_needs(calls, place, made))
    return made


def _needs(calls: Iterable[Call | Problem], place: Place, made: Recorded) -> Iterator[Wanted]:
    for call in calls:
        if isinstance(call, Problem):
            made.lost.append(call)
            continue
        made.calls += 1
        asked = needs(call, place)
        by = f"{call.service}.{call.operation}"
        if asked.unmapped is not None:
            made.unmapped.setdefault(by, Problem(call.span, f"`{by}`: {asked.unmapped}"))
        for need in asked.needs:
            own = "kms:ViaService" not in need.context
            yield Wanted(need, call.span, by, CODE, need.condition or "", own)


def unrecorded(wanted: Iterable[Wanted]) -> list[Wanted]:
    """What no recording of calls shows: what AWS does with the role, and the log."""
    return [one for one in wanted if one.origin != CODE]
