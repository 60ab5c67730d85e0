"""A recording of calls, one JSON object a line, as a test run or `remit run --learn` writes it.

    {"service": "dynamodb", "operation": "UpdateItem", "params": {...}, "region": "eu-west-1"}

The format is described in docs/json.md. A line that is none is a problem with its place; the
others count all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import cast

from remit.core.call import Call, Param
from remit.core.span import Problem, Span

LONGEST = 4 * 1024 * 1024
"""Bytes of a line."""
_DEEPEST = 50
_HINT = 'write `{"service": "s3", "operation": "GetObject", "params": {...}}`, one object a line'


def read(lines: Iterable[bytes], file: str) -> Iterator[Call | Problem]:
    """The call of each line, or what is wrong with it. Empty lines are passed over."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _read(line, Span(file, number, 1, number, 1))


def write(call: Call) -> str:
    """The line of a call, without its end. Bytes are left out: nothing depends on them, and they
    may be large or secret."""
    line = {"service": call.service, "operation": call.operation, "params": call.params}
    if isinstance(call.region, str):
        line["region"] = call.region
    return json.dumps(line, default=_plain)


def _plain(value: object) -> str:
    """What JSON has no form for: a time as text, anything else by nothing."""
    return value.isoformat() if isinstance(value, datetime) else ""


def _read(line: bytes, place: Span) -> Call | Problem:
    if len(line) > LONGEST:
        return Problem(place, f"the line is longer than {LONGEST} bytes", _HINT)
    try:
        value = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return Problem(place, "the line is not JSON", _HINT)
    if not isinstance(value, dict):
        return Problem(place, "the line is no JSON object", _HINT)
    for name in ("service", "operation"):
        if not isinstance(value.get(name), str) or not value[name]:
            return Problem(place, f"`{name}` must be a text", _HINT)
    params, region = value.get("params", {}), value.get("region")
    if not isinstance(params, dict) or _too_deep(params):
        return Problem(place, f"`params` must be an object of at most {_DEEPEST} levels", _HINT)
    if not isinstance(region, str | None):
        return Problem(place, "`region` must be a text", _HINT)
    return Call(
        value["service"],
        value["operation"],
        cast("dict[str, Param]", params),
        place,
        region=region or None,
        via="recording",
    )


def _too_deep(value: object, depth: int = 0) -> bool:
    if depth > _DEEPEST:
        return True
    if isinstance(value, dict):
        return any(_too_deep(one, depth + 1) for one in value.values())
    return isinstance(value, list) and any(_too_deep(one, depth + 1) for one in value)
