"""Expressions: each value is what `terraform console` 1.11.4 prints (as JSON) for it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.text import Text
from remit.core.tree import MemoryTree
from remit.deploy.model import Told
from remit.deploy.terraform import parser
from remit.deploy.terraform.evaluate import evaluate
from remit.deploy.terraform.module import Module
from remit.deploy.terraform.run import Files, Run
from remit.deploy.terraform.scope import Scope
from remit.deploy.terraform.values import Fault, Value, plain
from remit.syntax.source import DocumentError

FILES = {
    "policy.json": '{"a": ["x"]}',
    "list.tftpl": "%{ for x in xs ~}\n- ${x}\n%{ endfor ~}\n",
}
KNOWN = [
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("7 % 3", 1),
    ("-7 % 3", -1),
    ("10 / 4", 2.5),
    ("2 - -2", 4),
    ("!true || true", True),
    ('"a" == "a" && 1 != 2', True),
    ('1 == "1"', False),
    ("3 >= 3", True),
    ('true ? "y" : "n"', "y"),
    ('false ? "y" : true ? "m" : "n"', "m"),
    ('"a${1 + 1}b$${x}%%{y}"', "a2b${x}%{y}"),
    ('"tab\\tquote\\"u\\u00e9"', 'tab\tquote"u\u00e9'),
    ('"${true}-${1.5}"', "true-1.5"),
    ('"100% $5 ${"in${"ner"}"}"', "100% $5 inner"),
    ('"x${~ "y" ~} z"', "xyz"),
    ('"%{ if true }yes%{ else }no%{ endif }"', "yes"),
    ('"%{ for i, v in ["a", "b"] }${i}${v} %{ endfor }"', "0a 1b "),
    ("[1, 2, 3][1]", 2),
    ('{ a = 1, "b" = 2, (upper("c")) = 3 }', {"a": 1, "b": 2, "C": 3}),
    ("{ a = { b = [10, 20] } }.a.b[1]", 20),
    ('["a", "b"].1', "b"),
    ("[{ n = 1 }, { n = 2 }][*].n", [1, 2]),
    ("[{ n = 1 }, { n = 2 }].*.n", [1, 2]),
    ("{ n = 1 }[*].n", [1]),
    ("null[*]", []),
    ("[for x in [1, 2, 3] : x * 2 if x != 2]", [2, 6]),
    ('{ for k, v in { a = 1, b = 2 } : v => k }', {"1": "a", "2": "b"}),
    ('{ for s in ["ax", "ay", "b"] : substr(s, 0, 1) => s... }', {"a": ["ax", "ay"], "b": ["b"]}),
    ("[for i, x in [5, 6] : i + x]", [5, 7]),
    ('join("-", ["a", "b"])', "a-b"),
    ('format("%s/%03d/%q/%%", "x", 7, "y")', 'x/007/"y"/%'),
    ('formatlist("%s-%s", ["a", "b"], "z")', ["a-z", "b-z"]),
    ('concat(["a"], ["b", "c"])', ["a", "b", "c"]),
    ("merge({ a = 1 }, { a = 2, b = 3 })", {"a": 2, "b": 3}),
    ('lookup({ a = "x" }, "b", "d")', "d"),
    ('element(["a", "b"], 3)', "b"),
    ('flatten([["a"], [["b"]], "c"])', ["a", "b", "c"]),
    ('toset(["b", "a", "b"])', ["a", "b"]),
    ('setproduct(["a", "b"], [1])', [["a", 1], ["b", 1]]),
    ('compact(["a", "", "b"])', ["a", "b"]),
    ('distinct(["a", "b", "a"])', ["a", "b"]),
    ("keys({ b = 1, a = 2 })", ["a", "b"]),
    ("values({ b = 1, a = 2 })", [2, 1]),
    ('length("abc") + length([1]) + length({})', 4),
    ('contains(["a"], "a")', True),
    ('slice(["a", "b", "c"], 1, 3)', ["b", "c"]),
    ('zipmap(["a", "b"], [1, 2])', {"a": 1, "b": 2}),
    ('coalesce("", null, "x")', "x"),
    ("try({}.a, 5)", 5),
    ("can({}.a)", False),
    ('one(["a"])', "a"),
    ("one([])", None),
    ("range(1, 7, 3)", [1, 4]),
    ('split(",", "a,b")', ["a", "b"]),
    ('replace("a-b", "-", "_")', "a_b"),
    ('lower("AB") == upper("ab") ? 1 : title("ab cd")', "Ab Cd"),
    ('trimspace(" x ")', "x"),
    ('trim("?x?", "?")', "x"),
    ('trimprefix("abc", "a")', "bc"),
    ('trimsuffix("abc", "c")', "ab"),
    ('substr("hello", -3, -1)', "llo"),
    ('jsonencode({ b = [1, true, null], a = "x" })', '{"a":"x","b":[1,true,null]}'),
    ('jsondecode("{\\"a\\": [1]}").a[0]', 1),
    ('base64decode(base64encode("x"))', "x"),
    ('max(1, 5, 3) - min(4, 2)', 3),
    ('sort(["b", "a"])', ["a", "b"]),
    ('tostring(5)', "5"),
    ('tonumber("5") + 1', 6),
    ('startswith("abc", "ab")', True),
    ('jsondecode(file("policy.json")).a', ["x"]),
    ('templatefile("list.tftpl", { xs = ["a", "b"] })', "- a\n- b\n"),
    ('fileexists("nothing.json")', False),
    ('fileset(".", "*.json")', ["policy.json"]),
    ("<<EOT\nhello\n  ${1 + 1}\nEOT\n", "hello\n  2\n"),
    ("<<-EOT\n    a\n      b\n    EOT\n", "a\n  b\n"),
    ("/* c */ 1 # d", 1),
    ("[\n  1, # one\n  2,\n]", [1, 2]),
    ("{\n  a = 1 // x\n  b : 2,\n}", {"a": 1, "b": 2}),
    ('basename("a/b.py")', "b.py"),
    ('dirname("a/b.py")', "a"),
    ('alltrue([true, "true"])', True),
    ('abs(-3) + ceil(1.2) + floor(1.9)', 6),
    ('sha1("x")', "11f6ad8ec52a2984abaafd7c3b516503785c2072"),
    ('indent(2, "a\\nb")', "a\n  b"),
    ('chunklist(["a", "b", "c"], 2)', [["a", "b"], ["c"]]),
    ('reverse([1, 2])', [2, 1]),
    ('urlencode("a b/c")', "a+b%2Fc"),
]  # fmt: skip
REFUSED = [
    "{}.a", "[1][1]", '"a" + 1', "1 / 0", 'lookup({}, "a")', "coalesce(null, \"\")",
    "element([], 0)", 'file("nothing.json")', "null.a", "true ? {}.a : 1",
    'format("%s")', 'tobool("x")', 'one([1, 2])', 'templatefile("list.tftpl", {})', 'slice([1], 0, 2)',
]  # fmt: skip


def evaluated(text: str, variables: str = "", told: dict[str, str] | None = None) -> Value:
    run = Run(Files(MemoryTree(FILES)), "default", Told(values=told or {}))
    body = parser.parse(f"{variables}\nlocals {{\n  it = {text}\n}}\n".encode(), "main.tf")
    expression = body.of("locals")[0].body.expression("it")
    assert expression is not None
    return evaluate(expression, Scope(Module(run, "", "", body)))


@pytest.mark.parametrize(("text", "expected"), KNOWN)
def test_known(text: str, expected: object) -> None:
    assert plain(evaluated(text)) == expected


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    """Terraform refuses each of them too."""
    with pytest.raises(Fault):
        evaluated(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("var.x", "{var.x}"),
        ('"a-${var.x}-b"', "a-{var.x}-b"),
        ('join("-", ["a", var.x])', "a-{var.x}"),
        ('format("%s/%s", var.x, "b")', "{var.x}/b"),
        ('jsonencode({ a = "p-${var.x}" })', '{"a":"p-{var.x}"}'),
        ('try(var.x.y, "d")', "{var.x.y}"),
        ("true ? var.x : 1", "{var.x}"),
        ('var.x == "a" ? "same" : "same"', "same"),
        ('concat(["a"], [var.x])[1]', "{var.x}"),
        ('merge({ a = 1 }, { b = var.x }).b', "{var.x}"),
        ('coalesce(null, var.x)', "{var.x}"),
        ('var.x != null && false ? "a" : "b"', "b"),
    ],
)  # fmt: skip
def test_known_in_part(text: str, expected: str) -> None:
    value = evaluated(text, 'variable "x" {}')
    assert str(value.text) == expected


@pytest.mark.parametrize(
    "text",
    ['lower(var.x)', 'var.x == "a"', 'var.x ? 1 : 2', "[for i in var.x : i]", 'uuid()', "timestamp()",
     'replace("a", "/b/", "c")', "length(var.x)", 'var.x + 1', "var.x[*].id", 'cidrsubnet("a", 1, 2)'],
)  # fmt: skip
def test_unknown_is_a_symbol_of_its_own_place(text: str) -> None:
    """Never a guess, and two of them are never taken for the same."""
    one = evaluated(text, 'variable "x" {}')
    other = evaluated(text, 'variable "x" {}\n')
    assert isinstance(one.data, Text)
    assert isinstance(other.data, Text)
    assert one.hole is not None
    assert one.hole != other.hole
    assert not set(one.hole.name) & set("{}*?$:/")


def test_what_is_told_comes_first() -> None:
    declared = 'variable "x" {\n  default = "d"\n}'
    assert evaluated("var.x", declared).literal == "d"
    assert evaluated("var.x", declared, {"x": "told"}).literal == "told"
    assert evaluated("var.x", declared, {"var.x": "told"}).literal == "told"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a = ", "m.tf:1:5", "a value is missing at the end"),
        ('a = "x', "m.tf:1:5", "the string is not closed on its line"),
        ("a = [1, 2", "m.tf:1:10", "the list is not closed, or a comma is missing"),
        ('x "y" {\n a = 1\n', "m.tf:1:1", "the block `x` is not closed"),
        ("a = <<EOT\nx\n", "m.tf:1:5", "the heredoc `EOT` is not closed"),
        ('a = "${x"', "m.tf:1:9", "the interpolation is not closed"),
        ("a = 1 b = 2", "m.tf:1:7", "a new line is expected here"),
        ("a = 1\na = 2", "m.tf:2:1", "`a` is set twice"),
        ("}", "m.tf:1:1", "a closing brace without an opening one"),
        ("/* x", "m.tf:1:1", "the comment is not closed"),
        ('a = "\\q"', "m.tf:1:6", "this is no escape"),
        ('a = "%{ if true }x"', "m.tf:1:19", "a directive is not closed: `%{ endif }` is missing"),
        ("a = {\n  b 1\n}", "m.tf:2:5", "a key of an object needs `=` and a value"),
        ("a = " + "[" * 200, "m.tf:1:105", "this nests deeper than 100 levels"),
        ("a = " + "-" * 500 + "1", "m.tf:1:105", "this nests deeper than 100 levels"),
        ("{{{", "m.tf:1:1", "a name is expected here"),
    ],
)
def test_broken_text_is_told_with_its_place(text: str, place: str, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parser.parse(text.encode(), "m.tf")
    assert (str(caught.value.problem.span), caught.value.problem.message) == (place, message)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a = \xff", "the byte 0xff is not UTF-8"),
        (b"x" * (4 * 1024 * 1024 + 1), "the file is larger than 4 MiB"),
    ],
)
def test_files_that_are_no_text(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        parser.parse(data, "m.tf")


def test_a_byte_order_mark_and_carriage_returns() -> None:
    body = parser.parse("\ufeffa = 1\r\nb {\r\n  c = <<E\r\nx\r\nE\r\n}\r\n".encode(), "m.tf")
    assert list(body.attributes) == ["a"]
    assert [block.type for block in body.blocks] == ["b"]


_PIECES = st.sampled_from(
    ["a", "=", '"', "${", "}", "{", "[", "]", "(", ")", "\n", " ", "<<E\n", "E\n", "%{", "if", "for",
     "in", "endif", "endfor", "else", "x", ".", "*", "?", ":", ",", "=>", "...", "1", "-", "!", "#", "/*",
     "*/", "~", "\\", "$", "é", "&&", "[*]"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(_PIECES, max_size=40).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        body = parser.parse(text.encode(), "m.tf")
    except DocumentError as error:
        assert error.problem.message
        return
    run = Run(Files(MemoryTree({})), "default", Told())
    for attribute in body.attributes.values():
        try:
            evaluate(attribute.expression, Scope(Module(run, "", "", body)))
        except Fault as fault:
            assert fault.message


_DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=100)
@given(_DATA)
def test_json_goes_there_and_back(data: object) -> None:
    """What a plan holds as a constant is what comes out."""
    text = json.dumps(json.dumps(data)).replace("${", "$${").replace("%{", "%%{")
    if (
        "\\ud" in text
        or any(f"\\u00{c:02x}" in text for c in range(32))
        or "\\b" in text
        or "\\f" in text
    ):
        return  # escapes that HCL does not have
    assert plain(evaluated(f"jsondecode({text})")) == data
