"""What the case tables of this folder are made of.

A case is (source, service, operation, parameters, expected needs). An expected need is
`action resource`, then ` or resource` for each alternative, then ` if condition`. In it, `~`
stands for `us-east-1:111122223333`, the place where all cases run.
"""

from __future__ import annotations

from remit.catalog.needs import Needs, needs
from remit.core.call import Call, Param, Place
from remit.core.need import Need
from remit.core.span import Span
from remit.core.text import Hole, HoleKind, Text

Case = tuple[str, str, str, dict[str, Param], list[str]]

PLACE = Place("aws", "us-east-1", "111122223333")
ROLE = "arn:aws:iam::111122223333:role/worker"
SPAN = Span("app.py", 1, 1, 1, 2)


def env(name: str) -> Hole:
    return Hole(HoleKind.ENV, name)


def data(name: str) -> Hole:
    return Hole(HoleKind.DATA, name)


def text(*parts: str | Hole) -> Text:
    return Text.of(*parts)


def ask(service: str, operation: str, params: dict[str, Param], **more: object) -> Needs:
    place = more.pop("place", PLACE)
    assert isinstance(place, Place)
    return needs(Call(service, operation, params, SPAN, **more), place)  # type: ignore[arg-type]


def shown(need: Need) -> str:
    line = f"{need.action} {need.resource}"
    line += "".join(f" or {one}" for one in need.alternatives)
    line += f" if {need.condition}" if need.condition else ""
    return line.replace("us-east-1:111122223333", "~")


def answer(found: Needs) -> list[str]:
    return [shown(need) for need in found.needs]
