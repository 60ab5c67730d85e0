"""The quick way to read a line whose policies are known: with the standard library's JSON parser.

It takes a line only where the careful way (`cases`) would read the same: whatever is unusual is
left to that, which also says what is wrong and where.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeAlias

from remit.app.memo import STAND_IN
from remit.app.requests import KEYS, CaseError, Name, request
from remit.core.request import Request, Value
from remit.syntax.source import MAX_DEPTH

_KNOWN = frozenset(KEYS)
_TEXTS = frozenset(KEYS[:4])
_REQUIRED = frozenset(KEYS[:3])
_LONGEST_NUMBER = 300

Read: TypeAlias = tuple[Name, Request]


class _Number(str):
    """A number, as its author wrote it."""

    __slots__ = ()


class _UnusualError(ValueError):
    """Something that the careful way must judge."""


def read(rest: str) -> Read | None:
    """The `id` and the request of a line in which `STAND_IN` stands for the policies, None where
    anything is unusual."""
    if rest.count("{") + rest.count("[") > MAX_DEPTH:  # maybe nested too deep
        return None
    try:
        root = _DECODER.decode(rest)
        if type(root) is not dict or root.get("policies") is not _POLICIES:
            return None
        return _name(root), _request(root.get("request"))
    except (ValueError, CaseError):  # ValueError: not JSON, or unusual
        return None


def _name(root: dict[str, Any]) -> Name:
    name = root.get("id", "")
    if type(name) is not str and type(name) is not int:
        raise _UnusualError
    return name if "id" in root else None


def _request(found: Any) -> Request:
    if type(found) is not dict or not _REQUIRED <= found.keys() <= _KNOWN:
        raise _UnusualError
    if not all(type(found[key]) is str for key in _TEXTS & found.keys()):
        raise _UnusualError
    given = found.get("context", {})
    if type(given) is not dict or len({key.lower() for key in given}) != len(given):
        raise _UnusualError
    context: dict[str, Value] = {
        key: tuple(map(_text, value)) if type(value) is list else _text(value)
        for key, value in given.items()
    }
    account = found.get("resourceAccount")
    return request(found["principal"], found["action"], found["resource"], account, context)


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is _Number:
        return str(value)
    raise _UnusualError


# -- what the parser makes of things -------------------------------------------------------------

_POLICIES = object()


def _number(text: str) -> object:
    if text == STAND_IN:
        return _POLICIES
    if len(text) > _LONGEST_NUMBER:
        raise _UnusualError
    return _Number(text)


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    listed = list(pairs)
    members = dict(listed)
    if len(members) != len(listed):  # a key that is there twice
        raise _UnusualError
    return members


def _constant(_: str) -> object:
    """NaN and the infinities, which are Python's and not JSON's."""
    raise _UnusualError


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_number, parse_int=_number, parse_constant=_constant
)
