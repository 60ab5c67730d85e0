"""Session tags: those that are passed, those that are inherited, and what they become.

Source: facts/iam.md 5.2 (IAM User Guide, id_session-tags; STS API Reference, AssumeRole).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from remit.app.sts.errors import (
    DUPLICATE_TAGS,
    RESERVED_TAG,
    TRANSITIVE_TAKEN,
    TRANSITIVE_WITHOUT_TAG,
    bad_tags,
    validation,
)
from remit.core.request import Value
from remit.credentials.sessions import Claims

_RESERVED = "aws:"


@dataclass(frozen=True, slots=True)
class SessionTags:
    """The tags of a new session: `given` with this call, `inherited` from the calling session.
    `transitive` are the keys, of both, that go on to the next."""

    given: Mapping[str, str] = field(default_factory=dict)
    inherited: Mapping[str, str] = field(default_factory=dict)
    transitive: tuple[str, ...] = ()

    @property
    def all(self) -> dict[str, str]:
        """What the session bears."""
        return {**self.inherited, **self.given}

    def context(self) -> dict[str, Value]:
        """The condition keys of the call. The transitive keys are those that were inherited too: a
        chain from a session that has any needs sts:TagSession (seen with EKS Pod Identity, whose
        tags are transitive: AWS then names sts:TagSession in its denial). Whether inherited tags
        are also aws:RequestTag is not known; CloudTrail lists them apart, so here they are not."""
        found: dict[str, Value] = {f"aws:RequestTag/{key}": one for key, one in self.given.items()}
        if self.given:
            found["aws:TagKeys"] = tuple(self.given)
        if self.transitive:
            found["sts:TransitiveTagKeys"] = self.transitive
        return found


NO_TAGS = SessionTags()


def session_tags(
    tags: Iterable[tuple[str, str]], transitive: Iterable[str], claims: Claims | None = None
) -> SessionTags:
    """The tags of a new session. `claims` are the calling session's. Raises StsError."""
    listed, keys = list(tags), tuple(transitive)
    if not listed and not keys and (claims is None or not claims.transitive):
        return NO_TAGS
    given = dict(listed)
    lowered = {key.lower() for key in given}
    if len(lowered) < len(listed):
        raise bad_tags(DUPLICATE_TAGS)
    if any(key.startswith(_RESERVED) for key in lowered):
        raise validation(RESERVED_TAG)
    if not {key.lower() for key in keys} <= lowered:
        raise bad_tags(TRANSITIVE_WITHOUT_TAG)
    inherited = _inherited(claims)
    if lowered & {key.lower() for key in inherited}:
        raise bad_tags(TRANSITIVE_TAKEN)
    return SessionTags(given, inherited, (*inherited, *dict.fromkeys(keys)))


def _inherited(claims: Claims | None) -> dict[str, str]:
    if claims is None:
        return {}
    transitive = {key.lower() for key in claims.transitive}
    return {key: value for key, value in claims.tags if key.lower() in transitive}
