"""One real call, judged as `remit check` judges it: what the catalog says it needs, by the role.

What is not known of the deployment or of the request is never held against the code: such a call
is UNKNOWN and let through.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from remit.app.facts import ABSENT, at_api, known
from remit.catalog.needs import Needs, needs
from remit.check.model import Needed
from remit.core.call import Call
from remit.core.decision import Layer
from remit.core.need import Need
from remit.core.text import Hole, HoleKind, Text
from remit.deploy.model import Stage
from remit.explain.deployed import judge_of
from remit.explain.model import Standing
from remit.testing.record import Judged, Verdict
from remit.testing.subject import Subject

_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "HOME")
EMULATED = frozenset({"123456789012", "000000000000"})
"""The accounts in which emulators keep things where nothing else is said: moto; DynamoDB Local and
its like. `MOTO_ACCOUNT_ID` names another (moto's documentation, docs/multi_account)."""
_FROM_WORST = (Verdict.DENIED, Verdict.UNKNOWN, Verdict.ALLOWED)

Answer: TypeAlias = "tuple[Verdict, tuple[Judged, ...], str]"


def judge(subject: Subject, call: Call) -> Answer:
    """How the role stands to `call`: the verdict, each need, and what is not known, in words.

    Regions and accounts may be a test's: of what stands in an emulator as well as of the code. So
    the call is read as if it were deployed, and as it stands; it is denied when it is both ways.
    """
    if call.region in _NO_REGION:
        call = replace(call, region=None)
    home = _Home.of(subject, call)
    asked = needs(at_api(call, subject.stage), subject.place)
    there = asked
    if home.region is not None:
        there = needs(at_api(replace(call, region=None), subject.stage), subject.place)
    moved = home.needs(there)
    first = _answer(subject, moved)
    if moved == asked or (first[0] is not Verdict.DENIED and home.sure):
        return first
    if (first[0] is Verdict.DENIED) == (_answer(subject, asked)[0] is Verdict.DENIED):
        return first
    return Verdict.UNKNOWN, first[1], "not known: whether region and account are the test's"


_NO_REGION = frozenset({"aws-global", "aws-cn-global", "aws-us-gov-global"})
"""botocore's names for services that have one endpoint for all regions."""


@dataclass(frozen=True, slots=True)
class _Home:
    """Where the things that a test made up stand when deployed: what to write in their ARNs for
    the environment's region and for an emulator's account. None: nothing is replaced. `sure`: the
    region, if one is replaced, is certainly not the code's own choice of another."""

    stage: Stage
    region: str | None
    accounts: frozenset[str]
    sure: bool

    @classmethod
    def of(cls, subject: Subject, call: Call) -> _Home:
        """A region that the client was given is the call's own; one that comes from the
        environment is, deployed, the stage's. Where nobody knows the stage's, it may be any."""
        told = subject.stage.region
        region = call.region if isinstance(call.region, str) else None
        sure = region in _of_environment()
        if subject.root is None or region == told or not (sure or told is None):
            region, sure = None, True
        named = os.environ.get("MOTO_ACCOUNT_ID")
        accounts = (EMULATED | {named} if named else EMULATED) - {subject.stage.account or ""}
        return cls(subject.stage, region, accounts, sure)

    def needs(self, asked: Needs) -> Needs:
        """The same needs on what is deployed."""
        return replace(asked, needs=tuple(map(self._need, asked.needs)))

    def _need(self, need: Need) -> Need:
        resource = self._text(need.resource)
        others = tuple(map(self._text, need.alternatives))
        if resource is need.resource and others == need.alternatives:
            return need
        return replace(need, resource=resource, alternatives=others)

    def _text(self, arn: Text) -> Text:
        first = arn.parts[0] if arn.parts else ""
        segments = first.split(":", 5) if isinstance(first, str) else []
        if len(segments) < 6 or segments[4] not in self.accounts:
            return arn
        place: list[str | Hole] = [segments[3], ":", self._account()]
        if self.region is not None and segments[3] == self.region:
            place[0] = self.stage.region or Hole(HoleKind.ASSIGNED, "region")
        before = ":".join(segments[:3]) + ":"
        return Text.of(before, *place, ":" + segments[5], *arn.parts[1:])

    def _account(self) -> str | Hole:
        return self.stage.account or Hole(HoleKind.ASSIGNED, "account")


def _of_environment() -> set[str | None]:
    """The regions that a client takes when code gives it none."""
    named = {os.environ.get(name) for name in _REGIONS}
    return named | {_of_profile(*map(os.environ.get, _PROFILES))}


@lru_cache(maxsize=64)
def _of_profile(*_settings: str | None) -> str | None:
    """The region in the person's own AWS configuration; the arguments say which that is."""
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    try:
        return Session().get_scoped_config().get("region")
    except BotoCoreError:  # a profile that is not there, a file that cannot be read
        return None


def _answer(subject: Subject, asked: Needs) -> Answer:
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
