"""Results that are remembered by the identity of the values that they were made of.

For values that never change and would cost as much to compare as the result costs to make: the
facts of a project, a stage, the policies of a role. Only the last few are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def remembered(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep the results of the last `most` different calls. The arguments are positional, and equal
    only where they are the same objects."""

    def decorate(make: Callable[P, T]) -> Callable[P, T]:
        made: dict[tuple[int, ...], tuple[object, T]] = {}
        lock = Lock()

        @wraps(make)
        def look(*values: P.args, **nothing: P.kwargs) -> T:
            key = tuple(map(id, values))
            found = made.get(key)
            if found is None:
                found = (values, make(*values, **nothing))  # held, so that no other takes its id
                with lock:
                    if len(made) >= most:
                        del made[next(iter(made))]
                    made[key] = found
            return found[1]

        return look

    return decorate
