"""The interpreter's state: what runs, under which conditions, and what was seen.

Every change of a variable or an object goes through `write`. A branch that may not be taken is run
with a journal of its writes, undone, and joined with the other branches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from remit.core.call import Frame
from remit.core.span import Span
from remit.core.text import Hole, HoleKind, Text
from remit.scan.javascript.library import Library
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import (
    ITEMS,
    KEYS,
    NOTHING,
    REST,
    Box,
    Cls,
    Func,
    Module,
    Obj,
    Scope,
    Value,
)
from remit.scan.join import join, same
from remit.scan.record import Recorder, Sighting
from remit.scan.values import Absent, Heap, alternatives, blank, code

DEEPEST = 60
"""Calls inside calls."""
STEPS = 150_000
"""Nodes that one function may cost. What lies beyond is reported, not skipped in silence."""

Leap: TypeAlias = str
"""How a statement is left: "" at its end, else `return`, `throw`, `break`, `continue`, the latter
two with `:label` where one is named."""
ON: Leap = ""

Change: TypeAlias = "tuple[Box, str, Value]"
Journal: TypeAlias = "dict[tuple[int, str], Change]"


@dataclass(slots=True)
class Activation:
    """One function call, or one module body, while it runs."""

    name: str
    module: Module
    scope: Scope
    called_at: Span | None = None
    at: Node | None = None
    function: Func | None = None
    home: Cls | None = None
    serial: int = field(default_factory=Heap.now)
    args: tuple[Value, ...] = ()
    returns: list[Value] = field(default_factory=list)
    yields: list[Value] = field(default_factory=list)
    closes: bool = False
    path: tuple[Frame, ...] = ()
    lost: list[tuple[Leap, list[Change]]] = field(default_factory=list)


@dataclass(slots=True)
class Memory:
    """What a call did when nothing else changed: its result, and the AWS calls it made."""

    epoch: int
    result: Value
    sightings: tuple[Sighting, ...]
    keep: tuple[Value, ...]


@dataclass(slots=True)
class State:
    """Everything that changes while a function is interpreted.

    `journals` are the writes of the branches under way, `starts` the newest object before each;
    `settings` are the settings on which the branches under way hang; `handlers` the `catch`
    clauses that would hide an AWS error raised now; `quiet` counts the trial rounds of loops, whose
    calls are not recorded; `unset` the variables that were asked for and that the stage lacks;
    `deferred` are functions handed to libraries while modules load; `defaults` what
    `AWS.config.update` was given.
    """

    library: Library
    environment: Mapping[str, Value]
    values: Mapping[str, str]
    recorder: Recorder = field(default_factory=Recorder)
    modules: dict[str, Module | None] = field(default_factory=dict)
    stack: list[Activation] = field(default_factory=list)
    journals: list[Journal] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    settings: list[Hole] = field(default_factory=list)
    handlers: list[Span] = field(default_factory=list)
    quiet: int = 0
    steps: int = 0
    epoch: int = 0
    importing: bool = True
    unset: list[str] = field(default_factory=list)
    memory: dict[object, Memory] = field(default_factory=dict)
    deferred: list[tuple[Value, Node]] = field(default_factory=list)
    escaped: set[object] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    keep: list[Value] = field(default_factory=list)
    defaults: Obj = field(default_factory=Obj)

    @property
    def frame(self) -> Activation:
        """The innermost activation."""
        return self.stack[-1]

    # -- writing and branching -------------------------------------------------------------

    def write(self, box: Box, key: str, value: Value) -> None:
        """Put `value` into a slot."""
        old = box.slots.get(key, NOTHING)
        if old is value:
            return
        if self.journals and box.serial <= self.starts[-1]:
            self.journals[-1].setdefault((id(box), key), (box, key, old))
        if self.stack and box.serial <= self.frame.serial:
            self.epoch += 1
        _put(box, key, value)

    def trial(self, action: Callable[[], Leap]) -> tuple[Leap, list[Change]]:
        """Run `action`, undo what it wrote, and give back how it ended and what it wrote.

        What it made itself keeps its state: nothing older knows it unless `action` wrote so.
        """
        journal: Journal = {}
        self.journals.append(journal)
        self.starts.append(Heap.now())
        try:
            leap = action()
        finally:
            self.journals.pop()
            self.starts.pop()
        changes = [(box, key, box.slots.get(key, NOTHING)) for box, key, _ in journal.values()]
        for box, key, old in journal.values():
            _put(box, key, old)
        return leap, changes

    def arms(self, actions: Iterable[Callable[[], Leap]], hole: Hole | None = None) -> Leap:
        """Run every arm from the same state and join what comes out.

        `hole` is the setting on which the choice hangs, if it is one: calls in the arms hang on
        it, and so does what follows when an arm is left early.
        """
        depth = len(self.settings)
        if hole is not None and hole.kind is HoleKind.ENV:
            self.settings.append(hole)
        ends = [self.trial(action) for action in actions]
        through = [changes for leap, changes in ends if leap == ON]
        self.frame.lost.extend((leap, changes) for leap, changes in ends if leap != ON)
        self._merge(through)
        if not through or len(through) == len(ends):
            del self.settings[depth:]
        return ON if through else ends[0][0]

    def maybe(self, action: Callable[[], Value], hole: Hole | None = None) -> Value:
        """Evaluate what may or may not be evaluated; its value if it is."""
        found: list[Value] = []

        def arm() -> Leap:
            found.append(action())
            return ON

        depth = len(self.settings)
        self.arms([arm, lambda: ON], hole)
        del self.settings[depth:]
        return found[0]

    def rejoin(self, mark: int, leaps: tuple[str, ...]) -> None:
        """Add what arms wrote that were left by one of `leaps` since `mark`, where they lead to."""
        frame = self.frame
        kept = []
        for leap, changes in frame.lost[mark:]:
            if leap.partition(":")[0] in leaps:
                self.weakly(changes)
            else:
                kept.append((leap, changes))
        frame.lost[mark:] = kept

    def leave(self) -> None:
        """At the end of a function, add what arms wrote that left it early. Its own variables
        matter only where a function was made that may know them."""
        frame = self.frame
        lost, frame.lost = frame.lost, []
        for _, changes in lost:
            self.weakly(c for c in changes if frame.closes or c[0].serial <= frame.serial)

    def weakly(self, changes: Iterable[Change]) -> None:
        """Let slots hold what `changes` say beside what they hold."""
        for box, key, value in changes:
            self.write(box, key, joined(key, [box.slots.get(key, NOTHING), value]))

    def apply(self, changes: Iterable[Change]) -> None:
        """Let slots hold what `changes` say."""
        for box, key, value in changes:
            self.write(box, key, value)

    def widen(self, box: Box, key: str, value: Value, *, final: bool) -> None:
        """Let a slot hold what another round of a loop puts there. What still grows in the final
        trial is not known: text and numbers that go on, elements that are added."""
        current = box.slots.get(key, NOTHING)
        if key == ITEMS and current is not NOTHING and len(value) > len(current):
            count = len(current)
            rest = joined(REST, [box.slots.get(REST, NOTHING), *value[count:]])
            self.write(box, REST, rest)
            value = value[:count]
        new = joined(key, [current, value])
        if final and key not in (ITEMS, KEYS) and current is not NOTHING:
            old = alternatives(current)
            grown = [one for one in alternatives(new) if not any(same(one, o) for o in old)]
            if any(isinstance(one, (str, int, float, Text)) for one in grown):
                new = code(f"`{key}` of a loop")
        self.write(box, key, new)

    def _merge(self, arms: list[list[Change]]) -> None:
        slots: dict[tuple[int, str], list[Value]] = {}
        boxes: dict[int, Box] = {}
        for changes in arms:
            for box, key, value in changes:
                slots.setdefault((id(box), key), []).append(value)
                boxes[id(box)] = box
        for (place, key), values in slots.items():
            box = boxes[place]
            if len(values) < len(arms):
                values = [box.slots.get(key, NOTHING), *values]
            self.write(box, key, joined(key, values))

    @contextmanager
    def swallowing(self, clause: Span | None) -> Iterator[None]:
        """While this runs, `clause` would hide an AWS error."""
        if clause is not None:
            self.handlers.append(clause)
        depth = len(self.handlers)
        try:
            yield
        finally:
            if clause is not None:
                del self.handlers[depth - 1 :]

    # -- what was seen ---------------------------------------------------------------------

    def path(self) -> tuple[Frame, ...]:
        """The way from the entry point to here."""
        return self.stack[-1].path if self.stack else ()

    def enter(self, frame: Activation) -> None:
        """Start an activation; `called_at` puts it on the path."""
        path = self.path()
        if frame.called_at is not None:
            path = (*path, Frame(frame.name, frame.called_at))
        frame.path = path
        self.stack.append(frame)

    def saw(self, seen: Sighting) -> None:
        """Record an AWS call; it is remembered by every call that is under way."""
        if self.quiet:
            self.recorder.log.append(seen)
        else:
            self.recorder.add(seen)

    def missed(self, node: Node, what: str, why: str) -> None:
        """Record a call that could not be attributed."""
        self.recorder.missed(node.span, what, why)

    def spent(self) -> bool:
        """Whether the budget is used up; told once for each function."""
        if self.steps <= STEPS:
            return False
        base = self.stack[0] if self.stack else None
        if base is not None:
            where = base.called_at or Span.whole(base.module.file)
            self.recorder.missed(where, base.name, "it is too large to be followed to its end")
        return True

    def guarded(self, span: Span, what: str, action: Callable[[], Value]) -> Value:
        """Do what may turn out to be nested too deeply; None, and told, when it is."""
        lists: tuple[list[Any], ...] = (
            self.stack,
            self.journals,
            self.starts,
            self.settings,
            self.handlers,
        )
        lengths, quiet = [len(one) for one in lists], self.quiet
        try:
            return action()
        except RecursionError:
            for one, length in zip(lists, lengths, strict=True):
                del one[length:]
            self.quiet = quiet
            self.recorder.missed(span, what, "it is nested too deeply to be followed")
            return None

    def escapes(self, function: Value) -> bool:
        """Whether a function is handed to a library for the first time."""
        inner = getattr(function, "function", function)
        key = (id(inner), id(getattr(function, "receiver", None)), self.importing)
        if key in self.escaped:
            return False
        self.escaped.add(key)
        self.keep.append(function)
        return True

    # -- environment variables -------------------------------------------------------------

    def variable(self, name: str, node: Node) -> Value:
        """`process.env.NAME`: undefined, under its name, where the stage does not set it."""
        self.recorder.read.setdefault(name, node.span)
        found = self.environment.get(name, NOTHING)
        if found is NOTHING:
            return Absent(HoleKind.ENV, name)
        if found == "":
            return blank(name)
        if isinstance(found, Text) and found.literal is not None:
            return found.literal
        return found


def _put(box: Box, key: str, value: Value) -> None:
    if value is NOTHING:
        box.slots.pop(key, None)
    else:
        box.slots[key] = value


def joined(key: str, values: list[Value]) -> Value:
    """What a slot holds that may hold any of `values`."""
    held = [value for value in values if value is not NOTHING]
    if not held:
        return NOTHING
    if key == KEYS:
        return max(held, key=len)
    if key == ITEMS:
        longest = max(len(one) for one in held)
        return tuple(join(one[i] for one in held if i < len(one)) for i in range(longest))
    if len(held) < len(values) and key != REST:
        held = [None, *held]  # what is not there reads as undefined
    return join(held)
