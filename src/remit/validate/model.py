"""What a validation is made of: the type of a policy, a check, what it found, the document.

What may live here: values that every family of checks shares. No check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from remit.core.finding import Confidence, Related
from remit.core.policy import Effect, Policy, Statement
from remit.core.span import Span
from remit.syntax.codes import Level
from remit.syntax.names import Kind
from remit.syntax.nodes import Node


class PolicyType(StrEnum):
    """What a document is attached to, as `--type` names it."""

    IDENTITY = "identity"
    BOUNDARY = "boundary"
    SESSION = "session"
    RESOURCE = "resource"
    TRUST = "trust"
    SCP = "scp"
    RCP = "rcp"
    VPC_ENDPOINT = "vpc-endpoint"
    API_GATEWAY = "api-gateway"

    @property
    def grammar(self) -> Kind:
        """Which of the parser's grammars it has."""
        return _GRAMMARS.get(self, "identity")

    @property
    def has_principal(self) -> bool:
        """Whether its statements say to whom they apply."""
        return self in _GRAMMARS


_GRAMMARS: dict[PolicyType, Kind] = {
    PolicyType.RESOURCE: "resource",
    PolicyType.RCP: "resource",
    PolicyType.VPC_ENDPOINT: "resource",
    PolicyType.API_GATEWAY: "resource",
    PolicyType.TRUST: "trust",
}


class Authorization(StrEnum):
    """How an API Gateway method authorizes its callers, by API Gateway's own names."""

    NONE = "NONE"
    AWS_IAM = "AWS_IAM"
    CUSTOM = "CUSTOM"
    COGNITO = "COGNITO_USER_POOLS"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked for. `code` is Access Analyzer's where it has the check, and begins
    with `REMIT_` where it has not. `what`, `why` and `remedy` are one sentence each: they stand in
    docs/validate/checks.md, and `why` in each finding."""

    code: str
    level: Level
    what: str
    why: str
    remedy: str

    @property
    def is_own(self) -> bool:
        """Whether it is remit's and not one of Access Analyzer's."""
        return self.code.startswith("REMIT_")


@dataclass(frozen=True, slots=True)
class Issue:
    """What a check found. `span` is the primary place, `message` one sentence with the particulars,
    `fix` what to do. CONDITIONAL: it hangs on something that the document does not tell (a catalog
    that may be older than AWS, an account that may be one's own)."""

    check: Check
    span: Span
    message: str
    fix: str = ""
    confidence: Confidence = Confidence.CERTAIN
    related: tuple[Related, ...] = ()

    @property
    def code(self) -> str:
        """The check's name."""
        return self.check.code

    @property
    def level(self) -> Level:
        """The check's weight."""
        return self.check.level


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller knows beside the document.

    `type` None: it is inferred. `resource_type` is CloudFormation's name (`AWS::S3::Bucket`).
    `account` is the reader's own; `authorization` that of the API's methods; `least_privilege`
    asks for the checks of what is granted too widely.
    """

    type: PolicyType | None = None
    resource_type: str | None = None
    account: str | None = None
    authorization: Authorization | None = None
    least_privilege: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """One document, ready to be checked. `size` is its length as AWS counts it (sizes.py).

    `resource_type` is None where nothing tells it.
    """

    node: Node
    policy: Policy
    type: PolicyType
    resource_type: str | None
    asked: Asked
    allows: tuple[Statement, ...] = field(init=False)

    def __post_init__(self) -> None:
        statements = self.policy.statements
        allows = tuple(one for one in statements if one.effect is Effect.ALLOW)
        object.__setattr__(self, "allows", allows)


Rule = Callable[[Subject], Iterator[Issue]]


@dataclass(frozen=True, slots=True)
class Family:
    """Checks that belong together, and the functions that look for them."""

    name: str
    checks: tuple[Check, ...]
    rules: tuple[Rule, ...]
    optional: bool = False
    """Whether it runs only where least privilege is asked for."""
