"""The AWS SDK for JavaScript as values: what its objects do, and which AWS calls that makes."""

from remit.scan.javascript.aws.face import (
    call,
    given_away,
    invoke,
    is_command,
    iterate,
    member,
    new,
    put,
)
from remit.scan.javascript.aws.packages import module, send

__all__ = [
    "call",
    "given_away",
    "invoke",
    "is_command",
    "iterate",
    "member",
    "module",
    "new",
    "put",
    "send",
]
