"""The verb `credentials`: what a `credential_process` prints.

Source: facts/iam.md 10.3 (AWS CLI User Guide, sourcing-external).
"""

from __future__ import annotations

import json
from argparse import Namespace

from remit.app.errors import InputError
from remit.cli.delivering import credentials_of, token_in
from remit.cli.exits import Exit
from remit.cli.output import show

_MEMBERS = {
    "AccessKeyId": "AccessKeyId",
    "SecretAccessKey": "SecretAccessKey",
    "SessionToken": "Token",
    "Expiration": "Expiration",
}


def run(arguments: Namespace) -> int:
    """Print a role's credentials. Raises InputError."""
    token = token_in(arguments.token_file)
    found = credentials_of(arguments.port, arguments.role, token)
    try:
        made = {name: str(found[theirs]) for name, theirs in _MEMBERS.items()}
    except (KeyError, TypeError):
        what = f"what listens at port {arguments.port} is no `remit serve`"
        raise InputError(what, "name the server's port with `--port`") from None
    show(json.dumps({"Version": 1, **made}) + "\n")
    return Exit.OK
