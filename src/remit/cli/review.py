"""The verb `review`: run the use case, print or save its page, choose the exit status."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from remit import wiring
from remit.cli.check import status, watched
from remit.cli.output import save, show, target
from remit.report import review as pages

_RENDER = {"markdown": pages.markdown, "html": pages.page}


def run(arguments: Namespace) -> int:
    """Review `arguments.project`; returns the exit status. Raises InputError."""
    output = target(arguments.output) if arguments.output else None
    form = arguments.format or _by_name(arguments.output)
    with watched(sys.stderr) as progress:
        found = wiring.review(
            Path(arguments.project),
            tuple(arguments.stage),
            arguments.framework,
            arguments.since,
            progress,
        )
    text = _RENDER[form](found)
    if output is None:
        show(text)
    else:
        save(output, text)
    return status(found.result, strict=False)


def _by_name(output: str | None) -> str:
    """HTML for a file that is named so, Markdown for everything else."""
    return "html" if output and output.lower().endswith((".html", ".htm")) else "markdown"
