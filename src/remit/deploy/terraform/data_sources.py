"""Data sources that remit answers itself: policy documents, account, region, partition, files.

Source: the AWS provider's documentation (registry.terraform.io/providers/hashicorp/aws, data
sources), for `aws_iam_policy_document` its merging rules ("source_policy_documents",
"override_policy_documents").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from remit.core.span import Span
from remit.core.text import Hole, HoleKind, Text
from remit.deploy.terraform import file_functions, places
from remit.deploy.terraform.evaluate import evaluate
from remit.deploy.terraform.run import Run
from remit.deploy.terraform.scope import Closed, Scope
from remit.deploy.terraform.shaped import Context, Render
from remit.deploy.terraform.values import Fault, Open, Value, encoded, of_text, plain
from remit.syntax import nodes
from remit.syntax.source import DocumentError, Source


class Instance(Protocol):
    """What is asked of a data source (resources.Instance)."""

    type: str
    address: str
    span: Span
    scope: Scope

    @property
    def run(self) -> Run:
        """The state of the stage."""
        ...

    def get(self, name: str) -> Value:
        """An argument, null where it is absent."""
        ...

    def blocks(self, name: str) -> list[Mapping[str, Value]] | None:
        """The blocks of a type; None when they are not known."""
        ...


_VERSION = "2012-10-17"


def attribute(instance: Instance, name: str, span: Span) -> Value | None:
    """A computed attribute of a data source, None where nothing is known of it. Raises Fault."""
    found = _TABLE.get((instance.type, name))
    return None if found is None else found(instance, span)


def _place(name: str) -> Callable[[Instance, Span], Value]:
    return lambda instance, span: of_text(Text.of(instance.run.place(name)), span)


def _partition(instance: Instance, span: Span) -> Value:
    return Value(instance.run.partition, span)


def _suffix(instance: Instance, span: Span) -> Value:
    china = instance.run.partition == "aws-cn"
    return Value("amazonaws.com.cn" if china else "amazonaws.com", span)


def _rendered(instance: Instance, span: Span) -> Value | None:
    """`template_file`: the old form of `templatefile`, with the template's text itself."""
    text, names = instance.get("template"), instance.get("vars").data
    if text.literal is None:
        return None
    pieces = text.pieces
    plain_source = pieces[0].source if len(pieces) == 1 and pieces[0].plain else None
    source = plain_source or Source(text.literal, text.span.file)
    context = Context(instance.run, instance.scope.module.folder, span, _renderer(instance))
    return file_functions.rendered(source, names if isinstance(names, Mapping) else {}, context)


def _renderer(instance: Instance) -> Render:
    closed = Closed(instance.scope.module)
    return lambda node, names: evaluate(node, Scope(closed, names))


def _content(instance: Instance, _span: Span) -> Value | None:
    """`local_file`: the content of the file."""
    name = instance.get("filename").literal
    found = None if name is None else file_functions.in_tree(name, instance.run.base)
    if found is None:
        return None
    try:
        text = instance.run.files.tree.read(found).decode()
    except (OSError, UnicodeDecodeError):
        return None
    source = Source(text, found)
    return of_text(Text.of(text), instance.span, (file_functions.whole(source),))


# --- aws_iam_policy_document ----------------------------------------------------------------------


def _json(instance: Instance, span: Span) -> Value:
    """The document as a string that knows its nodes. Raises Fault."""
    run = instance.run
    try:
        found = _merged(instance)
        version = instance.get("version").literal or _VERSION
        entries: list[tuple[str, nodes.Node]] = [("Version", _text(version, instance.span))]
        identifier = instance.get("policy_id")
        if identifier.data is not None:
            entries.append(("Id", places.node(identifier)))
        entries.append(("Statement", nodes.Sequence(tuple(found), instance.span)))
    except Open as missing:
        return Value(Text.of(run.setting(missing.hole.name)), instance.span)
    except DocumentError as error:
        raise Fault(error.problem.span, error.problem.message) from None
    keyed = tuple((places.key_of(key, instance.span), one) for key, one in entries)
    node = nodes.Mapping(keyed, instance.span)
    text = encoded(places.values(node))
    return Value(text.literal or text, instance.span, node=node)


def _merged(instance: Instance) -> list[nodes.Node]:
    """Statements of the sources, of the document, of the overrides; a later Sid replaces an
    earlier one at its place. Raises Open, DocumentError."""
    groups = [_documents(instance, "source_policy_documents", "source_json")]
    own = instance.blocks("statement")
    if own is None:
        raise Open(Hole(HoleKind.ENV, f"{instance.address}.statement"))
    groups.append([_statement(one, instance) for one in own])
    groups.append(_documents(instance, "override_policy_documents", "override_json"))
    found: list[nodes.Node] = []
    at: dict[str, int] = {}
    for group in groups:
        for statement in group:
            sid = _sid(statement)
            if sid and sid in at:
                found[at[sid]] = statement
                continue
            if sid:
                at[sid] = len(found)
            found.append(statement)
    return found


def _documents(instance: Instance, listed: str, single: str) -> list[nodes.Node]:
    values = [instance.get(single)]
    several = instance.get(listed)
    if several.hole is not None:
        raise Open(several.hole)
    values += several.data if isinstance(several.data, tuple) else ()
    found: list[nodes.Node] = []
    for value in values:
        if value.data is None or value.literal == "":
            continue
        if value.hole is not None and value.node is None:
            raise Open(value.hole)
        document = places.document(value)
        statements = document.get("Statement") if isinstance(document, nodes.Mapping) else None
        if isinstance(statements, nodes.Sequence):
            found += statements.items
        elif statements is not None:
            found.append(statements)
    return found


