"""What the reader makes of `.tf` sources: roles, functions, resource policies, stages.

Source of each case: the documentation of the resource type (registry.terraform.io/providers/
hashicorp/aws) or of the language feature that it shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from remit.core.policy import Policy
from remit.core.tree import MemoryTree
from remit.deploy.locate import find
from remit.deploy.model import Project, Role, Stage, Tellings, Told
from remit.deploy.terraform import read

ROLE = """
resource "aws_iam_role" "r" {
  name               = "app"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}
resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = aws_iam_role.r.arn
  handler       = "app.handler"
  runtime       = "python3.12"
  filename      = data.archive_file.z.output_path
  environment { variables = { TABLE = "t" } }
}
data "archive_file" "z" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/z.zip"
}
"""
DOCUMENT = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "%s"}]}'


def project(
    main: str, files: Mapping[str, str] | None = None, told: Tellings | None = None
) -> Project:
    tree = MemoryTree({"main.tf": main, "src/app.py": "def handler(e, c): ...\n", **(files or {})})
    return read(tree, "main.tf", told or Tellings())


def stage(main: str, files: Mapping[str, str] | None = None, told: Told | None = None) -> Stage:
    tellings = Tellings(stages={"default": told}) if told else Tellings()
    return project(main, files, tellings).stages[0]


def role_of(main: str, files: Mapping[str, str] | None = None) -> Role:
    return stage(ROLE + main, files).functions["f"].role


def granted(role: Role) -> set[str]:
    """`action resource` of all that the role's policies allow."""
    return {
        f"{action.value} {resource.value}"
        for policy in role.policies
        for statement in policy.statements
        for action in statement.actions
        for resource in statement.resources or ()
    }


def inline(resource: str, holder: str = "aws_iam_role.r.id") -> str:
    """A policy of the role that allows s3:GetObject on `resource`, an HCL expression."""
    return f"""
resource "aws_iam_role_policy" "p" {{
  role   = {holder}
  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = "s3:GetObject", Resource = {resource} }}]
  }})
}}
"""


REFERENCES = [
    # (a resource, an expression, what it becomes)
    ('resource "aws_s3_bucket" "b" { bucket = "x" }', "aws_s3_bucket.b.arn", "arn:aws:s3:::x"),
    ('resource "aws_s3_bucket" "b" {}', "aws_s3_bucket.b.arn", "arn:aws:s3:::terraform-{aws_s3_bucket.b id}"),
    ('resource "aws_s3_bucket" "b" { bucket_prefix = "y-" }', "aws_s3_bucket.b.bucket", "y-{aws_s3_bucket.b suffix}"),
    (
        'resource "aws_dynamodb_table" "t" { name = "t" }',
        '"${aws_dynamodb_table.t.arn}/index/*"',
        "arn:aws:dynamodb:{region}:{account}:table/t/index/*",
    ),
    (
        'resource "aws_sqs_queue" "q" { name = "q" }',
        "aws_sqs_queue.q.url",
        "https://sqs.{region}.amazonaws.com/{account}/q",
    ),
    ('resource "aws_sns_topic" "t" { name = "t" }', "aws_sns_topic.t.id", "arn:aws:sns:{region}:{account}:t"),
    ('resource "aws_kms_key" "k" {}', "aws_kms_key.k.arn", "arn:aws:kms:{region}:{account}:key/{aws_kms_key.k id}"),
    (
        'resource "aws_secretsmanager_secret" "s" { name = "s" }',
        "aws_secretsmanager_secret.s.arn",
        "arn:aws:secretsmanager:{region}:{account}:secret:s-{aws_secretsmanager_secret.s suffix}",
    ),
    (
        'resource "aws_ssm_parameter" "p" { name = "/a/b" }',
        "aws_ssm_parameter.p.arn",
        "arn:aws:ssm:{region}:{account}:parameter/a/b",
    ),
    ('resource "aws_iam_role" "x" {\n name = "x"\n path = "/svc/"\n}', "aws_iam_role.x.arn", "arn:aws:iam::{account}:role/svc/x"),
    (
        'resource "aws_cloudwatch_log_group" "g" { name = "/g" }',
        '"${aws_cloudwatch_log_group.g.arn}:*"',
        "arn:aws:logs:{region}:{account}:log-group:/g:*",
    ),
    (
        'resource "aws_apigatewayv2_api" "a" { name = "a" }\nresource "aws_apigatewayv2_stage" "s" {\n name = "prod"\n api_id = aws_apigatewayv2_api.a.id\n}',
        '"${aws_apigatewayv2_stage.s.execution_arn}/*"',
        "arn:aws:execute-api:{region}:{account}:{aws_apigatewayv2_api.a id}/prod/*",
    ),
    ('data "aws_s3_bucket" "b" { bucket = "theirs" }', "data.aws_s3_bucket.b.arn", "arn:aws:s3:::theirs"),
    ('data "aws_caller_identity" "me" {}', '"arn:aws:s3:::b-${data.aws_caller_identity.me.account_id}"', "arn:aws:s3:::b-{account}"),
    ('data "aws_partition" "p" {}', '"arn:${data.aws_partition.p.partition}:s3:::b"', "arn:aws:s3:::b"),
    ('resource "random_id" "r" { byte_length = 4 }', '"arn:aws:s3:::b-${random_id.r.hex}"', "arn:aws:s3:::b-{random_id.r hex}"),
    ('variable "v" {}', '"arn:aws:s3:::${var.v}/*"', "arn:aws:s3:::{var.v}/*"),
    ('variable "v" { default = "d" }', '"arn:aws:s3:::${var.v}"', "arn:aws:s3:::d"),
    ('resource "aws_s3_bucket" "b" {\n count = 2\n bucket = "b${count.index}"\n}', "aws_s3_bucket.b[*].arn", {"arn:aws:s3:::b0", "arn:aws:s3:::b1"}),
    (
        'resource "aws_s3_bucket" "b" {\n for_each = toset(["x", "y"])\n bucket = each.key\n}',
        "[for b in aws_s3_bucket.b : b.arn]",
        {"arn:aws:s3:::x", "arn:aws:s3:::y"},
    ),
    ('data "terraform_remote_state" "s" {}', "data.terraform_remote_state.s.outputs.arn", "{data.terraform_remote_state.s.outputs.arn}"),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "expression", "expected"), REFERENCES)
