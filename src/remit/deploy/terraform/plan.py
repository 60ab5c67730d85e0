"""A plan as JSON (`terraform show -json`): loaded, and what it knows by address.

Source: Terraform, internals/json-format: format version 1.x and the 0.x before it, which differ in
nothing that is read here. Unknown values are absent from `values` and true in `after_unknown`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from remit.core.span import Problem, Span
from remit.deploy.terraform.configuration import module_body
from remit.deploy.terraform.nodes import Body
from remit.deploy.terraform.resources import Key, with_key
from remit.deploy.terraform.values import Value, wrapped
from remit.syntax.source import DocumentError, Source

Symbol: TypeAlias = "Callable[[str], Value]"
"""Gives the value of which nothing is known, by its path in the resource."""
NEWEST = 1
"""The newest major version of the format that is read."""
_ADDRESS = re.compile(r'"address":\s*+("(?:[^"\\]|\\.)*+")')
_KEYS = re.compile(r"\[[^\]]*+\]")
_MAX_DEPTH = 60


class Plan:
    """One plan. It overlays what the configuration says with what Terraform found out."""

    def __init__(self, data: bytes, file: str) -> None:
        """Raises DocumentError when `data` is no plan that can be read."""
        text = _text(data, file)
        self._source = Source(text, file)
        loaded = _loaded(text, self._source)
        _check_version(loaded, self._source)
        self._offsets = _offsets(text)
        self._values: dict[str, Mapping[str, Any]] = {}
        self._unknown: dict[str, Mapping[str, Any]] = {}
        self._keys: dict[str, list[Key]] = {}
        self._read_values(loaded)
        self._read_changes(loaded)
        self.variables: Mapping[str, Any] = {
            name: _dict(one).get("value") for name, one in _dict(loaded.get("variables")).items()
        }
        configuration = _dict(loaded.get("configuration"))
        self._root: Mapping[str, Any] = _dict(configuration.get("root_module"))
        self._providers: Mapping[str, Any] = _dict(configuration.get("provider_config"))
        self._bodies: dict[str, Body | None] = {}

    # --- what an evaluation asks ----------------------------------------------------------------

    def keys(self, address: str) -> list[Key] | None:
        """The instance keys of a resource or module; a resource that is not planned has none."""
        found = self._keys.get(address)
        if found is not None:
            return found
        last = address.rpartition("module.")[2]
        is_module = address.startswith("module.") and "." not in _KEYS.sub("", last)
        return None if is_module or ".data." in f".{address}" else []

    def attribute(
        self, address: str, name: str, written: Value | None, span: Span, symbol: Symbol
    ) -> Value | None:
        """What is known of an attribute, filled from what is written where it is not."""
        values = self._values.get(address)
        if values is None:
            return None
        unknown = self._unknown.get(address, {}).get(name)
        if name not in values or (values[name] is None and unknown):
            return None
        if unknown is True:
            return None
        return _Merging(span, symbol).value(values[name], unknown, written, name)

    def body(self, address: str) -> Body | None:
        """The configuration of the module at `address`, None when the plan has none."""
        path = _KEYS.sub("", address)
        if path not in self._bodies:
            self._bodies[path] = self._body(path)
        return self._bodies[path]

    def place(self, address: str) -> Span:
        """Where the resource stands in the plan."""
        at = self._offsets.get(address)
        if at is None:
            return Span.whole(self._source.file)
        return self._source.span(*at)

    @property
    def size(self) -> int:
        """How many resources it has."""
        return len(self._values)

    def known(self, kind: str, name: str) -> str | None:
        """An attribute of the data sources of one type, where all agree on it."""
        found = {
            values.get(name)
            for address, values in self._values.items()
            if _KEYS.sub("", address).rpartition("data.")[2].startswith(kind + ".")
        }
        value = found.pop() if len(found) == 1 else None
        return value if isinstance(value, str) and value else None

    # --- reading --------------------------------------------------------------------------------

    def _body(self, path: str) -> Body | None:
        found: Mapping[str, Any] = self._root
        for name in path.replace("module.", "").split(".") if path else ():
            found = _dict(_dict(_dict(found.get("module_calls")).get(name)).get("module"))
        if not found:
            return None
        prefix = f"{path}." if path else ""
        providers = {} if path else self._providers
        return module_body(found, providers, lambda address: self.place(prefix + address))

    def _read_values(self, loaded: Mapping[str, Any]) -> None:
        prior = _dict(_dict(loaded.get("prior_state")).get("values"))
        for module, data in ((prior, True), (_dict(loaded.get("planned_values")), False)):
            for one in _resources(_dict(module.get("root_module")), self._module_key):
                address = str(one.get("address"))
                if data and one.get("mode") != "data":
                    continue
                self._values[address] = _dict(one.get("values"))
                self._resource_key(address, one.get("index"))

    def _read_changes(self, loaded: Mapping[str, Any]) -> None:
        for one in _dicts(loaded.get("resource_changes")):
            address, change = str(one.get("address")), _dict(one.get("change"))
            self._unknown[address] = _dict(change.get("after_unknown"))
            if change.get("actions") == ["read"] and address not in self._values:
                self._values[address] = _dict(change.get("after"))
                self._resource_key(address, one.get("index"))

    def _module_key(self, address: str) -> None:
        base, key = _split(address)
        self._add_key(base, key)

    def _resource_key(self, address: str, index: object) -> None:
        key = index if isinstance(index, int | str) else None
        self._add_key(address.removesuffix(with_key("", key)), key)

    def _add_key(self, base: str, key: Key) -> None:
        keys = self._keys.setdefault(base, [])
        if key not in keys:
            keys.append(key)


@dataclass(frozen=True, slots=True)
class _Merging:
    """Puts known data at the places where it is written; what is unknown is as it is written."""

    span: Span
    symbol: Symbol

    def value(
        self, data: Any, unknown: Any, written: Value | None, path: str, depth: int = 0
    ) -> Value:
        """The value of `data`, of which `unknown` says what is not known."""
        place = self.span if written is None else written.span
        if unknown is True:
            return self.symbol(path) if written is None else written
        if depth > _MAX_DEPTH:
            return Value(None, place)
        if isinstance(data, list):
            items = written.data if written is not None and isinstance(written.data, tuple) else ()
            marks = unknown if isinstance(unknown, list) else []
            found = [
                self.value(item, _at(marks, i), _at(items, i), f"{path}.{i}", depth + 1)
                for i, item in enumerate(data)
            ]
            return Value(tuple(found), place)
        if isinstance(data, dict):
            below = written.data if written is not None else None
            entries = below if isinstance(below, Mapping) else {}
            marked = unknown if isinstance(unknown, dict) else {}
            names = dict.fromkeys((*data, *(name for name, mark in marked.items() if mark)))
            merged = {
                n: self.value(data.get(n), marked.get(n), entries.get(n), f"{path}.{n}", depth + 1)
                for n in names
            }
            return Value(merged, place)
        return _scalar(data, written, place)


def _at(items: Any, index: int) -> Any:
    return items[index] if index < len(items) else None


def _scalar(data: Any, written: Value | None, place: Span) -> Value:
    if written is None:
        return wrapped(data, place)
    if written.literal is not None and written.literal == Value(data, place).literal:
        return written
    if written.node is not None and isinstance(data, str):
        from remit.syntax.nodes import plain

        try:
            if plain(written.node) == json.loads(data):
                return written
        except ValueError:
            pass
    return Value(data, place, ref=written.ref)


def _resources(module: Mapping[str, Any], seen: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The resources of a module of values and of its children."""
    yield from _dicts(module.get("resources"))
    for child in _dicts(module.get("child_modules")) if depth < _MAX_DEPTH else ():
        seen(str(child.get("address")))
        yield from _resources(child, seen, depth + 1)


