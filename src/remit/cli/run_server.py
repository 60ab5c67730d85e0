"""The server that the command of `remit run` talks to: one of its own, or one that runs already."""

from __future__ import annotations

import logging
import os
import secrets
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from remit.app.errors import InputError
from remit.app.running import Denied, Plan, provisioned
from remit.cli import provisioning
from remit.cli.administering import Keys
from remit.cli.delivering import ask, credentials_of, token_in
from remit.cli.granting import say
from remit.core.decision import Layer
from remit.usage import recording

if TYPE_CHECKING:
    from remit.server.run import Built


@dataclass(frozen=True, slots=True)
class Session:
    """One run's session of the role: its keys as environment variables, and afterwards what was
    denied to it."""

    keys: dict[str, str]
    denied: Callable[[], Sequence[Denied]]


@dataclass(frozen=True, slots=True)
class Served:
    """A server for the command: the plan with what was made, its address, a way to begin a session,
    and afterwards the lines of the recording (with `--learn`). `administrator` are keys that may
    change the role: asked for where they are needed, for there may be none (InputError)."""

    plan: Plan
    url: str
    begin: Callable[[], Session]
    administrator: Callable[[], Keys]
    recorded: Callable[[], Sequence[str]] = tuple


def _session() -> str:
    """A session name that no other run has: denials are told apart by it."""
    return f"remit-run-{secrets.token_hex(4)}"


def _principal(account: str, role: str, session: str) -> str:
    return f"arn:aws:sts::{account}:assumed-role/{role}/{session}"


# --- one of its own -----------------------------------------------------------------------------


@contextmanager
def own(plan: Plan, *, learn: bool, provision: bool) -> Iterator[Served]:
    """A server in this process, on a free port of loopback, with the roles of the stage. Raises
    InputError."""
    try:
        from remit.credentials.delivery import environment
        from remit.server import metadata
        from remit.server import run as serving
        from remit.server.settings import Settings
    except ModuleNotFoundError as error:
        hint = "Install it: `pip install 'remit[serve]'`."
        raise InputError(f"`remit run` needs the package `{error.name}`", hint) from None
    logging.basicConfig(level=logging.WARNING, format="remit: %(message)s", stream=sys.stderr)
    built = serving.build(Settings(region=plan.seeds.region, account=plan.seeds.account))
    seeds, _, things = provisioning.deployed(built, plan.seeds, provision=provision)
    if things is not None:
        plan = provisioned(plan, things.local)
        provisioning.say(things, lambda line: say(f"remit: {line}"))
    principals: set[str] = set()
    lines: dict[str, None] = {}
    if learn:
        built = _learning(built, principals, lines)
    built, told = metadata.with_metadata(built, metadata.Delivery(secrets.token_urlsafe(32)))

    def begin() -> Session:
        session = _session()
        principal = _principal(seeds.account, plan.name, session)
        principals.add(principal)
        _, credentials = told.credentials(plan.name, session, metadata.LONGEST)
        keys = environment(credentials, seeds.region)
        return Session(keys, lambda: [_denied(one) for one in told.denied(principal)])

    first = built.administrator
    with serving.running(built) as url:
        yield Served(plan, url, begin, lambda: Keys(first.id, first.secret), lambda: list(lines))


def _learning(built: Built, principals: set[str], lines: dict[str, None]) -> Built:
    """The server that refuses nothing, and adds a line for each call of `principals`."""
    from remit.core.call import Call
    from remit.core.span import Span

    nowhere, region_here = Span.whole("recording"), built.enforcer.settings.region

    def learn(call: Any, around: Any) -> None:
        if around.caller.principal not in principals:
            return
        region = None if around.region == region_here else around.region
        made = Call(call.service, call.operation, call.params, nowhere, region=region)
        lines.setdefault(recording.write(made))

    enforcer = replace(built.enforcer, learn=learn)
    return replace(
        built, enforcer=enforcer, application=replace(built.application, enforcer=enforcer)
    )


# --- one that runs already ----------------------------------------------------------------------


@contextmanager
def there(plan: Plan, arguments: Namespace) -> Iterator[Served]:
    """The server that runs at `--port`. Raises InputError."""
    port, token = arguments.port, token_in(arguments.token_file)

    def begin() -> Session:
        session = _session()
        found = credentials_of(port, plan.name, token, session)
        keys = {
            "AWS_ACCESS_KEY_ID": str(found["AccessKeyId"]),
            "AWS_SECRET_ACCESS_KEY": str(found["SecretAccessKey"]),
            "AWS_SESSION_TOKEN": str(found["Token"]),
        }
        principal = _principal(str(found["RoleArn"]).split(":")[4], plan.name, session)
        path = f"/_remit/denials?principal={quote(principal, safe='')}"
        return Session(keys, lambda: [_denied(one) for one in ask(port, path, token)])

    local = provisioning.read(ask(port, "/_remit/local", token))
    if local is not None:
        plan = provisioned(plan, local)
    yield Served(plan, f"http://127.0.0.1:{port}", begin, _exported)


def _exported() -> Keys:
    """The keys in this process's environment, as `remit serve` prints them. The token opens roles
    only: a program that runs as one may know it, and must not grant itself anything."""
    key, secret = (os.environ.get(f"AWS_{name}") for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"))
    if not key or not secret:
        raise InputError(
            "nobody here may change the role on that server",
            "export the administrator's keys that `remit serve` printed, or leave `--port` out",
        )
    return Keys(key, secret, os.environ.get("AWS_SESSION_TOKEN"))


def _denied(told: dict[str, Any]) -> Denied:
    context = {
        key: value if isinstance(value, str) else tuple(value)
        for key, value in told["context"].items()
    }
    by = told.get("by")
    return Denied(
        told["service"],
        told["operation"],
        told["action"],
        told["resource"],
        told["why"],
        context,
        None if by is None else tuple(map(Layer, by)),
        bool(told.get("explicit")),
    )
