"""Calls of what is not followed: which of them are told, and what they may run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from remit.core.text import Hole
from remit.scan.suspects import SUSPECTS
from remit.scan.values import (
    CALLABLES,
    Arguments,
    External,
    Value,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine


def suspect(machine: Machine, value: Value, node: ast.AST) -> None:
    """Tell of a call that looks like the SDK's on something that was not followed."""
    function = getattr(node, "func", None)
    if not isinstance(function, ast.Attribute) or function.attr not in SUSPECTS:
        return
    if isinstance(value, (Hole, External)) and not (
        isinstance(value, Hole) and value.kind == "data"
    ):
        machine.recorder.missed(
            machine.span(node),
            ast.unparse(function)[:80],
            f"`{ast.unparse(function.value)[:60]}` was not followed to a client",
        )


def release(machine: Machine, arguments: Arguments, node: ast.AST) -> None:
    """Functions handed to a library run some time, with arguments nobody knows: run them once."""
    for given in arguments.all():
        if isinstance(given, CALLABLES) and machine.escapes(given):
            with machine.undecided():
                machine.call(given, Arguments(open=True), node)