def test_references(declared: str, expression: str, expected: str | set[str]) -> None:
    role = role_of(declared + inline(expression))
    assert role.unknown is None
    wanted = {expected} if isinstance(expected, str) else expected
    assert granted(role) == {f"s3:GetObject {one}" for one in wanted}


GRANTED = {
    "inline_policy": (
        ROLE.replace('name               = "app"', 'name = "app"\n  inline_policy {\n    name = "i"\n    policy = file("p.json")\n  }'),
        {"s3:GetObject arn:aws:s3:::b/*"},
    ),
    "aws_iam_role_policy by name": (ROLE + inline('"arn:aws:s3:::b/*"', '"app"'), {"s3:GetObject arn:aws:s3:::b/*"}),
    "aws_iam_policy and attachment": (
        ROLE + """
resource "aws_iam_policy" "p" { policy = file("p.json") }
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.r.name
  policy_arn = aws_iam_policy.p.arn
}""",
        {"s3:GetObject arn:aws:s3:::b/*"},
    ),
    "aws_iam_policy_attachment": (
        ROLE + """
resource "aws_iam_policy" "p" { policy = file("p.json") }
resource "aws_iam_policy_attachment" "a" {
  name       = "a"
  roles      = [aws_iam_role.r.name]
  policy_arn = aws_iam_policy.p.arn
}""",
        {"s3:GetObject arn:aws:s3:::b/*"},
    ),
    "for_each over attachments": (
        ROLE + """
resource "aws_iam_policy" "p" { policy = file("p.json") }
resource "aws_iam_role_policy_attachment" "a" {
  for_each   = { one = aws_iam_policy.p.arn }
  role       = aws_iam_role.r.name
  policy_arn = each.value
}""",
        {"s3:GetObject arn:aws:s3:::b/*"},
    ),
    "count of zero": (ROLE + inline('"*"').replace("role   =", "count = 0\n  role ="), set()),
    "policy document": (
        ROLE + """
data "aws_iam_policy_document" "base" {
  statement {
    sid       = "A"
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::old/*"]
  }
  statement {
    actions   = ["s3:PutObject"]
    resources = ["arn:aws:s3:::b/&{aws:username}/*"]
  }
}
data "aws_iam_policy_document" "d" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  dynamic "statement" {
    for_each = ["x"]
    content {
      sid       = "A"
      actions   = ["s3:GetObject"]
      resources = ["arn:aws:s3:::${statement.value}/*"]
    }
  }
}
resource "aws_iam_role_policy" "p" {
  role   = aws_iam_role.r.name
  policy = data.aws_iam_policy_document.d.json
}""",
        {"s3:GetObject arn:aws:s3:::x/*", "s3:PutObject arn:aws:s3:::b/${aws:username}/*"},
    ),
    "heredoc": (
        ROLE + """
resource "aws_iam_role_policy" "p" {
  role   = aws_iam_role.r.name
  policy = <<-EOT
    {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::${local.b}/*"}]}
  EOT
}
locals { b = "b" }""",
        {"s3:GetObject arn:aws:s3:::b/*"},
    ),
    "templatefile": (
        ROLE + 'resource "aws_iam_role_policy" "p" {\n  role = aws_iam_role.r.name\n  policy = templatefile("${path.module}/p.tpl", { b = "b" })\n}',
        {"s3:GetObject arn:aws:s3:::b/*"},
    ),
    "template_file": (
        ROLE + """
data "template_file" "p" {
  template = file("${path.module}/p.tpl")
  vars     = { b = "b" }
}
resource "aws_iam_role_policy" "p" {
  role   = aws_iam_role.r.name
  policy = data.template_file.p.rendered
}""",
        {"s3:GetObject arn:aws:s3:::b/*"},
    ),
    "module with inputs and outputs": (
        ROLE + """
module "bucket" {
  source = "./modules/bucket"
  name   = "b"
}
""" + inline('"${module.bucket.arn}/*"'),
        {"s3:GetObject arn:aws:s3:::b/*"},
    ),
}  # fmt: skip
EXTRA = {
    "p.json": DOCUMENT % "arn:aws:s3:::b/*",
    "p.tpl": DOCUMENT % "arn:aws:s3:::${b}/*",
    "modules/bucket/main.tf": 'variable "name" {}\nresource "aws_s3_bucket" "it" { bucket = var.name }\noutput "arn" { value = aws_s3_bucket.it.arn }\n',
}


