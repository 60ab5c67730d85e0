"""Choices and texts out of bytes, so that a fuzzer that flips bytes changes choices one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Choices:
    """Reads bytes from the front. When they are used up, every choice is the first one."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.byte() % len(options)]

    def some(self, options: Sequence[Any], most: int) -> list[Any]:
        return [self.pick(options) for _ in range(self.byte() % (most + 1))]

    def text(self, most: int = 12) -> str:
        """Anything at all: bytes that are no UTF-8 become lone surrogates."""
        length = self.byte() % (most + 1)
        taken = self._data[self._at : self._at + length]
        self._at += length
        return taken.decode("utf-8", "surrogateescape")
