"""Replays the inputs that `python -m bench.fuzz` kept: those that found something, and a small set
that reaches everything it reached."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"


def inputs(name: str) -> list[bytes]:
    """A line is a JSON string in which each character stands for one byte; in `found.jsonl`, which
    is kept by hand, it stands beside its target."""
    lines = (CORPUS / f"{name}.jsonl").read_text(encoding="ascii").splitlines()
    found = map(json.loads, (CORPUS / "found.jsonl").read_text(encoding="ascii").splitlines())
    texts = [one["data"] for one in found if one["target"] == name]
    return [text.encode("latin-1") for text in [*texts, *map(json.loads, lines)]]


@pytest.mark.parametrize("name", TARGETS)
def test_replay(name: str) -> None:
    kept = inputs(name)
    assert len(kept) > 10
    for data in kept:
        try:
            TARGETS[name](data)
        except Exception as error:
            raise AssertionError(f"{name} fails for {data!r}") from error
