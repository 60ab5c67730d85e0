"""Broken, odd and hostile projects through the real command: exit status, and a message that names
file, line and remedy. No traceback, nothing written."""

from __future__ import annotations

import ast
import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from remit.cli.main import main
from remit.scan.expressions import EVALUATORS

from .project import APP, BASE, CALL, CONFIG, DENIED, HEAD, POLICY, Files, snapshot, view, write

LIB = "chalicelib/__init__.py"
IMPORTING = {APP: "import chalicelib.lost\n" + view(CALL), LIB: ""}


def lost(content: str | bytes) -> Files:
    """A project in which one imported file is `content` and the rest is as usual."""
    return {**IMPORTING, "chalicelib/lost.py": content}


def config(**settings: object) -> Files:
    """A project whose configuration is `settings` over a sound one."""
    sound = {"version": "2.0", "app_name": "demo", "stages": {"dev": {"autogen_policy": True}}}
    return {CONFIG: json.dumps({**sound, **settings})}


def nested(depth: int) -> str:
    return '{"Statement":' * depth + "1" + "}" * depth


def check(root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    """Exit status and everything printed; asserts what holds for every project."""
    before = snapshot(root)
    status = main(["check", str(root), *more])
    out, err = capsys.readouterr()
    said = out + err
    assert "Traceback" not in said
    assert "fault of remit" not in said
    assert snapshot(root) == before, "something was written"
    said.encode()
    return status, said


# --- the project and its configuration

UNUSABLE: dict[str, tuple[Files, str]] = {
    "no project": (
        {CONFIG: None, POLICY: None},
        "no project that remit reads|is known by `.chalice/config.json`",
    ),
    "empty folder": (
        {CONFIG: None, POLICY: None, APP: None},
        "no project that remit reads|is known by",
    ),
    "two projects below": (
        {CONFIG: None, POLICY: None, "a. b/.chalice/config.json": "{}", "c/" + CONFIG: "{}"},
        "There is one in `a. b`, `c`: name that folder.",
    ),
    "comma": ({CONFIG: '{"version": "2.0",\n "app_name": "d",\n}'}, "config.json:2:17: |a comma"),
    "cut off": ({CONFIG: '{"version":\n'}, "config.json:2:1: |close it with `}`"),
    "empty": ({CONFIG: ""}, "config.json:1:1: |the document is empty"),
    "null bytes": ({CONFIG: b"\0\0"}, "config.json:1:1: |`\\u0000`|remove it"),
    "UTF-16": ({CONFIG: "{}".encode("utf-16")}, "config.json:1:1: |UTF-16|save the file as UTF-8"),
    "Latin-1": ({CONFIG: b'{"app_name": "d\xe9"}'}, "config.json:1:16: |0xe9|as UTF-8"),
    "too deep": ({CONFIG: "[" * 100_000}, "config.json:1:101: |nested deeper than 100 levels"),
    "a list": ({CONFIG: "[]"}, "config.json:1:1: the configuration is not an object|Write `{...}`"),
    "a number": ({CONFIG: "17"}, "config.json:1:1: the configuration is not an object"),
    "stages are a list": (config(stages=["dev"]), "config.json:1:|`stages` must be an object"),
    "stages are null": (config(stages=None), "config.json:1:|`stages` must be an object"),
    "settings are no TOML": ({"pyproject.toml": "[tool.remit\n"}, "pyproject.toml:1:12: not TOML"),
    "settings not UTF-8": ({"pyproject.toml": b"\xff\xfe"}, "pyproject.toml:1:1: |not UTF-8"),
    "settings unknown": (
        {"pyproject.toml": "[tool.remit]\nfrobnicate = 1\n"},
        "pyproject.toml:2:1: |`frobnicate`",
    ),
    "settings no table": ({"pyproject.toml": "[tool]\nremit = 3\n"}, "pyproject.toml:2:1: |table"),
}


@pytest.mark.parametrize(("files", "said"), UNUSABLE.values(), ids=UNUSABLE)
def test_nothing_can_be_checked(tmp_path: Path, files: Files, said: str, capsys) -> None:
    status, printed = check(write(tmp_path, files), capsys)
    assert status == 2
    for part in said.split("|"):
        assert part in printed
    assert printed.count("\n") == 1 + ("  hint: " in printed)


def test_what_is_no_folder(tmp_path: Path, capsys) -> None:
    root = write(tmp_path, {})
    assert main(["check", str(root / APP)]) == 2
    assert (
        "`app.py` itself\n  hint: There is one in `.`: name that folder" in capsys.readouterr().err
    )
    assert main(["check", str(root / "nowhere")]) == 2
    assert "nowhere` does not exist\n  hint: Name the project's folder" in capsys.readouterr().err


def test_a_stage_that_does_not_exist(tmp_path: Path, capsys) -> None:
    status, said = check(write(tmp_path, {}), capsys, "--stage", "dve")
    assert status == 2
    assert "no stage `dve`\n  hint: did you mean `dev`? its stages are `dev`" in said


WRONG_SHAPES: dict[str, tuple[Files, str]] = {
    "variables a string": (config(environment_variables="A=b"), "1:|`environment_variables` must"),
    "variable a number": (
        config(environment_variables={"A": 1}),
        "the environment variable `A` is not a string",
    ),
    "a stage is text": (config(stages={"dev": "x"}), "the stage `dev` is not an object"),
    "policy file a list": (
        config(iam_policy_file=["x"]),
        "`iam_policy_file` must be a string. Write a string",
    ),
    "functions a list": (config(lambda_functions=[1]), "`lambda_functions` must be an object"),
    "autogen a string": (config(autogen_policy="no"), "`autogen_policy` must be true or false"),
    "no name": (config(app_name=None), '`app_name` is not set. Add `"app_name": "..."`'),
    "deployed broken": ({".chalice/deployed/dev.json": "[[["}, ".chalice/deployed/dev.json:1:"),
    "deployed a list": ({".chalice/deployed/dev.json": "[1]"}, ".chalice/deployed/dev.json:1:"),
}


@pytest.mark.parametrize(("files", "said"), WRONG_SHAPES.values(), ids=WRONG_SHAPES)
def test_a_wrong_shape_is_told_and_the_rest_checked(tmp_path, files, said: str, capsys) -> None:
    status, printed = check(write(tmp_path, files), capsys)
    printed = " ".join(printed.split())
    assert status in (0, 1)
    assert "could not be used" in printed
    for part in said.split("|"):
        assert part in printed


POLICIES: dict[str, tuple[str | bytes, str]] = {
    "comma": ('{"Statement": [\n{"Effect": "Allow",}]}', "policy-dev.json:2:19|a comma before `}`"),
    "a list": ("[]", "policy-dev.json:1:1|a policy must be an object, not a list|write `{"),
    "a string": ('"x"', "policy-dev.json:1:1|a policy must be an object, not text"),
    "null": ("null", "policy-dev.json:1:1|a policy must be an object, not null"),
    "an object": ("{}", 'policy-dev.json:1:1|no `Statement`|write `"Statement": [...]`'),
    "empty": ("", "policy-dev.json|the document is empty"),
    "Latin-1": (b'{"Id": "\xe9"}', "policy-dev.json:1:9|0xe9|as UTF-8"),
    "wrong all through": (
        '{"Version": 2012, "Statement": {"Effect": ["Allow"], "Action": {}, "Resource": [[1]],'
        ' "Condition": []}}',
        "policy-dev.json:1:13|policy-dev.json:1:43",
    ),
    "too deep": (nested(5000), "policy-dev.json:1:1301|nested deeper than 100 levels"),
}


@pytest.mark.parametrize(("policy", "said"), POLICIES.values(), ids=POLICIES)
def test_a_policy_that_is_none(tmp_path: Path, policy: str | bytes, said: str, capsys) -> None:
    status, printed = check(write(tmp_path, {POLICY: policy}), capsys)
    assert status == 1
    assert "error[invalid-policy]" in printed
    for part in said.split("|"):
        assert part in printed


def test_a_policy_that_is_not_there(tmp_path: Path, capsys) -> None:
    status, printed = check(write(tmp_path, {POLICY: None}), capsys)
    assert status == 1
    assert ".chalice/config.json:1:" in printed
    assert "policy-dev.json" in printed


def test_a_policy_of_wildcards(tmp_path: Path, capsys) -> None:
    statement = {"Effect": "Allow", "Action": "*a" * 50_000, "Resource": "*?" * 50_000}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert check(write(tmp_path, {POLICY: text}), capsys)[0] == 1


def test_a_large_policy(tmp_path: Path, capsys) -> None:
    """Far beyond what AWS stores (facts/iam.md, quotas): slower, but decided."""
    statements = [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::b{i}/*"}
        for i in range(300)
    ]
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    status, printed = check(write(tmp_path, {POLICY: text}), capsys)
    assert (status, DENIED in printed) == (1, True)


# --- files of Python that cannot be used: the others are checked

LOST: dict[str, tuple[str | bytes, str]] = {
    "syntax": ("x = 1\ndef f(:\n", "lost.py:2:7|does not parse: invalid syntax|mend the syntax"),
    "indentation": ("if x:\ny\n", "lost.py:2:1|expected an indented block"),
    "print": ('x = 1\nprint "a"\n', "lost.py:2:1|this file is Python 2|move it to Python 3"),
    "except": ("try:\n  f()\nexcept E, e:\n  pass\n", "lost.py:3:|this file is Python 2"),
    "Latin-1": (b"x = 'caf\xe9'\n", "lost.py:1:|this file is not UTF-8|save it as UTF-8"),
    "odd coding": (b"# coding: nonsense\n", "lost.py:1:|unknown encoding"),
    "null byte": (b"x = 1\0\n", "lost.py|null byte|save it as UTF-8"),
    "UTF-16": ("x = 1\n".encode("utf-16"), "lost.py:1:|null byte|save it as UTF-8"),
    "parentheses": ("x = " + "(" * 300 + "1" + ")" * 300, "lost.py:1:|too many nested"),
    "operators": ("x = " + "not " * 30_000 + "1\n", "lost.py|nested too deeply"),
    "line feeds": ("\n" * 400_000 + "def f(:\n", "lost.py:400001:7|invalid syntax"),
    "generated": ("X = [\n" + "'0123456789',\n" * 145_000 + "]\n", "lost.py|2.0 MB|not read"),
    "huge": ("X = [\n" + "'0123456789',\n" * 620_000 + "]\n", "lost.py|larger than 8 MiB"),
}


@pytest.mark.parametrize(("content", "said"), LOST.values(), ids=LOST)
def test_one_file_is_lost(tmp_path: Path, content: str | bytes, said: str, capsys) -> None:
    status, printed = check(write(tmp_path, lost(content)), capsys)
    assert (status, DENIED in printed) == (1, True), "the rest is checked"
    printed = " ".join(printed.split())
    assert "not read: 1 part of the project could not be used" in printed
    for part in said.split("|"):
        assert part in printed


@pytest.mark.parametrize(
    ("app", "said"),
    [
        ("def f(:\n", "app.py:1:7"),
        ('print "x"\n', "this file is Python 2"),
        (None, "there is no `app.py`"),
    ],
)
def test_without_its_first_module_nothing_is_seen(tmp_path, app, said: str, capsys) -> None:
    """The rest is said all the same, but no program may take it for "nothing wrong"."""
    status, printed = check(write(tmp_path, {APP: app}), capsys)
    assert (status, said in printed) == (2, True)


READ: dict[str, str | bytes] = {
    "Latin-1 that says so": b"# -*- coding: latin-1 -*-\nname = 'caf\xe9'\n" + BASE[APP].encode(),  # type: ignore[union-attr]  # text
    "byte order mark": b"\xef\xbb\xbf" + view(CALL).encode(),
    "CRLF": view(CALL).replace("\n", "\r\n"),
    "CR": view(CALL).replace("\n", "\r"),
    "tabs": view(CALL).replace("    ", "\t"),
    "form feeds": view(CALL).replace("@app", "\x0c@app"),
    "no last line feed": view(CALL).rstrip(),
    "line separators in text": view("s = '''\u2028\x0c\x1c'''", CALL),
    "odd escapes": view(r"s = '\d\ '", "1 is 1", CALL),
}


@pytest.mark.parametrize("app", READ.values(), ids=READ)
def test_odd_but_sound_files(tmp_path: Path, app: str | bytes, capsys) -> None:
    status, printed = check(write(tmp_path, {APP: app}), capsys)
    assert (status, DENIED in printed) == (1, True)
    assert "not read" not in printed


def test_columns_are_counted_in_characters(tmp_path: Path, capsys) -> None:
    text = view("größe = boto3.client('s3'); '😀'; größe.delete_object(Bucket='b', Key='😀')")
    status, printed = check(write(tmp_path, {APP: text}), capsys)
    assert (status, "app.py:6:38" in printed) == (1, True)
    assert "arn:aws:s3:::b/😀" in printed


def test_file_names(tmp_path: Path, capsys) -> None:
    """Spaces, line feeds, emoji, names that are no modules."""
    files = {
        f"chalicelib/{name}.py": CALL for name in ("a b", "a\nb", "😀", "1", "class", "x" * 200)
    }
    status, printed = check(write(tmp_path, {**files, LIB: ""}), capsys)
    assert (status, DENIED in printed) == (1, True)


def test_escape_sequences_do_not_reach_the_terminal(tmp_path: Path, capsys) -> None:
    text = view(r"boto3.client('s3').delete_object(Bucket='b\x1b[31m\ud800', Key='\x00\x07')")
    status, printed = check(write(tmp_path, {APP: text}), capsys)
    assert status == 1
    assert not {"\x1b", "\x00", "\x07"} & set(printed)


# --- links, permissions


def test_links_in_a_circle(tmp_path: Path, capsys) -> None:
    root = write(tmp_path, {**IMPORTING, "chalicelib/lost.py": ""})
    (root / "chalicelib/again").symlink_to("..")
    (root / "chalicelib/me.py").symlink_to("me.py")
    (root / "vendor").symlink_to(".")
    status, printed = check(root, capsys)
    assert (status, DENIED in printed) == (1, True)


@pytest.mark.parametrize("name", ["chalicelib/lost.py", "chalicelib"])
def test_links_that_lead_out(tmp_path: Path, name: str, capsys) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "lost.py").write_text("")
    root = write(
        tmp_path / "project", {**IMPORTING} if name != "chalicelib" else {APP: IMPORTING[APP]}
    )
    (root / name).symlink_to(outside if name == "chalicelib" else outside / "lost.py")
    status, printed = check(root, capsys)
    assert (status, DENIED in printed) == (1, True)
    assert f"--> {name}" in printed
    assert "leads out of the project" in " ".join(printed.split())


@pytest.mark.parametrize(("name", "status"), [(CONFIG, 2), (POLICY, 0), ("chalicelib/lost.py", 1)])
def test_files_that_may_not_be_read(tmp_path, name: str, status: int, capsys, monkeypatch) -> None:
    """Permissions do not hold for root, in whose containers tests run: the refusal is played."""
    root = write(tmp_path, {**IMPORTING, "chalicelib/lost.py": ""})
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if str(path).endswith(name):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    found, printed = check(root, capsys)
    assert found == status
    printed = " ".join(printed.split())
    assert name in printed
    assert "permission denied" in printed


# --- code that is hard to follow: the call at its end is found, in bounded work

PARENTHESES = 150
CHAIN = "def f{0}(x):\n    f{1}(x)\n    f{1}(x)\n"
CODE: dict[str, str] = {
    "direct recursion": view(
        "f(9)", head=f"def f(n):\n    if n: return f(n - 1)\n    return {CALL}\n"
    ),
    "recursion over paths": view(
        "walk('a')", head=f"def walk(p):\n    if len(p) < 9: return walk(p + '/b')\n    {CALL}\n"
    ),
    "mutual recursion": view(
        "f(9)", head=f"def f(n):\n    if n: return g(n - 1)\n    {CALL}\ndef g(n): return f(n)\n"
    ),
    "recursion through a decorator": view(
        "f(9)",
        CALL,
        head="def d(f):\n    def w(*a): return f(*a)\n    return w\n@d\ndef f(n): return f(n)\n",
    ),
    "generator that recurses": view(
        f"for x in g(3): {CALL}", head="def g(n):\n    yield n\n    yield from g(n - 1)\n"
    ),
    "an object that answers with itself": view(
        "a = A()",
        "a.b; a.b.c(); a(); a.p; a[1]",
        "for x in a: pass",
        "with a as b: b.x",
        CALL,
        head="class A:\n    def __getattr__(self, n): return getattr(self, n + 'x')\n"
        "    def __call__(self, *a): return self(*a)\n    def __iter__(self): return self\n"
        "    def __getitem__(self, k): return self[k]\n    def __enter__(self): return self\n"
        "    @property\n    def p(self): return self.p\n",
    ),
    "metaclass": view(
        "A().go()",
        head="class M(type):\n    def __new__(m, n, b, d): return super().__new__(m, n, b, d)\n"
        f"class A(metaclass=M):\n    def go(self): {CALL}\n",
    ),
    "a class that is its own base": view(
        "B().x", CALL, head="class A: pass\nclass A(A): pass\nclass B(A, A): pass\nA.b = (B,)\n"
    ),
    "a list in itself": view("x = []\nx.append(x)\ny = {'a': x}\ny['b'] = y", "f'{x}{y}'", CALL),
    "exec and eval": view("exec('import x')", "eval('1')", CALL),
    "monkeypatching": view("os.environ = {}", "app.route = None", "str.x = 1", CALL),
    "star import of itself": view("from app import *", CALL),
    "150 parentheses": view("x = " + "(" * PARENTHESES + "1" + ")" * PARENTHESES, CALL),
    "3,000 attributes": view("x = app" + ".b" * 3000, CALL),
    "60 chained calls": view("x = app" + ".a()" * 60, CALL),
    "3,000 terms": view("x = " + " + ".join(f"'{i}'" for i in range(3000)), CALL),
    "3,000 names in a condition": view("x = " + " and ".join(f"n{i}" for i in range(3000)), CALL),
    "500 branches": view("c = None", *(f"if app.x == {i}: c = {i}" for i in range(500)), CALL),
    "500 elifs": view("if app.x: pass", *(f"elif app.y == {i}: c = {i}" for i in range(500)), CALL),
    "95 blocks": view(*("    " * i + "if app.x:" for i in range(95)), "    " * 95 + CALL),
    "8 loops": view(*("    " * i + f"for i{i} in app.x:" for i in range(8)), "    " * 8 + CALL),
    "18 whiles": view(*("    " * i + f"while app.x({i}):" for i in range(18)), "    " * 18 + CALL),
    "20,000 elements": view(
        "for x in X: pass", CALL, head=f"X = [{','.join(f'{i!r}' for i in range(20_000))}]\n"
    ),
    "20,000 entries": view(
        "for x in X: pass", CALL, head=f"X = {{{','.join(f'{i}: [{i}]' for i in range(20_000))}}}\n"
    ),
    "40 levels of two calls": view(
        "f0(1)", head="".join(CHAIN.format(i, i + 1) for i in range(40)) + f"def f40(x): {CALL}\n"
    ),
    "lists that double": view("x = [1]", *["x = x + x"] * 60, CALL),
    "texts that double": view("x = 'a'", *["x = x + x"] * 60, CALL),
    "numbers that square": view("x = 99", *["x = x * x"] * 60, "y = str(x)", CALL),
    "widths": view(
        "f'{5:>999999999}'; '{:999999999}'.format(5); '%0999999999d' % 5; 'a'.zfill(10 ** 9)",
        "'a'.zfill(999999999); 'a' * 999999999; [0] * 999999999; 1 << 999999999",
        "range(10 ** 30); range(999999999999999999999999999999); int('9' * 5000)",
        CALL,
    ),
    "odd targets": view(
        "a, = []", "(a, b), *c = 1, 2", "*d, = x", "for e.f in []: pass", "del a, b[0], c.d", CALL
    ),
    "odd arguments": view(
        f"def f(a, /, b, *c, d=1, **e): return {CALL}",
        "f()\nf(1, 2, 3, 4, d=5, e=6)\nf(*x, **y)\nf(*[1], **{'a': 1, 2: 3})\n(lambda: 0)(1, 2)",
    ),
    "patterns": view(
        "match app.x:\n    case {'a': [1, *r], **k} if (z := 1): pass\n    case A(x=1) | [1, _]: pass"
        f"\n    case -1 | 1 + 2j | None: pass\n    case _: {CALL}"
    ),
}


@pytest.mark.parametrize("app", CODE.values(), ids=CODE)
def test_code_that_is_hard_to_follow(tmp_path: Path, app: str, capsys) -> None:
    status, printed = check(write(tmp_path, {APP: app}), capsys)
    assert (status, DENIED in printed) == (1, True)


TOO_LARGE: dict[str, str] = {
    "loops over what is known": view(
        *("    " * i + f"for i{i} in range(20):" for i in range(8)), "    " * 8 + CALL
    ),
    "comprehensions": view("x = [" + CALL + " for a in range(20)" * 8 + "]"),
    "40 levels of two different calls": view(
        "f0('')",
        CALL,
        head="".join(
            f"def f{i}(x): return f{i + 1}(x + 'a') + f{i + 1}(x + 'b')\n" for i in range(40)
        )
        + f"def f40(x): {CALL}\n",
    ),
}


@pytest.mark.parametrize("app", TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_was_not_followed_to_its_end_is_told(tmp_path, app, capsys, monkeypatch) -> None:
    monkeypatch.setattr("remit.scan.machine.STEPS", 5_000)
    status, printed = check(write(tmp_path, {APP: app}), capsys)
    assert (status, DENIED in printed) == (1, True)
    assert "not followed: 1 call" in printed
    assert "`GET /`: this entry point is too large to be followed to its end" in printed


def test_calls_nested_too_deeply_are_told(tmp_path: Path, capsys) -> None:
    chain = "".join(f"def f{i}(): f{i + 1}()\n" for i in range(90))
    text = view("f0()", CALL, head=f"{chain}def f90(): {CALL.replace('delete', 'put')}\n")
    status, printed = check(write(tmp_path, {APP: text}), capsys)
    assert (status, DENIED in printed) == (1, True)
    assert "not followed: 1 call" in printed
    assert "it is reached through more than 60 calls" in printed


def test_a_chain_of_imports_does_not_count_as_calls(tmp_path: Path, capsys) -> None:
    files = {f"chalicelib/m{i}.py": f"from chalicelib.m{i + 1} import x\n" for i in range(90)}
    files |= {"chalicelib/m90.py": f"import boto3\ndef f(): {CALL}\nx = f()\n", LIB: ""}
    app = HEAD + "from chalicelib.m0 import x\n"
    status, printed = check(write(tmp_path, {**files, APP: app}), capsys)
    assert (status, DENIED in printed) == (1, True)


DEEP = "if app.x: pass\n" + "\n".join(f"elif app.x == {i}: pass" for i in range(3000))


def test_what_is_too_deep_loses_one_entry_point(tmp_path: Path, capsys) -> None:
    """The one after it is judged as if there had been no such code: a second round of a loop, no
    `except` left open, nothing conditional."""
    after = f"@app.route('/b')\ndef w():\n    for x in app.y:\n        {CALL}\n"
    text = (
        view(f"try:\n    while app.z:\n        pass\n{_indent(DEEP)}\nexcept Exception: pass")
        + after
    )
    status, printed = check(write(tmp_path, {APP: text}), capsys)
    assert (status, DENIED in printed) == (1, True)
    assert "`GET /`: it is nested too deeply to be followed" in printed
    assert "swallowed" not in printed


def test_what_is_too_deep_loses_one_module(tmp_path: Path, capsys) -> None:
    status, printed = check(write(tmp_path, lost("import app\n" + DEEP)), capsys)
    assert (status, DENIED in printed) == (1, True)
    assert "it is nested too deeply to be followed" in printed


def _indent(text: str) -> str:
    return "\n".join("    " + line for line in text.split("\n"))


CYCLE: Files = {
    APP: "import chalicelib.a\n" + view(CALL),
    LIB: "from . import b\n",
    "chalicelib/a.py": "from chalicelib.b import y\nx = 1\nfrom chalicelib import *\n",
    "chalicelib/b.py": "from .a import x\ny = 1\nimport app\nfrom ... import z\nfrom .... import *\n",
}


def test_a_cycle_of_imports(tmp_path: Path, capsys) -> None:
    status, printed = check(write(tmp_path, CYCLE), capsys)
    assert (status, DENIED in printed) == (1, True)
    assert "not read" not in printed


def test_a_long_chain_of_imports(tmp_path: Path, capsys) -> None:
    files = {f"chalicelib/m{i}.py": f"from chalicelib.m{i + 1} import x\n" for i in range(300)}
    files |= {"chalicelib/m300.py": f"import boto3\nx = {CALL}\n", LIB: ""}
    app = HEAD + "from chalicelib.m0 import x\n"
    status, printed = check(write(tmp_path, {**files, APP: app}), capsys)
    assert (status, DENIED in printed) == (1, True)


# --- the way out


@pytest.mark.parametrize("columns", ["20", "80", "200", "0", "wide"])
def test_any_width(tmp_path: Path, columns: str, capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert check(write(tmp_path, {}), capsys)[0] == 1


OUTPUT: list[tuple[Callable[[Path], str], str]] = [
    (lambda root: "/dev/full", "is not a regular file"),
    (lambda root: str(root), "is not a regular file"),
    (lambda root: str(root / "no" / "report"), "no folder for"),
]


@pytest.mark.parametrize(("target", "said"), OUTPUT)
def test_output_that_cannot_be(tmp_path: Path, target, said: str, capsys) -> None:
    status, printed = check(write(tmp_path, {}), capsys, "--output", target(tmp_path))
    assert (status, said in printed) == (2, True)


INTERRUPTED = """\
import signal, sys
from remit.cli.main import main
from remit.store.files import FolderTree
read = FolderTree.read
def wait(tree, path):
    if path == "app.py":
        print("ready", flush=True)
        signal.pause()
    return read(tree, path)
FolderTree.read = wait
sys.exit(main(["check", sys.argv[1]]))
"""


def test_an_interrupt_from_the_keyboard(tmp_path: Path) -> None:
    """In a process of its own, stopped where it has begun to read the code."""
    child = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(write(tmp_path, {}))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGINT)
    out, err = child.communicate()
    assert (child.returncode, out, err) == (130, "", "remit: interrupted\n")


def test_an_interrupt_in_the_middle_of_the_code(tmp_path: Path, capsys, monkeypatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(EVALUATORS, ast.Call, stop)
    status, printed = check(write(tmp_path, {}), capsys)
    assert (status, printed) == (130, "remit: interrupted\n")


@pytest.mark.parametrize("target", ["full", "closed"])
def test_nobody_takes_the_report(tmp_path: Path, target: str) -> None:
    if target == "full":
        writing = os.open("/dev/full", os.O_WRONLY)
    else:
        reading, writing = os.pipe()
        os.close(reading)
    command = "import sys; from remit.cli.main import main; sys.exit(main(['check', sys.argv[1]]))"
    done = subprocess.run(
        [sys.executable, "-c", command, str(write(tmp_path, {}))],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    full = (2, "remit: cannot print the report: No space left on device\n")
    assert (done.returncode, done.stderr) == (full if target == "full" else (1, ""))
