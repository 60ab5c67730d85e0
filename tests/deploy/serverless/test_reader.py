"""The reader as a whole: functions, environments, code; and what it says of bad input."""

from __future__ import annotations

import pytest

from remit.core.tree import MemoryTree
from remit.deploy import choose
from remit.deploy.model import Tellings
from remit.deploy.serverless import read

from .support import project, said, stage

APP = {"src/app.py": "def main(e, c): pass\n", "layer/python/lib.py": ""}
HEAD = "service: shop\nprovider: {name: aws, runtime: python3.12}\n"


@pytest.mark.parametrize(
    ("more", "settings", "expected"),
    [
        ("", "handler: src/app.main", ("python", ("",), "src/app", "main")),
        ("", "handler: src.app.main", ("python", ("",), "src/app", "main")),
        ("", "{handler: app.main, module: src}", ("python", ("src",), "app", "main")),
        ("", "{handler: wsgi_handler.handler}\ncustom: {wsgi: {app: src/app.app}}", ("python", ("",), "src/app", "app")),
        ("layers: {tools: {path: layer}}\n", "{handler: src/app.main, layers: [{Ref: ToolsLambdaLayer}]}", ("python", ("", "layer/python"), "src/app", "main")),
        ("", "{handler: web/index.run, runtime: nodejs20.x}", ("javascript", ("",), "web/index", "run")),
    ],
)  # fmt: skip
def test_code(more: str, settings: str, expected: tuple[object, ...]) -> None:
    files = {**APP, "web/index.ts": "export const run = 1"}
    body = settings if settings.startswith("{") else "{" + settings + "}"
    found = stage(f"{HEAD}{more}functions:\n  api: {body}\n", files).functions["api"]
    assert found.code is not None, found.unread
    assert (
        found.code.language,
        found.code.roots,
        found.code.module,
        found.code.handler,
    ) == expected


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ("{image: 'x:latest'}", "it runs from a container image"),
        ("{handler: src/app.main, package: {artifact: a.zip}}", "it is packaged elsewhere, as `a.zip`"),
        ("{handler: com.Main, runtime: java17}", "its runtime is `java17`"),
        ("{handler: none.main}", "its handler `none.main` names no file in `.`"),
        ("{handler: '${ssm:/h}'}", "its handler `{ssm h}` is not known here"),
        ("{handler: src/app.main, runtime: '${ssm:/r}'}", "its runtime `{ssm r}` is not known here"),
    ],
)  # fmt: skip
def test_code_that_is_not_read(settings: str, reason: str) -> None:
    found = stage(f"{HEAD}functions:\n  api: {settings}\n", APP).functions["api"]
    assert (found.code, found.unread) == (None, reason)


def test_environment() -> None:
    found = stage(
        """
        service: shop
        provider:
          name: aws
          runtime: python3.12
          environment: {A: all, B: all, GONE: x, ON: true, N: 3}
        functions:
          api:
            handler: src/app.main
            environment:
              B: own
              GONE: null
              TABLE: !Ref Orders
              ARN: !GetAtt Orders.Arn
              QUEUE: ${ssm:/queue}
              OTHER: !ImportValue other-Table
              WHERE: ${aws:region}/${aws:accountId}
        resources:
          Resources:
            Orders: {Type: 'AWS::DynamoDB::Table'}
        """,
        APP,
    ).functions["api"]
    assert {name: str(value) for name, value in found.environment.items()} == {
        "A": "all",
        "B": "own",
        "ON": "true",
        "N": "3",
        "TABLE": "shop-dev-Orders-{Orders id}",
        "ARN": "arn:aws:dynamodb:us-east-1:{account}:table/shop-dev-Orders-{Orders id}",
        "QUEUE": "{ssm queue}",
        "OTHER": "{import other-Table}",
        "WHERE": "us-east-1/{account}",
    }


