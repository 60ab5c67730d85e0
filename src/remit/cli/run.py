"""The verb `run`: a command as a role of the project, and what it was denied.

The role's credentials are plain environment variables, as Lambda sets them: every SDK looks there
first, while the container endpoint comes after the profiles and keys that a laptop may hold
(facts/iam.md 10.2, 10.4). They last as long as the role allows, twelve hours for one that is made
here; the container endpoint, which rotates, is for `remit serve --role`.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from remit import wiring
from remit.app.environment import addressed
from remit.app.errors import InputError
from remit.app.generate import Generated, Wish
from remit.app.running import Denied, Plan
from remit.cli import below, child, granting
from remit.cli.administering import Administrator
from remit.cli.exits import Exit
from remit.cli.generate import snippet
from remit.cli.granting import say, screen
from remit.cli.output import save, show, target
from remit.cli.run_server import Served, own, there
from remit.deploy.formats import BY_FRAMEWORK
from remit.report import denied as report
from remit.report.lines import some
from remit.usage import recording


def run(arguments: Namespace) -> int:
    """Run the command; its exit status, or 1 where it succeeded and calls were denied. Raises
    InputError."""
    _check(arguments)
    output = target(arguments.output) if arguments.output else None
    lines_to = target(arguments.recording, "--recording") if arguments.recording else None
    plan = _plan(arguments)
    if arguments.port is None:
        served = own(plan, learn=arguments.learn, provision=arguments.provision)
    else:
        served = there(plan, arguments)
    with served as server:
        plan = server.plan
        for note in plan.notes:
            say(f"remit: note: {note}")
        if arguments.grant_on_denial:
            return _granting(plan, arguments, server, output)
        ran = _once(plan, arguments, server)
        lines = list(dict.fromkeys([*server.recorded(), *ran.calls]))
    status = ran.status
    if not ran.started:
        return status
    if arguments.learn:
        if lines_to is not None:
            save(lines_to, "".join(f"{line}\n" for line in lines))
        _learned(plan, arguments, lines, output)
        return status
    found = wiring.denials(Path(arguments.project), plan, ran.denied)
    sys.stderr.write(report.render(found, screen()))
    return Exit.FINDINGS if found and status == 0 else status


def _check(arguments: Namespace) -> None:
    if arguments.port is not None and arguments.learn:
        raise InputError(
            "`--learn` refuses nothing, so it has a server of its own",
            "leave `--port` out; to learn from a server that runs, with what is in it, use"
            " `--grant-on-denial --yes`, which grants what is denied, run by run",
        )
    if (arguments.port is None) != (arguments.token_file is None):
        raise InputError("`--port` and `--token-file` go together")
    if arguments.port is not None and arguments.provision:
        hint = "start it with `remit serve --project DIR --provision`"
        raise InputError("the server at `--port` makes its resources when it starts", hint)
    granting.check(arguments)
    if arguments.recording and not arguments.learn:
        raise InputError("`--recording` needs `--learn`")
    if arguments.output and not (arguments.learn or arguments.grant_on_denial):
        raise InputError("`--output` needs `--learn` or `--grant-on-denial`")


def _plan(arguments: Namespace) -> Plan:
    return wiring.running(
        Path(arguments.project),
        arguments.stage,
        arguments.framework,
        arguments.function,
        arguments.role,
        learn=arguments.learn,
    )


@dataclass(frozen=True, slots=True)
class _Ran:
    """One run of the command: its exit status, what was denied to it, what processes below it
    called in an emulator of their own, and whether it could be started."""

    status: int
    denied: Sequence[Denied]
    calls: Sequence[str]
    started: bool


def _once(plan: Plan, arguments: Namespace, server: Served, granted: str = "") -> _Ran:
    """Run the command in a session of its own; `granted` is a policy that the role has besides."""
    session = server.begin()
    region = {"AWS_REGION": plan.seeds.region, "AWS_DEFAULT_REGION": plan.seeds.region}
    keys = {**session.keys, **region}
    function = addressed(plan.environment, plan.seeds.local, server.url)
    variables = child.environment(os.environ, function, keys, server.url)
    with below.reporting(plan, arguments, server.url, granted) as beside:
        told = {**variables, **beside.variables}
        status, reason = child.wait_for(arguments.command, told)
    if reason:
        say(f"remit: {reason}")
    denied = [*session.denied(), *beside.denied]
    return _Ran(status, denied, beside.calls, not reason)


def _granting(plan: Plan, arguments: Namespace, server: Served, output: Path | None) -> int:
    """Run, ask about what is denied, grant it, run again."""
    rounds = granting.Rounds(
        plan,
        Path(arguments.project),
        Administrator(server.url, server.administrator()),
        arguments.yes,
        screen(),
    )

    def once(granted: str) -> tuple[int, Sequence[Denied]]:
        ran = _once(plan, arguments, server, granted)
        return ran.status, ran.denied

    try:
        return rounds.run(once)
    finally:  # a server that is gone takes nothing of what was agreed to with it
        granting.deliver(rounds, output)


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
    say(f"remit: the smallest policy for {some(made.calls, 'different call')} of {role}")
    for gap in (*made.targets[0].gaps, *made.lost):
        say(f"remit: not covered: {gap.message}")
