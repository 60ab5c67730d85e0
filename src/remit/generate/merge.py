"""A hand-written policy with what is missing added to it, and nothing else changed.

An action joins a statement whose resources it is needed on, a resource joins a statement whose
actions are needed on it; the rest becomes new statements at the end. No statement grants more
than what is needed, and none loses anything that is not named to be pruned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from remit.core.pattern import Pattern
from remit.core.policy import Effect, Policy, Statement
from remit.core.span import Problem, Span
from remit.deploy.formats import iam_json
from remit.deploy.formats.model import Grant, Spelling
from remit.generate.grouping import Pair, grouped, idle
from remit.generate.names import sids
from remit.syntax import json_edit, json_reader, nodes
from remit.syntax.codes import Level, level
from remit.syntax.policy import parse
from remit.syntax.source import DocumentError, Source

_KEYS = ("Sid", "Effect", "Action", "Resource", "Condition")
_BOM = "\ufeff"


class NotEditableError(ValueError):
    """The document is no policy in JSON. `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Document:
    """A policy as text, read."""

    bom: str
    source: Source
    root: nodes.Mapping
    policy: Policy

    @classmethod
    def read(cls, text: str, file: str) -> Document:
        """Raises NotEditableError."""
        source = Source(text.removeprefix(_BOM), file)
        try:
            root = json_reader.read(source)
        except DocumentError as error:
            raise NotEditableError(error.problem) from None
        policy, problems = parse(root, file, "identity")
        if policy is None or not isinstance(root, nodes.Mapping):
            wrong = (one for one in problems if level(one.code) is Level.ERROR)
            raise NotEditableError(next(wrong, Problem(root.span, "this is no policy")))
        return cls(_BOM if text.startswith(_BOM) else "", source, root, policy)

    @property
    def text(self) -> str:
        """The whole text, with its byte order mark."""
        return self.bom + self.source.text

    def after(self, edits: Iterable[json_edit.Edit]) -> Document:
        """The document with its text changed."""
        text = json_edit.applied(self.source.text, edits)
        return Document.read(self.bom + text, self.source.file)


def pruned(document: Document, spans: Collection[Span]) -> Document:
    """The document less the action and resource items at `spans`; a statement that has no action
    or no resource left goes as a whole."""
    editor = json_edit.Editor(document.source)
    listed = document.root.get("Statement")
    gone: list[int] = []
    edits: list[json_edit.Edit] = []
    for index, node in enumerate(json_edit.strings(listed)):
        if not isinstance(node, nodes.Mapping):
            continue
        own: list[json_edit.Edit] = []
        for element in ("Action", "Resource"):
            items = tuple(json_edit.strings(node.get(element)))
            removed = {number for number, one in enumerate(items) if one.span in spans}
            if items and len(removed) == len(items):
                gone.append(index)
            elif removed:
                own += editor.without(items, removed)
        if index not in gone:
            edits += own
    if isinstance(listed, nodes.Sequence) and gone:
        whole = len(set(gone)) == len(listed.items)
        edits += [editor.emptied(listed)] if whole else editor.without(listed.items, set(gone))
    elif listed is not None and gone:
        edits.append(json_edit.Edit(editor.start(listed.span), editor.end(listed.span), "[]"))
    return document.after(edits) if edits else document


@dataclass(slots=True)
class _Plan:
    """What is added to each statement, by its number."""

    actions: dict[int, list[str]] = field(default_factory=dict)
    resources: dict[int, list[str]] = field(default_factory=dict)


def extended(document: Document, missing: Sequence[Pair], wanted: Collection[Pair]) -> Document:
    """The document with `missing` granted. `wanted` are all permissions that are needed: what they
    do not hold is never granted."""
    if not missing:
        return document
    plan = _Plan()
    rest = list(missing)
    for statement in document.policy.statements:
        if _open_to_more(statement):
            rest = _joined(statement, rest, wanted, plan)
    editor = json_edit.Editor(document.source)
    listed = document.root.get("Statement")
    edits: list[json_edit.Edit] = []
    for index, node in enumerate(json_edit.strings(listed)):
        for element, added in (("Action", plan.actions), ("Resource", plan.resources)):
            held = node.get(element) if isinstance(node, nodes.Mapping) else None
            if held is not None and added.get(index):
                edits.append(editor.extended(held, added[index]))
    extended_document = document.after(edits) if edits else document
    return _appended(extended_document, _grants(extended_document, rest))


def _open_to_more(statement: Statement) -> bool:
    return (
        statement.effect is Effect.ALLOW
        and not statement.faults
        and not statement.conditions
        and not statement.not_action
        and not statement.not_resource
        and bool(statement.resources)
    )


def _joined(
    statement: Statement, missing: Sequence[Pair], wanted: Collection[Pair], plan: _Plan
) -> list[Pair]:
    """What is still missing once the statement took in what fits into it exactly."""
    actions = [item.value for item in statement.actions]
    resources = [item.value for item in statement.resources or ()]
    rest = list(missing)
    for action in dict.fromkeys(one.action for one in missing):
        served = [p for p in rest if p.action == action and p.resource in resources]
        if served and not _conditioned(served) and _exact([action], resources, wanted):
            plan.actions.setdefault(statement.index, []).append(action)
            actions.append(action)
            rest = [one for one in rest if one not in served]
    for resource in dict.fromkeys(one.resource for one in rest):
        served = [p for p in rest if p.resource == resource and p.action in actions]
        if served and not _conditioned(served) and _exact(actions, [resource], wanted):
            plan.resources.setdefault(statement.index, []).append(resource)
            resources.append(resource)
            rest = [one for one in rest if one not in served]
    return rest


def _conditioned(pairs: Iterable[Pair]) -> bool:
    return any(one.conditions for one in pairs)


def _exact(actions: Sequence[str], resources: Sequence[str], wanted: Collection[Pair]) -> bool:
    """Whether each action on each resource is needed, or is nothing that AWS could check."""
    return all(
        _needed(action, resource, wanted) or _idle(action, resource)
        for action in actions
        for resource in resources
    )


def _needed(action: str, resource: str, wanted: Collection[Pair]) -> bool:
    narrow = Pattern.parse(resource)
    return any(
        one.action.lower() == action.lower()
        and not one.conditions
        and (one.resource == resource or Pattern.parse(one.resource).covers(narrow))
        for one in wanted
    )


def _idle(action: str, resource: str) -> bool:
    same = action.partition(":")[0].lower() == _service(resource)
    return same and "*" not in action and "?" not in action and idle(action, resource)


def _service(resource: str) -> str:
    parts = resource.split(":", 3)
    return parts[2] if len(parts) > 2 else ""


def _grants(document: Document, rest: Sequence[Pair]) -> list[Grant]:
    groups = grouped(rest)
    taken = [one.sid.value for one in document.policy.statements if one.sid is not None]
    named = bool(taken) or not document.policy.statements
    names = sids(groups, taken) if named else [""] * len(groups)
    return [
        Grant(name, group.actions, group.resources, group.conditions)
        for name, group in zip(names, groups, strict=True)
    ]


def _appended(document: Document, grants: Sequence[Grant]) -> Document:
    listed = document.root.get("Statement")
    if not grants or listed is None:
        return document
    order = _order(listed)
    values = [
        dict(sorted(iam_json.value(grant, Spelling()).items(), key=lambda one: order[one[0]]))
        for grant in grants
    ]
    return document.after(json_edit.Editor(document.source).appended(listed, values))


def _order(listed: nodes.Node) -> dict[str, int]:
    """The elements of a statement in the order in which the last one has them."""
    last = list(json_edit.strings(listed))[-1:]
    own = [key for node in last if isinstance(node, nodes.Mapping) for key in node.keys]
    return {key: number for number, key in enumerate(dict.fromkeys((*own, *_KEYS)))}
