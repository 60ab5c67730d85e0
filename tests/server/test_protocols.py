"""Allowed and denied calls in every protocol: what boto3 raises is what AWS causes.

Codes and sentences: facts/iam.md 6.1 to 6.3 (IAM User Guide, troubleshoot_access-denied; EC2 API
Reference, errors-overview). Which resource is named: Service Authorization Reference.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from remit.core.http import HttpRequest
from remit.enforce.compression import plain
from remit.enforce.recognize import Unrecognized
from tests.server.live import ACCOUNT, HEAD, REGION, Live, allow, refused

TABLE = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


# service, client method, parameters, action, resource as the sentence names it, code, class
CALLS: list[tuple[str, str, dict[str, Any], str, str, str]] = [
    ("sqs", "create_queue", {"QueueName": "jobs"}, "sqs:CreateQueue", arn("sqs", "jobs"), "AccessDenied"),
    ("sqs", "list_queues", {}, "sqs:ListQueues", "", "AccessDenied"),
    ("sns", "create_topic", {"Name": "news"}, "sns:CreateTopic", arn("sns", "news"), "AuthorizationError"),
    ("s3", "create_bucket", {"Bucket": "docs-1"}, "s3:CreateBucket", "arn:aws:s3:::docs-1", "AccessDenied"),
    ("s3", "put_object", {"Bucket": "docs-1", "Key": "a b/ü+c", "Body": b"x"}, "s3:PutObject", "arn:aws:s3:::docs-1/a b/ü+c", "AccessDenied"),
    ("s3", "list_objects_v2", {"Bucket": "docs-1", "Prefix": "a"}, "s3:ListBucket", "arn:aws:s3:::docs-1", "AccessDenied"),
    ("dynamodb", "create_table", TABLE, "dynamodb:CreateTable", arn("dynamodb", "table/orders"), "AccessDeniedException"),
    ("dynamodb", "get_item", {"TableName": "orders", "Key": {"id": {"S": "1"}}}, "dynamodb:GetItem", arn("dynamodb", "table/orders"), "AccessDeniedException"),
    ("lambda", "list_functions", {}, "lambda:ListFunctions", "", "AccessDeniedException"),
    ("ec2", "describe_instances", {}, "ec2:DescribeInstances", "", "UnauthorizedOperation"),
    ("cloudwatch", "put_metric_data", {"Namespace": "app", "MetricData": [{"MetricName": "m", "Value": 1}]}, "cloudwatch:PutMetricData", "", "AccessDenied"),
    ("iam", "create_group", {"GroupName": "ops"}, "iam:CreateGroup", f"{HEAD}group/ops", "AccessDenied"),
    ("kms", "list_keys", {}, "kms:ListKeys", "", "AccessDeniedException"),
    ("ssm", "put_parameter", {"Name": "/app/a", "Value": "1", "Type": "String"}, "ssm:PutParameter", arn("ssm", "parameter/app/a"), "AccessDeniedException"),
    ("secretsmanager", "list_secrets", {}, "secretsmanager:ListSecrets", "", "AccessDeniedException"),
    ("logs", "create_log_group", {"logGroupName": "/app"}, "logs:CreateLogGroup", arn("logs", "log-group:/app"), "AccessDeniedException"),
    ("events", "list_rules", {}, "events:ListRules", "", "AccessDeniedException"),
    ("stepfunctions", "list_state_machines", {}, "states:ListStateMachines", "", "AccessDeniedException"),
    ("route53", "list_hosted_zones", {}, "route53:ListHostedZones", "", "AccessDenied"),
    ("apigateway", "get_rest_apis", {}, "apigateway:GET", f"arn:aws:apigateway:{REGION}::/restapis", "AccessDeniedException"),
    ("kinesis", "list_streams", {}, "kinesis:ListStreams", "", "AccessDeniedException"),
    ("cloudformation", "list_stacks", {}, "cloudformation:ListStacks", "", "AccessDenied"),
]  # fmt: skip


# As these services were seen to spell actions: see explain/wording.py.
SPELLED: dict[str, Callable[[str], str]] = {
    "sqs": str.lower,
    "sns": lambda action: action.replace("sns:", "SNS:"),
}


@pytest.mark.parametrize(
    ("service", "method", "params", "action", "resource", "code"),
    CALLS,
    ids=[f"{call[0]}-{call[1]}" for call in CALLS],
)
def test_denied_without_a_policy_and_allowed_with_it(
    live: Live,
    service: str,
    method: str,
    params: dict[str, Any],
    action: str,
    resource: str,
    code: str,
) -> None:
    name, keys = live.user()
    found, message = refused(getattr(live.client(service, keys), method), **params)
    quoted = f'"{resource}"' if service == "s3" else resource
    where = f" on resource: {quoted}" if resource else ""
    said = SPELLED.get(service, str)(action)
    sentence = (
        f"User: {HEAD}user/{name} is not authorized to perform: {said}{where}"
        f" because no identity-based policy allows the {said} action"
    )
    if service == "ec2":
        lead, _, blob = message.partition(". Encoded authorization failure message: ")
        assert lead == f"You are not authorized to perform this operation. {sentence}"
        assert blob
    else:
        assert message == sentence
    assert found == code
    # A policy for that action on that resource, and nothing else, lets it through.
    statement = allow(action, resource=resource or "*")
    live.client("iam").put_user_policy(
        UserName=name,
        PolicyName="own",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}),
    )
    answer = getattr(live.client(service, keys), method)(**params)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] in (200, 201)
    assert answer["ResponseMetadata"].get("RequestId") or service == "s3"


def test_the_exception_class_is_the_services_own_where_its_model_has_one(live: Live) -> None:
    _, keys = live.user()
    s3, sns, ssm = (live.client(name, keys) for name in ("s3", "sns", "ssm"))
    with pytest.raises(s3.exceptions.AccessDenied):
        s3.list_buckets()
    with pytest.raises(sns.exceptions.AuthorizationErrorException):
        sns.list_topics()
    with pytest.raises(ssm.exceptions.ClientError):
        ssm.describe_parameters()


def test_a_head_is_refused_without_a_body(live: Live) -> None:
    live.client("s3").create_bucket(Bucket="headed")
    live.client("s3").put_object(Bucket="headed", Key="k", Body=b"12345")
    assert live.client("s3").head_object(Bucket="headed", Key="k")["ContentLength"] == 5
    _, keys = live.user()
    assert refused(live.client("s3", keys).head_object, Bucket="headed", Key="k") == (
        "403",
        "Forbidden",
    )


def test_an_unmapped_call_is_refused_and_says_so(live: Live) -> None:
    call = live.client("cloudwatch").describe_alarm_contributors
    code, message = refused(call, AlarmName="a")
    assert code == "AccessDenied"
    assert "remit knows no permission for cloudwatch DescribeAlarmContributors" in message
    assert "--unknown allow" in message


def test_what_moto_does_not_have_is_said(live: Live) -> None:
    code, message = refused(live.client("gamelift").list_fleets)
    assert code == "NotImplemented"
    assert "does not emulate" in message


def test_what_a_client_compresses_is_read(live: Live) -> None:
    """boto3 compresses large bodies of PutMetricData by itself; the condition sees into them."""
    only = {"StringEquals": {"cloudwatch:namespace": "shop"}}
    _, keys = live.user(allow("cloudwatch:PutMetricData", Condition=only))
    client = live.client("cloudwatch", keys)
    metrics = [{"MetricName": f"sold{n}" * 20, "Value": n} for n in range(150)]
    client.put_metric_data(Namespace="shop", MetricData=metrics)
    assert (
        refused(client.put_metric_data, Namespace="other", MetricData=metrics)[0] == "AccessDenied"
    )
    found = live.client("cloudwatch").list_metrics(Namespace="shop")["Metrics"]
    assert len(found) == 150


def _post(body: bytes, signing: str = "monitoring") -> HttpRequest:
    return plain(HttpRequest("POST", "/", "", (("content-encoding", "gzip"),), body), signing)


def test_what_cannot_be_decompressed_is_no_call() -> None:
    whole = gzip.compress(b"x" * 100)
    assert (_post(whole).body, _post(whole).headers) == (b"x" * 100, ())
    assert _post(whole, "s3").body == whole  # there it is the encoding of an object
    bomb = gzip.compress(b"x" * (17 << 20))
    for body in (b"", b"{}", whole[:-9], whole + whole, bomb):
        with pytest.raises(Unrecognized, match="decompressed"):
            _post(body)


def test_cbor_through_a_real_client(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 made to speak Smithy's RPC v2 in CBOR, as the SDKs for Java and Go do of themselves."""
    from botocore import model

    monkeypatch.setattr(
        model, "PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", ("smithy-rpc-v2-cbor", "json", "query")
    )
    client, sent = live.client("cloudwatch"), list[str]()
    client.meta.events.register("before-send", lambda request, **_: sent.append(request.url))
    metric = {"MetricName": "sold", "Value": 1.5, "Timestamp": datetime.now(UTC)}
    client.put_metric_data(Namespace="cbor", MetricData=[metric])
    alarm = {
        "AlarmName": "few", "Namespace": "cbor", "MetricName": "sold", "Statistic": "Sum",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 2.5,
        "ComparisonOperator": "LessThanThreshold",
    }  # fmt: skip
    client.put_metric_alarm(**alarm)
    found = client.describe_alarms(AlarmNames=["few"])["MetricAlarms"][0]
    assert (found["Threshold"], found["StateUpdatedTimestamp"].year) == (
        2.5,
        datetime.now(UTC).year,
    )
    assert client.list_metrics(Namespace="cbor")["Metrics"][0]["MetricName"] == "sold"
    assert all("/service/GraniteServiceVersion20100801/operation/" in url for url in sent)
    assert refused(client.get_dashboard, DashboardName="none")[0] == "ResourceNotFound"
    _, keys = live.user(allow("cloudwatch:PutMetricData"))
    assert refused(live.client("cloudwatch", keys).list_metrics)[0] == "AccessDenied"
