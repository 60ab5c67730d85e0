"""Between the interpreter and the SDK's model: values to parameters, calls to sightings."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from urllib.parse import unquote

from remit.core.call import Call, Param
from remit.core.text import Hole, HoleKind, Text
from remit.scan import sdk
from remit.scan.javascript.external import short
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.operators import as_text
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import (
    KEYS,
    NOTHING,
    Arr,
    Environ,
    Module,
    Obj,
    Value,
    nothing,
    something,
)
from remit.scan.join import join
from remit.scan.record import sighting
from remit.scan.sdk.charge import charge as charged
from remit.scan.sdk.objects import Connection, SdkObject
from remit.scan.values import Absent, Blank, OneOf, alternatives, code

MOST = 16
"""How many choices of alternatives one call is split into."""
DEEPEST = 12
OTHERWISE = frozenset({"IndexName", "VersionId"})
"""Parameters with which another permission is asked for, not one more: if they may be missing, the
call without them is one of its own."""


def charge(
    m: Machine, connection: Connection, operation: str, params: Value, via: str, node: Node
) -> Value:
    """One call of `operation`, once for each choice of alternatives; its value is the response."""
    results = []
    for chosen, more in _requests(params):
        if "CopySource" in chosen:
            chosen["CopySource"] = _decoded(chosen["CopySource"])
        outcome = charged(connection, operation, chosen, via=via, open_params=more)
        if outcome.foreign is not None:
            m.recorder.foreign.add(node.span)
        for made in outcome.calls:
            _record(m, made, node)
        results.append(outcome.value)
    return join(results)


def _decoded(source: Param) -> Param:
    """What an object is copied from: URL-encoded here, and perhaps with a slash before it.

    Source: S3 API Reference, CopyObject, `x-amz-copy-source`. (botocore encodes by itself.)
    """
    if not isinstance(source, (str, Text)):
        return source
    parts = [unquote(p) if isinstance(p, str) else p for p in Text.of(source).parts]
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].removeprefix("/")
    plain = Text.of(*parts)
    return plain if plain.literal is None else plain.literal


def _record(m: Machine, made: sdk.SdkCall, node: Node) -> None:
    m.saw(
        sighting(
            Call(
                service=made.service,
                operation=made.operation,
                params={name: _named(m, value) for name, value in made.params.items()},
                span=node.span,
                path=m.path(),
                open_params=made.open_params,
                region=made.region,
                hangs_on=tuple(dict.fromkeys((*m.settings, *made.hangs_on))),
                swallowed=m.handlers[-1] if m.handlers else None,
                at_import=m.importing,
                via=made.via,
                extra=made.extra,
            )
        )
    )


def untold(m: Machine, node: Node, why: str) -> Value:
    """A call that looks like the SDK's and cannot be named."""
    function = node.field("function") or node.field("constructor") or node
    m.missed(node, short(function), why)
    return code(f"{short(function)}()")


def _named(m: Machine, value: Param) -> Param:
    """Fill holes that the project's settings name."""
    if isinstance(value, Hole):
        return m.values.get(value.name, value)
    if isinstance(value, Text) and m.values:
        parts = (m.values.get(p.name, p) if isinstance(p, Hole) else p for p in value.parts)
        filled = Text.of(*parts)
        return filled if filled.literal is None else filled.literal
    return value


def _requests(params: Value) -> Iterator[tuple[dict[str, Param], bool]]:
    """The parameters of each request that `params` may be, and whether there may be more."""
    for one in itertools.islice(expanded(params), MOST):
        if nothing(one):
            yield {}, False
        elif not isinstance(one, Obj):
            yield {}, True
        else:
            given = {k: param(v) for k, v in one.known().items() if not nothing(v)}
            items = one.slots.get("RequestItems")
            tables = items.slots.get(KEYS, ()) if isinstance(items, Obj) else ()
            if not tables:
                yield given, one.rest is not NOTHING
            for table in tables:  # no parameter has such a key: the catalog takes it by this name
                rest = code("the items of the request")
                yield {**given, "TableName": param(table), "RequestItems": rest}, False


def expanded(value: Value) -> Iterator[Value]:
    """The alternatives of a value; of an object, those of its properties."""
    for one in something(value) or [None]:
        if not isinstance(one, Obj):
            yield one
            continue
        open_ones = {k: v for k, v in one.known().items() if isinstance(v, OneOf)}
        if not open_ones:
            yield one
            continue
        options = [
            (something(v) or [None]) if k not in OTHERWISE else list(alternatives(v))
            for k, v in open_ones.items()
        ]
        for chosen in itertools.islice(itertools.product(*options), MOST):
            yield Obj({**one.slots, **dict(zip(open_ones, chosen, strict=True))})


def param(value: Value, depth: int = 0) -> Param:
    """A value as a parameter of a call: plain where known, holes elsewhere."""
    if isinstance(value, Absent):
        return Hole(HoleKind.ENV, value.name)
    if isinstance(value, Blank):
        return Hole(HoleKind.ENV, value.variable)
    if nothing(value):
        return None
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (str, Text, Hole)):
        return _plain(value)
    if isinstance(value, SdkObject):
        return sdk.as_param(value)
    if depth > DEEPEST:
        return code("a deep structure")
    if isinstance(value, Arr):
        items = [param(item, depth + 1) for item in value.items]
        return items if value.rest is NOTHING else [*items, code("more elements")]
    if isinstance(value, Obj) and value.cls is None:
        known = {k: param(v, depth + 1) for k, v in value.known().items() if not nothing(v)}
        return known if value.rest is NOTHING or known else code("an object")
    if isinstance(value, OneOf):
        held = something(value)
        return param(held[0], depth) if len(held) == 1 else code("one of many values")
    if isinstance(value, (Environ, Module)):
        return code(value.name)
    found = as_text(value)
    return found if isinstance(found, (str, Hole)) else code("a value")


def _plain(value: str | Text | Hole) -> Param:
    return value


def literal(value: Value) -> str | None:
    """The string that a value is, when all of it is known."""
    held = alternatives(value)
    return value if len(held) == 1 and isinstance(value, str) else None
