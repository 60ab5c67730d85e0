"""Terraform's functions on plain strings and numbers, and `format` on strings known in part.

A function raises ValueError, with the reason, where Terraform would refuse the call.
Source: Terraform language, functions/*.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from remit.core.text import Text

_VERB = re.compile(r"%(?:%|([-+0 #]*+)([0-9]*+)(?:\.([0-9]++))?([a-zA-Z]))")


def formatted(pattern: str, values: Sequence[Text | None]) -> Text | None:
    """`format`: the pattern with its verbs replaced; None when a verb is not computed."""
    parts: list[str | Text] = []
    at, index = 0, 0
    for match in _VERB.finditer(pattern):
        parts.append(pattern[at : match.start()])
        at = match.end()
        if match[0] == "%%":
            parts.append("%")
            continue
        if index >= len(values):
            raise ValueError("there are fewer values than verbs")
        value = values[index]
        index += 1
        made = None if value is None else _verb(match, value)
        if made is None:
            return None
        parts.append(made)
    return Text.of(*parts, pattern[at:])


def _verb(match: re.Match[str], value: Text) -> Text | None:
    flags, width, precision, verb = match[1], match[2], match[3], match[4]
    known = value.literal
    if verb in "sv" and not (flags or width or precision):
        return value
    if known is None or len(width) > 3 or len(precision or "") > 3:
        return None
    if verb == "q" and not width:
        return Text.of(json.dumps(known, ensure_ascii=False))
    if verb == "d":
        return Text.of(f"%{flags}{width}d" % int(known))
    if verb in "fs" and (verb == "f" or not precision):
        points = "" if precision is None else f".{precision}"
        return Text.of(f"%{flags}{width}{points}{verb}" % (float(known) if verb == "f" else known))
    return None


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        raise NotComputed
    if len(text) * (1 + len(new)) > 10_000_000:
        raise ValueError("the text becomes too long")
    return text.replace(old, new)


class NotComputed(Exception):  # noqa: N818 - no error: the value is not known, that is all
    """A regular expression: Go's are not Python's, and Python's may take for ever."""


def _substr(text: str, offset: int, length: int) -> str:
    start = offset if offset >= 0 else max(0, len(text) + offset)
    return text[start:] if length < 0 else text[start : start + length]


def _title(text: str) -> str:
    return re.sub(r"(^|\s)(\S)", lambda found: found[1] + found[2].upper(), text)


def _split(separator: str, text: str) -> list[str]:
    return text.split(separator) if separator else list(text)


def _trim_suffix(text: str, end: str) -> str:
    return text.removesuffix(end)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _tonumber(value: Any) -> Any:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return int(value) if str(value).lstrip("-").isdecimal() else float(value)


def _tobool(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise ValueError("neither `true` nor `false`")


def _digest(name: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def _chunks(items: list[Any], size: int) -> list[list[Any]]:
    return [items[at : at + size] for at in range(0, len(items), size)] if size > 0 else [items]


def _indent(spaces: int, text: str) -> str:
    if not 0 <= spaces <= 1000:
        raise ValueError("so many spaces are not computed")
    return text.replace("\n", "\n" + " " * spaces)


PLAIN: Mapping[str, Callable[..., Any]] = {
    "lower": lambda text: _text(text).lower(),
    "upper": lambda text: _text(text).upper(),
    "title": lambda text: _title(_text(text)),
    "trimspace": lambda text: _text(text).strip(),
    "trim": lambda text, cut: _text(text).strip(cut),
    "trimprefix": lambda text, start: _text(text).removeprefix(start),
    "trimsuffix": lambda text, end: _trim_suffix(_text(text), end),
    "chomp": lambda text: _text(text).rstrip("\r\n"),
    "strrev": lambda text: _text(text)[::-1],
    "replace": lambda text, old, new: _replace(_text(text), _text(old), _text(new)),
    "split": lambda separator, text: _split(separator, _text(text)),
    "substr": lambda text, offset, length: _substr(_text(text), offset, length),
    "startswith": lambda text, start: _text(text).startswith(start),
    "endswith": lambda text, end: _text(text).endswith(end),
    "strcontains": lambda text, part: part in _text(text),
    "indent": _indent,
    "tonumber": _tonumber,
    "tobool": _tobool,
    "parseint": lambda text, base: int(_text(text), base),
    "abs": abs,
    "ceil": math.ceil,
    "floor": math.floor,
    "max": max,
    "min": min,
    "signum": lambda number: (number > 0) - (number < 0),
    "sum": sum,
    "sort": lambda items: sorted(map(_text, items)),
    "index": lambda items, wanted: items.index(wanted),
    "chunklist": _chunks,
    "alltrue": lambda items: all(_tobool(item) for item in items),
    "anytrue": lambda items: any(_tobool(item) for item in items),
    "basename": lambda path: posixpath.basename(path.rstrip("/")),
    "dirname": lambda path: posixpath.dirname(path) or ".",
    "base64encode": lambda text: base64.b64encode(_text(text).encode()).decode(),
    "base64decode": lambda text: base64.b64decode(text, validate=True).decode(),
    "urlencode": lambda text: quote(_text(text), safe="-_.~").replace("%20", "+"),
    "md5": _digest("md5"),
    "sha1": _digest("sha1"),
    "sha256": _digest("sha256"),
    "sha512": _digest("sha512"),
}