def test_needs_and_names() -> None:
    found = stage(
        f"""{HEAD}
functions:
  api:
    handler: src/app.main
    tracing: Active
    onError: arn:aws:sns:us-east-1:1:t
    events: [{{sqs: 'arn:aws:sqs:us-east-1:1:q'}}, http: GET /]
  named: {{handler: src/app.main, name: own}}
""",
        APP,
    )
    api = found.functions["api"]
    assert str(api.deployed_as) == "shop-dev-api"
    assert str(found.functions["named"].deployed_as) == "own"
    assert sorted(one.action for one in api.needs) == [
        "sns:Publish",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    ]


def test_nobody_is_accused_of_what_the_guide_only_lists() -> None:
    """What the framework grants is enough for its pollers (events/streams)."""
    arn = "arn:aws:kinesis:us-east-1:1:stream/s"
    text = f"{HEAD}functions:\n  api: {{handler: src/app.main, events: [{{stream: '{arn}'}}]}}\n"
    needs = stage(text, APP).functions["api"].needs
    assert [one.action for one in needs] == [
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:DescribeStream",
    ]


def test_a_function_leaves_the_network_of_the_service() -> None:
    """guide/functions, "VPC Configuration": `null` unsets it."""
    head = HEAD.replace("}", ", vpc: {securityGroupIds: [a], subnetIds: [b]}}")
    found = stage(
        head
        + "functions:\n  in: {handler: src/app.main}\n  out: {handler: src/app.main, vpc: null}\n",
        APP,
    )
    assert [bool(one.needs) for one in found.functions.values()] == [True, False]


@pytest.mark.parametrize("name", ["shop", "{name: shop}"])
def test_both_ways_to_name_a_service(name: str) -> None:
    text = HEAD.replace("shop", name) + (
        "functions:\n  api:\n    handler: src/app.main\n"
        "    environment: {A: '${self:service}', B: '${self:service.name}'}\n"
    )
    found = project(text, APP)
    environment = found.stages[0].functions["api"].environment
    assert (found.name, dict(environment)) == ("shop", {"A": "shop", "B": "shop"})


def test_functions_in_parts_and_from_files() -> None:
    text = HEAD + "functions:\n  - ${file(fn.yml):one}\n  - two: {handler: src/app.main}\n"
    files = {**APP, "fn.yml": "one: {first: {handler: src/app.main}}\n"}
    found = stage(text, files)
    assert list(found.functions) == ["first", "two"]
    assert found.functions["first"].span.file == "fn.yml"


def test_pseudo_parameters_of_the_plugin() -> None:
    text = (
        HEAD + "plugins: [serverless-pseudo-parameters]\nfunctions:\n  api:\n"
        "    handler: src/app.main\n    environment: {Q: 'arn:aws:sqs:#{AWS::Region}:#{AWS::AccountId}:q'}\n"
    )
    value = stage(text, APP).functions["api"].environment["Q"]
    assert str(value) == "arn:aws:sqs:us-east-1:{account}:q"


def test_a_region_that_only_the_deployment_knows() -> None:
    text = (
        "service: shop\nprovider:\n  name: aws\n  runtime: python3.12\n  region: ${env:AWS_REGION}\n"
        "functions:\n  api:\n    handler: src/app.main\n"
        "    environment: {Q: 'sqs.${env:AWS_REGION}.x', R: '${self:provider.region}'}\n"
    )
    found = stage(text, APP)
    assert found.region is None
    environment = found.functions["api"].environment
    assert [str(value) for value in environment.values()] == ["sqs.{region}.x", "{region}"]


