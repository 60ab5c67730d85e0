"""The flags of the verbs that serve other programs: mcp, serve."""

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


SERVE = """\
A local AWS that refuses what AWS would refuse: set AWS_ENDPOINT_URL to its address. Every call is
authenticated, and decided by the policies that are live in it. Needs `pip install 'remit[serve]'`.
"""

SERVE_EXITS = """\
exit status:
  0    served until it was stopped (Ctrl-C)
  2    bad usage, a port that is in use, or a project that cannot be read
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
