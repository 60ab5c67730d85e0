"""What a scan of one stage yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from remit.core.call import Call
from remit.core.span import Problem, Span


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that the framework deploys and AWS starts: a route, a schedule, an event handler.

    `function` is the deployed function it belongs to (Chalice: `api_handler` for every route,
    otherwise the handler's own name); `kind` is the decorator (`route`, `on_sqs_message`, ...).
    `source` is the event source's literal name where one is given (a queue, a bucket).
    """

    name: str
    function: str
    kind: str
    span: Span
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Unattributed:
    """A call that looks like the SDK's and whose service or operation could not be told."""

    span: Span
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Mask:
    """A place where a failure is turned into a success: see the finding `masked-failure`.

    `kind` is `status-in-body` (a view returns a plain `{"statusCode": 500}`) or `swallowed`
    (a broad `except` hides an AWS error). `entry` is the view's function.
    """

    kind: str
    span: Span
    entry: str
    detail: str = ""
    calls: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Located:
    """A call and the deployed function that makes it; "" when every function does (import time)."""

    call: Call
    function: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The result for one stage and one set of environment variables."""

    entries: tuple[Entry, ...] = ()
    calls: tuple[Located, ...] = ()
    unattributed: tuple[Unattributed, ...] = ()
    masks: tuple[Mask, ...] = ()
    problems: tuple[Problem, ...] = ()
    foreign: frozenset[Span] = frozenset()
    environment_read: Mapping[str, Span] = field(default_factory=dict)
