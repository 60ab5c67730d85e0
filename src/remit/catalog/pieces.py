"""Cutting texts that are known only in part: the known pieces are searched, holes stay whole."""

from __future__ import annotations

from remit.core.text import Text


def is_arn(text: Text) -> bool:
    """Whether the text begins with `arn:` for certain."""
    return bool(text.parts) and isinstance(text.parts[0], str) and text.parts[0].startswith("arn:")


def split_first(text: Text, mark: str) -> tuple[Text, Text] | None:
    """Before and after the first `mark` in the known pieces; None when it is in none."""
    for index, part in enumerate(text.parts):
        if isinstance(part, str) and mark in part:
            before, _, after = part.partition(mark)
            return Text.of(*text.parts[:index], before), Text.of(after, *text.parts[index + 1 :])
    return None


def split_last(text: Text, mark: str) -> tuple[Text, Text] | None:
    """Before and after the last `mark` in the known pieces; None when it is in none."""
    for index in range(len(text.parts) - 1, -1, -1):
        part = text.parts[index]
        if isinstance(part, str) and mark in part:
            before, _, after = part.rpartition(mark)
            return Text.of(*text.parts[:index], before), Text.of(after, *text.parts[index + 1 :])
    return None


def cut(text: Text, mark: str, side: int) -> Text | None:
    """What stands before (0) or after (1) the last `mark`; None when it is in no known piece."""
    found = split_last(text, mark)
    return found[side] if found else None


def without_slash(text: Text) -> Text:
    """The text without a leading `/`."""
    first, *rest = text.parts or ("",)
    return Text.of(first.lstrip("/") if isinstance(first, str) else first, *rest)
