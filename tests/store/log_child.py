"""A process that adds to the decision log at the place that it is given, and prints what was
acknowledged, until it is killed."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from itertools import count

from remit.store.decision_log import connect
from tests.store.log_suite import READ

CALLERS = 50


async def main(place: str) -> None:
    log = connect(place)
    numbers = count()

    async def call() -> None:
        for number in numbers:
            if await (await log.add(replace(READ, request_id=str(number)))):
                print(number, flush=True)  # noqa: T201  it speaks to the test

    await asyncio.gather(*(call() for _ in range(CALLERS)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
