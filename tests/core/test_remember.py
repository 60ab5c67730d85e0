"""Results remembered by identity: the same objects give the same result, equal ones do not."""

from __future__ import annotations

from remit.core.remember import remembered


def test_same_objects_are_asked_once_and_equal_ones_again() -> None:
    asked: list[list[int]] = []

    @remembered(2)
    def total(values: list[int]) -> int:
        asked.append(values)
        return sum(values)

    one, two = [1, 2], [1, 2]
    assert [total(one), total(one), total(two)] == [3, 3, 3]
    assert [id(value) for value in asked] == [id(one), id(two)]


def test_only_the_last_few_are_kept_and_their_ids_are_not_taken() -> None:
    @remembered(2)
    def copied(values: list[int]) -> list[int]:
        return list(values)

    assert all(copied([number]) == [number] for number in range(100))
    kept = [1]
    first = copied(kept)
    copied([2]), copied([3])
    assert copied(kept) is not first
