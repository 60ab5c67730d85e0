"""Which role a function runs as, and what is in it.

Source: Serverless Framework, providers/aws/guide/iam; serverless-iam-roles-per-function, README.
"""

from __future__ import annotations

import pytest

from .support import grants, project, said, stage, standing

APP = {"app.py": "def main(e, c): pass\n"}
LOGS = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/"
STREAM = ":log-stream:2026/01/01/[$LATEST]x"


def service(provider: str = "", function: str = "", more: str = "") -> str:
    """A service with one function `api` and one `other`."""
    return f"""
service: shop
provider:
  name: aws
  runtime: python3.12
{provider}
functions:
  api:
    handler: app.main
{function}
  other:
    handler: app.main
{more}
"""


STATEMENTS = """
  iam:
    role:
      statements:
        - Effect: Allow
          Action: [s3:GetObject]
          Resource: arn:aws:s3:::b/*
"""


def test_the_shared_role() -> None:
    found = stage(service(STATEMENTS), APP)
    role = found.functions["api"].role
    assert role is found.functions["other"].role
    assert role.name == "shop-dev-us-east-1-lambdaRole"
    assert (role.span.line, role.file) == (10, "serverless.yml")
    assert grants(role, written=True) == ["s3:GetObject on arn:aws:s3:::b/*"]
    group = "arn:aws:logs:us-east-1:{account}:log-group:/aws/lambda/shop-dev*"
    assert grants(role, written=False) == [
        f"logs:CreateLogStream on {group}:*",
        f"logs:CreateLogGroup on {group}:*",
        f"logs:TagResource on {group}:*",
        f"logs:PutLogEvents on {group}:*:*",
    ]


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("logs:PutLogEvents", LOGS + "shop-dev-api" + STREAM, "allowed"),
        ("logs:CreateLogStream", LOGS + "shop-dev-api" + STREAM, "allowed"),
        ("logs:PutLogEvents", LOGS + "shop-prod-api" + STREAM, "denied"),
        ("s3:GetObject", "arn:aws:s3:::b/k", "allowed"),
        ("s3:PutObject", "arn:aws:s3:::b/k", "denied"),
        ("xray:PutTraceSegments", "*", "denied"),
    ],
)
def test_what_the_shared_role_may(action: str, resource: str, expected: str) -> None:
    role = stage(service(STATEMENTS), APP).functions["api"].role
    found = standing(role, action, resource)
    # The account is not told, so a log group of one account may be another's.
    assert found == expected or (expected == "allowed" and found == "unknown")


