"""Taking a denial out of an error's body, and reading what STS decoded.

What may live here: the wire forms of facts/iam.md 6.3 and the JSON of DecodeAuthorizationMessage
(facts/iam.md 5.4; STS API Reference). XML is searched for two elements, not parsed: nothing in it
is expanded or fetched.
"""

from __future__ import annotations

import json
from html import unescape
from typing import Any

from remit.core.request import Value
from remit.explain.denied import Denied, Form


def unwrapped(text: str) -> tuple[str, str | None]:
    """The message in an error's body and its code; `text` itself where it is no body."""
    body = _json(text)
    if isinstance(body, dict):
        for name in ("Error", "error"):
            body = body[name] if isinstance(body.get(name), dict) else body
        found = {str(key).lower(): value for key, value in body.items() if isinstance(value, str)}
        for name in ("message", "errormessage"):  # the second is CloudTrail's
            if name in found:
                kind = found.get("__type") or found.get("code") or found.get("errorcode")
                return found[name], _code(kind)
    if message := _element(text, "Message"):
        return message, _code(_element(text, "Code"))
    return text, None


def decoded(text: str) -> Denied | None:
    """A decoded EC2 message, also inside the answer of `sts decode-authorization-message`."""
    body = _json(text)
    if isinstance(body, dict) and isinstance(body.get("DecodedMessage"), str):
        body = _json(body["DecodedMessage"])
    if not isinstance(body, dict) or not isinstance(body.get("context"), dict):
        return None
    if "allowed" not in body and "explicitDeny" not in body:
        return None
    about = body["context"]
    principal = about.get("principal")
    explicit = body.get("explicitDeny")
    return Denied(
        Form.DECODED,
        principal=_text(principal.get("arn")) if isinstance(principal, dict) else None,
        action=_text(about.get("action")),
        resource=_text(about.get("resource")),
        explicit=explicit if isinstance(explicit, bool) else None,
        context=_context(about),
        statements=tuple(
            _text(one.get("statementId")) or "" for one in _items(body, "matchedStatements")
        ),
    )


def _context(about: dict[str, Any]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for one in _items(about, "conditions"):
        key = _text(one.get("key"))
        values = [_text(value.get("value")) for value in _items(one, "values")]
        listed = tuple(value for value in values if value is not None)
        if key and listed:
            found[key] = listed[0] if len(listed) == 1 else listed
    return found


def _items(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """AWS writes lists as `{"items": [...]}`."""
    listed = holder.get(name)
    items = listed.get("items") if isinstance(listed, dict) else None
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _json(text: str) -> Any:
    if not text.startswith(("{", '"')):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _json(found) if isinstance(found, str) and found.startswith("{") else found


def _element(text: str, name: str) -> str | None:
    _, found, rest = text.partition(f"<{name}>")
    inside, end, _ = rest.partition(f"</{name}>")
    return unescape(inside.strip()) if found and end else None


def _code(kind: str | None) -> str | None:
    """Without the namespace before `#` and the address after `:` (6.3)."""
    return kind.rpartition("#")[2].partition(":")[0] if kind else None
