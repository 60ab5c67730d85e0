"""Expressions to values: a table with one function for each kind of node. Nothing is guessed.

What is not known stays a symbol; what Terraform would refuse raises Fault.
Source: HCL native syntax specification; Terraform language, expressions/*.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from remit.core.span import Span
from remit.core.text import Hole, Text
from remit.deploy.terraform import functions
from remit.deploy.terraform.nodes import (
    ITEM,
    Attr,
    Binary,
    Call,
    Choice,
    Conditional,
    Expression,
    For,
    Index,
    Items,
    Literal,
    Name,
    Object,
    Part,
    Piece,
    References,
    Repeat,
    Splat,
    Template,
    Unary,
)
from remit.deploy.terraform.run import MAX_DEPTH, Run
from remit.deploy.terraform.values import (
    Fault,
    Open,
    Value,
    encoded,
    of_text,
    plain,
    scalar,
    wrapped,
)


class Module(Protocol):
    """What an evaluation asks of the module in which the expression stands."""

    @property
    def run(self) -> Run:
        """The state of the stage."""
        ...

    @property
    def address(self) -> str:
        """`module.name`, empty for the root."""
        ...

    @property
    def folder(self) -> str:
        """Where its files are."""
        ...

    @property
    def modelled(self) -> bool:
        """Whether it is a model of a module that is not in the tree (models.py)."""
        ...

    def root(self, name: str, span: Span) -> Value:
        """`var`, `local`, `data`, `path`, a resource type, ... Raises Fault."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: its module and the names of `for`, `each`, `count`, `self`."""

    module: Module
    names: Mapping[str, Value] = field(default_factory=dict)

    def with_names(self, names: Mapping[str, Value]) -> Scope:
        """The scope with some names more."""
        return replace(self, names={**self.names, **names})

    def unknown(self, what: str, span: Span) -> Value:
        """A symbol for an expression: what it is and where, so that no other has its name."""
        file = span.file.rpartition("/")[2]
        own = [
            str(self.names[key].literal) for key in ("each.key", "count.index") if key in self.names
        ]
        name = f"{what} in {file} line {span.line} column {span.column}"
        if self.module.address:
            name += f" of {self.module.address}"
        loops = [
            f"{key}={value.literal}"
            for key, value in self.names.items()
            if value.literal is not None and key not in ("each.key", "count.index")
        ]
        for one in (*own, *loops):
            name += f" for {one}"
        return self.module.run.unknown(name, span)


def evaluate(expression: Expression, scope: Scope) -> Value:
    """The value of an expression. Raises Fault."""
    run = scope.module.run
    run.step(expression.span)
    if run.depth >= MAX_DEPTH:
        raise Fault(expression.span, f"references nest deeper than {MAX_DEPTH} levels")
    run.depth += 1
    try:
        return _TABLE[type(expression)](expression, scope)
    finally:
        run.depth -= 1


def _literal(node: Literal, _scope: Scope) -> Value:
    return Value(node.value, node.span)


# --- references ---------------------------------------------------------------------------------


def _name(node: Name, scope: Scope) -> Value:
    found = scope.names.get(node.name)
    return found if found is not None else scope.module.root(node.name, node.span)


def _attr(node: Attr, scope: Scope) -> Value:
    if isinstance(node.base, Name) and f"{node.base.name}.{node.name}" in scope.names:
        return scope.names[f"{node.base.name}.{node.name}"]  # each.key, count.index
    return attribute(evaluate(node.base, scope), node.name, node.span, scope)


def attribute(base: Value, name: str, span: Span, scope: Scope) -> Value:
    """`base.name`. Raises Fault."""
    hole, data = base.hole, base.data
    if hole is not None:
        return scope.module.run.unknown(f"{hole.name}.{name}", span)
    if isinstance(data, Mapping):
        if name not in data:
            raise Fault(span, f"there is no `{name}` in this object")
        return data[name]
    if isinstance(data, tuple):
        if name.isdecimal():
            return _at(data, int(name), span)
        raise Fault(span, f"a list has no `{name}`; name one of its elements")
    if data is None or isinstance(data, str | bool | int | float | Text):
        raise Fault(span, f"there is no `{name}` in {'null' if data is None else 'a plain value'}")
    return data.attribute(name, span)


def _index(node: Index, scope: Scope) -> Value:
    base, key = evaluate(node.base, scope), evaluate(node.key, scope)
    hole = base.hole
    name = key.literal
    if hole is not None:
        return scope.module.run.unknown(f"{hole.name}[{name}]", node.span)
    if name is None:
        return scope.unknown("an element", node.span)
    if isinstance(base.data, tuple):
        if not name.lstrip("-").isdecimal():
            raise Fault(node.span, f"`{name}` is no index of a list")
        return _at(base.data, int(name), node.span)
    return attribute(base, name, node.span, scope)


