"""The model against real boto3: the same code must make the same calls with the same parameters."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Iterator
from typing import Any

import boto3.session
import botocore.session
import pytest
from boto3.s3.transfer import S3Transfer
from sdk_driver import Model, Real, on_model, same_calls

from remit.scan import sdk
from remit.scan.sdk import schema, session, transfer
from remit.scan.sdk.schema import Kind

SERVICES = (
    "cloudformation",
    "cloudwatch",
    "dynamodb",
    "ec2",
    "glacier",
    "iam",
    "s3",
    "sns",
    "sqs",
)


@pytest.fixture(scope="module")
def real() -> Real:
    return Real()


def test_these_are_all_services_with_resources() -> None:
    from remit.catalog import models

    assert models.services("boto3") == frozenset(SERVICES)


def _source() -> dict[str, str]:
    return {"Bucket": "from", "Key": "old", "VersionId": "7"}


SNIPPETS: dict[str, Callable[[Any], Any]] = {
    "client": lambda b: b.client("dynamodb").update_item(TableName="t", Key={"id": {"S": "1"}}),
    "meta.client": lambda b: b.resource("dynamodb").Table("t").meta.client.scan(TableName="u"),
    "keyword identifiers": lambda b: b.resource("s3").Object(bucket_name="b", key="k").delete(),
    "chained identifiers": lambda b: b.resource("s3").Bucket("b").Object("k").get(),
    "nested types": lambda b: b.resource("s3").Object("b", "k").Version("9").delete(),
    "up again": lambda b: b.resource("s3").Object("b", "k").Bucket().delete(),
    "sub object": lambda b: b.resource("s3").Bucket("b").Acl().put(ACL="private"),
    "constant parameter": lambda b: b.resource("s3").BucketVersioning("b").enable(),
    "override": lambda b: b.resource("dynamodb").Table("t").query(TableName="u", Limit=1),
    "table": lambda b: b.resource("dynamodb").Table("t").put_item(Item={"id": "1"}),
    "lazy": lambda b: b.resource("dynamodb").Table("t").item_count,
    "alias is not lazy": lambda b: b.resource("dynamodb").Table("t").table_name,
    "created table": lambda b: (
        b.resource("dynamodb").create_table(TableName="t").delete_item(Key={})
    ),
    "created table has data": lambda b: (
        b.resource("dynamodb").create_table(TableName="t").table_arn
    ),
    "batch get": lambda b: b.resource("dynamodb").batch_get_item(RequestItems={"t": {"Keys": []}}),
    "tables": lambda b: [t.scan() for t in b.resource("dynamodb").tables.all()],
    "listing": lambda b: list(b.resource("s3").Bucket("b").objects.filter(Prefix="p/")),
    "listing with a limit": lambda b: list(
        b.resource("s3").Bucket("b").objects.filter(Prefix="p/", limit=2)
    ),
    "listed is loaded": lambda b: [o.size for o in b.resource("s3").Bucket("b").objects.all()],
    "listed identifiers": lambda b: [
        o.get() for o in b.resource("s3").Bucket("b").objects.filter(Prefix="some")
    ],
    "summary loads": lambda b: b.resource("s3").ObjectSummary("b", "k").size,
    "summary to object": lambda b: [
        o.Object().put(Body=b"") for o in b.resource("s3").Bucket("b").objects.limit(3)
    ],
    "pages": lambda b: [
        o.delete() for p in b.resource("s3").Bucket("b").objects.pages() for o in p
    ],
    "batch delete": lambda b: b.resource("s3").Bucket("b").objects.filter(Prefix="so").delete(),
    "batch delete of manager": lambda b: b.resource("s3").Bucket("b").objects.delete(),
    "versions": lambda b: b.resource("s3").Bucket("b").object_versions.all().delete(),
    "buckets": lambda b: [x.objects.delete() for x in b.resource("s3").buckets.all()],
    "bucket loads": lambda b: b.resource("s3").Bucket("b").creation_date,
    "bucket load": lambda b: b.resource("s3").Bucket("b").load(),
    "queue by name": lambda b: b.resource("sqs").get_queue_by_name(QueueName="q"),
    "queue": lambda b: b.resource("sqs").Queue("https://u/1/q").send_message(MessageBody="m"),
    "queue attributes": lambda b: b.resource("sqs").Queue("https://u/1/q").attributes,
    "messages": lambda b: [
        (m.body, m.delete()) for m in b.resource("sqs").Queue("https://u/1/q").receive_messages()
    ],
    "message": lambda b: (
        b.resource("sqs").Message("https://u/1/q", "rh").change_visibility(VisibilityTimeout=1)
    ),
    "dead letters": lambda b: list(
        b.resource("sqs").Queue("https://u/1/q").dead_letter_source_queues.all()
    ),
    "topic": lambda b: b.resource("sns").Topic("arn:aws:sns:eu-west-1:1:t").publish(Message="m"),
    "created topic": lambda b: b.resource("sns").create_topic(Name="t").subscribe(Protocol="sms"),
    "instances": lambda b: [
        i.vpc.delete()
        for i in b.resource("ec2").instances.filter(Filters=[{"Name": "a", "Values": ["b"]}])
    ],
    "filters add up": lambda b: list(
        b.resource("ec2")
        .Vpc("vpc-1")
        .instances.filter(Filters=[{"Name": "a", "Values": ["b"]}])
        .filter(Filters=[{"Name": "c", "Values": ["d"]}])
    ),
    "stop all": lambda b: b.resource("ec2").instances.filter(InstanceIds=["i-1"]).stop(Force=True),
    "reference": lambda b: b.resource("ec2").Instance("i-1").subnet.id,
    "create tags": lambda b: b.resource("ec2").create_tags(
        Resources=["i-1"], Tags=[{"Key": "k", "Value": "v"}]
    ),
    "created tag": lambda b: [
        t.delete()
        for t in b.resource("ec2").create_tags(Resources=["i"], Tags=[{"Key": "k", "Value": "v"}])
    ],
    "instance tags": lambda b: b.resource("ec2").Instance("i-1").delete_tags(Tags=[]),
    "role": lambda b: b.resource("iam").Role("r").attach_policy(PolicyArn="p"),
    "roles": lambda b: [
        list(r.attached_policies.all()) for r in b.resource("iam").roles.filter(PathPrefix="/")
    ],
    "alarm": lambda b: b.resource("cloudwatch").Alarm("a").set_state(StateValue="OK"),
    "metric": lambda b: b.resource("cloudwatch").Metric("n", "m").put_data(),
    "stack": lambda b: [
        s.resource_type for s in b.resource("cloudformation").Stack("s").resource_summaries.all()
    ],
    "vault": lambda b: b.resource("glacier").Vault("1", "v").initiate_inventory_retrieval(),
    "paginator": lambda b: list(
        b.client("s3").get_paginator("list_objects_v2").paginate(Bucket="b", Prefix="p")
    ),
    "can paginate": lambda b: b.client("sts").can_paginate("get_caller_identity"),
}

TRANSFERS: dict[str, Callable[[Any], Any]] = {
    "client upload": lambda b: b.client("s3").upload_fileobj(io.BytesIO(b"x"), "b", "k"),
    "client upload with extras": lambda b: b.client("s3").upload_fileobj(
        Fileobj=io.BytesIO(b"x"), Bucket="b", Key="k", ExtraArgs={"ACL": "public-read"}
    ),
    "client upload file": lambda b: b.client("s3").upload_file(__file__, "b", "k"),
    "client download": lambda b: b.client("s3").download_fileobj("b", "k", io.BytesIO()),
    "client download version": lambda b: b.client("s3").download_fileobj(
        "b", "k", io.BytesIO(), {"VersionId": "3"}
    ),
    "client copy": lambda b: b.client("s3").copy(_source(), "b", "k"),
    "client copy with extras": lambda b: b.client("s3").copy(
        _source(), "b", "k", {"ACL": "private", "RequestPayer": "requester"}
    ),
    "client copy of encrypted": lambda b: b.client("s3").copy(
        _source(), "b", "k", ExtraArgs={"CopySourceIfMatch": "e", "ExpectedBucketOwner": "1"}
    ),
    "bucket upload": lambda b: b.resource("s3").Bucket("b").upload_fileobj(io.BytesIO(b"x"), "k"),
    "bucket upload file": lambda b: b.resource("s3").Bucket("b").upload_file(__file__, "k"),
    "bucket download": lambda b: b.resource("s3").Bucket("b").download_fileobj("k", io.BytesIO()),
    "bucket copy": lambda b: b.resource("s3").Bucket("b").copy(_source(), "k"),
    "object upload": lambda b: b.resource("s3").Object("b", "k").upload_fileobj(io.BytesIO(b"x")),
    "object download": lambda b: b.resource("s3").Object("b", "k").download_fileobj(io.BytesIO()),
    "object copy": lambda b: b.resource("s3").Object("b", "k").copy(_source()),
    "copy from": lambda b: b.resource("s3").Object("b", "k").copy_from(CopySource="from/old"),
}


@pytest.mark.parametrize("name", [*SNIPPETS, *TRANSFERS])
def test_same_calls(name: str, real: Real) -> None:
    snippet = (SNIPPETS | TRANSFERS)[name]
    _, called = real.run(snippet)
    _, log = on_model(snippet)
    assert not log.unattributed
    assert called or name in NO_CALLS
    if name in TRANSFERS:
        called = [(op, _without_settings(params)) for op, params in called]
    assert same_calls(log.called, called), (log.called, called)


NO_CALLS = ("alias is not lazy", "can paginate")


def _without_settings(params: dict[str, Any]) -> dict[str, Any]:
    """What s3transfer adds by itself: content and checksums, on which no permission depends."""
    added = ("Body", "ChecksumAlgorithm", "ChecksumMode")
    return {name: value for name, value in params.items() if name not in added}


@pytest.mark.parametrize("method", sorted(transfer.METHODS))
def test_transfer_signatures(method: str, real: Real) -> None:
    """Positional arguments mean what they mean in boto3, on the client, a bucket and an object."""
    owners = {
        (): real.client("s3"),
        ("Bucket",): real.resource("s3").Bucket("b"),
        ("Bucket", "Key"): real.resource("s3").Object("b", "k"),
    }
    for given, owner in owners.items():
        expected = [name for name in transfer.SIGNATURES[method] if name not in given]
        assert list(inspect.signature(getattr(owner, method)).parameters) == expected


@pytest.mark.parametrize("method", sorted(transfer.CLASS_SIGNATURES))
def test_transfer_class_signatures(method: str) -> None:
    _, *names = inspect.signature(getattr(S3Transfer, method)).parameters
    assert tuple(names) == transfer.CLASS_SIGNATURES[method]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (session.CLIENT_ARGUMENTS, boto3.session.Session.client),
        (session.CLIENT_ARGUMENTS, botocore.session.Session.create_client),
        (session.SESSION_ARGUMENTS, boto3.session.Session.__init__),
    ],
)
def test_session_signatures(mine: tuple[str, ...], theirs: Any) -> None:
    _, *names = inspect.signature(theirs).parameters
    assert mine == tuple(names)


def test_batch_writer(real: Real) -> None:
    def snippet(boto3: Any) -> None:
        with boto3.resource("dynamodb").Table("t").batch_writer(["id"]) as batch:
            batch.put_item(Item={"id": "1"})
            batch.delete_item({"id": "2"})

    _, called = real.run(snippet)
    _, log = on_model(snippet)
    assert [op for op, _ in called] == ["BatchWriteItem"]
    merged = [request for _, params in log.called for request in params["RequestItems"]["t"]]
    assert {op for op, _ in log.called} == {"BatchWriteItem"}
    assert called[0][1] == {"RequestItems": {"t": merged}}


def _types(service: str) -> tuple[str, ...]:
    """All types that can be made by name: in EC2, `KeyPair(...)` makes a KeyPairInfo."""
    return tuple(kind for kind in schema.types(service) if (service, kind) != ("ec2", "KeyPair"))


def _walk(service: str) -> Iterator[tuple[str, str, Kind]]:
    """Every action, loader, collection and waiter of every type."""
    for kind in _types(service):
        for name, member in schema.members(service, kind).items():
            if member.kind in (Kind.ACTION, Kind.LOAD, Kind.COLLECTION, Kind.WAITER):
                yield kind, name, member.kind


def _identified(boto3: Any, service: str, kind: str) -> Any:
    resource = boto3.resource(service)
    if not kind:
        return resource
    maker = next(
        name
        for name, member in schema.members(service, "").items()
        if member.kind is Kind.SUBRESOURCE and member.definition["resource"]["type"] == kind
    )
    names = schema.identifiers(service, kind)
    return getattr(resource, maker)(*(f"the-{name.replace('_', '-')}" for name in names))


def _use(owner: Any, name: str, kind: Kind) -> Any:
    member = getattr(owner, name)
    return list(member.all()) if kind is Kind.COLLECTION else member()


@pytest.mark.parametrize("service", SERVICES)
def test_every_action_collection_and_waiter(service: str, real: Real) -> None:
    """Without arguments of the user's: what is compared is what the resource fills in itself."""
    different, calls = [], 0
    for kind, name, what in _walk(service):
        if (service, kind, name) == ("s3", "Bucket", "load") or name == "reload":
            continue

        def snippet(boto3: Any, kind: str = kind, name: str = name, what: Kind = what) -> Any:
            return _use(_identified(boto3, service, kind), name, what)

        _, log = on_model(snippet)
        # The first call only: without the user's arguments, S3 and waiters go no further. Where
        # a resource is loaded first, its data are needed to see the second.
        _, called = real.run(snippet, stop=len(log.calls) == 1)
        calls += len(called)
        if log.unattributed or not called or not same_calls(log.called, called):
            different.append((kind, name, log.called, called))
    assert not different
    assert calls >= 9


