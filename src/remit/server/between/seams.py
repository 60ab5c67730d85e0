"""Putting a decision before a function of moto's.

A seam names a function and its parameters. Where moto has another one under that name, nothing may
go on undecided: installing it raises, and so does the test that installs them all.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from types import MethodType
from typing import Any, TypeAlias

from remit.server.between.sending import Sending, current

Function: TypeAlias = Callable[..., Any]
Instead: TypeAlias = Callable[..., Any]
"""Is called with the request that is being answered, moto's function, and its arguments."""
_MARK = "decided_by_remit"


@dataclass(frozen=True, slots=True)
class Seam:
    """`path` is `function` or `Class.function` in `module`; `instead` is called in its place while
    a request is being answered."""

    module: str
    path: str
    parameters: tuple[str, ...]
    instead: Instead

    @property
    def name(self) -> str:
        """As people write it."""
        return f"{self.module}.{self.path}"


class Stand:
    """An object of moto's with some of its attributes replaced, for one call: moto looks for
    receivers in the sender's own account and region, and a receiver's ARN says better."""

    def __init__(self, original: Any, **replaced: Any) -> None:
        self._original = original
        self.__dict__.update(replaced)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._original, name)
        if inspect.ismethod(found) and found.__self__ is self._original:
            return MethodType(found.__func__, self)
        return found


class Moved(RuntimeError):  # noqa: N818 - what has happened
    """moto has changed a function at which deliveries are decided."""


def install(seams: Iterable[Seam]) -> None:
    """Put the decisions in place. May be called again. Raises Moved."""
    for seam in seams:
        owner: Any = import_module(seam.module)
        *holders, name = seam.path.split(".")
        for holder in holders:
            owner = getattr(owner, holder, None)
        function = getattr(owner, name, None)
        if getattr(function, _MARK, False):
            continue
        if not callable(function) or _parameters(function) != seam.parameters:
            text = f"moto's {seam.name} is not what remit knows: this moto cannot be used"
            raise Moved(text)
        setattr(owner, name, _decided(function, seam.instead))


def _parameters(function: Function) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def _decided(function: Function, instead: Instead) -> Function:
    @wraps(function)
    def replaced(*args: Any, **named: Any) -> Any:
        now: Sending | None = current()
        if now is None:
            return function(*args, **named)
        return instead(now, function, *args, **named)

    setattr(replaced, _MARK, True)
    return replaced
