"""Rule tables: what a call requires where the same-named action is not the whole truth.

One file a family of services, data only; `catalog.needs` reads them. A family is imported when
one of its services is first asked for.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from remit.catalog.rules.model import Family

_MODULES = {
    "apigateway": "apigateway",
    "apigatewayv2": "apigateway",
    "apigatewaymanagementapi": "apigateway",
    "appsync": "account",
    "athena": "data",
    "batch": "compute",
    "bedrock-agent": "ai",
    "bedrock-agent-runtime": "ai",
    "bedrock-runtime": "ai",
    "budgets": "account",
    "cloudformation": "operations",
    "cloudfront": "operations",
    "cloudwatch": "operations",
    "codebuild": "operations",
    "codepipeline": "operations",
    "cognito-identity": "identity",
    "cognito-idp": "identity",
    "dynamodb": "dynamodb",
    "dynamodbstreams": "dynamodb",
    "ec2": "compute",
    "ecr": "compute",
    "ecs": "compute",
    "efs": "data",
    "eks": "compute",
    "elasticache": "data",
    "events": "messaging",
    "firehose": "messaging",
    "glue": "data",
    "iam": "identity",
    "iot-data": "messaging",
    "kinesis": "messaging",
    "kms": "security",
    "lambda": "compute",
    "logs": "operations",
    "opensearch": "data",
    "pinpoint": "account",
    "pipes": "messaging",
    "polly": "ai",
    "rds": "data",
    "rds-data": "data",
    "redshift-data": "data",
    "rekognition": "ai",
    "route53": "operations",
    "s3": "s3",
    "s3control": "s3",
    "scheduler": "messaging",
    "secretsmanager": "security",
    "ses": "email",
    "sesv2": "email",
    "sns": "messaging",
    "sqs": "messaging",
    "ssm": "security",
    "sso": "identity",
    "sso-oidc": "identity",
    "stepfunctions": "compute",
    "sts": "identity",
    "textract": "ai",
    "wafv2": "operations",
}

SERVICES = frozenset(_MODULES)
"""botocore's names of the services that have rules."""


@cache
def family(service: str) -> Family:
    """The rules of a service (botocore's name for it); an empty family when there are none."""
    module = _MODULES.get(service)
    if module is None:
        return Family()
    found: Family = import_module(f"remit.catalog.rules.{module}").FAMILIES.get(service, Family())
    return found