def _at(items: tuple[Value, ...], index: int, span: Span) -> Value:
    if not 0 <= index < len(items):
        raise Fault(span, f"there is no element {index}: the list has {len(items)}")
    return items[index]


def _splat(node: Splat, scope: Scope) -> Value:
    base = evaluate(node.base, scope)
    hole = base.hole
    if hole is not None:
        return scope.unknown("the elements", node.span)
    if base.data is None:
        return Value((), node.span)
    if isinstance(base.data, tuple):
        items = base.data
    elif isinstance(base.data, Mapping) and base.ref:
        items = tuple(base.data.values())  # legacy: instances of a resource with for_each
    else:
        items = (base,)
    found = tuple(evaluate(node.each, scope.with_names({ITEM: item})) for item in items)
    return Value(found, node.span)


# --- operators ----------------------------------------------------------------------------------

_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "%": lambda left, right: left - right * int(left / right),
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip


def number(value: Value) -> int | float | None:
    """The number, also of a string that holds one; None when it is not known. Raises Fault."""
    data = value.data
    if isinstance(data, bool) or (data is None):
        raise Fault(value.span, "a number is needed here")
    if isinstance(data, int | float):
        return data
    if isinstance(data, Text):
        return None
    if isinstance(data, str) and len(data) < 400:
        try:
            return int(data) if data.lstrip("-").isdecimal() else float(data)
        except ValueError:
            pass
    raise Fault(value.span, "a number is needed here")


def truth(value: Value) -> bool | None:
    """The boolean, also of a string that holds one; None when it is not known. Raises Fault."""
    data = value.data
    if isinstance(data, bool):
        return data
    if isinstance(data, Text):
        return None
    if data in ("true", "false"):
        return data == "true"
    raise Fault(value.span, "`true` or `false` is needed here")


def _unary(node: Unary, scope: Scope) -> Value:
    value = evaluate(node.operand, scope)
    if node.operator == "!":
        known = truth(value)
        return scope.unknown("not", node.span) if known is None else Value(not known, node.span)
    found = number(value)
    return scope.unknown("minus", node.span) if found is None else Value(-found, node.span)


def _binary(node: Binary, scope: Scope) -> Value:
    if node.operator in ("&&", "||"):
        return _logical(node, scope)
    left, right = evaluate(node.left, scope), evaluate(node.right, scope)
    if node.operator in ("==", "!="):
        same = equal(left, right)
        if same is None:
            return scope.unknown("a comparison", node.span)
        return Value(same is (node.operator == "=="), node.span)
    one, other = number(left), number(right)
    if one is None or other is None:
        return scope.unknown("a number", node.span)
    try:
        found = _ARITHMETIC[node.operator](one, other)
    except (ZeroDivisionError, OverflowError):
        raise Fault(node.span, "this number can't be computed") from None
    if isinstance(found, float) and found.is_integer() and abs(found) < 1e15:
        found = int(found)
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) > 10**400:
        raise Fault(node.span, "this number is too large")
    return Value(found, node.span)


def _logical(node: Binary, scope: Scope) -> Value:
    """`&&` and `||`: one operand may decide alone, even when the other is not known."""
    deciding = node.operator == "||"
    known = [truth(evaluate(side, scope)) for side in (node.left, node.right)]
    if deciding in known:
        return Value(deciding, node.span)
    return (
        scope.unknown("a condition", node.span) if None in known else Value(not deciding, node.span)
    )


def equal(left: Value, right: Value) -> bool | None:
    """Whether two values are the same; None when that can't be told."""
    if left.data is None or right.data is None:
        other = right if left.data is None else left
        if other.data is None:
            return True
        return None if other.hole is not None else False
    try:
        one, other_data = plain(left), plain(right)
    except Open:
        text, other_text = left.text, right.text
        same = text is not None and text == other_text
        return True if same else None
    if isinstance(one, bool) is not isinstance(other_data, bool):
        return False
    return one == other_data


def _conditional(node: Conditional, scope: Scope) -> Value:
    known = truth(evaluate(node.condition, scope))
    if known is not None:
        return evaluate(node.then if known else node.otherwise, scope)
    made = []
    for branch in (node.then, node.otherwise):
        try:
            made.append(evaluate(branch, scope))
        except Fault:
            return scope.unknown("a condition's value", node.span)
    if equal(made[0], made[1]):
        return made[0]
    return scope.unknown("a condition's value", node.span)


# --- collections --------------------------------------------------------------------------------


def _items(node: Items, scope: Scope) -> Value:
    return Value(tuple(evaluate(item, scope) for item in node.items), node.span)


