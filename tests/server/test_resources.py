"""Policies of resources, conditions on them, and keys that parameters and state fill.

Expectations: facts/iam.md 3, 4.3 to 4.5 and 4.12 (IAM User Guide, evaluation logic; KMS Developer
Guide, key policies; S3 User Guide, bucket policies).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.server.live import ACCOUNT, HEAD, REGION, Keys, Live, allow, deny, document, refused


def to(
    principal: Any, *actions: str, resource: Any = "*", effect: str = "Allow", **more: Any
) -> str:
    statement = {
        "Effect": effect,
        "Principal": principal,
        "Action": list(actions),
        "Resource": resource,
    }
    return document({**statement, **more})


def test_a_bucket_policy_lets_a_user_in_and_denies_by_prefix(live: Live) -> None:
    s3 = live.client("s3")
    s3.create_bucket(Bucket="shared")
    s3.put_object(Bucket="shared", Key="open/a", Body=b"1")
    name, keys = live.user()
    theirs = live.client("s3", keys)
    assert refused(theirs.get_object, Bucket="shared", Key="open/a")[0] == "AccessDenied"
    user = {"AWS": f"{HEAD}user/{name}"}
    s3.put_bucket_policy(
        Bucket="shared", Policy=to(user, "s3:GetObject", resource="arn:aws:s3:::shared/open/*")
    )
    assert theirs.get_object(Bucket="shared", Key="open/a")["Body"].read() == b"1"
    assert refused(theirs.get_object, Bucket="shared", Key="shut/a")[0] == "AccessDenied"
    s3.put_bucket_policy(
        Bucket="shared",
        Policy=to("*", "s3:GetObject", resource="arn:aws:s3:::shared/*", effect="Deny"),
    )
    _, message = refused(s3.get_object, Bucket="shared", Key="open/a")
    assert message.endswith("with an explicit deny in a resource-based policy")
    s3.delete_bucket_policy(Bucket="shared")
    s3.get_object(Bucket="shared", Key="open/a")


def test_a_deny_whose_condition_is_not_met_does_not_deny(live: Live) -> None:
    """moto's own reading of bucket policies knows no conditions: it must not have a say."""
    s3 = live.client("s3")
    s3.create_bucket(Bucket="careful")
    s3.put_object(Bucket="careful", Key="k", Body=b"1")
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    s3.put_bucket_policy(
        Bucket="careful",
        Policy=to(
            "*", "s3:*", resource="arn:aws:s3:::careful/*", effect="Deny", Condition=insecure
        ),
    )
    assert s3.get_object(Bucket="careful", Key="k")["Body"].read() == b"1"


def test_nor_has_its_reading_of_key_policies(live: Live) -> None:
    kms = live.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    everybody, insecure = {"AWS": f"{HEAD}root"}, {"Bool": {"aws:SecureTransport": "false"}}
    careful = [
        {"Effect": "Allow", "Principal": everybody, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": ["kms:*"], "Resource": "*"}
        | {"Condition": insecure},
    ]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=document(*careful))
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"] == key


@pytest.mark.parametrize("service", ["sqs", "sns"])
def test_queue_and_topic_policies(live: Live, service: str) -> None:
    name, keys = live.user()
    user = {"AWS": f"{HEAD}user/{name}"}
    if service == "sqs":
        url = live.client("sqs").create_queue(QueueName="inbox")["QueueUrl"]
        policy = to(user, "sqs:SendMessage", resource=f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox")
        send = lambda: live.client("sqs", keys).send_message(QueueUrl=url, MessageBody="x")  # noqa: E731 - two one-liners side by side
        assert refused(send)[0] == "AccessDenied"
        live.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        send()
        return
    arn = live.client("sns").create_topic(Name="inbox")["TopicArn"]
    publish = lambda: live.client("sns", keys).publish(TopicArn=arn, Message="x")  # noqa: E731 - the same
    assert refused(publish)[0] == "AuthorizationError"
    live.client("sns").set_topic_attributes(
        TopicArn=arn, AttributeName="Policy", AttributeValue=to(user, "sns:Publish", resource=arn)
    )
    publish()


def test_a_key_policy_is_always_asked(live: Live) -> None:
    kms = live.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    _, keys = live.user(allow("kms:*"))
    theirs = live.client("kms", keys)
    sealed = theirs.encrypt(KeyId=key, Plaintext=b"x")[
        "CiphertextBlob"
    ]  # the default delegates to the account
    assert (
        theirs.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"x"
    )  # the key is told by the ciphertext
    admin = {"AWS": f"{HEAD}user/remit-administrator"}
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=to(admin, "kms:*"))
    code, message = refused(theirs.decrypt, CiphertextBlob=sealed)
    assert code == "AccessDeniedException"
    assert "because no resource-based policy allows the kms:Decrypt action" in message
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"x"


