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
from remit.cli.sources import reader
from remit.report.terminal import PROSE


def run(arguments: Namespace) -> int:
    """Check `arguments.project`; returns the exit status. Raises InputError."""
    output = target(arguments.output) if arguments.output else None
    root = Path(arguments.project)
    with watched(sys.stderr) as progress:
        result = wiring.check(root, tuple(arguments.stage), arguments.framework, progress)
    root = root.parent if root.is_file() else root
    if output is None:
        show(_report(result, root, arguments, sys.stdout))
    else:
        save(output, _report(result, root, arguments, None))
    return status(result, arguments.strict)


def status(result: CheckResult, strict: bool) -> Exit:
    """The exit status for `result`: findings come before what could not be told."""
    if result.wrong:
        return Exit.FINDINGS
    if result.blind:
        return Exit.UNUSABLE
    return Exit.UNTOLD if strict and result.open else Exit.OK


def _report(result: CheckResult, root: Path, arguments: Namespace, stream: TextIO | None) -> str:
    """The report as asked for; `stream` is where it will be shown, None for a file."""
    if arguments.format == "json":
        from remit.report import json

        return json.render(result)
    from remit.report import text

    terminal = stream is not None and stream.isatty()
    return text.render(
        result,
        reader(root),
        width=shutil.get_terminal_size((PROSE, 24)).columns if terminal else PROSE,
        colour=terminal and _colour_wanted(arguments),
        encoding=(stream.encoding if stream else None) or "utf-8",
    )


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
