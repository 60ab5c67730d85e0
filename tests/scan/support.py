"""Scan a few files given as text, and say what was found in one line a call."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from remit.core.call import Call
from remit.core.text import Hole, Text
from remit.core.tree import MemoryTree
from remit.scan.model import Scan
from remit.scan.scan import scan
from remit.scan.source import Library

HEAD = "import boto3, os\nfrom chalice import Chalice\napp = Chalice(app_name='demo')\n"


def scanned(
    files: str | Mapping[str, str],
    environment: Mapping[str, str] | None = None,
    *,
    values: Mapping[str, str] | None = None,
) -> Scan:
    """Scan `files`; a single text is `app.py`, after the usual imports."""
    if isinstance(files, str):
        files = {"app.py": HEAD + dedent(files)}
    tree = MemoryTree({path: dedent(text) for path, text in files.items()})
    return scan(Library(tree, ("", "vendor")), "app", environment or {}, values=values)


def shown(call: Call) -> str:
    """`dynamodb.GetItem TableName=orders`: operation and the parameters that name resources."""
    named = [f"{key}={_text(value)}" for key, value in call.params.items() if key in _NAMES]
    return " ".join([f"{call.service}.{call.operation}", *sorted(named)])


def calls(
    files: str | Mapping[str, str],
    environment: Mapping[str, str] | None = None,
    *,
    values: Mapping[str, str] | None = None,
) -> list[str]:
    """What `shown` says of every call, sorted, each once."""
    found = scanned(files, environment, values=values)
    return sorted({shown(located.call) for located in found.calls})


_NAMES = frozenset(
    "Bucket Key TableName IndexName QueueUrl QueueName TopicArn SecretId Name Names Source "
    "FunctionName UserPoolId CopySource RequestItems Prefix ConnectionId".split()
)


def _text(value: object) -> str:
    if isinstance(value, (Text, Hole)):
        return str(value)
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(
                f"{k}:{_text(v) if not isinstance(v, list) else '[]'}" for k, v in value.items()
            )
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    return str(value)
