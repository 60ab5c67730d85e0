"""Calling: binding arguments, running the project's functions, making instances."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from remit.core.text import Hole, HoleKind, Text
from remit.scan import bridge
from remit.scan.callbacks import release, suspect
from remit.scan.classes import instantiate
from remit.scan.join import join, same
from remit.scan.machine import DEEPEST, Activation, Memory
from remit.scan.objects import bind
from remit.scan.suspects import DATA_LIBRARIES
from remit.scan.values import (
    CONSTANTS,
    Arguments,
    BoundV,
    ClassMethodV,
    ClassV,
    DictV,
    External,
    FunctionV,
    InstanceV,
    ListV,
    Native,
    OneOf,
    PartialV,
    Scope,
    StaticV,
    Value,
    code,
    data,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine
    from remit.scan.record import Sighting


def call_value(machine: Machine, value: Value, arguments: Arguments, node: ast.AST) -> Value:
    """`value(arguments)`."""
    caller = _CALLERS.get(type(value))
    if caller is not None:
        return caller(machine, value, arguments, node)
    if bridge.is_sdk(value):
        return bridge.call(machine, value, arguments, node)
    return _call_unknown(machine, value, arguments, node)


def _call_any(machine: Machine, value: OneOf, arguments: Arguments, node: ast.AST) -> Value:
    with machine.undecided():
        options = [one for one in value.values if one is not None]
        return join(call_value(machine, one, arguments, node) for one in options)


def _call_bound(machine: Machine, value: BoundV, arguments: Arguments, node: ast.AST) -> Value:
    return call_value(machine, value.function, _before((value.receiver,), arguments), node)


def _call_partial(machine: Machine, value: PartialV, arguments: Arguments, node: ast.AST) -> Value:
    return call_value(machine, value.function, _merged(value.arguments, arguments), node)


def _call_inner(
    machine: Machine, value: StaticV | ClassMethodV, arguments: Arguments, node: ast.AST
) -> Value:
    return call_value(machine, value.function, arguments, node)


def _call_native(machine: Machine, value: Native, arguments: Arguments, node: ast.AST) -> Value:
    return value.run(machine, arguments, node) if value.run else code(f"{value.name}()")


def _call_instance(
    machine: Machine, value: InstanceV, arguments: Arguments, node: ast.AST
) -> Value:
    found = value.cls.find("__call__")
    if found is ...:
        return _call_unknown(machine, value, arguments, node)
    return call_value(machine, bind(machine, value, value.cls, found, node), arguments, node)


def _call_unknown(machine: Machine, value: Value, arguments: Arguments, node: ast.AST) -> Value:
    """A call of something that is not followed: the project's functions given to it may run."""
    release(machine, arguments, node)
    suspect(machine, value, node)
    if isinstance(value, External):
        kind = data if value.name.partition(".")[0] in DATA_LIBRARIES else code
        return kind(f"{value.name}()")
    if isinstance(value, Hole):
        return (
            value
            if value.name.endswith("()")
            else Hole(value.kind, f"{value.name}()"[:80], value.span)
        )
    return code(f"{getattr(value, 'name', 'a value')}()")


def _before(first: tuple[Value, ...], arguments: Arguments) -> Arguments:
    return Arguments(first + arguments.positional, arguments.keywords, arguments.open)


def _merged(first: Arguments, then: Arguments) -> Arguments:
    return Arguments(
        first.positional + then.positional,
        {**first.keywords, **then.keywords},
        first.open or then.open,
    )


# -- functions of the project ------------------------------------------------------------------


def call_function(
    machine: Machine, function: FunctionV, arguments: Arguments, node: ast.AST
) -> Value:
    """Run a function of the project, or recall what it did with the same arguments."""
    # What a decorator made for another function is another one, though its code is the same.
    before = [
        frame
        for frame in machine.stack
        if frame.code is function.node and frame.scope.parent is function.scope
    ]
    if len(before) > 2:
        return code(f"{function.name}() calling itself")
    if sum(frame.code is not None for frame in machine.stack) >= DEEPEST:
        machine.recorder.missed(
            machine.span(node), function.name, f"it is reached through more than {DEEPEST} calls"
        )
        return code(f"{function.name}()")
    if len(before) == 2:
        arguments = _in_general(function, before[-1].arguments, arguments)
    if machine.spent():
        return code(f"{function.name}()")
    key = _memory_key(machine, function, arguments)
    known = machine.memory.get(key)
    if known is not None and known.epoch == machine.epoch:
        here = machine.path()
        for seen in known.sightings:
            machine.saw(seen.below(here))
        return known.result
    epoch, start, depth = machine.epoch, len(machine.recorder.log), len(machine.path())
    result = _execute(machine, function, arguments, node)
    if machine.epoch == epoch:
        made = _since(machine.recorder.log, start, depth)
        machine.memory[key] = Memory(epoch, result, made, (function, arguments))
    return result