def _object(node: Object, scope: Scope) -> Value:
    found: dict[str, Value] = {}
    for key, expression in node.entries:
        name = evaluate(key, scope).literal
        if name is None:
            return scope.unknown("an object", node.span)
        found[name] = evaluate(expression, scope)
    return Value(found, node.span)


def pairs(value: Value, span: Span) -> list[tuple[Value, Value]] | None:
    """Keys and elements of a collection; None when it is not known. Raises Fault."""
    data = value.data
    if value.hole is not None:
        return None
    if isinstance(data, tuple):
        return [(Value(index, span), item) for index, item in enumerate(data)]
    if isinstance(data, Mapping):
        return [(Value(key, span), data[key]) for key in sorted(data)]
    raise Fault(span, "a list or an object is needed here")


def _for(node: For, scope: Scope) -> Value:
    collection = pairs(evaluate(node.collection, scope), node.collection.span)
    if collection is None:
        return scope.unknown("a collection", node.span)
    listed: list[Value] = []
    mapped: dict[str, Value] = {}
    for inner in _rounds(node.key, node.value, collection, scope):
        if node.condition is not None:
            wanted = truth(evaluate(node.condition, inner))
            if wanted is None:
                return scope.unknown("a collection", node.span)
            if not wanted:
                continue
        result = evaluate(node.result, inner)
        if node.index is None:
            listed.append(result)
            continue
        key = evaluate(node.index, inner).literal
        if key is None:
            return scope.unknown("a collection", node.span)
        if node.group:
            before = mapped.get(key)
            items = before.data if before is not None and isinstance(before.data, tuple) else ()
            result = Value((*items, result), node.span)
        mapped[key] = result
    return Value(tuple(listed) if node.index is None else mapped, node.span)


def _rounds(
    key: str, value: str, collection: list[tuple[Value, Value]], scope: Scope
) -> Iterator[Scope]:
    for index, item in collection:
        names = {value: item, key: index} if key else {value: item}
        yield scope.with_names(names)


# --- templates ----------------------------------------------------------------------------------


def _template(node: Template, scope: Scope) -> Value:
    if len(node.parts) == 1 and not isinstance(node.parts[0], Piece | Choice | Repeat):
        return evaluate(node.parts[0], scope)  # "${x}" is x itself, of any type
    pieces: list[Piece] = []
    text = Text.of(*_texts(node.parts, scope, pieces))
    return of_text(text, node.span, tuple(pieces))


def _texts(
    parts: tuple[Part, ...], scope: Scope, pieces: list[Piece]
) -> Iterator[str | Hole | Text]:
    for part in parts:
        if isinstance(part, Piece):
            pieces.append(part)
            yield part.text
        elif isinstance(part, Choice):
            yield from _chosen(part, scope, pieces)
        elif isinstance(part, Repeat):
            yield from _repeated(part, scope, pieces)
        else:
            yield _interpolated(part, scope, pieces)


def _interpolated(part: Expression, scope: Scope, pieces: list[Piece]) -> Text:
    value = evaluate(part, scope)
    text = value.text
    if text is None:
        raise Fault(part.span, "a text can't hold a list, an object or null")
    scope.module.run.step(part.span, len(text.parts) + len(value.pieces))
    if value.pieces:
        pieces += value.pieces
    else:
        pieces.append(_placed(str(text), part.span, pieces))
    return text


def _placed(text: str, span: Span, pieces: list[Piece]) -> Piece:
    """A piece without a text of its own in the file: it stands where the expression does."""
    from remit.deploy.terraform.places import at

    return Piece(text, at(span), 0, plain=False)


def _chosen(part: Choice, scope: Scope, pieces: list[Piece]) -> Iterator[str | Hole | Text]:
    known = truth(evaluate(part.condition, scope))
    if known is None:
        hole = scope.unknown("a template's choice", part.span)
        pieces.append(_placed(str(hole.text), part.span, pieces))
        yield from (hole.text,) if hole.text else ()
        return
    yield from _texts((part.then if known else part.otherwise).parts, scope, pieces)


def _repeated(part: Repeat, scope: Scope, pieces: list[Piece]) -> Iterator[str | Hole | Text]:
    collection = pairs(evaluate(part.collection, scope), part.collection.span)
    if collection is None:
        hole = scope.unknown("a template's loop", part.span)
        pieces.append(_placed(str(hole.text), part.span, pieces))
        yield from (hole.text,) if hole.text else ()
        return
    for inner in _rounds(part.key, part.value, collection, scope):
        scope.module.run.step(part.span)
        yield from _texts(part.body.parts, inner, pieces)


# --- functions ----------------------------------------------------------------------------------


