"""Answers of STS on the wire: the query protocol's XML.

Source: facts/iam.md 5.1 and 6.3; botocore's model for which members an operation answers with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from remit.app.sts.identity import written
from remit.app.sts.validate import model, shape_of
from remit.credentials.errors import AuthError
from remit.credentials.sessions import Credentials

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
BEFORE_DISPATCH = "http://webservices.amazon.com/AWSFault/2005-15-09"
"""The namespace of errors that come before an operation is known (5.1; its spelling is
unconfirmed)."""
CONTENT_TYPE = "text/xml"
# What XML 1.0 cannot hold, escaped or not.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def result(operation: str, members: Mapping[str, Any], request_id: str) -> bytes:
    """The document that answers `operation` with these output members (`app.sts.session.Result`).

    Members that the model does not have are an error of ours: raises KeyError.
    """
    shape, wrapper = _output(operation)
    inner = "".join(_structure(members, shape))
    tail = f"<ResponseMetadata><RequestId>{_text(request_id)}</RequestId></ResponseMetadata>"
    name = f"{operation}Response"
    return f'<{name} xmlns="{NAMESPACE}"><{wrapper}>{inner}</{wrapper}>{tail}</{name}>'.encode()


def error(fault: AuthError, request_id: str, namespace: str = NAMESPACE) -> bytes:
    """The document of an error. One without a text has no Message."""
    message = f"<Message>{_text(fault.message)}</Message>" if fault.message else ""
    kind = "Sender" if fault.status < 500 else "Receiver"
    inner = f"<Error><Type>{kind}</Type><Code>{_text(fault.code)}</Code>{message}</Error>"
    tail = f"<RequestId>{_text(request_id)}</RequestId>"
    return f'<ErrorResponse xmlns="{namespace}">{inner}{tail}</ErrorResponse>'.encode()


@cache
def _output(operation: str) -> tuple[str, str]:
    found = model().operations[operation]["output"]
    return found["shape"], found["resultWrapper"]


@cache
def _members(shape: str) -> Mapping[str, tuple[str, str]]:
    """The members of a structure: name to the name and type of its shape."""
    listed = shape_of(shape).get("members", {})
    return {name: (m["shape"], shape_of(m["shape"])["type"]) for name, m in listed.items()}


def _structure(values: Mapping[str, Any], shape: str) -> Iterator[str]:
    members = _members(shape)
    for name, value in values.items():
        inner, kind = members[name]
        yield f"<{name}>{_value(value, inner, kind)}</{name}>"


def _value(value: Any, shape: str, kind: str) -> str:
    if isinstance(value, Credentials):
        value = _credentials(value)
    if kind == "structure":
        return "".join(_structure(value, shape))
    if kind == "timestamp":
        return written(value)
    return _text(str(value))


def _credentials(given: Credentials) -> dict[str, Any]:
    return {
        "AccessKeyId": given.access_key,
        "SecretAccessKey": given.secret,
        "SessionToken": given.token,
        "Expiration": given.expires,
    }


def _text(text: str) -> str:
    return escape(_UNWRITABLE.sub("\ufffd", text))
