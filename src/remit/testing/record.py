"""What was seen while calls were decided: every call with its verdict, and who made it.

What may live here: the values, the recorder that gathers them, and the form in which it is saved.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from remit.check.model import Needed
from remit.core.call import Call, Place
from remit.core.decision import Layer
from remit.core.span import Span
from remit.testing.parameters import needed_only


class Verdict(StrEnum):
    """What became of a call."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"
    """It hangs on something that is not known here: let through, and listed."""
    SPARED = "spared"
    """Not the role's call, so it was not judged: `Seen.reason` says why."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One permission that a call asks for, and how the role stands to it.

    `layer` is the kind of policy that denies it, None unless it is denied.
    """

    needed: Needed
    verdict: Verdict
    layer: Layer | None = None

    @property
    def action(self) -> str:
        """`dynamodb:UpdateItem`."""
        return self.needed.need.action

    @property
    def resource(self) -> str:
        """The ARN that is asked for, `{name}` for what is not known in it; or `*`."""
        return str(self.needed.need.resource)


@dataclass(frozen=True, slots=True)
class Seen:
    """One call of an AWS operation.

    `span` is the line of code that made it: the innermost that is not a library's; None when
    there is none. `presigned`: a URL was signed for the operation, nothing was sent. `test` is
    pytest's name of the running test, "" outside. `reason` says why it was spared, or what is not
    known.
    """

    call: Call
    verdict: Verdict
    span: Span | None
    needs: tuple[Judged, ...] = ()
    reason: str = ""
    presigned: bool = False
    test: str = ""

    @property
    def service(self) -> str:
        """botocore's name of the service."""
        return self.call.service

    @property
    def operation(self) -> str:
        """The API's name of the operation."""
        return self.call.operation

    def __str__(self) -> str:
        where = f" at {self.span.file}:{self.span.line}" if self.span else ""
        return f"{self.service}.{self.operation} {self.verdict}{where}"


@dataclass(slots=True)
class Recorder:
    """All calls in the order in which they were made, of all threads.

    `place` is where the deployed code runs: saved parameters are chosen by what they mean there.
    """

    place: Place = field(default_factory=Place)
    calls: list[Seen] = field(default_factory=list)

    @property
    def denied(self) -> list[Seen]:
        """The calls that were denied (that would have been, while only observing)."""
        return self._of(Verdict.DENIED)

    @property
    def unknown(self) -> list[Seen]:
        """The calls that were let through because it could not be told."""
        return self._of(Verdict.UNKNOWN)

    @property
    def spared(self) -> list[Seen]:
        """The calls that were not judged: the tests' own, and those with keys of their own."""
        return self._of(Verdict.SPARED)

    def write(self, path: str | Path) -> None:
        """Save the calls of the role as JSON lines, for `remit generate --recording`.

        Of the parameters only those are kept that decide which permissions are needed: no bodies,
        no secrets, no items. Raises OSError.
        """
        text = "".join(f"{line}\n" for line in self.lines())
        Path(path).write_text(text, encoding="utf-8")

    def lines(self) -> Iterator[str]:
        """What `write` saves, line by line; equal calls are one line."""
        known: dict[str, None] = {}
        for seen in self.calls:
            if seen.verdict is Verdict.SPARED:
                continue
            known[line(seen.call, self.place)] = None
        yield from known

    def _of(self, verdict: Verdict) -> list[Seen]:
        return [seen for seen in self.calls if seen.verdict is verdict]


def line(call: Call, place: Place) -> str:
    """A call as a line of a recording, without its end."""
    made: dict[str, object] = {
        "service": call.service,
        "operation": call.operation,
        "params": needed_only(call, place),
    }
    if isinstance(call.region, str) and not call.region.endswith("-global"):
        made["region"] = call.region
    return json.dumps(made)  # ASCII: a parameter may hold what UTF-8 cannot
