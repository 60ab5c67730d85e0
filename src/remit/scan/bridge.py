"""Between the interpreter and the SDK's model: values to parameters, outcomes to sightings."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from remit.core.call import Call, Param, PartialDict
from remit.core.span import Span
from remit.core.text import Hole, HoleKind, Text
from remit.scan import sdk
from remit.scan.join import join
from remit.scan.record import sighting
from remit.scan.text import piece
from remit.scan.values import (
    Absent,
    Arguments,
    Blank,
    DictV,
    InstanceV,
    ListV,
    OneOf,
    Value,
    alternatives,
    code,
)

if TYPE_CHECKING:
    from remit.scan.machine import Machine

MOST = 16
"""How many choices of alternatives one call is split into."""
DEEPEST = 12


def is_sdk(value: Value) -> bool:
    """Whether the SDK's model knows what this value does."""
    return isinstance(value, sdk.SdkObject)


def attribute(machine: Machine, owner: Value, name: str, node: ast.AST) -> Value:
    """An attribute of an SDK object."""
    return _settle(machine, sdk.attribute(owner, name), node)


def call(machine: Machine, owner: Value, arguments: Arguments, node: ast.AST) -> Value:
    """A call of an SDK object, once for each choice of alternatives in its arguments."""
    results = []
    for positional, keywords in _tables(_choices(arguments)):
        given = sdk.Arguments(
            tuple(_argument(machine, value) for value in positional),
            {name: _keyword(machine, name, value) for name, value in keywords.items()},
            arguments.open,
        )
        results.append(_settle(machine, sdk.call(owner, given), node))
    return join(results)


def subscript(machine: Machine, owner: Value, key: Value, node: ast.AST) -> Value:
    """`owner[key]`."""
    return _settle(machine, sdk.subscript(owner, param(machine, key)), node)


def iterate(machine: Machine, owner: Value, node: ast.AST) -> Value:
    """One element of an SDK object."""
    return _settle(machine, sdk.iterate(owner), node)


def enter(machine: Machine, owner: Value, node: ast.AST) -> Value:
    """What `with owner as x` binds."""
    return _settle(machine, sdk.enter(owner), node)


def module_attribute(machine: Machine, dotted: str, node: ast.AST) -> Value:
    """A name of boto3 or botocore; `...` when the SDK's model does not know it."""
    module, _, name = dotted.rpartition(".")
    outcome = sdk.module_attribute(module, name, machine.session)
    return ... if outcome is None else _settle(machine, outcome, node)


def _settle(machine: Machine, outcome: sdk.Outcome, node: ast.AST) -> Value:
    """Record what the outcome says was called; its value."""
    span = machine.span(node)
    if outcome.default_session is not None:
        machine.session = outcome.default_session
    if outcome.foreign is not None:
        machine.recorder.foreign.add(span)
    if outcome.unattributed is not None:
        machine.recorder.missed(span, ast.unparse(node)[:120], outcome.unattributed)
    for made in outcome.calls:
        machine.saw(
            sighting(
                Call(
                    service=made.service,
                    operation=made.operation,
                    params={name: _named(machine, value) for name, value in made.params.items()},
                    span=span,
                    path=machine.path(),
                    open_params=made.open_params,
                    region=made.region,
                    hangs_on=tuple(dict.fromkeys((*machine.settings, *made.hangs_on))),
                    swallowed=_hidden(machine, made, span),
                    at_import=machine.importing,
                    via=made.via,
                    extra=made.extra,
                )
            )
        )
    return _value(outcome.value)


def _hidden(machine: Machine, made: sdk.SdkCall, span: Span) -> Span | None:
    """The clause that hides a denial of this call; boto3 itself hides some of its own."""
    if "denial_hidden" in made.extra:
        return span
    return machine.handlers[-1] if machine.handlers else None


