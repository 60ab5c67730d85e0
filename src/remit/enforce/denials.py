"""Errors in the wire form that the called service's clients read.

What may live here: the code and status under which each protocol and service refuses a call, and
the documents in which errors are written, as tables. The sentences are explain/wording.py's.

Rules: facts/iam.md 6.2, 6.3 and 7.6 (EC2 API Reference, errors-overview; S3 API Reference,
ErrorResponses; Smithy's protocol pages; IAM User Guide, troubleshoot_access-denied).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from xml.sax.saxutils import escape

from remit.catalog.models import service_model
from remit.core.http import HttpAnswer


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error: AWS's code, message and HTTP status; `extra` are further elements that S3 sends."""

    code: str
    message: str
    status: int = 403
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Speech:
    """How an answer must be written: botocore's names of the service and of its protocol. `head`:
    the request was a HEAD, whose answer has no body."""

    service: str
    protocol: str
    json_version: str = "1.1"
    head: bool = False


# --- which code ---------------------------------------------------------------------------------

# The one place for these: remit.testing raises them as well. Where a protocol says nothing else;
# statuses of JSON services: SSM and KMS were seen with 400, Bedrock (REST) with 403; the other
# services' are UNCONFIRMED (facts 6.3).
_DENIED: Mapping[str, tuple[str, int]] = {
    "query": ("AccessDenied", 403),
    "ec2": ("UnauthorizedOperation", 403),
    "rest-xml": ("AccessDenied", 403),
    "rest-json": ("AccessDeniedException", 403),
    "json": ("AccessDeniedException", 400),
    "smithy-rpc-v2-cbor": ("AccessDeniedException", 400),
}
# Services that left the query protocol keep its codes (x-amzn-query-error) and, as far as anybody
# has said, its status: UNCONFIRMED (facts 6.3).
_ONCE_QUERY = _DENIED["query"]
# Services whose model names an error of its own for it: the shape's error code.
_DENIED_BY: Mapping[str, tuple[str, int]] = {
    "sns": ("AuthorizationError", 403),
}
# As JSON and REST services call what STS and its like call otherwise (common errors of the
# DynamoDB and Access Analyzer API references).
_AUTHENTICATION: Mapping[str, str] = {
    "InvalidClientTokenId": "UnrecognizedClientException",
    "ExpiredToken": "ExpiredTokenException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "IncompleteSignature": "IncompleteSignatureException",
}
_JSON_LIKE = frozenset({"json", "rest-json", "smithy-rpc-v2-cbor"})
_S3 = frozenset({"s3", "s3control"})
# Facts 7.6: S3 knows the same faults under names of its own.
_OF_S3: Mapping[str, tuple[str, str, int]] = {
    "InvalidClientTokenId": (
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
        403,
    ),
    "ExpiredToken": ("ExpiredToken", "The provided token has expired.", 400),
    "InvalidToken": ("InvalidToken", "The provided token is malformed or otherwise invalid.", 400),
}
# Facts 6.2: whatever is wrong with the credentials.
_OF_EC2 = Refusal(
    "AuthFailure", "AWS was not able to validate the provided access credentials", 401
)
_EC2_CREDENTIALS = frozenset(
    {"InvalidClientTokenId", "SignatureDoesNotMatch", "MissingAuthenticationToken"}
)


def denied(speech: Speech, message: str) -> Refusal:
    """The refusal of a call that no policy allows. `message` is AWS's sentence."""
    code, status = _DENIED_BY.get(speech.service) or _DENIED.get(
        speech.protocol, _DENIED["rest-json"]
    )
    if _compatible(speech):
        code, status = _ONCE_QUERY
    return Refusal(code, message, status)


# S3 API Reference, ErrorResponses; EC2 API Reference, errors-overview ("Server error codes"); IAM
# API Reference (facts 8); elsewhere the common errors of the service API references (facts 6.3).
_FAULTS: Mapping[str, str] = {
    "s3": "InternalError",
    "s3control": "InternalError",
    "ec2": "InternalError",
    "iam": "ServiceFailure",
}


def fault(speech: Speech, message: str) -> Refusal:
    """What is answered when the server itself fails."""
    return Refusal(_FAULTS.get(speech.service, "InternalFailure"), message, 500)


def unauthenticated(
    speech: Speech,
    code: str,
    message: str,
    status: int,
    extra: tuple[tuple[str, str], ...] = (),
) -> Refusal:
    """The refusal of a caller who cannot be told; the rest is what `AuthError` says."""
    if speech.service in _S3:
        found = _OF_S3.get(code)
        return Refusal(*found, extra) if found else Refusal(code, message, status, extra)
    if speech.protocol == "ec2" and code in _EC2_CREDENTIALS:
        return _OF_EC2
    if speech.protocol not in _JSON_LIKE or _compatible(speech):
        return Refusal(code, message, status)
    code = _AUTHENTICATION.get(code, code)
    return Refusal(code, message, 403 if speech.protocol == "rest-json" else 400)


# --- which form ---------------------------------------------------------------------------------


def answer(refusal: Refusal, speech: Speech, request_id: str) -> HttpAnswer:
    """The answer that a client of that service and protocol reads as this error."""
    if speech.service in _S3:
        return _s3(refusal, speech, request_id)
    return _FORMS.get(speech.protocol, _rest_json)(refusal, speech, request_id)


