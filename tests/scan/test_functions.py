"""Plain Lambda functions: the handler, what it reaches, and what a router in it runs."""

from __future__ import annotations

from textwrap import dedent

import pytest

from remit.core.text import Hole, HoleKind, Text
from remit.core.tree import MemoryTree
from remit.scan.model import Scan
from remit.scan.scan import scan
from remit.scan.source import Library
from tests.scan.support import shown


def scanned(source: str, handler: str = "handler", more: dict[str, str] | None = None) -> Scan:
    files = {"src/orders/app.py": dedent(source)} | (more or {})
    library = Library(MemoryTree(files), ("src",))
    environment = {"TABLE": Text.of(Hole(HoleKind.ENV, "stack name"), "-Orders")}
    return scan(library, "orders.app", environment, handler=handler, function="Orders")


def calls(found: Scan) -> list[tuple[str, str]]:
    return [(shown(one.call), one.function) for one in found.calls]


def test_the_handler_and_what_it_reaches() -> None:
    found = scanned(
        """
        import os, boto3
        table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
        def handler(event, context):
            return save(event)
        def save(order):
            table.put_item(Item=order)
        def forgotten():
            table.scan()
        """
    )
    assert calls(found) == [("dynamodb.PutItem TableName={stack name}-Orders", "Orders")]
    assert [(e.name, e.function, str(e.span)) for e in found.entries] == [
        ("handler", "Orders", "src/orders/app.py:4:1")
    ]


ROUTERS = [
    (
        "app = APIGatewayRestResolver()",
        '@app.get("/orders/<id>")',
        "return app.resolve(event, context)",
    ),
    ("app = FastAPI()", '@app.get("/orders/{id}")', "return Mangum(app)(event, context)"),
]


@pytest.mark.parametrize(("made", "decorator", "body"), ROUTERS, ids=["powertools", "fastapi"])
def test_functions_that_a_router_runs(made: str, decorator: str, body: str) -> None:
    found = scanned(
        f"""
        import boto3
        from somewhere import APIGatewayRestResolver, FastAPI, Mangum
        {made}
        {decorator}
        def read(id):
            return boto3.client("s3").get_object(Bucket="orders", Key=id)
        def handler(event, context):
            {body}
        """
    )
    assert calls(found) == [("s3.GetObject Bucket=orders Key={id}", "Orders")] or calls(found) == [
        (text, "Orders")
        for text, _ in calls(found)
        if text.startswith("s3.GetObject Bucket=orders")
    ]
    assert len(found.calls) == 1


def test_a_handler_that_is_an_adapter() -> None:
    found = scanned(
        """
        import boto3
        from fastapi import FastAPI
        from mangum import Mangum
        app = FastAPI()
        @app.post("/")
        def add():
            boto3.client("sqs").send_message(QueueUrl="q", MessageBody="m")
        handler = Mangum(app)
        """
    )
    assert [one.call.operation for one in found.calls] == ["SendMessage"]


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("def other(): pass", "`src/orders/app.py` defines no `handler`"),
        ("def handler(:", "this file does not parse"),
    ],
)
def test_a_handler_that_is_not_there(source: str, what: str) -> None:
    found = scanned(source)
    told = [one.why for one in found.unattributed] + [one.message for one in found.problems]
    assert len(told) == 1
    assert what in told[0]


def test_a_module_that_is_not_there() -> None:
    library = Library(MemoryTree({}), ("src",))
    found = scan(library, "app", {}, handler="handler", function="Orders")
    assert [(str(one.span), one.why) for one in found.unattributed] == [
        ("src/app.py:1:1", "there is no module for the handler of `Orders`")
    ]
