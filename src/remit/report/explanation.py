"""An explanation for people: the verdict, the way to it, what nearly applied, what flips it."""

from __future__ import annotations

from collections.abc import Iterator

from remit.app.explain import Explained, Told
from remit.core.decision import Verdict
from remit.explain.causes import LayerCause, LevelCause, Stance, Step, Trace
from remit.explain.explanation import Explanation
from remit.explain.flip import Flip
from remit.explain.keys import Given, OpenKeys
from remit.explain.notes import value_text
from remit.explain.words import LAYERS, sentence, statement_name
from remit.report.excerpt import Mark, Sources, draw, gutter
from remit.report.lines import head, indented, paste, some
from remit.report.terminal import Screen

_COLUMN = max(map(len, LAYERS.values())) + 2
_MOST_SHOWN = 12
"""Statements of one kind that are shown; the JSON form has all."""

_STANCES = {
    Stance.ABSENT: ("none", "faint"),
    Stance.EXEMPT: ("not asked", "faint"),
    Stance.ALLOWS: ("allows", "good"),
    Stance.DENIES: ("denies", "error"),
    Stance.SILENT: ("does not allow", "error"),
    Stance.OVERRULED: ("does not allow, which does not matter", "faint"),
}
_WORDS = {
    Verdict.ALLOWED: ("allowed", "good"),
    Verdict.EXPLICIT_DENY: ("denied", "error"),
    Verdict.IMPLICIT_DENY: ("denied", "error"),
}


def render(
    explained: Explained, sources: Sources, width: int, colour: bool, encoding: str = "utf-8"
) -> str:
    """The whole text, ending with a newline; arguments as in `text.render`."""
    screen = Screen(max(width, 40), colour, encoding)
    sections = list(_sections(screen, sources, explained))
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _sections(screen: Screen, sources: Sources, explained: Explained) -> Iterator[list[str]]:
    found = explained.explanation
    if explained.told is not None:
        yield _told(screen, explained.told, alone=found is None)
    if found is None:
        return
    yield _verdict(screen, found)
    if explained.contradicts:
        text = (
            "The message says denied, the policies given allow it: one that denies is not among "
            "them, they have changed since, or the request carried other context keys."
        )
        yield indented(screen, text, 0)
    yield _path(screen, sources, found.trace)
    yield _near(screen, sources, found)
    yield _absent(screen, found)
    yield _changes(screen, found)
    yield _hinge(screen, found)
    yield _keys(screen, found.keys)
    yield [
        line
        for warning in explained.warnings
        for line in head(screen, "warning", "warning", warning)
    ]


# --- the message --------------------------------------------------------------------------------


def _told(screen: Screen, told: Told, *, alone: bool) -> list[str]:
    """What the message says: all of it where there is nothing else to say."""
    denied, advice = told.denied, told.advice
    facts = [
        ("principal", denied.principal),
        ("action", denied.action),
        ("resource", denied.resource),
        ("policy", denied.policy_arn or denied.policy_type),
    ]
    lines = [screen.paint("strong", "The message says")]
    lines += [screen.clean(f"  {name:<10} {value}") for name, value in facts if value]
    for text in advice.sentences if alone else advice.sentences[:1]:
        lines += indented(screen, text, 2)
    if advice.command:
        lines += ["  to decode the rest:", f"    {screen.clean(advice.command)}"]
    if alone and advice.statement:
        lines += ["  it would need a statement like", *paste(screen, advice.statement, 4)]
    return lines


# --- the verdict and the way to it --------------------------------------------------------------


def _verdict(screen: Screen, found: Explanation) -> list[str]:
    asked, decision = found.trace.request, found.trace.decision
    word, style = _WORDS[decision.verdict]
    verb = "may" if decision.allowed else "may not"
    text = f"{asked.principal} {verb} {asked.action} on {asked.resource}"
    lines = head(screen, word, style, text)
    if found.trace.action.lower() != asked.action.lower():
        lines += indented(screen, f"it asks for `{found.trace.action}` too: that decides", 2)
    if found.sentence:
        lines += ["  AWS says:", *indented(screen, found.sentence, 4)]
        if ":role/" in asked.principal:
            lines += indented(screen, "with the session's ARN in place of the role's", 4)
    if found.plain:
        outside = f"or just `{found.plain}`, where the accounts are not of one organization"
        lines += indented(screen, outside, 4)
    if len(found.trace.blocking) > 1:
        others = ", ".join(LAYERS[layer] for layer in found.trace.blocking[1:])
        lines += indented(
            screen, f"AWS names one kind of policy only; also in the way: {others}", 2
        )
    if found.trace.rule:
        lines += indented(screen, found.trace.rule, 2)
    return lines


def _path(screen: Screen, sources: Sources, trace: Trace) -> list[str]:
    lines = [screen.paint("strong", "The layers, in the order in which AWS asks them")]
    for cause in trace.layers:
        lines += _layer(screen, sources, cause)
    return lines


