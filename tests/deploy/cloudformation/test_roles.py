"""What a function's role holds, wherever the template says it.

Source: CloudFormation Template Reference, AWS::IAM::Role, AWS::IAM::Policy, AWS::IAM::ManagedPolicy.
"""

from __future__ import annotations

import pytest

from remit.deploy.model import Stage
from tests.deploy.cloudformation.support import granted, project, resources, stage

FUNCTION = """
F:
  Type: AWS::Lambda::Function
  Properties: {Runtime: python3.12, Handler: index.handler, Code: {ZipFile: "x = 1"}, Role: ROLE}
"""
TABLE = "Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}\n"
ARN = "arn:aws:dynamodb:{region}:{account}:table/orders"
STATEMENT = "{Effect: Allow, Action: 'dynamodb:GetItem', Resource: !GetAtt Table.Arn}"
DOCUMENT = f"{{Version: '2012-10-17', Statement: [{STATEMENT}]}}"


def of(body: str, role: str = "!GetAtt R.Arn") -> Stage:
    return stage(resources(TABLE + FUNCTION.replace("ROLE", role) + body))


# (what it shows, resources, what is granted)
HELD = [
    (
        "an inline policy",
        f"R: {{Type: AWS::IAM::Role, Properties: {{Policies: [{{PolicyName: p, PolicyDocument: {DOCUMENT}}}]}}}}",
        [f"dynamodb:GetItem {ARN}"],
    ),
    (
        "a policy of its own, by the role's reference",
        f"R: {{Type: AWS::IAM::Role}}\nP: {{Type: AWS::IAM::Policy, Properties: {{PolicyName: p, PolicyDocument: {DOCUMENT}, Roles: [!Ref R]}}}}",
        [f"dynamodb:GetItem {ARN}"],
    ),
    (
        "a policy of its own, by the role's name",
        f"R: {{Type: AWS::IAM::Role, Properties: {{RoleName: reader}}}}\nP: {{Type: AWS::IAM::RolePolicy, Properties: {{PolicyName: p, PolicyDocument: {DOCUMENT}, RoleName: reader}}}}",
        [f"dynamodb:GetItem {ARN}"],
    ),
    (
        "a managed policy of the template, attached by itself",
        f"R: {{Type: AWS::IAM::Role}}\nP: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {DOCUMENT}, Roles: [!Ref R]}}}}",
        [f"dynamodb:GetItem {ARN}"],
    ),
    (
        "a managed policy of the template, attached by the role",
        f"R: {{Type: AWS::IAM::Role, Properties: {{ManagedPolicyArns: [!Ref P]}}}}\nP: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {DOCUMENT}}}}}",
        [f"dynamodb:GetItem {ARN}"],
    ),
    (
        "a policy that AWS manages",
        "R: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']}}",
        ["logs:CreateLogGroup *", "logs:CreateLogStream *", "logs:PutLogEvents *"],
    ),
    (
        "a policy of another role is not its own",
        f"R: {{Type: AWS::IAM::Role}}\nO: {{Type: AWS::IAM::Role}}\nP: {{Type: AWS::IAM::Policy, Properties: {{PolicyName: p, PolicyDocument: {DOCUMENT}, Roles: [!Ref O]}}}}",
        [],
    ),
    (
        "a suffix that AWS chooses is any suffix",
        "S: {Type: AWS::SecretsManager::Secret, Properties: {Name: login}}\nR: {Type: AWS::IAM::Role, Properties: {Policies: [{PolicyName: p, PolicyDocument: {Version: '2012-10-17', Statement: {Effect: Allow, Action: 'secretsmanager:GetSecretValue', Resource: !Ref S}}}]}}",
        ["secretsmanager:GetSecretValue arn:aws:secretsmanager:{region}:{account}:secret:login-??????"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("_what", "body", "expected"), HELD)
def test_what_a_role_holds(_what: str, body: str, expected: list[str]) -> None:
    found = of(body).functions["F"].role
    assert found.unknown is None
    assert granted(found) == expected


# (what it shows, the function's `Role`, resources, why nothing is known of it)
UNKNOWN = [
    ("an ARN", "arn:aws:iam::111122223333:role/app", "", "role `arn:aws:iam::111122223333:role/app` is managed outside the project"),
    ("an import", "!ImportValue roles-App", "", "role `{import roles-App}` is managed outside the project"),
    ("none", "''", "", "the template names no role for it"),
    (
        "a policy of the account",
        "!GetAtt R.Arn",
        "R: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/team']}}",
        "the policy `arn:aws:iam::111122223333:policy/team` that it holds is managed outside the project",
    ),
    (
        "policies that hang on a parameter",
        "!GetAtt R.Arn",
        "R: {Type: AWS::IAM::Role, Properties: {Policies: !ImportValue shared-Policies}}",
        "its `Policies` hang on what is not known (`{import shared-Policies}`)",
    ),
    (
        "a boundary of the account",
        "!GetAtt R.Arn",
        "R: {Type: AWS::IAM::Role, Properties: {PermissionsBoundary: 'arn:aws:iam::111122223333:policy/edge'}}",
        "its permissions boundary `arn:aws:iam::111122223333:policy/edge` is managed outside the project",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("_what", "role", "body", "why"), UNKNOWN)
def test_a_role_that_is_not_all_there_is_not_judged(
    _what: str, role: str, body: str, why: str
) -> None:
    assert of(body, role).functions["F"].role.unknown == why


def test_a_boundary_of_the_template_is_read() -> None:
    found = of(
        "R: {Type: AWS::IAM::Role, Properties: {PermissionsBoundary: !Ref P}}\n"
        f"P: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {DOCUMENT}}}}}"
    ).functions["F"]
    assert found.role.boundary is not None
    assert found.role.boundary.name == "P"


def test_a_statement_keeps_its_place() -> None:
    text = resources(
        TABLE
        + FUNCTION.replace("ROLE", "!GetAtt R.Arn")
        + """
R:
  Type: AWS::IAM::Role
  Properties:
    Policies:
      - PolicyName: p
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Action: dynamodb:GetItem
              Resource: !Sub "${Table.Arn}/index/*"
"""
    )
    [policy] = stage(text).functions["F"].role.policies
    [statement] = policy.statements
    lines = text.splitlines()
    for item in (statement.actions[0], *(statement.resources or ())):
        assert lines[item.span.line - 1][item.span.column - 1 :].startswith(
            ("dynamodb:GetItem", '"${Table', "!Sub")
        )


# (what it shows, resources, ARN, kind, action, principal)
ATTACHED = [
    (
        "a bucket's policy",
        "B: {Type: AWS::S3::Bucket, Properties: {BucketName: files}}\nP: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref B, PolicyDocument: {Version: '2012-10-17', Statement: {Effect: Allow, Principal: {AWS: !Ref AWS::AccountId}, Action: 's3:GetObject', Resource: !Sub '${B.Arn}/*'}}}}",
        ("arn:aws:s3:::files", "AWS::S3::Bucket", "s3:GetObject", "arn:aws:iam::{account}:root"),
    ),
    (
        "a queue's policy, by its URL",
        "Q: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}\nP: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [!Ref Q], PolicyDocument: {Statement: {Effect: Allow, Principal: {Service: sns.amazonaws.com}, Action: 'sqs:SendMessage', Resource: '*'}}}}",
        ("arn:aws:sqs:{region}:{account}:jobs", "AWS::SQS::Queue", "sqs:SendMessage", "sns.amazonaws.com"),
    ),
    (
        "a key's policy",
        "K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Version: '2012-10-17', Statement: {Effect: Allow, Principal: {AWS: '*'}, Action: 'kms:Decrypt', Resource: '*'}}}}",
        ("arn:aws:kms:{region}:{account}:key/{K id}", "AWS::KMS::Key", "kms:Decrypt", "*"),
    ),
    (
        "a function's permission",
        "P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: worker, Action: 'lambda:InvokeFunction', Principal: events.amazonaws.com}}",
        ("arn:aws:lambda:{region}:{account}:function:worker", "AWS::Lambda::Function", "lambda:InvokeFunction", "events.amazonaws.com"),
    ),
    (
        # API Gateway Developer Guide, apigateway-resource-policies-create-attach.
        "an API's policy, written short",
        "A: {Type: AWS::ApiGateway::RestApi, Properties: {Policy: {Version: '2012-10-17', Statement: {Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*'}}}}",
        ("arn:aws:execute-api:{region}:{account}:{A id}/*", "AWS::ApiGateway::RestApi", "execute-api:Invoke", "*"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("_what", "body", "expected"), ATTACHED)
def test_resource_policies(_what: str, body: str, expected: tuple[str, ...]) -> None:
    read = project(resources(body))
    [found] = read.stages[0].attached
    [statement] = found.policy.statements
    assert statement.principals is not None
    assert (
        str(found.resource),
        found.kind,
        statement.actions[0].value,
        statement.principals.entries[0][1].value,
    ) == expected
    assert not statement.faults
    assert not [one for one in read.problems if one.code and one.code != "missing-version"]


def test_numbers_and_booleans_are_sent_as_text() -> None:
    body = FUNCTION.replace("ROLE", "!GetAtt R.Arn") + (
        "R: {Type: AWS::IAM::Role, Properties: {Policies: [{PolicyName: p, PolicyDocument: {Version: 2012-10-17,"
        " Statement: {Sid: 1, Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*',"
        " Condition: {Bool: {'aws:SecureTransport': true}}}}}]}}\n"
    )
    read = project(resources(body))
    [policy] = read.stages[0].functions["F"].role.policies
    assert not policy.statements[0].faults
    assert policy.statements[0].conditions[0].values[0].value == "true"
    assert read.problems == ()
