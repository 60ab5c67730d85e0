"""What is broken, huge, deep, circular or no text: a problem with its place, and never a crash."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.tree import MemoryTree
from remit.scan.javascript import Library, scan, syntax
from tests.scan.javascript.js import HEAD, calls, in_handler, scanned

HANDLER = "export const handler = async () => { await put('k') };"

PROBLEMS = [
    (
        "syntax",
        HEAD + "const x = { a: 1 b: 2 };\n" + HANDLER,
        "app.mjs:8:18",
        "this file does not parse",
    ),
    ("null bytes", b"exports.handler = () => 1\0", "app.mjs:1:1", "this file holds null bytes"),
    ("no UTF-8", b"//\n// \xff\n", "app.mjs:2:1", "this file is not UTF-8"),
    (
        "too large",
        b"/*" + b"x" * 1_600_000 + b"*/",
        "app.mjs:1:1",
        "`app.mjs` has 1.6 MB and was not read",
    ),
]


@pytest.mark.parametrize(
    ("source", "place", "message"), [p[1:] for p in PROBLEMS], ids=[p[0] for p in PROBLEMS]
)
def test_problems(source: str | bytes, place: str, message: str) -> None:
    (problem,) = scanned({"app.mjs": source}).problems
    assert (str(problem.span), problem.message.startswith(message)) == (place, True)
    assert problem.hint


def test_the_rest_of_a_broken_file_is_read() -> None:
    assert calls(scanned(PROBLEMS[0][1])) == ["s3.PutObject Bucket=b Key=k"]


def test_columns_count_characters() -> None:
    (located,) = scanned(in_handler("/* é𝄞 */ await put('k')")).calls
    assert [str(frame.span) for frame in located.call.path] == ["app.mjs:9:24", "app.mjs:10:16"]


DEEP = [
    "x = " + "(" * 20_000 + "1" + ")" * 20_000,
    "x = " + "[" * 5_000 + "]" * 5_000,
    "x = " + "+".join("1" for _ in range(20_000)),
    "x = " + "a?" * 3_000 + "1" + ":2" * 3_000,
    "{" * 5_000 + "}" * 5_000,
    "if (event) " * 3_000 + "x = 1",
    "x = a" + ".b()" * 5_000,
    "x = " + "() => " * 5_000 + "1",
    "x = " + "`${" * 3_000 + "1" + "}`" * 3_000,
]


@pytest.mark.parametrize("body", DEEP, ids=[body[:14] for body in DEEP])
def test_deep(body: str) -> None:
    limit = sys.getrecursionlimit()
    found = scanned(in_handler(f"let x, a; {body}"))
    assert sys.getrecursionlimit() == limit
    assert all("nested too deeply" in one.why for one in found.unattributed)


ENDLESS = [
    "const f = () => f(); f()",
    "const f = (n) => g(n + 1), g = (n) => f(n + 1); f(0)",
    "const f = (n) => { f(n + 1); f(n + 2); f(n + 3) }; f(0)",
    "class A extends A {} new A()",
    "const o = {}; o.o = o; JSON.stringify({ ...o }); await put(o.o.o.o.x)",
    "const a = []; a.push(a); for (const x of a) a.push(x)",
    "while (true) { await put('a') }",
    "for (;;) for (;;) for (;;) for (;;) for (;;) for (;;) await put(event.x)",
    "let s = 'x'; for (let i = 0; i < 99; i++) s += s; await put(s)",
    "let s = 'x'.repeat(1e9); s = s.padStart(1e9); await put('y'.repeat(4e3).repeat(4e3))",
    "const a = Array.from({ length: 1e9 }); a.map((x) => put(x))",
    "const x = { get y() { return x.y } }; x.y",
    "let p = 1; for (let i = 0; i < 9; i++) { p = p * 1e300 ** 9 % 0 } await put(`${p}`)",
    "const d = 0xffffffffffffffffffffffffffffffff; await put(d + 1)",
]


@pytest.mark.parametrize("body", ENDLESS)
def test_endless(body: str) -> None:
    found = scanned(in_handler(body))
    assert found.problems == ()


def test_a_circle_of_modules() -> None:
    files = {
        "app.mjs": HEAD + "import { b } from './b';" + HANDLER,
        "b.mjs": "import './app'; import './b'; export * from './b'; export const b = 1",
    }
    assert calls(scanned(files)) == ["s3.PutObject Bucket=b Key=k"]


def test_what_is_too_large_to_be_followed_is_told() -> None:
    lines = "\n".join(
        f"const f{i} = (x) => {{ f{i - 1}(x + 'a{i}'); f{i - 1}(x + 'b{i}') }};"
        for i in range(1, 30)
    )
    found = scanned(in_handler("f29('')", f"const f0 = (x) => put(x);\n{lines}"))
    assert [(one.what, one.why) for one in found.unattributed] == [
        ("handler", "it is too large to be followed to its end")
    ]


def test_without_tree_sitter_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_suffix: str) -> None:
        raise syntax.NoGrammarError

    monkeypatch.setattr("remit.scan.javascript.library.parser", missing)
    tree = MemoryTree({"a.js": "exports.handler = () => 1", "b.js": ""})
    library = Library(tree)
    for entry in ("a", "b"):
        found = scan(library, entry, "handler", {}, function="F")
    assert [(p.message, p.hint) for p in found.problems] == [
        (
            "JavaScript and TypeScript functions are not read: no `tree-sitter` here",
            "install it with `pip install 'remit[javascript]'`",
        )
    ]


PIECES = st.sampled_from(
    "( ) { } [ ] ... => await null ?. `${ }` new class A extends this super() return for(const x of x) while(1){"
    " throw .then( .map( process.env = , function f(){f()} ' import'./app' switch(a){case 1: break continue async"
    " typeof 'k' put db.send( event x = x".split()
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=14), st.integers(0, 400), st.integers(0, 60))
def test_anything(pieces: list[str], start: int, width: int) -> None:
    source = in_handler(
        "for (const r of event.Records) { try { await put(`a/${r.k}`) } catch (e) { throw e } }"
    )
    scanned(source[:start] + " ".join(pieces) + source[start + width :])
