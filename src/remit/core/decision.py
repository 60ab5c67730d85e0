"""What the engine answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Spelled as in AWS's own simulator."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


class Layer(StrEnum):
    """The kinds of policy that apply to one request, as the case format names them."""

    IDENTITY = "identity"
    RESOURCE = "resource"
    BOUNDARY = "permissionsBoundary"
    SESSION = "session"
    SCP = "scp"
    RCP = "rcp"
    VPC_ENDPOINT = "vpcEndpoint"


@dataclass(frozen=True, slots=True)
class Determining:
    """A statement that determined the answer: layer, index of its policy, index in it."""

    layer: Layer
    policy: int
    statement: int
    sid: str | None = None

    def __str__(self) -> str:
        sid = f" `{self.sid}`" if self.sid else ""
        return f"{self.layer} policy {self.policy}, statement {self.statement}{sid}"


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, the statements that determined it, and what was not understood."""

    verdict: Verdict
    determining: tuple[Determining, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether AWS would let the request through."""
        return self.verdict is Verdict.ALLOWED

    def __str__(self) -> str:
        by = f" by {'; '.join(map(str, self.determining))}" if self.determining else ""
        return f"{self.verdict}{by}"

    def __repr__(self) -> str:
        warned = f", {len(self.warnings)} warnings" if self.warnings else ""
        return f"<Decision: {self}{warned}>"
