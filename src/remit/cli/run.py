"""The verb `run`: a command as a role of the project, and what it was denied.

The role's credentials are plain environment variables, as Lambda sets them: every SDK looks there
first, while the container endpoint comes after the profiles and keys that a laptop may hold
(facts/iam.md 10.2, 10.4). They last as long as the role allows, twelve hours for one that is made
here; the container endpoint, which rotates, is for `remit serve --role`.
"""

from __future__ import annotations

import logging
import os
import secrets
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from remit import wiring
from remit.app.errors import InputError
from remit.app.generate import Generated, Wish
from remit.app.running import Denied, Plan
from remit.cli import below, child
from remit.cli.delivering import ask, credentials_of, token_in
from remit.cli.exits import Exit
from remit.cli.generate import snippet
from remit.cli.output import save, show, target
from remit.deploy.formats import BY_FRAMEWORK
from remit.report import denied as report
from remit.report.lines import some
from remit.report.terminal import Screen
from remit.usage import recording

if TYPE_CHECKING:
    from remit.server.run import Built


@dataclass(frozen=True, slots=True)
class Served:
    """A server for the command: its address, the role's keys, and afterwards what was denied and
    (with `--learn`) the lines of the recording."""

    url: str
    keys: dict[str, str]
    denied: Callable[[], Sequence[Denied]]
    recorded: Callable[[], Sequence[str]] = tuple


def run(arguments: Namespace) -> int:
    """Run the command; its exit status, or 1 where it succeeded and calls were denied. Raises
    InputError."""
    _check(arguments)
    output = target(arguments.output) if arguments.output else None
    lines_to = target(arguments.recording, "--recording") if arguments.recording else None
    plan = _plan(arguments)
    for note in plan.notes:
        _say(f"remit: note: {note}")
    served = _own(plan, arguments.learn) if arguments.port is None else _there(plan, arguments)
    with served as server:
        region = {"AWS_REGION": plan.seeds.region, "AWS_DEFAULT_REGION": plan.seeds.region}
        keys = {**server.keys, **region}
        variables = child.environment(os.environ, plan.environment, keys, server.url)
        with below.reporting(plan, arguments, server.url) as beside:
            told = {**variables, **beside.variables}
            status, reason = child.wait_for(arguments.command, told)
        denied = [*server.denied(), *beside.denied]
        lines = list(dict.fromkeys([*server.recorded(), *beside.calls]))
    if reason:
        _say(f"remit: {reason}")
        return status
    if arguments.learn:
        if lines_to is not None:
            save(lines_to, "".join(f"{line}\n" for line in lines))
        _learned(plan, arguments, lines, output)
        return status
    found = wiring.denials(Path(arguments.project), plan, denied)
    screen = Screen(encoding=sys.stderr.encoding or "utf-8")
    sys.stderr.write(report.render(found, screen))
    return Exit.FINDINGS if found and status == 0 else status


def _check(arguments: Namespace) -> None:
    if arguments.port is not None and arguments.learn:
        hint = "leave `--port` out"
        raise InputError("`--learn` needs a server of its own, which refuses nothing", hint)
    if (arguments.port is None) != (arguments.token_file is None):
        raise InputError("`--port` and `--token-file` go together")
    if not arguments.learn and (arguments.recording or arguments.output):
        raise InputError("`--recording` and `--output` need `--learn`")


def _plan(arguments: Namespace) -> Plan:
    return wiring.running(
        Path(arguments.project),
        arguments.stage,
        arguments.framework,
        arguments.function,
        arguments.role,
        learn=arguments.learn,
    )


def _session(plan: Plan) -> str:
    """A session name that no other run has: denials are told apart by it."""
    return f"remit-run-{secrets.token_hex(4)}"


# --- servers ------------------------------------------------------------------------------------


