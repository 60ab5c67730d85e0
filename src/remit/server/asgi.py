"""The face towards HTTP: an ASGI application without a framework.

Bodies are read up to a limit; what takes long runs in a thread, everything else
in the loop, because a call of moto's takes less time than handing it over.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from remit.core.http import HttpAnswer, HttpRequest
from remit.server.enforcer import Enforcer, Ready

Scope: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]
Send: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]
Later: TypeAlias = Coroutine[Any, Any, HttpAnswer]

_LOG = logging.getLogger("remit.serve")
OWN = "/_remit/"  # no bucket can be called so: names of buckets have no `_`
HEALTH = "/_remit/health"
ROOM = 1 << 30
"""Bytes of bodies that may be under way at one time. What comes beyond is answered 503, after which
SDKs try again: the limit of one body bounds no memory while many come at once."""
_LARGE = 1 << 20
"""Bytes of a body from which hashing it is better done in a thread."""


@dataclass(slots=True)
class _Room:
    """Counts the bytes of the bodies that come in pieces, until they are answered."""

    held: int = 0

    def take(self, size: int, most: int) -> int:
        """Count so many more, and return them. Raises _Refused beyond `most`."""
        if self.held + size > most:
            raise _Refused(503)
        self.held += size
        return size


class _Refused(Exception):  # noqa: N818 - an answer given early
    def __init__(self, status: int) -> None:
        self.status = status


@dataclass(frozen=True, slots=True)
class Application:
    """Answers HTTP requests. `largest` is the number of bytes that a body may have, `patience` the
    seconds in which a request must have come (protocol.py keeps the time). `own` answers requests
    below `/_remit/`, None for those that it does not know."""

    enforcer: Enforcer
    largest: int = 256 << 20
    patience: float = 60.0
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(32, thread_name_prefix="remit")
    )
    own: Callable[[HttpRequest], HttpAnswer | None] | None = None
    _room: _Room = field(default_factory=_Room)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        answer = await self._taken(scope, receive)
        if answer is not None:
            await put(send, answer, scope["method"] == "HEAD")

    async def _taken(self, scope: Scope, receive: Receive) -> HttpAnswer | None:
        """The answer to a request; None where nobody waits for one any more."""
        try:
            body, counted = await self._body(scope, receive)
        except _Refused as refused:
            # What is still coming is not read: the connection ends with this answer.
            return HttpAnswer(refused.status, (("connection", "close"),))
        try:
            if body is None:
                return None
            found = self.at_once(read(scope, body))
            return found if isinstance(found, HttpAnswer) else await found
        finally:
            self._room.held -= counted

    def at_once(self, request: HttpRequest) -> HttpAnswer | Later:
        """The answer to a request; where it takes long or must wait for the log, what to await for
        it. To be called in the loop."""
        if request.path.startswith(OWN):
            own = self.own(request) if self.own is not None else None
            return own or (_HEALTHY if request.path == HEALTH else HttpAnswer(404))
        enforcer = self.enforcer
        if len(request.body) > _LARGE:
            return self._later(request)
        try:
            found = enforcer.decide(request)
            if isinstance(found, Ready):
                if found.waits:
                    return self._later(found)
                made = enforcer.run(found)
                if enforcer.keeping is not None:
                    return self._settled(enforcer.kept(found, made), request)
                found = made
        except Exception:
            found = self._fault(request)
        pending = enforcer.log.pending()
        if pending is None or pending.done():
            return found
        return _durable(found, pending)

    async def _later(self, found: HttpRequest | Ready) -> HttpAnswer:
        """The answer to a large request, or to a decided call that may take long."""
        request = found if isinstance(found, HttpRequest) else found.request
        return await self._settled(self._in_threads(found), request)

    async def _in_threads(self, found: HttpRequest | Ready) -> HttpAnswer:
        loop, enforcer = asyncio.get_running_loop(), self.enforcer
        if isinstance(found, HttpRequest):
            decided = await loop.run_in_executor(self.threads, enforcer.decide, found)
            if isinstance(decided, HttpAnswer):
                return decided
            found = decided
        if not found.waits:
            return await enforcer.kept(found, enforcer.run(found))
        return await enforcer.kept(
            found, await loop.run_in_executor(self.threads, enforcer.run, found)
        )

    async def _settled(self, making: Awaitable[HttpAnswer], request: HttpRequest) -> HttpAnswer:
        """The answer that is being made, as soon as it may be sent."""
        try:
            found = await making
        except Exception:
            found = self._fault(request)
        pending = self.enforcer.log.pending()
        if pending is None or pending.done():
            return found
        return await _durable(found, pending)

    def _fault(self, request: HttpRequest) -> HttpAnswer:
        """The last line of defence: a fault of ours must not look like an allow. In the service's
        own form; plain text where telling it fails as well."""
        _LOG.exception("a fault of remit's own; the request was refused")
        try:
            return self.enforcer.fault(request)
        except Exception:
            _LOG.exception("and so did saying so")
            return HttpAnswer(500, (("content-type", "text/plain"),), b"a fault of remit's own\n")

    async def _body(self, scope: Scope, receive: Receive) -> tuple[bytes | None, int]:
        """The whole body, None when the client went away; and how many bytes of it are counted
        until it is answered. Raises _Refused."""
        length = next((v for name, v in scope["headers"] if name == b"content-length"), b"0")
        if length.isdigit() and int(length) > self.largest:
            raise _Refused(413)
        message = await receive()
        if message["type"] != "http.request":
            return None, 0
        body: bytes = message.get("body", b"")
        if not message.get("more_body"):
            return body, 0
        most = max(ROOM, self.largest)
        pieces, counted = [body], self._room.take(len(body), most)
        try:
            while message.get("more_body"):
                message = await receive()
                if message["type"] != "http.request":
                    self._room.held -= counted
                    return None, 0
                pieces.append(message.get("body", b""))
                counted += self._room.take(len(pieces[-1]), most)
                if counted > self.largest:
                    raise _Refused(413)
        except _Refused:
            self._room.held -= counted
            raise
        return b"".join(pieces), counted


async def _durable(answer: HttpAnswer, pending: Future[bool]) -> HttpAnswer:
    """What was decided survives a crash from the moment on in which it is answered."""
    await asyncio.wrap_future(pending)
    return answer


_HEALTHY = HttpAnswer(200, (("content-type", "application/json"),), b'{"status": "ok"}\n')


def read(scope: Scope, body: bytes) -> HttpRequest:
    """The request of an ASGI scope, nothing decoded."""
    client = scope.get("client")
    return HttpRequest(
        scope["method"],
        scope["raw_path"].decode("latin-1"),
        scope["query_string"].decode("latin-1"),
        tuple([(n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]]),
        body,
        scope.get("scheme", "http"),
        client[0] if client else "127.0.0.1",
        time.time(),
    )


async def put(send: Send, answer: HttpAnswer, head: bool) -> None:
    """Write an answer. That to a HEAD may tell the length of the body that it does not have."""
    told = [v for name, v in answer.headers if name == "content-length"] if head else []
    length = told[0] if told else str(len(answer.body))
    headers = [
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
        for name, value in answer.headers
        if name != "content-length"
    ]
    headers.append((b"content-length", length.encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
