"""`${...}`: what is a variable, what is none, and what it consists of.

Source: Serverless Framework, guides/variables.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.deploy.serverless.expressions import Constant, Lookup, Pieces, Variable, parse


def shown(pieces: Pieces) -> str:
    """A short writing: `<...>` is a variable, `|` stands between its sources."""
    return "".join(
        p if isinstance(p, str) else f"<{'|'.join(map(_source, p.sources))}>" for p in pieces
    )


def _source(source: object) -> str:
    if isinstance(source, Variable):
        return shown((source,))
    if isinstance(source, Constant):
        inner = source.value
        return f"'{shown(inner)}'" if isinstance(inner, tuple) else repr(inner)
    assert isinstance(source, Lookup)
    inside = "" if source.parameters is None else f"({shown(source.parameters)})"
    return f"{source.kind}{inside}" + (
        "" if source.address is None else f":{shown(source.address)}"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        ("${self:custom.x}", "<self:custom.x>"),
        ("a-${sls:stage}-b", "a-<sls:stage>-b"),
        ("${opt:stage, self:provider.stage, 'dev'}", "<opt:stage|self:provider.stage|'dev'>"),
        ('${opt:stage, "dev"}', "<opt:stage|'dev'>"),
        ("${opt:memory, 128}", "<opt:memory|128>"),
        ("${self:a, true, false, null}", "<self:a|True|False|None>"),
        ("${self:custom.${opt:stage}.x}", "<self:custom.<opt:stage>.x>"),
        ("${file(./a.${sls:stage}.yml):b.c}", "<file(./a.<sls:stage>.yml):b.c>"),
        ("${file(a.yml)}", "<file(a.yml)>"),
        ("${strToBool(${self:custom.on})}", "<strToBool(<self:custom.on>)>"),
        ("${ssm(eu-west-1, raw):/a/b~true}", "<ssm(eu-west-1, raw):/a/b~true>"),
        ("${cf:stack-${sls:stage}.Out}", "<cf:stack-<sls:stage>.Out>"),
        ("${opt:a, ${env:B, 'c'}}", "<opt:a|<env:B|'c'>>"),
        ("${self:a, 'x-${sls:stage}'}", "<self:a|'x-<sls:stage>'>"),
        ("${self:}", "<self:>"),
        ("${git:branch}", "<git:branch>"),
        ("${param:domain}", "<param:domain>"),
        # CloudFormation's, and what is nobody's, stays as it is.
        ("${AWS::Region}", "${AWS::Region}"),
        ("${aws:region}", "<aws:region>"),
        ("${aws::region}", "${aws::region}"),
        ("${Table}", "${Table}"),
        ("${Table.Arn}", "${Table.Arn}"),
        ("arn:${AWS::Partition}:x:${self:a}", "arn:${AWS::Partition}:x:<self:a>"),
        ("${!Literal}", "${!Literal}"),
        ("\\${self:a}", "${self:a}"),
        ("${self:a", "${self:a"),
        ("${self:a, }", "${self:a, }"),
        ("${}", "${}"),
        ("$", "$"),
        ("${self.a}", "${self.a}"),
        ("${env:A-${env:B}-c", "${env:A-<env:B>-c"),
        ("${opt:n, 1234567890123456789012345}", "<opt:n|'1234567890123456789012345'>"),
    ],
)  # fmt: skip
def test_pieces(text: str, expected: str) -> None:
    assert shown(parse(text)) == expected


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="${}():,'\"selfot. ", max_size=120))
def test_any_text_is_read(text: str) -> None:
    pieces = parse(text)
    assert shown(pieces) is not None


def test_many_beginnings_take_bounded_work() -> None:
    text = "${a(" * 5_000
    assert parse(text) == (text,)
