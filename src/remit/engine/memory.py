"""What a policy set remembers between requests. Nothing here decides anything.

Some things are the same for many requests, and are found again in one look-up each:

- the levels that have a say about a caller and an action (`combine.binding`), and
- the decision that follows when the same rules match for the same caller and action
  (`combine.combine`). Which rules match is asked anew for every request.

- for a set that looks at no context (`conditional` in policyset.py): who is known to be allowed
  what, and what was answered. What tells a caller apart is the business of who asks.

All tables have a limit, at which they are emptied: requests are not trusted with the memory.
"""

from __future__ import annotations

from collections.abc import Hashable

from remit.core.decision import Decision
from remit.engine.context import Ground
from remit.engine.layers import Level
from remit.engine.statement import Rule

_LIMIT = 4096
_FEW = 1024

Key = tuple[Ground, bool, tuple[Rule, ...]]
"""Caller and action, whether the resource is another account's, and the rules that match."""


class Memory:
    """The tables of one policy set."""

    __slots__ = ("allowed", "decisions", "levels", "permitted")

    def __init__(self) -> None:
        self.levels: dict[Ground, tuple[Level, ...]] = {}
        self.decisions: dict[Key, Decision] = {}
        self.allowed: set[Hashable] = set()
        self.permitted: dict[Hashable, object] = {}

    def keep_levels(self, ground: Ground, levels: tuple[Level, ...]) -> tuple[Level, ...]:
        """Remember which levels have a say, and return them."""
        if len(self.levels) >= _LIMIT:
            self.levels.clear()
        self.levels[ground] = levels
        return levels

    def keep_allowed(self, key: Hashable) -> None:
        """Remember that this is allowed."""
        if len(self.allowed) >= _LIMIT:
            self.allowed.clear()
        self.allowed.add(key)

    def keep_permitted(self, key: Hashable, answer: object) -> None:
        """Remember what was answered to somebody who is allowed."""
        if len(self.permitted) >= _FEW:
            self.permitted.clear()
        self.permitted[key] = answer

    def keep_decision(self, key: Key, decision: Decision) -> Decision:
        """Remember what follows from the rules that match, and return it."""
        if len(self.decisions) >= _LIMIT:
            self.decisions.clear()
        self.decisions[key] = decision
        return decision
