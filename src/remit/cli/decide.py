"""The verb `decide`: one request from flags, or a batch of lines; print; choose the exit status."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from remit.app.decide import Decided, Document, decide, met
from remit.app.documents import PolicyError
from remit.app.errors import InputError
from remit.cli.exits import Exit
from remit.core.decision import Layer, Verdict

if TYPE_CHECKING:
    from remit.core.request import Request, Value

_FLAT = {
    "identity": Layer.IDENTITY,
    "resource_policy": Layer.RESOURCE,
    "boundary": Layer.BOUNDARY,
    "session": Layer.SESSION,
    "vpc_endpoint": Layer.VPC_ENDPOINT,
}
_BY_LEVEL = {"scp": Layer.SCP, "rcp": Layer.RCP}
_REQUIRED = ("principal", "action", "resource")
_FLAGS = {"resourceAccount": "--resource-account"}
"""Flags that are not spelled as the case format's names."""


def run(arguments: Namespace) -> int:
    """Decide what `arguments` ask; returns the exit status. Raises InputError."""
    if arguments.batch is not None:
        return _batch(arguments)
    decided = _decide(_request(arguments), arguments)
    _print(decided, arguments.format == "json")
    return Exit.OK if met(decided.decision.verdict, arguments.expect) else Exit.FINDINGS


# -- a batch -----------------------------------------------------------------------------------


def _batch(arguments: Namespace) -> int:
    given = [
        name for name in (*_REQUIRED, "resource_account", "context") if _is_given(arguments, name)
    ]
    given += [name for name in (*_FLAT, *_BY_LEVEL) if _is_given(arguments, name)]
    if given or arguments.format == "text":
        flag = "--" + given[0].replace("_", "-") if given else "--format text"
        raise InputError(f"`--batch` does not go with `{flag}`", "each line says it all")
    from remit.cli.batch import run as run_batch

    return run_batch(arguments.batch, arguments.expect)


def _is_given(arguments: Namespace, name: str) -> bool:
    return getattr(arguments, name) not in (None, [])


# -- one request -------------------------------------------------------------------------------


def _request(arguments: Namespace) -> Request:
    from remit.app.requests import CaseError, request

    missing = [f"--{name}" for name in _REQUIRED if getattr(arguments, name) is None]
    if missing:
        raise InputError(f"missing: {', '.join(missing)}", "give a request, or `--batch FILE`")
    context = _context(arguments.context)
    try:
        return request(
            arguments.principal,
            arguments.action,
            arguments.resource,
            arguments.resource_account,
            context,
        )
    except CaseError as error:
        flag = _FLAGS.get(error.where, f"--{error.where}")
        raise InputError(f"{flag}: {error.message}") from None


def _context(given: list[str]) -> dict[str, Value]:
    """`KEY=VALUE` sets a key, `KEY+=VALUE` adds to its list; a key is one or the other."""
    context: dict[str, Value] = {}
    spelled: dict[str, str] = {}
    for one in given:
        key, equals, value = one.partition("=")
        adds = key.endswith("+")
        key = key.removesuffix("+")
        if not equals or not key:
            raise InputError(f"--context: `{one}` is not `KEY=VALUE`")
        name = spelled.setdefault(key.lower(), key)
        known = context.get(name, () if adds else None)
        if adds and isinstance(known, tuple):
            context[name] = (*known, value)
        elif not adds and known is None:
            context[name] = value
        else:
            hint = f"write `{key}+=...` each time for a key of many values"
            raise InputError(f"--context: `{key}` is set twice", hint)
    return context


def _decide(request: Request, arguments: Namespace) -> Decided:
    documents: dict[Layer, list[list[Document]]] = {}
    for name, layer in _FLAT.items():
        if files := getattr(arguments, name):
            documents[layer] = [[_document(file) for file in files]]
    for name, layer in _BY_LEVEL.items():
        if levels := getattr(arguments, name):
            documents[layer] = [[_document(file) for file in one.split(",")] for one in levels]
    if len(arguments.resource_policy) > 1:
        raise InputError("`--resource-policy` is given twice", "a resource has one policy")
    try:
        return decide(request, documents)
    except PolicyError as error:
        raise _no_policy(error) from None
    except ValueError as error:
        raise InputError(f"cannot decide: {error}") from None


def _document(file: str) -> Document:
    from remit.syntax.source import MAX_SIZE

    if not file:
        raise InputError("a file without a name", "is there a comma too many?")
    try:
        with open(file, "rb") as stream:  # noqa: PTH123  pathlib would be 5 ms of a cold start
            return Document(stream.read(MAX_SIZE + 1), file)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read `{file}`: {reason}") from None


def _no_policy(error: PolicyError) -> InputError:

    first, *rest = error.problems
    more = f" (and {len(rest)} more)" if rest else ""
    return InputError(first.message + more, first.hint, first.span)


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
