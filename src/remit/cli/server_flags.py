"""The flags of the verbs that serve other programs, or show what was served: mcp, log."""

from __future__ import annotations

from argparse import ArgumentParser

MCP = """\
Offer check, explain, generate and validate to a coding assistant as tools of the Model Context
Protocol. Reads projects below FOLDER only and writes nothing. Needs `pip install 'remit[mcp]'`.
"""


def mcp(parser: ArgumentParser) -> None:
    """Those of `mcp`."""
    text = "the folder whose projects may be read (default: here)"
    parser.add_argument("root", nargs="?", default=".", metavar="FOLDER", help=text)


LOG = """\
Show the decisions that `remit serve` has made: who asked for what, what was answered, and which
statements denied it. Reads the log while it is being written, and changes nothing.
"""

LOG_EXITS = """\
TIME is a time ago (`90s`, `15m`, `1h30m`, `2d`), or a date and time of ISO 8601, in the local zone
where it names none. TEXT may stand anywhere; with `*` or `?` it is a pattern for the whole.

exit status:
  0    shown, even if there was nothing to show
  2    bad usage, or a log that cannot be read
"""


def log(parser: ArgumentParser) -> None:
    """Which decisions to show."""
    add = parser.add_argument
    add("--denied", action="store_true", help="only what was denied")
    add("--since", metavar="TIME", help="only from then on")
    add("--until", metavar="TIME", help="only before then")
    add("--principal", metavar="TEXT", help="only calls of these principals")
    add("--action", metavar="TEXT", help="only these actions, such as s3:Get* or GetObject")
    add("--resource", metavar="TEXT", help="only calls on these resources")
    add("--limit", metavar="N", help="only the latest N of these")
    add("--follow", action="store_true", help="then show what is added, until Ctrl-C")
    add("--format", choices=("text", "json"), default="text", help="text, or one JSON line each")
    add("--log", metavar="FILE|URL", help="default: REMIT_LOG, else .remit/decisions.sqlite")
