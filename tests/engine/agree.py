"""Compares the engine with the plain reference on made-up cases.

`python -m tests.engine.agree 1000000 [SEED]` compares a million and prints what differs.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from remit.engine.authorize import authorize
from tests.engine.making import asking, case
from tests.engine.reference import decide
from tests.support import policy_set, request

_REQUESTS = 3  # for each policy set, which remembers between them


def compared(count: int, seed: int) -> Iterator[tuple[dict[str, Any], str, str]]:
    """(case, the engine's verdict, the reference's), at least `count` times."""
    chance = random.Random(seed)  # noqa: S311 - made-up cases, no secrets
    for _ in range(-(-count // _REQUESTS)):
        made = case(chance.choice)
        held = policy_set(made["policies"])
        for again in range(_REQUESTS):
            thing = made["request"]["action"], made["request"]["resource"]
            asked = asking(chance.choice, thing) if again else made["request"]
            one = {"request": asked, "policies": made["policies"]}
            yield one, authorize(request(asked), held).verdict, decide(one)


def main(arguments: list[str]) -> int:
    count, seed = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 0
    told, wrong = Counter[str](), 0
    for made, found, expected in compared(count, seed):
        told[found] += 1
        if found != expected:
            wrong += 1
            if wrong <= 3:
                sys.stdout.write(f"{json.dumps(made)}\n  engine {found}, reference {expected}\n")
    sys.stdout.write(f"{dict(told)}, {wrong} differ\n")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
