"""HTTP connections that do not wait for ever: uvicorn's protocol with a time for the headers.

Imports uvicorn: only for a server that starts.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

PATIENCE = 30.0
"""Seconds in which the headers of a connection's first request must have come."""


class Impatient(HttpToolsProtocol):
    """Closes a connection over which no request comes, or one too slowly."""

    _headers_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait."""
        super().connection_made(transport)
        self._headers_due = self.loop.call_later(PATIENCE, transport.close)

    def on_headers_complete(self) -> None:
        """The request is there; its body has a time of its own."""
        if self._headers_due is not None:
            self._headers_due.cancel()
            self._headers_due = None
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing to wait for any more."""
        if self._headers_due is not None:
            self._headers_due.cancel()
        super().connection_lost(exc)
