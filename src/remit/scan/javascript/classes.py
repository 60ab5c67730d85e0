"""Classes: their members, instances, and what they inherit."""

from __future__ import annotations

from remit.scan.javascript import aws
from remit.scan.javascript.calls import call_function, unknown
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.state import Activation
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.text import property_name
from remit.scan.javascript.values import (
    BASE,
    NOTHING,
    Args,
    Arr,
    Bound,
    Cls,
    Func,
    Native,
    Obj,
    Scope,
    Value,
    something,
)
from remit.scan.join import join
from remit.scan.sdk.objects import SdkObject
from remit.scan.values import External, OneOf, code


def make_class(m: Machine, node: Node, name: str) -> Cls:
    """The class that a definition makes; static members are evaluated at once."""
    frame = m.frame
    frame.closes = True
    heritage = next((kid for kid in node.kids if kid.kind == "class_heritage"), None)
    made = Cls(node, frame.module, Scope(frame.scope), name, _base(m, heritage))
    made.scope.slots[name] = made
    body = node.field("body")
    for member in body.kids if body is not None else ():
        _define(m, made, member)
    return made


def _base(m: Machine, heritage: Node | None) -> Value:
    if heritage is None or not heritage.kids:
        return None
    first = heritage.kids[0]
    if first.kind == "extends_clause":
        return m.ev(first.field("value"))
    return None if first.kind == "implements_clause" else m.ev(first)


def _define(m: Machine, made: Cls, member: Node) -> None:
    name = member.field("name") or member.field("property")
    key = property_name(name) if name is not None else ""
    static = "static" in member.tokens
    if member.kind == "method_definition":
        method = _method(m, made, member, key)
        if static and "get" not in member.tokens:
            made.slots[key] = method
        elif static:
            made.slots[key] = m.call(method, (), member, made)
        elif "get" in member.tokens:
            made.getters[key] = method
        elif "set" not in member.tokens:
            made.methods[key] = method
    elif member.kind in ("field_definition", "public_field_definition"):
        value = member.field("value")
        if static:
            made.slots[key] = within(m, made, made, value)
        else:
            made.fields.append((key, value))
    elif member.kind == "class_static_block":
        body = member.field("body")
        if body is not None:
            m.with_scope(_scope(made, made), lambda: m.run(body))


def _method(m: Machine, made: Cls, member: Node, key: str) -> Func:
    function = Func(member, made.module, made.scope, key, made)
    m.keep.append(function)
    return function


def _scope(made: Cls, this: Value) -> Scope:
    scope = Scope(made.scope)
    scope.slots["this"] = this
    return scope


def within(m: Machine, made: Cls, this: Value, value: Node | None) -> Value:
    """The initial value of a field."""
    found: list[Value] = []

    def action() -> str:
        found.append(m.ev(value))
        return ""

    frame = Activation(made.name, made.module, _scope(made, this), home=made)
    m.enter(frame)
    try:
        action()
    finally:
        m.stack.pop()
    return found[0]


def new(m: Machine, value: Value, args: Args, node: Node) -> Value:
    """`new value(...args)`."""
    if isinstance(value, OneOf):
        return join(m.maybe(lambda one=one: new(m, one, args, node)) for one in something(value))  # type: ignore[misc]  # mypy infers no type for a default of a lambda
    if isinstance(value, Cls):
        return _instance(m, value, args, node)
    if isinstance(value, Func):
        this = Obj(cls=None)
        made = call_function(m, value, args, node, this)
        return made if isinstance(made, (Obj, Arr)) and made is not this else _adopt(value, this)
    if isinstance(value, Native):
        return value.run(m, args, node)
    if isinstance(value, SdkObject):
        return aws.new(m, value, args, node)
    if isinstance(value, Bound):
        return new(m, value.function, (*value.first, *args), node)
    if isinstance(value, External):
        unknown(m, value, args, node)
        return External(f"{value.name}()")
    return unknown(m, value, args, node)


def _adopt(function: Func, this: Obj) -> Obj:
    """A function used as a class: its prototype's functions are the methods."""
    prototype = function.slots.get("prototype")
    if isinstance(prototype, Obj):
        for name, method in prototype.slots.items():
            this.slots.setdefault(name, Bound(method, this))
    return this


def _instance(m: Machine, cls: Cls, args: Args, node: Node) -> Value:
    made = Obj(cls=cls)
    _construct(m, cls, made, args, node)
    return made


def _construct(m: Machine, cls: Cls, made: Obj, args: Args, node: Node) -> None:
    """Fields of the class follow those of its base, then its constructor runs."""
    constructor = cls.methods.get("constructor")
    if constructor is None:
        _base_part(m, cls, made, args, node)
        _fields(m, cls, made)
        return
    if cls.base is None:
        _fields(m, cls, made)
    call_function(m, constructor, args, node, made)


def _base_part(m: Machine, cls: Cls, made: Obj, args: Args, node: Node) -> None:
    if isinstance(cls.base, SdkObject):
        m.write(made, BASE, aws.new(m, cls.base, args, node))
    elif isinstance(cls.base, Cls) and cls not in cls.base.lineage():
        _construct(m, cls.base, made, args, node)


def _fields(m: Machine, cls: Cls, made: Obj) -> None:
    for name, value in cls.fields:
        m.write(made, name, within(m, cls, made, value))


def super_call(m: Machine, args: Args, node: Node) -> Value:
    """`super(...)` in a constructor."""
    home, this = _home(m), m.this()
    if home is not None and isinstance(this, Obj):
        _base_part(m, home, this, args, node)
        _fields(m, home, this)
    return None


def super_method(m: Machine, name: str, args: Args, node: Node) -> Value:
    """`super.name(...)`."""
    home = _home(m)
    base = home.base if home is not None else None
    found = find_method(base, name) if isinstance(base, Cls) else None
    if found is None:
        return unknown(m, base, args, node)
    return m.call(found, args, node, m.this())


def _home(m: Machine) -> Cls | None:
    """The class whose code runs: an arrow function in a method belongs to it as well."""
    if m.frame.home is not None:
        return m.frame.home
    function = m.frame.function
    for frame in reversed(m.stack[:-1]):
        if function is not None and frame.home is not None:
            return frame.home
    return None


def find_method(cls: Cls, name: str) -> Func | None:
    """The method of a class or of what it extends."""
    return next((one.methods[name] for one in cls.lineage() if name in one.methods), None)


def instance_member(m: Machine, value: Obj, name: str, node: Node) -> Value:
    """A method or getter of an instance; NOTHING when its classes have none."""
    assert value.cls is not None  # noqa: S101 - the caller looked
    for cls in value.cls.lineage():
        if name in cls.getters:
            return m.call(cls.getters[name], (), node, value)
        if name in cls.methods:
            return Bound(cls.methods[name], value)
    if BASE in value.slots:
        return m.member(value.slots[BASE], name, node)
    base = value.cls.lineage()[-1].base
    if base is None:
        return NOTHING
    return External(f"{base.name}.{name}") if isinstance(base, External) else code(name)
