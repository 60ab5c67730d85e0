"""Calling: binding arguments, running the project's functions, and what is not followed."""

from __future__ import annotations

from typing import Any

from remit.core.text import Hole, HoleKind, Text
from remit.scan.javascript import aws
from remit.scan.javascript.external import BUILTIN_DATA, package, suspicious, tell_library
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.patterns import bind
from remit.scan.javascript.state import DEEPEST, ON, Activation, Memory
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import (
    CALLABLES,
    NOTHING,
    NULL,
    Args,
    Arr,
    Bound,
    Cls,
    Func,
    Native,
    Obj,
    Scope,
    Spread,
    Value,
    Wrapped,
    at,
    inside,
    something,
)
from remit.scan.join import join, same
from remit.scan.record import Sighting
from remit.scan.sdk.objects import SdkObject
from remit.scan.values import CONSTANTS, External, Heap, OneOf, alternatives, code, data

NESTED = 6
"""Objects inside objects that are searched for functions."""


def call(m: Machine, value: Value, args: Args, node: Node, this: Value = None) -> Value:
    """`value(...args)`."""
    if isinstance(value, OneOf):
        held = something(value)
        if len(held) == 1:
            return call(m, held[0], args, node, this)
        return join(m.maybe(lambda one=one: call(m, one, args, node, this)) for one in held)  # type: ignore[misc]  # mypy infers no type for a default of a lambda
    if isinstance(value, Func):
        return call_function(m, value, args, node, this)
    if isinstance(value, Bound):
        return call(m, value.function, (*value.first, *args), node, value.receiver)
    if isinstance(value, Native):
        return value.run(m, args, node)
    if isinstance(value, Wrapped):
        return join(with_inner(m, one, args, node) for one in value.functions)
    if isinstance(value, SdkObject):
        return aws.call(m, value, args, node)
    if isinstance(value, Cls):
        return m.new(value, args, node)
    return unknown(m, value, args, node)


def unknown(m: Machine, value: Value, args: Args, node: Node) -> Value:
    """A call of something that is not followed: functions given to it may run."""
    name = getattr(value, "name", "")
    if name.rpartition(".")[2].startswith("captureAWS"):  # X-Ray's wrappers give back what they get
        return at(args, 0)
    aws.given_away(m, args, node)
    suspicious(m, value, node)
    functions = tuple(f for arg in args for f in _functions(arg))
    for function in functions:
        release(m, function, node)
    if isinstance(value, External):
        tell_library(m, value.name, node)
    if functions:
        return Wrapped(f"{name or 'a value'}()", functions)
    if isinstance(value, External):
        kind = data if package(value.name) in BUILTIN_DATA else code
        return kind(f"{value.name}()")
    if isinstance(value, Hole):
        return value if value.name.endswith("()") else inside(value, "()")
    return code(f"{getattr(value, 'name', None) or 'a value'}()")


def _functions(value: Value, depth: int = 0) -> list[Value]:
    """The project's functions in what a library is given: objects of handlers are common."""
    found: list[Value] = []
    for one in alternatives(value.value if isinstance(value, Spread) else value):
        if isinstance(one, CALLABLES) and not isinstance(one, Native):
            found.append(one)
        elif isinstance(one, (Obj, Arr)) and depth < NESTED and getattr(one, "cls", None) is None:
            held = one.items if isinstance(one, Arr) else one.known().values()
            found.extend(f for inner in held for f in _functions(inner, depth + 1))
    return found


def with_inner(m: Machine, function: Value, args: Args, node: Node) -> Value:
    """Call a function for a library; a function that it gives is called as well."""
    result = m.once(function, args, node)
    for inner in alternatives(result):
        if isinstance(inner, (Func, Bound)) and inner is not function:
            m.once(inner, args, node)
    return result


def release(m: Machine, function: Value, node: Node) -> None:
    """A function handed to a library runs some time, with arguments nobody knows: run it once.

    While modules load it waits until they have: what a library is given then, it calls later.
    """
    if not m.escapes(function):
        return
    if m.importing:
        m.deferred.append((function, node))
        return
    with_inner(m, function, (Spread(code("an argument from a library")),), node)


# -- functions of the project ------------------------------------------------------------------


def call_function(m: Machine, function: Func, args: Args, node: Node, this: Value) -> Value:
    """Run a function of the project, or recall what it did with the same arguments."""
    before = sum(
        frame.function is not None
        and frame.function.node is function.node
        and frame.function.scope is function.scope
        for frame in m.stack
    )
    if before > 2:
        return code(f"{function.name}() calling itself")
    if len(m.stack) >= DEEPEST:
        m.missed(node, function.name, f"it is reached through more than {DEEPEST} calls")
        return code(f"{function.name}()")
    if before == 2:
        args = _in_general(m, function, args)
    if m.spent():
        return code(f"{function.name}()")
    key = _memory_key(m, function, args, this)
    known = m.memory.get(key)
    if known is not None and known.epoch == m.epoch:
        here = m.path()
        for seen in known.sightings:
            m.saw(seen.below(here))
        return known.result
    epoch, start, depth = m.epoch, len(m.recorder.log), len(m.path())
    result = _execute(m, function, args, node, this)
    if m.epoch == epoch:
        made = _since(m.recorder.log, start, depth)
        m.memory[key] = Memory(epoch, result, made, (function, this, *args))
    return result


