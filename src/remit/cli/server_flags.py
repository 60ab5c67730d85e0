"""The flags of the verbs that serve other programs: mcp."""

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
