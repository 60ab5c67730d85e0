"""What a compiled policy set costs beside time to decide: compiling, memory, the trace, a cold
start; and the texts that blow up matchers which try again."""

from __future__ import annotations

import gc
import json
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench.documents import policy, policy_set, request
from bench.measure import machine
from bench.workload import document, workload
from bench.workload import request as asked
from remit.engine.authorize import authorize
from remit.engine.policyset import PolicySet
from remit.explain.trace import trace

STATEMENTS = 100
HELD = 1000
TAG = "aws:ResourceTag/bomb"
COLD = ["-c", "from remit.cli.main import entry; entry()", "decide", "--expect", "allowed"]


def costs() -> None:
    """Measure and print."""
    print(f"\n{'compiling ' + str(STATEMENTS) + ' statements':34}{_compiling():12.2f} ms (goal 10)")
    print(f"{'trace over ' + str(STATEMENTS) + ' statements':34}{_tracing():12.2f} us (goal 50)")
    print(f"{'memory of a statement':34}{_memory() / 1000:12.2f} KB (goal 3), with indexes")
    wall, cpu = _cold()
    print(f"{'cold `remit decide`':34}{wall:12.0f} ms (goal 120), {cpu:.0f} of CPU time")
    sizes = (1_000, 10_000, 100_000)
    print("\nbombs: microseconds for values of 1,000 / 10,000 / 100,000 (linear: 10 times each)")
    for name, (pattern, value) in BOMBS.items():
        row = [_bomb(pattern, value(size)) for size in sizes]
        print(f"{name:34}" + "".join(f"{us:12.0f}" for us in row))


def _typical(run: Callable[[], Any], times: int = 15) -> float:
    """Seconds of CPU time, the median."""
    taken = []
    for _ in range(times):
        started = time.process_time()
        run()
        taken.append(time.process_time() - started)
    return median(taken)


def _compiling() -> float:
    """Milliseconds from parsed documents to a policy set that has answered once."""
    policies, requests = workload(STATEMENTS)
    parsed = [policy(one) for one in policies["identity"]]
    first = request(requests[0])
    return _typical(lambda: authorize(first, PolicySet(identity=parsed))) * 1e3


def _tracing() -> float:
    """Microseconds for one full trace."""
    policies, requests = workload(STATEMENTS)
    compiled, listed = policy_set(policies), [request(one) for one in requests]

    def every() -> None:
        for one in listed:
            trace(one, compiled)

    every()
    return _typical(every) / len(listed) * 1e6


def _memory() -> float:
    """Bytes a statement of a set that has answered all requests, the parsed documents aside."""
    policies, requests = workload(HELD)
    parsed = [policy(one) for one in policies["identity"]]
    listed = [request(one) for one in requests]
    authorize(listed[0], policy_set(workload(1)[0]))  # what is made once for all is made
    gc.collect()
    tracemalloc.start()
    held = PolicySet(identity=parsed)
    for one in listed:
        authorize(one, held)
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / (HELD + 1)


def _cold() -> tuple[float, float]:
    """Milliseconds from the command line to the answer: wall time, CPU time."""
    policies, requests = workload(10)
    first = requests[0]
    with machine() as here, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "policy.json"
        path.write_text(json.dumps(policies["identity"][0]), encoding="utf-8")
        flags = ["--identity", str(path), "--resource-account", first["resourceAccount"]]
        for name in ("principal", "action", "resource"):
            flags += [f"--{name}", first[name]]
        for key, value in first["context"].items():
            flags += ["--context", f"{key}={value}"]
        cost = here.typical([*COLD, *flags], 9)
    return cost.wall * 1e3, cost.cpu * 1e3


# Where a matcher that goes back and tries again takes quadratic or exponential time: a pattern of
# some 2,000 characters, which is what a policy has room for, and the value of a size.
BOMBS: dict[str, tuple[str, Callable[[int], str]]] = {
    "a*a*a*...b*   on aaa...": ("a*" * 1000 + "b*", lambda n: "a" * n),
    "*a*a*a*...b   on aaa...c": ("*a" * 1000 + "*b?c", lambda n: "a" * n + "c"),
    "*a?a?a?...b*  on abab...": ("*" + "a?" * 1000 + "b*", lambda n: "ab" * (n // 2)),
    "*aaa...b*     on aaa...": ("*" + "a" * 2000 + "b*", lambda n: "a" * n),
    "*ab*ab*...c*  on abab...": ("*ab" * 700 + "*c*", lambda n: "ab" * (n // 2)),
    "*???...b*     on baaa...": ("*" + "?" * 2000 + "b*", lambda n: "b" + "a" * n),
}


def _bomb(pattern: str, value: str) -> float:
    """Microseconds for one decision that hangs on whether the pattern matches."""
    condition = {"StringLike": {TAG: pattern}}
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}
    compiled = policy_set({"identity": [document([statement])]})
    made = request(asked("s3:GetObject", "*", {TAG: value}))
    assert not authorize(made, compiled).allowed
    return _typical(lambda: authorize(made, compiled), 5) * 1e6