@pytest.mark.parametrize("name", GRANTED)
def test_granted(name: str) -> None:
    main, expected = GRANTED[name]
    found = project(main, EXTRA)
    role = found.stages[0].functions["f"].role
    assert role.unknown is None
    assert granted(role) == expected
    assert found.problems == ()


def test_an_aws_managed_policy_stands_where_it_is_attached() -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    for written in (f'"{arn}"', "data.aws_iam_policy.m.arn"):
        role = role_of(f"""
data "aws_iam_policy" "m" {{ name = "AWSLambdaBasicExecutionRole" }}
resource "aws_iam_role_policy_attachment" "a" {{
  role       = aws_iam_role.r.name
  policy_arn = {written}
}}""")
        assert role.unknown is None
        assert "logs:PutLogEvents *" in granted(role)
        assert role.policies[0].statements[0].span.line == ROLE.count("\n") + 5


UNKNOWN = {
    "its policy": ('resource "aws_iam_role_policy" "p" {\n role = "app"\n policy = var.p\n}\nvariable "p" {}', "hangs on `var.p`"),
    "its actions": (
        'variable "a" {}\ndata "aws_iam_policy_document" "d" {\n statement {\n actions = var.a\n resources = ["*"]\n }\n}\nresource "aws_iam_role_policy" "p" {\n role = "app"\n policy = data.aws_iam_policy_document.d.json\n}',
        "hangs on `var.a`",
    ),
    "whether it is there": ('variable "on" {}\nresource "aws_iam_role_policy" "p" {\n count = var.on ? 1 : 0\n role = "app"\n policy = "{}"\n}', "whether `aws_iam_role_policy.p` is deployed is not known"),
    "another's policy": ('resource "aws_iam_role_policy_attachment" "a" {\n role = "app"\n policy_arn = "arn:aws:iam::111122223333:policy/x"\n}', "is managed outside the project"),
    "a boundary": ("", "of its permissions boundary"),
    "a policy of any role": ('variable "n" {}\nresource "aws_iam_role_policy" "p" {\n role = lower(var.n)\n policy = "{}"\n}', "may belong to it"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_of_a_role_is_said(name: str) -> None:
    more, why = UNKNOWN[name]
    main = ROLE + more
    if name == "a boundary":
        main = (
            main.replace(
                'name               = "app"', 'name = "app"\n  permissions_boundary = var.b'
            )
            + 'variable "b" {}'
        )
    unknown = stage(main).functions["f"].role.unknown
    assert unknown is not None
    assert why in unknown


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("data.aws_iam_role.x.arn", "role `data.aws_iam_role.x` is managed outside the project"),
        ('"arn:aws:iam::111122223333:role/x"', "is managed outside the project"),
        ("module.iam.role_arn", "role `module.iam.role_arn` is managed outside the project"),
    ],
)
def test_roles_of_others(written: str, why: str) -> None:
    more = 'data "aws_iam_role" "x" { name = "x" }\nmodule "iam" { source = "terraform-aws-modules/iam/aws" }'
    role = stage(ROLE.replace("aws_iam_role.r.arn", written) + more).functions["f"].role
    assert why in (role.unknown or "")


