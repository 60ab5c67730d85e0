"""The parameters of a call, checked against botocore's model of a service and read.

What may live here: lengths, ranges, patterns, enumerations and types, and AWS's sentences about
them. The limits are the model's own; each service says which of them AWS was seen to apply
otherwise.

Source: facts/iam.md 5.1 and 5.4; botocore's service models.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from remit.catalog.models import ServiceModel, service_model
from remit.credentials.errors import AuthError

Params: TypeAlias = Mapping[str, Any]
Shape: TypeAlias = Mapping[str, Any]

_INTEGER = re.compile(r"[+-]?[0-9]+")
_INT32 = 2**31
_LONGEST_NUMBER = 64
_TAG = frozenset("_.:/=+-@")


def _tag(text: str) -> bool:
    return all(char in _TAG or unicodedata.category(char)[0] in "LZN" for char in text)


def _class(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: compiled.fullmatch(text) is not None


# The models' patterns are Java's, each one class of characters. `\u10000` in them means U+1000 and
# a zero; what AWS means is U+10000.
PATTERNS: Mapping[str, Callable[[str], bool]] = {
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+": lambda text: bool(text) and _tag(text),
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*": _tag,
    r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+": _class(
        "[\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+"
    ),
    r"[\u0009\u000A\u000D\u0020-\u00FF]+": _class("[\t\n\r -\xff]+"),
    r"[\u0020-\u00FF]+": _class("[ -\xff]+"),
    r"[\w+=,.@-]*": _class(r"[\w+=,.@-]*"),
    r"[\w+=,.@-]+": _class(r"[\w+=,.@-]+"),
    r"[\w+=,.@*?-]+": _class(r"[\w+=,.@*?-]+"),
    r"[\w+=,.@:\/-]*": _class(r"[\w+=,.@:\/-]*"),
    r"[\w+=/:,.@-]*": _class(r"[\w+=/:,.@-]*"),
    r"[\w]*": _class(r"[\w]*"),
    r"[\d]*": _class(r"[\d]*"),
}


@cache
def _shape(service: str, name: str) -> Shape:
    return {**model(service).raw["shapes"][name], "name": name}


@cache
def model(service: str) -> ServiceModel:
    """botocore's model of a service. Raises ModuleNotFoundError where it has none."""
    found = service_model(service)
    if found is None:
        raise ModuleNotFoundError(f"botocore has no model of {service}")
    return found


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a service's model asks of parameters. `seen` are traits of shapes, by the shape's name,
    that AWS was seen to have instead; `error` is raised with code, message and status.
    `shown` is the most that a sentence repeats of a value."""

    service: str
    error: type[AuthError]
    seen: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    shown: int = 2**31

    def check(self, operation: str, params: Params) -> dict[str, Any]:
        """The parameters that the operation has, numbers read; others are left out (5.1).

        Raises `error`: `MalformedInput` for what is no number, else `ValidationError` with one
        sentence for each constraint that does not hold.
        """
        name = model(self.service).operations[operation].get("input", {}).get("shape")
        if name is None:
            return {}
        shape = self.shape(name)
        if not shape.get("members"):
            return {}
        found = self._read(params, shape)
        faults = list(self._structure(found, shape, ""))
        if faults:
            count = f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected"
            raise self.error("ValidationError", f"{count}: {'; '.join(faults)}", 400)
        return found

    def shape(self, name: str) -> Shape:
        """A shape of the model, with the traits that AWS was seen to apply."""
        seen = self.seen.get(name)
        shape = _shape(self.service, name)
        return shape if seen is None else {**shape, **seen}

    # --- reading --------------------------------------------------------------------------------

    def _read(self, params: Params, shape: Shape) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, member in shape.get("members", {}).items():
            value = params.get(name)
            if value is not None:
                found[name] = self._value(value, self.shape(member["shape"]))
        return found

    def _value(self, value: Any, shape: Shape) -> Any:
        match shape["type"]:
            case "integer":
                return value if isinstance(value, int) else self._integer(str(value))
            case "list":
                inner = self.shape(shape["member"]["shape"])
                return [self._value(one, inner) for one in value] if isinstance(value, list) else []
            case "structure":
                return self._read(value if isinstance(value, Mapping) else {}, shape)
            case _:
                return str(value)

    def _integer(self, text: str) -> int:
        """A sign and leading zeros are fine; nothing else is, nor what 32 bits do not hold."""
        if not text:
            raise self.error("MalformedInput", "missing value for decimal type", 400)
        if len(text) > _LONGEST_NUMBER or _INTEGER.fullmatch(text) is None:
            raise self.error("MalformedInput", "", 400)
        number = int(text)
        if not -_INT32 <= number < _INT32:
            raise self.error("MalformedInput", "", 400)
        return number

    # --- checking -------------------------------------------------------------------------------

    def _structure(self, value: Params, shape: Shape, at: str) -> Iterator[str]:
        for name in shape.get("required", ()):
            if name not in value:
                yield _fault("null", at + _lower(name), "not be null")
        for name, member in shape.get("members", {}).items():
            if name in value:
                inner = self.shape(member["shape"])
                yield from self._faults(value[name], inner, at + _lower(name))

    def _faults(self, value: Any, shape: Shape, at: str) -> Iterator[str]:
        match shape["type"]:
            case "integer":
                yield from _bounds(value, f"'{value}'", shape, at, "have value")
            case "list":
                yield from _bounds(len(value), "", shape, at, "have length")
                inner = self.shape(shape["member"]["shape"])
                for number, one in enumerate(value, 1):
                    yield from self._faults(one, inner, f"{at}.{number}.member")
            case "structure":
                yield from self._structure(value, shape, at + ".")
            case "string":
                yield from self._text(value, shape, at)

    def _text(self, value: str, shape: Shape, at: str) -> Iterator[str]:
        hidden = shape.get("sensitive") or len(value) > self.shown
        shown = "" if hidden else f"'{value}'"
        pattern = shape.get("pattern", "")
        matches = PATTERNS.get(pattern)  # a pattern of a later model is not checked; a test tells
        if matches is not None and not matches(value):
            yield _fault(shown, at, f"satisfy regular expression pattern: {pattern}")
        if "enum" in shape and value not in shape["enum"]:
            yield _fault(shown, at, f"satisfy enum value set: [{', '.join(shape['enum'])}]")
        yield from _bounds(len(value), shown, shape, at, "have length")


def _bounds(number: int, shown: str, shape: Shape, at: str, what: str) -> Iterator[str]:
    if "min" in shape and number < shape["min"]:
        yield _fault(shown, at, f"{what} greater than or equal to {shape['min']}")
    if "max" in shape and number > shape["max"]:
        yield _fault(shown, at, f"{what} less than or equal to {shape['max']}")


def _fault(shown: str, at: str, must: str) -> str:
    """One sentence. Of secrets and lists AWS does not repeat the value."""
    value = f"Value {shown}" if shown else "Value"
    return f"{value} at '{at}' failed to satisfy constraint: Member must {must}"


def _lower(name: str) -> str:
    """AWS spells members with a small first letter: `roleSessionName`, `sAMLAssertion`."""
    return name[:1].lower() + name[1:]
