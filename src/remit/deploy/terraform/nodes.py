"""What an HCL file consists of: bodies of attributes and blocks, and expressions with places.

Source: HCL native syntax specification (hashicorp/hcl, hclsyntax/spec.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from remit.core.span import Span
from remit.syntax.source import Source


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a boolean or null."""

    value: bool | int | float | None
    span: Span


@dataclass(frozen=True, slots=True)
class Piece:
    """Literal text of a template. `start` is the offset in `source` of its first character; an
    escape (`plain` is false) stands as a whole at `start`."""

    text: str
    source: Source
    start: int
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """`%{ if condition }then%{ else }otherwise%{ endif }`."""

    condition: Expression
    then: Template
    otherwise: Template
    span: Span


@dataclass(frozen=True, slots=True)
class Repeat:
    """`%{ for key, value in collection }body%{ endfor }`; `key` may be empty."""

    key: str
    value: str
    collection: Expression
    body: Template
    span: Span


Part: TypeAlias = "Piece | Choice | Repeat | Expression"


@dataclass(frozen=True, slots=True)
class Template:
    """A quoted string, a heredoc or the content of a template file."""

    parts: tuple[Part, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    """The first name of a reference: `var`, `local`, `aws_s3_bucket`, a `for` variable."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Attr:
    """`base.name`."""

    base: Expression
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Index:
    """`base[key]`."""

    base: Expression
    key: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Splat:
    """`base[*]` or `base.*`; `each` is what is taken of every element, which it names `ITEM`."""

    base: Expression
    each: Expression
    span: Span


ITEM = "[*]"
"""The name of the element inside a `Splat`; no identifier is spelled so."""


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`; `expand` says that the last argument is a list of arguments (`...`)."""

    name: str
    arguments: tuple[Expression, ...]
    expand: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Unary:
    """`-operand` or `!operand`."""

    operator: str
    operand: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`."""

    operator: str
    left: Expression
    right: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Conditional:
    """`condition ? then : otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Items:
    """`[item, item]`."""

    items: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Object:
    """`{ key = value }`. A key that is a bare word is a `Template` of that word."""

    entries: tuple[tuple[Expression, Expression], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class For:
    """`[for key, value in collection : result if condition]`, with `index` for an object's key.

    `group` is the object's `...`: values of one key are gathered.
    """

    key: str
    value: str
    collection: Expression
    index: Expression | None
    result: Expression
    condition: Expression | None
    group: bool
    span: Span


@dataclass(frozen=True, slots=True)
class References:
    """An expression of a plan: the names that it uses, each followed by what that is part of."""

    names: tuple[str, ...]
    span: Span


Expression: TypeAlias = (
    "Literal | Template | Name | Attr | Index | Splat | Call | Unary | Binary | Conditional"
    " | Items | Object | For | References"
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name = expression`. `span` is the name's."""

    name: str
    expression: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """`type "label" "label" { body }`. `span` is the header's."""

    type: str
    labels: tuple[str, ...]
    body: Body
    span: Span


@dataclass(frozen=True, slots=True)
class Body:
    """What stands between a block's braces, or in a file."""

    attributes: Mapping[str, Attribute]
    blocks: tuple[Block, ...]

    def of(self, block_type: str) -> tuple[Block, ...]:
        """The blocks of one type, in order."""
        return tuple(block for block in self.blocks if block.type == block_type)

    def expression(self, name: str) -> Expression | None:
        """The expression of an attribute, None where it is absent."""
        found = self.attributes.get(name)
        return None if found is None else found.expression
