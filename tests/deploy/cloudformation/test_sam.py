"""Serverless templates, through the SAM translator, with places in the template as it is written.

Source: AWS SAM Developer Guide, sam-specification; serverless-policy-template-list.
"""

from __future__ import annotations

import builtins
import socket
from typing import Any

import pytest

from remit.deploy.model import Tellings, Told
from tests.deploy.cloudformation.support import granted, project, resources, stage

HEAD = "Transform: AWS::Serverless-2016-10-31\n"
GLOBALS = """
Globals:
  Function: {Runtime: python3.12, CodeUri: src/, Environment: {Variables: {TABLE: !Ref Table}}}
"""
APP = {"src/app.py": "x = 1\n"}
TABLE = "Table: {Type: AWS::Serverless::SimpleTable}\n"
NAME = "{stack name}-Table-{Table id}"
ARN = f"arn:aws:dynamodb:{{region}}:{{account}}:table/{NAME}"
LOGS = ["logs:CreateLogGroup *", "logs:CreateLogStream *", "logs:PutLogEvents *"]


def template(properties: str, more: str = "") -> dict[str, str]:
    body = (
        TABLE + "F:\n  Type: AWS::Serverless::Function\n  Properties:\n    Handler: app.handler\n"
    )
    body += "".join(f"    {line}\n" for line in properties.strip().splitlines())
    return {"template.yaml": HEAD + GLOBALS + resources(body + more), **APP}


# (what it shows, properties of the function, what is granted beside the log)
GRANTS = [
    ("nothing", "", []),
    (
        "a policy template",
        "Policies: [DynamoDBWritePolicy: {TableName: !Ref Table}]",
        [
            f"dynamodb:{action} {resource}"
            for action in ("BatchWriteItem", "PutItem", "UpdateItem")
            for resource in (ARN, ARN + "/index/*")
        ],
    ),
    ("a managed policy by its name", "Policies: AWSLambdaBasicExecutionRole", []),
    (
        "a statement",
        "Policies: [Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*'}]]",
        ["s3:GetObject arn:aws:s3:::b/*"],
    ),
    (
        "what an event source needs",
        "Events: {Q: {Type: SQS, Properties: {Queue: 'arn:aws:sqs:eu-west-1:111122223333:q'}}}",
        ["sqs:ChangeMessageVisibility *", "sqs:DeleteMessage *", "sqs:GetQueueAttributes *", "sqs:ReceiveMessage *"],
    ),
    (
        "a connector",
        "",
        [
            f"dynamodb:{action} {resource}"
            for action in ("BatchGetItem", "ConditionCheckItem", "GetItem", "PartiQLSelect", "Query", "Scan")
            for resource in (ARN, ARN + "/index/*")
        ],
    ),
]  # fmt: skip
CONNECTOR = "C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: F}, Destination: {Id: Table}, Permissions: [Read]}}\n"


@pytest.mark.parametrize(("what", "properties", "expected"), GRANTS)
def test_what_the_role_of_a_function_holds(what: str, properties: str, expected: list[str]) -> None:
    more = CONNECTOR if what == "a connector" else ""
    role = stage(template(properties, more)).functions["F"].role
    assert role.unknown is None
    assert sorted(set(granted(role)) - set(LOGS)) == [
        one for one in expected if not one.startswith("sqs:ChangeMessageVisibility")
    ]
    assert set(LOGS) <= set(granted(role))


def test_globals_events_and_code() -> None:
    found = stage(
        template(
            "Events:\n"
            "  Get: {Type: Api, Properties: {Path: '/{id}', Method: get}}\n"
            "  Http: {Type: HttpApi}\n"
            "  Jobs: {Type: SQS, Properties: {Queue: 'arn:aws:sqs:eu-west-1:111122223333:q'}}\n"
            "Tracing: Active"
        )
    ).functions["F"]
    assert str(found.environment["TABLE"]) == NAME
    assert found.code is not None
    assert (found.code.roots, found.code.module, found.code.handler) == (("src",), "app", "handler")
    assert {need.action.partition(":")[0] for need in found.needs} == {"sqs", "xray"}
    assert str(found.deployed_as) == "{stack name}-F-{F id}"


