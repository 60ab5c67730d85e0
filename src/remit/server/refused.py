"""Requests that were refused before anything was decided, as decisions for the log: whose caller
could not be told, and what is no operation.

Nothing secret: of a malformed signature the log does not repeat what stood in it, and a key id only
where it looks like one, because a secret that was put in its place must not end there.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from remit.app.authenticate import is_signed
from remit.app.ports import Decided
from remit.core.http import HttpRequest
from remit.enforce.denials import Refusal

ANONYMOUS, UNKNOWN = "anonymous", "unknown"
_KEY = re.compile(r"A[A-Z0-9]{15,127}")
"""Ids of access keys are 16 to 128 characters and begin so (facts/iam.md 5.2, 5.3)."""
_ECHOES = (" Authorization=", ": '", ", got '", " Got '")
"""After these, messages about a signature's form repeat what was sent."""
_ABOUT_FORM = ("Unsupported AWS", "Credential must", "Credential should be scoped with", "Date ")
_PIECE = "not a valid key=value pair (missing equal-sign) in Authorization header"


def refused(
    refusal: Refusal, call: tuple[str, str], request: HttpRequest, number: str, now: float
) -> Decided:
    """The decision: `call` is service and operation, "" for what is not known of them."""
    why = f"{refusal.code}: {_plain(refusal.message)}"
    return Decided(number, now, *call, None, None, False, why, principal=_caller(request))


def _caller(request: HttpRequest) -> str:
    """The id of the key that a request names, which nobody has proved to hold."""
    if not is_signed(request):
        return ANONYMOUS
    header = request.header("authorization")
    if header is not None:
        found = header.partition("Credential=")[2]
    else:
        found = unquote(request.query.partition("X-Amz-Credential=")[2].partition("&")[0])
    key = found.partition("/")[0]
    return key if _KEY.fullmatch(key) else UNKNOWN


def _plain(message: str) -> str:
    if message.startswith("'"):
        return _PIECE
    if message.startswith(_ABOUT_FORM) or "Authorization=" in message:
        for sign in _ECHOES:
            message = message.partition(sign)[0]
    return message
