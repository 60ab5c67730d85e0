"""The values of provisioning: calls to make, and what stands here for what deployment knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from remit.app.local import Local
from remit.core.span import Span
from remit.core.text import Text
from remit.deploy.model import Data, Resource

Perform: TypeAlias = Callable[[str, str, dict[str, Any], str], Mapping[str, Any]]
"""Makes a call of the account itself: service, operation, parameters, region; the answer. Raises
Refused."""


class Refused(Exception):  # noqa: N818 - it is the answer of a service
    """The call was answered with an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Step:
    """One call.

    `gives` leads from a path in the answer (`KeyMetadata.KeyId`) to the text of the project that
    this is the value of. `secret`: what is in it must not be shown. `before`: it only
    prepares the call that makes the resource.
    """

    service: str
    operation: str
    parameters: Mapping[str, Data]
    gives: Mapping[str, Text] = field(default_factory=dict)
    secret: bool = False
    before: bool = False


@dataclass(frozen=True, slots=True)
class Making:
    """One resource and the calls that make it. `unused` are the properties that have no part."""

    resource: Resource
    steps: tuple[Step, ...]
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """What was not made, or not as it is deployed: the resource's type and name, where it stands
    ("" and None for none), and why."""

    type: str
    name: str
    span: Span | None
    why: str
    more: int = 0

    def __str__(self) -> str:
        where = "" if self.span is None else f" ({self.span.file}:{self.span.line})"
        others = f" and {self.more} more" if self.more else ""
        return f"{self.type} `{self.name}`{others}{where}: {self.why}"


@dataclass(frozen=True, slots=True)
class Made:
    """A resource that is there: what the project calls it, its type, and its name here.
    `generated`: the project does not say that name."""

    type: str
    name: str
    title: str
    arn: str = ""
    generated: bool = False


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What was made, what stands for its symbols, and what is to be said."""

    local: Local
    made: tuple[Made, ...] = ()
    notes: tuple[Note, ...] = ()

    def counted(self) -> dict[str, int]:
        """How many of each type were made."""
        return dict(Counter(one.type for one in self.made))
