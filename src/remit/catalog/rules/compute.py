"""Lambda, Step Functions, ECS, EKS, ECR, Batch, EC2.

Sources: Lambda Developer Guide, lambda-api-permissions-ref and configuration-vpc ("Required IAM
permissions"); Step Functions, service-integration-iam-templates; ECS Developer Guide,
security_iam_id-based-policy-examples; EC2 User Guide, ExamplePolicies_EC2 and
security_iam_service-with-iam; Batch, batch-supported-iam-actions-resources.
"""

from __future__ import annotations

from remit.catalog.rules.model import NEWER, Family, Grant, pass_role, same

_FUNCTION = {"FunctionName": "FunctionName|function Resource ResourceArn FunctionArn"}
# A qualifier is part of the ARN that is checked: function:name:alias.
_QUALIFIED = ("function alias", "function")
_CODE_OBJECT = ("arn:${Partition}:s3:::${BucketName}/${ObjectName}",)


def _subnets(when: str) -> tuple[Grant, ...]:
    """configuration-vpc: who attaches a function to a VPC must be able to describe these."""
    return tuple(
        Grant(f"ec2:{action}", ("*",), when=when)
        for action in ("DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs")
    )


def _package(bucket: str, object_key: str) -> Grant:
    fill = {"BucketName": bucket, "ObjectName": object_key}
    return Grant("s3:GetObject", arns=_CODE_OBJECT, when=bucket, fill=fill)


_LAYERS = Grant(
    "lambda:GetLayerVersion",
    ("layerVersion",),
    when="Layers",
    fill={"LayerName": "Layers", "LayerVersion": "Layers"},
)
_LAMBDA = Family(
    rules={
        **same("Invoke InvokeWithResponseStream", Grant("lambda:InvokeFunction", _QUALIFIED)),
        "GetLayerVersionByArn": (
            Grant(
                "lambda:GetLayerVersion",
                ("layerVersion",),
                fill={"LayerName": "Arn", "LayerVersion": "Arn"},
            ),
        ),
    },
    extras={
        "CreateFunction": (
            pass_role("Role", "lambda.amazonaws.com"),
            _LAYERS,
            _package("Code.S3Bucket", "Code.S3Key"),
            *_subnets("VpcConfig.SubnetIds"),
        ),
        "UpdateFunctionConfiguration": (
            pass_role("Role", "lambda.amazonaws.com"),
            _LAYERS,
            *_subnets("VpcConfig.SubnetIds"),
        ),
        "UpdateFunctionCode": (_package("S3Bucket", "S3Key"),),
        "PublishLayerVersion": (_package("Content.S3Bucket", "Content.S3Key"),),
    },
    types={
        "PutFunctionCodeSigningConfig": ("function",),
        **dict.fromkeys(
            (
                "DeleteProvisionedConcurrencyConfig",
                "GetProvisionedConcurrencyConfig",
                "PutProvisionedConcurrencyConfig",
            ),
            ("function alias",),
        ),
    },
    unmapped=dict.fromkeys(
        ("DeleteDurableExecution", "PauseDurableExecution", "ResumeDurableExecution"), NEWER
    ),
    fills={
        **_FUNCTION,
        "Alias": "Qualifier",
        "LayerVersion": "VersionNumber",
        "UUID": "UUID",
        "CodeSigningConfigId": "CodeSigningConfigArn",
        **{
            f"durable execution.{name}": "DurableExecutionArn !durable_execution"
            for name in ("FunctionName", "Version", "ExecutionName", "ExecutionId")
        },
    },
)

_STATES = "states.amazonaws.com"
_PUBLISH = Grant("states:PublishStateMachineVersion", when="publish=true")
_MACHINE = "stateMachineArn stateMachineName name resourceArn"
_STEPFUNCTIONS = Family(
    extras={
        "CreateStateMachine": (pass_role("roleArn", _STATES), _PUBLISH),
        "UpdateStateMachine": (pass_role("roleArn", _STATES), _PUBLISH),
        "TestState": (
            pass_role("roleArn", _STATES),
            Grant("states:RevealSecrets", when="revealSecrets=true"),
        ),
    },
    types={"ListExecutions": ("statemachine",)},
    fills={
        "statemachine.StateMachineName": (
            f"{_MACHINE} stateMachineAliasArn stateMachineVersionArn"
            " routingConfiguration[].stateMachineVersionArn"
        ),
        "ActivityName": "activityArn name resourceArn",
        "express.ExpressId": "executionArn",
        **{
            f"{kind}.{name}": "executionArn"
            for kind in ("execution", "express")
            for name in ("StateMachineName", "ExecutionId")
        },
        **{
            f"maprun.{name}": "mapRunArn"
            for name in ("StateMachineName", "MapRunLabel", "MapRunId")
        },
    },
)

