"""Blocks that guard, hold or choose: `try`, `with`, `match`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from remit.scan import bridge
from remit.scan.assignment import assign
from remit.scan.handlers import swallows
from remit.scan.join import join_names
from remit.scan.machine import Activation
from remit.scan.text import first_hole
from remit.scan.truth import hangs_on
from remit.scan.values import (
    CONSTANTS,
    Arguments,
    BoundV,
    DictV,
    FunctionV,
    InstanceV,
    ListV,
    Value,
    code,
    data,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine


def try_block(machine: Machine, node: Any, frame: Activation) -> bool:
    """`try`: the body, then each handler from anywhere in it."""
    if _only_reads_settings(node):
        return _try_settings(machine, node, frame)
    before = dict(frame.scope.vars)
    mask = next((handler for handler in node.handlers if swallows(machine, handler, frame)), None)
    if mask is not None:
        machine.handlers.append(machine.span(mask))
    reached = machine.run(node.body, frame)
    if mask is not None:
        machine.handlers.pop()
    if reached:
        reached = machine.run(node.orelse, frame)
    after = frame.scope.vars
    arms: list[Callable[[], bool]] = []
    for handler in node.handlers:
        arms.append(lambda handler=handler: _handle(machine, handler, frame))  # type: ignore[misc]  # bound now
    if arms:
        frame.scope.vars = join_names(before, after)
        if machine.branch(frame, arms):
            after = join_names(after, frame.scope.vars) if reached else frame.scope.vars
            reached = True
    frame.scope.vars = after
    if not node.finalbody:
        return reached
    return machine.run(node.finalbody, frame) and reached


def _only_reads_settings(node: Any) -> bool:
    """`try: x = os.environ["X"]` with `except KeyError`: decided by whether the stage sets it."""
    catches = [getattr(handler.type, "id", None) for handler in node.handlers]
    if catches != ["KeyError"] or node.finalbody or node.orelse:
        return False
    inner = [child for statement in node.body for child in ast.walk(statement)]
    reads = any(isinstance(child, ast.Attribute) and child.attr == "environ" for child in inner)
    return reads and not any(isinstance(child, (ast.Call, ast.Raise)) for child in inner)


def _try_settings(machine: Machine, node: Any, frame: Activation) -> bool:
    before, unset = dict(frame.scope.vars), len(machine.unset)
    reached = machine.run(node.body, frame)
    if len(machine.unset) == unset:
        return reached
    frame.scope.vars = before
    return _handle(machine, node.handlers[0], frame)


def _handle(machine: Machine, handler: ast.ExceptHandler, frame: Activation) -> bool:
    if handler.name is not None:
        frame.scope.vars[handler.name] = data("the exception")
    return machine.run(handler.body, frame)


def with_block(machine: Machine, node: Any, frame: Activation) -> bool:
    """`with`: what each manager gives when it is entered."""
    for item in node.items:
        value = _enter(machine, machine.eval(item.context_expr, frame), item.context_expr)
        if item.optional_vars is not None:
            assign(machine, item.optional_vars, value, frame)
    return machine.run(node.body, frame)


def _enter(machine: Machine, value: Value, node: ast.AST) -> Value:
    if bridge.is_sdk(value):
        return bridge.enter(machine, value, node)
    if isinstance(value, InstanceV):
        for name in ("__enter__", "__aenter__"):
            found = value.cls.find(name)
            if isinstance(found, FunctionV):
                return machine.call(BoundV(value, found), Arguments(), node)
        return value
    if isinstance(value, ListV) and value.kind == "generator":  # a @contextmanager function
        return value.rest
    return value


def match_block(machine: Machine, node: ast.Match, frame: Activation) -> bool:
    """`match`: the case that is sure to match, or all that may."""
    subject = machine.eval(node.subject, frame)
    arms: list[Callable[[], bool]] = []
    for case in node.cases:
        answer = _matches(machine, case.pattern, subject, frame) if case.guard is None else None
        if answer is False:
            continue
        arms.append(lambda case=case: _case(machine, case, subject, frame))  # type: ignore[misc]  # bound now
        if answer is True:
            return arms[0]() if len(arms) == 1 else machine.branch(frame, arms, hangs_on(subject))
    return machine.branch(frame, [*arms, lambda: True], hangs_on(subject))


def _matches(
    machine: Machine, pattern: ast.pattern, subject: Value, frame: Activation
) -> bool | None:
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
        return True
    if isinstance(pattern, ast.MatchValue):
        wanted = machine.eval(pattern.value, frame)
        if isinstance(wanted, CONSTANTS) and isinstance(subject, CONSTANTS):
            return bool(wanted == subject)
    if isinstance(pattern, ast.MatchSingleton) and isinstance(subject, CONSTANTS):
        return subject is pattern.value
    if isinstance(pattern, ast.MatchOr):
        answers = [_matches(machine, one, subject, frame) for one in pattern.patterns]
        return True if True in answers else (None if None in answers else False)
    return None


def _case(machine: Machine, case: ast.match_case, subject: Value, frame: Activation) -> bool:
    for node in ast.walk(case.pattern):
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            whole = node is case.pattern
            frame.scope.vars[node.name] = (
                subject if whole else first_hole([subject]) or code(node.name)
            )
        elif isinstance(node, ast.MatchMapping) and node.rest:
            frame.scope.vars[node.rest] = DictV({}, code(node.rest))
    if case.guard is not None:
        machine.eval(case.guard, frame)
    return machine.run(case.body, frame)
