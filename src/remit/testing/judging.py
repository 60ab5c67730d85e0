"""One real call, judged as `remit check` judges it: what the catalog says it needs, by the role.

What is not known of the deployment or of the request is never held against the code: such a call
is UNKNOWN and let through.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

from remit.app.facts import ABSENT, at_api, known
from remit.catalog.needs import Needs, needs
from remit.check.model import Needed
from remit.core.call import Call
from remit.core.decision import Layer
from remit.explain.deployed import judge_of
from remit.explain.model import Standing
from remit.testing.record import Judged, Verdict
from remit.testing.subject import Subject

_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_FROM_WORST = (Verdict.DENIED, Verdict.UNKNOWN, Verdict.ALLOWED)


def judge(subject: Subject, call: Call) -> tuple[Verdict, tuple[Judged, ...], str]:
    """How the role stands to `call`: the verdict, each need, and what is not known, in words."""
    readings = [_read(subject, one) for one in _readings(subject, call)]
    first = readings[0]
    if first[0] is not Verdict.DENIED:
        return first
    # Denied in one region only, and nobody knows which of the two is meant: no accusation.
    if all(verdict is Verdict.DENIED for verdict, _, _ in readings):
        return first
    return Verdict.UNKNOWN, first[1], "whether the region is the test's or the code's"


def _readings(subject: Subject, call: Call) -> Iterator[Call]:
    """The call in the region that is meant. One that the client was given is the call's own; one
    that comes from the environment is, deployed, the stage's: it may be the test's invention."""
    from_environment = call.region in {os.environ.get(name) for name in _REGIONS}
    if not from_environment or call.region == subject.stage.region:
        yield call
        return
    if subject.root is not None:
        yield replace(call, region=None)
    yield call


def _read(subject: Subject, call: Call) -> tuple[Verdict, tuple[Judged, ...], str]:
    asked = needs(at_api(call, subject.stage), subject.place)
    judged = tuple(_judged(subject, subject.judging(need)) for need in asked.needs)
    verdict = min((one.verdict for one in judged), key=_FROM_WORST.index, default=Verdict.ALLOWED)
    if asked.unmapped is not None and verdict is not Verdict.DENIED:
        verdict = Verdict.UNKNOWN
    reason = _reason(asked, judged) if verdict is Verdict.UNKNOWN else ""
    return verdict, judged, reason


def _judged(subject: Subject, needed: Needed) -> Judged:
    standing = needed.judgement.standing
    if standing is Standing.ALLOWED:
        return Judged(needed, Verdict.ALLOWED)
    if standing is Standing.UNKNOWN or needed.need.condition is not None:
        return Judged(needed, Verdict.UNKNOWN)
    return Judged(needed, Verdict.DENIED, _layer(subject, needed))


def _layer(subject: Subject, needed: Needed) -> Layer:
    """The kind of policy that denies: AWS names one (facts/iam.md 6.1)."""
    role, judgement = subject.role, needed.judgement
    if judgement.explicit:
        by = judgement.statements[0].policy
        if by is role.boundary:
            return Layer.BOUNDARY
        return Layer.IDENTITY if any(by is one for one in role.policies) else Layer.RESOURCE
    own = judge_of(role.policies)(needed.need, known(subject.stage), ABSENT)
    return Layer.IDENTITY if own.standing is Standing.DENIED else Layer.BOUNDARY


def _reason(asked: Needs, judged: Sequence[Judged]) -> str:
    """What is not known."""
    if asked.unmapped is not None:
        return asked.unmapped
    found: dict[str, None] = {}
    for one in judged:
        judgement = one.needed.judgement
        if one.verdict is Verdict.UNKNOWN:
            found |= dict.fromkeys(f"`{hole.name}`" for hole in judgement.holes)
            found |= dict.fromkeys(f"the condition key `{key}`" for key in judgement.keys)
            if not judgement.holes and not judgement.keys and one.needed.need.condition:
                found[f"whether {one.needed.need.condition}"] = None
    return "not known: " + ", ".join(found)
