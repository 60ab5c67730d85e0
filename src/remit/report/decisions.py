"""Entries of the decision log: a table for people, a line of JSON for programs.

Rows are drawn as they come, so the width of a column follows from the screen and not from what
stands in it. Of a text that is too long its end is shown: ARNs differ there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from remit.app.decision_log import Entry
from remit.core.decision import Verdict
from remit.report.terminal import Screen, cells

WIDE = 120
"""From this width on a row shows the date with the time, and how long the decision took."""

_VERDICTS = {
    Verdict.ALLOWED: ("allowed", "good"),
    Verdict.EXPLICIT_DENY: ("denied", "error"),
    Verdict.IMPLICIT_DENY: ("denied", "error"),
}
_GAP = "  "
_ACTION, _PRINCIPAL = 30, 43
"""Hundredths: of what is left for action, principal and resource; of what is then left for two."""

_LONGEST_ACTION = 36
"""Cells; hardly an action needs more (`elasticloadbalancing:CreateLoadBalancer`: 43)."""

Clock = Callable[[float], datetime]


class Decisions:
    """Draws entries on `screen`; with `whole`, nothing is cut (for a file or another program)."""

    def __init__(self, screen: Screen, whole: bool, clock: Clock) -> None:
        self._screen = screen
        self._wide = whole or screen.width >= WIDE
        self._whole = whole
        self._clock = clock
        self._day = ""
        fixed = [25, 7, 10] if self._wide else [8, 7]
        left = screen.width - sum(fixed) - len(_GAP) * (len(fixed) + 2)
        action = max(min(left * _ACTION // 100, _LONGEST_ACTION), 8)
        principal = max((left - action) * _PRINCIPAL // 100, 8)
        self._widths = [*fixed, action, principal, max(left - action - principal, 8)]

    def head(self) -> list[str]:
        """The names of the columns."""
        names = ["TIME", "VERDICT", *(["TOOK"] if self._wide else [])]
        return [
            self._screen.paint("strong", self._row([*names, "ACTION", "PRINCIPAL", "RESOURCE"]))
        ]

    def lines(self, entry: Entry) -> Iterator[str]:
        """One entry: its row, before it the day where that is a new one, after it why not."""
        at = self._clock(entry.time)
        offset = at.isoformat(timespec="seconds")[19:]
        day = f"{at:%Y-%m-%d} {offset}"
        if day != self._day and not self._wide:
            yield self._screen.paint("faint", day)
        self._day = day
        word, style = _VERDICTS[entry.verdict]
        first = (
            [at.isoformat(" ", "seconds"), word, _took(entry)]
            if self._wide
            else [f"{at:%H:%M:%S}", word]
        )
        row = self._row([*first, entry.action, entry.principal, entry.resource])
        yield row.replace(word, self._screen.paint(style, word), 1)
        if why := _why(entry):
            yield from self._below(why)

    def _row(self, texts: Sequence[str]) -> str:
        return _GAP.join(map(self._cell, texts, self._widths)).rstrip()

    def _cell(self, text: str, width: int) -> str:
        text = self._screen.clean(text)
        missing = width - cells(text)
        if missing < 0 and not self._whole:
            text = _end(text, width - cells(self._screen.glyphs.more))
            text = self._screen.glyphs.more + text
            missing = width - cells(text)
        return text + " " * missing

    def _below(self, text: str) -> Iterator[str]:
        indent = " " * (self._widths[0] + len(_GAP))
        if self._whole:
            yield indent + self._screen.clean(text)
            return
        for line in self._screen.wrap(text, self._screen.width - len(indent)):
            yield indent + self._screen.paint("faint", line)


def _why(entry: Entry) -> str:
    """What denied it, and what else is to be said. A note on what no statement denied says it all:
    AWS's sentence, or why nothing was asked of any policy."""
    if entry.verdict is Verdict.IMPLICIT_DENY and entry.note:
        return entry.note
    by = "; ".join(map(str, entry.causes))
    why = {
        Verdict.ALLOWED: "",
        Verdict.EXPLICIT_DENY: f"explicit deny: {by}",
        Verdict.IMPLICIT_DENY: "no statement denies it, and none allows it where one must",
    }[entry.verdict]
    return "; ".join(filter(None, (why, entry.note)))


def _took(entry: Entry) -> str:
    """At most 10 cells, for what takes less than a day."""
    if entry.latency >= 1:
        return f"{entry.latency:.1f} s"
    return f"{entry.latency * 1000:.3f} ms"


def _end(text: str, width: int) -> str:
    """The end of `text` that takes at most `width` cells."""
    start = max(len(text) - max(width, 0), 0)
    while cells(text[start:]) > width and start < len(text):
        start += 1
    return text[start:]


def as_json(entry: Entry, clock: Clock) -> str:
    """One line without its end; docs/log.md names the fields."""
    return json.dumps(
        {
            "time": clock(entry.time).isoformat(timespec="microseconds"),
            "requestId": entry.request_id,
            "principal": entry.principal,
            "action": entry.action,
            "resource": entry.resource,
            "decision": entry.verdict,
            "determining": [
                {
                    "layer": cause.layer,
                    "policy": cause.policy,
                    "statement": cause.statement,
                    "sid": cause.sid,
                }
                for cause in entry.causes
            ],
            "latencyMs": round(entry.latency * 1000, 3),
            "service": entry.service,
            "operation": entry.operation,
            "note": entry.note,
        }
    )
