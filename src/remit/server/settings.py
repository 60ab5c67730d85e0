"""How a server judges: what its flags say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """How calls are judged. `unknown_allowed`: a call of which no permission is known goes through.
    `secure`: the endpoint stands for one that is reached over TLS. `enforced`: False answers
    everything without asking (for measuring)."""

    region: str = "us-east-1"
    account: str = "123456789012"
    unknown_allowed: bool = False
    secure: bool = True
    enforced: bool = True