@pytest.mark.parametrize("service", SERVICES)
def test_every_batch_action(service: str, real: Real) -> None:
    different = []
    for kind, name, what in _walk(service):
        if what is not Kind.COLLECTION:
            continue
        element = schema.members(service, kind)[name].definition["resource"]["type"]
        for action in schema.batch_actions(service, element):

            def snippet(
                boto3: Any, kind: str = kind, name: str = name, action: str = action
            ) -> Any:
                collection = getattr(_identified(boto3, service, kind), name)
                return getattr(collection.all(), action)()

            _, called = real.run(snippet)
            _, log = on_model(snippet)
            if len(called) < 2 or not same_calls(log.called, called):
                different.append((kind, name, action, log.called, called))
    assert not different


@pytest.mark.parametrize("service", SERVICES)
def test_every_name(service: str, real: Real) -> None:
    """Each type has exactly the names that the real class has."""
    for kind in _types(service):
        theirs = {n for n in dir(_identified(real, service, kind)) if not n.startswith("_")}
        mine = set(schema.members(service, kind))
        own = {"meta", "get_available_subresources"}
        if service == "s3" and kind in ("Bucket", "Object"):
            own |= {"upload_file", "upload_fileobj", "download_file", "download_fileobj", "copy"}
        if (service, kind) == ("dynamodb", "Table"):
            own.add("batch_writer")
        assert mine | own == theirs, kind
        model, log = on_model(lambda b, kind=kind: _identified(b, service, kind))
        for name in theirs:
            getattr(Model(model, log), name)
        assert not log.unattributed


@pytest.mark.parametrize("service", [*SERVICES, "cloudwatch", "mturk", "rds", "dsql", "sts"])
def test_every_client_name(service: str, real: Real) -> None:
    client = real.client(service)
    for name in dir(client):
        if not name.startswith("_"):
            outcome = sdk.attribute(on_model(lambda b: b.client(service))[0], name)
            assert outcome.unattributed is None, name
