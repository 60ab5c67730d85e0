"""Answers of STS on the wire: the query protocol's XML.

Source: facts/iam.md 5.1 and 6.3; botocore's model for which members an operation answers with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
_SPECIAL = re.compile("[^\t\n\r -%'-;=?-~]")
"""What may have to be changed: anything but plain ASCII, `&`, `<` and `>`."""


def result(operation: str, members: Mapping[str, Any], request_id: str) -> bytes:
    """The document that answers `operation` with these output members (`app.sts.session.Result`).

    Members that the model does not have are an error of ours: raises KeyError.
    """
    shape, wrapper = _output(operation)
    inner = _structure(members, shape)
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


def _structure(values: Mapping[str, Any], shape: str) -> str:
    members, found = _members(shape), []
    for name, value in values.items():
        inner, kind = members[name]
        found.append(f"<{name}>{_value(value, inner, kind)}</{name}>")
    return "".join(found)


def _value(value: Any, shape: str, kind: str) -> str:
    if kind == "string":
        return _text(str(value))
    if kind == "timestamp":
        return written(value)
    if kind == "structure":
        return _credentials(value) if type(value) is Credentials else _structure(value, shape)
    return _text(str(value))


def _credentials(given: Credentials) -> str:
    """Of letters, digits and signs that need no escape."""
    return (
        f"<AccessKeyId>{given.access_key}</AccessKeyId>"
        f"<SecretAccessKey>{given.secret}</SecretAccessKey>"
        f"<SessionToken>{given.token}</SessionToken>"
        f"<Expiration>{written(given.expires)}</Expiration>"
    )


def _text(text: str) -> str:
    if _SPECIAL.search(text) is None:
        return text
    return escape(_UNWRITABLE.sub("\ufffd", text))
