"""Policy variables: `${key}`, `${key, 'default'}`, `${*}`.

What may live here: reading a policy's text into plain pieces and variables, and putting a
request's values in. Whether an element takes variables at all is said where it is compiled.

Rules: facts/iam.md 2.6 (IAM User Guide, reference_policies_variables). What is substituted is
literal: wildcard characters in it are text [O]. Documents of version 2008-10-17 have no variables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from remit.core.automaton import Wild
from remit.core.pattern import Pattern
from remit.core.request import Value
from remit.syntax.source import MAX_SIZE

Context: TypeAlias = Mapping[str, Value]
"""A request's context under lowered keys; a key without values is not in it."""


@dataclass(frozen=True, slots=True)
class Variable:
    """`${key}` as spelled; `key` is lowered, `default` is None where none is given."""

    name: str
    default: str | None = None

    @property
    def key(self) -> str:
        """The context key, lowered."""
        return self.name.lower()

    def value(self, context: Context) -> str | None:
        """What it stands for, None when unresolved. A key with several values never expands, not
        even to the default [O]."""
        value = context.get(self.key, self.default)
        return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class Literal:
    """Text in which wildcard characters are literal: `${*}`, `${?}`, `${$}`."""

    text: str


class Broken:
    """A variable that cannot be read, and all that follows it."""

    __slots__ = ()


BROKEN = Broken()
Part: TypeAlias = "str | Variable | Literal | Broken"


@dataclass(frozen=True, slots=True)
class Template:
    """A policy's text: plain text (with wildcards), variables, literal text."""

    parts: tuple[Part, ...]

    @classmethod
    def read(cls, text: str, variables: bool) -> Template:
        """Read `text`; `variables` says whether `${` means anything in it."""
        return cls(tuple(_scan(text)) if variables and "${" in text else (text,))

    @property
    def broken(self) -> bool:
        """Whether something in it could not be read."""
        return BROKEN in self.parts

    @property
    def names(self) -> tuple[str, ...]:
        """The context keys it names, as spelled."""
        return tuple(part.name for part in self.parts if isinstance(part, Variable))

    @property
    def keys(self) -> frozenset[str]:
        """The context keys it names, lowered."""
        return frozenset(part.key for part in self.parts if isinstance(part, Variable))

    def text(self, context: Context) -> str | None:
        """The text for one request, wildcard characters and all; None when unresolved, or longer
        than MAX_SIZE: a request holds nothing that is so long."""
        found: list[str] = []
        room = MAX_SIZE
        for part in self.parts:
            value = _value(part, context)
            if value is None or len(value) > room:
                return None
            room -= len(value)
            found.append(value)
        return "".join(found)

    def pattern(
        self,
        context: Context,
        *,
        open_key: Callable[[str], bool] = lambda _: False,
        open_break: bool = False,
    ) -> Pattern | None:
        """The pattern for one request; None when unresolved, or when its text, without what was
        written in the policy, is longer than MAX_SIZE.

        `*` stands for a variable whose key is open, and for what is broken if `open_break`.
        """
        first = self.parts[0] if len(self.parts) == 1 else None
        if isinstance(first, str):
            return Pattern.parse(first)
        pieces: list[str | Wild] = []
        room = MAX_SIZE
        for part in self.parts:
            if isinstance(part, str):
                pieces += Pattern.parse(part).pieces
                continue
            opened = open_key(part.key) if isinstance(part, Variable) else False
            opened = opened or (open_break and part is BROKEN)
            if opened:
                pieces.append(Wild.ANY)
                continue
            value = _value(part, context)
            if value is None or len(value) > room:
                return None
            room -= len(value)
            pieces.append(value)
        return Pattern(tuple(pieces))


def _value(part: Part, context: Context) -> str | None:
    match part:
        case str():
            return part
        case Literal():
            return part.text
        case Variable():
            return part.value(context)
        case Broken():
            return None


def _scan(text: str) -> Iterator[Part]:
    start = 0
    while (opened := text.find("${", start)) >= 0:
        if opened > start:
            yield text[start:opened]
        closed = text.find("}", opened)
        variable = _variable(text[opened + 2 : closed]) if closed >= 0 else None
        if variable is None:
            yield BROKEN
            return
        yield variable
        start = closed + 1
    if start < len(text):
        yield text[start:]


def _variable(inside: str) -> Variable | Literal | None:
    """What stands between `${` and `}`: an escape, a key, or a key and a quoted default."""
    if inside in ("*", "?", "$"):
        return Literal(inside)
    key, comma, rest = inside.partition(",")
    if not key or key != key.strip() or "'" in key or "$" in key:
        return None
    if not comma:
        return Variable(key)
    quoted = rest.removeprefix(" ")
    if len(quoted) < 2 or quoted[0] != "'" or quoted[-1] != "'" or "'" in quoted[1:-1]:
        return None
    return Variable(key, quoted[1:-1])
