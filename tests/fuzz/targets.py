"""What is fuzzed, by name: each target takes bytes and raises when something does not hold.

`python -m bench.fuzz` drives these with coverage; `test_corpus.py` replays what that found.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.decisions import layers, vocabulary
from tests.fuzz.patterns import pattern
from tests.fuzz.texts import batch, document, message

TARGETS: dict[str, Callable[[bytes], None]] = {
    "document": document,
    "batch": batch,
    "layers": layers,
    "vocabulary": vocabulary,
    "pattern": pattern,
    "message": message,
}