def _split(address: str) -> tuple[str, Key]:
    """A module's address without its key, and the key."""
    if not address.endswith("]"):
        return address, None
    quoted = address.endswith('"]')
    base, _, key = address[: -2 if quoted else -1].rpartition('["' if quoted else "[")
    return base, key if quoted else int(key) if key.isdecimal() else key


def _text(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"the plan is not UTF-8: the byte 0x{data[error.start]:02x}"
        hint = "write it by `terraform show -json PLAN`"
        raise DocumentError(Problem(Span.whole(file), what, hint, "not-utf-8")) from None


def _loaded(text: str, source: Source) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise source.error(error.pos, error.pos + 1, f"the plan is no JSON: {error.msg}") from None
    except RecursionError:
        raise source.error(0, 1, "the plan nests too deeply") from None
    if not isinstance(found, dict) or "planned_values" not in found:
        hint = "write it by `terraform show -json PLAN`"
        raise source.error(0, 1, "this is no plan: it has no `planned_values`", hint)
    return found


def _check_version(loaded: Mapping[str, Any], source: Source) -> None:
    version = str(loaded.get("format_version", ""))
    major = version.partition(".")[0]
    if major.isdecimal() and int(major) <= NEWEST:
        return
    at = max(source.text.find('"format_version"'), 0)
    what = f"the plan has format version `{version[:20]}`; remit reads {NEWEST}.x"
    raise source.error(at, at + 1, what, "Update remit, or check the `.tf` sources instead.")


def _offsets(text: str) -> dict[str, tuple[int, int]]:
    """Where each address stands first."""
    found: dict[str, tuple[int, int]] = {}
    for match in _ADDRESS.finditer(text):
        raw = match[1]
        try:
            address = json.loads(raw) if "\\" in raw else raw[1:-1]
        except ValueError:
            continue
        found.setdefault(address, match.span(1))
    return found


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