@contextmanager
def _own(plan: Plan, learn: bool) -> Iterator[Served]:
    """A server in this process, on a free port of loopback, with the roles of the stage."""
    try:
        from remit.credentials.delivery import environment
        from remit.server import metadata
        from remit.server import run as serving
        from remit.server.enforcer import Settings
        from remit.server.seed import plant
    except ModuleNotFoundError as error:
        hint = "Install it: `pip install 'remit[serve]'`."
        raise InputError(f"`remit run` needs the package `{error.name}`", hint) from None
    logging.basicConfig(level=logging.WARNING, format="remit: %(message)s", stream=sys.stderr)
    seeds, session = plan.seeds, _session(plan)
    built = serving.build(Settings(region=seeds.region, account=seeds.account))
    plant(built.state, seeds.account, seeds.roles)
    principal = _principal(seeds.account, plan.name, session)
    lines: dict[str, None] = {}
    if learn:
        built = _learning(built, principal, lines)
    built, own = metadata.with_metadata(built, metadata.Delivery(secrets.token_urlsafe(32)))
    _, credentials = own.credentials(plan.name, session, metadata.LONGEST)
    keys = environment(credentials, seeds.region)
    with serving.running(built) as url:
        yield Served(
            url,
            keys,
            lambda: [_denied(one) for one in own.denied(principal)],
            lambda: list(lines),
        )


def _learning(built: Built, principal: str, lines: dict[str, None]) -> Built:
    """The server that refuses nothing, and adds a line for each call of `principal`."""
    from remit.core.call import Call
    from remit.core.span import Span

    nowhere, own = Span.whole("recording"), built.enforcer.settings.region

    def learn(call: Any, around: Any) -> None:
        if around.caller.principal != principal:
            return
        region = None if around.region == own else around.region
        made = Call(call.service, call.operation, call.params, nowhere, region=region)
        lines.setdefault(recording.write(made))

    enforcer = replace(built.enforcer, learn=learn)
    return replace(
        built, enforcer=enforcer, application=replace(built.application, enforcer=enforcer)
    )


@contextmanager
def _there(plan: Plan, arguments: Namespace) -> Iterator[Served]:
    """The server that runs at `--port`."""
    port, token, session = arguments.port, token_in(arguments.token_file), _session(plan)
    found = credentials_of(port, plan.name, token, session)
    keys = {
        "AWS_ACCESS_KEY_ID": str(found["AccessKeyId"]),
        "AWS_SECRET_ACCESS_KEY": str(found["SecretAccessKey"]),
        "AWS_SESSION_TOKEN": str(found["Token"]),
    }
    principal = _principal(str(found["RoleArn"]).split(":")[4], plan.name, session)
    path = f"/_remit/denials?principal={quote(principal, safe='')}"
    yield Served(
        f"http://127.0.0.1:{port}", keys, lambda: [_denied(one) for one in ask(port, path, token)]
    )


def _principal(account: str, role: str, session: str) -> str:
    return f"arn:aws:sts::{account}:assumed-role/{role}/{session}"


def _denied(told: dict[str, Any]) -> Denied:
    context = {
        key: value if isinstance(value, str) else tuple(value)
        for key, value in told["context"].items()
    }
    return Denied(
        told["service"], told["operation"], told["action"], told["resource"], told["why"], context
    )


# --- learning -----------------------------------------------------------------------------------


def _learned(plan: Plan, arguments: Namespace, lines: Sequence[str], output: Path | None) -> None:
    """Print or write the smallest policy for the calls."""
    calls = recording.read((line.encode() for line in lines), "the recording")
    wish = Wish(role=plan.role.name, calls=calls)
    made = wiring.generate(Path(arguments.project), wish, (plan.stage.name,), arguments.framework)
    [one] = made.targets
    text = snippet(one, BY_FRAMEWORK.get(made.framework, "policy"))
    if output is None:
        show(text)
    else:
        save(output, text)
    _remarks(plan, made)


def _remarks(plan: Plan, made: Generated) -> None:
    role = f"role `{plan.role.name}` of stage `{plan.stage.name}`"
    _say(f"remit: the smallest policy for {some(made.calls, 'different call')} of {role}")
    for gap in (*made.targets[0].gaps, *made.lost):
        _say(f"remit: not covered: {gap.message}")


def _say(line: str) -> None:
    print(Screen().clean(line), file=sys.stderr, flush=True)  # noqa: T201  remarks beside the command's output