def test_a_boundary_and_the_trust_policy() -> None:
    main = ROLE.replace(
        'name               = "app"', 'name = "app"\n  permissions_boundary = aws_iam_policy.b.arn'
    )
    role = (
        stage(main + 'resource "aws_iam_policy" "b" { policy = file("p.json") }', EXTRA)
        .functions["f"]
        .role
    )
    assert isinstance(role.boundary, Policy)
    assert role.trust is not None
    assert role.trust.statements[0].principals is not None


CODE = {
    "source_dir": ("", ("src",), "app", ""),
    "source_file": ('source_dir  = "${path.module}/src"|source_file = "src/app.py"', ("src",), "app", ""),
    "by output path": ('data.archive_file.z.output_path|"./z.zip"', ("src",), "app", ""),
    "s3 object": (
        'filename      = data.archive_file.z.output_path|s3_bucket = "b"\n s3_key = aws_s3_object.o.key',
        ("src",), "app", "",
    ),
    "bucket": ('filename      = data.archive_file.z.output_path|s3_bucket = "b"\n s3_key = "k"', None, "", "its package is in the bucket `b`"),
    "image": ('filename      = data.archive_file.z.output_path|image_uri = "x"', None, "", "it is a container image"),
    "built elsewhere": ('data.archive_file.z.output_path|"build/x.zip"', None, "", "nothing here says what its package `build/x.zip` is made of"),
    "missing folder": ("module}/src|module}/build", None, "", "the folder `./build` is not in the folder that is checked"),
    "outside": ("module}/src|module}/../src", None, "", "the folder `./../src` is not in the folder that is checked"),
    "java": ("python3.12|java21", None, "", "its runtime is `java21`"),
    "no handler": ('"app.handler"|var.h', None, "", "its handler hangs on `var.h`"),
    "inline": (
        'source_dir  = "${path.module}/src"|source {\n content = "def handler(e, c): ..."\n filename = "app.py"\n }',
        ("main.tf#data.archive_file.z",), "app", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CODE)
def test_code(name: str) -> None:
    change, roots, module, unread = CODE[name]
    old, _, new = change.partition("|")
    main = ROLE.replace(old, new) if old else ROLE
    assert old in ROLE
    more = 'variable "h" {}\nresource "aws_s3_object" "o" {\n bucket = "b"\n key = "k"\n source = data.archive_file.z.output_path\n}'
    function = stage(main + more).functions["f"]
    assert function.unread == unread
    found = function.code
    assert (found.roots if found else None) == roots
    assert (found.module if found else "") == module


def test_layers_are_roots_too() -> None:
    main = ROLE.replace('handler       =', 'layers = [aws_lambda_layer_version.l.arn]\n  handler =') + """
resource "aws_lambda_layer_version" "l" {
  layer_name = "l"
  filename   = data.archive_file.l.output_path
}
data "archive_file" "l" {
  type        = "zip"
  source_dir  = "layer"
  output_path = "l.zip"
}"""  # fmt: skip
    function = stage(main, {"layer/python/shared.py": ""}).functions["f"]
    assert function.code is not None
    assert function.code.roots == ("src", "layer/python")


def test_what_lambda_does_with_the_role() -> None:
    main = ROLE.replace('handler       =', """vpc_config { subnet_ids = ["s"] }
  tracing_config { mode = "Active" }
  dead_letter_config { target_arn = aws_sns_topic.t.arn }
  handler =""") + """
resource "aws_sns_topic" "t" { name = "t" }
resource "aws_sqs_queue" "q" { name = "q" }
resource "aws_lambda_event_source_mapping" "m" {
  function_name    = aws_lambda_function.f.arn
  event_source_arn = aws_sqs_queue.q.arn
}"""  # fmt: skip
    needs = {(n.action, str(n.resource)) for n in stage(main).functions["f"].needs}
    assert ("ec2:DescribeNetworkInterfaces", "*") in needs
    assert ("xray:PutTraceSegments", "*") in needs
    assert ("sns:Publish", "arn:aws:sns:{region}:{account}:t") in needs
    assert ("sqs:ReceiveMessage", "arn:aws:sqs:{region}:{account}:q") in needs


def test_an_event_source_that_is_not_known_accuses_nobody() -> None:
    main = (
        ROLE
        + 'variable "q" {}\nresource "aws_lambda_event_source_mapping" "m" {\n function_name = "f"\n event_source_arn = var.q\n}'
    )
    found = project(main)
    assert found.stages[0].functions["f"].needs == ()
    assert [p.hint for p in found.problems] == ["In full: it hangs on `var.q`."]


ATTACHED = [
    ('resource "aws_s3_bucket_policy" "x" {\n bucket = aws_s3_bucket.b.id', "AWS::S3::Bucket", "arn:aws:s3:::b"),
    ('resource "aws_s3_bucket_policy" "x" {\n bucket = "theirs"', "AWS::S3::Bucket", "arn:aws:s3:::theirs"),
    ('resource "aws_sqs_queue_policy" "x" {\n queue_url = aws_sqs_queue.q.id', "AWS::SQS::Queue", "arn:aws:sqs:{region}:{account}:q"),
    ('resource "aws_sns_topic_policy" "x" {\n arn = aws_sns_topic.t.arn', "AWS::SNS::Topic", "arn:aws:sns:{region}:{account}:t"),
    ('resource "aws_kms_key" "x" {', "AWS::KMS::Key", "arn:aws:kms:{region}:{account}:key/{aws_kms_key.x id}"),
    ('resource "aws_secretsmanager_secret_policy" "x" {\n secret_arn = aws_secretsmanager_secret.s.arn', "AWS::SecretsManager::Secret", "arn:aws:secretsmanager:{region}:{account}:secret:s-{aws_secretsmanager_secret.s suffix}"),
    ('resource "aws_ecr_repository_policy" "x" {\n repository = aws_ecr_repository.e.name', "AWS::ECR::Repository", "arn:aws:ecr:{region}:{account}:repository/e"),
    ('resource "aws_api_gateway_rest_api_policy" "x" {\n rest_api_id = aws_api_gateway_rest_api.a.id', "AWS::ApiGateway::RestApi", "arn:aws:apigateway:{region}::/restapis/{aws_api_gateway_rest_api.a id}"),
]  # fmt: skip
HOLDERS = """
resource "aws_s3_bucket" "b" { bucket = "b" }
resource "aws_sqs_queue" "q" { name = "q" }
resource "aws_sns_topic" "t" { name = "t" }
resource "aws_secretsmanager_secret" "s" { name = "s" }
resource "aws_ecr_repository" "e" { name = "e" }
resource "aws_api_gateway_rest_api" "a" { name = "a" }
"""


@pytest.mark.parametrize(("head", "kind", "resource"), ATTACHED)
def test_resource_policies(head: str, kind: str, resource: str) -> None:
    policy = 'policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "*", Resource = "*" }] })'
    (found,) = stage(f"{HOLDERS}{head}\n {policy}\n}}\n").attached
    assert (found.kind, str(found.resource)) == (kind, resource)


def test_a_lambda_permission_is_a_statement() -> None:
    """AddPermission: the statement that Lambda stores."""
    main = ROLE + """
resource "aws_lambda_permission" "p" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.f.function_name
  principal     = "s3.amazonaws.com"
  source_arn    = "arn:aws:s3:::b"
}"""  # fmt: skip
    (found,) = stage(main).attached
    (statement,) = found.policy.statements
    assert (found.kind, str(found.resource)) == (
        "AWS::Lambda::Function",
        "arn:aws:lambda:{region}:{account}:function:f",
    )
    assert statement.principals is not None
    assert [(kind, item.value) for kind, item in statement.principals.entries] == [
        ("Service", "s3.amazonaws.com")
    ]
    assert [(c.operator.value, c.key.value) for c in statement.conditions] == [
        ("ArnLike", "AWS:SourceArn")
    ]


@pytest.mark.parametrize(
    ("provider", "more", "expected"),
    [
        ('region = "eu-west-1"', "", ("eu-west-1", None, "aws")),
        ("region = var.r", 'variable "r" { default = "cn-north-1" }', ("cn-north-1", None, "aws-cn")),
        ("region = var.r", 'variable "r" {}', (None, None, "aws")),
        ('region = "us-gov-west-1"\n allowed_account_ids = ["111122223333"]', "", ("us-gov-west-1", "111122223333", "aws-us-gov")),
        ('assume_role { role_arn = "arn:aws:iam::111122223333:role/d" }', "", (None, "111122223333", "aws")),
        ('alias = "other"\n region = "eu-west-1"', "", (None, None, "aws")),
    ],
)  # fmt: skip
def test_the_provider_says_where(provider: str, more: str, expected: object) -> None:
    found = stage(f'provider "aws" {{\n {provider}\n}}\n{more}\n{ROLE}')
    assert (found.region, found.account, found.partition) == expected


def test_a_region_variable_without_value_is_the_region() -> None:
    role = role_of(
        'provider "aws" { region = var.r }\nvariable "r" {}' + inline('"arn:aws:s3:${var.r}:x"')
    )
    assert granted(role) == {"s3:GetObject arn:aws:s3:{region}:x"}


STAGES = [
    ({}, {}, {"default": "d"}),
    ({"dev.tfvars": 'v = "dev"', "envs/prod.tfvars": 'v = "prod"'}, {}, {"dev": "dev", "prod": "prod"}),
    ({"envs/qa/terraform.tfvars": 'v = "qa"'}, {}, {"qa": "qa"}),
    ({"terraform.tfvars": 'v = "t"'}, {}, {"default": "t"}),
    ({"terraform.tfvars": 'v = "t"', "x.auto.tfvars": 'v = "a"'}, {}, {"default": "a"}),
    ({"dev.tfvars.json": '{"v": "j"}'}, {}, {"dev": "j"}),
    ({"dev.tfvars": 'v = "dev"'}, {"dev": Told(values={"v": "told"}), "new": Told()}, {"dev": "told", "new": "d"}),
    ({"other/main.tf": 'provider "aws" {}', "other/x.tfvars": 'v = "x"'}, {}, {"default": "d"}),
]  # fmt: skip


@pytest.mark.parametrize(("files", "told", "expected"), STAGES)
def test_stages(files: dict[str, str], told: dict[str, Told], expected: dict[str, str]) -> None:
    main = ROLE.replace('TABLE = "t"', "TABLE = var.v") + 'variable "v" { default = "d" }'
    found = project(main, files, Tellings(stages=told))
    assert {s.name: s.functions["f"].environment["TABLE"] for s in found.stages} == expected


def test_the_workspace_is_the_stage_that_a_person_names() -> None:
    main = ROLE.replace('TABLE = "t"', 'TABLE = "t-${terraform.workspace}"')
    told = project(main, told=Tellings(stages={"prod": Told()})).stages[0]
    assert told.functions["f"].environment["TABLE"] == "t-prod"
    assert str(stage(main).functions["f"].environment["TABLE"]) == "t-{terraform.workspace}"


def test_the_lambda_module_of_the_registry() -> None:
    """Its README: a policy is attached only when its flag is set; logs are by default."""
    main = """
module "fn" {
  source        = "terraform-aws-modules/lambda/aws"
  version       = "~> 7.0"
  function_name = "orders"
  handler       = "app.handler"
  runtime       = "python3.12"
  source_path   = "${path.module}/src"
  environment_variables    = { TABLE = "t" }
  attach_policy_statements = true
  policy_statements        = { db = { actions = ["dynamodb:GetItem"], resources = ["*"] } }
  attach_policies          = false
  policies                 = ["arn:aws:iam::aws:policy/AdministratorAccess"]
  number_of_policies       = 1
}
output "arn" { value = module.fn.lambda_function_arn }
"""
    found = project(main)
    function = found.stages[0].functions["module.fn"]
    group = "arn:aws:logs:{region}:{account}:log-group:/aws/lambda/orders:*"
    assert found.problems == ()
    assert function.code is not None
    assert (function.code.roots, function.environment) == (("src",), {"TABLE": "t"})
    assert function.span.line == 2
    assert granted(function.role) == {
        "dynamodb:GetItem *",
        *(f"{a} {r}" for r in (group, f"{group}:*") for a in ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")),
    }  # fmt: skip
    (statement,) = function.role.policies[1].statements
    assert (
        main.splitlines()[statement.actions[0].span.line - 1]
        .strip()
        .startswith("policy_statements")
    )


def test_other_modules_of_the_registry_are_named() -> None:
    found = project(
        'module "db" {\n  source = "terraform-aws-modules/dynamodb-table/aws"\n}\n' + ROLE
    )
    (problem,) = found.problems
    assert (
        problem.message
        == "the module `db` comes from `terraform-aws-modules/dynamodb-table/aws` and is not followed"
    )


PLACES = [
    ('policy = <<E\n{"Version": "2012-10-17",\n "Statement": [{"Effect": "Allow", "Action": "s3:X", "Resource": "*"}]}\nE\n', "s3:X"),
    ('policy = jsonencode({\n Version = "2012-10-17"\n Statement = { Effect = "Allow", Action = "s3:X", Resource = "*" } })\n', "s3:X"),
    ('policy = local.p\n}\nlocals {\n p = <<-E\n  {"Version": "2012-10-17", "Statement": [\n   {"Effect": "Allow", "Resource": "${"*"}", "Action": "s3:X"}]}\n  E\n', "s3:X"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "action"), PLACES)
def test_policies_keep_their_places(text: str, action: str) -> None:
    main = f'{ROLE}resource "aws_iam_role_policy" "p" {{\n role = "app"\n {text}}}\n'
    (policy,) = stage(main).functions["f"].role.policies
    (item,) = policy.statements[0].actions
    line = main.splitlines()[item.span.line - 1]
    assert line[item.span.column - 1 : item.span.end_column - 1] == f'"{action}"'


def test_places_in_files_of_their_own() -> None:
    files = {
        "p.json": '{"Version": "2012-10-17",\n "Statement": [{"Effect": "Allow",\n  "Action": "s3:X", "Resource": "*"}]}'
    }
    role = role_of(
        'resource "aws_iam_role_policy" "p" {\n role = "app"\n policy = file("p.json")\n}', files
    )
    assert str(role.policies[0].statements[0].actions[0].span) == "p.json:3:13"


def test_symbols_and_spellings() -> None:
    found = stage(
        'data "aws_caller_identity" "me" {}\nresource "aws_s3_bucket" "b" {}\nvariable "v" {}'
        + inline('"${aws_s3_bucket.b.arn}/${var.v}"')
        + ROLE
    )
    symbols = found.functions["f"].role.policies[0].symbols
    assert symbols.own == {"aws_s3_bucket.b id"}
    assert symbols.given == {"region", "account", "var.v"}
    assert found.spellings["{account}"] == "${data.aws_caller_identity.me.account_id}"
    assert (
        found.spellings["arn:aws:s3:::terraform-{aws_s3_bucket.b id}"] == "${aws_s3_bucket.b.arn}"
    )


def test_where_projects_are() -> None:
    """A folder that a module call names is a part of the caller's project."""
    tree = MemoryTree({
        "infra/main.tf": 'module "a" { source = "../modules/a" }',
        "modules/a/main.tf": 'resource "aws_s3_bucket" "b" {}',
        "azure/main.tf": 'resource "azurerm_x" "y" {}',
        "plans/prod.tfplan.json": '{"format_version": "1.2", "planned_values": {}}',
    })  # fmt: skip
    assert [(one.folder, one.framework, one.marker) for one in find(tree)] == [
        ("infra", "terraform", "infra/main.tf"),
        ("plans", "terraform", "plans/prod.tfplan.json"),
    ]


def test_a_provider_of_another_region() -> None:
    main = (
        'provider "aws" { region = "eu-west-1" }\n'
        'provider "aws" {\n alias = "us"\n region = "us-east-1"\n}\n'
        'resource "aws_sqs_queue" "q" {\n name = "q"\n provider = aws.us\n}\n'
    )
    role = role_of(main + inline("aws_sqs_queue.q.arn"))
    assert granted(role) == {"s3:GetObject arn:aws:sqs:us-east-1:{account}:q"}


def test_the_example_of_the_page() -> None:
    page = (Path(__file__).parents[3] / "docs" / "terraform.md").read_text()
    found = stage(page.partition("```hcl\n")[2].partition("```")[0])
    function = found.functions["app"]
    arn = "arn:aws:dynamodb:eu-west-1:{account}:table/orders"
    assert function.environment == {"TABLE": "orders"}
    assert granted(function.role) == {f"dynamodb:GetItem {arn}"}
