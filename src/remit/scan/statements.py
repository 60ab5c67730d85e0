"""What each kind of statement does. Each returns whether the next statement is reached."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from remit.scan.arithmetic import binary
from remit.scan.assignment import assign, assign_name
from remit.scan.blocks import match_block, try_block, with_block
from remit.scan.imports import import_from, import_module
from remit.scan.loops import for_loop, leave_loop, while_loop
from remit.scan.machine import Activation
from remit.scan.truth import hangs_on, truth
from remit.scan.values import FunctionV, Value

if TYPE_CHECKING:
    from remit.scan.machine import Machine


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


# -- definitions -------------------------------------------------------------------------------


def _function(machine: Machine, node: Any, frame: Activation) -> bool:
    value: Value = machine.function(node, frame, node.name)
    value = decorate(machine, node, value, frame)
    assign_name(machine, node.name, value, frame)
    return True


def decorate(machine: Machine, node: Any, value: Value, frame: Activation) -> Value:
    """Apply decorators, innermost first. One from outside that is not known changes nothing."""
    for decorator in reversed(node.decorator_list):
        function = machine.eval(decorator, frame)
        result = machine.decorate(function, value, decorator)
        if result is ... and isinstance(value, FunctionV) and _registers(decorator):
            machine.registered.append(value)
        value = value if result is ... else result
    return value


def _registers(decorator: ast.expr) -> bool:
    """Whether a decorator hands the function to an object: `@app.get("/orders")`."""
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute)


def _class(machine: Machine, node: ast.ClassDef, frame: Activation) -> bool:
    value = machine.make_class(node, frame)
    assign_name(machine, node.name, decorate(machine, node, value, frame), frame)
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
    ast.For: for_loop,
    ast.AsyncFor: for_loop,
    ast.While: while_loop,
    ast.Break: leave_loop,
    ast.Continue: leave_loop,
    ast.Try: try_block,
    ast.TryStar: try_block,
    ast.With: with_block,
    ast.AsyncWith: with_block,
    ast.Match: match_block,
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
