"""Needs about which nothing certain can be said, with what is in the way and how to fill it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from remit.check.arns import setting, written
from remit.check.denials import condition, path, place
from remit.check.grants import judged
from remit.check.model import Facts, Needed, RoleFacts, StageFacts
from remit.core.finding import Unresolved
from remit.core.text import Hole, HoleKind
from remit.explain.model import Standing

_PLACES = ("region", "account")
"""What the settings of a stage tell under its own name."""


def unresolved(facts: Facts) -> Iterable[Unresolved]:
    """One entry for each action and each hole or condition key in the way, at its first place."""
    for stage in facts.stages:
        found: dict[tuple[str, str], Unresolved] = {}
        for role in stage.roles:
            for one in _entries(stage, role):
                key = (one.action, one.hole)
                if key not in found or one.span < found[key].span:
                    found[key] = one
        yield from sorted(found.values(), key=lambda one: (one.span, one.action, one.hole))


def _entries(stage: StageFacts, role: RoleFacts) -> Iterator[Unresolved]:
    if role.role.unknown is not None:
        yield Unresolved(stage.stage.name, role.role.span, "*", "*", role.role.unknown)
    if not judged(role):
        return
    for needed in role.needed:
        if needed.judgement.standing is not Standing.UNKNOWN:
            continue
        if role.role.generated and condition(needed):
            continue
        for hole, fill in _obstacles(stage, role, needed):
            yield Unresolved(
                stage=stage.stage.name,
                span=place(stage, role, needed),
                action=needed.need.action,
                resource=str(needed.need.resource),
                hole=hole,
                fill=fill,
                path=path(needed),
            )


def _obstacles(stage: StageFacts, role: RoleFacts, needed: Needed) -> Iterator[tuple[str, str]]:
    """(what is not known, the line that fills it or "")."""
    judgement = needed.judgement
    for hole in judgement.holes:
        if hole.kind in (HoleKind.ENV, HoleKind.CODE):
            yield hole.name, fill_line(stage.stage.name, hole)
        elif hole.name.startswith("whether "):  # a question by itself: explain/attached.py
            yield hole.name, ""
        elif hole.kind is HoleKind.DATA:
            given = setting(stage.stage, role.role.policies)
            whole = written(needed.need.resource, given, needed.need.action)
            yield f"{hole.name}: may be any value, so the policy must allow all of `{whole}`", ""
        elif hole.name in _PLACES:
            yield hole.name, f'stage.{_toml_key(stage.stage.name)}.{hole.name} = "..."'
        else:
            yield f"{hole.name}: fixed at deployment", ""
    for key in judgement.keys:
        yield f"condition key {key}", ""
    if not judgement.holes and not judgement.keys:
        yield "", ""


def fill_line(stage: str, hole: Hole) -> str:
    """The line below `[tool.remit]` in `pyproject.toml` that gives the hole a value."""
    return f'stage.{_toml_key(stage)}.values.{_toml_key(hole.name)} = "..."'


def _toml_key(name: str) -> str:
    bare = name.replace("_", "").replace("-", "")
    return name if bare.isascii() and bare.isalnum() else json.dumps(name, ensure_ascii=False)
