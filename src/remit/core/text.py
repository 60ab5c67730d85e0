"""Text that is known only in part: literal pieces with named holes between them.

The scanner builds such texts, the catalog puts them into ARNs, and the judge asks whether a
policy covers every text, some text or no text that they can stand for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from remit.core.span import Span


class HoleKind(StrEnum):
    """Why a piece of text is not known."""

    ASSIGNED = "assigned"
    """Fixed at deployment and not by the code (account, region, API id, a secret's random suffix).
    A policy that names one fitting value is believed."""
    ENV = "env"
    """An environment variable or setting that the stage does not define: one line of
    configuration fills it."""
    DATA = "data"
    """Data of the request or of the running system: any value may come."""
    CODE = "code"
    """Something that the scanner did not follow."""


@dataclass(frozen=True, slots=True)
class Hole:
    """One unknown piece. `name` is what a person would call it (`os.environ["TABLE"]`, `account`).

    `width` is the number of characters, where that much is known (a secret's suffix has 6).
    """

    kind: HoleKind
    name: str
    span: Span | None = None
    width: int | None = None

    def __str__(self) -> str:
        return "{" + self.name + "}"


@dataclass(frozen=True, slots=True)
class Text:
    """Literal pieces and holes, in order. Neighbouring literals are joined, empty ones dropped."""

    parts: tuple[str | Hole, ...]

    @classmethod
    def of(cls, *parts: str | Hole | Text) -> Text:
        """Concatenate strings, holes and texts."""
        return cls(tuple(_joined(parts)))

    @property
    def literal(self) -> str | None:
        """The text itself when nothing in it is open, else None."""
        if not self.parts:
            return ""
        if len(self.parts) == 1 and isinstance(self.parts[0], str):
            return self.parts[0]
        return None

    @property
    def holes(self) -> tuple[Hole, ...]:
        """The holes, in order of appearance."""
        return tuple(part for part in self.parts if isinstance(part, Hole))

    def __str__(self) -> str:
        return "".join(str(part) for part in self.parts)


def _joined(parts: Iterable[str | Hole | Text]) -> Iterable[str | Hole]:
    literal = ""
    for part in parts:
        for piece in part.parts if isinstance(part, Text) else (part,):
            if isinstance(piece, str):
                literal += piece
                continue
            if literal:
                yield literal
                literal = ""
            yield piece
    if literal:
        yield literal


_TOKEN = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Symbols:
    """Names that stand in policies and environments for what only deployment knows.

    In a policy's text a symbol is written as a hole prints, `{name}`; in a `Text` it is the hole
    of that name. `own` are names and ids that AWS gives to the deployment's own resources: each
    stands for another thing. `given` are parameters, imports, the account, the region: they may
    be anything, and are the same wherever they stand.
    """

    own: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.own or self.given)

    def literal(self, text: Text, names: Collection[str]) -> Text:
        """`text` with the holes of those symbols as the token that a policy has for them."""
        return Text.of(
            *(
                str(part) if isinstance(part, Hole) and part.name in names else part
                for part in text.parts
            )
        )

    def used(self, value: str) -> list[str]:
        """The symbols in a policy's text, in order."""
        if "{" not in value:
            return []
        found = [match[1] for match in _TOKEN.finditer(value)]
        return [name for name in found if name in self.own or name in self.given]

    def opened(self, value: str, names: Collection[str] | None = None) -> str:
        """A policy's text with `*` for its symbols, or for those among `names`."""
        if "{" not in value:
            return value
        listed = (self.own, self.given) if names is None else (names,)
        opened = _TOKEN.sub(_opener(listed), value)
        if opened == "*" or not value.startswith("{") or not opened.startswith("*"):
            return opened
        # A symbol at the start stands for an ARN, whose colons a pattern must show.
        return "*" if ":" in opened else f"arn:*:*:*:*:{opened}"


def renamed(value: str, names: Mapping[str, str]) -> str:
    """A policy's text with other names for its symbols."""
    if "{" not in value:
        return value
    return _TOKEN.sub(lambda match: "{" + names.get(match[1], match[1]) + "}", value)


def _opener(listed: Iterable[Collection[str]]) -> Callable[[re.Match[str]], str]:
    return lambda match: "*" if any(match[1] in names for names in listed) else match[0]
