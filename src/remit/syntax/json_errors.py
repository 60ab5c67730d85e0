"""What to say about a document that is not JSON: where exactly, what, and how to mend it.

Each function returns the error to raise. They run once for a document, so they may look around.
"""

from __future__ import annotations

import re

from remit.syntax.source import MAX_DEPTH, MAX_NODES, DocumentError, Source, shown

_SPACE = re.compile(r"[ \t\n\r]*+")
_COMMENT = re.compile(r"//[^\r\n]*+|\#[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?")
_QUOTED = re.compile(r"'[^'\r\n]*+'?|‘[^’\r\n]*+’?|“[^”\r\n]*+”?")
_RUN = re.compile(r"[A-Za-z0-9_.+\-]*+")
_RUN_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-")
_LINE_END = re.compile(r"[^\r\n]*+")
_NUMERIC = re.compile(r"[+\-]?\.?[0-9]|[+\-]$")

_CLOSER = {"{": "}", "[": "]"}
_KIND = {"{": "object", "[": "list"}
# What other languages write for JSON's words.
_WORDS = {
    "true": "true", "yes": "true", "on": "true",
    "false": "false", "no": "false", "off": "false",
    "none": "null", "null": "null", "nil": "null", "undefined": "null",
}  # fmt: skip
_NOT_FINITE = frozenset({"nan", "infinity", "-infinity", "inf", "-inf", "+infinity"})
_CONTROL = {"\t": "\\t", "\b": "\\b", "\f": "\\f"}


def no_token(source: Source, at: int, opened: int | None) -> DocumentError:
    """Nothing that JSON knows begins at `at` (after space)."""
    at = _skip(source, at)
    text = source.text
    if at == len(text):
        return _ended(source, at, opened)
    for pattern, message, hint in (
        (_COMMENT, "JSON has no comments", "remove the comment"),
        (_QUOTED, "text in quotes that JSON does not know", 'put text in double quotes: `"`'),
    ):
        found = pattern.match(text, at)
        if found is not None:
            return source.error(at, found.end(), message, hint)
    if text[at] in _RUN_CHARACTERS:
        return _bare(source, *_run(source, at))
    return source.error(
        at, at + 1, f"{shown(text[at])} has no meaning here", "remove it, or put text in quotes"
    )


def _bare(source: Source, start: int, end: int) -> DocumentError:
    """A run of letters and digits that is no JSON value."""
    word = source.text[start:end]
    if word.lower() in _NOT_FINITE:
        return source.error(
            start, end, f"{shown(word)} is no JSON number", "write a finite number, or text"
        )
    if word.lower() in _WORDS:
        right = _WORDS[word.lower()]
        return source.error(start, end, f"{shown(word)} is no JSON value", f"write `{right}`")
    if _NUMERIC.match(word):
        return source.error(
            start,
            end,
            f"{shown(word)} is no JSON number",
            "a number has no leading `+` or zeros, and digits on both sides of its point;"
            " put text in double quotes",
        )
    return source.error(start, end, f"{shown(word)} is no JSON value", "put text in double quotes")


def _ended(source: Source, at: int, opened: int | None) -> DocumentError:
    """The text ends where more must come."""
    if opened is None:
        return source.error(at, at, "the document is empty", "", "empty-document")
    mark = source.text[opened]
    place = source.span(opened, opened + 1)
    return source.error(
        at,
        at,
        f"the document ends inside the {_KIND[mark]} that begins at line {place.line},"
        f" column {place.column}",
        f"close it with `{_CLOSER[mark]}`",
    )


def misplaced(source: Source, at: int) -> DocumentError:
    """A punctuation mark where a value must stand."""
    mark = source.text[at]
    return source.error(
        at,
        at + 1,
        f"`{mark}` stands where a value must stand",
        f"write a value before the `{mark}`",
    )


def comma_before(source: Source, comma: int, closer: str) -> DocumentError:
    """The list or object goes on with a comma, and then ends."""
    return source.error(
        comma,
        comma + 1,
        f"a comma before `{closer}`",
        "remove the comma: JSON allows none after the last entry",
    )