def _in_general(function: FunctionV, last: Arguments, now: Arguments) -> Arguments:
    """For a call further down a recursion: what differs from the call before is not known, so
    that the end of the recursion is reached, whatever it hangs on."""

    def known(value: Value, index: int, name: str) -> Value:
        if isinstance(value, (*CONSTANTS, Text)) and not same(value, last.get(index, name, ...)):
            return code(f"`{name or 'an argument'}` of {function.name}() calling itself")
        return value

    spec = function.node.args
    names = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
    names += [""] * (len(now.positional) - len(names))
    positional = (known(value, i, names[i]) for i, value in enumerate(now.positional))
    keywords = {name: known(value, len(names), name) for name, value in now.keywords.items()}
    return Arguments(tuple(positional), keywords, now.open)


def _since(log: list[Sighting], start: int, depth: int) -> tuple[Sighting, ...]:
    """The calls made since `start`, each once, with paths that begin at `depth`."""
    return tuple({seen.key: seen.above(depth) for seen in reversed(log[start:])}.values())[::-1]


def _memory_key(machine: Machine, function: FunctionV, arguments: Arguments) -> object:
    return (
        id(function),
        tuple(_token(value) for value in arguments.positional),
        tuple((name, _token(value)) for name, value in arguments.keywords.items()),
        arguments.open,
        machine.handlers[-1] if machine.handlers else None,
        tuple(machine.settings),
        machine.importing,
        bool(machine.weak),
    )


def _token(value: Value) -> object:
    if isinstance(value, CONSTANTS):
        return (type(value), value)
    try:
        hash(value)
    except TypeError:
        return id(value)
    return value


def _execute(machine: Machine, function: FunctionV, arguments: Arguments, node: ast.AST) -> Value:
    scope = Scope(function.scope)
    _bind(machine, function, arguments, scope)
    frame = Activation(
        name=function.name,
        module=function.module,
        scope=scope,
        called_at=machine.span(node),
        code=function.node,
        owner=function.owner,
        receiver=arguments.positional[0] if arguments.positional else None,
        arguments=arguments,
    )
    settings, unset = len(machine.settings), len(machine.unset)
    machine.stack.append(frame)
    try:
        if isinstance(function.node, ast.Lambda):
            return machine.eval(function.node.body, frame)
        falls = machine.run(function.node.body, frame)
    finally:
        machine.stack.pop()
        del machine.settings[settings:]
    if function.generator:
        return ListV([], "generator", join(frame.yields) if frame.yields else None)
    results = [value for value, _ in frame.returns]
    if not results and not falls:
        return _never_returns(machine, function, unset)
    return join([*results, None] if falls else results)


def _never_returns(machine: Machine, function: FunctionV, unset: int) -> Value:
    """The value of a call that only raises, often because a setting is not there."""
    if len(machine.unset) > unset:
        return Hole(HoleKind.ENV, machine.unset[-1])
    return code(f"{function.name}(), which only raises")


def _bind(machine: Machine, function: FunctionV, arguments: Arguments, scope: Scope) -> None:
    spec = function.node.args
    names = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
    keywords = dict(arguments.keywords)
    given = arguments.positional
    for name, value in zip(names, given, strict=False):
        scope.vars[name] = value
    first_default = len(names) - len(function.defaults)
    for index, name in enumerate(names[len(given) :], start=len(given)):
        scope.vars[name] = _one(
            function, arguments, keywords, name, index - first_default, function.defaults
        )
    if spec.vararg is not None:
        rest = code(f"`*{spec.vararg.arg}`") if arguments.open else ...
        scope.vars[spec.vararg.arg] = ListV(list(given[len(names) :]), "tuple", rest)
    for arg in spec.kwonlyargs:
        default = function.kwdefaults.get(arg.arg, ...)
        scope.vars[arg.arg] = keywords.pop(arg.arg, _missing(function, arguments, arg.arg, default))
    if spec.kwarg is not None:
        rest = code(f"`**{spec.kwarg.arg}`") if arguments.open else ...
        scope.vars[spec.kwarg.arg] = DictV(dict(keywords), rest)


def _one(
    function: FunctionV,
    arguments: Arguments,
    keywords: dict[str, Value],
    name: str,
    default: int,
    defaults: tuple[Value, ...],
) -> Value:
    if name in keywords:
        return keywords.pop(name)
    return _missing(function, arguments, name, defaults[default] if default >= 0 else ...)


def _missing(function: FunctionV, arguments: Arguments, name: str, default: Value) -> Value:
    if default is ... or arguments.open:
        hole = code(f"`{name}` of {function.name}")
        return hole if default is ... else join([default, hole])
    return default


_CALLERS: dict[type, Any] = {
    OneOf: _call_any,
    FunctionV: call_function,
    BoundV: _call_bound,
    ClassV: instantiate,
    PartialV: _call_partial,
    StaticV: _call_inner,
    ClassMethodV: _call_inner,
    Native: _call_native,
    InstanceV: _call_instance,
}
