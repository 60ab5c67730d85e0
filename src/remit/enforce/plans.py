"""What calls need, remembered: the catalog's answer, by those parameters that it looked at.

Most parameters of a call (a body, an item) do not bear on what it needs. Which do is seen while the
catalog answers: it is given the parameters in a dict that notes what is read of it. The same
operation with the same names of parameters, and the same values of those that were read, needs the
same. What is not read cannot matter, because the catalog has no other input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from remit.catalog.needs import Needs, needs
from remit.core.call import Call, Place
from remit.core.span import Span

_NOWHERE = Span.whole("request")
_MOST_PLANS, _MOST_ANSWERS, _LONGEST = 2_048, 1_024, 2_048
_Kind = tuple[str, str, str | None, str | None, tuple[str, ...]]


class Noting(dict[str, Any]):
    """A dict that notes which of its values were read. Whoever takes the values all at once has
    read them all."""

    __slots__ = ("read",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The value, noted."""
        self.read.add(key)
        return super().get(key, default)

    def __iter__(self) -> Iterator[str]:
        # Overridden so that `dict(noting)` and `{**noting}` go through `keys` and `__getitem__`.
        return super().__iter__()

    def items(self) -> Any:
        """All, noted."""
        self.read.update(super().keys())
        return super().items()

    def values(self) -> Any:
        """All, noted."""
        self.read.update(super().keys())
        return super().values()

    def copy(self) -> dict[str, Any]:
        """All, noted."""
        return dict(self.items())

    def __or__(self, other: Any) -> Any:
        return self.copy() | other

    def __ror__(self, other: Any) -> Any:
        return other | self.copy()


class _Plan:
    """The answers for one kind of call: `read` are the parameters on which they hang."""

    __slots__ = ("answers", "read")

    def __init__(self) -> None:
        self.read: tuple[str, ...] = ()
        self.answers: dict[tuple[str, ...], Needs] = {}

    def key(self, params: Mapping[str, Any]) -> tuple[str, ...] | None:
        """The values that matter; None where they are too many to be kept."""
        found = []
        for name in self.read:
            value = params.get(name)
            text = value if type(value) is str else f"\0{value!r}"
            if len(text) > _LONGEST:
                return None
            found.append(text)
        return tuple(found)

    def keep(self, read: set[str], params: Mapping[str, Any], answer: Needs) -> None:
        """Remember an answer, which hangs on what was read for it."""
        if not read <= {*self.read}:
            self.read = tuple(sorted({*self.read, *read}))
            self.answers.clear()
        key = self.key(params)
        if key is not None:
            if len(self.answers) >= _MOST_ANSWERS:
                self.answers.clear()
            self.answers[key] = answer


_plans: dict[_Kind, _Plan] = {}


def needed(service: str, operation: str, params: Mapping[str, Any], place: Place) -> Needs:
    """What `catalog.needs` says of a call."""
    kind = (service, operation, place.region, place.account, tuple(params))
    plan = _plans.get(kind)
    if plan is None:
        if len(_plans) >= _MOST_PLANS:
            _plans.clear()
        plan = _plans[kind] = _Plan()
    else:
        key = plan.key(params)
        found = plan.answers.get(key) if key is not None else None
        if found is not None:
            return found
    noting = Noting(params)
    answer = needs(Call(service, operation, noting, _NOWHERE), place)
    plan.keep(noting.read & params.keys(), params, answer)
    return answer
