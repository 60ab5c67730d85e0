"""What `remit generate` says to people: each policy, what every statement is for, what is open."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from remit.app.generate import Blank, Generated, Target
from remit.app.policy_file import Changed
from remit.core.finding import Confidence
from remit.core.span import Problem
from remit.core.text import HoleKind
from remit.deploy.formats import BY_FRAMEWORK, FORMATS
from remit.generate.model import Unmet, Wanted, Written
from remit.generate.quota import INLINE
from remit.report.terminal import Screen

_SITES = 3
"""Places that are shown for one action; the rest is counted."""

_STANDS_FOR = {
    HoleKind.DATA: "any value may come",
    HoleKind.ASSIGNED: "fixed at deployment and not known here",
    HoleKind.ENV: "not set",
    HoleKind.CODE: "not followed",
}


def render(result: Generated, screen: Screen) -> str:
    """The whole report."""
    lines: list[str] = []
    for target in result.targets:
        lines += [*_target(target, result), ""]
    for change in result.changes:
        lines += [*changed(change), ""]
    lines += _recording(result)
    return "".join(screen.clean(line) + "\n" for line in lines).rstrip("\n") + "\n"


def diff(change: Changed) -> str:
    """The change of a policy file as a unified diff; "" when there is none."""
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in difflib.unified_diff(
            _lines(change.before),
            _lines(change.after),
            f"a/{change.file}" if change.before else "/dev/null",
            f"b/{change.file}",
        )
    )


def _lines(text: str) -> list[str]:
    """Lines as a diff shows them: a carriage return at the end is not part of what changed."""
    return text.replace("\r\n", "\n").splitlines(keepends=True)


# --- one policy ---------------------------------------------------------------------------------


def _target(target: Target, result: Generated) -> Iterator[str]:
    yield _title(target, result)
    yield ""
    proposal = target.proposal
    if not proposal.statements:
        yield "  It needs no permission: no policy."
    written = FORMATS[BY_FRAMEWORK.get(result.framework, "policy")]
    for part in proposal.parts:
        yield from written.document(part, target.spelling, target.role).splitlines()
        yield ""
    if proposal.split:
        yield f"{proposal.split}."
    elif proposal.statements:
        count = len(proposal.statements)
        yield f"{_count(count, 'statement')}, {proposal.size:,} of {INLINE:,} characters."
    yield from _why(proposal.statements)
    yield from _section("Wildcards, and what they stand for", map(_blank, target.blanks))
    yield from _section("Needed only sometimes", _conditional(proposal.statements))
    yield from _section("Not served", map(_unmet, proposal.unmet))
    yield from _section("Not covered: nothing is known of what it needs", map(_gap, target.gaps))
    if target.kept_by:
        yield from _section("Where it belongs", [target.kept_by])


def _title(target: Target, result: Generated) -> str:
    if not target.stage:
        return "The policy for the recorded calls"
    functions = ", ".join(target.functions[:4]) + (", ..." if len(target.functions) > 4 else "")
    where = f" in {target.file}" if target.file else ""
    return f"{result.project}, stage {target.stage}: role {target.role} ({functions}){where}"


def _why(statements: Iterable[Written]) -> Iterator[str]:
    yield ""
    yield "What each statement is for"
    for written in statements:
        yield f"  {written.grant.sid}"
        width = max(map(len, written.grant.actions))
        for action in written.grant.actions:
            yield f"    {action:<{width}}  {_sites(written.why[action])}"


def _sites(wanted: tuple[Wanted, ...]) -> str:
    places = list(dict.fromkeys(_site(one) for one in wanted))
    more = f" and {len(places) - _SITES} more" if len(places) > _SITES else ""
    return ", ".join(places[:_SITES]) + more


def _site(one: Wanted) -> str:
    return f"{one.place.file}:{one.place.line}" if one.origin == "code" else one.by


def _blank(blank: Blank) -> str:
    hole = blank.opened.hole
    name = hole.name if "`" in hole.name else f"`{hole.name}`"
    places = ", ".join(f"`{one}`" for one in blank.resources[:2])
    rest = len(blank.resources) - 2
    text = f"{name} ({_STANDS_FOR[hole.kind]}) in {places}"
    text += f" and {rest} more" if rest > 0 else ""
    return f"{text}; fill it below `[tool.remit]`: {blank.fill}" if blank.fill else text


def _conditional(statements: Iterable[Written]) -> Iterator[str]:
    for written in statements:
        for action, when in written.conditional.items():
            yield f"`{action}` in {written.grant.sid}: {when}"


def _unmet(one: Unmet) -> str:
    need = one.wanted.need
    return f"{_where(one.wanted)}: `{need.action}` on `{need.resource}`: {one.reason}"


def _where(one: Wanted) -> str:
    return f"{one.place.file}:{one.place.line}"


def _gap(problem: Problem) -> str:
    return f"{problem.span}: {problem.message}"


# --- a policy that exists -----------------------------------------------------------------------


def changed(change: Changed) -> Iterator[str]:
    """What happened to a policy, without its diff."""
    same = "needs no change" if change.before == change.after else "is changed"
    yield f"{change.file} {same if change.before else 'is new'}."
    yield from _section("AWS would refuse this part", map(_gap, change.problems))
    removed = [one for one in change.idle if one.confidence is Confidence.CERTAIN]
    kept = [one for one in change.idle if one not in removed]
    if not change.pruned:
        removed, kept = [], list(change.idle)
    yield from _section("Taken out", (f"{one.span}: {one.message}" for one in removed))
    yield from _section(
        "Kept although nothing is known to use it" + ("" if change.pruned else " (see `--prune`)"),
        (f"{one.span}: {one.message}" for one in kept),
    )
    yield from _section("Not served", map(_unmet, change.unmet))
    yield from _section("Cannot be told, and left as it is", map(_unmet, change.untold))


def _recording(result: Generated) -> Iterator[str]:
    if result.lost:
        count = _count(len(result.lost), "line")
        yield from _section(f"{count} of the recording hold no call", map(_gap, result.lost[:10]))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(dict.fromkeys(lines))
    if found:
        yield ""
        yield title
        yield from (f"  {line}" for line in found)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
