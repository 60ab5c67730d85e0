"""What JavaScript values are made of, beyond what `scan.values` has for every language.

`undefined` is None. A promise is its value: awaiting changes nothing. Objects keep what they hold
in `slots`, so that a branch which may not be taken can be undone (`state.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from remit.core.text import Hole, HoleKind
from remit.scan.javascript.syntax import Node
from remit.scan.values import Heap, alternatives
from remit.scan.values import Value as Value

NOTHING: Any = ...
"""What a slot holds where nothing was ever put."""

Args: TypeAlias = "tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class Spread:
    """The last of some arguments: any number more of this value."""

    value: Value


def at(args: Args, index: int) -> Value:
    """The argument at `index`; undefined where none is given."""
    if index < len(args) and type(args[index]) is not Spread:
        return args[index]
    return args[-1].value if args and type(args[-1]) is Spread else None


@dataclass(frozen=True, slots=True)
class Null:
    """`null`."""

    name: str = "null"


NULL = Null()


class Box(Heap):
    """Something that changes: all of it is in `slots`."""

    __slots__ = ("slots",)

    def __init__(self, slots: dict[str, Value] | None = None) -> None:
        super().__init__()
        self.slots: dict[str, Value] = {} if slots is None else slots


class Scope(Box):
    """Names of a block, a function or a module."""

    __slots__ = ("function", "parent")

    def __init__(self, parent: Scope | None = None, *, function: bool = False) -> None:
        super().__init__()
        self.parent = parent
        self.function = function

    def holder(self, name: str) -> Scope | None:
        """The scope that binds `name`."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.slots:
                return scope
            scope = scope.parent
        return None

    def top(self) -> Scope:
        """The scope of the function or module: where `var` binds."""
        scope = self
        while not scope.function and scope.parent is not None:
            scope = scope.parent
        return scope


class Obj(Box):
    """An object or an instance. `rest` stands for properties that are not known; `entries` marks
    a Map, whose slots are its entries."""

    __slots__ = ("cls", "entries")

    def __init__(
        self, slots: dict[str, Value] | None = None, rest: Value = NOTHING, cls: Cls | None = None
    ) -> None:
        super().__init__(slots)
        self.cls = cls
        self.entries = False
        if rest is not NOTHING:
            self.slots[REST] = rest

    @property
    def rest(self) -> Value:
        """What a property that is not known may be; NOTHING where there is none."""
        return self.slots.get(REST, NOTHING)

    def known(self) -> dict[str, Value]:
        """The properties that are known, by name."""
        return {name: value for name, value in self.slots.items() if name not in HIDDEN}


class Arr(Box):
    """An array. `rest` stands for further elements that are not known."""

    __slots__ = ()

    def __init__(self, items: tuple[Value, ...] | list[Value], rest: Value = NOTHING) -> None:
        super().__init__({ITEMS: tuple(items)})
        if rest is not NOTHING:
            self.slots[REST] = rest

    @property
    def items(self) -> tuple[Value, ...]:
        """The elements that are known."""
        found: tuple[Value, ...] = self.slots[ITEMS]
        return found

    @property
    def rest(self) -> Value:
        """What further elements are; NOTHING where there are none."""
        return self.slots.get(REST, NOTHING)

    def all(self) -> tuple[Value, ...]:
        """The known elements, and one for those that are not known."""
        return self.items if self.rest is NOTHING else (*self.items, self.rest)


ITEMS, REST, KEYS, BASE = "\0items", "\0rest", "\0keys", "\0base"
HIDDEN = frozenset({ITEMS, REST, KEYS, BASE})
"""Slots that no program sees. KEYS holds the names of an object that are known in part, BASE the
object of the SDK that an instance is as well."""


class Module(Heap):
    """A file of the project. `exported` maps a name to where its value is."""

    __slots__ = ("exported", "file", "is_es", "module", "scope", "source", "stars")

    def __init__(self, file: str, source: Any, scope: Scope) -> None:
        super().__init__()
        self.file = file
        self.source = source
        self.scope = scope
        self.exported: dict[str, Callable[[], Value]] = {}
        self.stars: list[Callable[[], Value]] = []
        self.is_es = False
        self.module = Obj({"exports": Obj()})

    @property
    def name(self) -> str:
        """What a person would call it."""
        return self.file


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """An import: what it stands for is looked up when it is used, so that circles work."""

    get: Callable[[], Value]


class Func(Box):
    """A function with what it closes over. `home` is the class whose method it is."""

    __slots__ = ("arrow", "generator", "home", "module", "name", "node", "scope")

    def __init__(
        self, node: Node, module: Module, scope: Scope, name: str, home: Cls | None = None
    ) -> None:
        super().__init__()
        self.node = node
        self.module = module
        self.scope = scope
        self.name = name
        self.home = home
        self.arrow = node.kind == "arrow_function"
        self.generator = node.kind.startswith("generator_function") or (
            node.kind == "method_definition" and "*" in node.tokens
        )


class Cls(Box):
    """A class. `slots` holds its static members; `base` may be anything."""

    __slots__ = ("base", "fields", "getters", "methods", "module", "name", "node", "scope")

    def __init__(self, node: Node, module: Module, scope: Scope, name: str, base: Value) -> None:
        super().__init__()
        self.node = node
        self.module = module
        self.scope = scope
        self.name = name
        self.base = base
        self.methods: dict[str, Func] = {}
        self.getters: dict[str, Func] = {}
        self.fields: list[tuple[str, Node | None]] = []

    def lineage(self) -> list[Cls]:
        """The class and the project's classes that it extends, nearest first."""
        found: list[Cls] = []
        cls: Value = self
        while isinstance(cls, Cls) and cls not in found:
            found.append(cls)
            cls = cls.base
        return found


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, as it is written. None is ever run."""

    text: str
    name: str = "a regular expression"


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A function with its receiver, and first arguments where `bind` was given some."""

    function: Value
    receiver: Value
    first: Args = ()


@dataclass(frozen=True, slots=True, eq=False)
class Native:
    """A function that this interpreter does itself: `run(machine, args, node)`. `table` holds its
    properties (`Object.keys`)."""

    name: str
    run: Callable[[Any, Args, Node], Value]
    table: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Wrapped:
    """What a library made of functions of the project: calling it runs them."""

    name: str
    functions: Args


@dataclass(frozen=True, slots=True)
class Environ:
    """`process.env`."""

    name: str = "process.env"


CALLABLES = (Func, Bound, Wrapped, Native)


def nothing(value: Value) -> bool:
    """Whether the value is `undefined` or `null` for certain."""
    return value is None or value is NULL


def something(value: Value) -> list[Value]:
    """The alternatives of a value that are neither `undefined` nor `null`."""
    return [one for one in alternatives(value) if not nothing(one)]


def inside(hole: Hole, step: str) -> Hole:
    """The part of an unknown value that `step` leads to; every part of a setting is the setting."""
    if hole.kind is HoleKind.ENV:
        return Hole(HoleKind.ENV, hole.name, hole.span)
    return Hole(hole.kind, f"{hole.name}{step}"[:80], hole.span)
