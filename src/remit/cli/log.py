"""The verb `log`: the decisions that were enforced, as they stand in the decision log or in the
memory of a running server."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING

from remit.app.decision_log import PLACE, DecisionLog, Entry, Filter
from remit.app.errors import InputError
from remit.app.when import local, moment
from remit.cli.exits import Exit
from remit.cli.output import show
from remit.wiring import decision_log

if TYPE_CHECKING:
    from remit.cli.live_log import LiveLog

POLL = 0.5
"""Seconds between looks at a log that is followed."""

NOT_A_TERMINAL = 200
"""Columns that a table is laid out for where there is no terminal to ask; nothing is cut there."""


def run(arguments: Namespace) -> int:
    """Print what `arguments` ask for; returns the exit status. Raises InputError."""
    if arguments.follow and arguments.until is not None:
        raise InputError("`--follow` does not go with `--until`", "What is to come has no end.")
    wanted = _filter(arguments)
    with closing(_opened(arguments)) as log:
        if not arguments.follow:
            _print(log.query(wanted), arguments)
            return Exit.OK
        try:
            _print(log.follow(wanted, _wait), arguments)
        except KeyboardInterrupt:  # that is how following ends
            return Exit.OK
    return Exit.OK


def _opened(arguments: Namespace) -> DecisionLog | LiveLog:
    """The log that is meant. Raises InputError."""
    if (arguments.port is None) != (arguments.token_file is None):
        raise InputError("`--port` and `--token-file` go together")
    if arguments.port is None:
        return decision_log(_place(arguments), create=False)
    if arguments.log is not None:
        hint = "`--log` reads a file or a database, `--port` what a running server remembers"
        raise InputError("`--port` and `--log` do not go together", hint)
    from remit.cli.delivering import token_in
    from remit.cli.live_log import LiveLog

    return LiveLog(arguments.port, token_in(arguments.token_file))


def _place(arguments: Namespace) -> str:
    return arguments.log or os.environ.get("REMIT_LOG") or PLACE


def _wait() -> bool:
    """Let a moment pass; Ctrl-C ends it at once."""
    threading.Event().wait(POLL)
    return True


# -- what is wanted ----------------------------------------------------------------------------


def _filter(arguments: Namespace) -> Filter:
    now = time.time()
    return Filter(
        denied=arguments.denied,
        since=_moment(arguments.since, "--since", now),
        until=_moment(arguments.until, "--until", now),
        principal=_pattern(arguments.principal),
        action=_pattern(arguments.action),
        resource=_pattern(arguments.resource),
        limit=_limit(arguments.limit),
    )


def _moment(text: str | None, option: str, now: float) -> float | None:
    if text is None:
        return None
    try:
        return moment(text, now)
    except ValueError as error:
        raise InputError(f"`{option}`: {error}") from None


def _pattern(text: str | None) -> str | None:
    """With `*` or `?` the whole text is meant; a plain text may stand anywhere in it."""
    if not text:
        return None
    return text if "*" in text or "?" in text else f"*{text}*"


def _limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InputError(f"`--limit`: `{text}` is no number", "Write one as `--limit 100`.")
    return int(text)


# -- what is shown -----------------------------------------------------------------------------


def _print(entries: Iterator[Entry], arguments: Namespace) -> None:
    drawn = _as_json(entries) if arguments.format == "json" else _as_table(entries, arguments)
    for text in drawn if arguments.follow else map("".join, _portions(drawn)):
        if not show(text):
            return


def _portions(texts: Iterator[str]) -> Iterator[list[str]]:
    """Many at once: each `show` is a system call."""
    while portion := list(islice(texts, 500)):
        yield portion


def _as_json(entries: Iterable[Entry]) -> Iterator[str]:
    from remit.report.decisions import as_json

    for entry in entries:
        yield as_json(entry, local) + "\n"


def _as_table(entries: Iterable[Entry], arguments: Namespace) -> Iterator[str]:
    from remit.report.decisions import Decisions
    from remit.report.terminal import Screen

    terminal = sys.stdout.isatty()
    columns = shutil.get_terminal_size((NOT_A_TERMINAL, 24)).columns if terminal else NOT_A_TERMINAL
    screen = Screen(
        width=columns,
        colour=terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
        encoding=sys.stdout.encoding or "ascii",
    )
    table = Decisions(screen, not terminal, local)
    yield from _ended(table.head())
    for entry in entries:
        yield from _ended(table.lines(entry))


def _ended(lines: Iterable[str]) -> Iterator[str]:
    return (f"{line}\n" for line in lines)
