"""The values of the abstract interpreter.

A value is one of
- a plain Python constant (str, bytes, int, float, bool, None),
- `Text` (a string known in part) or `Hole` (nothing known) from `core`,
- `OneOf`: one of a few values,
- a container, function, class, instance or module from this file,
- an object of the SDK (`scan.sdk`), opaque to everything but the bridge.

Containers and instances are mutable and compared by identity, like Python's own.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from remit.core.text import Hole, HoleKind

if TYPE_CHECKING:
    from remit.core.span import Span

Value: TypeAlias = Any
"""Python has no closed sums without a wrapper for each constant; the list above is the sum."""

CONSTANTS = (str, bytes, int, float, bool, type(None))
WIDEST = 20_000
"""Elements of one list, and bits of one whole number. What is larger is data, not configuration."""
MANY = 12
"""How many alternatives a `OneOf` may have before it becomes a hole."""


@dataclass(frozen=True, slots=True)
class Absent(Hole):
    """An environment variable that the stage does not set, read so that absence is no error.

    It behaves like None, and keeps its name for the report should it reach a call.
    """


def absent(name: str) -> Absent:
    """The value of `os.environ.get(name)` where the stage has no such variable."""
    return Absent(HoleKind.ENV, name)


class Blank(str):
    """The empty value of an environment variable, set so or by the code's default.

    A string like any other until it reaches a call: no resource has an empty name, so it stands
    for a value that is set elsewhere.
    """

    variable: str


def blank(name: str) -> Blank:
    """The empty value of the variable `name`."""
    made = Blank("")
    made.variable = name
    return made


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few values, none of them a `OneOf`."""

    values: tuple[Value, ...]


class Heap:
    """A mutable object. `serial` tells which of two objects is older.

    `loose` says that a branch which may not be taken changed what it holds: some of its elements
    may not be there.
    """

    __slots__ = ("loose", "serial")
    _count = 0

    def __init__(self) -> None:
        Heap._count += 1
        self.serial = Heap._count
        self.loose = False

    @staticmethod
    def now() -> int:
        """The serial of the newest object."""
        return Heap._count


class ListV(Heap):
    """A list, tuple or set. `rest` stands for further elements that are not known, if any."""

    __slots__ = ("items", "kind", "rest")

    def __init__(self, items: list[Value], kind: str = "list", rest: Value = ...) -> None:
        super().__init__()
        self.items = items
        self.kind = kind
        self.rest = rest

    @property
    def open(self) -> bool:
        """Whether more elements may be there than `items`."""
        return self.rest is not ...


class DictV(Heap):
    """A dict with constant keys. `rest` stands for the values of keys that are not known.

    `origin` is the module's source and the node of the literal it was made by, if it was; `keys`
    are keys of the literal that are known in part only.
    """

    __slots__ = ("items", "keys", "origin", "rest")

    def __init__(self, items: dict[Any, Value], rest: Value = ...) -> None:
        super().__init__()
        self.items = items
        self.rest = rest
        self.origin: tuple[Any, ast.AST] | None = None
        self.keys: tuple[Value, ...] = ()

    @property
    def open(self) -> bool:
        """Whether more keys may be there than `items`."""
        return self.rest is not ...


class EnvironV(DictV):
    """`os.environ`: what it lacks is a setting that the stage does not define."""

    __slots__ = ()


class Scope:
    """Names of a function call or a module; `parent` is the enclosing function's scope."""

    __slots__ = ("globals", "nonlocals", "parent", "vars")

    def __init__(self, parent: Scope | None = None) -> None:
        self.vars: dict[str, Value] = {}
        self.parent = parent
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()


class ModuleV(Heap):
    """A module of the project. `file` is its path in the tree."""

    __slots__ = ("file", "name", "package", "scope", "source")

    def __init__(self, name: str, file: str, package: str, source: Any) -> None:
        super().__init__()
        self.name = name
        self.file = file
        self.package = package
        self.source = source
        self.scope = Scope()
        self.scope.vars["__name__"] = name


@dataclass(frozen=True, slots=True)
class External:
    """Something from a library outside the project, by its dotted name (`requests.get`)."""

    name: str


FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class FunctionV(Heap):
    """A function of the project, with what it closes over."""

    __slots__ = (
        "attrs",
        "defaults",
        "generator",
        "kwdefaults",
        "module",
        "name",
        "node",
        "owner",
        "scope",
    )

    def __init__(
        self,
        node: FunctionNode,
        module: ModuleV,
        scope: Scope,
        name: str,
        defaults: tuple[Value, ...],
        kwdefaults: Mapping[str, Value],
        generator: bool,
    ) -> None:
        super().__init__()
        self.node = node
        self.module = module
        self.scope = scope
        self.name = name
        self.defaults = defaults
        self.kwdefaults = kwdefaults
        self.generator = generator
        self.owner: ClassV | None = None
        self.attrs: dict[str, Value] = {}


class ClassV(Heap):
    """A class of the project. `bases` may hold `External`s and holes."""

    __slots__ = ("annotations", "attrs", "bases", "module", "name", "node", "span")

    def __init__(
        self, name: str, module: ModuleV, bases: tuple[Value, ...], node: ast.ClassDef | None
    ) -> None:
        super().__init__()
        self.name = name
        self.module = module
        self.bases = bases
        self.node = node
        self.attrs: dict[str, Value] = {}
        self.annotations: dict[str, Value] = {}

    def lineage(self) -> list[ClassV]:
        """The class and its bases that belong to the project, nearest first."""
        found: list[ClassV] = []
        queue: list[ClassV] = [self]
        while queue:
            cls = queue.pop(0)
            if cls not in found:
                found.append(cls)
                queue.extend(base for base in cls.bases if isinstance(base, ClassV))
        return found

    def external_bases(self) -> list[str]:
        """The dotted names of bases outside the project; "?" for one that is not known."""
        return [
            base.name if isinstance(base, External) else "?"
            for cls in self.lineage()
            for base in cls.bases
            if not isinstance(base, ClassV)
            and not (isinstance(base, Native) and base.name == "object")
        ]

    def find(self, name: str) -> Value:
        """The attribute `name` of the class or a base; `...` when there is none."""
        for cls in self.lineage():
            if name in cls.attrs:
                return cls.attrs[name]
        return ...


class InstanceV(Heap):
    """An instance of a class of the project. `ready` is set once `__init__` has run."""

    __slots__ = ("attrs", "cls", "ready")

    def __init__(self, cls: ClassV) -> None:
        super().__init__()
        self.cls = cls
        self.attrs: dict[str, Value] = {}
        self.ready = False


@dataclass(frozen=True, slots=True, eq=False)
class BoundV:
    """A function with its first argument."""

    receiver: Value
    function: Value


@dataclass(frozen=True, slots=True, eq=False)
class PartialV:
    """`functools.partial`."""

    function: Value
    arguments: Arguments


@dataclass(frozen=True, slots=True, eq=False)
class PropertyV:
    """A property or cached property: reading the attribute calls the getter."""

    getter: Value
    setter: Value = None


@dataclass(frozen=True, slots=True, eq=False)
class StaticV:
    """A static method."""

    function: Value


@dataclass(frozen=True, slots=True, eq=False)
class ClassMethodV:
    """A class method."""

    function: Value


@dataclass(frozen=True, slots=True, eq=False)
class SuperV:
    """`super()` inside a method of `cls`."""

    cls: ClassV
    receiver: Value


@dataclass(frozen=True, slots=True, eq=False)
class Native:
    """Something that this interpreter does itself: a builtin or a function of the library.

    `run` takes (machine, arguments, node) and returns a value; None means: an inert thing.
    """

    name: str
    run: Callable[[Any, Arguments, ast.AST], Value] | None = None
    attrs: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments of a call. `open` says that more may come which could not be seen."""

    positional: tuple[Value, ...] = ()
    keywords: Mapping[str, Value] = field(default_factory=dict)
    open: bool = False

    def get(self, index: int, name: str, default: Value = None) -> Value:
        """The argument at `index` or with `name`."""
        if index < len(self.positional):
            return self.positional[index]
        return self.keywords.get(name, default)

    def all(self) -> tuple[Value, ...]:
        """Every argument value."""
        return (*self.positional, *self.keywords.values())


def data(name: str, span: Span | None = None) -> Hole:
    """A hole of request data."""
    return Hole(HoleKind.DATA, name[:80], span)


def code(name: str, span: Span | None = None) -> Hole:
    """A hole for something that was not followed."""
    return Hole(HoleKind.CODE, name[:80], span)


CALLABLES = (FunctionV, BoundV, PartialV, StaticV, ClassMethodV)


def alternatives(value: Value) -> tuple[Value, ...]:
    """The values that `value` may be."""
    return value.values if isinstance(value, OneOf) else (value,)
