"""The newest decisions in memory: what is kept, in which order, and how much at most."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remit.app.decision_log import LONGEST
from remit.app.ports import Decided, NoLog
from remit.core.request import Request
from remit.server.kept import KeptDecisions

ME = "arn:aws:sts::111122223333:assumed-role/app/one"


def decided(number: int, *, allowed: bool, resource: str = "r", **context: str) -> Decided:
    request = Request(ME, "s3:GetObject", resource, None, context)
    return Decided(str(number), number, "s3", "GetObject", request, None, allowed, principal=ME)


def ids(kept: KeptDecisions, after: int = 0, most: int = 1000) -> list[int]:
    return [int(one.entry.request_id) for one in kept.after(after, most)]


def test_both_kinds_in_one_order() -> None:
    kept = KeptDecisions(NoLog())
    for number in range(1, 8):
        kept.record(decided(number, allowed=number % 3 > 0))
    assert ids(kept) == [1, 2, 3, 4, 5, 6, 7]
    assert ids(kept, 3) == [4, 5, 6, 7]
    assert ids(kept, 3, 2) == [4, 5]
    assert ids(kept, 7) == []
    assert [one.id for one in kept.denied(ME)] == ["3", "6"]
    assert kept.denied("somebody else") == ()


def test_allowed_calls_do_not_push_denials_out() -> None:
    kept = KeptDecisions(NoLog(), most=3)
    kept.record(decided(1, allowed=False))
    for number in range(2, 20):
        kept.record(decided(number, allowed=True))
    assert ids(kept) == [1, 17, 18, 19]


def test_everything_is_handed_on() -> None:
    class Further(NoLog):
        def __init__(self) -> None:
            self.got: list[Decided] = []

        def record(self, decided: Decided) -> None:
            self.got.append(decided)

    further = Further()
    kept = KeptDecisions(further)
    both = [decided(1, allowed=True), decided(2, allowed=False)]
    for one in both:
        kept.record(one)
    assert further.got == both


@pytest.mark.parametrize("allowed", [True, False])
def test_long_texts_take_the_room_of_several(allowed: bool) -> None:
    """Whatever callers send, memory is bounded."""
    kept = KeptDecisions(NoLog(), most=10)
    for number in range(1, 30):
        kept.record(decided(number, allowed=allowed, resource="x" * 5_000))
    assert len(ids(kept)) <= 4
    assert all(len(one.entry.resource) == LONGEST for one in kept.after(0, 100))


def test_of_a_huge_denial_the_entry_is_kept() -> None:
    kept = KeptDecisions(NoLog(), most=100)
    kept.record(decided(1, allowed=False))
    kept.record(decided(2, allowed=False, **{"aws:RequestTag/x": "y" * 1_000_000}))
    kept.record(decided(3, allowed=False, resource="z" * 1_000_000))
    kept.record(replace(decided(4, allowed=False), request=None))
    assert ids(kept) == [1, 2, 3, 4]
    assert [one.id for one in kept.denied(ME)] == ["1", "4"]