def _layer(screen: Screen, sources: Sources, cause: LayerCause) -> list[str]:
    word, style = _STANCES[cause.stance]
    gap = " " * (_COLUMN - len(LAYERS[cause.layer]))
    lines = [f"  {LAYERS[cause.layer]}{gap}{screen.paint(style, word)}"]
    if cause.because:
        lines += indented(screen, cause.because, 4)
    shown = _STEPS.get(cause.stance)
    if shown is not None:
        lines += _statements(screen, sources, cause.applying(denies=shown == "deny"), shown)
    if cause.stance is Stance.SILENT:
        for number, level in enumerate(cause.levels):
            if not level.allows:
                which = f"level {number}: " if len(cause.levels) > 1 else ""
                lines += indented(screen, which + _count(level), 4)
        if not cause.levels:
            lines += indented(screen, "none was given, and there must be one", 4)
    return lines


_STEPS = {Stance.ALLOWS: "allow", Stance.DENIES: "deny"}


def _count(level: LevelCause) -> str:
    named = sum(not step.denies for step in level.steps)
    total = len(level.steps) + level.unnamed
    if not total:
        return "it has no statements"
    if not named:
        return f"{some(total, 'statement')}; no Allow names the action"
    names = (
        "names the action, and does not apply" if named == 1 else "name the action, none applies"
    )
    return f"{some(total, 'statement')}; {some(named, 'Allow')} {names}"


def _statements(screen: Screen, sources: Sources, steps: tuple[Step, ...], word: str) -> list[str]:
    style = "good" if word == "allow" else "error"
    numbers = gutter([step.statement.span for step in steps]) + 4
    lines: list[str] = []
    for step in steps[:_MOST_SHOWN]:
        note = f"{statement_name(step.statement)} applies"
        lines += draw(screen, sources, step.statement.span, Mark("-->", "^", style), numbers, note)
    return lines + _more(len(steps))


def _more(count: int) -> list[str]:
    return [f"    and {count - _MOST_SHOWN} more"] if count > _MOST_SHOWN else []


# --- what nearly applied ------------------------------------------------------------------------


def _near(screen: Screen, sources: Sources, found: Explanation) -> list[str]:
    if not found.near:
        return []
    numbers = gutter([near.span for near in found.near]) + 2
    lines = [screen.paint("strong", "Nearly applied: one element failed")]
    for near in found.near[:_MOST_SHOWN]:
        step = near.step
        effect = "Deny" if step.denies else "Allow"
        name = f"{LAYERS[step.named.layer]}, {statement_name(step.statement)} ({effect})"
        lines.append(f"  {screen.clean(name)}")
        lines += draw(screen, sources, near.span, Mark("-->", "^", "note"), numbers)
        lines += indented(screen, near.said, numbers + 3)
    return lines + _more(len(found.near) + found.more_near)


def _absent(screen: Screen, found: Explanation) -> list[str]:
    if not found.absent:
        return []
    lines = [screen.paint("strong", "Applies because a key is absent")]
    for one in found.absent[:_MOST_SHOWN]:
        text = f"{LAYERS[one.step.named.layer]}, {statement_name(one.step.statement)}: {one.said}"
        lines += indented(screen, text, 2)
    return lines


# --- what would flip it -------------------------------------------------------------------------


def _changes(screen: Screen, found: Explanation) -> list[str]:
    if found.trace.decision.allowed:
        return []
    if not found.flips:
        text = "No small change that adds no wildcard allows it." if not found.trace.rule else ""
        return [screen.paint("strong", text)] if text else []
    lines = [screen.paint("strong", "The smallest change that allows it (decided again)")]
    lines += _flip(screen, found.flips[0])
    for flip in found.flips[1:]:
        lines += ["  or", *_flip(screen, flip)]
    return lines


def _flip(screen: Screen, flip: Flip) -> list[str]:
    lines: list[str] = []
    for number, change in enumerate(flip.changes, 1):
        lead = f"{number}. " if len(flip.changes) > 1 else ""
        lines += indented(screen, lead + sentence(change), 4)
        lines += paste(screen, change.text, 6)
    return lines


def _hinge(screen: Screen, found: Explanation) -> list[str]:
    hinge = found.hinge
    if hinge is None:
        return []
    title = screen.paint("strong", "The smallest change that denies it (decided again)")
    if hinge.flip is None:
        text = "taking statements out of one layer does not deny it: another allows it by itself"
        return [title, *indented(screen, text, 4)]
    lines = [title, *_flip(screen, hinge.flip)]
    if hinge.each > 1:
        lines += indented(screen, f"{hinge.each} statements allow it independently", 4)
    return lines


# --- keys that nobody gave ----------------------------------------------------------------------


def _keys(screen: Screen, keys: OpenKeys) -> list[str]:
    title = screen.paint("strong", "It hangs on context keys that were not given")
    if keys.together is not None and keys.verdict is not None:
        pairs = [f"`{key}` = {value_text(value)}" for key, value in keys.together.items()]
        return [title, *indented(screen, f"{' and '.join(pairs)}: {keys.verdict}", 2)]
    if not keys.single and not keys.skipped:
        return []
    lines = [title] if keys.single else []
    for one in keys.single:
        lines.append(screen.clean(f"  {one.key}"))
        lines += [_answer(screen, given) for given in one.answers]
    if keys.skipped:
        lines += indented(screen, f"{some(keys.skipped, 'more key')} not looked into: too many", 2)
    return lines


def _answer(screen: Screen, given: Given) -> str:
    value = "absent, as decided here" if given.value is None else value_text(given.value)
    word, style = _WORDS[given.verdict]
    return f"    {screen.clean(value)}: {screen.paint(style, word)}"
