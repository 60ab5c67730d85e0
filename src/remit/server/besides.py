"""Calls that remit answers around moto's handlers, because grants, access control lists and owners
are its business: which they are, and who answers.
"""

from __future__ import annotations

from collections.abc import Callable

from remit.app.access.acl import AclError
from remit.core.http import HttpAnswer
from remit.enforce import denials
from remit.enforce.denials import Refusal, Speech
from remit.enforce.recognize import Recognized
from remit.explain.wording import PolicyType
from remit.server import kms_grants, s3_access

_AROUND = frozenset({("kms", "CreateGrant")} | {("s3", name) for name in s3_access.CALLS})


def denied(call: Recognized, account: str) -> PolicyType | None:
    """What denies a call of `account` that policies allow: a switch of S3 Block Public Access."""
    return s3_access.denied(call, account) if call.service == "s3" else None


def answers(call: Recognized) -> bool:
    """Whether the answer is made here."""
    return (call.service, call.operation) in _AROUND


def answer(
    call: Recognized, account: str, speech: Speech, number: str, forward: Callable[[], HttpAnswer]
) -> HttpAnswer:
    """The answer to such a call of `account` that may be made; `forward` is moto's, `number` the
    request's id."""
    if call.service == "kms":
        return kms_grants.create(call, account, forward)
    found = s3_access.answer(call, account, forward)
    if isinstance(found, AclError):
        return denials.answer(Refusal(found.code, str(found), 400), speech, number)
    return found