def _in_general(m: Machine, function: Func, args: Args) -> Args:
    """Further down a recursion, constants are not known, so that its end is reached."""
    last = next(f for f in reversed(m.stack) if f.function and f.function.node is function.node)

    def general(index: int, value: Value) -> Value:
        known = isinstance(value, (*CONSTANTS, Text)) and value is not None
        if known and not same(value, at(last.args, index)):
            return code(f"an argument of {function.name}() calling itself")
        return value

    return tuple(general(index, value) for index, value in enumerate(args))


def _since(log: list[Sighting], start: int, depth: int) -> tuple[Sighting, ...]:
    """The calls made since `start`, each once, with paths that begin at `depth`."""
    return tuple({seen.key: seen.above(depth) for seen in reversed(log[start:])}.values())[::-1]


def _memory_key(m: Machine, function: Func, args: Args, this: Value) -> object:
    return (
        id(function),
        tuple(_token(value) for value in args),
        _token(this),
        m.handlers[-1] if m.handlers else None,
        tuple(m.settings),
        m.importing,
    )


def _token(value: Value) -> object:
    if isinstance(value, CONSTANTS):
        return (type(value), value)
    try:
        hash(value)
    except TypeError:
        return id(value)
    return value


def _execute(m: Machine, function: Func, args: Args, node: Node, this: Value) -> Value:
    serial = Heap.now()  # what the call makes is younger than the call
    scope = Scope(function.scope, function=True)
    if not function.arrow:
        scope.slots["this"] = this
    frame = Activation(
        function.name, function.module, scope, node.span, None, function, function.home
    )
    frame.args, frame.serial = args, serial
    settings = len(m.settings)
    m.enter(frame)
    try:
        _bind(m, function, args, scope)
        return _run(m, function, frame)
    finally:
        m.stack.pop()
        del m.settings[settings:]


def _run(m: Machine, function: Func, frame: Activation) -> Value:
    body = function.node.field("body")
    if body is None:
        return None
    if body.kind != "statement_block":
        return m.ev(body)
    unset = len(m.unset)
    leap = m.block(body.kids)
    m.leave()
    if function.generator:
        return Arr((), join(frame.yields) if frame.yields else NOTHING)
    if not frame.returns and leap == "throw":
        if len(m.unset) > unset:
            return Hole(HoleKind.ENV, m.unset[-1])
        return code(f"{function.name}(), which only throws")
    return join([*frame.returns, None] if leap == ON else frame.returns)


def _bind(m: Machine, function: Func, args: Args, scope: Scope) -> None:
    if not function.arrow:
        spread = args[-1].value if args and isinstance(args[-1], Spread) else NOTHING
        scope.slots["arguments"] = Arr([a for a in args if not isinstance(a, Spread)], spread)
    single = function.node.field("parameter")
    if single is not None:
        bind(m, single, at(args, 0), scope)
        return
    parameters = function.node.field("parameters")
    index = 0
    for one in parameters.kids if parameters is not None else ():
        inner = one.field("pattern") or one
        if inner.kind == "this":
            continue
        if inner.kind == "rest_pattern":
            bind(m, inner, rest_of(args, index), scope)
            continue
        bind(m, one, at(args, index), scope)
        if "constructor" in function.name and _is_property(one):
            m.put(scope.slots.get("this"), inner.text, scope.slots.get(inner.text), one)
        index += 1


def _is_property(parameter: Node) -> bool:
    """TypeScript: `constructor(private readonly table: string)` makes a field."""
    modifiers = any(kid.kind.endswith("_modifier") for kid in parameter.kids)
    return modifiers or "readonly" in parameter.tokens


def rest_of(args: Args, index: int) -> Arr:
    """`...rest`: the arguments from `index` on."""
    spread = args[-1].value if args and isinstance(args[-1], Spread) else NOTHING
    return Arr([a for a in args[index:] if not isinstance(a, Spread)], spread)


def promise(m: Machine, value: Value, name: str, args: Args, node: Node) -> Value:
    """`then`, `catch` and `finally`: a promise is its value."""
    if name == "then":
        result = m.call(at(args, 0), (value,), node) if _given(at(args, 0)) else value
        if _given(at(args, 1)):
            result = join([result, m.once(at(args, 1), (data("an error"),), node)])
        return result
    if name == "catch" and _given(at(args, 0)):
        return join([value, m.once(at(args, 0), (data("an error"),), node)])
    if name == "finally" and _given(at(args, 0)):
        m.call(at(args, 0), (), node)
    return value


PROMISE = frozenset({"then", "catch", "finally"})


def _given(value: Value) -> bool:
    return value is not None and value is not NULL


def function_method(m: Machine, value: Value, name: str, args: Args, node: Node) -> Any:
    """`bind`, `call` and `apply`; NOTHING for any other name."""
    if name == "bind":
        return Bound(value, at(args, 0), args[1:])
    if name == "call":
        return m.call(value, args[1:], node, at(args, 0))
    if name == "apply":
        items, rest = m.elements(at(args, 1), node)
        return m.call(
            value, items if rest is NOTHING else (*items, Spread(rest)), node, at(args, 0)
        )
    return NOTHING
