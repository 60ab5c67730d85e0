"""The flags of the verbs that serve other programs, or show what was served."""

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
statements denied it. Reads the log while it is being written, and changes nothing. With --port it
shows the newest decisions of a running server, which need no log.
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
    add("--port", type=int, metavar="N", help="what the `remit serve` that listens there remembers")
    add("--token-file", metavar="FILE", help="with --port: what its --token-file names")


SERVE = """\
A local AWS that refuses what AWS would refuse: set AWS_ENDPOINT_URL to its address. Every call is
authenticated, and decided by the policies that are live in it. Needs `pip install 'remit[serve]'`.
"""

SERVE_EXITS = """\
exit status:
  0    served until it was stopped (Ctrl-C)
  2    bad usage, a port that is in use, or a project or a state that cannot be read
"""


def serve(parser: ArgumentParser) -> None:
    """Those of `serve`."""
    add = parser.add_argument
    add("--host", default="127.0.0.1", metavar="ADDRESS", help="where to listen (127.0.0.1)")
    add("--port", type=int, default=4566, metavar="N", help="default 4566; 0 takes a free one")
    add("--account", metavar="ID", help="the account (the project's, or 123456789012)")
    add("--region", metavar="NAME", help="for calls that name none (the project's, or us-east-1)")
    add("--project", metavar="DIR", help="make the roles of this project, as they are deployed")
    add("--stage", metavar="NAME", help="with --project: those of this stage")
    add(
        "--provision",
        action="store_true",
        help="with --project: make the stage's tables, buckets, queues and so on, too",
    )
    add("--framework", metavar="NAME", help="with --project: as in `remit check`")
    add(
        "--unknown",
        choices=("deny", "allow"),
        default="deny",
        help="what becomes of calls whose permission is not known (deny)",
    )
    add(
        "--plain-http",
        action="store_true",
        help="judge calls over http as such: aws:SecureTransport is then false",
    )
    add("--max-body", type=int, default=256, metavar="MIB", help="largest body in MiB (256)")
    add("--certificate", metavar="FILE", help="serve over TLS with this certificate chain (PEM)")
    add("--key", metavar="FILE", help="its private key (PEM)")
    add("--role", metavar="NAME", help="hand out short-lived credentials of this role")
    add(
        "--token-file",
        metavar="FILE",
        help="keep the token that opens them, and the newest decisions, in FILE (made, 0600)",
    )
    add("--imds-v1", action="store_true", help="with --role: instance metadata without a token too")
    add(
        "--jwks",
        action="append",
        default=[],
        metavar="URL=FILE",
        help="the keys of the OpenID Connect provider at URL (a JWKS document); may be repeated",
    )
    add(
        "--log",
        nargs="?",
        const="",
        metavar="FILE|URL",
        help="keep every decision there, for `remit log`; alone: REMIT_LOG, else"
        " .remit/decisions.sqlite",
    )
    add(
        "--log-async",
        action="store_true",
        help="with --log: do not hold an answer back until its decision is on the disk",
    )
    add(
        "--state",
        metavar="FILE",
        help="keep IAM, organisations, sessions and decisions there over restarts, encrypted",
    )
    add(
        "--state-key",
        metavar="FILE",
        help="the key of --state (made, 0600); else REMIT_STATE_KEY, the base64 of 32 bytes",
    )


CREDENTIALS = """\
Print short-lived credentials of a role of a running `remit serve --token-file FILE`, as the setting
`credential_process` of ~/.aws/config takes them. Asks an address of this machine only.
"""

CREDENTIALS_EXITS = """\
exit status:
  0    printed
  2    bad usage, no such role, or no server that answers
"""


def credentials(parser: ArgumentParser) -> None:
    """Those of `credentials`."""
    add = parser.add_argument
    add("--role", metavar="NAME", help="which role (that of the server's own `--role`)")
    add("--port", type=int, default=4566, metavar="N", help="where the server listens (4566)")
    add("--token-file", metavar="FILE", required=True, help="what the server's --token-file names")


RUN = """\
Run a command, such as a test suite, as a role of a project: against a local AWS that refuses what
AWS would refuse. Ends with the denials, and the statements that would grant them; with --learn with
the smallest policy for what was called. Needs `pip install 'remit[serve]'`.
"""

RUN_EXITS = """\
exit status: that of the command (128 + N when the signal N ended it), or
  1    the command succeeded, but calls were denied
  2    bad usage, or a project that cannot be read; the command was not started
  126  the command cannot be run
  127  there is no such command
"""


def run(parser: ArgumentParser) -> None:
    """Those of `run`."""
    add = parser.add_argument
    add("--project", default=".", metavar="DIR", help="the project (default: here)")
    add("--framework", metavar="NAME", help="as in `remit check`")
    add("--stage", metavar="NAME", help="as which stage it is deployed (default: its first)")
    which = parser.add_mutually_exclusive_group().add_argument
    which("--function", metavar="NAME", help="as this function: its role, its environment")
    which("--role", metavar="NAME", help="as this role")
    add(
        "--provision",
        action="store_true",
        help="make the stage's tables, buckets, queues and so on first",
    )
    add("--port", type=int, metavar="N", help="use the `remit serve` that listens there")
    add("--token-file", metavar="FILE", help="with --port: what its --token-file names")
    add("--learn", action="store_true", help="refuse nothing; print the smallest policy")
    add("--recording", metavar="FILE", help="with --learn: keep the calls, one JSON object a line")
    add(
        "--grant-on-denial",
        action="store_true",
        help="ask about each statement that was missing, grant it in the local server, run again",
    )
    add("--yes", action="store_true", help="with --grant-on-denial: agree to all, unasked")
    add(
        "--output",
        metavar="FILE",
        help="with --learn, --grant-on-denial: write the policy to FILE",
    )
    add("command", nargs="+", metavar="CMD", help="the command and its arguments, after `--`")
