"""The verb `serve`: a local AWS that enforces every policy, until it is stopped."""

from __future__ import annotations

import logging
import os
import sys
from argparse import Namespace
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from remit.app.errors import InputError
from remit.cli.exits import Exit

if TYPE_CHECKING:
    from remit.app.decision_log import DecisionLog
    from remit.app.decision_notes import Notes
    from remit.app.seeding import Seeds
    from remit.server.run import Address, Built
    from remit.server.settings import Settings


def run(arguments: Namespace) -> int:
    """Serve. Raises InputError."""
    try:
        from remit.cli import delivering, keeping, provisioning
        from remit.server import run as serving
    except ModuleNotFoundError as error:
        hint = "Install it: `pip install 'remit[serve]'`."
        raise InputError(f"`remit serve` needs the package `{error.name}`", hint) from None
    logging.basicConfig(level=logging.WARNING, format="remit: %(message)s", stream=sys.stderr)
    _check(arguments)
    address = serving.Address(arguments.host, arguments.port, arguments.certificate, arguments.key)
    seeds = _seeds(arguments)
    keys = _keys(arguments.jwks)
    listening = serving.bind(address)  # a port that is in use is said before anything is made
    with ExitStack() as ends:
        ends.callback(listening.close)
        state = keeping.opened(arguments, ends)
        built = serving.build(
            _settings(arguments, seeds, keeping.account(state)),
            log=_log(arguments, ends),
            keys=keys,
            largest=arguments.max_body << 20,
            file=state,
        )
        made: tuple[str, ...] = ()
        things = None
        if seeds is not None:
            seeds, made, things = provisioning.deployed(built, seeds, provision=arguments.provision)
        keeping.begun(built, ends)
        built, token = delivering.handing_out(built, arguments, provisioning.written(things))
        server = serving.server(built, address)
        port = listening.getsockname()[1]
        _greet(built, address, port, seeds, made, arguments.state)
        provisioning.say(things, _say)
        delivering.greet(_url(address, port), arguments.role, token)
        delivering.greet_log(port, arguments)
        serving.settle()
        with suppress(KeyboardInterrupt):  # uvicorn has ended what was under way
            server.run(sockets=[listening])
    _say("stopped")
    return Exit.OK


def _check(arguments: Namespace) -> None:
    if arguments.account is not None and not (
        len(arguments.account) == 12
        and arguments.account.isdecimal()
        and arguments.account.isascii()
    ):
        raise InputError(f"`{arguments.account}` is no account: expected 12 digits")
    if not 0 <= arguments.port <= 65_535:
        raise InputError(f"`{arguments.port}` is no port: expected 0 to 65535")
    if not 1 <= arguments.max_body <= 65_536:
        raise InputError(f"`{arguments.max_body}` MiB: expected 1 to 65536")
    if bool(arguments.certificate) != bool(arguments.key):
        raise InputError("`--certificate` and `--key` go together")
    for name in (arguments.certificate, arguments.key):
        if name is not None and not Path(name).is_file():
            raise InputError(f"`{name}` is no file")
    if arguments.log_async and arguments.log is None and arguments.state is None:
        raise InputError("`--log-async` needs `--log`")
    if arguments.state_key is not None and arguments.state is None:
        raise InputError("`--state-key` needs `--state`")
    if arguments.project is None and (arguments.stage or arguments.framework):
        raise InputError("`--stage` and `--framework` need `--project`")
    if arguments.project is None and arguments.provision:
        raise InputError("`--provision` needs `--project`")


def _keys(given: list[str]) -> dict[str, Mapping[str, object]]:
    """The JWKS documents of providers, by address as IAM has it. Raises InputError."""
    from remit.credentials.tokens import parse_keys

    found = {}
    for one in given:
        url, separator, file = one.rpartition("=")
        if not separator or not url.startswith("https://"):
            raise InputError(f"`--jwks {one}`", "Write `--jwks https://issuer.example=keys.json`.")
        try:
            found[url.removeprefix("https://")] = parse_keys(Path(file).read_bytes())
        except OSError as error:
            raise InputError(f"`{file}`: {error.strerror}") from None
        except ValueError as error:
            raise InputError(f"`{file}`: {error}") from None
    return found


def _log(arguments: Namespace, ends: ExitStack) -> Notes | None:
    """The server's way into the log that was asked for, which `ends` closes. Raises InputError."""
    if arguments.log is None and arguments.state is None:
        return None
    from remit import wiring
    from remit.app.decision_log import PLACE
    from remit.app.decision_notes import Notes

    place = arguments.log or os.environ.get("REMIT_LOG") or PLACE
    log = wiring.decision_log(place if arguments.log is not None else arguments.state)
    ends.callback(_close, log)
    return Notes(log, durable=not arguments.log_async)


def _close(log: DecisionLog) -> None:
    log.close()
    status = log.status()
    if status.lost:
        _say(f"warning: {status.lost} decisions are not in the log: {status.failing}")


def _seeds(arguments: Namespace) -> Seeds | None:
    if arguments.project is None:
        return None
    from remit import wiring

    return wiring.seeds(
        Path(arguments.project),
        arguments.stage,
        arguments.framework,
        arguments.account,
        arguments.region,
    )


def _settings(arguments: Namespace, seeds: Seeds | None, kept: str | None) -> Settings:
    from remit.app.seeding import ACCOUNT, REGION
    from remit.server.settings import Settings as Made

    return Made(
        region=seeds.region if seeds else arguments.region or REGION,
        account=seeds.account if seeds else arguments.account or kept or ACCOUNT,
        unknown_allowed=arguments.unknown == "allow",
        secure=not arguments.plain_http,
    )


def _greet(
    built: Built, address: Address, port: int, seeds: Seeds | None, made: tuple[str, ...],
    state: str | None,
) -> None:  # fmt: skip
    """Say where it listens and with which keys; to the terminal only, never to a log."""
    url = _url(address, port)
    region = built.enforcer.settings.region
    _say(f"serving account {built.administrator.account} at {url}")
    lines = [
        "",
        f"export AWS_ENDPOINT_URL={url}",
        f"export AWS_REGION={region}",
        f"export AWS_DEFAULT_REGION={region}",  # boto3 reads no other
        f"# the bootstrap administrator; these keys {_last(state)}",
        f"export AWS_ACCESS_KEY_ID={built.administrator.id}",
        f"export AWS_SECRET_ACCESS_KEY={built.administrator.secret}",
        f"# the root user: {built.root.id} {built.root.secret}",
        "",
    ]
    print("\n".join(lines), flush=True)  # noqa: T201  the command line speaks by printing
    if state is not None:
        _say(f"users, roles and policies are kept in {state}; buckets, tables and the like are not")
    if seeds is not None:
        for arn in made:
            _say(f"role of stage {seeds.stage}: {arn}")
        for note in seeds.notes:
            _say(f"note: {note}")
    if not _is_local(address.host):
        _say(f"warning: `{address.host}` can be reached from other machines")


def _last(state: str | None) -> str:
    return "end with this process" if state is None else f"are kept in {state}"


def _url(address: Address, port: int) -> str:
    scheme = "https" if address.certificate else "http"
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"{scheme}://{host}:{port}"


def _is_local(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _say(text: str) -> None:
    from remit.report.terminal import Screen

    print(Screen().clean(f"remit: {text}"), file=sys.stderr, flush=True)  # noqa: T201  the same
