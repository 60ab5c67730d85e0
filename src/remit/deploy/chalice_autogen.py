"""The policy that Chalice generates (`autogen_policy`), as far as it can be told from outside.

Chalice looks for calls of clients made by `boto3.client` in `app.py` alone: not in `chalicelib`,
not in classes, never for boto3 resources or sessions (chalice/analyzer.py, chalice/policy.py,
1.33). What it finds depends on small limits of its type inference, so the policy here is an upper
bound: **what it does not grant, Chalice's policy does not grant either**. A denial by it is
certain; an allow is not.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from remit.catalog.models import methods
from remit.core.policy import Effect, Item, Policy, Statement
from remit.core.span import Span

# The services in Chalice's table (policies.json). For any other it grants nothing.
_SERVICES = """
account acm acm-pca alexaforbusiness amplify amplifybackend amplifyuibuilder appconfig appflow
application-autoscaling appmesh apprunner appstream athena auditmanager autoscaling
autoscaling-plans backup backup-gateway batch braket budgets chime clouddirectory cloudformation
cloudfront cloudhsm cloudhsmv2 cloudsearch cloudtrail cloudwatch codeartifact codebuild codecommit
codedeploy codeguru-reviewer codepipeline codestar codestar-connections codestar-notifications
cognito-identity cognito-idp cognito-sync comprehend comprehendmedical compute-optimizer config
connect cur databrew dataexchange datapipeline datasync dax detective devicefarm devops-guru
directconnect discovery dlm dms drs ds dynamodb dynamodbstreams ebs ec2 ec2-instance-connect ecr
ecr-public ecs efs eks elastic-inference elasticache elasticbeanstalk elastictranscoder elb elbv2
emr emr-containers es events evidently finspace firehose fis fms forecast frauddetector fsx
gamelift glacier globalaccelerator grafana groundstation guardduty health healthlake honeycode iam
identitystore imagebuilder importexport inspector inspector2 iot iot-data iot-jobs-data
iotanalytics iotdeviceadvisor iotevents iotfleethub iotsitewise iotthingsgraph iottwinmaker
iotwireless ivs kafka kafkaconnect kendra kinesis kinesis-video-archived-media kinesis-video-media
kinesisanalytics kinesisvideo kms lakeformation lambda lex-models lex-runtime license-manager
lightsail logs lookoutequipment lookoutmetrics lookoutvision machinelearning macie macie2
managedblockchain mediaconnect mediaconvert mediapackage-vod mediatailor memorydb mgn mobile mq
mturk network-firewall networkmanager nimble opsworks opsworkscm organizations outposts panorama
personalize pi pinpoint polly pricing proton qldb quicksight ram rbin rds rds-data redshift
redshift-data rekognition resiliencehub resource-groups resourcegroupstaggingapi robomaker route53
route53-recovery-cluster route53-recovery-control-config route53-recovery-readiness route53domains
route53resolver rum s3 sagemaker sagemaker-runtime savingsplans schemas sdb secretsmanager
securityhub servicecatalog ses shield signer sms-voice snow-device-management snowball sns sqs ssm
ssm-contacts ssm-incidents stepfunctions storagegateway sts swf synthetics textract transcribe
transfer translate waf waf-regional wafv2 wellarchitected wisdom workdocs worklink workmail
workmailmessageflow workspaces workspaces-web xray
"""
SERVICES = frozenset(_SERVICES.split())

# Where the table's prefix is not the client's name.
_PREFIXES = {
    "alexaforbusiness": "a4b",
    "cloudhsmv2": "cloudhsm",
    "dynamodbstreams": "dynamodb",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "iot-data": "iot",
    "iot-jobs-data": "iot",
    "kinesis-video-archived-media": "kinesisvideo",
    "kinesis-video-media": "kinesisvideo",
    "lex-models": "lex",
    "lex-runtime": "lex",
    "mobile": "mobilehub",
    "mturk": "mechanicalturk",
    "opsworkscm": "opsworks-cm",
    "pinpoint": "mobiletargeting",
    "resourcegroupstaggingapi": "tag",
    "sagemaker-runtime": "sagemaker",
    "stepfunctions": "states",
}

# Where the table's action is not named like the operation.
_ACTIONS = {
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:UploadPart": "s3:PutObject",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}

# Methods of boto3's own that its second table (policies-extra.json) knows.
_HIGH_LEVEL = {
    ("s3", "upload_file"): ("s3:PutObject", "s3:AbortMultipartUpload"),
    ("s3", "upload_fileobj"): ("s3:PutObject", "s3:AbortMultipartUpload"),
    ("s3", "download_file"): ("s3:GetObject",),
    ("s3", "download_fileobj"): ("s3:GetObject",),
    ("s3", "copy"): ("s3:PutObject", "s3:AbortMultipartUpload"),
}

# Statements that do not come from calls, and what brings them into the policy: always, a setting
# of a function, or a handler of that kind (chalice/constants.py, chalice/deploy/deployer.py).
# Only a generated policy gets them; a policy from a file is attached as it stands.
_STATEMENTS = (
    (
        ("always",),
        ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
        "arn:*:logs:*:*:*",
    ),
    (
        ("vpc",),
        (
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DetachNetworkInterface",
            "ec2:DeleteNetworkInterface",
        ),
        "*",
    ),
    (("xray",), ("xray:PutTraceSegments", "xray:PutTelemetryRecords"), "*"),
    (
        ("on_sqs_message",),
        ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
        "*",
    ),
    (
        ("on_kinesis_record",),
        (
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:DescribeStream",
            "kinesis:ListStreams",
        ),
        "*",
    ),
    (
        ("on_dynamodb_record",),
        (
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        ),
        "*",
    ),
    (
        ("on_ws_connect", "on_ws_message", "on_ws_disconnect"),
        ("execute-api:ManageConnections",),
        "arn:*:execute-api:*:*:*/@connections/*",
    ),
)
MARKS = tuple(mark for marks, _, _ in _STATEMENTS for mark in marks if mark.startswith("on_"))
"""The decorators that bring a statement into the policy."""

# The doors to an operation (`core.call.Call.via`) that are not a client's own method. Through
# them the generator sees a resource, or a helper of boto3's (`get_paginator`) in place of the
# operation.
_NEVER_VIA = frozenset(
    {
        "batch writer",
        "collection",
        "paginator",
        "presigned post",
        "presigned url",
        "resource",
        "waiter",
    }
)


def visible(via: str, service: str, operation: str) -> bool | None:
    """Whether Chalice's generator covers such a call in `app.py`.

    True: a client's method of a service that its table holds, granted on `*` where the generator
    finds the call. False: never (boto3 resources; services it does not know). None: can't tell.
    A role is shared, so an action may be granted for another call: ask `policy` for verdicts.
    """
    if via in _NEVER_VIA:
        return False
    if via != "client":
        return None
    return service in SERVICES and operation in methods(service).values()


def policy(app: bytes, marks: frozenset[str], name: str, span: Span) -> Policy | None:
    """The most that Chalice generates for the source of `app.py`; None when that does not parse.

    `marks` are the decorators in use (`MARKS`), `vpc` and `xray`. Every element stands at `span`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes: their linter's business
            tree = ast.parse(app)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    granted = sorted(set(_actions(tree)))
    parts = [(tuple(granted), "*")] if granted else []
    for causes, actions, resource in _STATEMENTS:
        if "always" in causes or marks.intersection(causes):
            parts.append((actions, resource))
    statements = tuple(
        Statement(
            index,
            None,
            Effect.ALLOW,
            tuple(Item(action, span) for action in actions),
            (Item(resource, span),),
            span,
        )
        for index, (actions, resource) in enumerate(parts)
    )
    return Policy("2012-10-17", statements, span, name)


def _actions(tree: ast.Module) -> Iterator[str]:
    """Every action for which a client's service and its method both occur in the module."""
    nodes = list(ast.walk(tree))
    services = _services(nodes)
    if not services:
        return
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    for service in services:
        operations = methods(service)
        for attribute in attributes:
            yield from _HIGH_LEVEL.get((service, attribute), ())
            if attribute in operations:
                action = f"{_PREFIXES.get(service, service)}:{operations[attribute]}"
                yield _ACTIONS.get(action, action)


def _services(nodes: list[ast.AST]) -> frozenset[str]:
    """The services for which the generator may see a client being made.

    It must see `import boto3`, and then a call of `.client` or of a name that may stand for it,
    with the service as a literal or as a name to which a literal was assigned.
    """
    imported = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
    if "boto3" not in imported:
        return frozenset()
    literals: set[str] = set()
    by_name = False
    for node in nodes:
        if not (isinstance(node, ast.Call) and node.args):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr != "client":
            continue
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            literals.add(first.value)
        by_name = by_name or isinstance(first, ast.Name)
    if by_name:
        literals.update(_assigned(nodes))
    return SERVICES & literals


def _assigned(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        value = node.value if isinstance(node, ast.Assign) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value