@pytest.mark.parametrize(
    ("provider", "function", "expected"),
    [
        ("  tracing: {lambda: true}", "", "xray:PutTraceSegments on *"),
        ("", "    tracing: Active", "xray:PutTelemetryRecords on *"),
        ("", "    events: [{sqs: 'arn:aws:sqs:us-east-1:1:q'}]", "sqs:ReceiveMessage on arn:aws:sqs:us-east-1:1:q"),
        ("", "    events: [{sqs: {arn: 'arn:aws:sqs:us-east-1:1:q'}}]", "sqs:GetQueueAttributes on arn:aws:sqs:us-east-1:1:q"),
        ("", "    events: [{stream: 'arn:aws:dynamodb:us-east-1:1:table/t/stream/x'}]", "dynamodb:GetRecords on arn:aws:dynamodb:us-east-1:1:table/t/stream/x"),
        ("", "    events: [{stream: {type: kinesis, arn: 'arn:aws:kinesis:us-east-1:1:stream/s'}}]", "kinesis:DescribeStream on arn:aws:kinesis:us-east-1:1:stream/s"),
        ("", "    events: [{stream: {arn: 'arn:aws:kinesis:us-east-1:1:stream/s', consumer: true}}]", "kinesis:SubscribeToShard on *"),
        ("", "    events: [{stream: {arn: 'arn:aws:kinesis:us-east-1:1:stream/s', destinations: {onFailure: 'arn:aws:sqs:us-east-1:1:d'}}}]", "sqs:SendMessage on arn:aws:sqs:us-east-1:1:d"),
        ("", "    events: [{websocket: $connect}]", "execute-api:ManageConnections on arn:aws:execute-api:*:*:*/@connections/*"),
        ("", "    events: [{msk: {arn: 'arn:aws:kafka:us-east-1:1:cluster/c/1', topic: t}}]", "kafka:DescribeCluster on arn:aws:kafka:us-east-1:1:cluster/c/1"),
        ("", "    events: [{rabbitmq: {arn: 'arn:aws:mq:us-east-1:1:broker:b', basicAuthArn: 'arn:aws:secretsmanager:us-east-1:1:secret:s', queue: q}}]", "mq:DescribeBroker on arn:aws:mq:us-east-1:1:broker:b"),
        ("", "    events: [{kafka: {topic: t, accessConfigurations: {saslScram512Auth: 'arn:aws:secretsmanager:us-east-1:1:secret:s'}}}]", "secretsmanager:GetSecretValue on arn:aws:secretsmanager:us-east-1:1:secret:s"),
        ("", "    events: [{schedule: {method: scheduler, rate: ['rate(1 hour)']}}]", "lambda:InvokeFunction on arn:aws:lambda:us-east-1:{account}:function:shop-dev-api:*"),
        ("", "    events: [{cloudFront: {eventType: viewer-request, origin: s3://x}}]", "logs:PutLogEvents on arn:aws:logs:*:*:*"),
        ("", "    onError: arn:aws:sns:us-east-1:1:t", "sns:Publish on arn:aws:sns:us-east-1:1:t"),
        ("", "    destinations: {onFailure: 'arn:aws:sqs:us-east-1:1:d'}", "sqs:SendMessage on arn:aws:sqs:us-east-1:1:d"),
        ("", "    destinations: {onSuccess: other}", "lambda:InvokeFunction on arn:aws:lambda:us-east-1:{account}:function:shop-dev-other"),
        ("", "    destinations: {onSuccess: {type: eventBus, arn: 'arn:aws:events:us-east-1:1:event-bus/b'}}", "events:PutEvents on arn:aws:events:us-east-1:1:event-bus/b"),
        ("", "    fileSystemConfig: {arn: 'arn:aws:elasticfilesystem:us-east-1:1:access-point/a', localMountPath: /mnt/a}", "elasticfilesystem:ClientMount on arn:aws:elasticfilesystem:us-east-1:1:access-point/a"),
        ("  kmsKeyArn: arn:aws:kms:us-east-1:1:key/k", "", "kms:Decrypt on arn:aws:kms:us-east-1:1:key/k"),
        ("  vpc: {securityGroupIds: [sg-1], subnetIds: [s-1]}", "", "ec2:CreateNetworkInterface on *"),
        ("", "    vpc: {securityGroupIds: [sg-1], subnetIds: [s-1]}", "ec2:DeleteNetworkInterface on *"),
        ("", "    name: own-name", "logs:PutLogEvents on arn:aws:logs:us-east-1:{account}:log-group:/aws/lambda/own-name:*:*"),
        ("  iam: {role: {managedPolicies: ['arn:aws:iam::aws:policy/AmazonSQSFullAccess']}}", "", "sqs:* on *"),
    ],
)  # fmt: skip
def test_what_the_framework_adds(provider: str, function: str, expected: str) -> None:
    found = stage(service(provider, function), APP).functions["api"]
    assert found.role.unknown is None
    assert expected in grants(found.role, written=False)


