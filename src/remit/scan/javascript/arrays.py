"""Methods of arrays. A callback is run for known elements one by one, and once for the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from remit.scan.javascript.loops import ONE_BY_ONE, each
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.operators import as_text, equal, joined_text, reason, truth
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import ITEMS, NOTHING, REST, Args, Arr, Spread, Value, at
from remit.scan.join import join
from remit.scan.values import data

Method = Callable[[Machine, Any, Args, Node], Value]


def over(
    m: Machine, items: tuple[Value, ...], rest: Value, function: Value, node: Node
) -> tuple[list[Value], Value]:
    """What `function` gives for each known element, and for the others."""
    known: list[Value] = []
    others: list[Value] = []
    state = {"index": 0}

    def once(element: Value) -> Callable[[], str]:
        def action() -> str:
            certain = state["index"] < len(items) <= ONE_BY_ONE
            index: Value = state["index"] if certain else data("an index")
            result = m.call(function, (element, index), node)
            (known if certain else others).append(result)
            state["index"] += 1
            return ""

        return action

    each(m, items, rest, once)
    return known, join(others) if others else NOTHING


def _map(m: Machine, value: Arr, args: Args, node: Node) -> Value:
    return Arr(*over(m, value.items, value.rest, at(args, 0), node))


def _flat_map(m: Machine, value: Arr, args: Args, node: Node) -> Value:
    return _flat(m, _map(m, value, args, node), (), node)


def _for_each(m: Machine, value: Arr, args: Args, node: Node) -> Value:
    over(m, value.items, value.rest, at(args, 0), node)
    return None


def _filter(m: Machine, value: Arr, args: Args, node: Node) -> Value:
    kept, rest = over(m, value.items, value.rest, at(args, 0), node)
    answers = [truth(one) for one in kept]
    if rest is NOTHING and value.rest is NOTHING and None not in answers:
        return Arr([one for one, keep in zip(value.items, answers, strict=True) if keep])
    possible = [x for x, keep in zip(value.items, answers, strict=False) if keep is not False]
    others = possible if value.rest is NOTHING else [*possible, value.rest]
    return Arr((), join(others) if others else NOTHING)


def _find(m: Machine, value: Arr, args: Args, node: Node) -> Value:
    kept, _ = over(m, value.items, value.rest, at(args, 0), node)
    found: list[Value] = []
    for item, answer in zip(value.items, map(truth, kept), strict=False):
        if answer is not False:
            found.append(item)
        if answer is True:
            return join(found)
    return join([*found, None] if value.rest is NOTHING else [*found, value.rest, None])


def _some(m: Machine, value: Arr, args: Args, node: Node) -> Value:
    kept, _ = over(m, value.items, value.rest, at(args, 0), node)
    return reason(*kept, otherwise="a condition")


def _reduce(m: Machine, value: Arr, args: Args, node: Node) -> Value:
    items, rest = value.items, value.rest
    if len(args) > 1:
        total = at(args, 1)
    elif items:
        total, items = items[0], items[1:]
    else:
        total = rest if rest is not NOTHING else None
    for item in items[:ONE_BY_ONE]:
        total = m.call(at(args, 0), (total, item, data("an index")), node)
    if rest is not NOTHING:
        for _ in range(2):
            now = total
            more = m.once(at(args, 0), (now, rest, data("an index")), node)
            total = join([total, more])
    return total


def _push(m: Machine, value: Arr, args: Args, _node: Node) -> Value:
    added = [arg for arg in args if not isinstance(arg, Spread)]
    if value.rest is NOTHING:
        m.write(value, ITEMS, (*value.items, *added))
    more = [arg.value for arg in args if isinstance(arg, Spread)]
    if value.rest is not NOTHING:
        more += [value.rest, *added]
    if more:
        m.write(value, REST, join(more))
    return data("a length")


def _unshift(m: Machine, value: Arr, args: Args, _node: Node) -> Value:
    added = [arg for arg in args if not isinstance(arg, Spread)]
    m.write(value, ITEMS, (*added, *value.items))
    return data("a length")


def _take(last: bool) -> Method:
    def run(m: Machine, value: Arr, _args: Args, _node: Node) -> Value:
        items = value.items
        if value.rest is not NOTHING or not items:
            return join(value.all()) if value.all() else None
        m.write(value, ITEMS, items[:-1] if last else items[1:])
        return items[-1] if last else items[0]

    return run


def _concat(m: Machine, value: Arr, args: Args, node: Node) -> Value:
    items, rest = list(value.items), value.rest
    for arg in args:
        more, other = m.elements(arg, node) if isinstance(arg, Arr) else ((arg,), NOTHING)
        if not isinstance(arg, Arr) and reason(arg).name != "a value":
            more, other = (), arg
        if rest is NOTHING:
            items.extend(more)
            rest = other
        else:
            rest = join([rest, *more, *([] if other is NOTHING else [other])])
    return Arr(items, rest)


def _flat(m: Machine, value: Arr, _args: Args, node: Node) -> Value:
    items: list[Value] = []
    rest: list[Value] = []
    for item in value.items:
        more, other = m.elements(item, node) if isinstance(item, Arr) else ((item,), NOTHING)
        items.extend(more)
        rest.extend([] if other is NOTHING else [other])
    if value.rest is not NOTHING:
        more, other = m.elements(value.rest, node)
        rest.extend(more if other is NOTHING else (*more, other))
    return Arr(items, join(rest) if rest else NOTHING)


def _slice(_m: Machine, value: Arr, args: Args, _node: Node) -> Value:
    start, end = (at(args, i) for i in (0, 1))
    plain = all(one is None or isinstance(one, int) for one in (start, end))
    if plain and value.rest is NOTHING:
        return Arr(value.items[start:end])
    return Arr((), join(value.all()) if value.all() else NOTHING)


def _join(_m: Machine, value: Arr, args: Args, _node: Node) -> Value:
    separator = "," if at(args, 0) is None else as_text(at(args, 0))
    if value.rest is NOTHING:
        return joined_text(value.items, separator)
    return reason(value.rest, otherwise="a joined text")


def _includes(_m: Machine, value: Arr, args: Args, _node: Node) -> Value:
    answers = [equal(item, at(args, 0)) for item in value.items]
    if True in answers:
        return True
    if None in answers or value.rest is not NOTHING:
        return reason(at(args, 0), otherwise="a condition")
    return False


def _same(_m: Machine, value: Arr, _args: Args, _node: Node) -> Value:
    return value


def _reverse(_m: Machine, value: Arr, _args: Args, _node: Node) -> Value:
    return Arr(value.items[::-1], value.rest)


def _sort(m: Machine, value: Arr, args: Args, node: Node) -> Value:
    if at(args, 0) is not None and value.all():
        m.once(at(args, 0), (join(value.all()), join(value.all())), node)
    return Arr((), join(value.all()) if value.all() else NOTHING)


def _entries(_m: Machine, value: Arr, _args: Args, _node: Node) -> Value:
    pairs = [Arr((index, item)) for index, item in enumerate(value.items)]
    return Arr(pairs, NOTHING if value.rest is NOTHING else Arr((data("an index"), value.rest)))


def _at_index(m: Machine, value: Arr, args: Args, node: Node) -> Value:
    index = at(args, 0)
    if isinstance(index, int) and value.rest is NOTHING and -len(value.items) <= index < 0:
        return value.items[index]
    return m.element(value, index, node)


def _fill(m: Machine, value: Arr, args: Args, _node: Node) -> Value:
    return Arr([at(args, 0)] * len(value.items), value.rest if not args else at(args, 0))


ARRAY_METHODS: dict[str, Method] = {
    "map": _map,
    "flatMap": _flat_map,
    "forEach": _for_each,
    "filter": _filter,
    "find": _find,
    "findLast": _find,
    "findIndex": _some,
    "some": _some,
    "every": _some,
    "reduce": _reduce,
    "reduceRight": _reduce,
    "push": _push,
    "unshift": _unshift,
    "pop": _take(True),
    "shift": _take(False),
    "concat": _concat,
    "flat": _flat,
    "slice": _slice,
    "join": _join,
    "includes": _includes,
    "reverse": _reverse,
    "toReversed": _reverse,
    "sort": _sort,
    "toSorted": _sort,
    "entries": _entries,
    "values": _same,
    "keys": lambda *_: Arr((), data("an index")),
    "at": _at_index,
    "fill": _fill,
    "add": _push,
    "has": _includes,
    "splice": lambda m, v, a, n: Arr((), join(v.all()) if v.all() else NOTHING),
    "toString": _join,
}
"""A Set is an array here: `add` and `has` are its methods."""

BY_ELEMENT = frozenset(
    "map forEach filter find findIndex findLast some every flatMap reduce sort".split()
)
"""The methods that call back with an element, whatever has them."""
