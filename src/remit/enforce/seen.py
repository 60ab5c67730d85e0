"""What context keys are read from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from remit.core.http import HttpRequest
from remit.core.request import Value
from remit.credentials.signature import Signature

Params: TypeAlias = Mapping[str, Any]
Found: TypeAlias = Iterable[tuple[str, Value]]
"""Keys and their values."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What keys are read from: the request, its parameters under botocore's names, the resource.
    `partition_key` names the partition key of a DynamoDB table, None where that is not known."""

    request: HttpRequest
    operation: str
    params: Params
    resource: str
    region: str
    account: str
    signature: Signature | None = None
    partition_key: Callable[[str], str | None] = lambda table: None
