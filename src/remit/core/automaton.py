"""Questions about sets of strings: does a pattern cover another, do two meet.

One pattern becomes an automaton whose states are the bits of an integer, and is walked over the
other. That is exact, but for patterns with more than `_LIMIT` `?` in a row, which may be said not
to cover what they cover; it takes (length of the one) x (length of the other) bit operations.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import reduce
from operator import and_
from typing import TypeAlias


class Wild(Enum):
    """A wildcard."""

    ONE = "?"
    ANY = "*"


class Take(Enum):
    """How an open stretch of text is read by `Pattern.fits`."""

    SOME = "some"
    """A value may be chosen that fits."""
    NAME = "name"
    """A value without `:` and `/` may be chosen that fits."""
    EVERY = "every"
    """Whatever the value, it must fit."""


Piece: TypeAlias = "str | Wild"
Stretch: TypeAlias = "str | tuple[Take, int | None]"
"""Literal code units, or an open stretch with its width (None: any length)."""

_LIMIT = 64
_FILLER = "x"  # what a witness holds where any character would do


class Automaton:
    """A pattern's states: bit i is "i characters of the pattern used up"."""

    __slots__ = ("full", "goal", "longest", "loops", "masks", "ones", "tokens")

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self.tokens: list[str | None] = []  # None: any one character
        self.loops = 0  # states that stay for any character
        self.masks: dict[str, int] = {}
        self.ones = 0
        self.longest = run = 0  # the longest run of ONEs
        for piece in pieces:
            run = run + 1 if piece is Wild.ONE else 0
            self.longest = max(self.longest, run)
            if piece is Wild.ANY:
                self.loops |= 1 << len(self.tokens)
            elif piece is Wild.ONE:
                self.ones |= 1 << len(self.tokens)
                self.tokens.append(None)
            else:
                for unit in piece:
                    self.masks[unit] = self.masks.get(unit, 0) | 1 << len(self.tokens)
                    self.tokens.append(unit)
        self.goal = 1 << len(self.tokens)
        self.full = self.goal * 2 - 1

    def read(self, states: int, text: str) -> int:
        """The states after known text."""
        for unit in text:
            states = (states & (self.masks.get(unit, 0) | self.ones)) << 1 | states & self.loops
            if not states:
                break
        return states

    def some(self, states: int, width: int | None, take: Take = Take.SOME) -> int:
        """All states to which some value leads."""
        barred = 0
        if take is Take.NAME:
            barred = self.masks.get(":", 0) | self.masks.get("/", 0)
        advancing = self.full & ~barred
        if width is None:
            return self._onwards(states, advancing << 1 & self.full)
        for _ in range(min(width, len(self.tokens) + 1)):
            states = ((states & advancing) << 1 | states & self.loops) & self.full
        return states

    def _onwards(self, states: int, entered: int) -> int:
        """The states and all that follow them, as long as they may be entered: each round doubles
        how far it looks."""
        step = 1
        while step <= len(self.tokens):
            states |= states << step & entered
            entered &= entered << step
            step *= 2
        return states

    def every(self, states: int, width: int | None) -> set[int]:
        """The state sets of which each value leaves at least one whole.

        A value of characters that stand nowhere in the pattern gets through wildcards only, so
        every other value of its length leaves at least as much: one set for each length. They
        stop changing once the longest run of ONEs is passed.
        """
        if width is None and self.longest > _LIMIT:
            return {states & self.loops}  # a part of each of them: less is granted, never more
        found = {states} if width is None else set[int]()
        steps = self.longest + 1 if width is None else width
        for _ in range(min(steps, len(self.tokens) + 1)):
            states = (states & self.ones) << 1 | states & self.loops
            if width is None:
                found.add(states)
        return _smallest(found or {states})

    def walk(self, stretches: Iterable[Stretch]) -> bool:
        """Whether the text is accepted. Several state sets stand for values of EVERY stretches
        that led apart: from each of them the rest must be accepted."""
        sets = {1}
        for stretch in stretches:
            if isinstance(stretch, str):
                sets = {self.read(states, stretch) for states in sets}
            elif stretch[0] is Take.EVERY:
                sets = set().union(*(self.every(states, stretch[1]) for states in sets))
            else:  # one choice for all of them: from what they share
                sets = {self.some(_shared(sets), stretch[1], stretch[0])}
            sets = _smallest(sets)
            if 0 in sets:
                return False
        return all(states & self.goal for states in sets)


def _shared(sets: Iterable[int]) -> int:
    return reduce(and_, sets)


def _smallest(sets: set[int]) -> set[int]:
    """The sets that contain no other. Too many are replaced by what they share, which accepts
    less than each of them."""
    if len(sets) < 2:
        return sets
    if len(sets) > _LIMIT:
        return {_shared(sets)}
    return {one for one in sets if not any(two & one == two != one for two in sets)}


def witness(automaton: Automaton, stretches: Iterable[Stretch]) -> str | None:
    """One accepted text of `stretches`, all taken as SOME: forward to the goal, then back."""
    steps = [step for stretch in stretches for step in _steps(stretch)]
    trail = [1]
    for unit, width in steps:
        states = trail[-1]
        trail.append(
            automaton.some(states, width) if unit is None else automaton.read(states, unit)
        )
    if not trail[-1] & automaton.goal:
        return None
    state, found = len(automaton.tokens), list[str]()
    for (unit, width), before in zip(reversed(steps), reversed(trail[:-1]), strict=True):
        if width == 1:
            token = automaton.tokens[state - 1] if state else None
            fits = unit is None or token is None or unit == token
            advances = bool(state and fits and before >> state - 1 & 1)
            state -= advances  # otherwise the state is a loop, which stays
            found.append(unit or (token if advances else None) or _FILLER)
            continue
        start = (before & (2 << state) - 1).bit_length() - 1
        found.extend(token or _FILLER for token in reversed(automaton.tokens[start:state]))
        state = start
    return "".join(reversed(found))


def _steps(stretch: Stretch) -> Iterable[tuple[str | None, int | None]]:
    """(known character or None, width) of each step; only widths 1 and None come here."""
    return [(unit, 1) for unit in stretch] if isinstance(stretch, str) else [(None, stretch[1])]
