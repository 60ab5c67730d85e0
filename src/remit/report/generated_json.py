"""What `remit generate` says to programs: see docs/json.md. `version` is as in report/json.py."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from remit.app.generate import Blank, Generated, Target
from remit.app.policy_file import Changed
from remit.core.span import Problem, Span
from remit.deploy.formats import iam_json
from remit.generate.model import Unmet, Wanted, Written

VERSION = 1

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"


def render(result: Generated) -> str:
    """The result as one JSON object in ASCII, ending with a newline."""
    return json.dumps(document(result), indent=2) + "\n"


def document(result: Generated) -> dict[str, Json]:
    """The result as the value that `render` writes."""
    return {
        "version": VERSION,
        "project": result.project,
        "framework": result.framework,
        "policies": [_target(one) for one in result.targets],
        "changes": [_change(one) for one in result.changes],
        "recording": {"calls": result.calls, "lost": [_problem(one) for one in result.lost]},
    }


def _target(target: Target) -> dict[str, Json]:
    proposal = target.proposal
    return {
        "stage": target.stage,
        "role": target.role,
        "functions": list(target.functions),
        "file": target.file,
        "documents": [iam_json.policy(part, target.spelling) for part in proposal.parts],
        "size": proposal.size,
        "split": proposal.split,
        "statements": [_statement(one) for one in proposal.statements],
        "wildcards": [_blank(one) for one in target.blanks],
        "unmet": [_unmet(one) for one in proposal.unmet],
        "gaps": [_problem(one) for one in target.gaps],
        "keptBy": target.kept_by,
    }


def _statement(written: Written) -> dict[str, Json]:
    return {
        "sid": written.grant.sid,
        "why": {action: [_wanted(one) for one in found] for action, found in written.why.items()},
    }


def _wanted(one: Wanted) -> dict[str, Json]:
    return {
        "location": _location(one.place),
        "by": one.by,
        "origin": one.origin,
        "resource": str(one.need.resource),
        "condition": one.condition,
    }


def _blank(blank: Blank) -> dict[str, Json]:
    hole = blank.opened.hole
    return {
        "resources": list(blank.resources),
        "hole": hole.name,
        "kind": hole.kind.value,
        "fill": blank.fill,
        "location": _location(blank.opened.wanted.place),
    }


def _unmet(one: Unmet) -> dict[str, Json]:
    return {
        "action": one.wanted.need.action,
        "resource": str(one.wanted.need.resource),
        "location": _location(one.wanted.place),
        "reason": one.reason,
    }


def _change(change: Changed) -> dict[str, Json]:
    return {
        "file": change.file,
        "after": change.after,
        "changed": change.before != change.after,
        "idle": [{"location": _location(one.span), "message": one.message} for one in change.idle],
        "pruned": change.pruned,
        "unmet": [_unmet(one) for one in change.unmet],
        "untold": [_unmet(one) for one in change.untold],
        "problems": [_problem(one) for one in change.problems],
    }


def _problem(problem: Problem) -> dict[str, Json]:
    return {
        "location": _location(problem.span),
        "message": problem.message,
        "hint": problem.hint,
    }


def _location(span: Span) -> dict[str, Json]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
