"""What the files of this room ask of each other; `interpreter.py` fills it in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from remit.scan.javascript.state import ON, Activation, Leap, State
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import Args, Cls, Func, Module, Obj, Scope, Value
from remit.scan.values import Absent, alternatives


class Machine(State, ABC):
    """The state, with the steps that change it."""

    @abstractmethod
    def ev(self, node: Node | None) -> Value:
        """The value of an expression of the running function; undefined for none."""

    @abstractmethod
    def run(self, node: Node) -> Leap:
        """Execute a statement."""

    @abstractmethod
    def block(self, nodes: list[Node]) -> Leap:
        """Execute statements in the running scope."""

    @abstractmethod
    def loop(self, action: Callable[[], Leap]) -> None:
        """Run `action` as often as it takes to know what any round of it does."""

    @abstractmethod
    def call(self, value: Value, args: Args, node: Node, this: Value = None) -> Value:
        """Call anything."""

    @abstractmethod
    def new(self, value: Value, args: Args, node: Node) -> Value:
        """`new value(...args)`."""

    @abstractmethod
    def invoke(self, value: Value, name: str, args: Args, node: Node) -> Value:
        """`value.name(...args)`."""

    @abstractmethod
    def super_call(self, args: Args, node: Node) -> Value:
        """`super(...args)`."""

    @abstractmethod
    def super_method(self, name: str, args: Args, node: Node) -> Value:
        """`super.name(...args)`."""

    @abstractmethod
    def world(self, name: str) -> Value:
        """A name that no scope binds: a global of Node.js, or unknown."""

    @abstractmethod
    def member(self, value: Value, name: str, node: Node) -> Value:
        """`value.name`."""

    @abstractmethod
    def element(self, value: Value, key: Value, node: Node) -> Value:
        """`value[key]`."""

    @abstractmethod
    def elements(self, value: Value, node: Node) -> tuple[tuple[Value, ...], Value]:
        """What `for (x of value)` gives: known elements, and one for the others or NOTHING."""

    @abstractmethod
    def put(self, value: Value, key: Value, new: Value, node: Node) -> None:
        """`value[key] = new`."""

    @abstractmethod
    def bind(self, pattern: Node, value: Value, scope: Scope | None) -> None:
        """Bind a pattern: declare its names in `scope`, or assign to what is there when None."""

    @abstractmethod
    def declare(self, name: str, value: Value) -> None:
        """Bind a name in the running scope."""

    @abstractmethod
    def load(self, file: str) -> Module | None:
        """The module in `file`, run once; None when it can't be read."""

    @abstractmethod
    def required(self, specifier: str, node: Node) -> Value:
        """What `require(specifier)` gives."""

    @abstractmethod
    def function(self, node: Node, name: str, home: Cls | None = None) -> Func:
        """Make a function of its definition."""

    @abstractmethod
    def make_class(self, node: Node, name: str) -> Cls:
        """Make a class of its definition."""

    @abstractmethod
    def make_enum(self, body: Node | None) -> Obj:
        """A TypeScript enum as the object that it is."""

    @abstractmethod
    def is_true(self, value: Value) -> bool | None:
        """Whether a value counts as true; None when that is not known."""

    # -- small things that need no more than the above ----------------------------------------

    def body(self, nodes: list[Node]) -> Leap:
        """Execute statements in a scope of their own."""
        frame = self.frame
        outer = frame.scope
        frame.scope = Scope(outer)
        try:
            return self.block(nodes)
        finally:
            frame.scope = outer

    def with_scope(self, scope: Scope, action: Callable[[], Leap]) -> Leap:
        """Do something in `scope`."""
        frame: Activation = self.frame
        outer = frame.scope
        frame.scope = scope
        try:
            return action()
        finally:
            frame.scope = outer

    def this(self) -> Value:
        """`this`; arrow functions have that of what is around them."""
        holder = self.frame.scope.holder("this")
        return holder.slots["this"] if holder is not None else None

    def once(self, value: Value, args: Args, node: Node) -> Value:
        """Call a function that a library may call or not."""
        return self.maybe(lambda: self.call(value, args, node))

    def lacks(self, value: Value) -> bool:
        """Note which setting a value is that the stage lacks; whether it is one."""
        found = [one for one in alternatives(value) if isinstance(one, Absent)]
        self.unset.extend(one.name for one in found)
        return bool(found)


__all__ = ["ON", "Machine", "Obj"]
