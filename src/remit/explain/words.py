"""What people call layers and changes.

What may live here: one name for each layer and one sentence for each kind of change, as tables.
"""

from __future__ import annotations

from collections.abc import Mapping

from remit.core.decision import Layer
from remit.core.policy import Policy, Statement
from remit.explain.change import Change, Kind
from remit.explain.notes import value_text

LAYERS: Mapping[Layer, str] = {
    Layer.IDENTITY: "identity policies",
    Layer.RESOURCE: "resource policy",
    Layer.BOUNDARY: "permissions boundary",
    Layer.SESSION: "session policy",
    Layer.SCP: "SCPs",
    Layer.RCP: "RCPs",
    Layer.VPC_ENDPOINT: "VPC endpoint policy",
}
"""For people, as a column of the trace."""

_SENTENCES: Mapping[Kind, str] = {
    Kind.ADD_ACTION: "add {value} to `{element}` of {statement}",
    Kind.REMOVE_ACTION: "take {value} out of `{element}` of {statement}",
    Kind.SET_VERSION: "set `Version` of {document} to {value}: then `${{...}}` is read",
    Kind.ADD_RESOURCE: "add {value} to `{element}` of {statement}",
    Kind.REMOVE_RESOURCE: "take {value} out of `{element}` of {statement}",
    Kind.ADD_PRINCIPAL: "add {value} to `Principal` of {statement}",
    Kind.ADD_VALUE: "add {value} to `{operator}` on `{key}` in {statement}",
    Kind.REMOVE_VALUE: "take {value} out of `{operator}` on `{key}` in {statement}",
    Kind.SET_CONTEXT: "make the request with `{key}` set to {value}",
    Kind.ADD_STATEMENT: "add to {document}",
    Kind.REMOVE_STATEMENT: "take out {statement}",
}
_EXEMPTIONS: Mapping[str, str] = {
    "NotPrincipal": "add {value} to `NotPrincipal` of {statement}",
    "Condition": "exempt the caller: add `{operator}` on `{key}` with {value} to {statement}",
}


def sentence(change: Change) -> str:
    """What to do, without a full stop."""
    form = _EXEMPTIONS[change.element] if change.kind is Kind.EXEMPT else _SENTENCES[change.kind]
    found = {
        "value": _value(change),
        "element": change.element,
        "key": change.key,
        "operator": change.operator,
        "statement": _statement(change.statement, change.layer),
        "document": _document(change.document, change.layer),
    }
    return form.format_map(found)


def _value(change: Change) -> str:
    if change.kind is Kind.EXEMPT and isinstance(change.value, tuple):
        return " and ".join(f"`{one}`" for one in change.value)
    return "" if change.value is None else value_text(change.value)


def _statement(statement: Statement | None, layer: Layer | None) -> str:
    if statement is None or layer is None:
        return ""
    return f"{statement_name(statement)} ({LAYERS[layer]}, {statement.span})"


def statement_name(statement: Statement) -> str:
    """`statement 2`, with its Sid where it has one."""
    sid = f" `{statement.sid.value}`" if statement.sid and statement.sid.value else ""
    return f"statement {statement.index}{sid}"


def _document(document: Policy | None, layer: Layer | None) -> str:
    if layer is None:
        return ""
    if document is None:
        return f"a new document ({LAYERS[layer]})"
    return f"`{document.name or document.span.file}` ({LAYERS[layer]})"
