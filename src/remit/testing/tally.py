"""What a run of tests comes to: its denials, each told once, and what it could not tell.

Plain values all through: a worker of pytest-xdist sends its tally to the controller as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from remit.check import patch
from remit.core.decision import Layer
from remit.core.span import Span
from remit.deploy.model import Role
from remit.testing.record import Judged, Seen, Verdict
from remit.testing.subject import Subject

_MOST_TESTS = 3
_UNKNOWN_PLACE = ("?", 0)


@dataclass(frozen=True, slots=True)
class Denial:
    """A permission that calls were denied, at one line of code.

    `why` says which statement denies or comes nearest, `policy` where that stands; `fix` what to
    do, and `statement` the JSON to add, if there is one.
    """

    action: str
    resource: str
    call: str
    file: str
    line: int
    why: str
    policy: str
    fix: str
    statement: str
    times: int = 1
    tests: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What makes it this one."""
        return self.action, self.resource, self.file, self.line


@dataclass(slots=True)
class Tally:
    """What was seen of one subject. `unknown` are calls that were let through, by (call, place)
    with the reason; `spared` counts by reason; `exercised` are (file, line, action)."""

    denials: dict[tuple[str, str, str, int], Denial] = field(default_factory=dict)
    unknown: dict[tuple[str, str], str] = field(default_factory=dict)
    spared: dict[str, int] = field(default_factory=dict)
    exercised: set[tuple[str, int, str]] = field(default_factory=set)
    judged: int = 0
    allowed: int = 0

    def add(self, other: Tally) -> None:
        """Add what another run, or another worker, has seen."""
        for denial in other.denials.values():
            self._deny(denial)
        self.unknown |= other.unknown
        for reason, count in other.spared.items():
            self.spared[reason] = self.spared.get(reason, 0) + count
        self.exercised |= other.exercised
        self.judged += other.judged
        self.allowed += other.allowed

    def _deny(self, denial: Denial) -> None:
        known = self.denials.get(denial.key)
        if known is not None:
            tests = tuple(dict.fromkeys((*known.tests, *denial.tests)))[:_MOST_TESTS]
            denial = replace(known, times=known.times + denial.times, tests=tests)
        self.denials[denial.key] = denial

    def count(self, seen: Seen, subject: Subject) -> None:
        """Add one call."""
        if seen.verdict is Verdict.SPARED:
            self.spared[seen.reason] = self.spared.get(seen.reason, 0) + 1
            return
        self.judged += 1
        self.allowed += seen.verdict is Verdict.ALLOWED
        file, line = (seen.span.file, seen.span.line) if seen.span else _UNKNOWN_PLACE
        self.exercised |= {(file, line, judged.action) for judged in seen.needs}
        if seen.verdict is Verdict.UNKNOWN:
            self.unknown[_called(seen), f"{file}:{line}"] = seen.reason
        for judged in seen.needs:
            if seen.verdict is Verdict.DENIED and judged.verdict is Verdict.DENIED:
                self._deny(_denial(seen, judged, subject.role, file, line))


def tally(calls: Iterable[Seen], subject: Subject) -> Tally:
    """The tally of recorded calls."""
    found = Tally()
    for seen in calls:
        found.count(seen, subject)
    return found


def packed(found: Tally) -> dict[str, Any]:
    """`found` in JSON's types."""
    return {
        "denials": [asdict(denial) for denial in found.denials.values()],
        "unknown": [[*key, reason] for key, reason in found.unknown.items()],
        "spared": found.spared,
        "exercised": sorted(found.exercised),
        "judged": found.judged,
        "allowed": found.allowed,
    }


def unpacked(values: Mapping[str, Any]) -> Tally:
    """What `packed` made, read back."""
    denials = [Denial(**{**one, "tests": tuple(one["tests"])}) for one in values["denials"]]
    return Tally(
        {denial.key: denial for denial in denials},
        {(call, place): reason for call, place, reason in values["unknown"]},
        dict(values["spared"]),
        {(file, line, action) for file, line, action in values["exercised"]},
        values["judged"],
        values["allowed"],
    )


# --- one denial ---------------------------------------------------------------------------------


def _called(seen: Seen) -> str:
    presigned = " (a URL signed for it)" if seen.presigned else ""
    return f"{seen.service}.{seen.operation}{presigned}"


def _denial(seen: Seen, judged: Judged, role: Role, file: str, line: int) -> Denial:
    explicit = judged.needed.judgement.explicit
    why, span = _cause(judged)
    where = f"the policy of role `{role.name}`"
    if role.file and judged.layer is Layer.IDENTITY:
        where = f"`{role.file}`"
    elif judged.layer is Layer.BOUNDARY:
        where = f"the permissions boundary of role `{role.name}`"
    resource = _written(judged)
    return Denial(
        action=judged.action,
        resource=judged.resource,
        call=_called(seen),
        file=file,
        line=line,
        why=why,
        policy=f"{span.file}:{span.line}" if span is not None else "",
        fix=_NARROW if explicit else f"add to {where}",
        statement="" if explicit else patch.grant([judged.action], [resource]),
        tests=(seen.test,) if seen.test else (),
    )


_NARROW = "narrow or remove that Deny: it wins over every Allow"


def _cause(judged: Judged) -> tuple[str, Span | None]:
    """What decides, and where that stands: the Deny, or the statement that comes nearest."""
    judgement = judged.needed.judgement
    if judgement.explicit:
        return "this statement denies it", judgement.statements[0].statement.span
    miss = judgement.nearest
    if miss is None:
        return "no statement comes near", None
    return miss.lacks, miss.item.span if miss.item is not None else miss.source.statement.span


def _written(judged: Judged) -> str:
    """The resource as a policy has it: `*` for what is not known."""
    text = judged.needed.need.resource
    return "".join(part if isinstance(part, str) else "*" for part in text.parts)
