"""Modules: variables, locals, outputs, resources and the modules they call, found when asked for.

Source: Terraform language, values/*, modules/*, expressions/references.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from remit.core.span import Span
from remit.core.text import Text
from remit.deploy.terraform.evaluate import evaluate
from remit.deploy.terraform.models import model
from remit.deploy.terraform.nodes import Block, Body, Expression, Literal
from remit.deploy.terraform.resources import Instance, Instances, instances, with_key
from remit.deploy.terraform.run import Run
from remit.deploy.terraform.scope import Scope
from remit.deploy.terraform.values import Fault, Value, wrapped

MAX_MODULES = 12
"""Modules inside each other."""


@dataclass(frozen=True, slots=True)
class View:
    """Something whose attributes a function finds (`var`, `local`, `data`, a resource type)."""

    title: str
    find: Callable[[str, Span], Value]

    def attribute(self, name: str, span: Span) -> Value:
        """`title.name`. Raises Fault."""
        return self.find(name, span)


@dataclass(slots=True)
class Module:
    """One instance of a module. `inputs` are what its caller gives, evaluated when asked for."""

    run: Run
    address: str
    folder: str
    body: Body
    inputs: Mapping[str, tuple[Expression, Scope]] = field(default_factory=dict)
    above: tuple[str, ...] = ()
    modelled: bool = False
    _memo: dict[tuple[str, str], Value] = field(default_factory=dict)
    _asked: set[tuple[str, str]] = field(default_factory=set)
    _declared: dict[tuple[str, ...], Block] = field(default_factory=dict)
    _instances: dict[tuple[str, str, str], tuple[Instance, ...]] = field(default_factory=dict)
    _calls: dict[str, dict[str | int | None, Module] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for block in self.body.blocks:
            self._declared.setdefault((block.type, *block.labels), block)

    # --- names ----------------------------------------------------------------------------------

    def root(self, name: str, span: Span) -> Value:
        """What a reference begins with: `var`, `local`, `data`, `module`, a resource type."""
        known: dict[str, Callable[[str, Span], Value]] = {
            "var": self.variable,
            "local": self.local,
            "data": self._data_type,
            "module": self.call,
            "path": self._path,
            "terraform": self._terraform,
        }
        find = known.get(name) or self._names(name, "resource")
        return Value(View(self._under(name), find), span)

    def _under(self, name: str) -> str:
        return f"{self.address}.{name}" if self.address else name

    def _once(self, kind: str, name: str, span: Span, find: Callable[[], Value]) -> Value:
        """Each value is found once; one that needs itself has none."""
        key = (kind, name)
        if key not in self._memo:
            if key in self._asked:
                raise Fault(span, f"`{kind}.{name}` refers to itself")
            self._asked.add(key)
            try:
                self._memo[key] = find()
            finally:
                self._asked.discard(key)
        return self._memo[key]

    def variable(self, name: str, span: Span) -> Value:
        """`var.name`: told, given by the caller, of a file of values, or the default."""
        return self._once("var", name, span, lambda: self._variable(name, span))

    def _variable(self, name: str, span: Span) -> Value:
        run, title = self.run, self._under(f"var.{name}")
        block = self._declared.get(("variable", name))
        if name in self.inputs:
            expression, scope = self.inputs[name]
            value = evaluate(expression, scope)
            if value.data is not None or block is None or _nullable(block):
                return value
        elif not self.address:
            told = run.told.values.get(f"var.{name}", run.told.values.get(name))
            if told is not None:
                return Value(told, span if block is None else block.span)
            if name in run.values:
                return run.values[name]
        if block is None:
            raise Fault(span, f"there is no variable `{name}`")
        default = block.body.expression("default")
        if default is None:
            return run.unknown(title, block.span)
        return _completed(evaluate(default, Scope(self)), block)

    def local(self, name: str, span: Span) -> Value:
        """`local.name`."""
        written = (block.body.expression(name) for block in self.body.of("locals"))
        found = next((one for one in written if one is not None), None)
        if found is None:
            raise Fault(span, f"there is no local `{name}`")
        return self._once("local", name, span, lambda: evaluate(found, Scope(self)))

    def output(self, name: str, span: Span) -> Value:
        """An output's value."""
        block = self._declared.get(("output", name))
        expression = None if block is None else block.body.expression("value")
        if expression is None and self.modelled:
            return self.run.unknown(f"{self.address}.{name}", span)
        if expression is None:
            raise Fault(span, f"`{self.address}` has no output `{name}`")
        return self._once("output", name, span, lambda: evaluate(expression, Scope(self)))

    def _path(self, name: str, span: Span) -> Value:
        """`path.module` as Terraform sees it from the root module's folder."""
        if name in ("module", "root"):
            folder = self.folder if name == "module" else self.run.base
            return Value(posixpath.relpath(folder or ".", self.run.base or "."), span)
        return self.run.unknown(f"path.{name}", span)

    def _terraform(self, name: str, span: Span) -> Value:
        if name == "workspace":
            told = self.run.told.values.get("terraform.workspace", self.run.workspace)
            if told is not None:
                return Value(told, span)
        return self.run.unknown(f"terraform.{name}", span)

    # --- resources ------------------------------------------------------------------------------

    def _data_type(self, name: str, span: Span) -> Value:
        return Value(View(f"data.{name}", self._names(name, "data")), span)

    def _names(self, kind: str, mode: str) -> Callable[[str, Span], Value]:
        return lambda name, span: self._resource(mode, kind, name, span)

    def _resource(self, mode: str, kind: str, name: str, span: Span) -> Value:
        block = self._declared.get((mode, kind, name))
        if block is None:
            what = f"{'data.' if mode == 'data' else ''}{kind}.{name}"
            raise Fault(span, f"there is no `{self._under(what)}`")
        found = self.instances(block)
        shape = self._shape(block)
        if not shape:
            return Value(found[0], span, ref=found[0].address)
        if any(one.open for one in found):
            return self._standing(found[0], span)
        if shape == "count":
            return Value(tuple(Value(one, span, ref=one.address) for one in found), span)
        keyed = {str(one.scope.names["each.key"].literal): one for one in found}
        values = {key: Value(one, span, ref=one.address) for key, one in keyed.items()}
        return Value(values, span, ref=self._under(f"{kind}.{name}"))

    def _standing(self, instance: Instance, span: Span) -> Value:
        """Instances of which it is not known which there are: whatever is asked, any of them."""
        return self.run.unknown(f"{instance.address} instances", span)

    def _shape(self, block: Block) -> str:
        address = self._under(
            ".".join((*(("data",) if block.type == "data" else ()), *block.labels))
        )
        planned = self.run.overlay.keys(address) if self.run.overlay is not None else None
        if planned is not None:
            kinds = {type(key) for key in planned}
            return "count" if int in kinds else "for_each" if str in kinds else ""
        return next((n for n in ("count", "for_each") if n in block.body.attributes), "")

    def instances(self, block: Block) -> tuple[Instance, ...]:
        """The instances of a resource or data block."""
        key = (block.type, block.labels[0], block.labels[1])
        if key not in self._instances:
            self._instances[key] = ()  # a `count` that asks for its own resource finds none
            try:
                self._instances[key] = tuple(self._made(block))
            except Fault as fault:
                self.run.fault(fault)
        return self._instances[key]

    def _made(self, block: Block) -> Iterator[Instance]:
        data = block.type == "data"
        kind, name = block.labels[:2]
        address = self._under(f"{'data.' if data else ''}{kind}.{name}")
        found = instances(block.body, self, address, block.span)
        self.run.step(block.span, len(found.scopes))
        for key, scope in found.scopes.items():
            one = with_key(address, key)
            yield Instance(kind, name, one, block.body, scope, block.span, data, found.open)

    def blocks(self, mode: str) -> Iterator[Block]:
        """All resource or data blocks with both labels."""
        for (kind, *labels), block in self._declared.items():
            if kind == mode and len(labels) == 2:
                yield block

    # --- modules --------------------------------------------------------------------------------

    def call(self, name: str, span: Span) -> Value:
        """`module.name`: the outputs of a module call."""
        block = self._declared.get(("module", name))
        if block is None:
            raise Fault(span, f"there is no module `{name}`")
        found = self.modules(block)
        address = self._under(f"module.{name}")
        if found is None:
            return Value(View(address, lambda n, at: self.outside(block, n, at)), span)
        views = {key: Value(View(one.address, one.output), span) for key, one in found.items()}
        shape = next((n for n in ("count", "for_each") if n in block.body.attributes), "")
        if not shape:
            return views[None] if None in views else self.run.unknown(address, span)
        if None in views:
            return self.run.unknown(f"{address} instances", span)
        if shape == "count":
            return Value(tuple(views.values()), span)
        return Value({str(key): view for key, view in views.items()}, span)

    def outside(self, block: Block, name: str, span: Span) -> Value:
        """An output of a module that is not followed: a symbol."""
        return self.run.unknown(self._under(f"module.{block.labels[0]}.{name}"), span)

    def modules(self, block: Block) -> dict[str | int | None, Module] | None:
        """The instances of a module call; None when its source is not followed (a problem says
        so)."""
        name = block.labels[0]
        if name not in self._calls:
            self._calls[name] = None  # a module whose `count` asks for itself
            try:
                self._calls[name] = self._called(block)
            except Fault as fault:
                self.run.fault(fault)
        return self._calls[name]

    def children(self) -> Iterator[tuple[Block, dict[str | int | None, Module] | None]]:
        """Every module call with its instances."""
        for (kind, *labels), block in self._declared.items():
            if kind == "module" and len(labels) == 1:
                yield block, self.modules(block)

    def _called(self, block: Block) -> dict[str | int | None, Module] | None:
        name = block.labels[0]
        address = self._under(f"module.{name}")
        body, folder, modelled = self._module_body(block, address)
        if body is None:
            return None
        made: Instances = instances(block.body, self, address, block.span)
        found: dict[str | int | None, Module] = {}
        self.run.step(block.span, len(made.scopes) * len(body.blocks))
        for key, scope in made.scopes.items():
            inputs = {n: (a.expression, scope) for n, a in block.body.attributes.items()}
            found[key] = Module(
                self.run,
                with_key(address, key),
                folder,
                body,
                inputs,
                (*self.above, self.folder),
                modelled=modelled,
            )
        return found

    def _module_body(self, block: Block, address: str) -> tuple[Body | None, str, bool]:
        """A module's body and folder, and whether it is a model of a module that is not here."""
        run = self.run
        planned = run.overlay.body(address) if run.overlay is not None else None
        written = block.body.expression("source")
        source = ""
        if written is not None:
            try:
                source = evaluate(written, Scope(self)).literal or ""
            except Fault as fault:
                run.fault(fault)
        if not source.startswith(("./", "../")):
            if planned is not None:
                return planned, self.folder, False
            return model(source, block.span), self.folder, True
        folder = posixpath.normpath(posixpath.join(self.folder, source))
        folder = "" if folder == "." else folder
        if folder.startswith("..") or not run.files.names(folder):
            if planned is None:
                where = written.span if written is not None else block.span
                what = f"the module's folder `{source}` is not there"
                run.problem(where, what, "Check the folder that holds both.")
            return planned, self.folder, False
        if folder in (*self.above, self.folder) or len(self.above) > MAX_MODULES:
            run.problem(block.span, f"the module `{block.labels[0]}` includes itself")
            return None, "", False
        return run.files.folder(folder), folder, False


def _nullable(block: Block) -> bool:
    """Whether null may be given; where not, it means the default (values/variables, `nullable`)."""
    written = block.body.expression("nullable")
    return not (isinstance(written, Literal) and written.value is False)


def _completed(value: Value, block: Block) -> Value:
    """A variable's default. Its type may add optional attributes: those stay as they are."""
    return replace(value, span=value.span if value.data is not None else block.span)


def every(module: Module) -> Iterator[Module]:
    """The module and all below it."""
    yield module
    for _, found in module.children():
        for child in (found or {}).values():
            yield from every(child)


__all__ = ["Module", "Text", "View", "every", "wrapped"]
