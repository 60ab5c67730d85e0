"""The case format: one JSON line to a request and its policies.

What may live here: the shape of a case, and what is said about one that has another. Errors name
their place as a JSON pointer (RFC 6901), or as `line:column` where the line is not JSON. What is
wrong inside a policy document is no error of the case: see `policies`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from remit.app.memo import Memo
from remit.app.policies import Compiled, Levels, compile_layers, notes_of
from remit.app.quick import read as quick_read
from remit.app.requests import KEYS, CaseError, Name, request
from remit.core.decision import Layer
from remit.core.policy import Policy
from remit.core.request import Request, Value
from remit.core.span import Problem, Span
from remit.syntax import nodes
from remit.syntax.document import DocumentError, load
from remit.syntax.names import nearest
from remit.syntax.notes import describe
from remit.syntax.policy import parse
from remit.syntax.source import shown

_LAYERS = {str(layer): layer for layer in Layer}
_FILE = "line.json"  # the name says that it is JSON
_BY_LEVEL = frozenset({Layer.SCP, Layer.RCP})


@dataclass(frozen=True, slots=True)
class Case:
    """One line, read. `name` is its `id`."""

    name: Name
    request: Request
    compiled: Compiled


def read(line: bytes, number: int, memo: Memo) -> Case:
    """The case in `line`, which is the batch's line `number`. Raises CaseError, nothing else."""
    text = _decoded(line)
    known = memo.find(text)
    if known is not None and (quick := quick_read(known.rest)):
        return Case(*quick, known.compiled)
    try:
        root = load(line, _FILE)
    except DocumentError as error:
        raise _no_json(error.problem, line, number) from error
    name, members = _members(root)
    try:
        case = Case(name, _request(members["request"]), _compiled(members["policies"]))
    except CaseError as error:
        error.name = name
        raise
    if text:
        memo.keep(text, members["policies"].span, case.compiled)
    return case


