"""The verb `validate`: read the files, run the use case, print, choose the exit status."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator
from functools import cache
from typing import TextIO

from remit.app.errors import InputError
from remit.app.fingerprint import Lines
from remit.app.validate import Asked, Result, check_documents
from remit.cli.exits import Exit
from remit.cli.output import save, show, target
from remit.report.terminal import PROSE
from remit.syntax.source import MAX_SIZE
from remit.validate.model import Authorization, PolicyType

STDIN = "<stdin>"


def run(arguments: Namespace) -> int:
    """Validate the files that `arguments` name; returns the exit status. Raises InputError."""
    output = target(arguments.output) if arguments.output else None
    result = check_documents(_documents(arguments.files), _asked(arguments))
    if output is None:
        show(_report(result, arguments, sys.stdout))
    else:
        save(output, _report(result, arguments, None))
    return Exit.FINDINGS if result.wrong else Exit.OK


def _asked(arguments: Namespace) -> Asked:
    account = arguments.account
    if account is not None and not (len(account) == 12 and account.isascii() and account.isdigit()):
        raise InputError(f"--account: `{account}` is no account id", "an id has twelve digits")
    authorization = arguments.authorization
    return Asked(
        type=PolicyType(arguments.type) if arguments.type else None,
        resource_type=arguments.resource_type,
        account=account,
        authorization=Authorization(authorization) if authorization else None,
        least_privilege=arguments.least_privilege,
    )


def _documents(files: list[str]) -> Iterator[tuple[str, bytes]]:
    if files.count("-") > 1:
        raise InputError("`-` is given twice", "standard input is read once")
    for file in files:
        yield (STDIN, sys.stdin.buffer.read(MAX_SIZE + 1)) if file == "-" else (file, _read(file))


def _read(file: str) -> bytes:
    try:
        with open(file, "rb") as stream:  # noqa: PTH123  pathlib would be 5 ms of a cold start
            return stream.read(MAX_SIZE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read `{file}`: {reason}") from None


def _report(result: Result, arguments: Namespace, stream: TextIO | None) -> str:
    """The report as asked for; `stream` is where it will be shown, None for a file."""
    encoding = (stream.encoding if stream else None) or "utf-8"
    if arguments.format == "json":
        from remit.report import validation_json

        return validation_json.render(result)

    contents = {one.file: one.data for one in result.documents if one.issues}

    def lines(file: str) -> list[str] | None:
        data = contents.get(file)
        if data is None:
            return None
        text = data.decode("utf-8-sig", errors="replace")
        return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    if arguments.format != "text":
        return _for_pipeline(result, arguments.format, lines, encoding)
    from remit.report import validation

    terminal = stream is not None and stream.isatty()
    return validation.render(
        result,
        cache(lines),
        width=shutil.get_terminal_size((PROSE, 24)).columns if terminal else PROSE,
        colour=terminal and not (os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"),
        encoding=encoding,
    )


def _for_pipeline(result: Result, form: str, lines: Lines, encoding: str) -> str:
    """The report in a form that a CI system shows; paths are as they were given."""
    from remit.report import github, junit, sarif
    from remit.report.outcome import Places, of_validation

    places, outcome = Places("", lines), of_validation(result)
    if form == "github":
        return github.render(outcome, places, encoding)
    return junit.render(outcome, places) if form == "junit" else sarif.render(outcome, places)
