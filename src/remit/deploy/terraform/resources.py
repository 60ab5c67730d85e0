"""Resources and data sources: their instances, and their attributes when they are asked for.

An attribute is what is written, else what AWS makes of it (resource_types.py), else a symbol.
A plan's values, where there are any, come before both.
Source: Terraform language, meta-arguments/count and for_each, expressions/dynamic-blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from remit.core.span import Span
from remit.core.text import Hole, Text
from remit.deploy.terraform import data_sources
from remit.deploy.terraform.evaluate import evaluate
from remit.deploy.terraform.nodes import Attr, Block, Body
from remit.deploy.terraform.operations import number, pairs
from remit.deploy.terraform.resource_types import ASSIGNED, DEFAULTS, TYPES, Made
from remit.deploy.terraform.run import MAX_INSTANCES, Run
from remit.deploy.terraform.scope import Module, Scope
from remit.deploy.terraform.values import Fault, Value, of_text, wrapped

Key: TypeAlias = "str | int | None"
_META = frozenset({"count", "for_each", "provider", "depends_on", "lifecycle", "provisioner"})


def with_key(address: str, key: Key) -> str:
    """`address` with its instance key, as Terraform prints it."""
    if key is None:
        return address
    return f"{address}[{key}]" if isinstance(key, int) else f'{address}["{key}"]'


@dataclass(frozen=True, slots=True)
class Instances:
    """Keys with the scope of each. `open` says why it is not known which there are; then there is
    one that stands for all. `shape` is how they are addressed: "", `count` or `for_each`."""

    scopes: Mapping[Key, Scope]
    shape: str = ""
    open: str = ""


def instances(body: Body, module: Module, address: str, span: Span) -> Instances:
    """The instances of a resource or a module call."""
    run = module.run
    planned = run.overlay.keys(address) if run.overlay is not None else None
    shape = next((name for name in ("count", "for_each") if name in body.attributes), "")
    if planned is not None:
        return Instances({key: _keyed(module, key, None, span) for key in planned}, _shape(planned))
    if not shape:
        return Instances({None: Scope(module)})
    expression = body.attributes[shape].expression
    try:
        found = _counted if shape == "count" else _each
        return found(evaluate(expression, Scope(module)), module, expression.span)
    except Fault as fault:
        run.fault(fault)
        return _some(module, shape, "it can't be evaluated", expression.span)


def _shape(keys: list[Key]) -> str:
    if any(isinstance(key, int) for key in keys):
        return "count"
    return "for_each" if any(isinstance(key, str) for key in keys) else ""


def _keyed(module: Module, key: Key, value: Value | None, span: Span) -> Scope:
    if isinstance(key, int):
        return Scope(module, {"count.index": Value(key, span)})
    if isinstance(key, str):
        name = Value(key, span)
        return Scope(module, {"each.key": name, "each.value": value or name})
    return Scope(module)


def _counted(value: Value, module: Module, span: Span) -> Instances:
    count = number(value)
    if count is None:
        return _some(module, "count", _hangs(value), span)
    if count > MAX_INSTANCES:
        raise Fault(span, f"a `count` of {count}: remit follows {MAX_INSTANCES} at most")
    return Instances({i: _keyed(module, i, None, span) for i in range(int(count))}, "count")


def _each(value: Value, module: Module, span: Span) -> Instances:
    found = pairs(value, span)
    if found is None:
        return _some(module, "for_each", _hangs(value), span)
    if len(found) > MAX_INSTANCES:
        raise Fault(span, f"a `for_each` of {len(found)}: remit follows {MAX_INSTANCES} at most")
    scopes: dict[Key, Scope] = {}
    for key, item in found:
        name = key.literal if isinstance(value.data, Mapping) else item.literal
        if name is None:
            return _some(module, "for_each", _hangs(item), span)
        scopes[name] = _keyed(module, name, item, item.span)
    return Instances(scopes, "for_each")


def _hangs(value: Value) -> str:
    holes = value.text.holes if value.text is not None else ()
    return f"it hangs on `{holes[0].name}`" if holes else "it is not known"


def _some(module: Module, shape: str, why: str, span: Span) -> Instances:
    """One instance that stands for none, one or many."""
    run = module.run
    place = f"line {span.line} of {span.file.rpartition('/')[2]}"
    names = {
        name: run.unknown(f"{name} at {place}", span)
        for name in ("each.key", "each.value", "count.index")
    }
    return Instances({None: Scope(module, names)}, shape, why)


@dataclass(slots=True)
class Instance:
    """One instance of a resource or a data source.

    `address` is Terraform's (`module.app.aws_iam_role.r["a"]`), `open` why it may not exist.
    """

    type: str
    name: str
    address: str
    body: Body
    scope: Scope
    span: Span
    data: bool = False
    open: str = ""
    _found: dict[str, Value] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)

    @property
    def title(self) -> str:
        """Its address."""
        return self.address

    @property
    def run(self) -> Run:
        """The state of the stage."""
        return self.scope.module.run

    def attribute(self, name: str, span: Span) -> Value:
        """An attribute: written, made by AWS, or a symbol. Raises Fault."""
        if name not in self._found:
            if name in self._asked:
                raise Fault(span, f"`{self.address}.{name}` refers to itself")
            self._asked.add(name)
            try:
                self._found[name] = self._resolved(name, span)
            finally:
                self._asked.discard(name)
        value = self._found[name]
        return replace(value, ref=self.address) if not value.ref else value

    def get(self, name: str) -> Value:
        """An attribute as it is written, null where it is absent; a fault is noted."""
        try:
            written = self.written(name)
            overlaid = self._overlaid(name, written)
        except Fault as fault:
            self.run.fault(fault)
            return self.run.unknown(f"{self.address}.{name}", self.span)
        return overlaid or written or Value(None, self.span)

    def blocks(self, name: str) -> list[Mapping[str, Value]] | None:
        """The blocks of a type (or the objects of an attribute); None when they are not known."""
        data = self.get(name).data
        if isinstance(data, Text):
            return None
        if isinstance(data, Mapping):
            return [data]
        items = data if isinstance(data, tuple) else ()
        return [item.data for item in items if isinstance(item.data, Mapping)]

    def written(self, name: str) -> Value | None:
        """What the source says of an argument or of the blocks of that name. Raises Fault."""
        expression = self.body.expression(name)
        if expression is not None and name not in _META:
            return evaluate(expression, self.scope)
        return block_values(self.body, name, self.scope)

    def made(self, name: str, span: Span) -> Value | None:
        """What AWS makes of the attribute, None where the tables do not say. Raises Fault."""
        kind = TYPES.get(self.type)
        if name in ASSIGNED.get(self.type, ()):
            return Value(Text.of(self.run.assigned(f"{self.address} {name}")), span)
        if kind is None:
            return None
        shape = (kind.arn or None) if name == "arn" else kind.computed.get(name)
        if name in kind.names and shape is None:
            shape = "{name}"
        return None if shape is None else of_text(self._filled(shape, kind, span), span)

    def _resolved(self, name: str, span: Span) -> Value:
        written = self.written(name)
        overlaid = self._overlaid(name, written)
        if overlaid is not None:
            return overlaid
        if written is not None and written.data is not None:
            return written
        found = data_sources.attribute(self, name, span) if self.data else None
        found = found or self.made(name, span)
        if found is not None:
            return found
        if name in DEFAULTS.get(self.type, {}):
            return wrapped(DEFAULTS[self.type][name], span)
        return self.run.unknown(f"{self.address}.{name}", span)

    def _overlaid(self, name: str, written: Value | None) -> Value | None:
        overlay = self.run.overlay
        if overlay is None:
            return None
        return overlay.attribute(self.address, name, written, self.span, self._unknown)

    def _unknown(self, path: str) -> Value:
        return self.run.unknown(f"{self.address}.{path}", self.span)

    def _filled(self, shape: str, kind: Made, span: Span) -> Text:
        parts: list[str | Hole | Text] = []
        for index, piece in enumerate(shape.replace("}", "{").split("{")):
            if index % 2 == 0:
                parts.append(piece)
            else:
                parts.append(self._part(piece, kind, span))
        return Text.of(*parts)

    def _part(self, part: str, kind: Made, span: Span) -> str | Hole | Text:
        provider = self.body.expression("provider")
        if part == "region" and isinstance(provider, Attr):
            known = self.run.other_regions.get(provider.name)
            return known or self.run.setting(f"region of provider {provider.name}")
        if part in ("region", "account"):
            return self.run.place(part)
        if part == "partition":
            return self.run.partition
        if part == "name":
            return self._own_name(kind, span)
        if part == "arn":
            return self.attribute("arn", span).text or ""
        if part in kind.also:
            found = self.get(part).text
            return found if found is not None else kind.also[part]
        return self._id(part)

    def _id(self, what: str) -> Hole:
        """An id that AWS gives: of a data source's resource it may be any."""
        name = f"{self.address} {what}"
        return self.run.setting(name) if self.data else self.run.assigned(name)

    def _own_name(self, kind: Made, span: Span) -> str | Hole | Text:
        for argument in kind.names:
            written = self.written(argument)
            value = self._overlaid(argument, written) or written
            if value is not None and value.data is not None and value.text is not None:
                text = value.text
                if self.type == "aws_ssm_parameter":  # its ARN has one slash before the name
                    text = _without_slash(text)
                return text
        for argument in kind.names:
            prefix = self.get(f"{argument}_prefix").text
            if prefix is not None:
                return Text.of(prefix, self._id("suffix"))
        if kind.generated is None or self.data:
            return self._id(kind.names[0] if kind.names else "id")
        before, _, after = kind.generated.partition("{id}")
        return Text.of(before, self._id("id"), after)


