"""Symbols of one deployment: names for what only deployment knows.

In a text a symbol is the token `{name}`; `text` makes of it what an environment holds. A text of
the template that looks like the token of a symbol (`{region}`) is read as that symbol: such a text
is a pattern to be filled, and what it is filled with is as open as the symbol.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from remit.core.call import Place
from remit.core.text import Hole, HoleKind, Symbols, Text

_TOKEN = re.compile(r"\{([^{}]+)\}")
_FORBIDDEN = re.compile(r"[{}*?$:/\s]+")
_LONGEST = 80
_PLACES = ("region", "account")
STACK_NAME = "stack name"


class Names:
    """The symbols of one stage. `told` are values by name, which take a symbol's place."""

    def __init__(self, told: Mapping[str, str], region: str | None, account: str | None) -> None:
        self._told = told
        self._own: set[str] = set()
        self._given: set[str] = set()
        self._sized: dict[str, int] = {}
        self.partition = partition(region)
        self.region = region or self.given("region")
        self.account = account or self.given("account")
        self.place = Place(self.partition, region, account)

    def own(self, name: str) -> str:
        """A name or an id that AWS gives to a resource of the deployment."""
        return self._symbol(name, self._own)

    def given(self, name: str) -> str:
        """What the deployment takes from elsewhere: a parameter, an import, the account."""
        return self._symbol(name, self._given)

    def sized(self, name: str, width: int) -> str:
        """Characters of AWS's choice, so many of them: any will do (a secret's suffix)."""
        token = self._symbol(name, self._own)
        self._sized[token[1:-1]] = width
        return token

    def pattern(self, text: str) -> str:
        """A policy's text with `?` for each character of what is sized."""
        if "{" not in text:
            return text
        return _TOKEN.sub(lambda match: "?" * self._sized.get(match[1], 0) or match[0], text)

    def _symbol(self, name: str, names: set[str]) -> str:
        name = clean(name)
        if name in self._told:
            return self._told[name]
        if not self._known(name):
            names.add(name)
        return "{" + name + "}"

    def symbols(self) -> Symbols:
        """All that are known so far."""
        return Symbols(frozenset(self._own - self._sized.keys()), frozenset(self._given))

    def is_open(self, text: str) -> bool:
        """Whether a symbol stands in `text`."""
        return any(self._known(match[1]) for match in _TOKEN.finditer(text))

    def may_hold(self, text: str, separator: str) -> bool:
        """Whether a symbol in `text` may stand for something that holds `separator`."""
        plain = (self._own | {*_PLACES, STACK_NAME}) if separator in (":", "/") else set()
        used = [match[1] for match in _TOKEN.finditer(text) if self._known(match[1])]
        return any(name not in plain for name in used)

    def text(self, value: str) -> str | Text:
        """`value` as an environment holds it: a `Text` with holes where symbols stand."""
        parts: list[str | Hole] = []
        done = 0
        for match in _TOKEN.finditer(value):
            name = match[1]
            if self._known(name):
                assigned = name in self._own or name in _PLACES
                kind = HoleKind.ASSIGNED if assigned else HoleKind.ENV
                parts += [
                    value[done : match.start()],
                    Hole(kind, name, width=self._sized.get(name)),
                ]
                done = match.end()
        return Text.of(*parts, value[done:]) if parts else value

    def _known(self, name: str) -> bool:
        return name in self._own or name in self._given


def clean(name: str) -> str:
    """A symbol's name without the characters that it must not hold."""
    return _FORBIDDEN.sub(" ", name).strip()[:_LONGEST] or "unknown"


def partition(region: str | None) -> str:
    """The partition that a region is in; `aws` where it is not known."""
    found = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
    return next((name for key, name in found.items() if (region or "").startswith(key)), "aws")
