"""Clients, resources, responses: what each yields beside what the peer test compares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdk_driver import Log, Model, on_model

from remit.catalog import models
from remit.core.text import Hole, HoleKind, Text
from remit.scan import sdk

ENV = Hole(HoleKind.ENV, "NAME")
ACCOUNT = Hole(HoleKind.ASSIGNED, "account")


def _calls(snippet: Callable[[Any], Any]) -> list[tuple[str, dict[str, Any], str]]:
    _, log = on_model(snippet)
    assert not log.unattributed
    return [(call.operation, dict(call.params), call.via) for call in log.calls]


CALLS: dict[str, tuple[Callable[[Any], Any], list[tuple[str, dict[str, Any], str]]]] = {
    "waiter": (
        lambda b: (
            b.client("s3").get_waiter("object_exists").wait(Bucket="b", Key="k", WaiterConfig={})
        ),
        [("HeadObject", {"Bucket": "b", "Key": "k"}, "waiter")],
    ),
    "resource waiter": (
        lambda b: b.resource("dynamodb").Table("t").wait_until_exists(WaiterConfig={}),
        [("DescribeTable", {"TableName": "t"}, "waiter")],
    ),
    "paginator": (
        lambda b: (
            b.client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName="t", PaginationConfig={"PageSize": 1})
            .build_full_result()["Items"]
        ),
        [("Scan", {"TableName": "t"}, "paginator")],
    ),
    "paginator of an operation with a keyword": (
        lambda b: (
            b.client("dynamodb").get_paginator(operation_name="query").paginate(TableName="t")
        ),
        [("Query", {"TableName": "t"}, "paginator")],
    ),
    "presigned url": (
        lambda b: b.client("s3").generate_presigned_url(
            "get_object", Params={"Bucket": "b", "Key": "k"}, ExpiresIn=60
        ),
        [("GetObject", {"Bucket": "b", "Key": "k"}, "presigned url")],
    ),
    "presigned url by keyword": (
        lambda b: b.client("s3").generate_presigned_url(
            ClientMethod="put_object", Params={"Bucket": "b"}
        ),
        [("PutObject", {"Bucket": "b"}, "presigned url")],
    ),
    "presigned post": (
        lambda b: b.client("s3").generate_presigned_post("b", "up/${filename}", {"acl": "private"}),
        [
            (
                "PutObject",
                {
                    "Bucket": "b",
                    "Key": Text.of("up/", Hole(HoleKind.DATA, "filename")),
                    "ACL": "private",
                },
                "presigned post",
            )
        ],
    ),
    "alias": (
        lambda b: b.client("cloudwatch").get_o_tel_enrichment(),
        [("GetOTelEnrichment", {}, "client")],
    ),
    "batch writer with an open name": (
        lambda b: b.resource("dynamodb").Table(Text.of("t-", ENV)).batch_writer().put_item(Item={}),
        [
            (
                "BatchWriteItem",
                {"TableName": Text.of("t-", ENV), "RequestItems": ENV},
                "batch writer",
            )
        ],
    ),
    "key conditions": (
        lambda b: (
            b.resource("dynamodb")
            .Table("t")
            .query(KeyConditionExpression=b.dynamodb.conditions.Key("id").eq(1))
        ),
        [
            (
                "Query",
                {
                    "TableName": "t",
                    "KeyConditionExpression": Hole(
                        HoleKind.CODE, "boto3.dynamodb.conditions.Key.eq"
                    ),
                },
                "resource",
            )
        ],
    ),
    "response as a parameter": (
        lambda b: b.client("sqs").delete_message(
            QueueUrl="u", ReceiptHandle=b.client("lambda").invoke(FunctionName="f")["R"][0]
        ),
        [
            ("Invoke", {"FunctionName": "f"}, "client"),
            (
                "DeleteMessage",
                {"QueueUrl": "u", "ReceiptHandle": Hole(HoleKind.DATA, "`R[]` of lambda.Invoke")},
                "client",
            ),
        ],
    ),
    "S3Transfer": (
        lambda b: b.s3.transfer.S3Transfer(b.client("s3")).upload_file(
            "f", "b", "k", extra_args={"ACL": "private"}
        ),
        [("PutObject", {"Bucket": "b", "Key": "k", "ACL": "private"}, "transfer")],
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(name: str) -> None:
    snippet, expected = CALLS[name]
    assert _calls(snippet) == expected


OPEN: dict[str, Callable[[Any], Any]] = {
    "positional": lambda b: b.client("dynamodb").scan("t"),
    "positional of an action": lambda b: b.resource("dynamodb").Table("t").scan("x"),
    "presigned params": lambda b: b.client("s3").generate_presigned_url("get_object", ENV),
    "extra args": lambda b: b.client("s3").upload_file("f", "b", "k", ENV),
    "copy source": lambda b: b.resource("s3").Bucket("b").copy(ENV, "k"),
}


@pytest.mark.parametrize("name", OPEN)
def test_parameters_that_are_not_known_are_open(name: str) -> None:
    _, log = on_model(OPEN[name])
    assert log.calls[0].open_params


def test_open_keywords_reach_every_call() -> None:
    everything = sdk.Arguments((), {}, open=True)
    owners = [
        (on_model(lambda b: b.client("s3"))[0], "get_object"),
        (on_model(lambda b: b.client("s3"))[0], "download_file"),
        (on_model(lambda b: b.client("s3"))[0], "generate_presigned_post"),
        (on_model(lambda b: b.client("s3").get_paginator("list_objects"))[0], "paginate"),
        (on_model(lambda b: b.client("s3").get_waiter("object_exists"))[0], "wait"),
        (on_model(lambda b: b.resource("s3").Object("b", "k"))[0], "put"),
        (on_model(lambda b: b.resource("s3").Object("b", "k"))[0], "load"),
        (on_model(lambda b: b.resource("s3").Object("b", "k"))[0], "wait_until_exists"),
    ]
    for owner, name in owners:
        outcome = sdk.call(sdk.Bound(owner, name), everything)
        assert outcome.calls
        assert all(call.open_params for call in outcome.calls), name
    collection, _ = on_model(lambda b: b.resource("s3").Bucket("b").objects)
    filtered = sdk.call(sdk.Bound(collection, "filter"), everything).value
    assert isinstance(filtered, sdk.Collection)
    assert sdk.iterate(filtered).calls[0].open_params


UNATTRIBUTED: list[tuple[Callable[[Any], Any], str]] = [
    (
        lambda b: b.client("dynamodb").updateitem(),
        "boto3's `dynamodb` client has no method `updateitem`; did you mean `update_item`?",
    ),
    (
        lambda b: b.client("dynamodb").get_paginator("skan").paginate(TableName="t"),
        "boto3's `dynamodb` client has no method `skan`; did you mean `scan`?",
    ),
    (
        lambda b: b.client("dynamodb").get_paginator("put_item"),
        "boto3 cannot paginate `put_item` of `dynamodb`",
    ),
    (
        lambda b: b.client("s3").get_waiter("object_exist").wait(),
        "boto3's `s3` client has no waiter `object_exist`; did you mean `object_exists`?",
    ),
    (
        lambda b: b.client("s3").get_waiter(ENV),
        "which waiter of `s3` is meant is not known (`NAME`)",
    ),
    (
        lambda b: b.client("s3").generate_presigned_url("getobject"),
        "boto3's `s3` client has no method `getobject`; did you mean `get_object`?",
    ),
    (
        lambda b: b.resource("dynamodb").Table("t").updateitem(),
        "boto3's `dynamodb` Table has no method `updateitem`; did you mean `update_item`?",
    ),
    (
        lambda b: b.resource("dynamodb").Tabel("t"),
        "boto3's `dynamodb` resource has no method `Tabel`; did you mean `Table`?",
    ),
    (
        lambda b: b.resource("s3").Bucket("b").objects.remove(),
        "boto3's `s3` collection `objects` has no method `remove`",
    ),
    (
        lambda b: b.client("rds").generate_db_auth_token("h", 1, "u"),
        "`generate_db_auth_token` takes `rds-db:connect`, which is no operation of `rds`",
    ),
    (
        lambda b: b.client("s3")._make_api_call("ListBuckets", {}),
        "boto3's `s3` client has no method `_make_api_call`",
    ),
    (
        lambda b: b.s3.transfer.S3Transfer(None).upload_file("f", "b", "k"),
        "the client of this S3Transfer is not known",
    ),
]


@pytest.mark.parametrize(("snippet", "why"), UNATTRIBUTED)
def test_unattributed(snippet: Callable[[Any], Any], why: str) -> None:
    _, log = on_model(snippet)
    assert log.unattributed == [why]
    assert not log.calls


def _arn(service: str, resource: str) -> Text:
    return Text.of(f"arn:aws:{service}:eu-west-1:", ACCOUNT, f":{resource}")


QUEUE = Text.of("https://sqs.eu-west-1.amazonaws.com/", ACCOUNT, "/q")

VALUES: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "queue url": (
        lambda b: b.client("sqs", "eu-west-1").get_queue_url(QueueName="q")["QueueUrl"],
        QUEUE,
    ),
    "queue url by get": (
        lambda b: b.client("sqs", "eu-west-1").create_queue(QueueName="q").get("QueueUrl", None),
        QUEUE,
    ),
    "another account's queue": (
        lambda b: b.client("sqs", "eu-west-1").get_queue_url(
            QueueName="q", QueueOwnerAWSAccountId="111122223333"
        )["QueueUrl"],
        Text.of("https://sqs.eu-west-1.amazonaws.com/111122223333/q"),
    ),
    "queue by name": (
        lambda b: b.resource("sqs", "eu-west-1").get_queue_by_name(QueueName="q").url,
        QUEUE,
    ),
    "listed queues": (
        lambda b: b.client("sqs", "eu-west-1").list_queues(QueueNamePrefix="q")["QueueUrls"][0],
        Text.of(QUEUE, Hole(HoleKind.DATA, "rest of a queue's name")),
    ),
    "queue arn": (
        lambda b: b.resource("sqs", "eu-west-1").Queue(QUEUE).attributes["QueueArn"],
        _arn("sqs", "q"),
    ),
    "queue arn of an unknown url": (
        lambda b: b.resource("sqs", "eu-west-1").Queue(ENV).attributes["QueueArn"],
        Hole(HoleKind.DATA, "`Attributes.QueueArn` of sqs.GetQueueAttributes"),
    ),
    "topic arn": (
        lambda b: b.client("sns", "eu-west-1").create_topic(Name="t")["TopicArn"],
        _arn("sns", "t"),
    ),
    "topic resource": (
        lambda b: b.resource("sns", "eu-west-1").create_topic(Name="t").arn,
        _arn("sns", "t"),
    ),
    "topic arn without a region": (
        lambda b: b.client("sns").create_topic(Name="t")["TopicArn"],
        Text.of(
            "arn:",
            Hole(HoleKind.ASSIGNED, "partition"),
            ":sns:",
            Hole(HoleKind.ASSIGNED, "region"),
            ":",
            ACCOUNT,
            ":t",
        ),
    ),
    "topic arn in China": (
        lambda b: b.client("sns", "cn-north-1").create_topic(Name="t")["TopicArn"],
        Text.of("arn:aws-cn:sns:cn-north-1:", ACCOUNT, ":t"),
    ),
    "table arn": (
        lambda b: b.resource("dynamodb", "eu-west-1").Table("t").table_arn,
        _arn("dynamodb", "table/t"),
    ),
    "table arn of an arn": (
        lambda b: b.client("dynamodb").describe_table(TableName="arn:aws:x")["Table"]["TableArn"],
        "arn:aws:x",
    ),
    "account": (lambda b: b.client("sts").get_caller_identity()["Account"], ACCOUNT),
    "account by get": (lambda b: b.client("sts").get_caller_identity().get("Account"), ACCOUNT),
    "a foreign account": (
        lambda b: b.client("sts", aws_access_key_id="A").get_caller_identity()["Account"],
        Hole(HoleKind.DATA, "`Account` of sts.GetCallerIdentity"),
    ),
    "listed keys": (
        lambda b: next(
            o["Key"] for o in b.client("s3").list_objects_v2(Bucket="b", Prefix="p/")["Contents"]
        ),
        Text.of("p/", Hole(HoleKind.DATA, "rest of an object's key")),
    ),
    "listed keys, encoded": (
        lambda b: b.client("s3").list_objects_v2(Bucket="b", Prefix="p/", EncodingType="url")[
            "Contents"
        ][0]["Key"],
        Hole(HoleKind.DATA, "`Contents[].Key` of s3.ListObjectsV2"),
    ),
    "keys of a page": (
        lambda b: next(
            p["Contents"][0]["Key"]
            for p in b.client("s3").get_paginator("list_objects_v2").paginate(Prefix="p/")
        ),
        Text.of("p/", Hole(HoleKind.DATA, "rest of an object's key")),
    ),
    "listed versions": (
        lambda b: (
            next(iter(b.resource("s3").Bucket("b").object_versions.filter(Prefix="p/"))).object_key
        ),
        Text.of("p/", Hole(HoleKind.DATA, "rest of an object's key")),
    ),
    "body": (
        lambda b: b.resource("s3").Object("b", "k").get()["Body"].read(),
        Hole(HoleKind.DATA, "`Body` of s3.GetObject"),
    ),
    "region of a session": (lambda b: b.Session(region_name="eu-west-1").region_name, "eu-west-1"),
    "region of none": (lambda b: b.Session().region_name, Hole(HoleKind.ASSIGNED, "region")),
    "regions": (
        lambda b: next(iter(b.Session().get_available_regions("ec2"))),
        Hole(HoleKind.DATA, "an element of get_available_regions()"),
    ),
    "can paginate": (lambda b: b.client("s3").can_paginate("list_objects"), True),
    "cannot paginate": (lambda b: b.client("s3").can_paginate("put_object"), False),
    "service name": (lambda b: b.resource("s3").meta.service_name, "s3"),
    "loaded waiter returns nothing": (
        lambda b: b.client("s3").get_waiter("bucket_exists").wait(Bucket="b"),
        None,
    ),
    "missing identifier": (
        lambda b: b.resource("s3").Object("b").key,
        Hole(HoleKind.CODE, "an argument that is not given"),
    ),
    "identifier from a response": (
        lambda b: b.resource("s3").Bucket(b.client("ssm").get_parameter(Name="n")["V"]).name,
        Hole(HoleKind.DATA, "`V` of ssm.GetParameter"),
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_values(name: str) -> None:
    snippet, expected = VALUES[name]
    value, log = on_model(snippet)
    assert sdk.as_param(value) == expected
    assert not log.unattributed


def test_a_bucket_that_is_loaded_hides_its_denial() -> None:
    """boto3/s3/inject.py, bucket_load: AccessDenied is not raised."""
    _, log = on_model(lambda b: b.resource("s3").Bucket("b").creation_date)
    assert [(c.operation, dict(c.extra)) for c in log.calls] == [
        ("ListBuckets", {"denial_hidden": "boto3"})
    ]


def test_the_source_of_a_copy_is_read_by_its_own_client() -> None:
    _, log = on_model(
        lambda b: b.client("s3").copy(
            {"Bucket": "a", "Key": "k"},
            "b",
            "k",
            SourceClient=b.client("s3", aws_access_key_id="AK"),
        )
    )
    assert [op for op, _ in log.called] == ["CopyObject"]
    assert log.foreign == ["explicit keys"]


TRUTH: list[tuple[Callable[[Any], Any], bool | None]] = [
    (lambda b: b.client("s3"), True),
    (lambda b: b.resource("s3").Bucket("b"), True),
    (lambda b: b.client("s3").list_buckets(), None),
    (lambda b: b.resource("ec2").Instance("i").vpc, None),
    (lambda b: b.resource("sqs").Queue("u").receive_messages(), None),
    (lambda b: b.resource("s3").Bucket("b").objects.all(), True),
    (lambda b: b.Session().get_credentials(), None),
]


@pytest.mark.parametrize(("snippet", "expected"), TRUTH)
def test_truth(snippet: Callable[[Any], Any], expected: bool | None) -> None:
    value, _ = on_model(snippet)
    assert sdk.truth(value) is expected


def test_objects_are_hashable_whatever_was_passed() -> None:
    snippets: list[Callable[[Any], Any]] = [
        lambda b: b.client("s3"),
        lambda b: b.client("s3").put_object,
        lambda b: b.client("s3").put_object(Bucket="b", Tags=["x", {"y": 1}]),
        lambda b: b.resource("s3").Object(["b"], {"k": 1}),
        lambda b: b.resource("s3").Bucket("b").objects.filter(Prefix=["p"]),
        lambda b: b.resource("sqs").Queue("u").receive_messages(X=[1]),
        lambda b: b.client("s3").get_paginator("list_objects").paginate(Bucket=["b"]),
        lambda b: b.resource("dynamodb").Table(["t"]).batch_writer(),
    ]
    for snippet in snippets:
        first, second = on_model(snippet)[0], on_model(snippet)[0]
        assert first == second
        assert hash(first) == hash(second)


def test_a_walk_into_a_response_comes_to_rest() -> None:
    value, _ = on_model(lambda b: b.client("lambda").invoke(FunctionName="f"))
    inert = sdk.Inert("x")
    for _ in range(200):
        value = sdk.subscript(value, "next").value
        following = sdk.attribute(inert, "next").value
        assert isinstance(following, sdk.Inert)
        inert = following
    assert sdk.subscript(value, "next").value == value
    assert sdk.attribute(inert, "next").value == inert


# Every client method and every kind of step on every kind of object ---------------------------


def test_every_method_of_every_client() -> None:
    seen = 0
    try:
        for service in sorted(models.services()):
            made = sdk.call(sdk.Bound(sdk.Session(), "client"), sdk.Arguments((service,))).value
            assert isinstance(made, sdk.Client), service
            for name, operation in models.methods(service).items():
                method = sdk.attribute(made, name).value
                assert method == sdk.Bound(made, name)
                outcome = sdk.call(method, sdk.Arguments((), {"P": "v"}))
                (call,) = outcome.calls
                assert (call.service, call.operation) == (service, operation)
                assert call.params == {"P": "v"}
                seen += 1
            _forget()
    finally:
        _forget()
    assert seen > 19_000


def _forget() -> None:
    for cached in (models.methods, models.service_model, models.document):
        cached.cache_clear()


_STARTS: list[Callable[[Any], Any]] = [
    lambda b: b,
    lambda b: b.client("s3"),
    lambda b: b.resource("s3"),
    lambda b: b.resource("s3").Bucket("b"),
    lambda b: b.resource("s3").Bucket("b").objects,
    lambda b: b.resource("ec2").Instance("i"),
    lambda b: b.resource("dynamodb").Table("t").batch_writer(),
    lambda b: b.client("s3").list_buckets(),
    lambda b: b.client("s3").get_paginator("list_objects").paginate(),
    lambda b: b.client("s3").get_waiter("bucket_exists"),
    lambda b: b.Session(),
    lambda b: b.Session().get_credentials(),
    lambda b: b.client("s3").meta,
    lambda b: b.session.Session,
]
_NAMES = st.sampled_from(
    [
        *("all", "filter", "pages", "get", "meta", "client", "load", "vpc", "delete", "copy", "_y"),
        *("upload_file", "put_item", "wait", "paginate", "generate_presigned_url", "items", "x"),
        *("get_paginator", "get_waiter", "resource", "create_tags", "Object", "Table", "merge"),
    ]
)
_PARAMS = st.recursive(
    st.sampled_from([None, "b", "", b"x", 1, 2.5, True, ENV, Text.of("a", ENV)]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["Bucket", "Key", "P"]), inner, max_size=2)
    ),
    max_leaves=4,
)
_ARGUMENTS = st.builds(
    sdk.Arguments,
    st.lists(_PARAMS, max_size=3).map(tuple),
    st.dictionaries(
        st.sampled_from(["Bucket", "Params", "ExtraArgs", "CopySource", "limit", "Filters"]),
        _PARAMS,
    ),
    st.booleans(),
)
_STEPS = st.lists(
    st.tuples(st.just("attribute"), _NAMES)
    | st.tuples(st.just("call"), _ARGUMENTS)
    | st.tuples(st.just("subscript"), _PARAMS)
    | st.tuples(st.just("iterate"), st.none())
    | st.tuples(st.just("enter"), st.none()),
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(start=st.sampled_from(_STARTS), steps=_STEPS)
def test_no_step_ever_fails(start: Callable[[Any], Any], steps: list[tuple[str, Any]]) -> None:
    """Whatever a program does with an SDK object, there is an answer, and a call is a real one."""
    value, _ = on_model(start)
    for step, operand in steps:
        if not isinstance(value, sdk.SdkObject):
            break
        sdk.truth(value)
        sdk.as_param(value)
        hash(value)
        question = getattr(sdk, step)
        outcome = question(value) if operand is None and step != "subscript" else None
        outcome = outcome or question(value, operand)
        for call in outcome.calls:
            model = models.service_model(call.service)
            assert model is not None
            assert call.operation in model.operations
            assert not any(isinstance(v, sdk.SdkObject) for v in call.params.values())
        value = outcome.value


def test_the_driver_sees_what_a_loop_charges() -> None:
    log = Log()
    bucket, _ = on_model(lambda b: b.resource("s3").Bucket("b"))
    collection = sdk.attribute(bucket, "objects").value
    assert isinstance(collection, sdk.Collection)
    assert not sdk.call(sdk.Bound(collection, "all"), sdk.Arguments()).calls
    list(Model(collection, log))
    assert [op for op, _ in log.called] == ["ListObjects"]
