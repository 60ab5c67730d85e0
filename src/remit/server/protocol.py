"""HTTP connections that do not wait for ever: uvicorn's protocol, and a look at all of them each
second. A request must have come as a whole within the application's patience, its head must be of
some size, and who has an answer sent must read it.

Imports uvicorn: only for a server that starts.
"""

from __future__ import annotations

from socket import SO_LINGER, SOL_SOCKET
from struct import pack
from typing import Any
from weakref import WeakSet

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

_END = b"connection: close\r\ncontent-length: 0\r\n\r\n"
_LATE = b"HTTP/1.1 408 Request Timeout\r\n" + _END
_FLOOD = b"HTTP/1.1 431 Request Header Fields Too Large\r\n" + _END
_ROUND = 1.0
HEAD = 128 << 10
"""Bytes of a request's first line and headers. S3 takes 8 KB of headers, a load balancer 64 KB."""
_READ = 64 << 10
"""Bytes of an answer that a client must take within the patience."""
UNREAD = 512 << 20
"""Bytes of answers that may lie unread, of all clients together."""
_AT_ONCE = pack("ii", 1, 0)


class Impatient(HttpToolsProtocol):
    """A connection that knows since when it has been waiting for the rest of a request; None while
    there is nothing to wait for."""

    waiting: float | None = None
    barren: int = 0
    """Bytes that have come without being part of a whole request or of a body."""
    unread: tuple[float, int] | None = None
    """When how much of the answers was still to be sent; None while the client keeps up."""

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request."""
        if self.server_state not in _WATCHED:
            _WATCHED.add(self.server_state)
            self.loop.call_later(min(_ROUND, _patience(self)), _look, self)
        super().connection_made(transport)
        self.waiting = self.loop.time()

    def data_received(self, data: bytes) -> None:
        """Read on, unless these are headers (or trailers) without an end."""
        begun = self.waiting
        self.barren += len(data)
        super().data_received(data)
        if self.waiting is None or self.waiting is not begun:
            self.barren = 0  # a request has ended, or another has begun
        elif self.barren > HEAD and not self.transport.is_closing():
            self.transport.write(_FLOOD)
            self.transport.close()

    def on_message_begin(self) -> None:
        """Wait for the rest of a request."""
        super().on_message_begin()
        self.waiting = self.loop.time()

    def on_body(self, body: bytes) -> None:
        """A piece of a body has come."""
        self.barren = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """It has come."""
        super().on_message_complete()
        self.waiting = None

    def refuse_if_late(self, now: float, patience: float) -> None:
        """Close the connection when it has waited too long."""
        if self.waiting is None or now - self.waiting < patience:
            return
        self.waiting = None
        transport: Any = self.transport
        cycle: Any = self.cycle  # None before the first request, whatever uvicorn's types say
        if transport.is_closing():
            return
        if cycle is None or not cycle.response_started or cycle.response_complete:
            transport.write(_LATE)
        transport.close()

    def end_if_unread(self, now: float, patience: float) -> None:
        """Give up a client that does not read its answers: they lie in memory."""
        if not self.flow.write_paused:
            self.unread = None
            return
        transport: Any = self.transport
        left = transport.get_write_buffer_size()
        if self.unread is None or left <= self.unread[1] - _READ:
            self.unread = now, left
        elif now - self.unread[0] >= patience:
            self.give_up()

    def give_up(self) -> None:
        """End the connection with a reset: or else the kernel would keep for the client what it
        has of the answer."""
        transport: Any = self.transport
        transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, _AT_ONCE)
        transport.abort()


def _patience(one: Impatient) -> float:
    return float(getattr(one.config.loaded_app, "patience", 60.0))


_WATCHED: WeakSet[ServerState] = WeakSet()
"""Servers whose connections somebody looks at, so that each has one who does."""


def _relieve(unread: list[tuple[float, int, Impatient]], now: float) -> None:
    """While more lies unread than may: give up those who have not read for longest, but nobody who
    has read since the last look."""
    left = sum(size for _, size, _ in unread)
    for since, size, connection in sorted(unread, key=lambda one: one[0]):
        if left <= UNREAD or since >= now:
            break
        left -= size
        connection.give_up()


def _look(one: Impatient) -> None:
    """Look at all connections of a server, as long as there are any."""
    connections, loop = one.connections, one.loop
    patience = _patience(one)
    now = loop.time()
    unread = []
    for connection in list(connections):
        if isinstance(connection, Impatient):
            connection.refuse_if_late(now, patience)
            connection.end_if_unread(now, patience)
            if connection.unread is not None:
                unread.append((*connection.unread, connection))
    _relieve(unread, now)
    if connections:
        loop.call_later(min(_ROUND, patience), _look, one)
    else:
        _WATCHED.discard(one.server_state)
