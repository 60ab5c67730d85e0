"""What is outside the project: libraries that give data, that call AWS, and suspicious calls."""

from __future__ import annotations

from remit.core.text import Hole, HoleKind
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import Value
from remit.scan.suspects import SUSPECTS
from remit.scan.values import External

BUILTIN_DATA = frozenset(
    "axios crypto date-fns dayjs fetch fs fs/promises got http https jsonwebtoken ksuid luxon"
    " moment nanoid node-fetch os perf_hooks query-string querystring request superagent ulid"
    " undici url uuid zlib Buffer Date Math URL URLSearchParams performance".split()
)
"""Calls of these give data of the moment: nobody expects to find it in the source."""

CALLS_AWS = (
    "@aws-lambda-powertools/idempotency",
    "@aws-lambda-powertools/parameters",
    "@aws-sdk/signature-v4",
    "@aws/dynamodb-data-mapper",
    "@middy/appconfig",
    "@middy/dynamodb",
    "@middy/s3",
    "@middy/secrets-manager",
    "@middy/service-discovery",
    "@middy/ssm",
    "@middy/sts",
    "@shelf/dynamodb",
    "@smithy/signature-v4",
    "@typedorm/",
    "aws4",
    "aws-amplify",
    "dynamodb-onetable",
    "dynamodb-toolbox",
    "dynamoose",
    "electrodb",
    "multer-s3",
    "s3-upload-stream",
    "sqs-consumer",
    "sqs-producer",
)
"""Libraries that call AWS by themselves or sign requests to it: to say nothing would mislead."""


CONTAINERS = (
    "@nestjs/core",
    "awilix",
    "inversify",
    "routing-controllers",
    "tsyringe",
    "type-graphql",
    "typedi",
)
"""Libraries that put a program together from classes that they are given."""

_TOLD = {
    **dict.fromkeys(CALLS_AWS, "calls AWS by itself and is not followed"),
    **dict.fromkeys(CONTAINERS, "makes objects of the classes that it knows: not followed"),
}


def tell_library(m: Machine, name: str, node: Node) -> None:
    """Tell once of a library whose calls of AWS nobody sees."""
    library = next((one for one in _TOLD if name.startswith(one)), None)
    if library is not None and library not in m.told:
        m.told.add(library)
        m.missed(node, library, f"`{library}` {_TOLD[library]}")


def package(name: str) -> str:
    """The package of a dotted name of something outside: `uuid` of `uuid.v4`."""
    bare = name.removeprefix("node:")
    return bare.partition(".")[0].removesuffix("()")


def camel(name: str) -> str:
    """`put_item` as the JavaScript SDK spells it."""
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


_SUSPECTS = frozenset(map(camel, SUSPECTS))


def suspicious(m: Machine, value: Value, node: Node) -> None:
    """Tell of a call that looks like the SDK's on something that was not followed."""
    function = node.field("function") if node.kind == "call_expression" else None
    owner = function.field("object") if function is not None else None
    name = function.field("property") if function is not None else None
    if owner is None or name is None or name.text not in _SUSPECTS:
        return
    unclear = isinstance(value, External) or (
        isinstance(value, Hole) and value.kind is not HoleKind.DATA
    )
    if unclear:
        m.missed(node, short(function), f"`{short(owner)}` was not followed to a client")


def short(node: Node | None) -> str:
    """The source text of a node in one short line."""
    text = " ".join(node.text.split()) if node is not None else ""
    return text if len(text) <= 80 else text[:77] + "..."
