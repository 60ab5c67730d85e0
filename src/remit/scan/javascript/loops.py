"""Loops: known elements one by one, everything else as often as it takes to know any round."""

from __future__ import annotations

from collections.abc import Callable

from remit.scan.javascript.machine import Machine
from remit.scan.javascript.state import ON, Leap
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import NOTHING, Arr, Obj, Scope, Value
from remit.scan.values import code, data

ONE_BY_ONE = 40
"""Known elements that are gone through one by one; of more, any one stands for all."""


def run_loop(m: Machine, action: Callable[[], Leap]) -> None:
    """Any number of rounds."""
    mark = len(m.frame.lost)
    stabilize(m, action)
    m.arms([action, lambda: ON])
    m.rejoin(mark, ("break", "continue"))


def stabilize(m: Machine, action: Callable[[], Leap]) -> None:
    """Two trial rounds tell what changes from round to round: that is unknown in the round that
    counts. The calls of a trial are not recorded."""
    lost = m.frame.lost
    mark = len(lost)
    m.quiet += 1
    for final in (False, True):
        _, changes = m.trial(action)
        left = [c for leap, some in lost[mark:] if leap[:4] in ("brea", "cont") for c in some]
        del lost[mark:]
        for box, key, value in (*changes, *left):
            if value is not NOTHING:
                m.widen(box, key, value, final=final)
    m.quiet -= 1


def _round(m: Machine, body: Node | None) -> Leap:
    """One round; `continue` ends it, and so does what an arm of it left early."""
    if body is None:
        return ON
    mark = len(m.frame.lost)
    leap = m.run(body)
    m.rejoin(mark, ("continue",))
    return ON if leap == "continue" else leap


def for_each(m: Machine, node: Node) -> Leap:
    """`for (x of y)`, `for (k in y)`, `for await`."""
    left, body = node.field("left"), node.field("body")
    value = m.ev(node.field("right"))
    word = node.field("operator")
    by_key = word is not None and word.text == "in"
    items, rest = keys(value) if by_key else m.elements(value, node)
    declares = node.field("kind") is not None

    def once(element: Value) -> Callable[[], Leap]:
        def action() -> Leap:
            scope = Scope(m.frame.scope)

            def inner() -> Leap:
                if left is not None:
                    m.bind(left, element, scope if declares else None)
                return _round(m, body)

            return m.with_scope(scope, inner)

        return action

    return each(m, items, rest, once)


def each(
    m: Machine, items: tuple[Value, ...], rest: Value, once: Callable[[Value], Callable[[], Leap]]
) -> Leap:
    """Run `once` for known elements in turn, then for the others."""
    if len(items) > ONE_BY_ONE:
        rest, items = code("one of many elements"), ()
    for item in items:
        leap = once(item)()
        if leap != ON:
            return ON if leap == "break" else leap
    if rest is not NOTHING:
        m.loop(once(rest))
    return ON


def keys(value: Value) -> tuple[tuple[Value, ...], Value]:
    """The keys of an object."""
    if isinstance(value, Obj):
        return tuple(value.known()), NOTHING if value.rest is NOTHING else code("a key")
    if isinstance(value, Arr):
        return tuple(str(i) for i in range(len(value.items))), (
            NOTHING if value.rest is NOTHING else data("an index")
        )
    return (), code("a key")


def for_loop(m: Machine, node: Node) -> Leap:
    """`for (a; b; c)`: what `c` changes is any number."""
    start, condition, step = (node.field(n) for n in ("initializer", "condition", "increment"))
    body = node.field("body")

    def all_rounds() -> Leap:
        if start is not None:
            m.run(start)
        if condition is not None and condition.kind != "empty_statement":
            m.ev(condition)
        counters = [one.text for one in _counters(step)]
        for name in counters:
            holder = m.frame.scope.holder(name)
            if holder is not None:
                m.write(holder, name, data(name))
        m.loop(lambda: _step(m, body, step))
        return ON

    return m.with_scope(Scope(m.frame.scope), all_rounds)


def _step(m: Machine, body: Node | None, step: Node | None) -> Leap:
    leap = _round(m, body)
    if leap == ON and step is not None and not _counters(step):
        m.ev(step)
    return leap


def _counters(step: Node | None) -> list[Node]:
    if step is None:
        return []
    if step.kind == "sequence_expression":
        return [one for kid in step.kids for one in _counters(kid)]
    target = step.field("argument") or step.field("left")
    counts = step.kind in ("update_expression", "augmented_assignment_expression")
    return [target] if counts and target is not None and target.kind == "identifier" else []


def while_loop(m: Machine, node: Node) -> Leap:
    """`while`: not entered when the condition is false for certain."""
    condition, body = node.field("condition"), node.field("body")
    if m.is_true(m.ev(condition)) is False:
        return ON

    def action() -> Leap:
        leap = _round(m, body)
        if leap == ON:
            m.ev(condition)
        return leap

    m.loop(action)
    return ON


def do_while(m: Machine, node: Node) -> Leap:
    """`do`: the first round is run for certain."""
    condition, body = node.field("condition"), node.field("body")
    mark = len(m.frame.lost)

    def action() -> Leap:
        leap = _round(m, body)
        if leap == ON:
            m.ev(condition)
        return leap

    stabilize(m, action)
    ended = action()
    m.rejoin(mark, ("break", "continue"))
    return ON if ended.partition(":")[0] in ("break", "continue") else ended
