"""What a compiled policy set costs beside time to decide: compiling, memory; and classic bombs."""

from __future__ import annotations

import gc
import time
import tracemalloc
from statistics import median

from bench.documents import policy, policy_set, request
from bench.workload import document, workload
from bench.workload import request as asked
from remit.engine.authorize import authorize
from remit.engine.policyset import PolicySet

COMPILED = 100
HELD = 1000
KEY = "aws:ResourceTag/bomb"


def costs() -> None:
    """Measure and print."""
    print(f"\ncompiling {COMPILED} statements: {_compiling():.2f} ms (goal 10)")
    print(f"memory: {_memory() / 1000:.2f} KB a statement, indexes included (goal 3)")
    print("\nbombs: microseconds for texts of 1,000 / 10,000 / 100,000 characters (linear: x10)")
    for name, (pattern, value) in BOMBS.items():
        row = [_bomb(pattern, value, size) for size in (1_000, 10_000, 100_000)]
        print(f"{name:34}" + "".join(f"{us:12.0f}" for us in row))


def _compiling() -> float:
    """Milliseconds from parsed documents to a policy set that has answered once."""
    policies, requests = workload(COMPILED)
    parsed = [policy(one) for one in policies["identity"]]
    first = request(requests[0])
    taken = []
    for _ in range(15):
        started = time.perf_counter()
        authorize(first, PolicySet(identity=parsed))
        taken.append(time.perf_counter() - started)
    return median(taken) * 1e3


def _memory() -> float:
    """Bytes a statement of a set that has answered all requests, the parsed documents aside."""
    policies, requests = workload(HELD)
    parsed = [policy(one) for one in policies["identity"]]
    listed = [request(one) for one in requests]
    warm = PolicySet(identity=[policy(one) for one in workload(1)[0]["identity"]])
    authorize(listed[0], warm)
    gc.collect()
    tracemalloc.start()
    held = PolicySet(identity=parsed)
    for one in listed:
        authorize(one, held)
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / (HELD + 1)


# Where a matcher that tries again takes quadratic or exponential time: (pattern, value) of a size.
BOMBS = {
    "a*a*a*...b on aaa...": (lambda n: "a*" * (n // 20) + "b", lambda n: "a" * n),
    "*a?a?...b on aaa...": (lambda n: "*" + "a?" * 20 + "b", lambda n: "a" * n),
    "*aaa...b* on aaa...": (lambda n: "*" + "a" * (n // 2) + "b*", lambda n: "a" * n),
    "*a*b*a*b... on abab...": (lambda n: "*a*b" * (n // 40) + "c", lambda n: "ab" * (n // 2)),
    "????...* on aaa...": (lambda n: "?" * (n // 2) + "*", lambda n: "a" * n),
}


def _bomb(pattern, value, size: int) -> float:  # type: ignore[no-untyped-def]
    condition = {"StringLike": {KEY: pattern(size)}}
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}
    compiled = policy_set({"identity": [document([statement])]})
    made = request(asked("s3:GetObject", "*", {KEY: value(size)}))
    authorize(made, compiled)
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        authorize(made, compiled)
        taken.append(time.perf_counter() - started)
    return median(taken) * 1e6
