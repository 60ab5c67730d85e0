"""What `Ref` and `Fn::GetAtt` give for a resource of each type, and how its name comes about.

Source: AWS CloudFormation Template Reference, "Return values" on the page of each type, and
aws-properties-name ("CloudFormation generates a unique physical ID": stack name, logical id and a
random part); the ARN formats are those of the Service Authorization Reference.

In the formats `<n>` is the name or id, `<P>` the partition, `<R>` the region, `<A>` the account,
`<arn>` the ARN itself, `<path>` the IAM path, and `<+label>` an id of AWS's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STACK, LOWER, LOGICAL, ASSIGNED = "stack", "lower", "logical", "assigned"
"""How a name is generated: from stack name and logical id, the same in lower case, from the
logical id alone, or in a form that is AWS's own."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource type. `ref` is a format; `limit` the longest name of the type."""

    naming: str = ""
    arn: str = ""
    ref: str = "<n>"
    generated: str = STACK
    attributes: Mapping[str, str] = field(default_factory=dict)
    limit: int = 64


def _regional(service: str, resource: str) -> str:
    return f"arn:<P>:{service}:<R>:<A>:{resource}"


def _iam(resource: str) -> str:
    return f"arn:<P>:iam::<A>:{resource}<path><n>"


_ARN = "<arn>"
_DOMAIN = {"DomainArn": _ARN, "DomainEndpoint": "<+endpoint>"}
_ID = Kind(generated=ASSIGNED)

