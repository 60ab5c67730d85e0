"""What `--provision` does for `serve` and `run`: make a stage's resources, tell what was made."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from remit.app.local import Local
from remit.app.provision.model import Provisioned
from remit.app.provision.table import KINDS

if TYPE_CHECKING:
    from remit.app.seeding import Seeds
    from remit.server.run import Built


def deployed(
    built: Built, seeds: Seeds, *, provision: bool
) -> tuple[Seeds, tuple[str, ...], Provisioned | None]:
    """Make the roles of a stage and, where it is asked for, its resources before them and their
    policies after them: the seeds as they are then, the ARNs of roles, what was made."""
    from remit.server.provision import policies
    from remit.server.provision import provision as make
    from remit.server.seed import plant

    things = None
    if provision:
        things, seeds = make(seeds)
    made = plant(built.state, seeds.account, seeds.roles)
    if things is not None:
        things = policies(things, seeds)
    return seeds, made, things


def say(things: Provisioned | None, line: Callable[[str], None]) -> None:
    """Tell what was made, by what name where the project says none, and what was not made."""
    if things is None:
        return
    line(f"made {_counted(things)}")
    for one in things.made:
        if one.generated:
            line(f"{KINDS[one.type].word} {one.name}: {one.title}")
    for note in things.notes:
        line(f"note: {note}")


def _counted(things: Provisioned) -> str:
    counts: dict[str, int] = {}
    for type_, number in things.counted().items():
        word = KINDS[type_].word
        counts[word] = counts.get(word, 0) + number
    return ", ".join(_some(number, word) for word, number in counts.items()) or "nothing"


def _some(number: int, word: str) -> str:
    if number == 1:
        return f"1 {word}"
    if word.endswith("y"):
        return f"{number} {word[:-1]}ies"
    return f"{number} {word}es" if word.endswith("s") else f"{number} {word}s"


def written(things: Provisioned | None) -> str:
    """What stands here for symbols, as the server tells it to `remit run --port`."""
    if things is None:
        return "{}"
    local = things.local
    found = {"values": dict(local.values), "whole": dict(local.whole), "urls": list(local.urls)}
    return json.dumps(found)


def read(told: Any) -> Local | None:
    """The same, read; None where the server made nothing."""
    if not isinstance(told, dict) or not told:
        return None
    return Local(told["values"], told["whole"], tuple(told["urls"]))
