"""Whatever a template holds, `read` answers: broken parts are problems, never exceptions."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.tree import MemoryTree
from remit.deploy.cdk import read as read_cdk
from remit.deploy.cloudformation import read
from remit.deploy.model import Tellings

NAMES = st.sampled_from(
    """
    Resources Parameters Mappings Conditions Outputs Globals Transform Type Properties Default Value
    Ref Fn::Sub Fn::GetAtt Fn::If Fn::Join Fn::Select Fn::Split Fn::FindInMap Fn::ImportValue Fn::Odd
    Fn::Equals Fn::Not Condition Policies PolicyDocument Statement ManagedPolicyArns Roles Role Code
    ZipFile S3Key CodeUri Handler Runtime Layers Environment Variables Events Function A B artifacts
    properties templateFile files source destinations directoryName type Metadata aws:cdk:path
    """.split()
)
TEXTS = st.sampled_from(
    [
        "", "A", "B", "A.Arn", "${A}", "${A.Arn}", "${", "{A}", "{{resolve:ssm:x}}", "../x", "/", "\0",
        "python3.12", "index.handler", "AWS::Serverless-2016-10-31", "AWS::Serverless::Function",
        "AWS::Lambda::Function", "AWS::IAM::Role", "AWS::IAM::Policy", "AWS::S3::Bucket",
        "AWS::CloudFormation::Stack", "AWS::Serverless::Api", "AWS::NoValue", "\ud800",
        "aws:cloudformation:stack", "cdk:asset-manifest", "cdk:cloud-assembly", "template.json",
    ]
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(-2, 3), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=25,
)
RESOURCE = st.fixed_dictionaries(
    {"Type": TEXTS}, optional={"Properties": VALUES, "Metadata": VALUES, "Condition": TEXTS}
)
TEMPLATES = st.fixed_dictionaries(
    {"Resources": st.dictionaries(st.sampled_from(["A", "B", "C"]), RESOURCE | VALUES, max_size=3)},
    optional={
        "Transform": TEXTS | st.lists(TEXTS, max_size=2),
        "Parameters": VALUES,
        "Mappings": VALUES,
        "Conditions": VALUES,
        "Outputs": VALUES,
        "Globals": VALUES,
    },
)


@settings(max_examples=150, deadline=None)
@given(TEMPLATES)
def test_read_answers_for_any_template(template: object) -> None:
    found = read(MemoryTree({"template.json": json.dumps(template)}), "template.json", Tellings())
    assert found.stages or found.problems


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=3), TEMPLATES)
def test_read_answers_for_any_assembly(artifacts: object, template: object) -> None:
    tree = MemoryTree(
        {
            "manifest.json": json.dumps({"artifacts": artifacts}),
            "template.json": json.dumps(template),
        }
    )
    found = read_cdk(tree, "manifest.json", Tellings())
    assert found.stages or found.problems


def _nested(depth: int) -> str:
    return '{"Resources": {"A": {"Type": "x", "Properties": ' + "[" * depth + "]" * depth + "}}}"


BOMB = "Resources:\n  A: {Type: AWS::IAM::Role, Properties: &p0 {x: y}}\nX:\n" + "".join(
    f"  - &p{n} [{', '.join([f'*p{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
# (what it is, file, content, a piece of the message)
FILES = [
    ("empty", "template.yaml", "", "the document is empty"),
    ("no template", "template.yaml", "a: b", "it has no `Resources`"),
    ("a list", "template.yaml", "- a", "it must be an object"),
    ("no YAML", "template.yaml", "a: [", "this is not YAML"),
    ("a bomb of aliases", "template.yaml", BOMB, "values in one document"),
    ("too deep", "template.json", _nested(500), "nested deeper than 100"),
    ("not UTF-8", "template.yaml", b"Resources: \xff", "is not UTF-8"),
    ("too large", "template.yaml", b"#" * (4 * 1024 * 1024 + 1), "larger than 4 MiB"),
]


@pytest.mark.parametrize(("_what", "file", "content", "message"), FILES)
def test_files_that_are_no_templates(
    _what: str, file: str, content: str | bytes, message: str
) -> None:
    found = read(MemoryTree({file: content}), file, Tellings())
    assert found.stages == ()
    assert message in found.problems[0].message
    assert found.problems[0].span.file == file


def test_a_template_that_is_not_there() -> None:
    found = read(MemoryTree({}), "template.yaml", Tellings())
    assert found.stages == ()
    assert found.problems


def test_deep_names_of_names_end() -> None:
    body = {
        f"B{n}": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": f"B{n + 1}"}}}
        for n in range(3000)
    }
    text = json.dumps({"Resources": {**body, "B3000": {"Type": "AWS::S3::Bucket"}}})
    found = read(MemoryTree({"template.json": text}), "template.json", Tellings())
    assert found.stages


@pytest.mark.parametrize(
    "head", ["", "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n"]
)
def test_a_loop_is_told(head: str) -> None:
    text = head + (
        "Resources:\n  Fn::ForEach::Each: [X, [a, b], {'Q${X}': {Type: AWS::SQS::Queue}}]\n"
        "  Q: {Type: AWS::SQS::Queue}\n"
    )
    found = read(MemoryTree({"template.yaml": text}), "template.yaml", Tellings())
    assert found.stages
    assert ["is not unrolled" in one.message for one in found.problems] == [True]
