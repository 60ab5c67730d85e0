"""Expressions to values: a table with one function for each kind of node. Nothing is guessed.

What is not known stays a symbol; what Terraform would refuse raises Fault.
Source: HCL native syntax specification; Terraform language, expressions/*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from remit.core.span import Span
from remit.core.text import Text
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
    Piece,
    References,
    Repeat,
    Splat,
    Template,
    Unary,
)
from remit.deploy.terraform.operations import (
    attribute,
    computed,
    element,
    equal,
    leaf_names,
    number,
    of_same_key,
    pairs,
    rounds,
    size,
    truth,
)
from remit.deploy.terraform.run import MAX_DEPTH
from remit.deploy.terraform.scope import Closed, Scope
from remit.deploy.terraform.shaped import Context, Render
from remit.deploy.terraform.texts import Writing
from remit.deploy.terraform.values import Fault, Open, Value, of_text


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
        return element(base.data, int(name), node.span)
    return attribute(base, name, node.span, scope)


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
    return Value(computed(node.operator, one, other, node.span), node.span)


def _logical(node: Binary, scope: Scope) -> Value:
    """`&&` and `||`: one operand may decide alone, even when the other is not known."""
    deciding = node.operator == "||"
    known = [truth(evaluate(side, scope)) for side in (node.left, node.right)]
    if deciding in known:
        return Value(deciding, node.span)
    return (
        scope.unknown("a condition", node.span) if None in known else Value(not deciding, node.span)
    )


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


def _for(node: For, scope: Scope) -> Value:
    collection = pairs(evaluate(node.collection, scope), node.collection.span)
    if collection is None:
        return scope.unknown("a collection", node.span)
    listed: list[Value] = []
    mapped: dict[str, Value] = {}
    for inner in rounds(node.key, node.value, collection, scope):
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


# --- templates ----------------------------------------------------------------------------------


def _template(node: Template, scope: Scope) -> Value:
    if len(node.parts) == 1 and not isinstance(node.parts[0], Piece | Choice | Repeat):
        return evaluate(node.parts[0], scope)  # "${x}" is x itself, of any type
    writing = Writing(evaluate)
    text = Text.of(*writing.texts(node.parts, scope))
    return of_text(text, node.span, tuple(writing.pieces))


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
    scope.module.run.step(node.span, sum(size(one) for one in arguments))
    context = Context(scope.module.run, scope.module.folder, node.span, _render(scope))
    try:
        found = functions.call(node.name, arguments, context)
    except Open:
        found = None
    if found is None:
        return scope.unknown(f"{node.name}()", node.span)
    scope.module.run.step(node.span, size(found))
    return found


def _render(scope: Scope) -> Render:
    """Evaluates a template file with its own variables and no others (`templatefile`)."""

    def render(node: Template, names: Mapping[str, Value]) -> Value:
        return evaluate(node, Scope(Closed(scope.module), names))

    return render


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


def _named(name: str, span: Span, scope: Scope) -> Value:
    """The value of a dotted name; of a resource with instances the one of the same key."""
    first, *rest = name.replace("]", "").replace("[", ".").split(".")
    value = scope.module.root(first, span)
    for part in rest:
        value = of_same_key(attribute(value, part.strip('"'), span, scope), scope)
    return value


_SPECIAL: Mapping[str, Callable[[Call, Scope], Value]] = {"try": _try, "can": _can}
_TABLE: Mapping[type, Callable[[Any, Scope], Value]] = {
    Literal: _literal, Name: _name, Attr: _attr, Index: _index, Splat: _splat, Unary: _unary,
    Binary: _binary, Conditional: _conditional, Items: _items, Object: _object, For: _for,
    Template: _template, Call: _call, References: _references,
}  # fmt: skip
