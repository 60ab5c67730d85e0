"""moto's backends, called in process: which handler answers which service, and with what request.

moto's own server looks for a backend by matching every service's address; here the recognized call
names the service, and its handler is called straight away. moto's own authorization stays off: what
comes here has been decided.
"""

from __future__ import annotations

import importlib
import io
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias
from urllib.parse import unquote_to_bytes

from remit.core.http import HttpAnswer, HttpRequest
from remit.enforce.recognize import Recognized
from remit.server import aws_policies, cbor, identities, root_features, s3_lists
from remit.server.between import table as between

Handler: TypeAlias = Callable[[Any, str, Any], Any]
# Those of the connection, and what the server writes itself.
_HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "status", "keep-alive", "date"})

# Calls that may wait: they must not hold up the others.
WAITING = frozenset(
    {
        ("sqs", "ReceiveMessage"),
        ("lambda", "Invoke"),
        ("lambda", "InvokeAsync"),
        ("stepfunctions", "StartExecution"),
        ("stepfunctions", "StartSyncExecution"),
        ("cloudformation", "CreateStack"),
        ("cloudformation", "UpdateStack"),
        ("cloudformation", "DeleteStack"),
        ("sns", "Publish"),
        ("events", "PutEvents"),
        ("batch", "SubmitJob"),
    }
)
_ONE = threading.Lock()
"""moto's backends are made for one thread: large bodies come in others (asgi.py)."""

# botocore's name to moto's module where they differ by more than hyphens.
_MODULES: Mapping[str, str] = {
    "lambda": "awslambda",
    "docdb": "rds",
    "neptune": "rds",
}


class Unsupported(Exception):  # noqa: N818 - the answer "not emulated"
    """moto has no such service or operation."""


@dataclass(slots=True)
class Identity:
    """As whom moto is called: the account whose state is meant, and what a request was signed
    with. Not frozen: one is made for each call."""

    account: str
    region: str
    access_key: str


def prepare() -> None:
    """Make moto ready: its own authorization off, AWS's managed policies there, ids as AWS's.

    May be called again. Raises ModuleNotFoundError where moto is not installed.
    """
    from moto import settings
    from moto.core.config import default_user_config
    from moto.core.responses import BaseResponse
    from moto.iam.access_control import PermissionResult
    from moto.kms import responses as kms
    from moto.s3.models import FakeBucket

    os.environ.pop("MOTO_ACCOUNT_ID", None)  # it would stand for every account
    settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")
    default_user_config["iam"] = {"load_aws_managed_policies": True}
    # What is read is what was decided (enforce/compression.py); a bomb is not unpacked here.
    BaseResponse.decompress_request_body = lambda *_: None  # type: ignore[method-assign]
    # Policies of buckets and keys have been decided: moto's reading of them knows no conditions.
    kms.validate_policy = lambda *_: None  # type: ignore[attr-defined]  # imported there
    FakeBucket.get_permission = lambda *_: PermissionResult.PERMITTED  # type: ignore[method-assign]
    identities.extend()
    root_features.extend()
    aws_policies.extend()
    s3_lists.extend()
    between.extend()


def call(recognized: Recognized, request: HttpRequest, who: Identity) -> HttpAnswer:
    """What moto answers to a call. Raises Unsupported; anything else that is raised is a fault of
    moto's. One call at a time, whatever the thread, but for those that wait for others."""
    if (recognized.service, recognized.operation) in WAITING:
        return _spoken(recognized, request, who)
    with _ONE:
        return _spoken(recognized, request, who)


def _spoken(recognized: Recognized, request: HttpRequest, who: Identity) -> HttpAnswer:
    """What is answered, in the protocol of the call."""
    if recognized.protocol != cbor.PROTOCOL:
        return _called(recognized, request, who)
    return cbor.as_cbor(recognized, _called(recognized, cbor.as_json(recognized, request), who))