_FIELDS = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}


def _statement(block: Mapping[str, Value], instance: Instance) -> nodes.Node:
    entries: list[tuple[str, nodes.Node]] = []
    sid = block.get("sid")
    if sid is not None and sid.data not in (None, ""):
        entries.append(("Sid", places.node(sid)))
    effect = block.get("effect")
    written = effect is not None and effect.data is not None
    span = next((value.span for value in block.values()), instance.span)
    entries.append(("Effect", places.node(effect) if effect and written else _text("Allow", span)))
    for name, element in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        principals = _principals(block.get(name))
        if principals is not None:
            entries.append((element, principals))
    for name, element in _FIELDS.items():
        value = block.get(name)
        if value is not None and value.data not in (None, ()):
            entries.append((element, _variables(places.node(value))))
    conditions = _conditions(block.get("condition"))
    if conditions is not None:
        entries.append(("Condition", conditions))
    return nodes.Mapping(
        tuple((places.key_of(key, one.span), one) for key, one in entries), _around(entries)
    )


def _around(entries: list[tuple[str, nodes.Node]]) -> Span:
    """From the first to the last part of a statement, for findings about all of it."""
    spans = [one.span for _, one in entries]
    first = min(spans, key=lambda span: (span.line, span.column))
    last = max(spans, key=lambda span: (span.end_line, span.end_column))
    if first.file != last.file:
        return first
    return Span(first.file, first.line, first.column, last.end_line, last.end_column)


def _principals(value: Value | None) -> nodes.Node | None:
    blocks = _objects(value)
    if not blocks:
        return None
    found: dict[str, list[nodes.Node]] = {}
    spans: dict[str, Span] = {}
    for block in blocks:
        kind = plain(block["type"]) if "type" in block else "*"
        identifiers = block.get("identifiers")
        if identifiers is None:
            continue
        listed = places.node(identifiers)
        items = listed.items if isinstance(listed, nodes.Sequence) else (listed,)
        spans.setdefault(str(kind), identifiers.span)
        found.setdefault(str(kind), []).extend(_variables(item) for item in items)
    if set(found) == {"*"}:
        return _text("*", spans["*"])
    entries = tuple(
        (
            places.key_of(kind if kind != "*" else "AWS", spans[kind]),
            nodes.Sequence(tuple(items), spans[kind]),
        )
        for kind, items in found.items()
    )
    return nodes.Mapping(entries, next(iter(spans.values())))


def _conditions(value: Value | None) -> nodes.Node | None:
    blocks = _objects(value)
    if not blocks:
        return None
    tests: dict[str, dict[str, list[nodes.Node]]] = {}
    spans: dict[tuple[str, str], tuple[Span, Span]] = {}
    for block in blocks:
        if not {"test", "variable", "values"} <= set(block):
            continue
        test, variable = str(plain(block["test"])), str(plain(block["variable"]))
        listed = places.node(block["values"])
        items = listed.items if isinstance(listed, nodes.Sequence) else (listed,)
        spans.setdefault((test, variable), (block["test"].span, block["variable"].span))
        tests.setdefault(test, {}).setdefault(variable, []).extend(map(_variables, items))
    entries = []
    for test, keys in tests.items():
        inner = tuple(
            (
                places.key_of(key, spans[test, key][1]),
                nodes.Sequence(tuple(items), spans[test, key][1]),
            )
            for key, items in keys.items()
        )
        place = spans[test, next(iter(keys))][0]
        entries.append((places.key_of(test, place), nodes.Mapping(inner, place)))
    return nodes.Mapping(tuple(entries), entries[0][0].span) if entries else None


def _objects(value: Value | None) -> list[Mapping[str, Value]]:
    if value is None or value.data is None:
        return []
    if value.hole is not None:
        raise Open(value.hole)
    items = value.data if isinstance(value.data, tuple) else ()
    return [item.data for item in items if isinstance(item.data, Mapping)]


def _variables(node: nodes.Node) -> nodes.Node:
    """`&{aws:username}` is how a policy variable is written in this data source."""
    if isinstance(node, nodes.Sequence):
        return nodes.Sequence(tuple(map(_variables, node.items)), node.span)
    if isinstance(node, nodes.Scalar) and "&{" in node.text:
        text = node.text.replace("&{", "${")
        return nodes.Scalar(text, text, node.span)
    return node


def _sid(node: nodes.Node) -> str:
    found = node.get("Sid") if isinstance(node, nodes.Mapping) else None
    return found.text if isinstance(found, nodes.Scalar) else ""


def _text(text: str, span: Span) -> nodes.Node:
    return nodes.Scalar(text, text, span)


_TABLE: Mapping[tuple[str, str], Callable[[Instance, Span], Value | None]] = {
    ("aws_caller_identity", "account_id"): _place("account"),
    ("aws_caller_identity", "id"): _place("account"),
    ("aws_region", "name"): _place("region"),
    ("aws_region", "id"): _place("region"),
    ("aws_region", "region"): _place("region"),
    ("aws_partition", "partition"): _partition,
    ("aws_partition", "id"): _partition,
    ("aws_partition", "dns_suffix"): _suffix,
    ("aws_iam_policy_document", "json"): _json,
    ("aws_iam_policy_document", "minified_json"): _json,
    ("template_file", "rendered"): _rendered,
    ("local_file", "content"): _content,
}
