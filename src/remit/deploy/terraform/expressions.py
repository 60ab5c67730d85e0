"""HCL expressions from text: one function for each kind, binary operators by a table.

Source: HCL native syntax specification (hclsyntax/spec.md), "Expressions".
"""

from __future__ import annotations

import re

from remit.deploy.terraform import templates
from remit.deploy.terraform.cursor import Cursor
from remit.deploy.terraform.nodes import (
    ITEM,
    Attr,
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    Items,
    Literal,
    Name,
    Object,
    Splat,
    Unary,
)

_OPERATORS = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<=": 4, ">=": 4, "<": 4, ">": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
"""Binary operators and how strongly they bind."""
_OPERATOR = re.compile(r"\|\||&&|==|!=|<=|>=|[<>+\-*/%]")
_NUMBER = re.compile(r"[0-9]++(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_MAX_DIGITS = 400


def expression(cursor: Cursor) -> Expression:
    """The expression that begins here. Raises DocumentError."""
    with cursor.deeper():
        cursor.skip()
        start = cursor.at
        condition = _binary(cursor, 1)
        if not cursor.take("?"):
            return condition
        cursor.skip_lines()
        then = expression(cursor)
        cursor.skip_lines()
        cursor.expect(":", "a condition needs a value for `false` too")
        cursor.skip_lines()
        otherwise = expression(cursor)
        return Conditional(condition, then, otherwise, cursor.since(start))


def _binary(cursor: Cursor, least: int) -> Expression:
    """Operators that bind at least as strongly as `least`, from left to right."""
    cursor.skip()
    start = cursor.at
    left = _unary(cursor)
    while True:
        cursor.skip()
        found = _OPERATOR.match(cursor.text, cursor.at, cursor.end)
        if found is None or _OPERATORS[found[0]] < least:
            return left
        cursor.at = found.end()
        cursor.skip_lines()
        right = _binary(cursor, _OPERATORS[found[0]] + 1)
        left = Binary(found[0], left, right, cursor.since(start))


def _unary(cursor: Cursor) -> Expression:
    cursor.skip()
    start = cursor.at
    for operator in ("-", "!"):
        if cursor.take(operator):
            with cursor.deeper():
                operand = _unary(cursor)
            return Unary(operator, operand, cursor.since(start))
    return _steps(cursor, _term(cursor), start)


def _steps(cursor: Cursor, base: Expression, start: int) -> Expression:
    """What follows a term: `.name`, `.0`, `[key]`, `[*]`, `.*`."""
    while True:
        cursor.skip()
        if cursor.text.startswith("...", cursor.at):
            return base
        if cursor.take(".*") or _full_splat(cursor):
            item = Name(ITEM, cursor.since(start))
            each = _steps(cursor, item, start)
            return Splat(base, each, cursor.since(start))
        if cursor.take("."):
            base = _dot(cursor, base, start)
        elif cursor.take("["):
            with cursor.across_lines():
                key = expression(cursor)
                cursor.expect("]", "the index is not closed")
            base = Index(base, key, cursor.since(start))
        else:
            return base


def _full_splat(cursor: Cursor) -> bool:
    found = re.compile(r"\[[ \t]*+\*[ \t]*+\]").match(cursor.text, cursor.at, cursor.end)
    if found is not None:
        cursor.at = found.end()
    return found is not None


def _dot(cursor: Cursor, base: Expression, start: int) -> Expression:
    cursor.skip()
    begin = cursor.at
    found = re.compile(r"[0-9]++").match(cursor.text, cursor.at, cursor.end)
    if found is not None:
        cursor.at = found.end()
        key = Literal(int(found[0][:9]), cursor.since(begin))
        return Index(base, key, cursor.since(start))
    name = cursor.identifier()
    if not name:
        cursor.fail("a name must follow the dot")
    return Attr(base, name, cursor.since(start))


def _term(cursor: Cursor) -> Expression:
    cursor.skip()
    start = cursor.at
    if cursor.at >= cursor.end:
        cursor.fail("a value is missing at the end")
    mark = cursor.text[start]
    if mark == '"':
        return templates.quoted(cursor)
    if mark == "<" and cursor.text.startswith("<<", start):
        return templates.heredoc(cursor)
    if mark == "(":
        cursor.at += 1
        with cursor.across_lines():
            inner = expression(cursor)
            cursor.expect(")", "the parenthesis is not closed")
        return inner
    if mark == "[":
        return _list(cursor)
    if mark == "{":
        return _object(cursor)
    if mark.isdecimal():
        return _number(cursor)
    name = cursor.identifier()
    if not name:
        cursor.fail("a value is expected here")
    return _named(cursor, name, start)


def _number(cursor: Cursor) -> Literal:
    start = cursor.at
    found = _NUMBER.match(cursor.text, start, cursor.end)
    if found is None or found.end() - start > _MAX_DIGITS:
        cursor.fail("this is no number")
    cursor.at = found.end()
    raw = found[0]
    return Literal(int(raw) if raw.isdecimal() else float(raw), cursor.since(start))


def _named(cursor: Cursor, name: str, start: int) -> Expression:
    """A keyword, a function call or a reference."""
    while cursor.text.startswith("::", cursor.at):  # provider::name::function
        cursor.at += 2
        name += "::" + cursor.identifier()
    if cursor.take("("):
        return _call(cursor, name, start)
    span = cursor.source.span(start, start + len(name))
    return Literal(_WORDS[name], span) if name in _WORDS else Name(name, span)


def _call(cursor: Cursor, name: str, start: int) -> Call:
    arguments: list[Expression] = []
    expand = False
    with cursor.across_lines():
        while not cursor.take(")"):
            arguments.append(expression(cursor))
            expand = cursor.take("...")
            if not cursor.take(","):
                cursor.expect(")", f"the call of `{name}` is not closed")
                break
    return Call(name, tuple(arguments), expand, cursor.since(start))


def _list(cursor: Cursor) -> Expression:
    start = cursor.at
    cursor.at += 1
    with cursor.across_lines():
        if cursor.word("for"):
            return _for(cursor, start, "]")
        items: list[Expression] = []
        while not cursor.take("]"):
            items.append(expression(cursor))
            if not cursor.take(","):
                cursor.expect("]", "the list is not closed, or a comma is missing")
                break
    return Items(tuple(items), cursor.since(start))


def _object(cursor: Cursor) -> Expression:
    start = cursor.at
    cursor.at += 1
    cursor.skip_lines()
    before = cursor.at
    if cursor.word("for") and not (cursor.peek("=") or cursor.peek(":")):
        with cursor.across_lines():
            return _for(cursor, start, "}")
    cursor.at = before
    entries: list[tuple[Expression, Expression]] = []
    with cursor.across_lines(False):
        while True:
            cursor.skip_lines()
            if cursor.take("}"):
                return Object(tuple(entries), cursor.since(start))
            key = _key(cursor)
            if not cursor.take("=") and not cursor.take(":"):
                cursor.fail("a key of an object needs `=` and a value")
            cursor.skip_lines()
            entries.append((key, expression(cursor)))
            cursor.skip()
            if not (cursor.take(",") or cursor.peek("}") or cursor.at_line_end()):
                cursor.fail("the object is not closed, or a comma or a new line is missing")
            if cursor.at >= cursor.end:
                cursor.fail("the object is not closed", "write `}` at its end")


def _key(cursor: Cursor) -> Expression:
    """A key: a bare word is text; an expression stands in parentheses or is a template."""
    cursor.skip()
    start = cursor.at
    word = cursor.identifier()
    if word and (cursor.peek("=") or cursor.peek(":")):
        span = cursor.source.span(start, start + len(word))
        return templates.plain(word, cursor.source, start, span)
    cursor.at = start
    return expression(cursor)


def _for(cursor: Cursor, start: int, close: str) -> For:
    """The rest of a `for` expression after the word itself."""
    key, value = "", cursor.identifier()
    if cursor.take(","):
        key, value = value, cursor.identifier()
    if not value or not cursor.word("in"):
        cursor.fail("a `for` needs a variable, `in` and a collection")
    collection = expression(cursor)
    cursor.expect(":", "a `for` needs `:` after its collection")
    index: Expression | None = None
    result = expression(cursor)
    if close == "}":
        cursor.expect("=>", "a `for` that makes an object needs `key => value`")
        index, result = result, expression(cursor)
    group = cursor.take("...")
    condition = expression(cursor) if cursor.word("if") else None
    cursor.expect(close, "the `for` is not closed")
    return For(key, value, collection, index, result, condition, group, cursor.since(start))
