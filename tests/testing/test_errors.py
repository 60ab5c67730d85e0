"""The error of a denied call, service by service: class, code, message, status.

Sources: facts/iam.md 6.1 to 6.3 (IAM User Guide, troubleshoot_access-denied; EC2 API Reference,
errors-overview); what services were seen to answer is named in the row.
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.testing.support import ACCOUNT, REGION, SESSION, allow, as_role, deny

USER = f"User: {SESSION} is not authorized to perform: "
QUEUE = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/jobs"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:pin-AbCdEf"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def because(action: str) -> str:
    return f" because no identity-based policy allows the {action} action"


# (service, method, parameters, the modelled class or None, code, status, message)
ROWS: list[tuple[str, str, dict[str, Any], str | None, str, int, str]] = [
    # rest-xml, modelled; the resource in double quotes (6.1)
    ("s3", "get_object", {"Bucket": "data", "Key": "a/b"}, "AccessDenied", "AccessDenied", 403,
     f'{USER}s3:GetObject on resource: "arn:aws:s3:::data/a/b"{because("s3:GetObject")}'),
    # HEAD has no body (S3 API Reference, API_HeadObject)
    ("s3", "head_object", {"Bucket": "data", "Key": "a"}, None, "403", 403, "Forbidden"),
    # json 1.0, not modelled
    ("dynamodb", "get_item", {"TableName": "t", "Key": {"id": {"S": "1"}}}, None, "AccessDeniedException", 400,
     f"{USER}dynamodb:GetItem on resource: arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t{because('dynamodb:GetItem')}"),
    # json 1.0, query-compatible; aws/serverless-application-model#3633: code and lower case
    ("sqs", "send_message", {"QueueUrl": QUEUE, "MessageBody": "x"}, None, "AccessDenied", 403,
     f"{USER}sqs:sendmessage on resource: arn:aws:sqs:{REGION}:{ACCOUNT}:jobs{because('sqs:sendmessage')}"),
    # query, modelled; control_tower_account_factory#151
    ("sns", "publish", {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:news", "Message": "x"},
     "AuthorizationErrorException", "AuthorizationError", 403,
     f"{USER}SNS:Publish on resource: arn:aws:sns:{REGION}:{ACCOUNT}:news{because('SNS:Publish')}"),
    # query; dwyl/aws-ses-lambda#10
    ("ses", "send_email", {"Source": "a@b.example", "Destination": {}, "Message": {"Subject": {"Data": ""}, "Body": {}}},
     None, "AccessDenied", 403,
     f"User `{SESSION}' is not authorized to perform `ses:SendEmail' on resource `arn:aws:ses:{REGION}:{ACCOUNT}:identity/a@b.example'"),
    # query
    ("iam", "create_user", {"UserName": "eve"}, None, "AccessDenied", 403,
     f"{USER}iam:CreateUser on resource: arn:aws:iam::{ACCOUNT}:user/eve{because('iam:CreateUser')}"),
    # ec2
    ("ec2", "describe_instances", {}, None, "UnauthorizedOperation", 403,
     f"You are not authorized to perform this operation. {USER}ec2:DescribeInstances{because('ec2:DescribeInstances')}"),
    # rest-json; the action has another name than the operation
    ("lambda", "invoke", {"FunctionName": "f"}, None, "AccessDeniedException", 403,
     f"{USER}lambda:InvokeFunction on resource: arn:aws:lambda:{REGION}:{ACCOUNT}:function:f{because('lambda:InvokeFunction')}"),
    # json 1.1
    ("kms", "decrypt", {"CiphertextBlob": b"x", "KeyId": KEY}, None, "AccessDeniedException", 400,
     f"{USER}kms:Decrypt on resource: {KEY}{because('kms:Decrypt')}"),
    ("secretsmanager", "get_secret_value", {"SecretId": SECRET}, None, "AccessDeniedException", 400,
     f"{USER}secretsmanager:GetSecretValue on resource: {SECRET}{because('secretsmanager:GetSecretValue')}"),
    # json 1.1, modelled
    ("logs", "create_log_group", {"logGroupName": "g"}, "AccessDeniedException", "AccessDeniedException", 400,
     f"{USER}logs:CreateLogGroup on resource: arn:aws:logs:{REGION}:{ACCOUNT}:log-group:g{because('logs:CreateLogGroup')}"),
    # rest-xml, modelled under its plain name
    ("cloudfront", "list_distributions", {}, "AccessDenied", "AccessDenied", 403,
     f"{USER}cloudfront:ListDistributions{because('cloudfront:ListDistributions')}"),
    # a service that left the query protocol
    ("cloudwatch", "put_metric_data", {"Namespace": "n", "MetricData": []}, None, "AccessDenied", 403,
     f"{USER}cloudwatch:PutMetricData{because('cloudwatch:PutMetricData')}"),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}.{row[1]}")
def test_what_a_denied_call_raises(row: tuple[Any, ...]) -> None:
    service, method, params, modelled, code, status, message = row
    client = boto3.client(service)
    expected = getattr(client.exceptions, modelled) if modelled else ClientError
    with as_role(allow("sts:*")), pytest.raises(expected) as caught:
        getattr(client, method)(**params)
    response = caught.value.response
    assert response["Error"] == {"Code": code, "Message": message}
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    operation = client.meta.method_to_api_mapping[method]
    assert (
        str(caught.value)
        == f"An error occurred ({code}) when calling the {operation} operation: {message}"
    )


def test_a_modelled_error_bears_its_members() -> None:
    client = boto3.client("bedrock-runtime")
    with as_role(), pytest.raises(client.exceptions.AccessDeniedException) as caught:
        client.invoke_model(modelId="anthropic.model", body=b"{}")
    assert caught.value.response["message"] == caught.value.response["Error"]["Message"]


CLAUSES = [
    ("a Deny", (allow("*"), deny("s3:*")), None, "with an explicit deny in an identity-based policy"),
    ("a silent boundary", (allow("*"),), allow("sqs:*"), "because no permissions boundary allows the s3:GetObject action"),
    ("a Deny in the boundary", (allow("*"),), deny("s3:*"), "with an explicit deny in a permissions boundary"),
    ("both silent", (allow("sqs:*"),), allow("sqs:*"), "because no identity-based policy allows the s3:GetObject action"),
]  # fmt: skip


@pytest.mark.parametrize("case", CLAUSES, ids=lambda case: case[0])
def test_the_clause_names_the_cause(case: tuple[Any, ...]) -> None:
    _, statements, boundary, clause = case
    limit = None if boundary is None else {"Version": "2012-10-17", "Statement": [boundary]}
    with as_role(*statements, boundary=limit), pytest.raises(ClientError, match=clause):
        boto3.client("s3").get_object(Bucket="data", Key="k")
