"""HTTP connections that do not wait for ever: uvicorn's protocol, and a look at all of them each
second. A request must have come as a whole within the application's patience.

Imports uvicorn: only for a server that starts.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_ROUND = 1.0


class Impatient(HttpToolsProtocol):
    """A connection that knows since when it has been waiting for the rest of a request; None while
    there is nothing to wait for."""

    waiting: float | None = None

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request."""
        if not self.connections:
            self.loop.call_later(_ROUND, _look, self)
        super().connection_made(transport)
        self.waiting = self.loop.time()

    def on_message_begin(self) -> None:
        """Wait for the rest of a request."""
        super().on_message_begin()
        self.waiting = self.loop.time()

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


def _look(one: Impatient) -> None:
    """Look at all connections of a server, as long as there are any."""
    connections, loop = one.connections, one.loop
    patience = float(getattr(one.config.loaded_app, "patience", 60.0))
    now = loop.time()
    for connection in list(connections):
        if isinstance(connection, Impatient):
            connection.refuse_if_late(now, patience)
    if connections:
        loop.call_later(min(_ROUND, patience), _look, one)
