"""What a request and a call say of themselves before anything is decided: the scope of a signature,
the name that it must bear, how an answer is spoken, and whether a signature is needed.
"""

from __future__ import annotations

from functools import lru_cache

from remit.catalog.models import service_model
from remit.core.http import HttpRequest
from remit.enforce.denials import Speech
from remit.enforce.recognize import Recognized
from remit.enforce.services import all_services


def scope(request: HttpRequest) -> tuple[str | None, str | None]:
    """Region and service in the scope of a signature, before it is looked at closely."""
    header = request.header("authorization")
    if header is not None:
        before, found, _ = header.partition(", Signature=")
        return _told(before) if found and len(before) <= _REMEMBERED else _read_scope(header)
    if "X-Amz-Credential=" in request.query:
        _, _, rest = request.query.partition("X-Amz-Credential=")
        return _parts(rest.partition("&")[0].replace("%2F", "/").replace("%2f", "/"))
    return None, None


def _read_scope(header: str) -> tuple[str | None, str | None]:
    return _parts(header.partition("Credential=")[2].partition(",")[0])


def _parts(credential: str) -> tuple[str | None, str | None]:
    parts = credential.split("/")
    return (parts[2], parts[3]) if len(parts) >= 5 else (None, None)


_REMEMBERED = 1024
_told = lru_cache(maxsize=1024)(_read_scope)


def speech(call: Recognized, request: HttpRequest) -> Speech:
    """How the answer to a call is spoken."""
    return Speech(call.service, call.protocol, call.json_version, request.method == "HEAD")


@lru_cache(maxsize=512)
def signed_as(service: str) -> str:
    """The name under which a service is signed."""
    return next((one.signing for one in all_services() if one.name == service), service)


@lru_cache(maxsize=4096)
def needs_no_signature(service: str, operation: str) -> bool:
    """Operations that anybody may call: their model says so (Cognito's sign-in, STS's tokens)."""
    model = service_model(service)
    found = model.operations.get(operation, {}) if model is not None else {}
    return found.get("authtype") == "none" or found.get("auth") == ["smithy.api#noAuth"]
