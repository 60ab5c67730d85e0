"""Reading a denial that somebody pasted: the sentence, and what it came wrapped in.

What may live here: finding AWS's sentence in an error's text and taking it apart with the tables
of wording.py. JSON and XML bodies, and decoded EC2 messages, are wrapped.py's.

Rules: facts/iam.md 5.4 and 6 (IAM User Guide, troubleshoot_access-denied), facts/api-gateway.md
(the texts of API Gateway). What SDKs put around a message was seen in public reports of errors.
No step here looks at the text more than a fixed number of times.
"""

from __future__ import annotations

from dataclasses import replace

from remit.explain.denied import Denied, Form
from remit.explain.wording import (
    EC2_BLOB,
    EC2_LEAD,
    EXPLICIT,
    IMPLICIT,
    S3_PLAIN,
    WEB_IDENTITY,
    WHAT,
    WHERE,
    WHO,
    PolicyType,
)
from remit.explain.wrapped import decoded, unwrapped

LONGEST = 200_000
"""Characters of a pasted text that are looked at; an encoded EC2 message has some thousands."""

_CODES = ("AccessDenied", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized")
_PREFIX = "An error occurred ("
_CALLING = ") when calling the "
_OPERATION = " operation"
_BLOB = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=.")
_ENDS = " .,;:()[]{}\"'\\"
_GATEWAY = "User is not authorized to access this resource"
# Which resource is meant is not said (6.1, KMS; the second was seen for Decrypt).
_UNNAMED = (" on this resource", " on the resource associated with this ciphertext")
_PERHAPS = "because the resource does not exist in this Region, no resource-based policies allow"

# What SDKs append to a message.
_TAILS = (" (Service: ", ", status code: ", " status code: ", ", RequestID: ", " (RequestId: ")

# Spelled otherwise on AWS's own pages, or shorter (facts/api-gateway.md, 6.1 "sessions policy").
_ALSO: tuple[tuple[PolicyType | None, bool, str], ...] = (
    (PolicyType.SESSION, True, "with an explicit deny in a sessions policy"),
    (PolicyType.TRUST, True, "with an explicit deny in a role trust policy"),
    (None, True, "with an explicit deny"),
)
_CLAUSES: tuple[tuple[PolicyType | None, bool, str], ...] = (
    *((kind, False, clause) for kind, clause in IMPLICIT.items()),
    *((kind, True, clause) for kind, clause in EXPLICIT.items()),
    *_ALSO,
)


def parse(text: str) -> Denied | None:
    """Read a pasted error: a sentence of AWS's, whatever an SDK or a protocol put around it, or
    the decoded form of an EC2 message. None when no denial is found in it."""
    text = text[:LONGEST].strip()
    if found := decoded(text):
        return found
    message, code = unwrapped(text)
    message = _one_line(message)
    message, code, operation = _prefix(message, code)
    message, encoded = _blob(message)
    found = _sentence(message) or _gateway(message) or _short(message, code)
    if found is None and encoded:
        found = Denied(Form.PLAIN)
    if found is None:
        return None
    return replace(found, code=code, operation=operation, encoded=encoded)


# --- what stands around the sentence ------------------------------------------------------------


def _one_line(text: str) -> str:
    """A message that was broken into lines, in one."""
    if "\n" not in text and "\r" not in text:
        return text
    return " ".join(line.strip(" \t│|") for line in text.splitlines()).strip()


def _prefix(text: str, code: str | None) -> tuple[str, str | None, str | None]:
    """Take off botocore's "An error occurred (CODE) when calling the OPERATION operation: "."""
    _, found, rest = text.partition(_PREFIX)
    if found:
        name, calling, rest = rest.partition(_CALLING)
        operation, ends, message = rest.partition(_OPERATION)
        if calling and ends and " " not in operation:
            return message.partition(": ")[2].strip() or message.strip(" :"), name, operation
    return text, code or next((known for known in _CODES if known in text), None), None


def _blob(text: str) -> tuple[str, str]:
    """Take off EC2's encoded message."""
    place = text.rfind(EC2_BLOB.rstrip())
    if place < 0:
        return text, ""
    rest = text[place + len(EC2_BLOB) :].lstrip()
    end = next((i for i, char in enumerate(rest) if char not in _BLOB), len(rest))
    return text[:place].rstrip(), rest[:end].rstrip(".")


# --- the sentence -------------------------------------------------------------------------------


def _sentence(text: str) -> Denied | None:
    """`User: ARN is not authorized to perform: ACTION on resource: ARN`, and a clause."""
    who, what, rest = text.partition(WHAT)
    if not what:
        return None
    principal = (who.rpartition(WHO)[2] if WHO in who else who.rpartition(" ")[2]).strip()
    action, _, _ = rest.partition(" ")
    rest = rest[len(action) :]
    action = action.strip(_ENDS)
    for unnamed in _UNNAMED:
        if rest.startswith(unnamed):
            return _unnamed(principal, action, rest[len(unnamed) :])
    named = rest.startswith(WHERE)
    body = rest[len(WHERE) :] if named else rest
    place, kind, explicit, arn = _clause(body)
    resource = _resource(body if place is None else body[:place]) if named else None
    form = Form.SENTENCE if place is None else Form.CLAUSE
    return Denied(form, principal or None, action or None, resource, kind, explicit, arn)


def _unnamed(principal: str, action: str, rest: str) -> Denied:
    if _PERHAPS in rest:
        return Denied(Form.KMS, principal or None, action or None, None, PolicyType.RESOURCE, None)
    place, kind, explicit, arn = _clause(rest)
    form = Form.SENTENCE if place is None else Form.CLAUSE
    return Denied(form, principal or None, action or None, None, kind, explicit, arn)


def _resource(text: str) -> str | None:
    """The resource, without the quotes that S3 puts around it, and without what an SDK appends."""
    text = text.strip()
    if text.startswith('\\"'):  # out of a log that holds JSON
        text = text.replace('\\"', '"')
    if text.startswith('"'):
        return text[1 : text.rfind('"')] if text.rfind('"') else text[1:]
    for tail in _TAILS:
        place = text.find(tail)
        text = text if place < 0 else text[:place]
    return text.strip().rstrip(".,;") or None


def _clause(text: str) -> tuple[int | None, PolicyType | None, bool | None, str | None]:
    """The last clause in `text`: where it begins, kind of policy, explicit, the policy's ARN."""
    best: tuple[int, int, PolicyType | None, bool] | None = None
    for kind, explicit, clause in _CLAUSES:
        head, slot, tail = clause.partition("{action}")
        place = text.rfind(" " + head)
        if place < 0:
            continue
        end = place + 1 + len(head)
        if slot:
            end = text.find(" ", end)
            if end < 0 or not text.startswith(tail, end):
                continue
            end += len(tail)
        found = (place, end, kind, explicit)
        if text[end : end + 1].strip(_ENDS) == "" and (best is None or found[:2] > best[:2]):
            best = found
    if best is None:
        return None, None, None, None
    place, end, kind, explicit = best
    return place, kind, explicit, _policy_arn(text[end:])


def _policy_arn(rest: str) -> str | None:
    """`: arn:...` behind an explicit clause."""
    if not rest.startswith(": arn:"):
        return None
    return rest[2:].split(" ", 1)[0].rstrip(_ENDS)


# --- texts without a sentence -------------------------------------------------------------------


def _gateway(text: str) -> Denied | None:
    """API Gateway to a caller that a Lambda authorizer refused: no principal, no resource."""
    _, found, rest = text.partition(_GATEWAY)
    if not found:
        return None
    _, kind, explicit, arn = _clause(rest)
    return Denied(Form.GATEWAY, None, "execute-api:Invoke", None, kind, explicit, arn)


def _short(text: str, code: str | None) -> Denied | None:
    _, found, rest = text.partition(WEB_IDENTITY)
    action = rest.split(" ", 1)[0].strip(_ENDS)
    if found and action.lower().startswith("sts:assumerolewith"):
        return Denied(Form.PLAIN, None, action, None, PolicyType.TRUST, None)
    denied = code is not None and (code.startswith(_CODES) or code == "403")
    if denied or S3_PLAIN in text or EC2_LEAD.rstrip(".") in text:
        return Denied(Form.PLAIN)
    return None
