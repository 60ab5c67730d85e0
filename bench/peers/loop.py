"""The loop of a contender's process: JSON lines in, JSON lines out. Standard library only.

    {"load": NAME, "policies": {...}, "requests": [...]}  ->  {"allowed": [true, false, ...]}
    {"time": NAME, "seconds": 0.1}                        ->  {"us": microseconds a request}

`time` goes through all requests again and again and answers the median of the passes, so that
the cost of the clock is shared by a whole pass. It counts the CPU time of the process: a pass that
another program interrupts costs no more, however long the contender takes for it.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

Load = Callable[[dict[str, Any], list[dict[str, Any]]], tuple[Callable[[Any], bool], list[Any]]]
"""Takes policies and requests as JSON; returns a function that decides, and its arguments."""


def serve(load: Load) -> None:
    """Answer until standard input ends."""
    loaded: dict[str, tuple[Callable[[Any], bool], list[Any]]] = {}
    for line in sys.stdin:
        order = json.loads(line)
        if "load" in order:
            decide, requests = loaded[order["load"]] = load(order["policies"], order["requests"])
            answer: dict[str, Any] = {"allowed": [decide(request) for request in requests]}
        else:
            answer = {"us": _timed(*loaded[order["time"]], order["seconds"])}
        print(json.dumps(answer), flush=True)


def _timed(decide: Callable[[Any], bool], requests: list[Any], seconds: float) -> float:
    passes: list[float] = []
    gc.collect()
    ends = time.perf_counter() + seconds
    while not passes or time.perf_counter() < ends:
        started = time.process_time()
        for request in requests:
            decide(request)
        passes.append(time.process_time() - started)
    return median(passes) / len(requests) * 1e6
