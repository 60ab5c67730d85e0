"""What a decision costs by the kind of statement that decides it: alone in its set, and in W(n).

W(1) has one statement, of the cheapest kind: on S3, which has no region, and without a condition.
Those in the middle of W(1,000) are of all kinds. So the growth with n shows only when the same
requests are asked of the statement that decides them alone (and the Deny), and of the whole set.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from bench.documents import policy_set, request
from bench.workload import DENY, SERVICES, Case, document, middle, statement, workload
from remit.core.request import Request
from remit.engine.authorize import authorize
from remit.engine.policyset import PolicySet

N = 1000
ROUNDS = 41
TURNS = 10  # how often each request is asked in a round


def kinds() -> None:
    """Measure and print."""
    whole, asked = _compiled(*workload(N))
    own: dict[int, list[Request]] = defaultdict(list)
    for place, index in enumerate(middle(N)):
        own[index] += asked[2 * place : 2 * place + 2]
    alone = {i: policy_set({"identity": [document([statement(i), DENY])]}) for i in own}
    rounds = defaultdict[tuple[str, int], list[float]](list)
    first, of_first = _compiled(*workload(1))
    for _ in range(ROUNDS):
        rounds["W(1)", 0].append(_microseconds(first, of_first))
        for index, requests in own.items():
            rounds["alone", index].append(_microseconds(alone[index], requests))
            rounds["among", index].append(_microseconds(whole, requests))
    us = {name: median(measured) for name, measured in rounds.items()}
    print(f"\n{'by the statement that decides':40}{'alone':>8}{f'of {N}':>8}")
    for index in own:
        _row(_name(index), us["alone", index], us["among", index])
    of_alone, of_among = (sum(us[way, i] for i in own) / len(own) for way in ("alone", "among"))
    _row("all", of_alone, of_among)
    print(f"{'W(1) in the same rounds':40}{us['W(1)', 0]:8.2f}")


def _row(name: str, alone: float, among: float) -> None:
    print(f"{name:40}{alone:8.2f}{among:8.2f}   {among / alone:.2f} times")


def _name(index: int) -> str:
    condition = "".join(statement(index).get("Condition", {}))
    return SERVICES[index % len(SERVICES)][0] + (f", with {condition}" if condition else "")


def _compiled(policies: Case, asked: list[Case]) -> tuple[PolicySet, list[Request]]:
    return policy_set(policies), [request(one) for one in asked]


def _microseconds(policies: PolicySet, asked: Sequence[Request]) -> float:
    started = time.process_time()
    for _ in range(TURNS):
        for one in asked:
            authorize(one, policies)
    return (time.process_time() - started) / TURNS / len(asked) * 1e6


if __name__ == "__main__":
    kinds()
