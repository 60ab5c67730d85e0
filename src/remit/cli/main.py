"""The command `remit`: its arguments, and what becomes of everything that can go wrong.

Imports inside functions: `remit --help` must not wait for what only a check needs.
"""

from __future__ import annotations

import gc
import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from remit import __version__
from remit.cli.exits import Exit
from remit.cli.verbs import VERBS

if TYPE_CHECKING:
    from remit.app.errors import InputError


def entry() -> None:
    """Run the command line and end the process: the console script `remit`."""
    # Nearly all that a run makes lives to its end: to look for garbage less often saves a tenth.
    gc.set_threshold(50_000, 20, 50)
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run the command line `argv` (without the program's name); returns the exit status.

    Never raises and never prints a traceback, unless REMIT_DEBUG=1 is set.
    """
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:  # argparse has said why; 0 after --help and --version, else 2
        return int(stop.code or 0)
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        _say("remit: interrupted")
        return Exit.INTERRUPTED
    except Exception as error:  # the last line of defence: people get a sentence, not a traceback
        return _failed(error)


def _run(arguments: Namespace) -> int:
    """Run the verb; only its own module is imported."""
    status: int = import_module(f"remit.cli.{arguments.verb}").run(arguments)
    return status


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="remit",
        description="Who may do what on AWS: decided as AWS decides it, before you deploy.",
    )
    parser.add_argument("--version", action="version", version=f"remit {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb in VERBS:
        verb.flags(
            verbs.add_parser(
                verb.name,
                help=verb.help,
                description=verb.description,
                epilog=verb.exits,
                formatter_class=RawDescriptionHelpFormatter,
            )
        )
    return parser


def _failed(error: Exception) -> int:
    from remit.app.errors import InputError

    return _unusable(error) if isinstance(error, InputError) else _unexpected(error)


def _unusable(error: InputError) -> int:
    from remit.report.terminal import Screen

    where = f"{error.span}: " if error.span else ""
    _say(Screen().clean(f"remit: {where}{error.message}"))
    if error.hint:
        _say(Screen().clean(f"  hint: {error.hint}"))
    return Exit.UNUSABLE


def _unexpected(error: Exception) -> int:
    """Say that remit itself is at fault, and where, in one line."""
    from remit.report.terminal import Screen

    if os.environ.get("REMIT_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    said = f"remit: a fault of remit's own at {_place(error)}: {what}"
    _say(Screen().clean(said[:300]) + " -- please report it (REMIT_DEBUG=1 shows more)")
    return Exit.UNUSABLE


def _place(error: Exception) -> str:
    """The innermost line of remit that `error` came through."""
    place = "an unknown place"
    step = error.__traceback__
    while step is not None:
        module = step.tb_frame.f_globals.get("__name__", "")
        if module.split(".")[0] == "remit":
            place = f"{module}:{step.tb_lineno}"
        step = step.tb_next
    return place


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201  the command line speaks by printing
