"""Needs of recorded calls: the same calls, with what a run happened to use told from what it must.

A recording holds values, not reasons. Of the objects of a bucket only one thing can be told: where
a run used several keys, the key is data, and the policy must allow all of that place.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import replace

from remit.core.need import Need
from remit.core.text import Hole, HoleKind, Text
from remit.generate.model import Wanted

_OBJECT = "object"


def observed(wanted: Iterable[Wanted]) -> list[Wanted]:
    """Each need once, at the first call that has it; several keys of a bucket as one open need."""
    once: dict[object, Wanted] = {}
    for one in wanted:
        need = one.need
        key = (need.action, need.resource, need.condition, tuple(need.context.items()))
        once.setdefault(key, one)
    keys: dict[tuple[str, str], list[str]] = {}
    for one in once.values():
        if (found := _split(one.need)) is not None:
            keys.setdefault((one.need.action, found[0]), []).append(found[1])
    opened: dict[object, Wanted] = {}
    for same, one in once.items():
        found = _split(one.need)
        several = keys[one.need.action, found[0]] if found is not None else []
        if found is None or len(set(several)) < 2:
            opened[same] = one
        else:
            text = _any_of(found[0], sorted(set(several)))
            opened.setdefault((one.need.action, text), replace(one, need=_on(one.need, text)))
    return list(opened.values())


def _on(need: Need, text: Text) -> Need:
    return replace(need, resource=text, context={})


def _split(need: Need) -> tuple[str, str] | None:
    """The bucket's ARN and the object's key."""
    literal = need.resource.literal
    if need.resource_type != _OBJECT or not need.action.startswith("s3:") or literal is None:
        return None
    bucket, slash, key = literal.partition("/")
    return (bucket, key) if slash else None


def _any_of(bucket: str, keys: list[str]) -> Text:
    folder = posixpath.commonprefix([posixpath.dirname(key) + "/" for key in keys])
    folder = folder[: folder.rfind("/") + 1] if folder != "/" else ""
    return Text.of(bucket, "/", folder, Hole(HoleKind.DATA, f"one of {len(keys)} recorded keys"))
