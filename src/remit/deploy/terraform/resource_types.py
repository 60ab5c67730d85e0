"""What AWS makes of resources: names, ARNs and ids by Terraform resource type.

`arn` formats use `{partition}`, `{region}`, `{account}`, `{name}` (the resource's name as AWS
knows it) and `{id}` (an id that AWS assigns). The names of arguments and of computed attributes
are those of the AWS provider's documentation (registry.terraform.io/providers/hashicorp/aws, one
page for each resource, "Argument Reference" and "Attribute Reference"); the ARN formats are those
of the Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_GENERATED = "terraform-{id}"  # the provider's `id.UniqueId`: "terraform-" and a unique suffix


@dataclass(frozen=True, slots=True)
class Made:
    """One resource type.

    `names` are the arguments that name it, `generated` the format of its name where none does,
    None where it must be named. `computed` are further attributes by format; each may use
    `{arn}`. `also` are arguments that are formats' parts (`{path}`), with their defaults.
    """

    arn: str
    names: tuple[str, ...] = ("name",)
    generated: str | None = _GENERATED
    computed: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    lower: bool = False


def _of(service: str, resource: str) -> str:
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"


_NAME = {"id": "{name}"}
_ARN = {"id": "{arn}"}
_ROLE_PATH = {"path": "/"}

TYPES: Mapping[str, Made] = {
    "aws_api_gateway_rest_api": Made(
        "arn:{partition}:apigateway:{region}::/restapis/{id}",
        computed={"id": "{id}", "execution_arn": _of("execute-api", "{id}")},
    ),
    "aws_apigatewayv2_api": Made(
        "arn:{partition}:apigateway:{region}::/apis/{id}",
        computed={
            "id": "{id}",
            "execution_arn": _of("execute-api", "{id}"),
            "api_endpoint": "https://{id}.execute-api.{region}.amazonaws.com",
        },
    ),
    "aws_api_gateway_deployment": Made(
        "",
        ("stage_name",),
        None,
        {"execution_arn": _of("execute-api", "{rest_api_id}/{name}")},
        {"rest_api_id": ""},
    ),
    "aws_api_gateway_stage": Made(
        "arn:{partition}:apigateway:{region}::/restapis/{rest_api_id}/stages/{name}",
        ("stage_name",),
        None,
        {"execution_arn": _of("execute-api", "{rest_api_id}/{name}")},
        {"rest_api_id": ""},
    ),
    "aws_apigatewayv2_stage": Made(
        "arn:{partition}:apigateway:{region}::/apis/{api_id}/stages/{name}",
        ("name",),
        None,
        {"execution_arn": _of("execute-api", "{api_id}/{name}"), "id": "{name}"},
        {"api_id": ""},
    ),
    "aws_athena_workgroup": Made(_of("athena", "workgroup/{name}"), computed=_NAME),
    "aws_appconfig_application": Made(
        _of("appconfig", "application/{id}"), computed={"id": "{id}"}
    ),
    "aws_batch_job_queue": Made(_of("batch", "job-queue/{name}"), computed=_ARN),
    "aws_cloudwatch_event_bus": Made(_of("events", "event-bus/{name}"), computed=_NAME),
    "aws_cloudwatch_event_rule": Made(_of("events", "rule/{name}"), computed=_NAME),
    "aws_cloudwatch_log_group": Made(_of("logs", "log-group:{name}"), computed=_NAME),
    "aws_codebuild_project": Made(_of("codebuild", "project/{name}"), computed=_ARN),
    "aws_codecommit_repository": Made(
        _of("codecommit", "{name}"), ("repository_name",), None, _NAME
    ),
    "aws_codepipeline": Made(_of("codepipeline", "{name}"), computed=_NAME),
    "aws_cognito_identity_pool": Made(
        _of("cognito-identity", "identitypool/{id}"), ("identity_pool_name",), None, {"id": "{id}"}
    ),
    "aws_cognito_user_pool": Made(_of("cognito-idp", "userpool/{id}"), computed={"id": "{id}"}),
    "aws_db_instance": Made(
        _of("rds", "db:{name}"), ("identifier",), computed={"identifier": "{name}"}, lower=True
    ),
    "aws_dynamodb_table": Made(
        _of("dynamodb", "table/{name}"),
        computed={**_NAME, "stream_arn": "{arn}/stream/{stream label}"},
    ),
    "aws_ecr_repository": Made(
        _of("ecr", "repository/{name}"),
        computed={**_NAME, "repository_url": "{account}.dkr.ecr.{region}.amazonaws.com/{name}"},
    ),
    "aws_ecs_cluster": Made(_of("ecs", "cluster/{name}"), computed=_ARN),
    "aws_efs_access_point": Made(
        _of("elasticfilesystem", "access-point/{id}"), (), computed={"id": "{id}"}
    ),
    "aws_efs_file_system": Made(
        _of("elasticfilesystem", "file-system/{id}"), (), computed={"id": "{id}"}
    ),
    "aws_elasticsearch_domain": Made(_of("es", "domain/{name}"), ("domain_name",), None, _ARN),
    "aws_glue_crawler": Made(_of("glue", "crawler/{name}"), computed=_NAME),
    "aws_glue_job": Made(_of("glue", "job/{name}"), computed=_NAME),
    "aws_iam_group": Made(
        "arn:{partition}:iam::{account}:group{path}{name}", computed=_NAME, also=_ROLE_PATH
    ),
    "aws_iam_policy": Made(
        "arn:{partition}:iam::{account}:policy{path}{name}", computed=_ARN, also=_ROLE_PATH
    ),
    "aws_iam_role": Made(
        "arn:{partition}:iam::{account}:role{path}{name}",
        computed={**_NAME, "unique_id": "{id}"},
        also=_ROLE_PATH,
    ),
    "aws_iam_user": Made(
        "arn:{partition}:iam::{account}:user{path}{name}", computed=_NAME, also=_ROLE_PATH
    ),
    "aws_kinesis_firehose_delivery_stream": Made(
        _of("firehose", "deliverystream/{name}"), computed=_ARN
    ),
    "aws_kinesis_stream": Made(_of("kinesis", "stream/{name}"), computed=_ARN),
    "aws_kms_alias": Made(_of("kms", "{name}"), computed=_NAME),
    "aws_kms_key": Made(_of("kms", "key/{id}"), (), computed={"id": "{id}", "key_id": "{id}"}),
    "aws_lambda_function": Made(
        _of("lambda", "function:{name}"),
        ("function_name",),
        None,
        {
            **_NAME,
            "qualified_arn": "{arn}:{version}",
            "version": "{version}",
            "invoke_arn": (
                "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}"
                "/invocations"
            ),
        },
    ),
    "aws_lambda_layer_version": Made(
        _of("lambda", "layer:{name}:{version}"),
        ("layer_name",),
        None,
        {"layer_arn": _of("lambda", "layer:{name}"), "id": "{arn}", "version": "{version}"},
    ),
    "aws_mq_broker": Made(_of("mq", "broker:{name}:{id}"), ("broker_name",), None, {"id": "{id}"}),
    "aws_msk_cluster": Made(_of("kafka", "cluster/{name}/{id}"), ("cluster_name",), None, _ARN),
    "aws_opensearch_domain": Made(_of("es", "domain/{name}"), ("domain_name",), None, _ARN),
    "aws_rds_cluster": Made(
        _of("rds", "cluster:{name}"), ("cluster_identifier",), computed=_NAME, lower=True
    ),
    "aws_s3_bucket": Made(
        "arn:{partition}:s3:::{name}",
        ("bucket",),
        computed={
            **_NAME,
            "bucket": "{name}",
            "bucket_domain_name": "{name}.s3.amazonaws.com",
            "bucket_regional_domain_name": "{name}.s3.{region}.amazonaws.com",
        },
        lower=True,
    ),
    "aws_sagemaker_endpoint": Made(_of("sagemaker", "endpoint/{name}"), computed=_NAME, lower=True),
    "aws_secretsmanager_secret": Made(
        _of("secretsmanager", "secret:{name}-{suffix}"), computed=_ARN
    ),
    "aws_sfn_activity": Made(_of("states", "activity:{name}"), computed=_ARN),
    "aws_sfn_state_machine": Made(_of("states", "stateMachine:{name}"), computed=_ARN),
    "aws_sns_topic": Made(_of("sns", "{name}"), computed=_ARN),
    "aws_sqs_queue": Made(
        _of("sqs", "{name}"),
        computed={
            "url": "https://sqs.{region}.amazonaws.com/{account}/{name}",
            "id": "https://sqs.{region}.amazonaws.com/{account}/{name}",
        },
    ),
    "aws_ssm_document": Made(_of("ssm", "document/{name}"), computed=_NAME),
    "aws_ssm_parameter": Made(_of("ssm", "parameter/{name}"), computed=_NAME),
    "aws_timestreamwrite_database": Made(
        _of("timestream", "database/{name}"), ("database_name",), None, _NAME
    ),
}
"""By resource type; a data source of the same type has the same attributes."""

ASSIGNED: Mapping[str, tuple[str, ...]] = {
    "random_id": ("hex", "dec", "b64_url", "b64_std", "id"),
    "random_integer": ("result", "id"),
    "random_password": ("result", "bcrypt_hash"),
    "random_pet": ("id",),
    "random_string": ("result", "id"),
    "random_uuid": ("result", "id"),
}
"""What the `random` provider assigns (registry.terraform.io/providers/hashicorp/random)."""

DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "aws_cloudwatch_event_rule": {"event_bus_name": "default"},
    "aws_iam_role": {"path": "/"},
    "aws_iam_policy": {"path": "/"},
}
"""Arguments with a documented default, where references to them are common."""
