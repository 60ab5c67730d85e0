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
