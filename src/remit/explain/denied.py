"""A denial that AWS told somebody, as far as its message tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from remit.core.request import Value
from remit.explain.wording import PolicyType


class Form(StrEnum):
    """The forms in which AWS tells a denial."""

    CLAUSE = "clause"
    """The sentence with the kind of policy that denied."""
    SENTENCE = "sentence"
    """Who, what and where, and no reason."""
    KMS = "kms"
    """KMS asked by another service: no such key here, or its policy is silent, or it denies."""
    GATEWAY = "gateway"
    """API Gateway to a caller that its authorizer refused."""
    PLAIN = "plain"
    """No more than that it was denied."""
    DECODED = "decoded"
    """An EC2 message that STS decoded."""


@dataclass(frozen=True, slots=True)
class Denied:
    """What a message says; None for what it leaves out.

    `explicit` says whether a Deny matched; `policy_arn` is the denying policy's. `code` and
    `operation` are the SDK's (`AccessDeniedException`, `GetItem`). `encoded` is what only STS can
    decode. A decoded message has the request's `context`, and in `statements` the ids of the
    statements that matched (empty for one without an id).
    """

    form: Form
    principal: str | None = None
    action: str | None = None
    resource: str | None = None
    policy_type: PolicyType | None = None
    explicit: bool | None = None
    policy_arn: str | None = None
    code: str | None = None
    operation: str | None = None
    encoded: str = ""
    context: Mapping[str, Value] = field(default_factory=dict)
    statements: tuple[str, ...] = ()

    @property
    def masked(self) -> bool:
        """Whether AWS hid digits of the account in the resource (API Gateway does)."""
        return self.resource is not None and ":*****" in self.resource