@pytest.mark.parametrize(
    ("provider", "function", "more", "reason"),
    [
        ("  iam: {role: 'arn:aws:iam::1:role/x'}", "", "", "role `arn:aws:iam::1:role/x` is managed outside the project"),
        ("  role: arn:aws:iam::1:role/x", "", "", "role `arn:aws:iam::1:role/x` is managed outside the project"),
        ("", "    role: arn:aws:iam::1:role/x", "", "role `arn:aws:iam::1:role/x` is managed outside the project"),
        ("", "    role: {'Fn::ImportValue': r}", "", "role `{import r}` is managed outside the project"),
        ("  iam: {role: '${ssm:/role}'}", "", "", "role `{ssm role}` is managed outside the project"),
        ("  iam: {role: {statements: '${file(iam.js):all}'}}", "", "", "its statements are `{file iam.js all}`"),
        ("  iam: {role: {statements: ['${file(iam.js):one}']}}", "", "", "a statement of it is `{file iam.js one}`"),
        ("  iam: {role: {statements: [{Effect: Allow, Action: '${ssm:/a}', Resource: '*'}]}}", "", "", "`Action` of a statement is `{ssm a}`"),
        ("  iam: '${file(iam.js):iam}'", "", "", "it hangs on `{file iam.js iam}`"),
        ("  iam: {role: {managedPolicies: ['arn:aws:iam::1:policy/own']}}", "", "", "the policy `arn:aws:iam::1:policy/own`"),
        ("  iam: {role: {permissionsBoundary: 'arn:aws:iam::1:policy/edge'}}", "", "", "permissions boundary `arn:aws:iam::1:policy/edge`"),
        ("", "", "plugins: [serverless-lift]\nconstructs: {jobs: {type: queue, worker: {handler: app.main}}}", "the plugin serverless-lift adds to it for `jobs`"),
    ],
)  # fmt: skip
def test_a_role_that_is_not_known(provider: str, function: str, more: str, reason: str) -> None:
    files = {**APP, "iam.js": "module.exports = {}"}
    role = stage(service(provider, function, more), files).functions["api"].role
    assert role.unknown is not None
    assert reason in role.unknown


ROLES = """
resources:
  Resources:
    Own:
      Type: AWS::IAM::Role
      Properties:
        RoleName: own-role
        AssumeRolePolicyDocument: {}
        Policies:
          - PolicyName: p
            PolicyDocument:
              Version: '2012-10-17'
              Statement: [{Effect: Allow, Action: 's3:PutObject', Resource: 'arn:aws:s3:::b/*'}]
"""


@pytest.mark.parametrize("role", ["Own", "!GetAtt Own.Arn", "{'Fn::GetAtt': [Own, Arn]}"])
def test_a_role_of_the_resources(role: str) -> None:
    found = stage(service("", f"    role: {role}", ROLES), APP)
    assert grants(found.functions["api"].role, written=True) == ["s3:PutObject on arn:aws:s3:::b/*"]
    assert found.functions["other"].role.name == "shop-dev-us-east-1-lambdaRole"


def test_a_policy_that_is_attached_to_the_shared_role() -> None:
    more = """
resources:
  Resources:
    More:
      Type: AWS::IAM::Policy
      Properties:
        PolicyName: more
        PolicyDocument:
          Version: '2012-10-17'
          Statement: [{Effect: Allow, Action: 's3:PutObject', Resource: 'arn:aws:s3:::b/*'}]
        Roles: [{Ref: IamRoleLambdaExecution}]
"""
    role = stage(service("", "", more), APP).functions["api"].role
    assert grants(role, written=True) == ["s3:PutObject on arn:aws:s3:::b/*"]


OWN = """
    iamRoleStatements:
      - {Effect: Allow, Action: 's3:PutObject', Resource: 'arn:aws:s3:::b/*'}
"""
PLUGIN = "plugins: [serverless-iam-roles-per-function]"
GET, PUT = "s3:GetObject on arn:aws:s3:::b/*", "s3:PutObject on arn:aws:s3:::b/*"


