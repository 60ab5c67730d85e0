"""The face towards HTTP: an ASGI application without a framework.

Bodies are read up to a limit; what takes long runs in a thread, everything else
in the loop, because a call of moto's takes less time than handing it over.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from remit.core.http import HttpAnswer, HttpRequest
from remit.server.enforcer import Enforcer, Ready

Scope: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]
Send: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]

_LOG = logging.getLogger("remit.serve")
OWN = "/_remit/"  # no bucket can be called so: names of buckets have no `_`
HEALTH = "/_remit/health"
_LARGE = 1 << 20
"""Bytes of a body from which hashing it is better done in a thread."""


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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        answer = await self._taken(scope, receive)
        if answer is not None:
            await _send(send, answer, scope["method"] == "HEAD")

    async def _taken(self, scope: Scope, receive: Receive) -> HttpAnswer | None:
        """The answer to a request; None where nobody waits for one any more."""
        try:
            body = await self._body(scope, receive)
        except _Refused as refused:
            # What is still coming is not read: the connection ends with this answer.
            return HttpAnswer(refused.status, (("connection", "close"),))
        if body is None:
            return None
        request = read(scope, body)
        if request.path.startswith(OWN):
            own = self.own(request) if self.own is not None else None
            return own or (_HEALTHY if request.path == HEALTH else HttpAnswer(404))
        answer = await self._answer(request)
        pending = self.enforcer.log.pending()
        if pending is not None and not pending.done():
            # What was decided survives a crash from the moment on in which it is answered.
            await asyncio.wrap_future(pending)
        return answer

    async def _answer(self, request: HttpRequest) -> HttpAnswer:
        loop = asyncio.get_running_loop()
        try:
            if len(request.body) > _LARGE:
                return await loop.run_in_executor(self.threads, self.enforcer.answer, request)
            found = self.enforcer.decide(request)
            if not isinstance(found, Ready):
                return found
            if found.waits:
                return await loop.run_in_executor(self.threads, self.enforcer.run, found)
            return self.enforcer.run(found)
        except Exception:  # the last line of defence: a fault of ours must not look like an allow
            _LOG.exception("a fault of remit's own; the request was refused")
            return self._fault(request)

    def _fault(self, request: HttpRequest) -> HttpAnswer:
        """The answer in the service's own form; plain text where telling it fails as well."""
        try:
            return self.enforcer.fault(request)
        except Exception:
            _LOG.exception("and so did saying so")
            return HttpAnswer(500, (("content-type", "text/plain"),), b"a fault of remit's own\n")

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None when the client went away. Raises _Refused."""
        length = next((v for name, v in scope["headers"] if name == b"content-length"), b"0")
        if length.isdigit() and int(length) > self.largest:
            raise _Refused(413)
        message = await receive()
        if message["type"] != "http.request":
            return None
        body: bytes = message.get("body", b"")
        if not message.get("more_body"):
            return body
        pieces, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            if message["type"] != "http.request":
                return None
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > self.largest:
                raise _Refused(413)
        return b"".join(pieces)


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


async def _send(send: Send, answer: HttpAnswer, head: bool) -> None:
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
