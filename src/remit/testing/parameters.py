"""The parameters of a call, as values that can be kept: no streams, no bodies, nothing changed.

What the catalog looks at are names and ARNs. `needed_only` leaves those parameters of which the
needed permissions hang, found by leaving each out in turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite

from remit.catalog.needs import needs
from remit.core.call import Call, Param, Place
from remit.core.text import Hole, HoleKind

_DEEPEST = 50
_LONGEST_TEXT = 64 * 1024
"""Characters. Names are short; what is longer is a body."""


def plain(params: Mapping[str, object]) -> dict[str, Param]:
    """`params` as a call has them. What is neither text nor number nor a collection of them (a
    stream, a date, bytes) is a hole, named after its parameter."""
    return {str(name): _plain(value, str(name), 0) for name, value in params.items()}


def _plain(value: object, name: str, depth: int) -> Param:
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else Hole(HoleKind.DATA, name)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and isfinite(value):  # JSON has no others
        return value
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {str(key): _plain(one, str(key), depth + 1) for key, one in value.items()}
    if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [_plain(one, name, depth + 1) for one in value]
    return Hole(HoleKind.DATA, name)


def needed_only(call: Call, place: Place) -> dict[str, Param]:
    """The parameters of `call` on which its needs hang, nested ones too."""
    kept = _without(call, place, dict(call.params), ())
    return kept if isinstance(kept, dict) else {}


def _without(call: Call, place: Place, value: Param, path: tuple[str | int, ...]) -> Param:
    """`value`, which stands at `path`, without those of its parts that change nothing."""
    if isinstance(value, Hole):
        return None
    if isinstance(value, dict):
        for name in list(value):
            fewer = {key: one for key, one in value.items() if key != name}
            if _same(call, _put(call, path, fewer), place):
                value, call = fewer, _put(call, path, fewer)
        for name in list(value):
            value[name] = _without(call, place, value[name], (*path, name))
            call = _put(call, path, value)
    elif isinstance(value, list):
        value = [_without(call, place, one, (*path, at)) for at, one in enumerate(value)]
    return value


def _same(one: Call, other: Call, place: Place) -> bool:
    return needs(one, place) == needs(other, place)


def _put(call: Call, path: tuple[str | int, ...], value: Param) -> Call:
    """`call` with `value` at `path`."""
    whole = _replaced(dict(call.params), path, value)
    return replace(call, params=whole if isinstance(whole, dict) else {})


def _replaced(holder: Param, path: tuple[str | int, ...], value: Param) -> Param:
    if not path:
        return value
    step, *rest = path
    if isinstance(holder, dict) and isinstance(step, str):
        return {**holder, step: _replaced(holder[step], tuple(rest), value)}
    if isinstance(holder, list) and isinstance(step, int):
        return [
            _replaced(one, tuple(rest), value) if at == step else one
            for at, one in enumerate(holder)
        ]
    return holder
