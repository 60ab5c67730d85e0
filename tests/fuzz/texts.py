"""Targets that read text: policy documents, lines of a batch, pasted denials."""

from __future__ import annotations

import io
import json
from typing import Any

from remit.app.batch import Batch
from remit.cli.batch import answers
from remit.core.span import Span
from remit.explain.denied import Form
from remit.explain.message import parse as parse_message
from remit.syntax.document import DocumentError, load
from remit.syntax.nodes import Node
from remit.syntax.policy import parse, parse_text
from tests.syntax.support import walk

_LINE_END = ("\r\n", "\r")
# A document that JSON allows and remit's limits do not.
_LIMITS = {"document-too-deep", "document-too-large"}
_SHAPES = (
    {"id", "decision", "determining"},
    {"id", "decision", "determining", "warnings"},
    {"id", "error", "where"},
)
FREE = ("sts:getcalleridentity", "sts:getsessiontoken")
"""facts/iam.md 4.12: allowed without any policy."""


def document(data: bytes) -> None:
    """As JSON and as YAML: only DocumentError; spans inside the text; what is JSON is what the
    standard library says."""
    for file in ("p.json", "p.yaml"):
        text = data.decode("utf-8", "replace").removeprefix("\ufeff")
        lines = _lines(text)
        policy, problems = parse_text(data, file)
        for problem in problems:
            _inside(problem.span, lines)
            _printable(problem.message)
            _printable(problem.hint)
        node: Node | None = None
        try:
            node = load(data, file)
        except DocumentError as error:
            assert policy is None
            assert problems == (error.problem,)
            if file == "p.json":
                code = error.problem.code
                assert code in _LIMITS or not _is_json(data), "refused, though it is JSON"
            continue
        assert file == "p.yaml" or _is_json(data), "read, though it is not JSON"
        for one in walk(node):
            _inside(one.span, lines)
        for kind in ("identity", "resource", "trust"):
            parse(node, "", kind)  # type: ignore[arg-type]  # the literals are Kind's


def _lines(text: str) -> list[str]:
    for end in _LINE_END:
        text = text.replace(end, "\n")
    return text.split("\n")


def _inside(span: Span, lines: list[str]) -> None:
    start, end = (span.line, span.column), (span.end_line, span.end_column)
    assert (1, 1) <= start <= end, f"span {span} is turned round"
    assert span.end_line <= len(lines), f"span {span} is below the text"
    for line, column in (start, end):
        # A place may be the line's end, and what stands there, its line feed or nothing.
        assert 1 <= column <= len(lines[line - 1]) + 2, f"span {span} is beside the text"


def _printable(words: str) -> None:
    assert words.isprintable(), "a message that steers the terminal"
    words.encode("utf-8")


def _is_json(data: bytes) -> bool:
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
        json.loads(text, parse_constant=_refuse, parse_int=len)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def batch(data: bytes) -> None:
    """One answer for each line, the same as alone and as when its policies are known; allowed
    only where somebody allows."""
    told = [answer.text for answer in answers(io.BytesIO(data))]
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    assert len(told) == len(lines), "not one answer to each line"
    for number, (line, text) in enumerate(zip(lines, told, strict=True), 1):
        alone = Batch()
        assert text == alone.answer(line, number).text, "a line before it changes an answer"
        assert text == alone.answer(line, number).text, "known policies change an answer"
        assert text.isascii()
        assert "\n" not in text
        answer = json.loads(text)
        assert set(answer) in _SHAPES
        if answer.get("decision") == "allowed":
            _somebody_allows(json.loads(line))


def _somebody_allows(case: dict[str, Any]) -> None:
    asked = case["request"]
    if asked["action"].lower() in FREE or asked["principal"].endswith(":root"):
        return
    assert "Allow" in _effects(case["policies"]), "allowed, and nobody allows"


def _effects(value: Any) -> set[Any]:
    if isinstance(value, list):
        return set().union(*map(_effects, value))
    if not isinstance(value, dict):
        return set()
    own = {value["Effect"]} if isinstance(value.get("Effect"), str) else set()
    return own.union(*map(_effects, value.values()))


def message(data: bytes) -> None:
    """Any text is answered, and white space around it is no matter."""
    text = data.decode("utf-8", "surrogateescape")
    found = parse_message(text)
    assert parse_message(f"\n {text} \n") == found, "white space changes what is read"
    if found is None:
        return
    for part in (found.principal, found.action, found.policy_arn, found.code, found.operation):
        assert part != "", "an empty part"
        # What EC2 encoded is JSON, and its strings are taken as they are.
        if part is not None and found.form is not Form.DECODED:
            assert part == part.strip(" \t\r\n"), "a part with white space around it"
    repr(found)
