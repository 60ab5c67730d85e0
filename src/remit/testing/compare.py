"""What was seen beside what `remit check` knows: needs that no test exercised, better remedies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from remit.check import patch
from remit.check.arns import setting, written
from remit.check.model import Needed
from remit.explain.model import Standing
from remit.testing.subject import Subject
from remit.testing.tally import Denial, Tally


def unexercised(needs: Iterable[Needed], tally: Tally) -> list[Needed]:
    """The needs at whose call no test was seen to need that action, each place once."""
    seen: dict[tuple[str, str], set[int]] = {}
    for file, line, action in tally.exercised:
        seen.setdefault((file, action), set()).add(line)
    found: dict[tuple[object, ...], Needed] = {}
    for one in needs:
        if one.call is None:
            continue
        span = one.call.span
        lines = seen.get((span.file, one.need.action), set())
        if not any(span.line <= line <= span.end_line for line in lines):
            found.setdefault((one.need.action, str(one.need.resource), span), one)
    return list(found.values())


def mended(tally: Tally, needs: Iterable[Needed], subject: Subject) -> None:
    """Write in `tally` the statements that `remit check` proposes for the same calls: a test knows
    one key of a bucket, the code says which there may be."""
    needs = [one for one in needs if one.judgement.standing is Standing.DENIED]
    given = setting(subject.stage, subject.role.policies)
    for key, denial in tally.denials.items():
        known = [one for one in needs if denial.statement and _is_at(one, denial)]
        resources = {written(one.need.resource, given, denial.action) for one in known}
        if len(resources) == 1:
            statement = patch.grant([denial.action], resources)
            tally.denials[key] = replace(denial, statement=statement)


def _is_at(needed: Needed, denial: Denial) -> bool:
    if needed.call is None or needed.need.action != denial.action:
        return False
    span = needed.call.span
    return span.file == denial.file and span.line <= denial.line <= span.end_line
