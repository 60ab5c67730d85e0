"""The interpreter's state: what is being executed, under which conditions, and what was seen.

How expressions and statements behave stands in other files, which reach each other through the
abstract methods here; `interpreter.py` fills these in. Nothing here knows Python's syntax.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from remit.core.call import Frame
from remit.core.span import Span
from remit.core.text import Hole, HoleKind
from remit.scan.join import join, join_names
from remit.scan.record import Recorder, Sighting
from remit.scan.values import (
    Arguments,
    ClassV,
    EnvironV,
    FunctionNode,
    FunctionV,
    Heap,
    ModuleV,
    Scope,
    Value,
    absent,
    blank,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from remit.scan.source import Library

DEEPEST = 60
"""Calls inside calls. Real code stays below 30; what is called deeper is told, not followed."""
STEPS = 150_000
"""Nodes that one entry point may cost. What lies beyond is reported, not skipped in silence."""


@dataclass(slots=True)
class Activation:
    """One function call, or one module body, while it runs."""

    name: str
    module: ModuleV
    scope: Scope
    called_at: Span | None = None
    code: object = None
    serial: int = field(default_factory=Heap.now)
    returns: list[tuple[Value, ast.AST]] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    exits: list[dict[str, Value]] = field(default_factory=list)
    at: ast.AST | None = None
    owner: Value = None
    receiver: Value = None
    arguments: Arguments = field(default_factory=Arguments)


Evaluate = Callable[["Machine", Any, Activation], Value]


@dataclass(slots=True)
class Memory:
    """What a call did when nothing else changed: its result, and the AWS calls it made."""

    epoch: int
    result: Value
    sightings: tuple[Sighting, ...]
    keep: tuple[Value, ...]


@dataclass(slots=True)
class Machine(ABC):
    """Everything that changes while a stage is interpreted.

    `environ` holds the stage's environment variables, `values` what the project's settings say
    of holes by name. `weak` holds, for each branch that may not be taken, the serial of the newest
    object before it; `settings` the settings on which these branches hang; `handlers` the
    `except` clauses that would swallow an AWS error raised now. `loops` is how many loops are
    under way; `session` is boto3's default session once the code sets one up; `unset` names the
    variables that were read and that the stage does not set; `told` names the
    libraries that were reported already; `registered` are functions that a decorator of a library
    took in by a call (`@app.get("/orders")`): the library runs them some time.
    """

    library: Library
    environ: EnvironV
    values: Mapping[str, str]
    recorder: Recorder = field(default_factory=Recorder)
    modules: dict[str, ModuleV | None] = field(default_factory=dict)
    stack: list[Activation] = field(default_factory=list)
    epoch: int = 0
    weak: list[int] = field(default_factory=list)
    settings: list[Hole] = field(default_factory=list)
    handlers: list[Span] = field(default_factory=list)
    steps: int = 0
    session: Any = None
    importing: bool = True
    program: str = ""  # the module that is run as `__main__`
    loops: int = 0
    unset: list[str] = field(default_factory=list)
    memory: dict[object, Memory] = field(default_factory=dict)
    escaped: set[object] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    keep: list[Value] = field(default_factory=list)
    registered: list[FunctionV] = field(default_factory=list)

    # -- what the other files of this room provide -----------------------------------------

    @abstractmethod
    def eval(self, node: ast.AST, frame: Activation) -> Value:
        """The value of an expression."""

    @abstractmethod
    def run(self, body: list[ast.stmt], frame: Activation) -> bool:
        """Execute statements. False when the end is not reached (return, raise, break, ...)."""

    @abstractmethod
    def call(self, value: Value, arguments: Arguments, node: ast.AST) -> Value:
        """Call anything."""

    @abstractmethod
    def attribute(self, value: Value, name: str, node: ast.AST) -> Value:
        """Read an attribute of anything."""

    @abstractmethod
    def assign(self, target: ast.AST, value: Value, frame: Activation) -> None:
        """Bind a value to a name, an attribute, an item or a pattern of these."""

    @abstractmethod
    def builtin(self, name: str) -> Value:
        """A builtin of Python, `...` when there is none of that name."""

    @abstractmethod
    def load(self, name: str) -> ModuleV | None:
        """The project's module of that name, executed once; None when it is not the project's."""

    @abstractmethod
    def external(self, name: str, node: ast.AST) -> Value:
        """Something from outside the project, by its dotted name."""

    @abstractmethod
    def function(self, node: FunctionNode, frame: Activation, name: str) -> FunctionV:
        """Make a function of its definition."""

    @abstractmethod
    def make_class(self, node: ast.ClassDef, frame: Activation) -> ClassV:
        """Make a class of its definition."""

    @abstractmethod
    def decorate(self, decorator: Value, value: Value, node: ast.AST) -> Value:
        """Apply a decorator."""

    @abstractmethod
    def made(
        self, service: str, operation: str, params: Mapping[str, Value], node: ast.AST
    ) -> None:
        """Record an AWS call that a framework makes for the code."""

    # -- small questions -------------------------------------------------------------------

    def spent(self) -> bool:
        """Whether this entry point has used up its steps, which the report then says once."""
        if self.steps <= STEPS:
            return False
        start = self.stack[0]
        self.recorder.missed(
            start.called_at or Span.whole(start.module.file),
            start.name,
            "this entry point is too large to be followed to its end",
        )
        return True

    def guarded(self, span: Span, what: str, action: Callable[[], Value]) -> Value:
        """Do what may turn out to be nested too deeply; None, and told, when it is."""
        lists: tuple[list[Any], ...] = (self.stack, self.weak, self.settings, self.handlers)
        lengths, loops = [len(one) for one in lists], self.loops
        try:
            return action()
        except RecursionError:
            for one, length in zip(lists, lengths, strict=True):
                del one[length:]
            self.loops = loops
            self.recorder.missed(span, what, "it is nested too deeply to be followed")
            return None

    @property
    def frame(self) -> Activation:
        """The innermost activation."""
        return self.stack[-1]

    def escapes(self, function: Value) -> bool:
        """Whether a function is handed to a library for the first time by what runs now."""
        inner = getattr(function, "function", function)
        key = (id(inner), id(getattr(function, "receiver", None)), self.recorder.function)
        if key in self.escaped:
            return False
        self.escaped.add(key)
        self.keep.append(function)
        return True

    def variable(self, name: str, default: Value = ...) -> Value:
        """An environment variable; without a default, one that is not set is a hole to fill."""
        found = self.environ.items.get(name, ...)
        if found == "" or (found is ... and default == ""):
            return blank(name)
        if found is not ...:
            return found
        if default is ...:
            self.unset.append(name)
            return Hole(HoleKind.ENV, name)
        if default is not None:
            return default
        self.unset.append(name)
        return absent(name)

    # -- branches --------------------------------------------------------------------------

    def branch(
        self, frame: Activation, arms: list[Callable[[], bool]], hole: Hole | None = None
    ) -> bool:
        """Execute every arm from the same state and join what comes out.

        `hole` is the setting on which the choice hangs, if it is one: calls in the arms hang on
        it, and so does the rest of the function when an arm leaves it.
        """
        before = frame.scope.vars
        depth = len(self.settings)
        self.weak.append(Heap.now())
        if hole is not None and hole.kind is HoleKind.ENV:
            self.settings.append(hole)
        after: list[dict[str, Value]] = []
        left = False
        for arm in arms:
            frame.scope.vars = dict(before)
            if arm():
                after.append(frame.scope.vars)
            else:
                left = True
        self.weak.pop()
        if not (left and after):
            del self.settings[depth:]
        frame.scope.vars = dict(before) if not after else after[0]
        for other in after[1:]:
            frame.scope.vars = join_names(frame.scope.vars, other)
        return bool(after)

    @contextmanager
    def undecided(self, hole: Hole | None = None) -> Iterator[None]:
        """For the parts of an expression that may or may not be evaluated."""
        depth = len(self.settings)
        self.weak.append(Heap.now())
        if hole is not None and hole.kind is HoleKind.ENV:
            self.settings.append(hole)
        yield
        self.weak.pop()
        del self.settings[depth:]

    def written(self, target: Heap, old: Value, new: Value) -> Value:
        """The value to store in `target` where `old` was (`...`: nothing).

        In a branch that may not be taken, what is older than the branch keeps its old value as
        an alternative. A change that older frames can see ends what was remembered of calls.
        """
        if old is new:
            return new
        if self.weak and target.serial <= self.weak[-1]:
            target.loose = True
        if old is not ... and self.weak and target.serial <= self.weak[0]:
            new = join((old, new))
        if self.stack and target.serial <= self.frame.serial:
            self.epoch += 1
        return new

    # -- what was seen ---------------------------------------------------------------------

    def span(self, node: ast.AST) -> Span:
        """Where `node` of the running function stands."""
        span: Span = self.frame.module.source.span(node)
        return span

    def span_of_import(self) -> Span | None:
        """Where the import that runs now stands; None for the first module."""
        if not self.stack or self.stack[-1].at is None:
            return None
        return self.span(self.stack[-1].at)

    def path(self) -> tuple[Frame, ...]:
        """The way from the entry point to here."""
        return tuple(Frame(a.name, a.called_at) for a in self.stack if a.called_at is not None)

    def saw(self, sighting: Sighting) -> None:
        """Record an AWS call; it is remembered by every call that is under way."""
        self.recorder.add(sighting)
