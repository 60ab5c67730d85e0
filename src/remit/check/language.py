"""Statements to paste, in the language of the project's framework.

The rules write JSON (`patch`). In a template that holds policies in a language of its own, with
names for what only deployment knows, such a statement is turned into that language here, so that no
rule needs to know any.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from remit.check.model import Facts
from remit.core.finding import Finding
from remit.deploy.formats import BY_FRAMEWORK, FORMATS, Format, Grant, Spelling, spelling_of

_NONE: Mapping[str, str] = {}
_KNOWN = {"Sid", "Effect", "Action", "Resource", "Condition"}


def in_language(finding: Finding, facts: Facts) -> Finding:
    """The finding with its patch in the language of its stage's framework."""
    form = FORMATS[BY_FRAMEWORK.get(facts.project.framework, "policy")]
    if not finding.patch or not form.spells:
        return finding
    stage = next((one.stage for one in facts.stages if one.stage.name == finding.stage), None)
    texts = stage.spellings if stage is not None else _NONE
    return replace(finding, patch=_written(finding.patch, form, spelling_of(texts)))


def _written(patch: str, form: Format, spelling: Spelling) -> str:
    """The statements of a JSON patch; nothing where one of them cannot be written."""
    value = json.loads(patch)
    listed = value.get("Statement", value) if isinstance(value, dict) else value
    grants = list(_grants(listed if isinstance(listed, list) else [listed]))
    if None in grants:
        return ""
    return "\n".join(form.statement(grant, spelling) for grant in grants if grant is not None)


def _grants(statements: list[Mapping[str, Any]]) -> Iterator[Grant | None]:
    for statement in statements:
        if statement.keys() - _KNOWN or statement.get("Effect") != "Allow":
            yield None
            continue
        conditions = tuple(
            (operator, key, _many(values))
            for operator, block in statement.get("Condition", {}).items()
            for key, values in block.items()
        )
        sid, actions = statement.get("Sid", ""), _many(statement["Action"])
        yield Grant(sid, actions, _many(statement.get("Resource", ())), conditions)


def _many(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