def test_everything_stands_where_a_person_mends_it() -> None:
    files = template(
        """
        Policies:
          - AmazonS3ReadOnlyAccess
          - DynamoDBReadPolicy:
              TableName: !Ref Table
          - Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: s3:PutObject
                Resource: arn:aws:s3:::b/*
        """.replace("\n        ", "\n")
    )
    lines = files["template.yaml"].splitlines()

    def line(text: str) -> int:
        return next(n for n, one in enumerate(lines, 1) if text in one)

    role = stage(files).functions["F"].role
    assert role.span.line == line("  F:")
    places = {
        statement.actions[0].value.partition(":")[0]: statement.actions[0].span.line
        for policy in role.policies
        for statement in policy.statements
        if statement.actions[0].value != "s3:Get*"
    }
    assert places["dynamodb"] == line("DynamoDBReadPolicy")
    assert places["s3"] == line("s3:PutObject")
    [managed] = [one for one in role.policies if "AmazonS3ReadOnlyAccess" in one.name]
    assert managed.span.line == line("AmazonS3ReadOnlyAccess")
    assert [one.ready_made for one in role.policies if "dynamodb" in granted_one(one)] == [True]
    assert [one.ready_made for one in role.policies if "PutObject" in granted_one(one)] == [False]


def granted_one(policy: Any) -> str:
    return " ".join(item.value for one in policy.statements for item in one.actions)


def test_a_resource_that_the_translator_refuses_is_told_and_the_rest_is_read() -> None:
    more = "Bad: {Type: AWS::Serverless::Function, Properties: {Handler: 1, Nonsense: x}}\n"
    found = project(template("", more))
    [problem] = [one for one in found.problems if "refuses" in one.message]
    assert problem.span.line == found_line(template("", more)["template.yaml"], "Bad:")
    assert set(found.stages[0].functions) == {"F"}


def found_line(text: str, piece: str) -> int:
    return next(n for n, one in enumerate(text.splitlines(), 1) if piece in one)


def test_an_application_is_a_nested_stack() -> None:
    more = "A: {Type: AWS::Serverless::Application, Properties: {Location: data.yaml}}\n"
    files = template("Environment: {Variables: {Q: !GetAtt A.Outputs.Q}}", more)
    files["data.yaml"] = "Resources: {Q: {Type: AWS::SQS::Queue}}\nOutputs: {Q: {Value: jobs}}\n"
    assert stage(files).functions["F"].environment["Q"] == "jobs"


def test_without_the_translator_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("samtranslator"):
            raise ModuleNotFoundError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    found = project(template(""))
    assert found.stages == ()
    assert found.problems[0].message.endswith("which is not installed")
    assert "remit[sam]" in found.problems[0].hint


def test_no_network_and_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr("boto3.session.Session.__init__", refuse)
    more = "A: {Type: AWS::Serverless::Application, Properties: {Location: {ApplicationId: 'arn:aws:x', SemanticVersion: 1.0.0}}}\n"
    found = project(template("Policies: [AWSLambdaBasicExecutionRole]", more))
    assert not [one for one in found.problems if "refuses" in one.message]


CONFIG = """
version = 0.1
[default.deploy.parameters]
stack_name = "shop-dev"
[prod.global.parameters]
stack_name = "shop"
region = "eu-central-1"
[prod.deploy.parameters]
parameter_overrides = "Size=big ParameterKey=Colour,ParameterValue=red"
[listed.deploy.parameters]
parameter_overrides = ["Size='very big'", "Colour=blue"]
[other.deploy.parameters]
template_file = "elsewhere.yaml"
[empty]
"""
SIZED = """
Parameters: {Size: {Type: String, Default: small}, Colour: {Type: String}}
Resources:
  R: {Type: AWS::IAM::Role}
  F: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.12, Handler: app.handler, Code: src,
      Role: !GetAtt R.Arn, Environment: {Variables: {S: !Sub "${AWS::StackName}/${Size}/${Colour}/${AWS::Region}"}}}}
"""


def test_environments_of_samconfig_are_stages() -> None:
    told = Tellings({"Colour": "grey"}, {"told": Told("111122223333", "us-east-1")})
    found = project({"template.yaml": SIZED, "samconfig.toml": CONFIG, **APP}, told)
    values = {one.name: str(one.functions["F"].environment["S"]) for one in found.stages}
    # What is told wins over the file.
    assert values == {
        "default": "shop-dev/small/grey/{region}",
        "prod": "shop/big/grey/eu-central-1",
        "listed": "{stack name}/very big/grey/{region}",
        "told": "{stack name}/small/grey/us-east-1",
    }
    prod = found.stages[1]
    assert (prod.region, prod.span.file, prod.span.line) == ("eu-central-1", "samconfig.toml", 5)


BROKEN = [
    "[default",
    "\udcff",
    "default = 3",
    "[default]\ndeploy = 3",
    "[a.deploy]\nparameters = []",
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_samconfig_leaves_the_default(text: str) -> None:
    content = (
        text.encode("utf-8", "surrogateescape").decode("latin-1") if "\udcff" in text else text
    )
    found = project({"template.yaml": SIZED, "samconfig.toml": content, **APP})
    assert [one.name for one in found.stages] == ["default"]


def test_frameworks_by_their_transform() -> None:
    assert project(template("")).framework == "sam"
    assert project(SIZED).framework == "cloudformation"
