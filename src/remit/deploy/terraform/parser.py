"""HCL files from text: bodies of attributes and blocks.

Why not a library: python-hcl2 8.1 takes quadratic time for a heredoc of blank lines (8,000 lines:
1.6 s), gives heredocs as one token without the expressions in them, and refuses inline comments,
`${~ x ~}` and a byte order mark; building its grammar takes 1.7 s where its cache can't be written.
Source: HCL native syntax specification (hclsyntax/spec.md), "Structural Elements".
"""

from __future__ import annotations

from remit.core.span import Problem, Span
from remit.deploy.terraform import templates
from remit.deploy.terraform.cursor import Cursor
from remit.deploy.terraform.expressions import expression
from remit.deploy.terraform.nodes import Attribute, Block, Body, Piece, Template
from remit.syntax.source import MAX_SIZE, DocumentError, Source

_BOM = "\ufeff"


def source(data: bytes, file: str) -> Source:
    """The text of a file. Raises DocumentError when it is too large or not UTF-8."""
    if len(data) > MAX_SIZE:
        raise _whole(file, f"the file is larger than {MAX_SIZE // 1024 // 1024} MiB", "split it")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = Source(data[: error.start].decode("utf-8"), file)
        at = before.span(len(before.text), len(before.text))
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        raise DocumentError(Problem(at, message, "save the file as UTF-8", "not-utf-8")) from None
    return Source(text.removeprefix(_BOM), file)


def parse(data: bytes, file: str) -> Body:
    """The body of a file. Raises DocumentError where the text is not HCL."""
    return parse_source(source(data, file))


def parse_source(text: Source) -> Body:
    """The body of a file's text. Raises DocumentError where it is not HCL."""
    cursor = Cursor(text, expression)
    body = _body(cursor)
    if cursor.at < cursor.end:
        cursor.fail("a closing brace without an opening one", "remove it")
    return body


def template(text: Source) -> Template:
    """A whole text as a template. Raises DocumentError."""
    cursor = Cursor(text, expression)
    return templates.region(cursor, cursor.end)


def _body(cursor: Cursor) -> Body:
    """Everything up to a closing brace, which is left, or to the end."""
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    while True:
        cursor.skip_lines()
        if cursor.at >= cursor.end or cursor.text[cursor.at] == "}":
            return Body(attributes, tuple(blocks))
        start = cursor.at
        name = cursor.identifier()
        if not name:
            cursor.fail("a name is expected here", "write `name = value` or a block")
        if cursor.take("="):
            span = cursor.source.span(start, start + len(name))
            if name in attributes:
                cursor.at = start
                cursor.fail(f"`{name}` is set twice", "remove one of them", start + len(name))
            cursor.skip()
            attributes[name] = Attribute(name, expression(cursor), span)
        else:
            blocks.append(_block(cursor, name, start))
        if not cursor.at_line_end() and not cursor.peek("}"):
            cursor.fail("a new line is expected here", "write one thing on a line")


def _block(cursor: Cursor, name: str, start: int) -> Block:
    labels: list[str] = []
    while not cursor.peek("{"):
        if cursor.peek('"'):
            labels.append(_label(cursor))
            continue
        label = cursor.identifier()
        if not label:
            cursor.fail(f"`{name}` is followed by neither `=` nor a block", "write `=` or `{`")
        labels.append(label)
    span = cursor.since(start)
    cursor.at += 1
    with cursor.deeper():
        body = _body(cursor)
    if not cursor.take("}"):
        cursor.at = start
        cursor.fail(f"the block `{name}` is not closed", "write `}` at its end", start + len(name))
    return Block(name, tuple(labels), body, span)


def _label(cursor: Cursor) -> str:
    parts = templates.quoted(cursor).parts
    return "".join(part.text for part in parts if isinstance(part, Piece))


def _whole(file: str, message: str, hint: str) -> DocumentError:
    return DocumentError(Problem(Span.whole(file), message, hint, "document-too-large"))
