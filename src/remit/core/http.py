"""An HTTP request as it came over the wire: what is signed, and what operations are read from."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, unsafe_hash=True)
class HttpRequest:
    """One request, nothing decoded. Nobody changes it; it is not frozen because one is made for
    each request, and a frozen one takes three times as long to make.

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
    _first: dict[str, str] | None = field(
        default=None, init=False, repr=False, compare=False, hash=False
    )

    @property
    def first(self) -> dict[str, str]:
        """The first value of each header; found once, because many ask."""
        found = self._first
        if found is None:
            found = self._first = dict(reversed(self.headers))
        return found

    def know(self, first: dict[str, str]) -> None:
        """Take what `first` would find from who has it already."""
        self._first = first

    def header(self, name: str) -> str | None:
        """The first header of that lower-case name."""
        found = self._first
        return (self.first if found is None else found).get(name)


@dataclass(slots=True, unsafe_hash=True)
class HttpAnswer:
    """What is sent back: status, headers and the whole body. As with a request, nobody changes
    it."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
