"""One line on standard error that shows how far a long work is. On a terminal only."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from remit.report.terminal import Screen, cells

PATIENCE = 0.5
"""Seconds before the bar appears: what is done sooner needs none."""
PAUSE = 0.1
"""Seconds between two drawings."""
BAR = 24

_CLEAR = "\r\x1b[K"


class Bar:
    """A progress bar; a `Progress` of `app.model`. `clock` gives seconds."""

    def __init__(
        self, stream: TextIO, columns: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._screen = Screen(columns, encoding=stream.encoding or "ascii")
        self._clock = clock
        self._next = clock() + PATIENCE
        self._drawn = False

    def __call__(self, done: int, total: int, what: str, /) -> None:
        """Draw the bar when it is time to."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + PAUSE
        self._drawn = True
        self._stream.write(_CLEAR + line(self._screen, done, total, what))
        self._stream.flush()

    def clear(self) -> None:
        """Take the bar away, if it was ever drawn."""
        if self._drawn:
            self._stream.write(_CLEAR)
            self._stream.flush()
            self._drawn = False


def line(screen: Screen, done: int, total: int, what: str) -> str:
    """The bar as text, never wider than the screen less one column."""
    part = min(max(done / total, 0.0), 1.0) if total > 0 else 0.0
    full = int(part * BAR)
    text = f"[{'#' * full}{'.' * (BAR - full)}] {done}/{total} {screen.clean(what)}"
    while cells(text) >= screen.width:
        text = text[:-1]
    return text