def _call(node: Call, scope: Scope) -> Value:
    special = _SPECIAL.get(node.name)
    if special is not None:
        return special(node, scope)
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    if node.expand:
        last = arguments.pop()
        if not isinstance(last.data, tuple):
            return scope.unknown(f"{node.name}()", node.span)
        arguments += last.data
    scope.module.run.step(node.span, sum(_size(one) for one in arguments))
    context = functions.Context(scope.module.run, scope.module.folder, node.span, _render(scope))
    try:
        found = functions.call(node.name, arguments, context)
    except Open:
        found = None
    if found is None:
        return scope.unknown(f"{node.name}()", node.span)
    scope.module.run.step(node.span, _size(found))
    return found


def _size(value: Value) -> int:
    data = value.data
    if isinstance(data, tuple | Mapping):
        return len(data)
    return len(data) // 100 if isinstance(data, str) else 1


def _render(scope: Scope) -> functions.Render:
    """Evaluates a template file with its own variables and no others (`templatefile`)."""

    def render(node: Template, names: Mapping[str, Value]) -> Value:
        return evaluate(node, Scope(Closed(scope.module), names))

    return render


@dataclass(frozen=True, slots=True)
class Closed:
    """The module of a template file: no name of the real one is seen in it."""

    module: Module

    @property
    def run(self) -> Run:
        """The same."""
        return self.module.run

    @property
    def address(self) -> str:
        """The same."""
        return self.module.address

    @property
    def folder(self) -> str:
        """The same."""
        return self.module.folder

    @property
    def modelled(self) -> bool:
        """The same."""
        return self.module.modelled

    def root(self, name: str, span: Span) -> Value:
        """Never: templates see their arguments only."""
        raise Fault(span, f"the template uses `{name}`, which it is not given")


def _try(node: Call, scope: Scope) -> Value:
    for argument in node.arguments[:-1]:
        try:
            return evaluate(argument, scope)
        except Fault:
            continue
    if not node.arguments:
        raise Fault(node.span, "`try` needs a value")
    return evaluate(node.arguments[-1], scope)


def _can(node: Call, scope: Scope) -> Value:
    try:
        for argument in node.arguments:
            evaluate(argument, scope)
    except Fault:
        return Value(False, node.span)
    return Value(True, node.span)


# --- plans --------------------------------------------------------------------------------------


def _references(node: References, scope: Scope) -> Value:
    """A symbol that refers to what the expression names, where that is one thing."""
    leaves = leaf_names(node.names)
    found = scope.unknown("an expression", node.span)
    if len(leaves) != 1:
        return found
    try:
        value = _named(leaves[0], node.span, scope)
    except Fault:
        return found
    if leaves[0].endswith(".json") and "aws_iam_policy_document." in leaves[0]:
        return value  # the whole document: nobody makes another text of it
    return replace(found, ref=value.ref)


def leaf_names(names: tuple[str, ...]) -> list[str]:
    """Names without those that are only a part of the name before them, and without loops' own."""
    found: dict[str, None] = {}
    last = ""
    for name in names:
        if not last.startswith((name + ".", name + "[")):
            last = name
            if not name.startswith(("each.", "count.", "path.", "terraform.")):
                found.setdefault(name)
    return list(found)


def _named(name: str, span: Span, scope: Scope) -> Value:
    """The value of a dotted name; of a resource with instances the one of the same key."""
    first, *rest = name.replace("]", "").replace("[", ".").split(".")
    value = scope.module.root(first, span)
    for part in rest:
        value = _of_same_key(attribute(value, part.strip('"'), span, scope), rest, scope)
    return value


def _of_same_key(value: Value, _rest: list[str], scope: Scope) -> Value:
    data = value.data
    if isinstance(data, tuple) and data and data[0].ref:
        index = scope.names.get("count.index")
        at = index.data if index is not None and isinstance(index.data, int) else 0
        return data[at] if at < len(data) and (len(data) == 1 or index is not None) else value
    if isinstance(data, Mapping) and value.ref:
        key = scope.names.get("each.key")
        found = data.get(str(key.literal)) if key is not None else None
        return found if found is not None else value
    return value


_SPECIAL: Mapping[str, Callable[[Call, Scope], Value]] = {"try": _try, "can": _can}
_TABLE: Mapping[type, Callable[[Any, Scope], Value]] = {
    Literal: _literal, Name: _name, Attr: _attr, Index: _index, Splat: _splat, Unary: _unary,
    Binary: _binary, Conditional: _conditional, Items: _items, Object: _object, For: _for,
    Template: _template, Call: _call, References: _references,
}  # fmt: skip

__all__ = [
    "Scope",
    "attribute",
    "encoded",
    "evaluate",
    "number",
    "pairs",
    "scalar",
    "truth",
    "wrapped",
]