def _decoded(line: bytes) -> str:
    """The line as text; empty where it is none, or where columns would not count from its start."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if text.startswith("\ufeff") else text


# -- the line ----------------------------------------------------------------------------------


def _no_json(problem: Problem, line: bytes, number: int) -> CaseError:
    span = problem.span
    column = span.column
    if span.line > 1:  # a bare carriage return: a new line for editors, none in a batch
        before = line.decode("utf-8", "replace").split("\r")[: span.line - 1]
        column += sum(len(part) + 1 for part in before)
    return CaseError(_with_hint(problem.message, problem.hint), f"{number}:{column}")


def _with_hint(message: str, hint: str) -> str:
    return f"{message}; {hint}" if hint else message


def _members(root: nodes.Node) -> tuple[Name, dict[str, nodes.Node]]:
    """The `id`, and the members of the case. Keys that are not its own belong to the caller."""
    if not isinstance(root, nodes.Mapping):
        raise CaseError(f"a case must be an object, not {describe(root)}", "")
    members = _object(root, "", "the case")
    name = members.get("id")
    if name is not None and not (isinstance(name, nodes.Scalar) and _is_name(name)):
        raise CaseError(f"the `id` must be text or a whole number, not {describe(name)}", "/id")
    text = _name(name) if isinstance(name, nodes.Scalar) else None
    for key in ("request", "policies"):
        if key not in members:
            raise CaseError(f"the case has no `{key}`", f"/{key}", text)
    return text, members


def _name(name: nodes.Scalar) -> Name:
    return name.value if isinstance(name.value, int) else name.text


def _is_name(name: nodes.Scalar) -> bool:
    return name.is_string or type(name.value) is int


def _object(
    node: nodes.Node, where: str, what: str, known: Collection[str] | None = None
) -> dict[str, nodes.Node]:
    """The members of an object: no key twice, and no key but the `known` ones."""
    if not isinstance(node, nodes.Mapping):
        raise CaseError(f"{what} must be an object, not {describe(node)}", where)
    for key, _ in node.duplicates():
        message = f"{shown(key.text)} is written twice in one object"
        raise CaseError(message, _below(where, key.text))
    members = {key.text: value for key, value in node.entries}
    for text in members:
        if known is not None and text not in known:
            near = nearest(text, known)
            hint = f"did you mean `{near}`?" if near else "expected " + ", ".join(known)
            message = _with_hint(f"{shown(text)} is no key of {what}", hint)
            raise CaseError(message, _below(where, text))
    return members


def _text(node: nodes.Node, where: str, what: str) -> str:
    if not isinstance(node, nodes.Scalar) or not node.is_string:
        raise CaseError(f"{what} must be text, not {describe(node)}", where)
    return node.text


def _below(where: str, key: object) -> str:
    return f"{where}/" + str(key).replace("~", "~0").replace("/", "~1")


# -- the request -------------------------------------------------------------------------------


def _request(node: nodes.Node) -> Request:
    members = _object(node, "/request", "the request", KEYS)
    found: dict[str, str] = {}
    for key in KEYS[:4]:
        if key in members:
            found[key] = _text(members[key], f"/request/{key}", f"the `{key}`")
        elif key != "resourceAccount":
            hint = "; write `*` where the action has none" if key == "resource" else ""
            raise CaseError(f"the request has no `{key}`{hint}", f"/request/{key}")
    context = _context(members["context"]) if "context" in members else {}
    try:
        return request(
            found["principal"],
            found["action"],
            found["resource"],
            found.get("resourceAccount"),
            context,
        )
    except CaseError as error:
        error.where = f"/request/{error.where}"
        raise


def _context(node: nodes.Node) -> dict[str, Value]:
    """Keys to values: one value, or a list of them."""
    members = _object(node, "/request/context", "the context")
    spelled: dict[str, str] = {}
    context: dict[str, Value] = {}
    for key, value in members.items():
        where = _below("/request/context", key)
        first = spelled.setdefault(key.lower(), key)
        if first != key:
            message = f"{shown(first)} and {shown(key)} are the same key: case does not count"
            raise CaseError(message, where)
        if isinstance(value, nodes.Sequence):
            items = enumerate(value.items)
            context[key] = tuple(_value(item, _below(where, index)) for index, item in items)
        else:
            context[key] = _value(value, where)
    return context


def _value(node: nodes.Node, where: str) -> str:
    """Text; a number or boolean counts as the text that the author wrote."""
    if isinstance(node, nodes.Scalar) and node.value is not None:
        return node.text
    raise CaseError(f"a context value must be text or a list of texts, not {describe(node)}", where)


# -- the policies ------------------------------------------------------------------------------


def _compiled(node: nodes.Node) -> Compiled:
    members = _object(node, "/policies", "the policies", _LAYERS)
    notes: list[str] = []
    layers = {
        _LAYERS[key]: _levels(value, _LAYERS[key], f"/policies/{key}", notes)
        for key, value in members.items()
    }
    try:
        return compile_layers(layers, tuple(notes))
    except ValueError as error:
        raise CaseError(str(error), "/policies") from error


def _levels(node: nodes.Node, layer: Layer, where: str, notes: list[str]) -> Levels:
    """The layer's documents by level, as the case format shapes it."""
    if layer is Layer.RESOURCE:
        return ((_policy(node, where, notes),),)
    if layer not in _BY_LEVEL:
        what = f"`{layer}` must be a list of policies"
        return (tuple(_policy(*one, notes) for one in _items(node, where, what)),)
    levels = _items(node, where, f"`{layer}` must be a list of levels")
    return tuple(
        tuple(
            _policy(*one, notes)
            for one in _items(level, place, f"a level of `{layer}` must be a list of policies")
        )
        for level, place in levels
    )


def _items(node: nodes.Node, where: str, what: str) -> Iterator[tuple[nodes.Node, str]]:
    """The items of a list, each with its pointer."""
    if not isinstance(node, nodes.Sequence):
        raise CaseError(f"{what}, not {describe(node)}", where)
    for index, item in enumerate(node.items):
        yield item, _below(where, index)


def _policy(node: nodes.Node, where: str, notes: list[str]) -> Policy:
    """One document. An object in which there is no policy is one that says nothing."""
    if not isinstance(node, nodes.Mapping):
        raise CaseError(f"a policy must be an object, not {describe(node)}", where)
    policy, problems = parse(node, where)
    notes.extend(notes_of(problems, lambda problem: pointer(node, problem.span, where)))
    return policy or Policy("", (), node.span, where)


def pointer(node: nodes.Node, span: Span, where: str = "") -> str:
    """The JSON pointer of the innermost member of `node`, itself at `where`, that holds `span`."""
    inner: nodes.Node | None = node
    while inner is not None:
        inner, key = _step(inner, span)
        if key is not None:
            where = _below(where, key)
    return where


def _step(node: nodes.Node, span: Span) -> tuple[nodes.Node | None, object]:
    """The member that holds `span` and its key or index; no node where it can't be a deeper one."""
    if isinstance(node, nodes.Mapping):
        for key, value in node.entries:
            if _holds(value.span, span):
                return value, key.text
            if _holds(key.span, span):
                return None, key.text
    elif isinstance(node, nodes.Sequence):
        for index, item in enumerate(node.items):
            if _holds(item.span, span):
                return item, index
    return None, None


def _holds(outer: Span, inner: Span) -> bool:
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
