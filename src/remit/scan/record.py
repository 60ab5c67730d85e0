"""What an interpretation has seen so far: calls, what could not be attributed, masks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from remit.core.call import Call, Frame, Param
from remit.core.span import Span
from remit.core.text import Hole, Text
from remit.scan.model import Entry, Located, Mask, Unattributed


@dataclass(frozen=True, slots=True)
class Sighting:
    """An AWS call as seen from some depth: `path` holds the frames from there on, whatever the
    call itself says."""

    call: Call
    key: str
    path: tuple[Frame, ...]

    def below(self, frames: tuple[Frame, ...]) -> Sighting:
        """The same call seen from further out."""
        return Sighting(self.call, self.key, frames + self.path)

    def above(self, depth: int) -> Sighting:
        """The same call seen from `depth` frames further in."""
        return Sighting(self.call, self.key, self.path[depth:])


def sighting(call: Call) -> Sighting:
    """Wrap `call`. Two sightings with one key say the same about the same place."""
    key = json.dumps(
        [
            str(call.span),
            call.service,
            call.operation,
            _plain(call.params),
            [str(hole) for hole in call.hangs_on],
            call.swallowed is None,
            call.at_import,
        ],
        sort_keys=True,
        default=str,
    )
    return Sighting(call, key, call.path)


def _plain(value: Param | Mapping[str, Param]) -> Any:
    if isinstance(value, (Text, Hole)):
        return [str(value)]
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value


@dataclass(slots=True)
class Recorder:
    """Collects, without duplicates. `function` is the deployed function that runs now."""

    function: str = ""
    entries: list[Entry] = field(default_factory=list)
    located: dict[tuple[str, str], Located] = field(default_factory=dict)
    log: list[Sighting] = field(default_factory=list)
    unknown: dict[tuple[Span, str], Unattributed] = field(default_factory=dict)
    masks: dict[tuple[str, Span], Mask] = field(default_factory=dict)
    read: dict[str, Span] = field(default_factory=dict)
    foreign: set[Span] = field(default_factory=set)
    handling: dict[Span, str] = field(default_factory=dict)

    def add(self, seen: Sighting) -> None:
        """Record a call of the function that runs now."""
        self.log.append(seen)
        if (self.function, seen.key) not in self.located:
            call = replace(seen.call, path=seen.path)
            self.located[self.function, seen.key] = Located(call, self.function)

    def missed(self, span: Span, what: str, why: str) -> None:
        """Record a call that could not be attributed to a service or an operation."""
        self.unknown.setdefault((span, what), Unattributed(span, what, why))

    def mask(self, mask: Mask) -> None:
        """Record a place that turns a failure into a success."""
        self.masks.setdefault((mask.kind, mask.span), mask)
