"""A parsed policy document, every element with its place in the file.

Elements keep the text that the author wrote; what it means is the engine's business.
Source of the grammar: IAM User Guide, reference_policies_grammar; facts/iam.md section 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from remit.core.span import Span
from remit.core.text import Symbols

NO_SYMBOLS = Symbols()


class Effect(StrEnum):
    """What a matching statement does."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Item:
    """One string of a policy and where it stands."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Principals:
    """A `Principal` or `NotPrincipal` element: (kind, value) pairs.

    `kind` is `AWS`, `Service`, `Federated` or `CanonicalUser`; a bare `"*"` is ("*", "*").
    """

    entries: tuple[tuple[str, Item], ...]
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Condition:
    """One test: an operator, a context key and the listed values.

    `operator` is spelled as written, with its set prefix and `IfExists` (`ForAnyValue:StringLike`).
    Numbers and booleans that were written without quotes are kept as their JSON text.
    """

    operator: Item
    key: Item
    values: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `actions` are those of `Action`, or of `NotAction` when `not_action` is set;
    likewise for resources. `resources` is None where the element is absent (trust policies).

    `faults` names what could not be understood in it; a statement with faults never grants.
    """

    index: int
    sid: Item | None
    effect: Effect
    actions: tuple[Item, ...]
    resources: tuple[Item, ...] | None
    span: Span
    not_action: bool = False
    not_resource: bool = False
    principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document. `version` is "2008-10-17" where the element is absent (facts/iam.md 1.2).

    `name` is what people call it: a file's path, or a managed policy's name. `symbols` are the
    names that stand in it for what only deployment knows, where a template was read. `ready_made`
    marks one that people attach whole and can't edit: a policy that AWS manages, or what a
    framework makes of a name (`DynamoDBCrudPolicy`). `source` is the document that it was parsed
    from, where a reader keeps it to have it validated.
    """

    version: str
    statements: tuple[Statement, ...]
    span: Span
    name: str = ""
    id: str | None = None
    symbols: Symbols = NO_SYMBOLS
    ready_made: bool = False
    source: object = field(default=None, compare=False, repr=False)

    @property
    def has_variables(self) -> bool:
        """Whether `${...}` is replaced in this document: only version 2012-10-17 does."""
        return self.version == "2012-10-17"
