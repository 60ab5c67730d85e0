"""Entries of the decision log as rows of a table, and filters as SQL: the same for every database.

Columns are integers and texts only. A text holds nothing that a database would refuse, because one
refused entry would hold up all that come after it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeAlias

from remit.app.decision_log import LONGEST, Cause, Entry, Filter
from remit.core.decision import Layer, Verdict

Row: TypeAlias = tuple[int | str, ...]
"""The values of COLUMNS."""

COLUMNS = (
    "time",  # microseconds since 1970 UTC
    "request_id",
    "principal",
    "action",
    "resource",
    "verdict",  # as in AWS's simulator
    "causes",  # JSON: [[layer, policy, statement, sid], ...]
    "latency",  # microseconds
    "service",
    "operation",
    "note",
)
LISTED = ", ".join(COLUMNS)

_MOST_CAUSES = 100
_MICRO = 1_000_000
_FARTHEST = 253_402_214_400.0  # the last day of the year 9999: later ones have no date in Python


def row(entry: Entry) -> Row:
    """The values of COLUMNS."""
    return (
        _micros(entry.time),
        _text(entry.request_id),
        _text(entry.principal),
        _text(entry.action),
        _text(entry.resource),
        entry.verdict.value,
        _causes(entry.causes),
        _micros(entry.latency),
        _text(entry.service),
        _text(entry.operation),
        _text(entry.note),
    )


def entry(values: tuple[Any, ...]) -> Entry:
    """The entry that `row` made `values` of."""
    time, request_id, principal, action, resource, verdict, causes, latency, *rest = values
    return Entry(
        request_id,
        time / _MICRO,
        principal,
        action,
        resource,
        Verdict(verdict),
        tuple(Cause(Layer(layer), *more) for layer, *more in json.loads(causes)),
        latency / _MICRO,
        *rest,
    )


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT with `?` for each of its arguments."""

    sql: str
    arguments: tuple[int | str, ...]


def select(wanted: Filter, after: int, last: int) -> Query:
    """The entries numbered `after` < id <= `last` that fit `wanted`, in order."""
    tests, arguments = ["id > ?", "id <= ?"], list[int | str]([after, last])
    for test, value in _tests(wanted):
        tests.append(test)
        arguments += value
    found = f"FROM decision WHERE {' AND '.join(tests)}"
    if wanted.limit is None:
        return Query(f"SELECT {LISTED} {found} ORDER BY id", tuple(arguments))
    latest = f"SELECT id, {LISTED} {found} ORDER BY id DESC LIMIT ?"
    sql = f"SELECT {LISTED} FROM ({latest}) AS latest ORDER BY id"  # noqa: S608  as above
    return Query(sql, (*arguments, wanted.limit))


DENIED = f"verdict <> '{Verdict.ALLOWED.value}'"


def _tests(wanted: Filter) -> list[tuple[str, list[int | str]]]:
    tests: list[tuple[str, list[int | str]]] = []
    if wanted.denied:
        tests.append((DENIED, []))
    for test, moment in (("time >= ?", wanted.since), ("time < ?", wanted.until)):
        if moment is not None:
            tests.append((test, [_micros(moment)]))
    for test, pattern in (
        ("principal LIKE ? ESCAPE '!'", wanted.principal),
        ("lower(action) LIKE lower(?) ESCAPE '!'", wanted.action),
        ("resource LIKE ? ESCAPE '!'", wanted.resource),
    ):
        if pattern is not None:
            tests.append((test, [_like(pattern)]))
    return tests


def _like(pattern: str) -> str:
    """`pattern` in SQL's spelling: `%` and `_` for `*` and `?`."""
    for sign in "!%_":
        pattern = pattern.replace(sign, "!" + sign)
    return _text(pattern.replace("*", "%").replace("?", "_"))


def _micros(seconds: float) -> int:
    """At least 0, which is also what is made of NaN."""
    return round(min(max(0.0, seconds), _FARTHEST) * _MICRO)


def _text(text: str) -> str:
    """`text` as every database takes it: PostgreSQL knows no NUL, UTF-8 no lone surrogates."""
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def _causes(causes: tuple[Cause, ...]) -> str:
    if not causes:
        return "[]"
    kept = causes[:_MOST_CAUSES]
    return json.dumps(
        [[c.layer, c.policy[:LONGEST], c.statement, c.sid and c.sid[:LONGEST]] for c in kept]
    )