def _query(refusal: Refusal, speech: Speech, request_id: str) -> HttpAnswer:
    space = _namespace(speech.service)
    body = (
        f'<ErrorResponse xmlns="{space}"><Error><Type>{_side(refusal)}</Type>'
        f"{_element('Code', refusal.code)}{_element('Message', refusal.message)}</Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return _made(refusal, body, "text/xml", request_id)


def _ec2(refusal: Refusal, _: Speech, request_id: str) -> HttpAnswer:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>'
        f"{_element('Code', refusal.code)}{_element('Message', refusal.message)}</Error></Errors>"
        f"<RequestID>{request_id}</RequestID></Response>"
    )
    return _made(refusal, body, "text/xml;charset=UTF-8", request_id)


def _json(refusal: Refusal, speech: Speech, request_id: str) -> HttpAnswer:
    body = json.dumps({"__type": _type(refusal, speech), "message": refusal.message})
    kind = f"application/x-amz-json-{speech.json_version}"
    return _made(refusal, body, kind, request_id, *_compatibly(refusal, speech))


def _cbor(refusal: Refusal, speech: Speech, request_id: str) -> HttpAnswer:
    import cbor2  # 10 ms that few calls need

    body = cbor2.dumps({"__type": _type(refusal, speech), "message": refusal.message})
    more = (("smithy-protocol", "rpc-v2-cbor"), *_compatibly(refusal, speech))
    return _made(refusal, body, "application/cbor", request_id, *more)


def _rest_json(refusal: Refusal, _: Speech, request_id: str) -> HttpAnswer:
    body = json.dumps({"message": refusal.message})
    more = ("x-amzn-errortype", refusal.code)
    return _made(refusal, body, "application/json", request_id, more)


def _rest_xml(refusal: Refusal, speech: Speech, request_id: str) -> HttpAnswer:
    return _query(refusal, speech, request_id)


def _s3(refusal: Refusal, speech: Speech, request_id: str) -> HttpAnswer:
    host = sha256(request_id.encode()).hexdigest()
    error = "".join(
        _element(name, value)
        for name, value in (
            ("Code", refusal.code),
            ("Message", refusal.message),
            *refusal.extra,
            ("RequestId", request_id),
            ("HostId", host),
        )
    )
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{error}</Error>'
    if speech.service == "s3control":  # nested, as was seen (facts 6.3)
        body = f"<ErrorResponse><Error>{error}</Error><RequestId>{request_id}</RequestId>"
        body += f"<HostId>{host}</HostId></ErrorResponse>"
    headers = [("content-type", "application/xml"), ("x-amz-request-id", request_id)]
    headers += [("x-amz-id-2", host)]
    headers += [("x-amz-bucket-region", v) for name, v in refusal.extra if name == "Region"]
    return HttpAnswer(refusal.status, tuple(headers), b"" if speech.head else body.encode())


_FORMS: Mapping[str, Callable[[Refusal, Speech, str], HttpAnswer]] = {
    "query": _query,
    "ec2": _ec2,
    "json": _json,
    "rest-json": _rest_json,
    "rest-xml": _rest_xml,
    "smithy-rpc-v2-cbor": _cbor,
}


# --- small things -------------------------------------------------------------------------------


def _made(
    refusal: Refusal, body: str | bytes, kind: str, request_id: str, *more: tuple[str, str]
) -> HttpAnswer:
    data = body.encode() if isinstance(body, str) else body
    headers = (("content-type", kind), ("x-amzn-requestid", request_id), *more)
    return HttpAnswer(refusal.status, headers, data)


def _type(refusal: Refusal, speech: Speech) -> str:
    """JSON 1.0 writes a whole shape id; errors of no service's own are the framework's."""
    code = refusal.code
    if _compatible(speech) and not code.endswith("Exception"):
        code += "Exception"
    full = speech.json_version == "1.0" or speech.protocol != "json"
    return f"com.amazon.coral.service#{code}" if full else code


def _compatibly(refusal: Refusal, speech: Speech) -> tuple[tuple[str, str], ...]:
    """The code that clients knew when the service still spoke the query protocol."""
    if not _compatible(speech):
        return ()
    return (("x-amzn-query-error", f"{refusal.code};{_side(refusal)}"),)


def _compatible(speech: Speech) -> bool:
    if speech.protocol not in ("json", "smithy-rpc-v2-cbor"):
        return False
    model = service_model(speech.service)
    return model is not None and "awsQueryCompatible" in model.raw["metadata"]


def _namespace(service: str) -> str:
    model = service_model(service)
    metadata = model.raw["metadata"] if model is not None else {}
    return str(metadata.get("xmlNamespace", "http://webservices.amazon.com/AWSFault/2005-15-09"))


def _side(refusal: Refusal) -> str:
    return "Sender" if refusal.status < 500 else "Receiver"


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(_printable(text))}</{name}>"


def _printable(text: str) -> str:
    """Without what XML 1.0 cannot hold: a request may bring it."""
    if text.isprintable():
        return text
    return "".join(c if c in "\t\n" or _fits(c) else "?" for c in text)


def _fits(char: str) -> bool:
    return char >= " " and char not in "\ufffe\uffff" and not "\ud800" <= char <= "\udfff"
