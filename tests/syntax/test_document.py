"""From bytes to a document: encodings, the choice of the language, the limits."""

import pytest

from remit.core.span import Span
from remit.syntax.document import MAX_DEPTH, MAX_SIZE, load
from remit.syntax.nodes import plain

from .support import problem


@pytest.mark.parametrize(
    ("text", "file", "value"),
    [
        ('{"a": 1}', "p.json", {"a": 1}),
        ('{"a": 1}', "P.JSON", {"a": 1}),
        ("{a: 1}", "p.yml", {"a": 1}),
        ("a: 1", "p.YAML", {"a": 1}),
        (' \n{"a": 1}', "policy", {"a": 1}),
        ("[1]", "policy.txt", [1]),
        ("a: 1", "policy.txt", {"a": 1}),
        (b'\xef\xbb\xbf{"a": 1}', "p.json", {"a": 1}),
        ('\ufeff{"a": 1}', "p", {"a": 1}),
        (b"\xef\xbb\xbfa: 1", "p.yaml", {"a": 1}),
    ],
)
def test_the_name_tells_the_language_and_else_the_first_character(text, file, value):
    node = load(text, file)
    assert plain(node) == value
    assert node.span.file == file
    assert node.span.column == 1


@pytest.mark.parametrize(
    ("data", "file", "place", "code", "message"),
    [
        (b'{"a":\n "b\xe9"}', "p.json", (2, 4), "not-utf-8", "0xe9"),
        ('{"é": "'.encode() + b"\xed\xa0\x80", "p.json", (1, 8), "not-utf-8", "0xed"),
        (b"\xef\xbb\xbfa\xff", "p.yaml", (1, 2), "not-utf-8", "0xff"),
        (b"a: \xc3", "p.yaml", (1, 4), "not-utf-8", "0xc3"),
        ('{"a": 1}'.encode("utf-16"), "p.json", (1, 1), "not-utf-8", "UTF-16"),
        ("", "p.json", (1, 1), "empty-document", "empty"),
        (" \n\t", "p.yaml", (1, 1), "empty-document", "empty"),
        ("# nothing\n", "p.yaml", (1, 1), "empty-document", "empty"),
        (b"\xef\xbb\xbf", "p", (1, 1), "empty-document", "empty"),
    ],
)
def test_what_cannot_be_decoded_is_placed(data, file, place, code, message):
    found = problem(data, file)
    assert (found.span.line, found.span.column) == place
    assert found.code == code
    assert message in found.message


@pytest.mark.parametrize("file", ["p.json", "p.yaml"])
def test_depth_is_limited(file):
    assert load("[" * MAX_DEPTH + "]" * MAX_DEPTH, file)
    found = problem("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), file)
    assert found.code == "document-too-deep"
    assert found.span == Span(file, 1, MAX_DEPTH + 1, 1, MAX_DEPTH + 2)


@pytest.mark.parametrize("file", ["p.json", "p.yaml"])
def test_size_is_limited(file):
    assert plain(load('"' + "x" * (MAX_SIZE - 2) + '"', file)) == "x" * (MAX_SIZE - 2)
    assert problem(" " * (MAX_SIZE + 1), file).code == "document-too-large"
