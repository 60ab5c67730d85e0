"""An HTTP request as it came over the wire: what is signed, and what operations are read from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, nothing decoded.

    `path` and `query` are as on the wire, percent-encoded, without the `?`. `headers` are in wire
    order with lower-case names; a name may come several times. `scheme` is `http` or `https`,
    `source` the peer's address, `received` when it came, in seconds since the epoch.
    """

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    scheme: str = "http"
    source: str = "127.0.0.1"
    received: float = 0.0

    def header(self, name: str) -> str | None:
        """The first header of that lower-case name."""
        for key, value in self.headers:
            if key == name:
                return value
        return None


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What is sent back: status, headers and the whole body."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