_CLUSTER_KEY = {"ecs:cluster": "arn:${Partition}:ecs:${Region}:${Account}:cluster/${TheCluster}"}
_ROLES_OF_TASK = Grant(
    "iam:PassRole",
    arns=("arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}",),
    fill={"RoleNameWithPath": "!role_of_the_task_definition"},
    context={"iam:PassedToService": "=ecs-tasks.amazonaws.com"},
    condition="the task definition names a task or execution role",
)


def _task(action: str) -> tuple[Grant, ...]:
    return (
        Grant(f"ecs:{action}", ("task-definition",)),
        _ROLES_OF_TASK,
        pass_role("overrides.taskRoleArn", "ecs-tasks.amazonaws.com"),
        pass_role("overrides.executionRoleArn", "ecs-tasks.amazonaws.com"),
    )


_ECS = Family(
    rules={
        "RunTask": _task("RunTask"),
        "StartTask": _task("StartTask"),
        # Without a task definition's ARN yet: the family's next revision.
        "RegisterTaskDefinition": (
            Grant(
                "ecs:RegisterTaskDefinition",
                ("task-definition",),
                fill={
                    "TaskDefinitionFamilyName": "family",
                    "TaskDefinitionRevisionNumber": "!revision",
                },
            ),
            pass_role("taskRoleArn", "ecs-tasks.amazonaws.com"),
            pass_role("executionRoleArn", "ecs-tasks.amazonaws.com"),
        ),
    },
    types={"ExecuteCommand": ("task",)},
    context=_CLUSTER_KEY,
    fills={
        "TheCluster": "cluster =default",
        "cluster.ClusterName": "cluster clusterName clusters =default",
        "ClusterName": "cluster|last =default",
        "ServiceName": "service services serviceName",
        "TaskId": "task tasks",
        "ContainerInstanceId": "containerInstance containerInstances !container_instance",
        "TaskDefinitionFamilyName": "taskDefinition|family taskDefinitions|family",
        "TaskDefinitionRevisionNumber": "taskDefinition|revision taskDefinitions|revision",
        "TaskSetId": "taskSet taskSets !task_set",
    },
)

_BATCH = Family(
    rules={
        # batch-supported-iam-actions-resources: both the definition and the queue are checked.
        "SubmitJob": (
            Grant(
                "batch:SubmitJob",
                arns=("arn:${Partition}:batch:${Region}:${Account}:job-definition/${Definition}",),
                fill={"Definition": "jobDefinition"},
                also=(
                    "arn:${Partition}:batch:${Region}:${Account}:job-definition/${Definition}:${R}",
                ),
            ),
            Grant("batch:SubmitJob", ("job-queue",), fill={"JobQueueName": "jobQueue"}),
        ),
    },
    unmapped=dict.fromkeys(("CancelJobs", "TerminateJobs", "TerminateServiceJobs"), NEWER),
    extras={
        "RegisterJobDefinition": (
            pass_role("containerProperties.jobRoleArn", "ecs-tasks.amazonaws.com"),
            pass_role("containerProperties.executionRoleArn", "ecs-tasks.amazonaws.com"),
        ),
        "CreateComputeEnvironment": (pass_role("serviceRole", "batch.amazonaws.com"),),
    },
    fills={"R": "!revision"},
)

_EKS = Family(
    extras={
        "CreateCluster": (pass_role("roleArn", "eks.amazonaws.com"),),
        "CreateNodegroup": (pass_role("nodeRole", "ec2.amazonaws.com"),),
        "CreateFargateProfile": (
            pass_role("podExecutionRoleArn", "eks-fargate-pods.amazonaws.com"),
        ),
        "CreatePodIdentityAssociation": (pass_role("roleArn", "pods.eks.amazonaws.com"),),
        **same("CreateAddon UpdateAddon", pass_role("serviceAccountRoleArn", "eks.amazonaws.com")),
    },
)

_ECR = Family(
    extras={"CreateRepository": (Grant("ecr:TagResource", ("repository",), when="tags"),)},
    unmapped={"ListImageReferrers": NEWER},
)


def _run(type_name: str, variable: str, fill: str, when: str = "") -> Grant:
    return Grant("ec2:RunInstances", (type_name,), fill={variable: fill}, when=when)


