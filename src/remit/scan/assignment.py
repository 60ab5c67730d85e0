"""Binding values to names, attributes, items, and patterns of these."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from remit.scan.iteration import each
from remit.scan.join import join
from remit.scan.machine import Activation
from remit.scan.methods import elements
from remit.scan.objects import set_attribute
from remit.scan.text import first_hole
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
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine


def assign(machine: Machine, target: ast.AST, value: Value, frame: Activation) -> None:
    """Bind `value` to a target: a name, an attribute, an item, or a pattern of these."""
    if isinstance(target, ast.Name):
        assign_name(machine, target.id, value, frame)
    elif isinstance(target, ast.Attribute):
        set_attribute(machine, machine.eval(target.value, frame), target.attr, value)
    elif isinstance(target, ast.Subscript):
        _assign_item(machine, target, value, frame)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(machine, target, value, frame)
    elif isinstance(target, ast.Starred):
        assign(machine, target.value, value, frame)


def assign_name(machine: Machine, name: str, value: Value, frame: Activation) -> None:
    """Bind a name: in the function, or where `global` and `nonlocal` say."""
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
