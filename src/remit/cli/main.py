"""The command `remit`: its arguments, and what becomes of everything that can go wrong.

Imports inside functions: `remit --help` must not wait for what only a check needs.
"""

from __future__ import annotations

import gc
import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from remit import __version__
from remit.cli.exits import Exit

if TYPE_CHECKING:
    from remit.app.errors import InputError

CHECK = """\
Read a project and say, for each stage, which AWS calls its roles will be denied and which grants
nothing uses. Needs no AWS account and no network.
"""

REVIEW = """\
Say on one page, for each stage, what is granted, needed, missing and unused, and what has changed
since an earlier commit: what to read before an important release. Writes nothing into the project.
"""

MCP = """\
Offer check, explain, generate and validate to a coding assistant as tools of the Model Context
Protocol. Reads projects below FOLDER only and writes nothing. Needs `pip install 'remit[mcp]'`.
"""

DECIDE = """\
Say whether AWS would let one request through, and by which statement; or decide a file of cases
line by line. Needs no AWS account and no network. Documents are JSON or YAML.
"""

DECIDE_EXITS = """\
exit status:
  0    decided; with --expect: as expected
  1    decided, and not as --expect says
  2    bad usage, input that cannot be read, or a line of a batch that cannot be decided
"""

EXPLAIN = """\
Say why AWS would allow or deny one request: layer by layer, with the statements that determined
it, those that nearly applied, and the smallest change that flips the verdict; or read a denial
that AWS sent. Needs no AWS account and no network. Documents are JSON or YAML.
"""

EXPLAIN_EXITS = """\
exit status:
  0    explained; with --expect: as expected
  1    explained, and not as --expect says
  2    bad usage, or input that cannot be read
"""

DOCUMENTS = (
    ("--identity", "policies of the principal: inline, managed, of its groups"),
    ("--resource-policy", "the policy of the resource, for a role its trust policy"),
    ("--boundary", "the permissions boundary"),
    ("--session", "session policies"),
    ("--vpc-endpoint", "the policy of the VPC endpoint"),
)

HIERARCHIES = (
    ("--scp", "service control policies of one level, root first; once for each level"),
    ("--rcp", "resource control policies of one level, root first; once for each level"),
)

EXITS = """\
exit status:
  0    nothing wrong
  1    errors or warnings were found
  2    bad usage, or input that cannot be read
  3    something could not be told, and --strict was given
"""


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
    if arguments.verb == "mcp":
        from remit.cli import mcp

        return mcp.run(arguments)
    if arguments.verb == "review":
        from remit.cli import review

        return review.run(arguments)
    if arguments.verb == "decide":
        from remit.cli import decide

        return decide.run(arguments)
    if arguments.verb == "explain":
        from remit.cli import explain

        return explain.run(arguments)
    from remit.cli import check

    return check.run(arguments)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="remit",
        description="Who may do what on AWS: decided as AWS decides it, before you deploy.",
    )
    parser.add_argument("--version", action="version", version=f"remit {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    _add_check(
        verbs.add_parser(
            "check",
            help="which calls of a project its roles will be denied, and which grants are unused",
            description=CHECK,
            epilog=EXITS,
            formatter_class=RawDescriptionHelpFormatter,
        )
    )
    _add_review(
        verbs.add_parser(
            "review",
            help="one page for people before a release: granted, needed, missing, unused, changed",
            description=REVIEW,
            epilog=EXITS,
            formatter_class=RawDescriptionHelpFormatter,
        )
    )
    _add_decide(
        verbs.add_parser(
            "decide",
            help="whether a request is allowed, and by which statement",
            description=DECIDE,
            epilog=DECIDE_EXITS,
            formatter_class=RawDescriptionHelpFormatter,
        )
    )
    _add_explain(
        verbs.add_parser(
            "explain",
            help="why a request is allowed or denied, and what would change that",
            description=EXPLAIN,
            epilog=EXPLAIN_EXITS,
            formatter_class=RawDescriptionHelpFormatter,
        )
    )
    _add_mcp(
        verbs.add_parser(
            "mcp",
            help="serve coding assistants (Model Context Protocol) on standard input and output",
            description=MCP,
        )
    )
    return parser


def _add_mcp(parser: ArgumentParser) -> None:
    text = "the folder whose projects may be read (default: here)"
    parser.add_argument("root", nargs="?", default=".", metavar="FOLDER", help=text)


def _add_check(parser: ArgumentParser) -> None:
    _add_project(parser)
    add = parser.add_argument
    add(
        "--format",
        choices=("text", "json"),
        default="text",
        help="text for people (default), json for programs",
    )
    add("--output", metavar="FILE", help="write the report to FILE instead of printing it")
    add("--strict", action="store_true", help="exit 3 when something could not be told")
    add("--no-color", action="store_true", help="no colour, even on a terminal")


def _add_review(parser: ArgumentParser) -> None:
    _add_project(parser)
    add = parser.add_argument
    add("--since", metavar="COMMIT", help="compare with a commit, tag or branch of its repository")
    add("--format", choices=("markdown", "html"), help="markdown (default), or html")
    add("--output", metavar="FILE", help="write the page to FILE; `*.html` is written as HTML")


def _add_project(parser: ArgumentParser) -> None:
    """Which project and which of its stages."""
    add = parser.add_argument
    add(
        "project",
        nargs="?",
        default=".",
        metavar="PROJECT",
        help="its folder, or its template (default: here)",
    )
    add(
        "--framework",
        metavar="NAME",
        help="read the project as this framework's, where a folder holds several",
    )
    add(
        "--stage",
        action="append",
        default=[],
        metavar="NAME",
        help="report on this stage only; may be repeated",
    )


def _add_decide(parser: ArgumentParser) -> None:
    _add_asked(parser)
    parser.add_argument(
        "--batch",
        metavar="FILE",
        help="decide the cases in FILE, one JSON object a line; `-`: stdin",
    )


def _add_explain(parser: ArgumentParser) -> None:
    _add_asked(parser)
    parser.add_argument(
        "--message",
        metavar="TEXT",
        help="a denial that AWS sent, as pasted, to start from; `-`: stdin",
    )


def _add_asked(parser: ArgumentParser) -> None:
    """The flags that `decide` and `explain` share."""
    request = parser.add_argument_group("the request").add_argument
    request("--principal", metavar="ARN", help="who calls: an ARN, a service, or `anonymous`")
    request("--action", metavar="ACTION", help="what is called, such as s3:GetObject")
    request("--resource", metavar="ARN", help="on what; `*` for an action that has no resource")
    request("--resource-account", metavar="ID", help="its account, where the ARN names none")
    request(
        "--context",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a condition key; KEY+=VALUE adds to a key of many values; may be repeated",
    )
    policies = parser.add_argument_group("the policies").add_argument
    for option, text in DOCUMENTS:
        policies(option, action="extend", nargs="+", default=[], metavar="FILE", help=text)
    for option, text in HIERARCHIES:
        policies(option, action="append", default=[], metavar="FILE[,FILE]", help=text)
    add = parser.add_argument
    add("--expect", choices=("allowed", "denied"), help="end with status 1 where it is not so")
    add("--format", choices=("text", "json"), help="text for people (default), json for programs")


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
