"""The scanner on code of all kinds: nothing may escape from it, and Python's grammar is covered."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bench import wild
from remit.scan.expressions import EVALUATORS
from remit.scan.statements import EXECUTORS
from tests.scan.support import calls

SAMPLE = wild.files()[::80]
HARD = (
    "argparse dataclasses enum functools inspect pickle statistics tarfile typing zipfile".split()
)


@pytest.mark.parametrize("part", range(8))
def test_nothing_escapes(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample in few steps; `python -m bench wild` runs every module to its end."""
    monkeypatch.setattr("remit.scan.machine.STEPS", 3_000)
    folder = Path(ast.__file__).parent
    chosen = [*SAMPLE, *(folder / f"{name}.py" for name in HARD)][part::8]
    for file in chosen:
        assert not wild.run(file).error


def test_a_route_is_found_in_each() -> None:
    outcome = wild.run(Path(ast.__file__))
    assert outcome.found is not None
    assert [entry.kind for entry in outcome.found.entries] == ["route"]


def _concrete(kind: type[ast.AST]) -> set[type[ast.AST]]:
    """The node classes below `kind` that a parser makes; those for Python 3.7 and older it never
    makes (documentation of `ast`, "Deprecated since version 3.8")."""
    old = {"Num", "Str", "Bytes", "NameConstant", "Ellipsis", "Index", "ExtSlice"}
    return {
        one
        for one in kind.__subclasses__()
        if one.__name__ not in old and one.__module__ in ("ast", "_ast")
    }


def test_every_expression_of_the_grammar_is_evaluated() -> None:
    assert {one.__name__ for one in _concrete(ast.expr) - set(EVALUATORS)} == set()


def test_every_statement_of_the_grammar_is_executed() -> None:
    assert {one.__name__ for one in _concrete(ast.stmt) - set(EXECUTORS)} == set()


PATTERNS = {
    "MatchValue": "case 1: pass",
    "MatchSingleton": "case None: pass",
    "MatchSequence": "case [1, x]: pass",
    "MatchMapping": "case {'a': x, **rest}: pass",
    "MatchClass": "case A(1, y=x): pass",
    "MatchStar": "case [*rest]: pass",
    "MatchAs": "case [1] as x: pass",
    "MatchOr": "case 1 | 2: pass",
}


def test_every_pattern_of_the_grammar_is_matched() -> None:
    assert {one.__name__ for one in _concrete(ast.pattern)} == set(PATTERNS)
    call = "boto3.client('s3').list_objects_v2(Bucket='b')"
    for case in PATTERNS.values():
        code = f"@app.route('/')\ndef v():\n    match app.current_request:\n        {case}\n    {call}\n"
        assert calls(code) == ["s3.ListObjectsV2 Bucket=b"]
