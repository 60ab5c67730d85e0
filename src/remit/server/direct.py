"""Small requests answered where they are parsed, in one write: without a scope, a task and queues.

What must wait (for a thread, for the log, for a client that does not read), is large, comes in
chunks or asks for `100 Continue` goes the ordinary way, through uvicorn's cycle and asgi.py. Both
ways ask the same `Application.at_once`, and answer byte for byte the same.

Imports uvicorn: only for a server that starts.
"""

from __future__ import annotations

import logging
import re
import time
from functools import lru_cache
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from remit.core.http import HttpAnswer, HttpRequest
from remit.server.asgi import Application, Later, Receive, Scope, Send, put
from remit.server.protocol import Impatient

_LOG = logging.getLogger("remit.serve")
_LARGEST = 1 << 16
"""Bytes of a body that is kept here until it is whole."""
_LONGEST_URL = 256
# Names and values of headers that uvicorn would write.
_NAME = re.compile('[^\x00-\x1f\x7f()<>@,;:\\[\\]={} \t\\\\"]+')
_VALUE = re.compile("[^\x00-\x08\x0a-\x1f\x7f]*")
_MOST_NAMES = 512
_REMEMBERED = 1024
"""Bytes of all names of a request's headers up to which they are remembered."""
_ORDINARY = frozenset({"expect", "transfer-encoding", "upgrade"})


class Direct(Impatient):
    """A connection that answers at once what it can.

    `direct` says of the request that is being read whether it goes this way; `answered` since when
    nothing has come after an answer that went this way: uvicorn's timer of idle connections is
    armed by its own answers only.
    """

    direct = False
    answered: float | None = None

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        app = self.config.loaded_app
        self.application = app if isinstance(app, Application) else None
        self._told: tuple[object, bytes] = (None, b"")
        self._read: tuple[tuple[tuple[str, str], ...], dict[str, str]] = ((), {})

    # --- the parser's callbacks -----------------------------------------------------------------

    def on_message_begin(self) -> None:
        """A new request. The scope is made when it turns out that one is needed."""
        self.waiting = self.loop.time()
        self.answered = None
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self.direct = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, as it was written."""
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Choose the way."""
        headers = self.headers
        told = tuple([name for name, _ in headers])
        few = len(b"".join(told)) <= _REMEMBERED
        names, plain = _known_names(told) if few else _read_names(told)
        values = [value.decode("latin-1") for _, value in headers]
        pairs = tuple(zip(names, values, strict=True))
        first = dict(pairs)
        if len(first) != len(pairs):
            first = dict(reversed(pairs))
        if plain and self._can_be_direct(first):
            self.direct = True
            self._read = pairs, first
            self._pieces: list[bytes] = []
        else:
            self._ordinarily()

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        if self.direct:
            self._pieces.append(body)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if not self.direct:
            super().on_message_complete()
            return
        self.waiting = None
        if self.application is None or self.transport.is_closing():
            return
        request = self._request()
        found = self.application.at_once(request)
        if isinstance(found, HttpAnswer):
            self._write(found, request.method == "HEAD")
        else:
            self._await(found, request.method == "HEAD")

    # --- choosing -------------------------------------------------------------------------------

    def _can_be_direct(self, first: dict[str, str]) -> bool:
        """Nothing is being answered, and the request is small and plain. That its length is a
        number, and told once, is the parser's to say."""
        cycle: Any = self.cycle  # None before the first request, whatever uvicorn's types say
        if self.application is None or (cycle is not None and not cycle.response_complete):
            return False
        if self.flow.write_paused or self.parser.should_upgrade():
            return False
        length = first.get("content-length", "0")
        return len(length) <= 5 and int(length) <= min(_LARGEST, self.application.largest)

    def _ordinarily(self) -> None:
        """Make the scope and start uvicorn's cycle, as if it had been asked from the beginning."""
        url, headers, begun = self.url, self.headers, self.waiting
        super().on_message_begin()
        self.url, self.waiting = url, begun
        for name, value in headers:
            super().on_header(name, value)
        super().on_headers_complete()

    # --- answering ------------------------------------------------------------------------------

    def _request(self) -> HttpRequest:
        path, query = _target(self.url) if len(self.url) <= _LONGEST_URL else _split(self.url)
        pieces = self._pieces
        headers, first = self._read
        made = HttpRequest(
            self.parser.get_method().decode("ascii"),
            path,
            query,
            headers,
            pieces[0] if len(pieces) == 1 else b"".join(pieces),
            self.scheme or "http",
            self.client[0] if self.client else "127.0.0.1",
            time.time(),
        )
        made.know(first)
        return made

    def _write(self, answer: HttpAnswer, head: bool) -> None:
        keeps, closes, length = self._keeps(), False, str(len(answer.body))
        text, sound = "", True
        for given, value in answer.headers:
            name = _answered.get(given) or _checked(given)
            if name == "content-length: ":
                length = value if head else length
                continue
            if name == "connection: ":
                closes = "close" in map(str.strip, value.lower().split(","))
            # Of what can be printed nothing ends a line; other text is looked at closely.
            sound = sound and name != "" and (value.isprintable() or _is_value(value))
            text += f"{name}{value}\r\n"
        sound = sound and (not head or length.isprintable() or _is_value(length))
        if not sound:
            _LOG.error("an answer that cannot be written: %r", answer.headers)
            self.transport.close()
            return
        text += f"content-length: {length}\r\n"
        if not keeps and not closes:
            text += "connection: close\r\n"
        start = STATUS_LINE[answer.status] + self._default_headers()
        body = b"" if head else answer.body
        self._sent(
            b"%b%b\r\n%b" % (start, text.encode("latin-1", "replace"), body), keeps and not closes
        )

    def _sent(self, data: bytes, keeps: bool) -> None:
        self.transport.write(data)
        self.server_state.total_requests += 1
        self.answered = self.loop.time()
        if not keeps:
            self.transport.close()

    def _keeps(self) -> bool:
        """Whether the connection stays open, as uvicorn sees it."""
        keeps: bool = self.parser.should_keep_alive()
        asked = "connection" in self._read[1]
        return keeps and (not asked or self.parser.get_http_version() != "1.0")

    def _default_headers(self) -> bytes:
        """Those that uvicorn adds to each answer; it makes the list anew every second."""
        headers = self.server_state.default_headers
        if self._told[0] is not headers:
            written = b"".join(b"%b: %b\r\n" % pair for pair in headers)
            self._told = headers, written
        return self._told[1]

    def _await(self, later: Later, head: bool) -> None:
        """Let uvicorn's cycle send the answer when it is there: requests that follow queue up."""

        async def waiting(_: Scope, __: Receive, send: Send) -> None:
            await put(send, await later, head)

        ordinary: Any = self.app
        self.app, self.direct = waiting, False
        try:
            self._ordinarily()
        finally:
            self.app = ordinary
        super().on_message_complete()

    # --- idling ---------------------------------------------------------------------------------

    def refuse_if_late(self, now: float, patience: float) -> None:
        """Close the connection also when nothing has come for long after an answer."""
        super().refuse_if_late(now, patience)
        if self.answered is not None and now - self.answered >= self.timeout_keep_alive:
            self.answered = None
            self.transport.close()


