"""JSON with positions: against the standard library for what is read, against a table of broken
documents for what is said about them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.syntax.document import DocumentError, load
from remit.syntax.nodes import Mapping, Scalar, Sequence, plain

from .support import problem, underlined, walk

# Document, place, underlined text, what the message says, what the hint says.
BROKEN = [
    # The two commonest mistakes are named as such.
    ('{"a": 1,}', "1:8", ",", "a comma before `}`", "remove the comma"),
    ("[1,\n 2,\n]", "2:3", ",", "a comma before `]`", "remove the comma"),
    ("// x\n{}", "1:1", "// x", "JSON has no comments", "remove"),
    ('{"a": 1, # why\n "b": 2}', "1:10", "# why", "JSON has no comments", "remove"),
    ('{"a": /* c\n d */ 1}', "1:7", "/* c\n d */", "JSON has no comments", "remove"),
    ('{"a": 1} // end', "1:10", "// end", "JSON has no comments", "remove"),
    ('{"a": 1 // end\n}', "1:9", "// end", "JSON has no comments", "remove"),
    ('{"a": /* never', "1:7", "/* never", "JSON has no comments", "remove"),
    # Words of other languages.
    ('{"a": True}', "1:7", "True", "`True` is no JSON value", "`true`"),
    ('{"a": None}', "1:7", "None", "`None` is no JSON value", "`null`"),
    ("[truex]", "1:2", "truex", "`truex` is no JSON value", "quotes"),
    ("{a: 1}", "1:2", "a", "`a` is no JSON value", "quotes"),
    ("{'a': 1}", "1:2", "'a'", "quotes", "double quotes"),
    ('{"a": “x”}', "1:7", "“x”", "quotes", "double quotes"),
    ("[@]", "1:2", "@", "`@` has no meaning here", ""),
    # Numbers.
    ("[NaN]", "1:2", "NaN", "`NaN` is no JSON number", "finite"),
    ("[-Infinity]", "1:2", "-Infinity", "no JSON number", "finite"),
    ("[01]", "1:2", "01", "`01` is no JSON number", "leading"),
    ("[.5]", "1:2", ".5", "`.5` is no JSON number", "both sides"),
    ("[1.]", "1:2", "1.", "`1.` is no JSON number", "both sides"),
    ("[+1]", "1:2", "+1", "`+1` is no JSON number", "leading"),
    ("[-]", "1:2", "-", "`-` is no JSON number", ""),
    ("1 2", "1:3", "2", "more text after the end", "one JSON value"),
    ("12ab", "1:1", "12ab", "`12ab` is no JSON number", ""),
    # Punctuation.
    ('{"a" 1}', "1:6", "1", "a colon is missing", ""),
    ('{"a", 1}', "1:5", ",", "a colon is missing", ""),
    ('{"a": 1\n "b": 2}', "2:2", '"', "a comma is missing", "line 1"),
    ('["a" "b"]', "1:6", '"', "a comma is missing", "line 1"),
    ('{"a":1;"b":2}', "1:7", ";", "`;` has no meaning here", ""),
    ("[1: 2]", "1:3", ":", "a colon after a value", "object"),
    ("[,1]", "1:2", ",", "`,` stands where a value must stand", ""),
    ("[1,,2]", "1:4", ",", "`,` stands where a value must stand", ""),
    ("{,}", "1:2", ",", "where a key must stand", "double quotes"),
    ("{1: 2}", "1:2", "1", "where a key must stand", "double quotes"),
    ('{"a": 1}}', "1:9", "}", "more text after the end", ""),
    ('{"a": [1, 2}', "1:12", "}", "`}` where `]` must stand", "line 1, column 7"),
    ("[1)", "1:3", ")", "`)` has no meaning here", ""),
    # The end comes too early.
    ("[1", "1:3", "", "ends inside the list that begins at line 1, column 1", "`]`"),
    ('{"a":\n {"b":', "2:7", "", "inside the object that begins at line 2, column 2", "`}`"),
    ("[", "1:2", "", "ends inside the list", "`]`"),
    ('{"a"', "1:5", "", "ends inside the object", "`}`"),
    # Strings.
    ('{"a": "x', "1:7", '"x', "closing quote is missing", "`\\n`"),
    ('{"a": "x\n"}', "1:7", '"x', "closing quote is missing", "`\\n`"),
    ('{"a": "x\\', "1:9", "\\", "no escape of JSON", "`\\\\`"),
    ('["a\tb"]', "1:4", "\t", "U+0009", "`\\t`"),
    ('["a\x00b"]', "1:4", "\x00", "U+0000", "`\\u0000`"),
    ('["\\x"]', "1:3", "\\x", "`\\x` is no escape", "`\\\\`"),
    ('["\\u12"]', "1:3", '\\u12"]', "four hexadecimal digits", ""),
    ('["\\ud800\\u00zz"]', "1:9", "\\u00zz", "four hexadecimal digits", ""),
    # Columns count characters, also beyond the 16-bit range; every kind of line end counts one.
    ('["é😀", ]', "1:6", ",", "a comma before `]`", ""),
    ('{"a": 1,\r\n "b": 2,\r\n}', "2:8", ",", "a comma before `}`", ""),
    ('{"a": 1,\r "b": 2,\r}', "2:8", ",", "a comma before `}`", ""),
]


@pytest.mark.parametrize(("text", "place", "marked", "message", "hint"), BROKEN)
def test_a_broken_document_says_where_and_what(text, place, marked, message, hint):
    found = problem(text, "p.json")
    assert str(found.span) == f"p.json:{place}"
    assert underlined(text, found.span) == marked
    assert message in found.message
    assert hint in found.hint
    assert found.code == "json-syntax-error"


def test_every_part_has_its_place():
    text = '{\n  "é": ["a\\n", -1.5e3],\r\n  "k": {"t": true, "n": null}\n}'
    node = load(text, "p.json")
    places = {(str(one.span)[7:], underlined(text, one.span)) for one in walk(node)}
    assert places == {
        ("1:1", '{\n  "é": ["a\\n", -1.5e3],\n  "k": {"t": true, "n": null}\n}'),
        ("2:3", '"é"'),
        ("2:8", '["a\\n", -1.5e3]'),
        ("2:9", '"a\\n"'),
        ("2:16", "-1.5e3"),
        ("3:3", '"k"'),
        ("3:8", '{"t": true, "n": null}'),
        ("3:9", '"t"'),
        ("3:14", "true"),
        ("3:20", '"n"'),
        ("3:25", "null"),
    }


def test_scalars_keep_their_source_text():
    node = load('["a\\u0041", 1e400, -0, 0.10, true, null, 12345678901234567890]', "p.json")
    assert isinstance(node, Sequence)
    scalars = [one for one in node.items if isinstance(one, Scalar)]
    assert [(one.value, one.text) for one in scalars] == [
        ("aA", "aA"),
        (float("inf"), "1e400"),
        (0, "-0"),
        (0.1, "0.10"),
        (True, "true"),
        (None, "null"),
        (12345678901234567890, "12345678901234567890"),
    ]


def test_duplicate_keys_stay_visible_and_the_last_counts():
    node = load('{"a": 1, "b": 2, "a": 3}', "p.json")
    assert isinstance(node, Mapping)
    assert node.keys == ("a", "b", "a")
    assert node.get("a") == node.entries[2][1]
    assert node.get("c") is None
    assert plain(node) == {"a": 3, "b": 2}
    assert [(again.span.column, first.span.column) for again, first in node.duplicates()] == [
        (18, 2)
    ]


def test_surrogates_are_read_as_the_standard_library_reads_them():
    for text in (
        '"\\ud83d\\ude00"',
        '"\\ud800"',
        '"\\udc00\\ud800"',
        '"\\ud800\\u0041"',
        '"\ud800"',
    ):
        assert plain(load(text, "p.json")) == json.loads(text)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@given(JSON, st.sampled_from([None, 0, 2]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_values_are_those_of_the_standard_library(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    node = load(text, "p.json")
    assert plain(node) == json.loads(text)
    for one in walk(node):
        # A span underlines exactly the text that the node was read from.
        assert plain(one) == json.loads(underlined_raw(text, one))


def underlined_raw(text, node):
    """As `underlined`; the texts here hold no carriage return outside of escapes."""
    lines = text.split("\n")
    span = node.span
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    first, last = lines[span.line - 1][span.column - 1 :], lines[span.end_line - 1]
    return "\n".join([first, *lines[span.line : span.end_line - 1], last[: span.end_column - 1]])


FRAGMENTS = st.lists(
    st.sampled_from(
        ["{", "}", "[", "]", ",", ":", '"a"', '"\\u00e9"', '"\\q"', "1", "-", "0", ".5", "e3",
         "true", "nul", " ", "\n", "\t", '"', "\\", "//", "é", "1.5E+2", "\x00", "\ud800"]
    ),
    max_size=12,
)  # fmt: skip


@given(FRAGMENTS.map("".join) | st.text(alphabet='{}[],:"\\u0019eE+-. \ntrfalsn', max_size=12))
@settings(max_examples=600, deadline=None)
def test_it_accepts_exactly_what_the_standard_library_accepts(text):
    try:
        expected = json.loads(text, parse_constant=_refuse)
    except ValueError:
        expected = DocumentError
    try:
        found = plain(load(text, "p.json"))
    except DocumentError as error:
        found = DocumentError
        assert underlined(text, error.problem.span) is not None
        assert error.problem.message
    assert repr(found) == repr(expected)


def _refuse(name):
    raise ValueError(name)
