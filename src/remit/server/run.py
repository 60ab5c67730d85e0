"""Starting and ending the server: uvicorn with uvloop, one process, on loopback.

`remit serve` runs it in the main thread; tests and `remit run` in a thread of their own.
"""

from __future__ import annotations

import errno
import gc
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from remit.account.model import AccessKey
from remit.app.errors import InputError
from remit.app.ports import Clock, DecisionLog, NoLog
from remit.server import emulator
from remit.server.asgi import Application
from remit.server.enforcer import Enforcer
from remit.server.keeping import Keeping
from remit.server.own import Own
from remit.server.restoring import StateFile, kept
from remit.server.settings import Settings
from remit.server.state import MotoState
from remit.server.sts import Sts
from remit.server.sts_state import Codes, Keys

if TYPE_CHECKING:
    import uvicorn

_KEEP_ALIVE = 75
_ROUND = 10_000
"""New objects after which young garbage is looked for; 700 is Python's own choice."""
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: with forward secrecy, and authenticated (RFC 9325, 4.2). Those of 1.3 all are."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen. Port 0 takes any that is free. `certificate` and `key` are files for TLS."""

    host: str = "127.0.0.1"
    port: int = 4566
    certificate: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """A server that is ready to listen, and the keys that it began with."""

    application: Application
    enforcer: Enforcer
    state: MotoState
    administrator: AccessKey = field(repr=False)
    root: AccessKey = field(repr=False)
    keeping: Keeping | None = None


def build(
    settings: Settings,
    *,
    log: DecisionLog | None = None,
    clock: Clock = time.time,
    master: bytes | None = None,
    keys: Keys | None = None,
    largest: int = 256 << 20,
    patience: float = 60.0,
    file: StateFile | None = None,
) -> Built:
    """Everything but the socket. `keys` are the JWKS documents of OpenID Connect providers, by
    their address without `https://`. `file` keeps the state, and is put into moto first.

    Raises InputError when the extra is not installed, and for a state that cannot be used."""
    try:
        emulator.prepare()
    except ModuleNotFoundError as error:
        raise missing(error) from None
    codes = Codes()
    keeping, own = None, Own.new(settings.account, master)
    if file is not None:
        keeping, own = kept(file, own, codes)
    state = MotoState((own.administrator, own.root))
    enforcer = Enforcer(
        state,
        clock,
        own.master,
        os.urandom,
        Sts(state, os.urandom, own.master, keys or {}, codes),
        settings,
        NoLog() if log is None else log,
        keeping=keeping,
    )
    application = Application(enforcer, largest, patience)
    state.account(settings.account)  # AWS's own policies are read now, not by the first caller
    return Built(application, enforcer, state, own.administrator, own.root, keeping)


def missing(error: ModuleNotFoundError) -> InputError:
    """What to say when the extra is not there."""
    hint = "Install it: `pip install 'remit[serve]'`."
    return InputError(f"`remit serve` needs the package `{error.name}`", hint)


def settle() -> None:
    """Leave what was loaded so far out of all further collections of garbage: some hundred thousand
    objects of moto's and botocore's that stay as long as the process. For a process that is a
    server and nothing else; called once, when everything is built."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ROUND)


def bind(address: Address) -> socket.socket:
    """A listening socket. Raises InputError where the address cannot be had."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address.host, address.port))
        made.listen(4096)
    except (OSError, OverflowError) as error:
        made.close()
        raise _unbound(address, error) from None
    return made


def _unbound(address: Address, error: Exception) -> InputError:
    where = f"{address.host}:{address.port}"
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return InputError(f"`{where}` is in use", "Choose another with `--port`.")
    if number == errno.EACCES:
        return InputError(f"`{where}` needs more rights", "Choose a port above 1023.")
    text = os.strerror(number) if number else str(error)
    return InputError(f"cannot listen on `{where}`: {text}", "Choose another `--host`.")


def server(built: Built, address: Address) -> uvicorn.Server:
    """uvicorn around the application. Raises InputError when the extra is not installed."""
    try:
        import uvicorn

        from remit.server.direct import Direct
    except ModuleNotFoundError as error:
        raise missing(error) from None
    config = uvicorn.Config(
        built.application,
        loop="uvloop",
        http=Direct,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who calls is told by the connection, not by a header
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=3,
        ssl_certfile=address.certificate,
        ssl_keyfile=address.key,
        ssl_ciphers=_CIPHERS,
    )
    if address.certificate is not None:
        _secure(config, address)
    return uvicorn.Server(config)


def _secure(config: uvicorn.Config, address: Address) -> None:
    """TLS 1.2 and 1.3, whatever the system's OpenSSL would take. Raises InputError."""
    try:
        config.load()
    except (OSError, ValueError) as error:  # among them ssl.SSLError
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        what = f"no TLS with `{address.certificate}` and `{address.key}`: {reason}"
        hint = "A certificate chain and its private key without a password, both PEM."
        raise InputError(what, hint) from None
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2


@contextmanager
def running(built: Built, address: Address = Address(port=0)) -> Iterator[str]:
    """The server in a thread, while the block lasts; yields its URL."""
    listening = bind(address)
    made = server(built, address)
    thread = threading.Thread(
        target=made.run, kwargs={"sockets": [listening]}, name="remit-serve", daemon=True
    )
    thread.start()
    scheme = "https" if address.certificate else "http"
    try:
        yield f"{scheme}://{address.host}:{listening.getsockname()[1]}"
    finally:
        made.should_exit = True
        thread.join(10)
        listening.close()
        built.application.threads.shutdown(wait=False, cancel_futures=True)