KINDS: Mapping[str, Kind] = {
    "AWS::ApiGateway::RestApi": Kind(
        generated=ASSIGNED, attributes={"RestApiId": "<n>", "RootResourceId": "<+root>"}
    ),
    "AWS::ApiGatewayV2::Api": Kind(
        generated=ASSIGNED,
        attributes={"ApiId": "<n>", "ApiEndpoint": "https://<n>.execute-api.<R>.<U>"},
    ),
    "AWS::AppSync::GraphQLApi": Kind(
        generated=ASSIGNED,
        arn=_regional("appsync", "apis/<n>"),
        ref=_ARN,
        attributes={"ApiId": "<n>"},
    ),
    "AWS::Athena::WorkGroup": Kind("Name"),
    "AWS::CloudFront::Distribution": Kind(
        generated=ASSIGNED, attributes={"Id": "<n>", "DomainName": "<+domain>"}
    ),
    "AWS::CodeBuild::Project": Kind("Name", _regional("codebuild", "project/<n>")),
    "AWS::CodePipeline::Pipeline": Kind("Name"),
    "AWS::Cognito::IdentityPool": _ID,
    "AWS::Cognito::UserPool": Kind(
        generated=ASSIGNED,
        arn=_regional("cognito-idp", "userpool/<n>"),
        attributes={"UserPoolId": "<n>"},
    ),
    "AWS::Cognito::UserPoolClient": Kind(generated=ASSIGNED, attributes={"ClientId": "<n>"}),
    "AWS::DynamoDB::GlobalTable": Kind(
        "TableName",
        _regional("dynamodb", "table/<n>"),
        attributes={"StreamArn": "<arn>/stream/<+stream label>"},
        limit=255,
    ),
    "AWS::DynamoDB::Table": Kind(
        "TableName",
        _regional("dynamodb", "table/<n>"),
        attributes={"StreamArn": "<arn>/stream/<+stream label>"},
        limit=255,
    ),
    "AWS::EC2::SecurityGroup": Kind(generated=ASSIGNED, attributes={"GroupId": "<n>", "Id": "<n>"}),
    "AWS::EC2::Subnet": Kind(generated=ASSIGNED, attributes={"SubnetId": "<n>"}),
    "AWS::EC2::VPC": Kind(generated=ASSIGNED, attributes={"VpcId": "<n>"}),
    "AWS::ECR::Repository": Kind(
        "RepositoryName", _regional("ecr", "repository/<n>"), generated=LOWER, limit=256
    ),
    "AWS::ECS::Cluster": Kind("ClusterName", _regional("ecs", "cluster/<n>"), limit=255),
    "AWS::EFS::AccessPoint": Kind(
        generated=ASSIGNED,
        arn=_regional("elasticfilesystem", "access-point/<n>"),
        attributes={"AccessPointId": "<n>"},
    ),
    "AWS::EFS::FileSystem": Kind(
        generated=ASSIGNED,
        arn=_regional("elasticfilesystem", "file-system/<n>"),
        attributes={"FileSystemId": "<n>"},
    ),
    "AWS::Elasticsearch::Domain": Kind(
        "DomainName", _regional("es", "domain/<n>"), generated=ASSIGNED, attributes=_DOMAIN
    ),
    "AWS::Events::EventBus": Kind(
        "Name", _regional("events", "event-bus/<n>"), generated=ASSIGNED, attributes={"Name": "<n>"}
    ),
    "AWS::Events::Rule": Kind("Name", _regional("events", "rule/<n>")),
    "AWS::Glue::Crawler": Kind("Name", generated=ASSIGNED),
    "AWS::Glue::Job": Kind("Name", generated=ASSIGNED),
    "AWS::IAM::Group": Kind("GroupName", _iam("group"), limit=128),
    "AWS::IAM::ManagedPolicy": Kind(
        "ManagedPolicyName", _iam("policy"), ref=_ARN, attributes={"PolicyArn": _ARN}, limit=128
    ),
    "AWS::IAM::Role": Kind("RoleName", _iam("role"), attributes={"RoleId": "<+unique id>"}),
    "AWS::IAM::User": Kind("UserName", _iam("user")),
    "AWS::IoT::Thing": Kind("ThingName", _regional("iot", "thing/<n>"), generated=ASSIGNED),
    "AWS::KMS::Key": Kind(
        generated=ASSIGNED, arn=_regional("kms", "key/<n>"), attributes={"KeyId": "<n>"}
    ),
    "AWS::Kinesis::Stream": Kind("Name", _regional("kinesis", "stream/<n>"), limit=128),
    "AWS::KinesisFirehose::DeliveryStream": Kind(
        "DeliveryStreamName", _regional("firehose", "deliverystream/<n>")
    ),
    "AWS::Lambda::Function": Kind("FunctionName", _regional("lambda", "function:<n>")),
    "AWS::Lambda::LayerVersion": Kind(
        "LayerName",
        _regional("lambda", "layer:<n>:<+version>"),
        ref=_ARN,
        generated=ASSIGNED,
        attributes={"LayerVersionArn": _ARN},
    ),
    "AWS::Logs::LogGroup": Kind("LogGroupName", "arn:<P>:logs:<R>:<A>:log-group:<n>:*", limit=512),
    "AWS::OpenSearchService::Domain": Kind(
        "DomainName", _regional("es", "domain/<n>"), generated=ASSIGNED, attributes=_DOMAIN
    ),
    "AWS::RDS::DBCluster": Kind(
        "DBClusterIdentifier",
        _regional("rds", "cluster:<n>"),
        generated=ASSIGNED,
        attributes={"DBClusterArn": _ARN, "Endpoint.Address": "<+endpoint>"},
    ),
    "AWS::RDS::DBInstance": Kind(
        "DBInstanceIdentifier",
        _regional("rds", "db:<n>"),
        generated=ASSIGNED,
        attributes={"DBInstanceArn": _ARN, "Endpoint.Address": "<+endpoint>"},
    ),
    "AWS::S3::Bucket": Kind(
        "BucketName",
        "arn:<P>:s3:::<n>",
        generated=LOWER,
        attributes={
            "DomainName": "<n>.s3.<U>",
            "RegionalDomainName": "<n>.s3.<R>.<U>",
        },
        limit=63,
    ),
    "AWS::SNS::Topic": Kind(
        "TopicName",
        _regional("sns", "<n>"),
        ref=_ARN,
        attributes={"TopicName": "<n>", "TopicArn": _ARN},
        limit=256,
    ),
    "AWS::SQS::Queue": Kind(
        "QueueName",
        _regional("sqs", "<n>"),
        ref="https://sqs.<R>.<U>/<A>/<n>",
        attributes={"QueueName": "<n>", "QueueUrl": "https://sqs.<R>.<U>/<A>/<n>"},
        limit=80,
    ),
    "AWS::SSM::Parameter": Kind("Name", generated=ASSIGNED),
    # The secret's name, a hyphen and six characters: Secrets Manager User Guide, "ARN".
    "AWS::SecretsManager::Secret": Kind(
        "Name",
        _regional("secretsmanager", "secret:<n>-<+suffix>"),
        ref=_ARN,
        generated=LOGICAL,
        attributes={"Id": _ARN},
    ),
    "AWS::StepFunctions::Activity": Kind(
        "Name",
        _regional("states", "activity:<n>"),
        ref=_ARN,
        generated=ASSIGNED,
        attributes={"Name": "<n>"},
    ),
    "AWS::StepFunctions::StateMachine": Kind(
        "StateMachineName",
        _regional("states", "stateMachine:<n>"),
        ref=_ARN,
        generated=ASSIGNED,
        attributes={"Name": "<n>"},
    ),
    "AWS::Timestream::Database": Kind(
        "DatabaseName", _regional("timestream", "database/<n>"), generated=ASSIGNED
    ),
}
"""Types that are not here have names that may be anything."""
