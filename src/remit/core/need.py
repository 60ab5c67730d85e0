"""What a call requires: one action on one resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from remit.core.text import Text

ContextValue: TypeAlias = Text | tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """One permission that a call requires.

    `action` is spelled as in the Service Authorization Reference (`dynamodb:UpdateItem`).
    `resource` is the ARN that AWS checks, or `*` for an action without resources; its holes are
    what the parameters left open. `context` holds the condition keys that the call itself fixes
    (single-valued: a Text; multivalued: a tuple). `condition` says, for a dependent permission,
    on what it hangs when the parameters leave that open ("`KmsKeyId` is set"); None when certain.
    `resource_type` is the catalog's name of the resource type, None for `*`.
    `alternatives` are other resources: AWS allows the call when the action is allowed on
    `resource` or on any one of them (SES: the sender's address or its domain is the identity).
    """

    action: str
    resource: Text
    resource_type: str | None = None
    condition: str | None = None
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    alternatives: tuple[Text, ...] = ()
