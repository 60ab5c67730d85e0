"""The tally as text for a terminal: what pytest prints at the end."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from remit.check.model import Needed
from remit.testing.tally import Denial, Tally

_MOST = 20
_WIDTH = 100


def lines(tally: Tally, observe: bool) -> Iterator[str]:
    """Counts, denials, and what could not be told."""
    yield from counts(tally)
    for denial in sorted(tally.denials.values(), key=lambda one: (one.file, one.line, one.action)):
        yield ""
        yield from _denial(denial, observe)
    if tally.denials:
        yield ""
    for (call, place), reason in list(tally.unknown.items())[:_MOST]:
        yield f"let through: {call} at {place}: {reason}"


def counts(tally: Tally) -> Iterator[str]:
    """How many calls were judged how, and how many were not."""
    yield (
        f"{_count(tally.judged, 'call')} judged: {tally.allowed} allowed, "
        f"{tally.judged - tally.allowed - len(tally.unknown)} denied, "
        f"{len(tally.unknown)} could not be told"
    )
    for reason, count in tally.spared.items():
        yield f"{_count(count, 'call')} not judged: {reason}"


def _denial(denial: Denial, observe: bool) -> Iterator[str]:
    would = "would be denied" if observe else "denied"
    yield f"{would}: {denial.action} on {denial.resource}"
    often = "once" if denial.times == 1 else f"{denial.times} times"
    tests = f", in {', '.join(denial.tests)}" if denial.tests else ""
    yield from _field("call", f"{denial.call} at {denial.file}:{denial.line}, {often}{tests}")
    where = f"{denial.policy}: " if denial.policy else ""
    yield from _field("why", f"{where}{denial.why}")
    yield from _field("fix", f"{denial.fix}{':' if denial.statement else ''}")
    yield from (f"         {line}" for line in denial.statement.splitlines())


def _field(name: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"  {name:<7}",
        subsequent_indent=" " * 9,
        break_long_words=False,
        break_on_hyphens=False,
    )


def not_exercised(needs: list[Needed]) -> Iterator[str]:
    """What `remit check` knows of and no test has shown."""
    if not needs:
        return
    yield f"{_count(len(needs), 'need')} of the code that no test exercised:"
    for one in needs[:_MOST]:
        span = one.call.span if one.call is not None else None
        where = f" at {span.file}:{span.line}" if span else ""
        standing = one.judgement.standing.value
        yield f"  {one.need.action} on {one.need.resource}{where} ({standing})"
    if len(needs) > _MOST:
        yield f"  and {len(needs) - _MOST} more"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
