"""What fuzzing starts from: the cases of `tests/cases`, AWS's sentences, and a list of words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import yaml

from remit.explain.wording import EXPLICIT, IMPLICIT
from remit.syntax.names import (
    OPERATORS,
    POLICY_ELEMENTS,
    PRINCIPAL_KINDS,
    SET_PREFIXES,
    STATEMENT_ELEMENTS,
)

_CASES = Path(__file__).parent.parent / "tests/cases"
_EVERY_NTH = 5
_WORDS = (
    *OPERATORS, *STATEMENT_ELEMENTS, *POLICY_ELEMENTS, *PRINCIPAL_KINDS, *SET_PREFIXES,
    "IfExists", "Allow", "Deny", "2012-10-17", "2008-10-17", "${aws:username}", "${", "arn:aws:",
    "aws:PrincipalTag/", "1e400", "&a ", "*a", "<<: ", "!Ref ", "!!set ", "|-", "---", "? ",
)  # fmt: skip
_SENTENCE = (
    "User: arn:aws:sts::111122223333:assumed-role/app/s is not authorized to perform: "
    "dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:111122223333:table/t"
)
_WRAPS = (
    "{}",
    "An error occurred (AccessDeniedException) when calling the GetItem operation: {}",
    '{{"__type": "AccessDeniedException", "message": "{}"}}',
    "<Error><Code>AccessDenied</Code><Message>{}</Message></Error>",
    "{} (Service: DynamoDb, Status Code: 400, Request ID: r)",
    "{} Encoded authorization failure message: " + "Ab0_-" * 12,
)
_DECODED = json.dumps(
    {
        "allowed": False,
        "explicitDeny": True,
        "matchedStatements": {"items": [{"statementId": "s", "effect": "DENY"}]},
        "context": {
            "principal": {"id": "AROAEXAMPLE:s", "arn": "arn:aws:iam::111122223333:role/app"},
            "action": "ec2:RunInstances",
            "resource": "arn:aws:ec2:us-east-1:111122223333:instance/*",
            "conditions": {"items": [{"key": "ec2:Region", "values": {"items": [{"value": "x"}]}}]},
        },
    }
)


def _lines() -> Iterator[str]:
    for path in sorted(_CASES.glob("*.jsonl")):
        yield from path.read_text(encoding="utf-8").splitlines()


def _documents() -> Iterator[bytes]:
    for number, line in enumerate(_lines()):
        if number % _EVERY_NTH == 0:
            for policy in _policies(json.loads(line)["policies"]):
                yield json.dumps(policy).encode()
                if number % (2 * _EVERY_NTH) == 0:
                    yield yaml.safe_dump(policy, allow_unicode=True).encode("utf-8", "replace")


def _policies(value: Any) -> Iterator[Any]:
    if isinstance(value, dict) and "Statement" in value:
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _policies(inner)


def _batches() -> Iterator[bytes]:
    for number, line in enumerate(_lines()):
        if number % _EVERY_NTH == 0:
            case = json.loads(line)
            yield json.dumps({key: case[key] for key in ("id", "request", "policies")}).encode()


def _messages() -> Iterator[bytes]:
    clauses = [*EXPLICIT.values(), *IMPLICIT.values(), ""]
    for clause in clauses:
        yield f"{_SENTENCE} {clause}".encode()
    for wrap in _WRAPS:
        yield wrap.format(f"{_SENTENCE} {clauses[0]}").encode()
    yield _DECODED.encode()


def _choices() -> Iterator[bytes]:
    random = Random(1)  # noqa: S311 - not a secret
    for _ in range(200):
        yield random.randbytes(random.randint(20, 400))


SEEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "document": _documents,
    "batch": _batches,
    "layers": _choices,
    "vocabulary": _choices,
    "pattern": _choices,
    "message": _messages,
}
"""The targets of tests/fuzz, each with the inputs that it starts from."""


def dictionary() -> str:
    """Words that the fuzzer puts into inputs, in libFuzzer's form."""
    return "".join(f'"{word}"\n' for word in _WORDS)
