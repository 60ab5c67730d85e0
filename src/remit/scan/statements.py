"""What each kind of statement does. Each returns whether the next statement is reached."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from remit.scan import bridge
from remit.scan.expressions import binary, each
from remit.scan.handlers import swallows
from remit.scan.imports import import_from, import_module
from remit.scan.join import join, join_names
from remit.scan.machine import Activation
from remit.scan.methods import elements
from remit.scan.objects import set_attribute
from remit.scan.text import first_hole
from remit.scan.truth import hangs_on, truth
from remit.scan.values import (
    CONSTANTS,
    Arguments,
    BoundV,
    DictV,
    FunctionV,
    InstanceV,
    ListV,
    Scope,
    Value,
    code,
    data,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine


def assign(machine: Machine, target: ast.AST, value: Value, frame: Activation) -> None:
    """Bind `value` to a target: a name, an attribute, an item, or a pattern of these."""
    if isinstance(target, ast.Name):
        _assign_name(machine, target.id, value, frame)
    elif isinstance(target, ast.Attribute):
        set_attribute(machine, machine.eval(target.value, frame), target.attr, value)
    elif isinstance(target, ast.Subscript):
        _assign_item(machine, target, value, frame)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(machine, target, value, frame)
    elif isinstance(target, ast.Starred):
        assign(machine, target.value, value, frame)


def _assign_name(machine: Machine, name: str, value: Value, frame: Activation) -> None:
    if name in frame.scope.globals and frame.scope is not frame.module.scope:
        set_attribute(machine, frame.module, name, value)
        return
    if name in frame.scope.nonlocals:
        scope: Scope | None = frame.scope.parent
        while scope is not None and name not in scope.vars:
            scope = scope.parent
        if scope is not None:
            scope.vars[name] = join([scope.vars[name], value]) if machine.weak else value
            machine.epoch += 1
            return
    frame.scope.vars[name] = value


def _assign_item(machine: Machine, target: ast.Subscript, value: Value, frame: Activation) -> None:
    owner = machine.eval(target.value, frame)
    if isinstance(target.slice, ast.Slice):
        return
    key = machine.eval(target.slice, frame)
    if isinstance(owner, DictV):
        if isinstance(key, CONSTANTS):
            owner.items[key] = machine.written(owner, owner.items.get(key, ...), value)
        else:
            owner.rest = machine.written(owner, owner.rest, value)
    elif (
        isinstance(owner, ListV)
        and isinstance(key, int)
        and -len(owner.items) <= key < len(owner.items)
    ):
        owner.items[key] = machine.written(owner, owner.items[key], value)
    elif isinstance(owner, InstanceV):
        found = owner.cls.find("__setitem__")
        if isinstance(found, FunctionV):
            machine.call(BoundV(owner, found), Arguments((key, value)), target)


def _unpack(
    machine: Machine, target: ast.Tuple | ast.List, value: Value, frame: Activation
) -> None:
    items = elements(machine, value)
    starred = any(isinstance(element, ast.Starred) for element in target.elts)
    if items is not None and len(items) == len(target.elts) and not starred:
        for element, item in zip(target.elts, items, strict=True):
            assign(machine, element, item, frame)
        return
    if items is not None and starred and len(items) >= len(target.elts) - 1:
        _unpack_starred(machine, target.elts, items, frame)
        return
    found, _ = each(machine, value, target)
    part = join(found) if found else first_hole([value]) or code("an element")
    for element in target.elts:
        assign(machine, element, part, frame)


def _unpack_starred(
    machine: Machine, targets: list[ast.expr], items: list[Value], frame: Activation
) -> None:
    star = next(i for i, element in enumerate(targets) if isinstance(element, ast.Starred))
    after = len(targets) - star - 1
    stop = len(items) - after
    groups = [*items[:star], ListV(items[star:stop]), *items[stop:]]
    for element, item in zip(targets, groups, strict=True):
        assign(machine, element, item, frame)


def _assign(machine: Machine, node: ast.Assign, frame: Activation) -> bool:
    value = machine.eval(node.value, frame)
    for target in node.targets:
        assign(machine, target, value, frame)
    return True


def _ann_assign(machine: Machine, node: ast.AnnAssign, frame: Activation) -> bool:
    if node.value is not None:
        assign(machine, node.target, machine.eval(node.value, frame), frame)
    return True


def _aug_assign(machine: Machine, node: ast.AugAssign, frame: Activation) -> bool:
    read = ast.copy_location(_as_load(node.target), node)
    value = binary(machine, node.op, machine.eval(read, frame), machine.eval(node.value, frame))
    assign(machine, node.target, value, frame)
    return True


def _as_load(target: Any) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Attribute):
        return ast.Attribute(target.value, target.attr, ast.Load())
    return ast.Subscript(target.value, target.slice, ast.Load())


def _expr(machine: Machine, node: ast.Expr, frame: Activation) -> bool:
    machine.eval(node.value, frame)
    return not (isinstance(node.value, ast.Call) and _is_exit(node.value))


def _is_exit(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in ("exit", "_exit")
        and (isinstance(call.func.value, ast.Name) and call.func.value.id in ("sys", "os"))
    )


def _return(machine: Machine, node: ast.Return, frame: Activation) -> bool:
    value = machine.eval(node.value, frame) if node.value is not None else None
    frame.returns.append((value, node))
    return False


def _raise(machine: Machine, node: ast.Raise, frame: Activation) -> bool:
    for part in (node.exc, node.cause):
        if part is not None:
            machine.eval(part, frame)
    return False


def _if(machine: Machine, node: ast.If, frame: Activation) -> bool:
    test = machine.eval(node.test, frame)
    answer = truth(test)
    if answer is not None:
        return machine.run(node.body if answer else node.orelse, frame)
    return machine.branch(
        frame,
        [lambda: machine.run(node.body, frame), lambda: machine.run(node.orelse, frame)],
        hangs_on(test),
    )


# -- loops -------------------------------------------------------------------------------------


def _for(machine: Machine, node: Any, frame: Activation) -> bool:
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


def _while(machine: Machine, node: ast.While, frame: Activation) -> bool:
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


def _leave_loop(_machine: Machine, _node: ast.AST, frame: Activation) -> bool:
    frame.exits.append(dict(frame.scope.vars))
    return False


# -- try, with, match --------------------------------------------------------------------------


def _try(machine: Machine, node: Any, frame: Activation) -> bool:
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


def _with(machine: Machine, node: Any, frame: Activation) -> bool:
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


def _match(machine: Machine, node: ast.Match, frame: Activation) -> bool:
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


# -- definitions -------------------------------------------------------------------------------


def _function(machine: Machine, node: Any, frame: Activation) -> bool:
    value: Value = machine.function(node, frame, node.name)
    value = decorate(machine, node, value, frame)
    _assign_name(machine, node.name, value, frame)
    return True


def decorate(machine: Machine, node: Any, value: Value, frame: Activation) -> Value:
    """Apply decorators, innermost first. One from outside that is not known changes nothing."""
    for decorator in reversed(node.decorator_list):
        function = machine.eval(decorator, frame)
        result = machine.decorate(function, value, decorator)
        value = value if result is ... else result
    return value


def _class(machine: Machine, node: ast.ClassDef, frame: Activation) -> bool:
    value = machine.make_class(node, frame)
    _assign_name(machine, node.name, decorate(machine, node, value, frame), frame)
    return True


def _global(_machine: Machine, node: ast.Global, frame: Activation) -> bool:
    frame.scope.globals.update(node.names)
    return True


def _nonlocal(_machine: Machine, node: ast.Nonlocal, frame: Activation) -> bool:
    frame.scope.nonlocals.update(node.names)
    return True


def _assert(machine: Machine, node: ast.Assert, frame: Activation) -> bool:
    machine.eval(node.test, frame)
    return True


def _delete(machine: Machine, node: ast.Delete, frame: Activation) -> bool:
    for target in node.targets:
        if isinstance(target, ast.Name):
            frame.scope.vars.pop(target.id, None)
    return True


def _nothing(_machine: Machine, _node: ast.AST, _frame: Activation) -> bool:
    return True


EXECUTORS: dict[type, Any] = {
    ast.Assign: _assign,
    ast.AnnAssign: _ann_assign,
    ast.AugAssign: _aug_assign,
    ast.Expr: _expr,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Break: _leave_loop,
    ast.Continue: _leave_loop,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Match: _match,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Import: import_module,
    ast.ImportFrom: import_from,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Assert: _assert,
    ast.Delete: _delete,
    ast.Pass: _nothing,
}
"""A test walks Python's own grammar: a kind of statement that is not in this table fails it."""