def no_comma(source: Source, opened: int, at: int) -> DocumentError:
    """After a value comes neither a comma nor the end of the container."""
    text = source.text
    after = _skip(source, at)
    if after == at and text[at] in _RUN_CHARACTERS and text[at - 1] in _RUN_CHARACTERS:
        return _bare(source, *_run(source, at))
    mark, found = text[opened], text[after]
    if found in "}]":
        place = source.span(opened, opened + 1)
        return source.error(
            after,
            after + 1,
            f"`{found}` where `{_CLOSER[mark]}` must stand",
            f"close the {_KIND[mark]} of line {place.line}, column {place.column} first",
        )
    if found == ":":
        hint = "a list holds values; names need an object: `{`" if mark == "[" else ""
        return source.error(after, after + 1, "a colon after a value", hint)
    line = source.span(at, at).line
    return source.error(
        after,
        after + 1,
        f"a comma is missing before {shown(found)}",
        f"put a comma after the value that ends on line {line}",
    )


def no_key(source: Source, at: int) -> DocumentError:
    """In an object something else than a string stands where a key must."""
    at = _skip(source, at)
    end = max(_run(source, at)[1], at + 1)
    return source.error(
        at,
        end,
        f"{shown(source.text[at:end])} stands where a key must stand",
        "a key is text in double quotes",
    )


def no_colon(source: Source, at: int) -> DocumentError:
    """A key is not followed by its colon."""
    after = _skip(source, at)
    return source.error(after, after + 1, "a colon is missing after the key", "write `: ` here")


def trailing(source: Source, at: int) -> DocumentError:
    """More text after the document's one value."""
    at = _skip(source, at)
    text = source.text
    if text[at - 1] in _RUN_CHARACTERS and text[at] in _RUN_CHARACTERS:
        return _bare(source, *_run(source, at))
    comment = _COMMENT.match(text, at)
    if comment is not None:
        return source.error(at, comment.end(), "JSON has no comments", "remove the comment")
    return source.error(
        at, at + 1, "more text after the end of the document", "a file holds one JSON value"
    )


def broken_string(source: Source, start: int, at: int) -> DocumentError:
    """The string from `start` stops at `at`: the text's end, or a control character."""
    character = source.text[at : at + 1]
    if character in {"", "\n", "\r"}:
        return source.error(
            start,
            at,
            "text whose closing quote is missing on this line",
            'close it with `"`; write a line break inside text as `\\n`',
        )
    escape = _CONTROL.get(character, f"\\u{ord(character):04x}")
    return source.error(
        at, at + 1, f"the control character U+{ord(character):04X} in text", f"write `{escape}`"
    )


def bad_escape(source: Source, at: int) -> DocumentError:
    """A backslash and a character that it does not go with."""
    end = min(at + 2, len(source.text))
    return source.error(
        at,
        end,
        f"{shown(source.text[at:end])} is no escape of JSON",
        "write `\\\\` for a backslash",
    )


def bad_unicode_escape(source: Source, at: int) -> DocumentError:
    """`\\u` without four hexadecimal digits."""
    line = _LINE_END.match(source.text, at, at + 6)
    end = at + 2 if line is None else line.end()
    return source.error(
        at, end, "`\\u` needs four hexadecimal digits", "write `\\\\u` for a backslash and a `u`"
    )


def long_number(source: Source, start: int, end: int) -> DocumentError:
    """A number of thousands of digits."""
    return source.error(start, end, f"a number of {end - start} characters", "put it in quotes")


def too_deep(source: Source, at: int) -> DocumentError:
    """More containers inside each other than remit follows."""
    return source.error(
        at, at + 1, f"nested deeper than {MAX_DEPTH} levels", "", "document-too-deep"
    )


def too_many(source: Source, at: int) -> DocumentError:
    """More values than remit reads."""
    return source.error(
        at, at + 1, f"more than {MAX_NODES} values in one document", "", "document-too-large"
    )


def _skip(source: Source, at: int) -> int:
    space = _SPACE.match(source.text, at)
    return at if space is None else space.end()


def _run(source: Source, at: int) -> tuple[int, int]:
    """The run of letters, digits and number signs around `at`."""
    found = _RUN.match(source.text, at)
    start = at
    while start > 0 and source.text[start - 1] in _RUN_CHARACTERS:
        start -= 1
    return start, at if found is None else found.end()