# EC2 User Guide, ExamplePolicies_EC2 ("Work with instances"): what a launch makes is checked as
# `instance/*`, `network-interface/*`, `volume/*`; what it uses by its id. Where the call names
# no group, subnet or image, the account's defaults or a launch template do.
_INTERFACE = "NetworkInterfaces[]"
_RUN_INSTANCES = (
    _run("instance", "InstanceId", "=*"),
    _run("image", "ImageId", "ImageId !image"),
    _run("network-interface", "NetworkInterfaceId", f"{_INTERFACE}.NetworkInterfaceId =*"),
    _run("volume", "VolumeId", "=*"),
    _run("subnet", "SubnetId", f"SubnetId {_INTERFACE}.SubnetId !subnet"),
    _run(
        "security-group",
        "SecurityGroupId",
        f"SecurityGroupIds {_INTERFACE}.Groups !security_group",
    ),
    _run("key-pair", "KeyPairName", "KeyName", when="KeyName"),
    _run(
        "launch-template",
        "LaunchTemplateId",
        "LaunchTemplate.LaunchTemplateId !launch_template",
        when="LaunchTemplate",
    ),
    _run("placement-group", "PlacementGroupName", "Placement.GroupName", "Placement.GroupName"),
    Grant(
        "iam:PassRole",
        arns=("arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}",),
        when="IamInstanceProfile",
        fill={"RoleNameWithPath": "!role_of_the_instance_profile"},
        context={"iam:PassedToService": "=ec2.amazonaws.com"},
    ),
)
_ANY_EC2 = ("arn:${Partition}:ec2:${Region}:${Account}:${Kind}/${Id}",)
_TAG_FILL = {"Kind": "!resource_type", "Id": "Resources"}
# EC2 User Guide, supported-iam-actions-tagging: tags on what is being made need CreateTags.
_TAGGING = Grant(
    "ec2:CreateTags",
    arns=_ANY_EC2,
    when="TagSpecifications",
    fill={"Kind": "!resource_type", "Id": "=*"},
    context={"ec2:CreateAction": "$"},
)
_EC2_NEW = """
AssociateKmsKeyId AssociateNetworkingFlexCostAllocationPolicy
CreateCapacityReservationDateChangeQuote CreateMetricCategory
CreateNetworkingFlexCostAllocationPolicy CreateTransitGatewayNetworkFunctionAttachment
DeleteClientVpnEndpointAuthorizationPolicy DeleteMetricCategory
DeleteNetworkingFlexCostAllocationPolicies DeleteTransitGatewayNetworkFunctionAttachment
DescribeCapacityReservationDateChangeQuotes DescribeMetricCategories
DescribeNetworkingFlexCostAllocationPolicies DescribeNetworkingFlexCostAllocationPolicyAssociations
DescribeTransitGatewayNetworkFunctionAttachments DisassociateKmsKeyId
DisassociateNetworkingFlexCostAllocationPolicy GetCapacityManagerSupportabilityScores
GetClientVpnEndpointAuthorizationPolicy GetImageFindings
GetNetworkingFlexCostAllocationPolicyVersions GetTransitGatewayAttachmentNatConfiguration
ModifyClientVpnEndpointAuthorizationPolicy ModifyMetricCategory
ModifyNetworkingFlexCostAllocationPolicy ModifyTransitGatewayAttachmentNatConfiguration
ModifyTransitGatewayNetworkFunctionAttachment ModifyTransitGatewayPeeringAttachment
"""
_EC2 = Family(
    rules={
        "RunInstances": _RUN_INSTANCES,
        **{
            name: (Grant(f"ec2:{name}", arns=_ANY_EC2, fill=_TAG_FILL),)
            for name in ("CreateTags", "DeleteTags")
        },
    },
    extras={
        **same(
            "CreateFlowLogs", pass_role("DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com")
        ),
        "AssociateIamInstanceProfile": (
            Grant(
                "iam:PassRole",
                arns=("arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}",),
                fill={"RoleNameWithPath": "!role_of_the_instance_profile"},
                context={"iam:PassedToService": "=ec2.amazonaws.com"},
            ),
        ),
    },
    unmapped=dict.fromkeys(_EC2_NEW.split(), NEWER),
    always=(_TAGGING,),
    every=True,
    star=("Create", "Allocate", "Import", "Request"),
    fills={
        "SecurityGroupId": "GroupId GroupIds SecurityGroupIds SecurityGroupId",
        "VpcId": "VpcId",
        "SubnetId": "SubnetId SubnetIds",
        "ImageId": "ImageId SourceImageId",
        "KeyPairName": "KeyName KeyPairId",
        "InternetGatewayId": "InternetGatewayId",
        "NaclId": "NetworkAclId",
        "VpcFlowLogId": "FlowLogIds",
        "PlacementGroupName": "GroupName GroupId",
        "VpcEndpointServiceId": "ServiceId ServiceIds",
        "SnapshotId": "SnapshotId SnapshotIds SourceSnapshotIds SourceSnapshotId",
    },
)

FAMILIES = {
    "batch": _BATCH,
    "ec2": _EC2,
    "ecr": _ECR,
    "ecs": _ECS,
    "eks": _EKS,
    "lambda": _LAMBDA,
    "stepfunctions": _STEPFUNCTIONS,
}
