"""Spellings are looked up; the plain definition tries every text, the longest first."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from remit.deploy.formats import Spelling
from remit.deploy.formats.model import _at

_piece = st.sampled_from(["{A}", "{B}", "arn:aws:s3:::", "x", "/", ":", "{", "}"])
_value = st.lists(_piece, max_size=6).map("".join)


def _tried(spelling: Spelling, value: str) -> list[tuple[str, bool]]:
    for text in sorted(spelling.texts, key=lambda one: (-len(one), one)):
        at = _at(value, text)
        if at is not None:
            before, after = value[:at], value[at + len(text) :]
            spelled = (spelling.texts[text], True)
            return [*_tried(spelling, before), spelled, *_tried(spelling, after)]
    return [(value, False)] if value else []


@settings(max_examples=300, deadline=None)
@given(st.lists(_value.filter(bool), max_size=5), _value)
def test_pieces_are_those_of_the_definition(texts: list[str], value: str) -> None:
    spelling = Spelling({text: f"${number}" for number, text in enumerate(texts)})
    assert spelling.pieces(value) == _tried(spelling, value)
