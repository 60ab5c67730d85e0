"""A call of an AWS operation, in no particular language.

Scanners, recordings and trails yield it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from remit.core.span import Span
from remit.core.text import Hole, Text

Param: TypeAlias = (
    "str | bytes | int | float | bool | Text | Hole | list[Param] | dict[str, Param] | None"
)
"""A parameter's value: plain where known, `Text` where a string is known in part, `Hole` where
nothing is known. A mapping of which entries may be missing is a `PartialDict`."""


class PartialDict(dict[str, Param]):
    """A mapping of which not all entries were seen (`{"id": x, **more}`)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One step from an entry point to a call: the function and where it is called from."""

    function: str
    span: Span


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call goes. None means that it is not known (a hole of kind ASSIGNED)."""

    partition: str = "aws"
    region: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one operation.

    `service` and `operation` are botocore's names (`dynamodb`, `UpdateItem`). `params` are the
    top-level parameters under botocore's names; `open_params` says that more may have been given
    which could not be seen (`**kwargs`). `region` is the client's own, None for the deployment's.
    `path` leads from the entry point (first) to the call; `span` is the call itself.
    `hangs_on` names the undecided settings that decide whether the call happens at all.
    `swallowed` is the broad `except` that hides a denial of this call, if one does.
    """

    service: str
    operation: str
    params: Mapping[str, Param]
    span: Span
    path: tuple[Frame, ...] = ()
    open_params: bool = False
    region: Text | Hole | str | None = None
    hangs_on: tuple[Hole, ...] = ()
    swallowed: Span | None = None
    at_import: bool = False
    via: str = "client"
    extra: Mapping[str, str | Text] = field(default_factory=dict)
