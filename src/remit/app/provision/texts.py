"""Filling texts that have symbols, choosing values for what AWS would generate, and reading the
values of symbols off what was made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from remit.core.text import Hole, HoleKind, Text
from remit.deploy.cloudformation.names import STACK_NAME
from remit.deploy.model import Data

PLACES = ("region", "account")
_DIGITS = 12


class Missing(Exception):  # noqa: N818 - the answer "not known here"
    """A symbol that nothing stands for."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def filled(text: Text, values: Mapping[str, str]) -> str:
    """The text with a value for each symbol. Raises Missing."""
    return "".join(_filled(text, values))


def _filled(text: Text, values: Mapping[str, str]) -> Iterator[str]:
    for part in text.parts:
        if isinstance(part, str):
            yield part
        elif part.name in values:
            yield values[part.name]
        else:
            raise Missing(part.name)


def partly(text: Text, values: Mapping[str, str]) -> Text:
    """The text with the values that there are."""
    return Text.of(*(p if isinstance(p, str) else values.get(p.name, p) for p in text.parts))


def plain(data: Data, values: Mapping[str, str]) -> Data:
    """The data with all texts filled. Raises Missing."""
    if isinstance(data, Text):
        return filled(data, values)
    if isinstance(data, tuple | list):
        return [plain(one, values) for one in data]
    if isinstance(data, Mapping):
        return {key: plain(one, values) for key, one in data.items()}
    return data


def chosen(text: Text, values: Mapping[str, str], stage: str, name: str) -> dict[str, str]:
    """Values for the symbols of a name that AWS would generate: digits, which fit everywhere, the
    same in each run. `stage` tells deployments apart, `name` is what the project calls the thing.

    What a person or another stack would have to tell is left out.
    """
    found: dict[str, str] = {}
    for hole in text.holes:
        if hole.name in values or not is_own(hole):
            continue
        made = _digits(f"{stage} {hole.name}", hole.width or _DIGITS)
        alone = len(text.parts) == 1 and hole.width is None and name
        found[hole.name] = f"{_word(name)}-{made}" if alone else made
    return found


def stack_name(project: str, stage: str) -> str:
    """A stack's name where the project says none: in lower case, so that it fits buckets too, and
    short, so that names that begin with it fit their limits."""
    return _word(f"{project[:12]}-{stage[:8]}") or "local"


def stack(name: str) -> dict[str, str]:
    """The value of the symbol that stands for the stack's name."""
    return {STACK_NAME: name}


def is_own(hole: Hole) -> bool:
    """Whether AWS gives it to a resource of the deployment."""
    return hole.kind is HoleKind.ASSIGNED and hole.name not in PLACES


def read_off(text: Text, actual: str, values: Mapping[str, str]) -> dict[str, str]:
    """The value of the one symbol in `text` that is open, when the text stands for `actual`; none
    where that cannot be told."""
    open_ = [hole for hole in text.holes if hole.name not in values]
    if len(open_) != 1:
        return {}
    at = text.parts.index(open_[0])
    before = filled(Text(text.parts[:at]), values)
    after = filled(Text(text.parts[at + 1 :]), values)
    fits = actual.startswith(before) and actual.endswith(after)
    value = actual[len(before) : len(actual) - len(after)]
    return {open_[0].name: value} if fits and value else {}


def leaves(data: Data) -> Iterator[Text]:
    """All texts in the data."""
    if isinstance(data, str):
        yield Text.of(data)
    elif isinstance(data, Text):
        yield data
    elif isinstance(data, tuple | list):
        for one in data:
            yield from leaves(one)
    elif isinstance(data, Mapping):
        for one in data.values():
            yield from leaves(one)


def _digits(seed: str, count: int) -> str:
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest())
    return str(number % 10**count).zfill(count)


def _word(name: str) -> str:
    last = name.rpartition("/")[2].lower()
    plain_ = "".join(c if c.isascii() and c.isalnum() else "-" for c in last)
    return plain_.strip("-")[:24].strip("-")
