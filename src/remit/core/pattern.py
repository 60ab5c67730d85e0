"""Wildcard patterns: `*` is any run of characters, `?` exactly one; nothing else is special.

What may live here: parsing and matching. Questions about two patterns (does one cover the other,
do they meet) are answered by `core.automaton`. Nothing backtracks.

Rules: facts/iam.md 1.4 (IAM User Guide, reference_policies_elements_resource). `?` is one UTF-16
code unit, so every text is compared as a string of code units; brackets and backslashes are
literal [O].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from remit.core.automaton import Automaton, Piece, Stretch, Take, Wild, witness
from remit.core.text import Hole, HoleKind, Text


def units(text: str) -> str:
    """`text` with each character beyond U+FFFF as its two UTF-16 code units."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(data[i] | data[i + 1] << 8) for i in range(0, len(data), 2))


def _characters(code_units: str) -> str:
    data = b"".join(ord(unit).to_bytes(2, "little") for unit in code_units)
    return data.decode("utf-16-le", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern in canonical form, so equal languages written differently (`*?`, `?**`) are equal.

    Literals are code units, joined; a run of wildcards is at most one ANY, then its ONEs.
    Build it with `parse`, `literal`, `from_text` and `+`.
    """

    pieces: tuple[Piece, ...]
    _texts: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """What stands between the ANYs, where no ONE is in the pattern; else empty."""
    _chunks: tuple[_Chunk, ...] = field(init=False, repr=False, compare=False)
    """The same where there is a ONE; else empty."""

    def __post_init__(self) -> None:
        pieces = tuple(_canonical(self.pieces))
        mixed = Wild.ONE in pieces
        object.__setattr__(self, "pieces", pieces)
        object.__setattr__(self, "_texts", () if mixed else tuple(_texts(pieces)))
        object.__setattr__(self, "_chunks", tuple(_split(pieces)) if mixed else ())

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Read `text` with its wildcards. For actions, which ignore case, pass it lowered."""
        return _parsed(text) if len(text) <= _SHORT else cls(tuple(_scan(text)))

    @classmethod
    def literal(cls, text: str) -> Pattern:
        """A pattern that matches `text` only, wildcard characters included."""
        return cls((text,))

    @classmethod
    def from_text(cls, text: Text) -> Pattern:
        """Every string that `text` can stand for: a hole is ANY, or as many ONEs as it is wide."""
        return cls(tuple(_open(text)))

    def __add__(self, other: Pattern) -> Pattern:
        return Pattern(self.pieces + other.pieces)

    def __str__(self) -> str:
        return _characters(
            "".join(piece if isinstance(piece, str) else piece.value for piece in self.pieces)
        )

    @property
    def exact(self) -> str | None:
        """The only string that matches, where there are no wildcards, else None."""
        return _characters(self._texts[0]) if len(self._texts) == 1 else None

    def matches(self, value: str) -> bool:
        """Whether `value` matches."""
        return self.test(units(value))

    @property
    def begins(self) -> str | None:
        """The text before a single `*` at the end, where that is all, in code units: it matches
        what begins with it."""
        texts = self._texts
        return texts[0] if len(texts) == 2 and not texts[1] else None

    @property
    def test(self) -> Callable[[str], bool]:
        """`matches` for values that are `units` already."""
        texts = self._texts
        if not texts:
            return self._matches_chunks
        return texts[0].__eq__ if len(texts) == 1 else self._matches_texts

    # Prefix and suffix are fixed; what is between is searched for leftmost, piece by piece, which
    # is enough because each gap may be of any length.

    def _matches_texts(self, value: str) -> bool:
        texts = self._texts
        first, last = texts[0], texts[-1]
        if not value.startswith(first) or not value.endswith(last):
            return False
        position, end = len(first), len(value) - len(last)
        for text in texts[1:-1]:
            position = value.find(text, position, end)
            if position < 0:
                return False
            position += len(text)
        return position <= end

    def _matches_chunks(self, value: str) -> bool:
        chunks = self._chunks
        first = chunks[0]
        if len(chunks) == 1:
            return len(value) == first.length and first.stands_at(value, 0)
        last = chunks[-1]
        position, end = first.length, len(value) - last.length
        if position > end or not first.stands_at(value, 0) or not last.stands_at(value, end):
            return False
        for chunk in chunks[1:-1]:
            position = chunk.find(value, position, end)
            if position < 0:
                return False
            position += chunk.length
        return True

    def covers(self, other: Pattern) -> bool:
        """Whether every string that matches `other` matches this pattern too."""
        return _automaton(self.pieces).walk(_stretches(other.pieces, Take.EVERY))

    def meets(self, other: Pattern) -> str | None:
        """A string that matches both patterns, or None when there is none."""
        found = witness(_automaton(self.pieces), _stretches(other.pieces, Take.SOME))
        return None if found is None else _characters(found)

    def fits(self, text: Text, take: Callable[[Hole], Take]) -> bool:
        """Whether `text` matches when each hole is read as `take` says.

        Holes taken as SOME are chosen so that it holds for all values of the holes taken as
        EVERY; the choice does not look at those values.
        """
        return _automaton(self.pieces).walk(_read(text, take))


# --- building -----------------------------------------------------------------------------------


# The same few patterns are read again and again; one that is longer comes once.
_SHORT = 256


@lru_cache(maxsize=16_384)
def _parsed(text: str) -> Pattern:
    return Pattern(tuple(_scan(text)))


@lru_cache(maxsize=2_048)
def _automaton(pieces: tuple[Piece, ...]) -> Automaton:
    """A role's patterns are asked about each of its needs."""
    return Automaton(pieces)


def _scan(text: str) -> Iterator[Piece]:
    for number, stretch in enumerate(text.split("*")):
        if number:
            yield Wild.ANY
        for place, literal in enumerate(stretch.split("?")):
            if place:
                yield Wild.ONE
            if literal:
                yield literal


def _open(text: Text) -> Iterator[Piece]:
    for part in text.parts:
        if isinstance(part, str):
            yield part
        elif part.width is None:
            yield Wild.ANY
        else:
            yield from (Wild.ONE,) * part.width


def _canonical(pieces: Iterable[Piece]) -> Iterator[Piece]:
    literal: list[str] = []
    ones, gap = 0, False
    for piece in pieces:
        if isinstance(piece, str):
            if piece and (ones or gap):
                yield from _run(ones, gap)
                ones, gap = 0, False
            literal.append(piece)
            continue
        if text := "".join(literal):
            yield units(text)
        literal.clear()
        ones, gap = ones + (piece is Wild.ONE), gap or piece is Wild.ANY
    if text := "".join(literal):
        yield units(text)
    yield from _run(ones, gap)


def _run(ones: int, gap: bool) -> tuple[Wild, ...]:
    return (Wild.ANY,) * gap + (Wild.ONE,) * ones


def _stretches(pieces: Iterable[Piece], take: Take) -> Iterator[Stretch]:
    for piece in pieces:
        yield piece if isinstance(piece, str) else (take, 1 if piece is Wild.ONE else None)


def _read(text: Text, take: Callable[[Hole], Take]) -> Iterator[Stretch]:
    for part in text.parts:
        if isinstance(part, str):
            yield units(part)
            continue
        how, width = take(part), part.width
        if part.kind is HoleKind.ASSIGNED:
            # What is assigned (an account, an id) is never empty and has no separators in it.
            how = Take.NAME if how is Take.SOME else how
            if width is None:
                yield how, 1
        yield how, width


# --- matching -----------------------------------------------------------------------------------


class _Chunk:
    """What stands between two ANYs: literals at fixed offsets, ONEs elsewhere."""

    __slots__ = ("_masks", "_offsets", "length", "literals", "plain")

    def __init__(self, pieces: list[Piece]) -> None:
        self.literals: list[tuple[int, str]] = []
        self.length = 0
        for piece in pieces:
            if isinstance(piece, str):
                self.literals.append((self.length, piece))
                self.length += len(piece)
            else:
                self.length += 1
        whole = sum(len(text) for _, text in self.literals) == self.length
        self.plain = "".join(text for _, text in self.literals) if whole else None
        self._masks: tuple[dict[str, int], int] | None = None
        self._offsets: dict[str, list[int]] | None = None

    def stands_at(self, value: str, position: int) -> bool:
        """Whether the chunk is found exactly there; the caller knows that there is room."""
        if self.plain is not None:
            return value.startswith(self.plain, position)
        return all(value.startswith(text, position + offset) for offset, text in self.literals)

    def find(self, value: str, start: int, end: int) -> int:
        """The leftmost position in `value[start:end]`, -1 when there is none."""
        if self.plain is not None:
            return value.find(self.plain, start, end)
        return (self._step if self.length <= _LONGEST_STEP else self._leap)(value, start, end)

    def _step(self, value: str, start: int, end: int) -> int:
        """Character by character, with one bit for each offset that is reached."""
        masks, ones = self._masks or self._build()
        state, goal = 0, 1 << self.length - 1
        for index in range(start, end):
            state = (state << 1 | 1) & masks.get(value[index], ones)
            if state & goal:
                return index - self.length + 1
        return -1

    def _build(self) -> tuple[dict[str, int], int]:
        """For each character the offsets at which it may stand, as bits; and those of the ONEs."""
        fixed: dict[str, int] = {}
        taken = 0
        for offset, text in self.literals:
            taken |= (1 << len(text)) - 1 << offset
            for index, unit in enumerate(text, offset):
                fixed[unit] = fixed.get(unit, 0) | 1 << index
        ones = ((1 << self.length) - 1) & ~taken
        self._masks = ({unit: bits | ones for unit, bits in fixed.items()}, ones)
        return self._masks

    def _leap(self, value: str, start: int, end: int) -> int:
        """Literal by literal, with one bit for each position that is left. The bits of `_step`
        would be as many as the chunk is long, at every character of the value."""
        # Block by block, so that what is looked at in vain is no longer than the chunk itself.
        beyond = end - self.length + 1
        for first in range(start, beyond, self.length):
            found = self._first(value, first, min(self.length, beyond - first))
            if found >= 0:
                return found
        return -1

    def _first(self, value: str, start: int, count: int) -> int:
        """The leftmost of `count` positions, -1 when it is none of them."""
        end, places = start + count + self.length - 1, (1 << count) - 1
        for text, offsets in self._grouped().items():
            seen = _places(text, value, start, end)
            for offset in offsets:
                places &= seen >> offset
                if not places:
                    return -1
        return start + (places & -places).bit_length() - 1

    def _grouped(self) -> dict[str, list[int]]:
        """The offsets of each literal, those that are rare first: they tell most."""
        if self._offsets is None:
            found: dict[str, list[int]] = {}
            for offset, text in self.literals:
                found.setdefault(text, []).append(offset)
            self._offsets = dict(sorted(found.items(), key=lambda entry: len(entry[1])))
        return self._offsets


_LONGEST_STEP = 512


def _places(text: str, value: str, start: int, end: int) -> int:
    """Where `text` stands in `value[start:end]`: bit i is set when it begins at `start + i`."""
    place = value.find(text, start, end)
    if place < 0:
        return 0
    bits = bytearray(end - start + 7 >> 3)
    while place >= 0:
        bits[place - start >> 3] |= 1 << (place - start & 7)
        place = value.find(text, place + 1, end)
    return int.from_bytes(bits, "little")


def _texts(pieces: Iterable[Piece]) -> Iterator[str]:
    current = ""
    for piece in pieces:
        if isinstance(piece, str):
            current = piece
        else:
            yield current
            current = ""
    yield current


def _split(pieces: Iterable[Piece]) -> Iterator[_Chunk]:
    current: list[Piece] = []
    for piece in pieces:
        if piece is Wild.ANY:
            yield _Chunk(current)
            current = []
        else:
            current.append(piece)
    yield _Chunk(current)