def _without_slash(text: Text) -> Text:
    first, *rest = text.parts or ("",)
    return Text.of(first.removeprefix("/"), *rest) if isinstance(first, str) else text


def block_values(body: Body, name: str, scope: Scope) -> Value | None:
    """The blocks of a type as a list of objects, `dynamic` ones expanded. Raises Fault."""
    found: list[Value] = []
    span: Span | None = None
    for block in body.blocks:
        if block.type == name:
            span = span or block.span
            found.append(Value(body_values(block.body, scope), block.span))
        elif block.type == "dynamic" and block.labels[:1] == (name,):
            span = span or block.span
            made = _dynamic(block, name, scope)
            if made is None:
                return scope.unknown(f"{name} blocks", block.span)
            found += made
    return None if span is None else Value(tuple(found), span)


def body_values(body: Body, scope: Scope) -> dict[str, Value]:
    """A block's content as an object: its attributes, and lists of its blocks. Raises Fault."""
    found = {
        name: evaluate(attribute.expression, scope)
        for name, attribute in body.attributes.items()
        if name not in _META
    }
    names = {
        block.labels[0] if block.type == "dynamic" and block.labels else block.type
        for block in body.blocks
    }
    for name in sorted(names):
        blocks = block_values(body, name, scope)
        if blocks is not None:
            found[name] = blocks
    return found


def _dynamic(block: Block, name: str, scope: Scope) -> list[Value] | None:
    """What a `dynamic` block stands for, None when its collection is not known. Raises Fault."""
    collection = block.body.expression("for_each")
    content = block.body.of("content")
    if collection is None or not content:
        raise Fault(block.span, "a `dynamic` block needs `for_each` and `content`")
    listed = pairs(evaluate(collection, scope), collection.span)
    if listed is None:
        return None
    if len(listed) > MAX_INSTANCES:
        raise Fault(block.span, f"remit follows {MAX_INSTANCES} elements of a `dynamic` block")
    iterator = block.body.expression("iterator")
    label = getattr(iterator, "name", name)
    found = []
    for key, item in listed:
        inner = scope.with_names({label: Value({"key": key, "value": item}, item.span)})
        found.append(Value(body_values(content[0].body, inner), content[0].span))
    return found
