"""What is decided: one principal, one action, one resource, and the request's context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Value: TypeAlias = str | tuple[str, ...]
"""A context value: a string for a single-valued key, a tuple for a multivalued one."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `principal` is an ARN, a service principal, or `anonymous`.

    `context` maps condition keys, in any letter case, to values; an absent key is absent.
    """

    principal: str
    action: str
    resource: str
    resource_account: str | None = None
    context: Mapping[str, Value] = field(default_factory=dict)
