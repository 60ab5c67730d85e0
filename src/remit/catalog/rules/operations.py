"""CloudWatch and its logs, CloudFormation, CloudFront, CodeBuild, CodePipeline, Route 53, WAF.

Sources: CloudWatch Logs API reference, LogGroup ("arn ... includes a trailing :*"), and User
Guide, iam-access-control-overview-cwl; CloudWatch User Guide, iam-identity-based-access-control;
CloudFormation User Guide, control-access-with-iam; Route 53, access-control-managing-permissions.
"""

from __future__ import annotations

from remit.catalog.rules.model import NEWER, Family, Grant, pass_role, same

_GROUP = "logGroupName logGroupIdentifier logGroupNames logGroupIdentifiers logGroupArnList"
_GROUP_ARN = "arn:${Partition}:logs:${Region}:${Account}:log-group:"
_LOGS = Family(
    rules={
        # AWS's refusals name `log-group:{prefix}:log-stream:`.
        "DescribeLogGroups": (
            Grant(
                "logs:DescribeLogGroups",
                ("*",),
                also=(f"{_GROUP_ARN}${{GroupPrefix}}:log-stream:", f"{_GROUP_ARN}*"),
                fill={"GroupPrefix": "logGroupNamePrefix ="},
            ),
        ),
        # The pinned reference lists no log-stream here; the stream is what the call names.
        **{
            name: (Grant(f"logs:{name}", ("log-stream",)),)
            for name in ("PutLogEvents", "CreateLogStream", "GetLogEvents", "DeleteLogStream")
        },
    },
    extras={
        "CreateLogGroup": (Grant("logs:TagResource", ("log-group",), when="tags"),),
        "PutSubscriptionFilter": (pass_role("roleArn", "logs.amazonaws.com"),),
        "PutDestination": (pass_role("roleArn", "logs.amazonaws.com"),),
    },
    types={
        "PutSubscriptionFilter": ("log-group",),
        "CreateDelivery": ("delivery-source",),
    },
    unmapped={"GetLogObject": NEWER},
    # The group's ARN is written with and without its tail, and a policy may name either.
    also={"log-group": (f"{_GROUP_ARN}${{LogGroupName}}:log-stream:",)},
    fills={
        "LogGroupName": f"{_GROUP} resourceArn !log_group",
        "LogStreamName": "logStreamName",
        "GroupPrefix": "logGroupNamePrefix",
        "DeliverySourceName": "name deliverySourceName",
        "DeliveryDestinationName": "name deliveryDestinationName deliveryDestinationArn",
        "DestinationName": "destinationName resourceArn",
        "DetectorId": "anomalyDetectorArn",
    },
)

# The reference has since 2026 a dataset that these may name; a grant on one is believed.
_DATASET = ("arn:${Partition}:cloudwatch:${Region}:${Account}:dataset/${DatasetId}",)
_ANY_DATASET = {"DatasetId": "!dataset"}
_CLOUDWATCH = Family(
    rules={
        # Without names, and with a prefix, all alarms are described.
        **{
            name: (
                Grant(
                    f"cloudwatch:{name}",
                    ("alarm",),
                    fill={"AlarmName": "AlarmName AlarmNames =*"},
                ),
            )
            for name in ("DescribeAlarms", "DescribeAlarmHistory")
        },
        **{
            name: (Grant(f"cloudwatch:{name}", ("*",), also=_DATASET, fill=_ANY_DATASET),)
            for name in ("GetMetricData", "PutMetricData", "ListMetrics")
        },
        "PutMetricAlarm": (Grant("cloudwatch:PutMetricAlarm", ("alarm",)),),
    },
    extras={"PutMetricStream": (pass_role("RoleArn", "streams.metrics.cloudwatch.amazonaws.com"),)},
    unmapped=dict.fromkeys(
        (
            "AssociateDatasetKmsKey",
            "DeleteMetricDataQueryDefinition",
            "DescribeAlarmContributors",
            "DisassociateDatasetKmsKey",
            "GetMetricDataQueryDefinition",
            "ListMetricDataQueryDefinitions",
            "PutMetricDataQueryDefinition",
        ),
        NEWER,
    ),
    fills={
        "AlarmName": "AlarmName AlarmNames ResourceARN",
        "DashboardName": "DashboardName DashboardNames",
        "InsightRuleName": "RuleName RuleNames",
        "MetricStreamName": "Name Names",
    },
)