def _value(value: Any) -> Value:
    if isinstance(value, dict):
        return DictV({key: _value(item) for key, item in value.items()})
    if isinstance(value, (list, tuple)):
        return ListV([_value(item) for item in value])
    return value


def _named(machine: Machine, value: Param) -> Param:
    """Fill holes that the project's settings name."""
    if isinstance(value, Hole):
        return machine.values.get(value.name, value)
    if isinstance(value, Text):
        filled = Text.of(*(_named(machine, p) if isinstance(p, Hole) else p for p in value.parts))  # type: ignore[arg-type]  # a hole is filled by a string or stays
        return filled if filled.literal is None else filled.literal
    return value


def _argument(machine: Machine, value: Value) -> Any:
    return value if is_sdk(value) else param(machine, value)


_OPTIONAL = frozenset({"endpoint_url", "region_name", "profile_name", "api_version", "config"})


def _keyword(machine: Machine, name: str, value: Value) -> Any:
    """An absent variable means the default, as None does, where the SDK has one. For keys it does
    not: code that passes keys means to have them, wherever they are set."""
    if name in _OPTIONAL and isinstance(value, (Absent, Blank)):
        return None
    return _argument(machine, value)


def param(machine: Machine, value: Value, depth: int = 0) -> Param:
    """A value as a parameter of a call: plain where known, holes elsewhere."""
    if is_sdk(value):
        return sdk.as_param(value)
    if isinstance(value, Absent):
        return Hole(value.kind, value.name, value.span)
    if isinstance(value, Blank):
        return Hole(HoleKind.ENV, value.variable)
    if isinstance(value, (str, bytes, int, float, bool, type(None), Text, Hole)):
        return value
    if depth > DEEPEST:
        return code("a deep structure")
    if isinstance(value, ListV):
        items = [param(machine, item, depth + 1) for item in value.items]
        return [*items, code("more elements")] if value.open else items
    if isinstance(value, DictV):
        known = {str(k): param(machine, v, depth + 1) for k, v in value.items.items()}
        if not value.open:
            return known
        return PartialDict(known) if known else code("a dict")
    if isinstance(value, OneOf):
        return code("one of many values")
    if isinstance(value, InstanceV) and "value" in value.attrs:
        return param(machine, value.attrs["value"], depth + 1)
    found = piece(value)
    return found if isinstance(found, (str, Hole)) else code("a value")


_Choice: TypeAlias = tuple[tuple[Value, ...], Mapping[str, Value]]


def _choices(arguments: Arguments) -> Iterable[_Choice]:
    names = list(arguments.keywords)
    count = len(arguments.positional)
    options = [_expand(value) for value in arguments.all()]
    for chosen in itertools.islice(itertools.product(*options), MOST):
        yield tuple(chosen[:count]), dict(zip(names, chosen[count:], strict=True))


def _tables(choices: Iterable[_Choice]) -> Iterable[_Choice]:
    """`RequestItems={name: ...}` where `name` is known in part: parameters have no such keys, so
    the catalog takes it as `TableName`."""
    for positional, keywords in choices:
        items = keywords.get("RequestItems")
        if not isinstance(items, DictV) or not items.keys:
            yield positional, keywords
            continue
        for key in items.keys:
            for one in alternatives(key):
                rest = code("the items of the request")
                yield positional, {**keywords, "TableName": one, "RequestItems": rest}


def _expand(value: Value) -> list[Value]:
    """The alternatives of a value; for a dict, those of its entries (the params of a call)."""
    if isinstance(value, OneOf):
        return [one for one in alternatives(value) if one is not None] or [None]
    if isinstance(value, DictV) and any(isinstance(v, OneOf) for v in value.items.values()):
        names = list(value.items)
        choices = itertools.product(*(_expand(v) for v in value.items.values()))
        return [
            DictV(dict(zip(names, chosen, strict=True)), value.rest)
            for chosen in itertools.islice(choices, MOST)
        ]
    return [value]
