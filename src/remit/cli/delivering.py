"""What `remit serve --role` hands out, and how `remit run` and `remit credentials` ask for it."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shlex
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from remit.app.errors import InputError

if TYPE_CHECKING:
    from remit.server.run import Built

_HERE = "127.0.0.1"
_PATIENCE = 10
_LARGEST = 64 << 20


def handing_out(built: Built, arguments: Namespace, local: str = "{}") -> tuple[Built, str | None]:
    """The server with the paths that hand out credentials, where flags ask for them, and the token
    that opens these. `local` is what they tell of what was made. Raises InputError."""
    from remit.server.metadata import Delivery, with_metadata

    if arguments.imds_v1 and arguments.role is None:
        raise InputError("`--imds-v1` needs `--role`")
    if arguments.role is None and arguments.token_file is None:
        return built, None
    account = built.state.account(built.enforcer.settings.account)
    if arguments.project is not None and arguments.role not in (None, *account.roles):
        names = ", ".join(f"`{name}`" for name in account.roles) or "none"
        raise InputError(f"no such role: `{arguments.role}`", f"the roles are {names}")
    token = secrets.token_urlsafe(32)
    if arguments.token_file is not None:
        _keep(Path(arguments.token_file), token)
    made, _ = with_metadata(built, Delivery(token, arguments.role, arguments.imds_v1, local=local))
    return made, token


def greet(url: str, role: str | None, token: str | None) -> None:
    """Say what a client needs to find the credentials."""
    if role is None or token is None:
        return
    lines = [
        f"# the role {role}, as in a container: unset the keys above",
        f"export AWS_CONTAINER_CREDENTIALS_FULL_URI={url}/_remit/credentials",
        f"export AWS_CONTAINER_AUTHORIZATION_TOKEN={token}",
        "# or as on an instance",
        f"export AWS_EC2_METADATA_SERVICE_ENDPOINT={url}/_remit/imds",
        "",
    ]
    print("\n".join(lines), flush=True)  # noqa: T201  the command line speaks by printing


def greet_log(port: int, arguments: Namespace) -> None:
    """Say how to look at the decisions."""
    if arguments.log is not None:
        place = (
            "URL" if "://" in arguments.log else shlex.quote(arguments.log)
        )  # it may hold a password
        named = f" --log {place}" if arguments.log else ""
        how = f"`remit log{named} --follow`"
    elif arguments.state is not None:
        how = f"`remit log --log {shlex.quote(arguments.state)} --follow`"
    elif arguments.token_file is not None:
        how = f"`remit log --port {port} --token-file {shlex.quote(arguments.token_file)} --follow`"
    else:
        how = "start with `--token-file FILE` to see the newest, with `--log` to keep them all"
    print(f"remit: decisions: {how}", file=sys.stderr, flush=True)  # noqa: T201  the same


def _keep(path: Path, token: str) -> None:
    """Write the token to a file that nobody else can read; one that is there is replaced."""
    try:
        path.unlink(missing_ok=True)
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="ascii") as file:
            file.write(token)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot write `{path}`: {reason}") from None


# --- asking -------------------------------------------------------------------------------------


def token_in(name: str) -> str:
    """The token in a file. Raises InputError."""
    try:
        with Path(name).open("rb") as file:
            found = file.read(4096).strip().decode("ascii")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it holds no token"
        raise InputError(f"cannot read `{name}`: {reason}") from None
    if not found or not found.isprintable():
        raise InputError(f"`{name}` holds no token", "it is what `remit serve --token-file` wrote")
    return found


def credentials_of(port: int, role: str | None, token: str, session: str = "") -> Any:
    """What the container endpoint of the server at `port` gives for a role. Raises InputError."""
    named = f"/{quote(role, safe='')}" if role is not None else ""
    asked = f"?session={quote(session)}" if session else ""
    return ask(port, f"/_remit/credentials{named}{asked}", token)


def ask(port: int, path: str, token: str) -> Any:
    """A document of the server that listens on this machine at `port`. Raises InputError."""
    if not 1 <= port <= 65_535:
        raise InputError(f"`{port}` is no port: expected 1 to 65535")
    where = f"{_HERE}:{port}"
    connection = http.client.HTTPConnection(_HERE, port, timeout=_PATIENCE)
    try:
        connection.request("GET", path, headers={"authorization": token})
        answer = connection.getresponse()
        status, body = answer.status, answer.read(_LARGEST)
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        hint = "start it with `remit serve --token-file FILE`"
        raise InputError(f"no server answers at `{where}`: {reason}", hint) from None
    finally:
        connection.close()
    found = _document(body)
    if status == 200 and found is not None:
        return found
    if status == 404 and found is None:
        hint = "start it with `--token-file FILE`"
        raise InputError(f"what listens at `{where}` hands out no credentials", hint)
    why = found.get("message") if isinstance(found, dict) else None
    raise InputError(f"the server at `{where}` refused: {why or f'HTTP status {status}'}")


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
