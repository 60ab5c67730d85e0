"""Loops: over known elements once for each, otherwise twice."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from remit.scan.assignment import assign
from remit.scan.iteration import each
from remit.scan.join import join_names
from remit.scan.machine import Activation
from remit.scan.truth import truth
from remit.scan.values import (
    Value,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine


def for_loop(machine: Machine, node: Any, frame: Activation) -> bool:
    """`for`: once for each known element, twice for an unknown one."""
    items, complete = each(machine, machine.eval(node.iter, frame), node.iter)

    def once(item: Value) -> Callable[[], bool]:
        def body() -> bool:
            assign(machine, node.target, item, frame)
            return machine.run(node.body, frame)

        return body

    if complete:
        return _loop(machine, [once(item) for item in items], node, frame, certain=True)
    return _loop(
        machine, [once(item) for item in items for _ in range(2)], node, frame, certain=False
    )


def while_loop(machine: Machine, node: ast.While, frame: Activation) -> bool:
    """`while`: not at all where the stage decides that, otherwise twice."""
    test = machine.eval(node.test, frame)
    if truth(test) is False:
        return machine.run(node.orelse, frame)

    def body() -> bool:
        machine.eval(node.test, frame)
        return machine.run(node.body, frame)

    forever = isinstance(node.test, ast.Constant) and bool(node.test.value)
    left_by_break = any(isinstance(child, ast.Break) for child in ast.walk(node))
    falls = _loop(machine, [body, body], node, frame, certain=forever)
    return falls and (not forever or left_by_break)


def _loop(
    machine: Machine,
    rounds: list[Callable[[], bool]],
    node: Any,
    frame: Activation,
    *,
    certain: bool,
) -> bool:
    """Run the rounds in order; a second round sees what the first one changed.

    Calls are deduplicated, so a round that repeats another costs time but says nothing twice.
    Inside three loops a second round is left out: it would double the cost once more.
    """
    outer, frame.exits = frame.exits, []
    machine.loops += 1
    if not certain and machine.loops > 2:
        rounds = rounds[:1]
    start = dict(frame.scope.vars)
    reached = True
    for index, body in enumerate(rounds):
        if index and machine.spent():
            break
        reached = machine.branch(frame, [body]) if not certain else body()
        if not certain:
            frame.scope.vars = join_names(start, frame.scope.vars)
            reached = True
        elif not reached and not frame.exits:
            break
        for left in frame.exits:
            frame.scope.vars = join_names(frame.scope.vars, left) if reached else left
            reached = True
        frame.exits = []
    machine.loops -= 1
    frame.exits = outer
    if not reached:
        return False
    return machine.run(node.orelse, frame)


def leave_loop(_machine: Machine, _node: ast.AST, frame: Activation) -> bool:
    """`break` and `continue`: what is bound here is a way out of the loop."""
    frame.exits.append(dict(frame.scope.vars))
    return False
