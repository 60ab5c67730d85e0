"""Documents made to hurt: huge, deep, exploding, broken in every way. Never a traceback, and
work that grows with the document's length only."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.syntax import json_reader
from remit.syntax.document import MAX_NODES, load
from remit.syntax.nodes import plain
from remit.syntax.policy import parse_text

from .support import problem, underlined

STATEMENT = {
    "Effect": "Allow",
    "Action": ["s3:GetObject", "s3:PutObject"],
    "Resource": "arn:aws:s3:::b/${aws:username}/*",
    "Condition": {"StringEquals": {"aws:PrincipalTag/t": "x"}},
}


def bomb(levels, width=10):
    """Billion laughs: every level names the one before it ten times."""
    lines = ["a0: &a0 [" + ",".join("x" * width) + "]"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} [" + ",".join([f"*a{level - 1}"] * width) + "]")
    return "\n".join(lines)


def test_a_yaml_bomb_is_refused_and_a_small_one_is_not():
    found = problem(bomb(9), "p.yaml")
    assert found.code == "document-too-large"
    assert underlined(bomb(9), found.span) == "*a4"
    assert "aliases" in found.hint
    assert plain(load(bomb(3), "p.yaml"))


def test_a_bomb_of_merge_keys_is_refused():
    keys = ", ".join(f"k{number}: 1" for number in range(100))
    lines = [f"m0: &m0 {{{keys}}}"]
    for level in range(1, 9):
        lines.append(f"m{level}: &m{level} {{<<: [" + ",".join([f"*m{level - 1}"] * 10) + "]}")
    assert problem("\n".join(lines), "p.yaml").code == "document-too-large"


def test_aliases_do_not_nest_deeper_than_text():
    half = "[" * 60 + "]" * 60
    assert problem(f"a: &a {half}\nb: " + "[" * 60 + "*a" + "]" * 60, "p.yaml").code == (
        "document-too-deep"
    )


@pytest.mark.parametrize("text", ["[" * 1_000_000, '{"a":' * 500_000, "- " * 1_000_000])
@pytest.mark.parametrize("file", ["p.json", "p.yaml"])
def test_nesting_bombs(text, file):
    policy, problems = parse_text(text, file)
    assert policy is None
    assert len(problems) == 1
    assert problems[0].code in {"document-too-deep", "json-syntax-error"}


def test_more_values_than_remit_reads(monkeypatch):
    assert MAX_NODES >= 250_000  # ten thousand statements, below, are fewer
    monkeypatch.setattr(json_reader, "MAX_NODES", 1000)
    assert plain(load("[" + "0," * 998 + "0]", "p.json"))
    assert problem("[" + "0," * 1000 + "0]", "p.json").code == "document-too-large"
    assert problem("[" + "[0,1,2]," * 300 + "0]", "p.json").code == "document-too-large"


def test_ten_thousand_statements():
    text = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT] * 10_000})
    assert len(text) > 1_000_000
    policy, problems = parse_text(text, "p.json")
    assert problems == ()
    assert policy is not None
    assert len(policy.statements) == 10_000
    assert policy.statements[-1].index == 9_999


def test_ten_thousand_faults():
    names = [f"StringEqual{number}" for number in range(5_000)]
    condition = {name: {"a:b": "${" * 5} for name in names}
    policy, problems = parse_text(
        json.dumps({"Version": "2012-10-17", "Statement": [{**STATEMENT, "Condition": condition}]}),
        "p.json",
    )
    assert policy is not None
    assert len(problems) == 10_000
    assert len(policy.statements[0].faults) == 10_000


@pytest.mark.parametrize("piece", ["${", "${a, '", "${a,", "${a", "*", "?", ":", "arn:", " "])
def test_a_megabyte_in_one_string(piece):
    text = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    **STATEMENT,
                    "Action": "s3:" + piece * 100_000,
                    "Resource": "arn:aws:s3:::" + piece * 100_000,
                    "Effect": piece * 100_000,
                    piece * 100_000: 1,
                }
            ],
        }
    )
    policy, problems = parse_text(text, "p.json")
    assert policy is not None
    assert policy.statements[0].faults
    assert all(len(one.message) < 300 and len(one.hint) < 300 for one in problems)


@pytest.mark.parametrize(
    "text",
    [
        '{"Statement": {"Effect": "\\u0000", "Action": "\\ud800", "Resource": "\\udfff\\u202e"}}',
        '{"\\ud800": 1, "\\u0000": 2, "Statement": [{"\\ud800": {"\\ud800": "\\ud800"}}]}',
        '{"Statement": {"Principal": {"AWS": "\\ud800", "\\ud800": 1}, "Condition": {"\\ud800":'
        ' {"\\ud800": "\\ud800"}}}}',
        '{"Version": "\\ud800", "Id": "\\ud800", "Statement": {"Sid": "\\ud800"}}',
        '{"Version": 1e400, "Statement": {"Effect": 1e400, "Action": -1e400, "Resource": 1e-400}}',
        '{"Statement": {"Condition": {"NumericEquals": {"a:b": 1e400}}}}',
    ],
)
def test_messages_can_always_be_printed(text):
    _, problems = parse_text(text, "p.json")
    assert problems
    for one in problems:
        for words in (one.message, one.hint):
            assert words.isprintable()
            words.encode("utf-8")


def test_a_number_of_thousands_of_digits():
    assert "5000" in problem("[" + "1" * 5000 + "]", "p.json").message
    assert plain(load("a: " + "1" * 5000, "p.yaml")) == {"a": "1" * 5000}


@given(st.binary(max_size=60), st.sampled_from(["p.json", "p.yaml", "p"]))
@settings(max_examples=200, deadline=None)
def test_any_bytes(data, file):
    policy, problems = parse_text(data, file)
    assert policy is None
    assert problems


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4)
    | st.sampled_from(["*", "Allow", "s3:*", "arn:aws:s3:::${", "${a:b}", "AWS"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action",
             "NotAction", "Resource", "NotResource", "Condition", "StringLike", "Null", "AWS",
             "x:y"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@given(ODD, ODD, st.sampled_from([None, "identity", "resource", "trust"]))
@settings(max_examples=300, deadline=None)
def test_any_shape(statement, value, kind):
    """No shape crashes, every span is inside the text, and what is no statement says so."""
    document = {
        "Version": "2012-10-17",
        "Statement": [statement, {"Effect": "Allow", "Action": value}],
    }
    text = json.dumps(document, indent=1)
    policy, problems = parse_text(text, "p.json", kind=kind)
    assert policy is not None
    assert len(policy.statements) == 2
    lines = text.split("\n")
    for one in problems:
        assert 1 <= one.span.line <= one.span.end_line <= len(lines)
        assert one.span.end_column <= len(lines[one.span.end_line - 1]) + 1
        assert one.code
    for one in policy.statements:
        assert one.faults or (one.actions is not None and one.span)
    if not isinstance(statement, dict):
        assert policy.statements[0].faults
