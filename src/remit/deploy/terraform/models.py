"""Modules of the registry that remit knows without having them: what they deploy, in our own HCL.

A model holds what matters for permissions and nothing else; what it makes stands, for people, at
the call of the module. There is one, because it is in wide use:

`terraform-aws-modules/lambda/aws`, versions 2 to 8. Source: the module's README ("Inputs",
"Outputs", "Lambda Permissions for allowed triggers") and what its documentation says of each
`attach_*` flag: a policy is attached only when its flag is set, lists only as far as
`number_of_policies` and `number_of_policy_jsons` say, logs unless `attach_cloudwatch_logs_policy`
is false; the role is called `role_name` or else `function_name`.
"""

from __future__ import annotations

from remit.core.span import Span
from remit.deploy.terraform import parser
from remit.deploy.terraform.nodes import Body
from remit.deploy.terraform.places import Placed

_LAMBDA = """
variable "create" { default = true }
variable "create_function" { default = true }
variable "create_layer" { default = false }
variable "create_role" { default = true }
variable "function_name" { default = "" }
variable "handler" { default = "" }
variable "runtime" { default = "" }
variable "package_type" { default = "Zip" }
variable "image_uri" { default = null }
variable "source_path" { default = null }
variable "create_package" { default = true }
variable "local_existing_package" { default = null }
variable "s3_existing_package" { default = {} }
variable "layers" { default = [] }
variable "layer_name" { default = "" }
variable "environment_variables" { default = {} }
variable "vpc_subnet_ids" { default = [] }
variable "tracing_mode" { default = null }
variable "dead_letter_target_arn" { default = null }
variable "destination_on_failure" { default = null }
variable "destination_on_success" { default = null }
variable "lambda_role" { default = "" }
variable "role_name" { default = null }
variable "role_path" { default = null }
variable "role_permissions_boundary" { default = null }
variable "attach_cloudwatch_logs_policy" { default = true }
variable "attach_create_log_group_permission" { default = true }
variable "use_existing_cloudwatch_log_group" { default = false }
variable "attach_dead_letter_policy" { default = false }
variable "attach_network_policy" { default = false }
variable "attach_tracing_policy" { default = false }
variable "attach_async_event_policy" { default = false }
variable "attach_policy_json" { default = false }
variable "policy_json" { default = null }
variable "attach_policy_jsons" { default = false }
variable "policy_jsons" { default = [] }
variable "number_of_policy_jsons" { default = 0 }
variable "attach_policy" { default = false }
variable "policy" { default = null }
variable "attach_policies" { default = false }
variable "policies" { default = [] }
variable "number_of_policies" { default = 0 }
variable "attach_policy_statements" { default = false }
variable "policy_statements" { default = {} }
variable "event_source_mapping" { default = {} }
variable "allowed_triggers" { default = {} }

data "aws_region" "here" {}
data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}

locals {
  function = var.create && var.create_function && !var.create_layer
  role     = local.function && var.create_role
  group = join(":", [
    "arn", data.aws_partition.here.partition, "logs", data.aws_region.here.name,
    data.aws_caller_identity.here.account_id, "log-group", "/aws/lambda/${var.function_name}"
  ])
  makes_group = !var.use_existing_cloudwatch_log_group && var.attach_create_log_group_permission
  chosen      = [var.destination_on_failure, var.destination_on_success]
  targets     = [for one in local.chosen : one if one != null]
}

resource "aws_lambda_function" "this" {
  count         = local.function ? 1 : 0
  function_name = var.function_name
  role          = var.create_role ? aws_iam_role.lambda[0].arn : var.lambda_role
  handler       = var.handler
  runtime       = var.runtime
  package_type  = var.package_type
  image_uri     = var.image_uri
  source_path   = var.create_package ? var.source_path : null
  filename      = var.local_existing_package
  s3_bucket     = try(var.s3_existing_package.bucket, null)
  layers        = var.layers
  environment { variables = var.environment_variables }
  vpc_config { subnet_ids = var.vpc_subnet_ids }
  tracing_config { mode = var.tracing_mode }
  dead_letter_config { target_arn = var.dead_letter_target_arn }
}

resource "aws_lambda_layer_version" "this" {
  count       = var.create && var.create_layer ? 1 : 0
  layer_name  = var.layer_name
  source_path = var.create_package ? var.source_path : null
  filename    = var.local_existing_package
}

resource "aws_iam_role" "lambda" {
  count                = local.role ? 1 : 0
  name                 = coalesce(var.role_name, var.function_name)
  path                 = var.role_path
  permissions_boundary = var.role_permissions_boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "logs" {
  count = local.role && var.attach_cloudwatch_logs_policy ? 1 : 0
  role  = aws_iam_role.lambda[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = concat(local.makes_group ? ["logs:CreateLogGroup"] : [], [
        "logs:CreateLogStream", "logs:PutLogEvents"
      ])
      Resource = ["${local.group}:*", "${local.group}:*:*"]
    }]
  })
}

resource "aws_iam_role_policy" "dead_letter" {
  count = local.role && var.attach_dead_letter_policy ? 1 : 0
  role  = aws_iam_role.lambda[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sns:Publish", "sqs:SendMessage"]
      Resource = [var.dead_letter_target_arn]
    }]
  })
}

resource "aws_iam_role_policy" "async" {
  count = local.role && var.attach_async_event_policy ? 1 : 0
  role  = aws_iam_role.lambda[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sns:Publish", "sqs:SendMessage", "events:PutEvents", "lambda:InvokeFunction"]
      Resource = local.targets
    }]
  })
}

resource "aws_iam_role_policy_attachment" "network" {
  count      = local.role && var.attach_network_policy ? 1 : 0
  role       = aws_iam_role.lambda[0].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaENIManagementAccess"
}

resource "aws_iam_role_policy_attachment" "tracing" {
  count      = local.role && var.attach_tracing_policy ? 1 : 0
  role       = aws_iam_role.lambda[0].name
  policy_arn = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
}

resource "aws_iam_role_policy" "json" {
  count  = local.role && var.attach_policy_json ? 1 : 0
  role   = aws_iam_role.lambda[0].name
  policy = var.policy_json
}

resource "aws_iam_role_policy" "jsons" {
  count  = local.role && var.attach_policy_jsons ? var.number_of_policy_jsons : 0
  role   = aws_iam_role.lambda[0].name
  policy = var.policy_jsons[count.index]
}

resource "aws_iam_role_policy_attachment" "one" {
  count      = local.role && var.attach_policy ? 1 : 0
  role       = aws_iam_role.lambda[0].name
  policy_arn = var.policy
}

resource "aws_iam_role_policy_attachment" "many" {
  count      = local.role && var.attach_policies ? var.number_of_policies : 0
  role       = aws_iam_role.lambda[0].name
  policy_arn = var.policies[count.index]
}

data "aws_iam_policy_document" "statements" {
  dynamic "statement" {
    for_each = var.policy_statements
    content {
      sid           = try(statement.value.sid, null)
      effect        = try(statement.value.effect, null)
      actions       = try(statement.value.actions, null)
      not_actions   = try(statement.value.not_actions, null)
      resources     = try(statement.value.resources, null)
      not_resources = try(statement.value.not_resources, null)
      condition     = try(statement.value.condition, [])
    }
  }
}

resource "aws_iam_role_policy" "statements" {
  count  = local.role && var.attach_policy_statements ? 1 : 0
  role   = aws_iam_role.lambda[0].name
  policy = data.aws_iam_policy_document.statements.json
}

resource "aws_lambda_event_source_mapping" "this" {
  for_each         = local.function ? var.event_source_mapping : {}
  function_name    = aws_lambda_function.this[0].arn
  event_source_arn = try(each.value.event_source_arn, null)
}

resource "aws_lambda_permission" "this" {
  for_each      = local.function ? var.allowed_triggers : {}
  function_name = aws_lambda_function.this[0].function_name
  action        = try(each.value.action, "lambda:InvokeFunction")
  principal     = try(each.value.principal, "${each.value.service}.amazonaws.com")
  source_arn    = try(each.value.source_arn, null)
}

output "lambda_function_arn" { value = try(aws_lambda_function.this[0].arn, "") }
output "lambda_function_name" { value = try(aws_lambda_function.this[0].function_name, "") }
output "lambda_function_invoke_arn" { value = try(aws_lambda_function.this[0].invoke_arn, "") }
output "lambda_function_qualified_arn" {
  value = try(aws_lambda_function.this[0].qualified_arn, "")
}
output "lambda_role_arn" { value = try(aws_iam_role.lambda[0].arn, "") }
output "lambda_role_name" { value = try(aws_iam_role.lambda[0].name, "") }
output "lambda_layer_arn" { value = try(aws_lambda_layer_version.this[0].arn, "") }
output "lambda_cloudwatch_log_group_arn" { value = local.group }
output "lambda_cloudwatch_log_group_name" { value = "/aws/lambda/${var.function_name}" }
"""

_MODELS = {
    "terraform-aws-modules/lambda/aws": _LAMBDA,
    "github.com/terraform-aws-modules/terraform-aws-lambda": _LAMBDA,
}
_PREFIXES = ("git::", "https://", "ssh://", "git@", "registry.terraform.io/")


def model(source: str, span: Span) -> Body | None:
    """The model of a module by its source, None where there is none. `span` is the call's."""
    name = source.partition("?")[0]
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    found = _MODELS.get(name.replace("github.com:", "github.com/").removesuffix(".git"))
    return None if found is None else parser.parse_source(Placed(found, span))