_CLOUDFORMATION = Family(
    extras=same(
        "CreateStack UpdateStack DeleteStack CreateChangeSet ExecuteChangeSet",
        pass_role("RoleARN", "cloudformation.amazonaws.com"),
    ),
    unmapped=dict.fromkeys(("RemoveAlias", "SetAlias"), NEWER),
    fills={
        "StackName": "StackName StackId",
        "stack.Id": "StackId !stack_id",
        "stackset.Id": "!stack_set_id",
        "ChangeSetName": "ChangeSetName",
        "changeset.Id": "!change_set_id",
    },
)

_CLOUDFRONT = Family(
    rules={
        "CreateDistributionWithTags": (
            Grant("cloudfront:CreateDistribution"),
            Grant("cloudfront:TagResource", ("distribution",)),
        ),
        "CreateStreamingDistributionWithTags": (
            Grant("cloudfront:CreateStreamingDistribution"),
            Grant("cloudfront:TagResource", ("streaming-distribution",)),
        ),
    },
    unmapped={"ListDistributionsByOwnedResource": NEWER},
    fills={"DistributionId": "DistributionId Id Resource"},
)

_CODEBUILD = Family(
    extras=same("CreateProject UpdateProject", pass_role("serviceRole", "codebuild.amazonaws.com")),
    # A build's id is `project:uuid`, and what AWS checks is the project.
    fills={
        "ProjectName": (
            "projectName name names id|beforecolon buildId|beforecolon ids|beforecolon"
            " buildBatchId|beforecolon"
        ),
    },
)

_CODEPIPELINE = Family(
    extras=same(
        "CreatePipeline UpdatePipeline", pass_role("pipeline.roleArn", "codepipeline.amazonaws.com")
    ),
    types={"PutWebhook": ("webhook",)},
    fills={
        "PipelineName": "pipelineName name pipeline.name resourceArn",
        "StageName": "stageName",
        "ActionName": "actionName",
    },
)

_ROUTE53 = Family(
    unmapped=dict.fromkeys(
        (
            "CreateResourceRecordSetProtections",
            "DeleteResourceRecordSetProtections",
            "ListResourceRecordSetProtections",
        ),
        NEWER,
    ),
    types={"CreateTrafficPolicyInstance": ("hostedzone",)},
    fills={
        "hostedzone.Id": "HostedZoneId|last Id|last ResourceId|last ResourceIds",
        "healthcheck.Id": "HealthCheckId ResourceId ResourceIds",
        "change.Id": "Id|last",
        "trafficpolicy.Id": "Id TrafficPolicyId",
        "trafficpolicyinstance.Id": "Id",
        "delegationset.Id": "Id|last DelegationSetId|last",
        "queryloggingconfig.Id": "Id",
        "cidrcollection.Id": "Id CollectionId",
    },
)

_WAF = Family(
    fills={
        "Scope": "Scope|lower ResourceARN !scope",
        **{
            f"{kind}.{name}": f"{name} ResourceARN {'WebACLArn' if kind == 'webacl' else ''}"
            for kind in ("webacl", "ipset", "rulegroup", "regexpatternset", "managedruleset")
            for name in ("Name", "Id")
        },
    },
    types={"PutManagedRuleSetVersions": ("managedruleset",)},
)

FAMILIES = {
    "cloudformation": _CLOUDFORMATION,
    "cloudfront": _CLOUDFRONT,
    "cloudwatch": _CLOUDWATCH,
    "codebuild": _CODEBUILD,
    "codepipeline": _CODEPIPELINE,
    "logs": _LOGS,
    "route53": _ROUTE53,
    "wafv2": _WAF,
}
