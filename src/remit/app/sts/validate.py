"""The parameters of a call, checked against botocore's model of STS and read.

What may live here: lengths, ranges, patterns and types, and AWS's sentences about them. The limits
are the model's own; `_SEEN` holds those that AWS was seen to apply instead, or that only the
documentation names.

Source: facts/iam.md 5.1, 5.2 and 5.4; botocore's STS model.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, TypeAlias

from remit.app.sts.errors import malformed_input, validation
from remit.catalog.models import ServiceModel, service_model

Params: TypeAlias = Mapping[str, Any]
Shape: TypeAlias = Mapping[str, Any]

_INTEGER = re.compile(r"[+-]?[0-9]+")
_INT32 = 2**31
_LONGEST_NUMBER = 64
_SHORT = 1024
"""Characters of all parameters together up to which they are remembered."""

_SEEN: Mapping[str, Mapping[str, int]] = {
    "sourceIdentityType": {"max": 256},  # live accepts up to 256 [O] (5.2)
    "unrestrictedSessionPolicyDocumentType": {"max": 2048},  # AssumeRole's Policy (5.2)
    "policyDescriptorListType": {"max": 10},  # (1.8)
}
_TAG = frozenset("_.:/=+-@")


def _tag(text: str) -> bool:
    return all(char in _TAG or unicodedata.category(char)[0] in "LZN" for char in text)


def _class(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: compiled.fullmatch(text) is not None


# The model's patterns are Java's, each one class of characters. `\u10000` in them means U+1000 and
# a zero; what AWS means is U+10000.
PATTERNS: Mapping[str, Callable[[str], bool]] = {
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+": lambda text: bool(text) and _tag(text),
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*": _tag,
    r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+": _class(
        "[\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+"
    ),
    r"[\u0009\u000A\u000D\u0020-\u00FF]+": _class("[\t\n\r -\xff]+"),
    r"[\w+=,.@-]*": _class(r"[\w+=,.@-]*"),
    r"[\w+=,.@:\/-]*": _class(r"[\w+=,.@:\/-]*"),
    r"[\w+=/:,.@-]*": _class(r"[\w+=/:,.@-]*"),
    r"[\w]*": _class(r"[\w]*"),
    r"[\d]*": _class(r"[\d]*"),
}


def check(operation: str, params: Params) -> dict[str, Any]:
    """The parameters that the operation has, numbers read; others are left out (5.1).

    Raises StsError: `MalformedInput` for what is no number, else `ValidationError` with one
    sentence for each constraint that does not hold.
    """
    size = 0
    for value in params.values():
        size += len(value) if type(value) is str else _SHORT + 1
    if size > _SHORT:
        return _checked(operation, params)
    return dict(_remembered(operation, tuple(params.items())))


@lru_cache(maxsize=1024)
def _remembered(operation: str, params: tuple[tuple[str, str], ...]) -> Params:
    """What a client asks for again and again is checked once."""
    return _checked(operation, dict(params))


def _checked(operation: str, params: Params) -> dict[str, Any]:
    shape = _input(operation)
    if shape is None or not shape.get("members"):
        return {}
    found = _read(params, shape)
    faults = list(_structure(found, shape, ""))
    if faults:
        count = f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected"
        raise validation(f"{count}: {'; '.join(faults)}")
    return found


@cache
def model() -> ServiceModel:
    """botocore's model of STS."""
    found = service_model("sts")
    if found is None:
        raise ModuleNotFoundError("botocore has no model of sts")
    return found


@cache
def _input(operation: str) -> Shape | None:
    name = model().operations[operation].get("input", {}).get("shape")
    return None if name is None else shape_of(name)


@cache
def shape_of(name: str) -> Shape:
    """A shape of the model, with the limits that AWS was seen to apply."""
    shape: Shape = {**model().raw["shapes"][name], **_SEEN.get(name, {}), "name": name}
    return shape


# --- reading ------------------------------------------------------------------------------------


def _read(params: Params, shape: Shape) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, member in shape.get("members", {}).items():
        value = params.get(name)
        if value is not None:
            found[name] = _value(value, shape_of(member["shape"]))
    return found


def _value(value: Any, shape: Shape) -> Any:
    match shape["type"]:
        case "integer":
            return value if isinstance(value, int) else _integer(str(value))
        case "list":
            inner = shape_of(shape["member"]["shape"])
            return [_value(one, inner) for one in value] if isinstance(value, list) else []
        case "structure":
            return _read(value if isinstance(value, Mapping) else {}, shape)
        case _:
            return str(value)


def _integer(text: str) -> int:
    """A sign and leading zeros are fine; nothing else is, nor what 32 bits do not hold (5.1)."""
    if not text:
        raise malformed_input("missing value for decimal type")
    if len(text) > _LONGEST_NUMBER or _INTEGER.fullmatch(text) is None:
        raise malformed_input()
    number = int(text)
    if not -_INT32 <= number < _INT32:
        raise malformed_input()
    return number


# --- checking -----------------------------------------------------------------------------------


def _structure(value: Params, shape: Shape, at: str) -> Iterator[str]:
    for name in shape.get("required", ()):
        if name not in value:
            yield _fault("null", at + _lower(name), "not be null")
    for name, member in shape.get("members", {}).items():
        if name in value:
            yield from _faults(value[name], shape_of(member["shape"]), at + _lower(name))


def _faults(value: Any, shape: Shape, at: str) -> Iterator[str]:
    match shape["type"]:
        case "integer":
            yield from _bounds(value, f"'{value}'", shape, at, "have value")
        case "list":
            yield from _bounds(len(value), "", shape, at, "have length")
            inner = shape_of(shape["member"]["shape"])
            for number, one in enumerate(value, 1):
                yield from _faults(one, inner, f"{at}.{number}.member")
        case "structure":
            yield from _structure(value, shape, at + ".")
        case "string":
            yield from _text(value, shape, at)


def _text(value: str, shape: Shape, at: str) -> Iterator[str]:
    shown = "" if shape.get("sensitive") else f"'{value}'"
    pattern = shape.get("pattern", "")
    matches = PATTERNS.get(pattern)  # a pattern of a later model is not checked; a test tells
    if matches is not None and not matches(value):
        yield _fault(shown, at, f"satisfy regular expression pattern: {pattern}")
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