def test_a_secrets_policy_and_its_whole_arn(live: Live) -> None:
    made = live.client("secretsmanager").create_secret(Name="db/main", SecretString="s3cret")["ARN"]
    _, exact = live.user(allow("secretsmanager:GetSecretValue", resource=made))
    assert (
        live.client("secretsmanager", exact).get_secret_value(SecretId="db/main")["SecretString"]
        == "s3cret"
    )
    _, other = live.user(allow("secretsmanager:GetSecretValue", resource=made[:-6] + "AAAAAA"))
    assert (
        refused(live.client("secretsmanager", other).get_secret_value, SecretId="db/main")[0]
        == "AccessDeniedException"
    )
    name, keys = live.user()
    live.client("secretsmanager").put_resource_policy(
        SecretId="db/main",
        ResourcePolicy=to({"AWS": f"{HEAD}user/{name}"}, "secretsmanager:GetSecretValue"),
    )
    live.client("secretsmanager", keys).get_secret_value(SecretId="db/main")


CONDITIONS: list[tuple[str, dict[str, Any], str, str, dict[str, Any], dict[str, Any]]] = [
    # action, condition, service, method, parameters that meet it, parameters that do not
    ("s3:ListBucket", {"StringLike": {"s3:prefix": "home/*"}}, "s3", "list_objects_v2", {"Bucket": "cond", "Prefix": "home/a"}, {"Bucket": "cond"}),
    ("s3:PutObject", {"StringEquals": {"s3:x-amz-server-side-encryption": "AES256"}}, "s3", "put_object", {"Bucket": "cond", "Key": "k", "ServerSideEncryption": "AES256"}, {"Bucket": "cond", "Key": "k"}),
    ("s3:PutObject", {"StringEquals": {"s3:RequestObjectTag/a": "1"}}, "s3", "put_object", {"Bucket": "cond", "Key": "k"} , {"Bucket": "cond", "Key": "k"}),
    ("dynamodb:GetItem", {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["u1"]}}, "dynamodb", "get_item", {"TableName": "cond", "Key": {"id": {"S": "u1"}}}, {"TableName": "cond", "Key": {"id": {"S": "u2"}}}),
    ("dynamodb:Query", {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["u1"]}}, "dynamodb", "query", {"TableName": "cond", "KeyConditionExpression": "#i = :i", "ExpressionAttributeNames": {"#i": "id"}, "ExpressionAttributeValues": {":i": {"S": "u1"}}}, {"TableName": "cond", "KeyConditionExpression": "id=:i", "ExpressionAttributeValues": {":i": {"S": "u2"}}}),
    ("dynamodb:BatchGetItem", {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["u1", "u2"]}}, "dynamodb", "batch_get_item", {"RequestItems": {"cond": {"Keys": [{"id": {"S": "u1"}}, {"id": {"S": "u2"}}]}}}, {"RequestItems": {"cond": {"Keys": [{"id": {"S": "u1"}}, {"id": {"S": "u3"}}]}}}),
    ("cloudwatch:PutMetricData", {"StringEquals": {"cloudwatch:namespace": "mine"}}, "cloudwatch", "put_metric_data", {"Namespace": "mine", "MetricData": [{"MetricName": "m"}]}, {"Namespace": "theirs", "MetricData": [{"MetricName": "m"}]}),
    ("sqs:CreateQueue", {"StringEquals": {"aws:RequestTag/team": "a"}}, "sqs", "create_queue", {"QueueName": "tagged-1", "tags": {"team": "a"}}, {"QueueName": "tagged-2", "tags": {"team": "b"}}),
    ("sns:Subscribe", {"StringEquals": {"sns:Protocol": "sqs"}}, "sns", "subscribe", {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:cond", "Protocol": "sqs", "Endpoint": f"arn:aws:sqs:{REGION}:{ACCOUNT}:cond"}, {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:cond", "Protocol": "email", "Endpoint": "a@example.com"}),
    ("iam:AttachUserPolicy", {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}}, "iam", "attach_user_policy", {"UserName": "cond", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, {"UserName": "cond", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    ("ec2:RunInstances", {"StringEqualsIfExists": {"ec2:InstanceType": "t3.micro"}}, "ec2", "run_instances", {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro"}, {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1, "InstanceType": "m5.large"}),
    ("ec2:CreateVolume", {"StringEquals": {"aws:RequestTag/team": "a"}}, "ec2", "create_volume", {"AvailabilityZone": "us-east-1a", "Size": 1, "TagSpecifications": [{"ResourceType": "volume", "Tags": [{"Key": "team", "Value": "a"}]}]}, {"AvailabilityZone": "us-east-1a", "Size": 1}),
    ("sqs:ListQueues", {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, "sqs", "list_queues", {}, {"_": 0}),
    ("sqs:ListQueues", {"StringEquals": {"aws:RequestedRegion": REGION}, "Bool": {"aws:SecureTransport": "true"}, "DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, "sqs", "list_queues", {}, {"_": 0}),
]  # fmt: skip


@pytest.fixture(scope="module")
def made(live: Live) -> Live:
    live.client("s3").create_bucket(Bucket="cond")
    live.client("dynamodb").create_table(
        TableName="cond",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    live.client("sns").create_topic(Name="cond")
    live.client("sqs").create_queue(QueueName="cond")
    live.client("iam").create_user(UserName="cond")
    return live


@pytest.mark.parametrize(
    ("action", "condition", "service", "method", "meets", "fails"),
    CONDITIONS,
    ids=[f"{one[0]}-{next(iter(next(iter(one[1].values()))))}" for one in CONDITIONS],
)
def test_conditions_see_the_request(
    made: Live, action: str, condition: dict[str, Any], service: str, method: str, meets: dict[str, Any], fails: dict[str, Any]
) -> None:  # fmt: skip
    # Whoever tags while making something is asked for that as well.
    more = [allow("ec2:CreateTags", "sqs:TagQueue")] if action != "sqs:ListQueues" else []
    _, keys = made.user(allow(action, Condition=condition), *more)
    call = getattr(made.client(service, keys), method)
    if "s3:RequestObjectTag/a" in str(condition):
        # PutObject with a tag asks for s3:PutObjectTagging too.
        _, keys = made.user(allow(action, Condition=condition), allow("s3:PutObjectTagging"))
        call = getattr(made.client(service, keys), method)
        meets = {**meets, "Tagging": "a=1"}
    call(**meets)
    if fails != {"_": 0}:
        assert refused(call, **fails)[0] in {
            "AccessDenied",
            "AccessDeniedException",
            "UnauthorizedOperation",
            "AuthorizationError",
        }


def test_tags_of_the_resource_count(live: Live) -> None:
    owned = {"StringEquals": {"aws:ResourceTag/owner": "${aws:PrincipalTag/owner}"}}
    _, keys = live.user(
        allow("sqs:SendMessage", Condition=owned), Tags=[{"Key": "owner", "Value": "ann"}]
    )
    mine = live.client("sqs").create_queue(QueueName="mine", tags={"owner": "ann"})["QueueUrl"]
    other = live.client("sqs").create_queue(QueueName="other", tags={"owner": "bob"})["QueueUrl"]
    live.client("sqs", keys).send_message(QueueUrl=mine, MessageBody="x")
    assert (
        refused(live.client("sqs", keys).send_message, QueueUrl=other, MessageBody="x")[0]
        == "AccessDenied"
    )
    live.client("sqs").tag_queue(QueueUrl=other, Tags={"owner": "ann"})
    live.client("sqs", keys).send_message(QueueUrl=other, MessageBody="x")


def test_passing_a_role_is_asked_for_too(live: Live) -> None:
    role = live.role(trust={"Service": "lambda.amazonaws.com"})
    params = {
        "FunctionName": "f",
        "Runtime": "python3.12",
        "Role": f"{HEAD}role/{role}",
        "Handler": "a.b",
        "Code": {"ZipFile": b"PK\x05\x06" + b"\x00" * 18},
    }
    name, keys = live.user(allow("lambda:*"))
    _, message = refused(live.client("lambda", keys).create_function, **params)
    assert f"not authorized to perform: iam:PassRole on resource: {HEAD}role/{role}" in message
    passing = allow(
        "iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    )
    live.client("iam").put_user_policy(
        UserName=name, PolicyName="pass", PolicyDocument=document(passing)
    )
    live.client("lambda", keys).create_function(**params)


def test_another_account_needs_both_sides(live: Live) -> None:
    org = live.client("organizations")
    org.create_organization(FeatureSet="ALL")
    member = org.create_account(Email="d@example.com", AccountName="d")["CreateAccountStatus"][
        "AccountId"
    ]
    from moto.iam.models import iam_backends

    backend = iam_backends[member]["aws"]
    backend.create_user("us-east-1", "carol", "/", [])
    key = backend.create_access_key("carol")
    backend.put_user_policy("carol", "own", document(allow("sqs:SendMessage", "s3:GetObject")))
    live.built.state.forget()
    keys = Keys(key.access_key_id, key.secret_access_key)
    url = live.client("sqs").create_queue(QueueName="crossed")["QueueUrl"]
    send = {"QueueUrl": url, "MessageBody": "hello"}
    assert refused(live.client("sqs", keys).send_message, **send)[0] == "AccessDenied"
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:crossed"
    policy = to({"AWS": member}, "sqs:SendMessage", resource=arn)
    live.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    live.client("sqs", keys).send_message(**send)
    assert live.client("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"] == "hello"
    backend.put_user_policy("carol", "own", document(deny("sqs:*")))
    live.built.state.forget()
    assert refused(live.client("sqs", keys).send_message, **send)[0] == "AccessDenied"
    # S3 finds the owner by the bucket's name.
    s3 = live.client("s3")
    s3.create_bucket(Bucket="crossing")
    s3.put_object(Bucket="crossing", Key="k", Body=b"1")
    backend.put_user_policy("carol", "own", document(allow("s3:GetObject")))
    live.built.state.forget()
    assert (
        refused(live.client("s3", keys).get_object, Bucket="crossing", Key="k")[0] == "AccessDenied"
    )
    s3.put_bucket_policy(
        Bucket="crossing",
        Policy=to({"AWS": member}, "s3:GetObject", resource="arn:aws:s3:::crossing/*"),
    )
    assert live.client("s3", keys).get_object(Bucket="crossing", Key="k")["Body"].read() == b"1"


def test_an_ec2_message_can_be_decoded(live: Live) -> None:
    from remit.credentials import messages

    name, keys = live.user(deny("ec2:*", Sid="No"))
    _, message = refused(live.client("ec2", keys).describe_vpcs)
    blob = message.partition("message: ")[2]
    content = json.loads(messages.decode(blob, live.built.enforcer.master))
    assert (content["allowed"], content["explicitDeny"]) == (False, True)
    assert content["matchedStatements"]["items"][0]["statementId"] == "No"
    assert content["context"]["principal"]["arn"] == f"{HEAD}user/{name}"
    assert content["context"]["action"] == "ec2:DescribeVpcs"