def test_a_service_without_functions() -> None:
    (found,) = project("service: shop\nprovider: {name: aws}\n").stages
    assert not found.functions
    assert found.default.role.unknown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the document is empty"),
        ("- a\n", "the configuration is not an object"),
        ("a: [\n", "this is not YAML"),
        ("service: x\nprovider: {name: google}\n", "the provider is `google`, not `aws`"),
        ("service: x\nprovider: azure\n", "the provider is `azure`, not `aws`"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n" + "d: ${self:d}\n", ""),
        ("\n".join(["a0: [x, x]", *(f"a{n}: ['${{self:a{n - 1}}}', '${{self:a{n - 1}}}']" for n in range(1, 30))]), "stand for more than any service needs"),
        ("a: " + "[" * 60 + "]" * 60 + "\nprovider: aws\n", ""),
        ("a: " + "[" * 99 + "]" * 99 + "\n", "stand for more than any service needs"),
    ],
)  # fmt: skip
def test_unusable(text: str, message: str) -> None:
    found = project(text)
    if message:
        assert not found.stages
        assert message in found.problems[0].message
    else:
        assert found.stages


@pytest.mark.parametrize("name", ["serverless.ts", "serverless.js"])
def test_a_program_is_not_run(name: str) -> None:
    tree = MemoryTree({name: "module.exports = {provider: {name: 'aws'}}"})
    found = read(tree, choose(tree).marker, Tellings())
    assert not found.stages
    assert "is a program, which remit does not run" in found.problems[0].message
    assert "serverless print" in found.problems[0].hint


def test_yaml_beside_a_program_is_read() -> None:
    tree = MemoryTree({"serverless.js": "provider", "serverless.yml": HEAD})
    assert read(tree, "serverless.js", Tellings()).stages


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("functions: 3", "`functions` holds `3`, which is not an object"),
        ("functions: ['${file(fn.js):all}']", "`functions` holds `{file fn.js all}`"),
        ("functions: {api: '${file(fn.js):api}'}", "the settings of function `api` are not known"),
        ("functions: {api: {handler: src/app.main, environment: '${file(fn.js):e}'}}", "the environment is `{file fn.js e}`"),
        ("functions: {api: {handler: src/app.main}}\nresources: '${file(fn.js):r}'", "a part of `resources` is `{file fn.js r}`"),
        ("functions: {api: {handler: src/app.main}}\nresources: {Resources: {IamRoleLambdaExecution: {Properties: {Path: /}}}}", "`resources` changes the role `IamRoleLambdaExecution`"),
    ],
)  # fmt: skip
def test_what_can_not_be_used_is_told(text: str, message: str) -> None:
    found = project(HEAD + text + "\n", {**APP, "fn.js": ""})
    assert any(message in one for one in said(found)), said(found)


@pytest.mark.parametrize(
    "text",
    [
        "functions: {api: {handler: [1]}}",
        "functions: {api: {events: 3, layers: {a: b}, vpc: x, role: [], iam: 3, package: []}}",
        "functions: {api: {events: [{sqs: []}, {stream: 3}, {sns: {}}, {s3: []}, 7, null]}}",
        "functions: {api: {destinations: x, onError: [], fileSystemConfig: x, kmsKeyArn: {}}}",
        "functions: {api: {iamRoleStatements: x, iam: {role: x}}}",
        "resources: 3\nplugins: 3\ncustom: 3\nparams: 3\nstages: 3\nlayers: 3\npackage: 3",
        "resources: {Resources: {A: 3, B: {Type: []}, C: {Type: 'AWS::IAM::Role', Properties: 3}}}",
        "resources: {Resources: 3, extensions: 3, Conditions: 3, Outputs: []}",
        "service: [a]\nframeworkVersion: [4]\nprovider: {name: aws, iam: [], vpc: 3, tracing: 3, stackName: []}",
        "provider: 7",
        "provider: {name: aws, environment: [1, 2], iam: {role: {statements: 3, managedPolicies: {a: b}}}}",
        "provider: {name: aws, stage: [a], region: {a: b}, runtime: []}",
    ],
)  # fmt: skip
def test_wrong_shapes_never_raise(text: str) -> None:
    found = project("functions: {api: {handler: src/app.main}}\nservice: s\n" + text, APP)
    assert found.framework == "serverless"


def test_which_files_mark_a_service() -> None:
    tree = MemoryTree({"a/serverless.yml": HEAD, "b/serverless.yml": "component: website\n"})
    assert choose(tree).marker == "a/serverless.yml"
