"""The verb `mcp`: serve coding assistants on standard input and output, until it is closed."""

from __future__ import annotations

from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path

from remit.app.errors import InputError
from remit.cli.exits import Exit


def run(arguments: Namespace) -> int:
    """Serve for projects below `arguments.root`. Raises InputError."""
    if find_spec("mcp") is None:
        what = "`remit mcp` needs the package `mcp`, which is not installed"
        raise InputError(what, "run: pip install 'remit[mcp]'")
    root = Path(arguments.root)
    if not root.is_dir():
        raise InputError(f"`{root}` is not a folder", "name the folder that holds the projects")
    from remit import wiring

    wiring.assistants(root).run()
    return Exit.OK