_names: dict[bytes, str] = {}
_answered: dict[str, str] = {}


def _checked(given: str) -> str:
    """How the line of an answer's header begins; empty for a name that cannot be written."""
    name = given.lower()
    found = f"{name}: " if _NAME.fullmatch(name) else ""
    if len(_answered) < _MOST_NAMES and len(given) <= _LONGEST_URL:
        _answered[given] = found
    return found


def _is_value(value: str) -> bool:
    return _VALUE.fullmatch(value) is not None


def _read_names(told: tuple[bytes, ...]) -> tuple[tuple[str, ...], bool]:
    """The names of a request's headers, and whether none of them asks for the ordinary way."""
    names = tuple([_names.get(name) or _name(name) for name in told])
    return names, _ORDINARY.isdisjoint(names)


_known_names = lru_cache(maxsize=1024)(_read_names)


def _name(name: bytes) -> str:
    """The name of a header, as one and the same text for all requests."""
    found = _names.get(name)
    if found is None:
        found = name.lower().decode("latin-1")
        if len(_names) < _MOST_NAMES and len(name) <= _LONGEST_URL:
            _names[name] = found
    return found


def _split(url: bytes) -> tuple[str, str]:
    """Path and query of a request's target, as uvicorn reads it."""
    found = httptools.parse_url(url)
    return found.path.decode("ascii"), (found.query or b"").decode("latin-1")


_target = lru_cache(maxsize=1024)(_split)
