"""Functions of a template: code, environment, and what AWS does with their roles.

Source: CloudFormation Template Reference, AWS::Lambda::Function and the types beside it.
"""

from __future__ import annotations

import pytest

from remit.core.text import Text
from remit.deploy.model import Function
from tests.deploy.cloudformation.support import project, resources, stage

HEAD = """
R: {Type: AWS::IAM::Role}
Q: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
T: {Type: AWS::DynamoDB::Table}
"""


def function(settings: str, more: str = "", files: dict[str, str] | None = None) -> Function:
    body = (
        HEAD
        + "F:\n  Type: AWS::Lambda::Function\n  Properties:\n    Role: !GetAtt R.Arn\n"
        + "".join(f"    {line}\n" for line in settings.strip().splitlines())
        + more
    )
    return stage({"template.yaml": resources(body), **(files or {})}).functions["F"]


PYTHON = "Runtime: python3.12\nHandler: app.handler\n"
APP = {"src/app.py": "x = 1\n"}

# (settings, files, (roots, module) or why the code is not read)
CODES = [
    (PYTHON + "Code: src/", APP, (("src",), "app")),
    (PYTHON + "Code: .", {"app.py": ""}, (("",), "app")),
    (PYTHON + "Code: ./src/app.py", APP, (("src",), "app")),
    ("Runtime: python3.12\nHandler: pkg.app.handler\nCode: src", {"src/pkg/app.py": ""}, (("src",), "pkg/app")),
    (PYTHON + "Code: src", {}, "its code folder `src` is not there"),
    (PYTHON + "Code: lib", {"lib/other.py": ""}, "its handler's file `lib/app.py` is not there"),
    (PYTHON + "Code: build/app.zip", APP, "its code is the archive `build/app.zip`"),
    (PYTHON + "Code: ../src", APP, "its code `../src` is outside the project"),
    (PYTHON + "Code: {S3Bucket: packages, S3Key: app.zip}", APP, "its code is in the bucket `packages`"),
    (PYTHON, APP, "the template does not say where its code is"),
    ("PackageType: Image\nCode: {ImageUri: x}", APP, "it is deployed as an image"),
    ("Runtime: java21\nHandler: x\nCode: src", APP, "its runtime is `java21`"),
    ("Runtime: !Ref Version\nHandler: x\nCode: src", APP, "its runtime is `{Version}`"),
    ("Runtime: nodejs20.x\nHandler: app.handler\nCode: src", {"src/app.ts": ""}, (("src",), "app")),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "files", "expected"), CODES)
def test_where_the_code_is(
    settings: str, files: dict[str, str], expected: tuple[tuple[str, ...], str] | str
) -> None:
    found = function(settings, files=files)
    if isinstance(expected, str):
        assert (found.code, found.unread.replace("its runtime is not known", "")) == (
            None,
            expected,
        )
    else:
        assert found.code is not None, found.unread
        assert (found.code.roots, found.code.module) == expected


def test_inline_code_keeps_its_lines() -> None:
    text = resources(
        HEAD
        + "F:\n  Type: AWS::Lambda::Function\n  Properties:\n    Runtime: python3.12\n"
        + "    Handler: index.handler\n    Code:\n      ZipFile: |\n        import boto3\n        y = 2\n"
    )
    found = stage(text).functions["F"]
    assert found.code is not None
    [(path, source)] = found.code.inline
    assert path == "template.yaml#F/index.py"
    line = next(n for n, line in enumerate(text.splitlines()) if "import boto3" in line)
    assert source.decode().split("\n")[line : line + 2] == ["import boto3", "y = 2"]


def test_a_layer_of_the_project_is_a_root() -> None:
    more = (
        "L: {Type: AWS::Lambda::LayerVersion, Properties: {Content: layer}}\n"
        "M: {Type: AWS::Lambda::LayerVersion, Properties: {Content: flat}}\n"
    )
    files = {**APP, "layer/python/common.py": "", "flat/other.py": ""}
    found = function(
        PYTHON + "Code: src\nLayers: [!Ref L, !Ref M, 'arn:aws:lambda:x']", more, files
    )
    assert found.code is not None
    assert found.code.roots == ("src", "layer/python", "flat")