@pytest.mark.parametrize(
    ("function", "more", "expected"),
    [
        (OWN, PLUGIN, [PUT]),
        (OWN + "    iamRoleStatementsInherit: true", PLUGIN, [GET, PUT]),
        (OWN, PLUGIN + "\ncustom: {serverless-iam-roles-per-function: {defaultInherit: true}}", [GET, PUT]),
        (OWN + "    iamRoleStatementsInherit: false", PLUGIN + "\ncustom: {serverless-iam-roles-per-function: {defaultInherit: true}}", [PUT]),
        ("    iamRoleStatements: []", PLUGIN, []),
        # Version 4 has the plugin in it; version 3 alone ignores the setting.
        (OWN, "frameworkVersion: '4'", [PUT]),
        (OWN, "frameworkVersion: '3'", [GET]),
        (OWN, "plugins: [serverless-plugin-custom-roles]", [GET, PUT]),
        ("    iam: {role: {statements: [{Effect: Allow, Action: 's3:PutObject', Resource: 'arn:aws:s3:::b/*'}]}}", "", [PUT]),
        ("    iam: {inheritStatements: true, role: {statements: [{Effect: Allow, Action: 's3:PutObject', Resource: 'arn:aws:s3:::b/*'}]}}", "", [GET, PUT]),
        ("", PLUGIN, [GET]),
    ],
)  # fmt: skip
def test_a_role_for_one_function(function: str, more: str, expected: list[str]) -> None:
    found = stage(service(STATEMENTS, function, more), APP)
    assert grants(found.functions["api"].role, written=True) == expected


def test_the_plugin_knows_less_than_the_framework() -> None:
    """README: logs, streams, queues, `onError`; so tracing is not permitted, and that is so."""
    text = service("  tracing: {lambda: true}", OWN, PLUGIN)
    found = stage(text, APP)
    assert standing(found.functions["api"].role, "xray:PutTraceSegments", "*") == "denied"
    assert standing(found.functions["other"].role, "xray:PutTraceSegments", "*") == "allowed"
    built_in = stage(service("  tracing: {lambda: true}", OWN, "frameworkVersion: '4'"), APP)
    assert standing(built_in.functions["api"].role, "xray:PutTraceSegments", "*") == "allowed"


def test_what_a_dedicated_role_has_is_not_in_the_shared_one() -> None:
    """Version 4 only: "the shared service role contains permissions solely for the functions that
    still use it"; with the plugin it has those of all functions."""
    event = "    events: [{sqs: 'arn:aws:sqs:us-east-1:1:q'}]\n"
    for more, expected in (("frameworkVersion: '4'", "denied"), (PLUGIN, "allowed")):
        found = stage(service("", event + OWN, more), APP)
        role = found.functions["other"].role
        assert standing(role, "sqs:ReceiveMessage", "arn:aws:sqs:us-east-1:1:q") == expected


def test_a_role_for_each_function() -> None:
    provider = STATEMENTS + "      mode: perFunction\n"
    found = stage(service(provider, "    iam: {inheritStatements: false}"), APP)
    assert grants(found.functions["api"].role, written=True) == []
    assert grants(found.functions["other"].role, written=True) == [GET]
    assert found.functions["other"].role.name == "shop-dev-other-us-east-1-lambdaRole"


def test_what_is_ignored_is_told() -> None:
    found = project(service("", OWN, "frameworkVersion: '3'"), APP)
    assert [one for one in said(found) if "nothing reads `iamRoleStatements`" in one]


def test_a_symbol_in_a_resource_is_no_fault() -> None:
    provider = """
  iamRoleStatements:
    - {Effect: Allow, Action: 'dynamodb:GetItem', Resource: '${ssm:/table-arn}'}
    - {Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Jobs.Arn}
"""
    more = "resources: {Resources: {Jobs: {Type: 'AWS::SQS::Queue'}}}"
    found = project(service(provider, "", more), APP)
    assert said(found) == []
    role = found.stages[0].functions["api"].role
    assert grants(role, written=True) == [
        "dynamodb:GetItem on {ssm table-arn}",
        "sqs:SendMessage on arn:aws:sqs:us-east-1:{account}:shop-dev-Jobs-{Jobs id}",
    ]
    assert standing(role, "dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:1:table/t") == "unknown"
    assert standing(role, "dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:1:table/t") == "denied"
