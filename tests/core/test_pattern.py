"""Patterns: against a naive reference on a tiny alphabet, their laws, and hostile input."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from remit.core.automaton import Take
from remit.core.pattern import Pattern
from remit.core.text import Hole, HoleKind, Text

parse = Pattern.parse


def naive(pattern: str, value: str) -> bool:
    """The definition, word for word."""
    if not pattern:
        return not value
    if pattern[0] == "*":
        return naive(pattern[1:], value) or (bool(value) and naive(pattern, value[1:]))
    return bool(value) and pattern[0] in ("?", value[0]) and naive(pattern[1:], value[1:])


def words(alphabet: str, longest: int) -> list[str]:
    return ["".join(w) for n in range(longest + 1) for w in product(alphabet, repeat=n)]


VALUES = words("abx", 5)
SHORT = words("a*?", 4)
LANGUAGE = {p: frozenset(v for v in words("ax", 7) if naive(p, v)) for p in SHORT}
patterns = st.text("ab*?", max_size=9)
values = st.text("abx", max_size=9)
texts = st.lists(st.one_of(st.text("ab:/", max_size=3), st.sampled_from(["*", "?"])), max_size=6)


@pytest.mark.parametrize("pattern", words("a*?b", 4))
def test_matches_as_defined(pattern: str) -> None:
    compiled = parse(pattern)
    assert [v for v in VALUES if compiled.matches(v)] == [v for v in VALUES if naive(pattern, v)]


@given(patterns, values)
def test_matches_as_defined_when_longer(pattern: str, value: str) -> None:
    assert parse(pattern).matches(value) is naive(pattern, value)


@pytest.mark.parametrize("one", SHORT)
def test_covers_and_meets_as_defined(one: str) -> None:
    # The values hold a letter that is in no pattern and are nearly twice as long as the patterns,
    # so inclusion and intersection on them are those of the languages.
    for two in SHORT:
        assert parse(one).covers(parse(two)) is (LANGUAGE[two] <= LANGUAGE[one]), (one, two)
        witness = parse(one).meets(parse(two))
        assert (witness is not None) is bool(LANGUAGE[one] & LANGUAGE[two]), (one, two)
        if witness is not None:
            assert naive(one, witness) and naive(two, witness)


@given(patterns)
def test_covers_is_reflexive_and_text_round_trips(one: str) -> None:
    pattern = parse(one)
    assert pattern.covers(pattern)
    assert parse("*").covers(pattern)
    assert parse(str(pattern)) == pattern
    assert hash(parse(str(pattern))) == hash(pattern)


@settings(max_examples=150)
@given(patterns, patterns, patterns)
@example("*", "a*", "ab")
def test_covers_is_transitive(one: str, two: str, three: str) -> None:
    a, b, c = parse(one), parse(two), parse(three)
    if a.covers(b) and b.covers(c):
        assert a.covers(c)


@settings(max_examples=150)
@given(patterns, patterns, values)
def test_covers_and_meets_agree_with_matching(one: str, two: str, value: str) -> None:
    a, b = parse(one), parse(two)
    if b.matches(value):
        assert a.matches(value) or not a.covers(b)
        assert a.meets(b) is not None or not a.matches(value)
    if a.covers(b):
        assert a.meets(b) is not None


@settings(max_examples=150)
@given(patterns, patterns)
def test_meets_is_symmetric_and_its_witness_matches_both(one: str, two: str) -> None:
    a, b = parse(one), parse(two)
    there, back = a.meets(b), b.meets(a)
    assert (there is None) is (back is None)
    for witness in (there, back):
        assert witness is None or (a.matches(witness) and b.matches(witness))


@given(st.text("ab*?"), st.text("ab*?"))
def test_literals_and_concatenation(one: str, two: str) -> None:
    assert Pattern.literal(one).exact == one
    assert Pattern.literal(one).matches(one)
    assert Pattern.literal(one) + Pattern.literal(two) == Pattern.literal(one + two)
    assert parse(one) + parse(two) == parse(one + two)
    assert (Pattern.literal(one) + parse("*")).matches(one + two)


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        # facts/iam.md 1.4 [O]: one UTF-16 code unit, brackets and backslashes literal
        ("?", "\U0001f600", False),
        ("??", "\U0001f600", True),
        ("*?", "\U0001f600", True),
        ("\U0001f600", "\U0001f600", True),
        ("a\ud83d*", "a\U0001f600", True),
        ("\ud83d\ude00", "\U0001f600", True),
        ("[ab]", "a", False),
        ("[ab]", "[ab]", True),
        ("\\*", "\\anything", True),
        ("\\*", "*", False),
        ("", "", True),
        ("*", "", True),
        ("?", "", False),
        ("a*a", "a", False),
        ("ab*ba", "aba", False),
        ("*\n*", "a\nb", True),
    ],
)
def test_corners(pattern: str, value: str, expected: bool) -> None:
    assert parse(pattern).matches(value) is expected


def test_a_witness_may_hold_supplementary_characters() -> None:
    assert parse("*\U0001f600").meets(parse("a*")) == "a\U0001f600"
    assert parse("??").meets(parse("\U0001f600")) == "\U0001f600"


def _hole(kind: HoleKind = HoleKind.DATA, width: int | None = None) -> Hole:
    return Hole(kind, "name", width=width)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        (Text.of("a", _hole(), "b"), "a*b"),
        (Text.of("a", _hole(width=2)), "a??"),
        (Text.of("a*"), None),
        (Text.of(), None),
    ],
)
def test_from_text(text: Text, pattern: str | None) -> None:
    expected = Pattern.literal(text.literal or "") if pattern is None else parse(pattern)
    assert Pattern.from_text(text) == expected


def _every(_: Hole) -> Take:
    return Take.EVERY


def _some(_: Hole) -> Take:
    return Take.SOME


def _by_kind(hole: Hole) -> Take:
    return Take.SOME if hole.kind is HoleKind.ASSIGNED else Take.EVERY


@given(patterns, st.lists(st.one_of(st.text("ab", max_size=2), st.none(), st.just(1)), max_size=5))
def test_fits_is_covering_and_meeting(pattern: str, parts: list[str | int | None]) -> None:
    text = Text.of(*(p if isinstance(p, str) else _hole(width=p) for p in parts))
    assert parse(pattern).fits(text, _every) is parse(pattern).covers(Pattern.from_text(text))
    met = parse(pattern).meets(Pattern.from_text(text)) is not None
    assert parse(pattern).fits(text, _some) is met


@settings(max_examples=150)
@given(st.text("ab*?", max_size=6), st.lists(st.sampled_from(["a", "b", "A", "D"]), max_size=4))
def test_fits_chooses_once_for_all_values(pattern: str, parts: list[str]) -> None:
    kinds = {"A": HoleKind.ASSIGNED, "D": HoleKind.DATA}
    text = Text.of(*(_hole(kinds[p]) if p in kinds else p for p in parts))
    if not parse(pattern).fits(text, _by_kind):
        return
    if parts.count("A") != 1 or parts.count("D") != 1:
        return
    data = words("abx", 3)
    assert any(
        all(
            naive(pattern, "".join({"A": chosen, "D": value}.get(p, p) for p in parts))
            for value in data
        )
        for chosen in words("abx", 6)
        if chosen
    )


def test_what_is_assigned_is_never_empty() -> None:
    arn = Text.of("arn:aws:sqs:us-east-1:", _hole(HoleKind.ASSIGNED), ":q")
    assert not parse("arn:aws:sqs:us-east-1::q").fits(arn, _by_kind)
    assert parse("arn:aws:sqs:us-east-1:111122223333:q").fits(arn, _by_kind)


HOSTILE = [
    "*a" * 10_000 + "b",
    "a*" * 10_000 + "b",
    "*a?" * 10_000 + "b",
    "*" + "a?" * 5_000 + "b*",
    "*" * 10_000 + "b",
    "?*" * 5_000 + "b",
    "?" * 10_000,
]


@pytest.mark.parametrize("pattern", HOSTILE, ids=lambda p: p[:6])
def test_hostile_patterns_are_answered(pattern: str) -> None:
    # Backtracking would not end within the life of the sun; this takes milliseconds.
    compiled = parse(pattern)
    assert not compiled.matches("a" * 50_000)
    assert compiled.covers(compiled)
    witness = compiled.meets(parse("*" + pattern))
    assert witness is not None and compiled.matches(witness)


LONG = "".join("ab"[n % 7 % 2] + "?" * (n % 3) for n in range(700))  # found in leaps, not steps


@pytest.mark.parametrize("before", ["", "b", "a" * 40, LONG.replace("?", "x")])
@pytest.mark.parametrize("spoiled", [None, 0, 333, -1])
def test_long_stretches_are_found_where_they_stand(before: str, spoiled: int | None) -> None:
    fitting = LONG.replace("?", "x")
    if spoiled is not None:
        fitting = fitting[:spoiled] + "y" + fitting[spoiled:][1:]
    # What stands before may hold the stretch itself, and that is then found.
    there = spoiled is None or before == LONG.replace("?", "x")
    assert parse(f"*{LONG}*").matches(f"{before}{fitting}b") is there
    assert parse(f"*{LONG}*b?").matches(f"{before}{fitting}by") is there
    assert not parse(f"*{LONG}*{LONG}*").matches(f"{before[:50]}{fitting}b")


@pytest.mark.parametrize(
    "pattern",
    ["*" + "a?" * 50_000 + "b*", "*" + "".join(chr(n) + "?" for n in range(0x4E00, 0x9E00)) + "*"],
    ids=["one letter", "every letter"],
)
def test_a_long_stretch_needs_no_bits_for_each_letter(pattern: str) -> None:
    # A number of 100,000 bits at each character of the value took many seconds; one for each
    # letter of the pattern takes memory by the square of its length.
    assert not parse(pattern).matches("a" * 110_000)
    assert parse(pattern).matches(pattern.strip("*").replace("?", "x"))


def test_long_runs_of_single_wildcards_may_only_be_called_narrower() -> None:
    # Beyond the limit `covers` may say no where it is yes, never the other way round.
    assert parse("*" + "?" * 500).covers(parse("?" * 500))
    assert not parse("?" * 500 + "a*").covers(parse("*"))
