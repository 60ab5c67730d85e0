"""The verb `explain`: why one request is decided as it is, or what a pasted denial says."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import Namespace
from pathlib import Path

from remit.app.decide import met
from remit.app.documents import PolicyError
from remit.app.errors import InputError
from remit.app.explain import Explained, Told, explain_request, merged, read_message, told
from remit.cli.asked import BY_LEVEL, FLAT, context, documents, is_given, no_policy, request
from remit.cli.exits import Exit
from remit.cli.output import show
from remit.cli.sources import reader
from remit.core.request import Request
from remit.explain.message import LONGEST
from remit.report.terminal import PROSE

_PREFILLED = ("principal", "action", "resource")


def run(arguments: Namespace) -> int:
    """Explain what `arguments` ask; returns the exit status. Raises InputError."""
    message = _message(arguments.message)
    given = any(is_given(arguments, name) for name in (*FLAT, *BY_LEVEL))
    if message is not None and not given:
        if arguments.expect is not None:
            raise InputError("`--expect` needs policies", "a message alone decides nothing")
        _print(told(message), arguments)
        return Exit.OK
    found = _explained(_request(arguments, message), arguments, message)
    _print(found, arguments)
    if found.explanation is None or arguments.expect is None:
        return Exit.OK
    verdict = found.explanation.trace.decision.verdict
    return Exit.OK if met(verdict, arguments.expect) else Exit.FINDINGS


def _explained(asked: Request, arguments: Namespace, message: Told | None) -> Explained:
    given = documents(arguments)
    try:
        return explain_request(asked, given, message)
    except PolicyError as error:
        raise no_policy(error) from None
    except ValueError as error:
        raise InputError(f"cannot decide: {error}") from None


def _message(text: str | None) -> Told | None:
    """The denial in `text`, or on standard input for `-`."""
    if text is None:
        return None
    if text == "-":
        data = sys.stdin.buffer.read(4 * LONGEST)
        text = data.decode("utf-8", "replace")
    found = read_message(text)
    if found is None:
        hint = "paste the whole error, with `User: ... is not authorized to perform: ...`"
        raise InputError("--message: there is no denial of AWS's in it", hint)
    return found


def _request(arguments: Namespace, message: Told | None) -> Request:
    """The request that the flags name, its gaps filled from the message."""
    if message is None:
        return request(arguments, ", or `--message TEXT`")
    denied = message.denied
    for name in _PREFILLED:
        hidden = name == "resource" and denied.masked
        if getattr(arguments, name) is None and not hidden:
            setattr(arguments, name, getattr(denied, name))
    if arguments.resource is None and not denied.masked and denied.action is not None:
        arguments.resource = "*"  # AWS leaves it out where the action has none (facts 6.1)
    asked = request(arguments, ": the message does not tell them")
    return Request(
        asked.principal,
        asked.action,
        asked.resource,
        asked.resource_account,
        merged(context(arguments.context), message),
    )


def _print(found: Explained, arguments: Namespace) -> None:
    if arguments.format == "json":
        from remit.report import explanation_json

        show(explanation_json.render(found))
        return
    from remit.report import explanation

    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((PROSE, 24)).columns if terminal else PROSE
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    encoding = sys.stdout.encoding or "ascii"
    show(explanation.render(found, reader(Path()), width, colour, encoding))
