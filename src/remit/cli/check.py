"""The verb `check`: run the use case, print or save its report, choose the exit status."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from remit import wiring
from remit.app.model import CheckResult, Progress, silent
from remit.cli.exits import Exit
from remit.cli.output import save, show, target
from remit.cli.progress import Bar
from remit.cli.sources import prefix, reader
from remit.report.terminal import PROSE


def run(arguments: Namespace) -> int:
    """Check `arguments.project`; returns the exit status. Raises InputError."""
    output = target(arguments.output) if arguments.output else None
    place = Path(arguments.project)
    root = place.parent if place.is_file() else place
    result = _checked(arguments, place, root)
    if output is None:
        show(_report(result, root, arguments, sys.stdout))
    else:
        save(output, _report(result, root, arguments, None))
    return status(result, arguments.strict)


def _checked(arguments: Namespace, place: Path, root: Path) -> CheckResult:
    """The result of checking the project at `place`, whose files are below `root`, seen through
    the baseline where one was given.
    """
    if arguments.baseline is None and arguments.write_baseline is None:
        return _check(arguments, place)
    from remit.cli.baseline import applied, given

    known = given(arguments, root)  # first: a broken one must not cost the wait for the check
    return applied(_check(arguments, place), known, reader(root), whole=not arguments.stage)


def _check(arguments: Namespace, place: Path) -> CheckResult:
    with watched(sys.stderr) as progress:
        return wiring.check(place, tuple(arguments.stage), arguments.framework, progress)


def status(result: CheckResult, strict: bool) -> Exit:
    """The exit status for `result`: findings come before what could not be told."""
    if result.wrong:
        return Exit.FINDINGS
    if result.blind:
        return Exit.UNUSABLE
    return Exit.UNTOLD if strict and result.open else Exit.OK


def _report(result: CheckResult, root: Path, arguments: Namespace, stream: TextIO | None) -> str:
    """The report as asked for; `stream` is where it will be shown, None for a file."""
    encoding = (stream.encoding if stream else None) or "utf-8"
    if arguments.format == "json":
        from remit.report import json

        return json.render(result)
    if arguments.format != "text":
        return _for_pipeline(result, root, arguments.format, encoding)
    from remit.report import text

    terminal = stream is not None and stream.isatty()
    return text.render(
        result,
        reader(root),
        width=shutil.get_terminal_size((PROSE, 24)).columns if terminal else PROSE,
        colour=terminal and _colour_wanted(arguments),
        encoding=encoding,
    )


def _for_pipeline(result: CheckResult, root: Path, form: str, encoding: str) -> str:
    """The report in a form that a CI system shows, with paths from the repository's root."""
    from remit.report import github, junit, sarif
    from remit.report.group import RULES
    from remit.report.outcome import Places, of_check
    from remit.report.rules import rules

    places = Places(prefix(root), reader(root))
    outcome = of_check(result, rules(RULES))
    if form == "github":
        return github.render(outcome, places, encoding)
    if form == "junit":
        return junit.render(outcome, places)
    return sarif.render(outcome, places)


def _colour_wanted(arguments: Namespace) -> bool:
    """NO_COLOR is no-color.org's convention: set to anything, it means no colour."""
    no = arguments.no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not no


@contextmanager
def watched(stream: TextIO) -> Iterator[Progress]:
    """A bar on a terminal, silence elsewhere; taken away at the end, however that comes."""
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        yield silent
        return
    bar = Bar(stream, shutil.get_terminal_size((80, 24)).columns)
    try:
        yield bar
    finally:
        bar.clear()