def test_the_environment_holds_symbols() -> None:
    variables = (
        "Environment:\n  Variables: {A: x, T: !Ref T, N: 3, B: true, L: !Split [',', 'a,b']}"
    )
    found = function(PYTHON + "Code: src\n" + variables, files=APP).environment
    assert {key: str(value) for key, value in found.items()} == {
        "A": "x",
        "T": "{stack name}-T-{T id}",
        "N": "3",
        "B": "true",
        "L": "{L}",
    }
    table = found["T"]
    assert isinstance(table, Text)
    assert [(hole.kind.value, hole.name) for hole in table.holes] == [
        ("env", "stack name"),
        ("assigned", "T id"),
    ]


JOBS = "arn:aws:sqs:{region}:{account}:jobs"
SOURCE = "E: {{Type: AWS::Lambda::EventSourceMapping, Properties: {{FunctionName: !Ref F, EventSourceArn: {}}}}}\n"

# (settings, other resources, what AWS does with the role: `action resource`)
NEEDS = [
    ("", SOURCE.format("!GetAtt Q.Arn"), [f"sqs:{a} {JOBS}" for a in ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")]),
    (f"DeadLetterConfig: {{TargetArn: '{JOBS.replace('{region}', 'eu-west-1').replace('{account}', '111122223333')}'}}", "", ["sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:jobs"]),
    ("DeadLetterConfig: {TargetArn: !GetAtt Q.Arn}", "", [f"sqs:SendMessage {JOBS}"]),
    ("", "I: {Type: AWS::Lambda::EventInvokeConfig, Properties: {FunctionName: !Ref F, Qualifier: $LATEST, DestinationConfig: {OnFailure: {Destination: !GetAtt Q.Arn}}}}\n", [f"sqs:SendMessage {JOBS}"]),
    ("TracingConfig: {Mode: Active}", "", ["xray:PutTelemetryRecords *", "xray:PutTraceSegments *"]),
    ("TracingConfig: {Mode: PassThrough}", "", []),
    # Kafka and MQ are not in the tables; of an ARN that is not known the role tells, and it is empty.
    ("", SOURCE.format("'arn:aws:kafka:eu-west-1:111122223333:cluster/a'"), []),
    ("", SOURCE.format("!ImportValue jobs-Arn"), []),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "more", "expected"), NEEDS)
def test_what_aws_does_with_the_role(settings: str, more: str, expected: list[str]) -> None:
    found = function(PYTHON + "Code: src\n" + settings, more, APP)
    assert sorted(f"{need.action} {need.resource}" for need in found.needs) == expected


def test_of_a_target_that_is_not_known_the_role_tells() -> None:
    more = (
        SOURCE.format("!ImportValue jobs-Arn")
        + "P: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [!Ref R], PolicyDocument:"
        " {Version: '2012-10-17', Statement: {Effect: Allow, Action: 'sqs:*', Resource: '*'}}}}\n"
    )
    found = function(PYTHON + "Code: src", more, APP)
    assert {need.action.partition(":")[0] for need in found.needs} == {"sqs"}
    assert all(need.condition for need in found.needs)


def test_two_stacks_in_one() -> None:
    files = {
        "template.yaml": resources(
            "N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./data.yaml, Parameters: {Size: big}}}\n"
            "R: {Type: AWS::IAM::Role}\n"
            "F: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.12, Handler: app.handler,"
            " Code: src, Role: !GetAtt R.Arn, Environment: {Variables: {T: !GetAtt N.Outputs.Table, Z: !GetAtt N.Outputs.None}}}}"
        ),
        "data.yaml": "Parameters: {Size: {Type: String}}\nResources:\n  T: {Type: AWS::DynamoDB::Table, Properties:"
        " {TableName: !Sub 'orders-${Size}'}}\nOutputs:\n  Table: {Value: !Ref T}\n",
        **APP,
    }
    found = stage(files).functions["F"].environment
    assert found["T"] == "orders-big"
    assert str(found["Z"]) == "{N Outputs.None}"


def test_a_template_that_nests_itself_ends() -> None:
    text = resources(
        "N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: template.yaml}}"
    )
    found = project(text)
    assert any("leads back to itself" in one.message for one in found.problems)
