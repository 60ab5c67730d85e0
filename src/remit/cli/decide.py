"""The verb `decide`: one request from flags, or a batch of lines; print; choose the exit status."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from remit.app.decide import Decided, decide, met
from remit.app.documents import PolicyError
from remit.app.errors import InputError
from remit.cli.asked import BY_LEVEL, FLAT, REQUIRED, documents, is_given, no_policy, request
from remit.cli.exits import Exit
from remit.core.decision import Verdict

if TYPE_CHECKING:
    from remit.core.request import Request


def run(arguments: Namespace) -> int:
    """Decide what `arguments` ask; returns the exit status. Raises InputError."""
    if arguments.batch is not None:
        return _batch(arguments)
    decided = _decide(request(arguments, ", or `--batch FILE`"), arguments)
    _print(decided, arguments.format == "json")
    return Exit.OK if met(decided.decision.verdict, arguments.expect) else Exit.FINDINGS


# -- a batch -----------------------------------------------------------------------------------


def _batch(arguments: Namespace) -> int:
    given = [
        name for name in (*REQUIRED, "resource_account", "context") if is_given(arguments, name)
    ]
    given += [name for name in (*FLAT, *BY_LEVEL) if is_given(arguments, name)]
    if given or arguments.format == "text":
        flag = "--" + given[0].replace("_", "-") if given else "--format text"
        raise InputError(f"`--batch` does not go with `{flag}`", "each line says it all")
    from remit.cli.batch import run as run_batch

    return run_batch(arguments.batch, arguments.expect)


# -- one request -------------------------------------------------------------------------------


def _decide(asked: Request, arguments: Namespace) -> Decided:
    given = documents(arguments)
    try:
        return decide(asked, given)
    except PolicyError as error:
        raise no_policy(error) from None
    except ValueError as error:
        raise InputError(f"cannot decide: {error}") from None


# -- the answer --------------------------------------------------------------------------------


def _print(decided: Decided, as_json: bool) -> None:
    from remit.cli.output import show

    if as_json:
        from remit.app.answers import decided as answer

        show(answer(None, decided.decision) + "\n")
        return
    from remit.report.terminal import Screen

    screen = Screen(encoding=sys.stdout.encoding or "ascii")
    show("".join(screen.clean(line) + "\n" for line in lines(decided)))


def lines(decided: Decided) -> list[str]:
    """The answer for people: the verdict, what determined it, what was not understood."""
    request, decision = decided.request, decided.decision
    word, verb = ("allowed", "may") if decision.allowed else ("denied", "may not")
    said = [f"{word}: {request.principal} {verb} {request.action} on {request.resource}"]
    if decision.verdict is Verdict.IMPLICIT_DENY:
        given = ", ".join(decided.policies) or "none"
        said.append("  no statement denies it, and none allows it where one must")
        said.append(f"  policies given: {given}")
    for one in decision.determining:
        sid = f" `{one.sid}`" if one.sid else ""
        place = decided.statement(one).span
        said.append(f"  {word} by {one.layer} statement {one.statement}{sid} at {place}")
    return said + [f"warning: {warning}" for warning in decision.warnings]
