"""ContextEntries: the context keys of a simulation, each with the type that its sender says.

A list is a multivalued key also with one element, and a single value is none, whatever the key
(8.3; recording A [O]). Texts of refusals are those of recording A's notes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from remit.app.simulator.errors import invalid
from remit.core.request import Value
from remit.engine import values

_LIST = "List"


def read(entries: Iterable[Mapping[str, Any]]) -> dict[str, Value]:
    """The keys and values, as spelled. Raises SimulationError."""
    found: dict[str, Value] = {}
    seen: set[str] = set()
    for entry in entries:
        if not entry:
            continue
        name, value = _entry(entry)
        if name.lower() in seen:
            raise invalid(f"Duplicate context key: {name}.")
        seen.add(name.lower())
        found[name] = value
    return found


def _entry(entry: Mapping[str, Any]) -> tuple[str, Value]:
    name, listed = entry.get("ContextKeyName"), entry.get("ContextKeyValues") or ()
    kind = entry.get("ContextKeyType")
    if not name:
        raise invalid("ContextKeyName cannot be null or empty.")
    if kind is None:
        raise invalid(f"Context key {name} has invalid type null.")
    if not listed:
        raise invalid(f"Context values for context key {name} cannot be null or empty.")
    several = kind.endswith(_LIST)
    if not several and len(listed) != 1:
        message = f"Context key {name} expected a single value, but received {len(listed)}."
        raise invalid(message)
    read_one, expected = _KINDS[kind.removesuffix(_LIST)]
    made = tuple(map(read_one, listed))
    if any(one is None for one in made):
        raise invalid(f"Invalid context value for key {name}: expected {expected}.")
    told = tuple(one for one in made if one is not None)
    return name, told if several else told[0]


def _kept(read_value: Callable[[str], object]) -> Callable[[str], str | None]:
    """The text as it is, None where it is no such value."""
    return lambda text: None if read_value(text) is None else text


def _truth(text: str) -> str:
    """Every text is a boolean: `true` in any letter case, else false (2.2 [O])."""
    return "true" if values.truth(text) else "false"


def _decoded(text: str) -> str | None:
    """What base64 stands for: conditions compare the bytes. Those that are no UTF-8 no request of
    remit's can hold: the text stays, and matches nothing."""
    raw = values.binary(text)
    if raw is None:
        return None
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return text


# How a value of each type is read, and what AWS says it expected.
_KINDS: Mapping[str, tuple[Callable[[str], str | None], str]] = {
    "string": (str, ""),
    "numeric": (_kept(values.number), "numeric format"),
    "boolean": (_truth, ""),
    "ip": (_kept(values.address), "IP address"),
    "binary": (_decoded, "base-64 encoded binary format"),
    "date": (_kept(values.instant), "DateTime format"),
}
