"""What the SDK for JavaScript calls services and operations, and what botocore calls them.

Version 3 names a package after the service id, in lower case with hyphens; a test walks botocore's
service ids and compares. Version 2 has class names of its own.
"""

from __future__ import annotations

import re
from functools import cache

from botocore import xform_name

from remit.catalog import models
from remit.scan.sdk.client import waiter_operation

CLIENT = "@aws-sdk/client-"

# Service ids that botocore keeps under another name. Source: `serviceId` in botocore's models.
SERVICE_IDS = {
    "api-gateway": "apigateway",
    "app-mesh": "appmesh",
    "application-auto-scaling": "application-autoscaling",
    "application-discovery-service": "discovery",
    "auto-scaling": "autoscaling",
    "auto-scaling-plans": "autoscaling-plans",
    "cloudhsm-v2": "cloudhsmv2",
    "cloudsearch-domain": "cloudsearchdomain",
    "cloudwatch-logs": "logs",
    "cognito-identity-provider": "cognito-idp",
    "config-service": "config",
    "cost-and-usage-report-service": "cur",
    "cost-explorer": "ce",
    "data-pipeline": "datapipeline",
    "database-migration-service": "dms",
    "device-farm": "devicefarm",
    "direct-connect": "directconnect",
    "directory-service": "ds",
    "directory-service-data": "ds-data",
    "dynamodb-streams": "dynamodbstreams",
    "elastic-beanstalk": "elasticbeanstalk",
    "elastic-load-balancing": "elb",
    "elastic-load-balancing-v2": "elbv2",
    "elasticsearch-service": "es",
    "eventbridge": "events",
    "global-accelerator": "globalaccelerator",
    "iot-data-plane": "iot-data",
    "iot-jobs-data-plane": "iot-jobs-data",
    "iot-wireless": "iotwireless",
    "kinesis-analytics": "kinesisanalytics",
    "kinesis-analytics-v2": "kinesisanalyticsv2",
    "kinesis-video": "kinesisvideo",
    "lex-model-building-service": "lex-models",
    "lex-models-v2": "lexv2-models",
    "lex-runtime-service": "lex-runtime",
    "lex-runtime-v2": "lexv2-runtime",
    "machine-learning": "machinelearning",
    "marketplace-commerce-analytics": "marketplacecommerceanalytics",
    "marketplace-entitlement-service": "marketplace-entitlement",
    "marketplace-metering": "meteringmarketplace",
    "migration-hub": "mgh",
    "resource-groups-tagging-api": "resourcegroupstaggingapi",
    "route-53": "route53",
    "route-53-domains": "route53domains",
    "s3-control": "s3control",
    "secrets-manager": "secretsmanager",
    "serverlessapplicationrepository": "serverlessrepo",
    "service-catalog": "servicecatalog",
    "service-catalog-appregistry": "servicecatalog-appregistry",
    "sfn": "stepfunctions",
    "simpledb": "sdb",
    "storage-gateway": "storagegateway",
}

# Class names of version 2 that are neither a service id nor botocore's name.
# Source: the class names in the API reference of the AWS SDK for JavaScript v2.
_CLASSES = {
    "augmentedairuntime": "sagemaker-a2i-runtime",
    "cloudwatchevents": "events",
    "cognitoidentityserviceprovider": "cognito-idp",
    "forecastqueryservice": "forecastquery",
    "forecastservice": "forecast",
    "rdsdataservice": "rds-data",
    "transcribeservice": "transcribe",
}

DOCUMENT = {
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "Query": "Query",
    "Scan": "Scan",
    "BatchGet": "BatchGetItem",
    "BatchWrite": "BatchWriteItem",
    "TransactGet": "TransactGetItems",
    "TransactWrite": "TransactWriteItems",
    "ExecuteStatement": "ExecuteStatement",
    "BatchExecuteStatement": "BatchExecuteStatement",
    "ExecuteTransaction": "ExecuteTransaction",
}
"""What document clients call operations of DynamoDB, in both versions of the SDK."""


def service_of(package: str) -> str | None:
    """botocore's name for the service of a package `@aws-sdk/client-...`; None when unknown."""
    key = package.removeprefix(CLIENT)
    name = SERVICE_IDS.get(key, key)
    return name if package.startswith(CLIENT) and name in models.services() else None


@cache
def _by_class() -> dict[str, str]:
    named = {_squeezed(name): name for name in models.services()}
    named |= {_squeezed(key): name for key, name in SERVICE_IDS.items()}
    return named | _CLASSES


def _squeezed(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())


def service_of_class(name: str) -> str | None:
    """botocore's name for a class of version 2 (`StepFunctions`); None when there is none."""
    return _by_class().get(name.lower())


def is_service_class(package: str, name: str) -> bool:
    """Whether `name` is the class with all operations as methods: `DynamoDB`, `SFN`."""
    return name.lower() == _squeezed(package.removeprefix(CLIENT))


def has_operation(service: str, operation: str) -> bool:
    """Whether the service has the operation."""
    model = models.service_model(service)
    return model is not None and operation in model.operations


@cache
def _methods(service: str) -> dict[str, str]:
    model = models.service_model(service)
    return {op[0].lower() + op[1:]: op for op in (model.operations if model else ())}


def operation_of(service: str, method: str, *, document: bool) -> str | None:
    """The operation of a client's method: `putItem`, or `put` of a document client."""
    if document:
        return DOCUMENT.get(method[:1].upper() + method[1:])
    return _methods(service).get(method)


def waited_for(service: str, name: str) -> str | None:
    """The operation that a waiter polls: `TableExists`, in version 2 `tableExists`."""
    return waiter_operation(service, xform_name(name[:1].upper() + name[1:]))


@cache
def enum_value(service: str, shape: str, member: str) -> str | None:
    """The value of a member of an enum that a package exports: `ReturnValue.ALL_NEW`."""
    model = models.service_model(service)
    values = model.raw["shapes"].get(shape, {}).get("enum", ()) if model else ()
    return next((one for one in values if re.sub(r"\W", "_", one) == member), None)
