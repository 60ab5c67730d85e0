"""What is asked, from the flags that `decide` and `explain` share: a request and its documents."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from remit.app.decide import Document
from remit.app.errors import InputError
from remit.core.decision import Layer

if TYPE_CHECKING:
    from remit.app.documents import PolicyError
    from remit.core.request import Request, Value

FLAT = {
    "identity": Layer.IDENTITY,
    "resource_policy": Layer.RESOURCE,
    "boundary": Layer.BOUNDARY,
    "session": Layer.SESSION,
    "vpc_endpoint": Layer.VPC_ENDPOINT,
}
BY_LEVEL = {"scp": Layer.SCP, "rcp": Layer.RCP}
REQUIRED = ("principal", "action", "resource")
_FLAGS = {"resourceAccount": "--resource-account"}
"""Flags that are not spelled as the case format's names."""


def is_given(arguments: Namespace, name: str) -> bool:
    """Whether the flag was given."""
    return getattr(arguments, name) not in (None, [])


def request(arguments: Namespace, instead: str = "") -> Request:
    """The request that the flags name; `instead` is what may be given in its place. Raises
    InputError."""
    from remit.app.requests import CaseError
    from remit.app.requests import request as checked

    missing = [f"--{name}" for name in REQUIRED if getattr(arguments, name) is None]
    if missing:
        raise InputError(f"missing: {', '.join(missing)}", f"give a request{instead}")
    found = context(arguments.context)
    try:
        return checked(
            arguments.principal,
            arguments.action,
            arguments.resource,
            arguments.resource_account,
            found,
        )
    except CaseError as error:
        flag = _FLAGS.get(error.where, f"--{error.where}")
        raise InputError(f"{flag}: {error.message}") from None


def context(given: list[str]) -> dict[str, Value]:
    """`KEY=VALUE` sets a key, `KEY+=VALUE` adds to its list; a key is one or the other."""
    found: dict[str, Value] = {}
    spelled: dict[str, str] = {}
    for one in given:
        key, equals, value = one.partition("=")
        adds = key.endswith("+")
        key = key.removesuffix("+")
        if not equals or not key:
            raise InputError(f"--context: `{one}` is not `KEY=VALUE`")
        name = spelled.setdefault(key.lower(), key)
        known = found.get(name, () if adds else None)
        if adds and isinstance(known, tuple):
            found[name] = (*known, value)
        elif not adds and known is None:
            found[name] = value
        else:
            hint = f"write `{key}+=...` each time for a key of many values"
            raise InputError(f"--context: `{key}` is set twice", hint)
    return found


def documents(arguments: Namespace) -> dict[Layer, list[list[Document]]]:
    """The documents of each layer, read from the files that the flags name. Raises InputError."""
    found: dict[Layer, list[list[Document]]] = {}
    for name, layer in FLAT.items():
        if files := getattr(arguments, name):
            found[layer] = [[_document(file) for file in files]]
    for name, layer in BY_LEVEL.items():
        if levels := getattr(arguments, name):
            found[layer] = [[_document(file) for file in one.split(",")] for one in levels]
    if len(arguments.resource_policy) > 1:
        raise InputError("`--resource-policy` is given twice", "a resource has one policy")
    return found


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


def no_policy(error: PolicyError) -> InputError:
    """The error for documents in which there is no policy."""
    first, *rest = error.problems
    more = f" (and {len(rest)} more)" if rest else ""
    return InputError(first.message + more, first.hint, first.span)
