"""Policy variables as text: are they well formed, and may they stand there?

`${key}`, `${key, 'default'}`, and the escapes `${*}`, `${?}`, `${$}`; replaced in documents of
version 2012-10-17 only. What a variable stands for is the engine's business.
Source: IAM User Guide, reference_policies_variables; facts/iam.md 2.6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from remit.syntax.nodes import Scalar
from remit.syntax.notes import Notes, part

_KEY = re.compile(r"[^},$]*+")
_DEFAULT = re.compile(r"'[^']*+'?")
_ESCAPES = ("${*}", "${?}", "${$}")
_MISSING_BRACE = ("missing-brace-in-variable", "a variable without its closing brace")
_MISSING_QUOTE = ("missing-quote-in-variable", "a variable's default without its quotes")
_SPACE = ("unsupported-space-in-variable", "a space that a variable must not have")
_EMPTY = ("empty-variable", "a variable without a name")
_HINT = "write `${key}` or `${key, 'default'}`; for the characters themselves `${$}{`"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A variable that is not well formed: where it stands in the text, and what is wrong."""

    start: int
    end: int
    code: str
    message: str


def check(scalar: Scalar, notes: Notes, replaced: bool | None) -> None:
    """Notes the first malformed variable of a string in which variables may stand.

    `replaced` says whether the document's version has variables, None when that is not known.
    """
    text = scalar.text
    start = text.find("${")
    if start < 0:
        return
    if replaced is None:
        notes.faults.append(
            "whether `${...}` is replaced here: the policy's `Version` is not understood"
        )
        return
    bad = malformed(text)
    if not replaced:
        if bad is None:
            notes.advise(
                part(scalar, start, text.index("}", start) + 1),
                "variable-unsupported-in-version",
                "a variable that is plain text in this version of the language",
                'write `"Version": "2012-10-17"` at the top of the policy',
            )
    elif bad is not None:
        notes.fault(part(scalar, bad.start, bad.end), bad.code, bad.message, _HINT)


def malformed(text: str) -> Malformed | None:
    """The first variable in `text` that is not well formed."""
    at = text.find("${")
    while at >= 0:
        end, wrong = _one(text, at)
        if wrong is not None:
            return Malformed(at, _closing(text, end), *wrong)
        at = text.find("${", end)
    return None


def _closing(text: str, end: int) -> int:
    """Where a malformed variable ends that was understood up to `end`: after its brace."""
    brace, following = text.find("}", end - 1), text.find("${", end)
    return end if brace < 0 or 0 <= following < brace else brace + 1


def _one(text: str, at: int) -> tuple[int, tuple[str, str] | None]:
    """Where the variable at `at` ends, and what is wrong with it."""
    if text.startswith(_ESCAPES, at):
        return at + 4, None
    found = _KEY.match(text, at + 2)
    end = at + 2 if found is None else found.end()
    key = text[at + 2 : end]
    mark = text[end : end + 1]
    if mark in {"", "$"}:
        return end, _MISSING_BRACE
    wrong = _wrong_key(key)
    if mark == "}" or wrong is not None:
        return end + 1, wrong
    return _default(text, end + 1)


def _wrong_key(key: str) -> tuple[str, str] | None:
    if not key.strip():
        return _EMPTY
    # A tag's key, after the slash, may hold spaces itself.
    if key != key.strip() or " " in key.partition("/")[0]:
        return _SPACE
    return None


def _default(text: str, at: int) -> tuple[int, tuple[str, str] | None]:
    """The default after the comma before `at`: a space or none, and text in single quotes."""
    start = at + 1 if text.startswith(" ", at) else at
    if text.startswith(" ", start):
        return start + 1, _SPACE
    found = _DEFAULT.match(text, start)
    if found is None or len(found[0]) < 2 or not found[0].endswith("'"):
        return start if found is None else found.end(), _MISSING_QUOTE
    end = found.end()
    if text.startswith("}", end):
        return end + 1, None
    return end, _SPACE if text.startswith(" ", end) else _MISSING_BRACE