def _called(recognized: Recognized, request: HttpRequest, who: Identity) -> HttpAnswer:
    handler = _handler(recognized.service, request.path)
    made = _request(recognized, request, who)
    from werkzeug.exceptions import HTTPException

    url = made.raw_url
    try:
        status, headers, body = handler(made, url, made.headers)
    except HTTPException as error:
        status, headers, body = error.code or 500, error.get_headers(), error.get_body()
    except NotImplementedError as error:
        raise Unsupported(str(error)) from None
    return HttpAnswer(int(status), tuple(_headers(headers)), _bytes(body))


# --- handlers -----------------------------------------------------------------------------------


@cache
def _module(service: str) -> str | None:
    from moto.backends import list_of_moto_modules

    name = _MODULES.get(service, service.replace("-", ""))
    return name if name in set(list_of_moto_modules()) else None


def is_emulated(service: str) -> bool:
    """Whether moto has the service."""
    return _module(service) is not None


@cache
def _handlers(service: str) -> tuple[tuple[re.Pattern[str], Handler], ...]:
    """The handlers of a service by path, in moto's order."""
    module = _module(service)
    if module is None:
        raise Unsupported(f"the service `{service}` is not emulated")
    try:
        urls = importlib.import_module(f"moto.{module}.urls")
    except ModuleNotFoundError as error:
        raise Unsupported(f"it needs the package `{error.name}`") from None
    if module == "cloudformation":
        between.extend_stacks()
    return tuple((re.compile(path.format("")), handler) for path, handler in urls.url_paths.items())


def _handler(service: str, path: str) -> Handler:
    handlers = _handlers(service)
    if len(handlers) == 1:
        return handlers[0][1]
    for pattern, handler in handlers:
        if pattern.match(path):
            return handler
    raise Unsupported(f"no operation of `{service}` has the path `{path}`")


# --- requests -----------------------------------------------------------------------------------


def _request(recognized: Recognized, request: HttpRequest, who: Identity) -> Any:
    """moto's kind of request. Account and region stand where moto looks for them first that cannot
    be reached by a client's own headers."""
    from moto.core.request import (
        PRESERVED_HEADER_NAMES_ENVIRON_KEY,
        Request,
        environ_key_for_header,
        should_preserve_original_header_name,
    )

    names: dict[str, str] = {}
    environ: dict[str, Any] = {}
    host = "localhost"
    for name, value in request.headers:
        if name == "host":
            host = value
            continue
        if name == "transfer-encoding":
            continue  # the body is whole here; with this header it would be taken for empty
        key = environ_key_for_header(name)
        if should_preserve_original_header_name(name):
            names[key] = name
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    scope = (
        f"{who.access_key or 'anonymous'}/20000101/{who.region}/{recognized.service}/aws4_request"
    )
    name, _, port = host.rpartition(":") if ":" in host else (host, "", "")
    path = unquote_to_bytes(request.path).decode("latin-1")
    target = f"{request.path}?{request.query}" if request.query else request.path
    environ |= {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": request.query,
        "RAW_URI": target,
        "REQUEST_URI": target,
        "SERVER_NAME": name or "localhost",
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(request.body)),
        "HTTP_HOST": host,
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0",
        "HTTP_USER_AGENT": "remit",
        "HTTP_X_MOTO_ACCOUNT_ID": who.account,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        PRESERVED_HEADER_NAMES_ENVIRON_KEY: names,
    }
    return Request(environ)


# --- answers ------------------------------------------------------------------------------------


def _headers(headers: Any) -> Iterable[tuple[str, str]]:
    pairs = headers.items() if hasattr(headers, "items") else headers or ()
    for name, value in pairs:
        lower = str(name).lower()
        if lower not in _HOP_BY_HOP:
            for one in value if isinstance(value, list | tuple) else (value,):
                yield lower, str(one)


def _bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if body is None:
        return b""
    return b"".join(_bytes(piece) for piece in body)
