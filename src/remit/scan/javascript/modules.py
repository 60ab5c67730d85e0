"""Modules: what they import and export, in both of JavaScript's ways, and how they are loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from remit.core.span import Problem
from remit.scan.javascript import aws
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.state import Activation
from remit.scan.javascript.syntax import Node, Source
from remit.scan.javascript.text import string
from remit.scan.javascript.values import NULL, Arr, Live, Module, Native, Obj, Scope, Value, at
from remit.scan.javascript.world import node_module
from remit.scan.sdk.objects import SdkObject
from remit.scan.values import External, code

DEFAULT = "*default*"
"""The name that holds a module's default export; no program can write it."""


def load(m: Machine, file: str) -> Module | None:
    """The module in `file`, run once; None when it can't be read."""
    if file in m.modules:
        return m.modules[file]
    source = m.library.source(file)
    if source is None:
        m.modules[file] = None
        return None
    scope = Scope(function=True)
    module = Module(file, source, scope)
    m.modules[file] = module
    scope.slots |= {
        "module": module.module,
        "exports": module.module.slots["exports"],
        "require": Native("require", lambda m, args, node: _require(m, at(args, 0), node)),
        "__dirname": "/var/task",
        "__filename": f"/var/task/{file}",
    }
    called_at = m.stack[-1].at.span if m.stack and m.stack[-1].at is not None else None
    m.enter(Activation(file, module, scope, called_at))
    try:
        _enter(m, module, source.root)
        m.block(source.root.kids)
    finally:
        m.stack.pop()
    return module


def _require(m: Machine, specifier: Value, node: Node) -> Value:
    if not isinstance(specifier, str):
        return code("require()")
    return plain(m.required(specifier, node))


def plain(value: Value) -> Value:
    """What `require` gives for a module: of CommonJS, what it exports."""
    if isinstance(value, Module) and not value.is_es:
        return value.module.slots.get("exports")
    return value


def required(m: Machine, specifier: str, node: Node) -> Value:
    """What `specifier` means in the running module: a module, or something from outside."""
    known = aws.module(specifier)
    if known is None:
        known = node_module(specifier)
    if known is not None:
        return known
    importer = m.frame.module.file
    file = m.library.find(specifier, importer)
    if file is None:
        if specifier.startswith("."):
            return _lost(m, specifier, node)
        return External(specifier.removeprefix("node:"))
    if file.endswith(".json"):
        return value_of(m.library.data(file))
    m.frame.at = node
    return load(m, file) or code(specifier)


def _lost(m: Machine, specifier: str, node: Node) -> Value:
    if node.kind == "import_statement" and _only_types(m.frame.module.source, node):
        return code(specifier)
    name = specifier.rpartition("/")[2]
    suffix = name.rpartition(".")[2] if "." in name.strip(".") else ""
    if suffix in ("", "js", "mjs", "cjs", "ts", "mts", "cts", "tsx", "jsx", "json"):
        problem = Problem(
            node.span,
            f"`{specifier}` was not found",
            "calls in it are not checked; generate the file before the check, if it is generated",
        )
        if problem not in m.library.problems:
            m.library.problems.append(problem)
    return code(specifier)


def _only_types(source: Source, node: Node) -> bool:
    """Whether a TypeScript file uses what an import names as types only: then it is no import."""
    if not source.file.endswith(("ts", "tsx")):
        return False
    bound = {one.text for one in node.walk() if one.kind == "identifier"}
    return bool(bound) and not any(
        one.kind in ("identifier", "shorthand_property_identifier") and one.text in bound
        for top in source.root.kids
        if top.kind != "import_statement"
        for one in top.walk()
    )


def value_of(data: Any) -> Value:
    """A JSON value."""
    if isinstance(data, dict):
        return Obj({key: value_of(value) for key, value in data.items()})
    if isinstance(data, list):
        return Arr([value_of(value) for value in data])
    return NULL if data is None else data


# -- what a module says at its top ---------------------------------------------------------------


def _enter(m: Machine, module: Module, root: Node) -> None:
    """Note the exports and bind the imports; these run first."""
    for node in root.kids:
        if node.kind == "export_statement":
            module.is_es = module.is_es or "=" not in node.tokens
            _note_export(m, module, node)
        elif node.kind == "import_statement":
            module.is_es = module.is_es or not _is_require(node)
    for node in root.kids:
        if node.kind == "import_statement" and not _is_type(node):
            _import(m, module, node)
        elif node.kind == "export_statement":
            source = node.field("source")
            if source is not None and not _is_type(node):
                m.required(string(source), node)


def _is_type(node: Node) -> bool:
    return node.tokens[1:2] in (("type",), ("typeof",))


def _is_require(node: Node) -> bool:
    return any(kid.kind == "import_require_clause" for kid in node.kids)


def _note_export(m: Machine, module: Module, node: Node) -> None:
    declared, source = node.field("declaration"), node.field("source")
    if "default" in node.tokens:
        module.exported["default"] = _local(module, DEFAULT)
    elif declared is not None:
        for name in _declared(declared):
            module.exported[name] = _local(module, name)
    elif source is not None:
        _note_from(m, module, node, string(source))
    else:
        for local, name in _specifiers(node):
            module.exported[name] = _local(module, local)


def _note_from(m: Machine, module: Module, node: Node, specifier: str) -> None:
    if _is_type(node):
        return
    other = _other(m, module, specifier, node)
    namespace = next((kid for kid in node.kids if kid.kind == "namespace_export"), None)
    if namespace is not None and namespace.kids:
        module.exported[namespace.kids[0].text] = other
    elif any(kid.kind == "export_clause" for kid in node.kids):
        for local, name in _specifiers(node):
            module.exported[name] = lambda local=local: imported(m, other(), local, node)  # type: ignore[misc]  # mypy infers no type for a default of a lambda
    else:
        module.stars.append(other)


def _other(m: Machine, module: Module, specifier: str, node: Node) -> Callable[[], Value]:
    def get() -> Value:
        m.enter(Activation(module.file, module, module.scope))
        try:
            return m.required(specifier, node)
        finally:
            m.stack.pop()

    return get


def _local(module: Module, name: str) -> Callable[[], Value]:
    def get() -> Value:
        value = module.scope.slots.get(name)
        return value.get() if isinstance(value, Live) else value

    return get


def _declared(node: Node) -> list[str]:
    """The names that a declaration binds."""
    name = node.field("name")
    if name is not None:
        return [name.text]
    found = []
    for declarator in node.kids:
        target = declarator.field("name")
        if target is not None:
            kinds = ("identifier", "shorthand_property_identifier_pattern")
            found += [one.text for one in target.walk() if one.kind in kinds]
    return found


def _specifiers(node: Node) -> list[tuple[str, str]]:
    clause = next((kid for kid in node.kids if kid.kind == "export_clause"), None)
    found = []
    for one in clause.kids if clause is not None else ():
        name, alias = one.field("name"), one.field("alias")
        if name is not None:
            found.append((_word(name), _word(alias or name)))
    return found


def _word(node: Node) -> str:
    return string(node) if node.kind == "string" else node.text


def _import(m: Machine, module: Module, node: Node) -> None:
    clauses = [node, *node.kids]  # `import x = require(...)` keeps its source in the clause
    source = next((one for kid in clauses if (one := kid.field("source")) is not None), None)
    if source is None:
        return
    value = m.required(string(source), node)
    slots = module.scope.slots
    for clause in node.kids:
        if clause.kind == "import_require_clause" and clause.kids:
            slots[clause.kids[0].text] = plain(value)
        for part in clause.kids if clause.kind == "import_clause" else ():
            if part.kind == "identifier":
                slots[part.text] = _live(m, value, "default", node)
            elif part.kind == "namespace_import" and part.kids:
                slots[part.kids[0].text] = plain(value)
            elif part.kind == "named_imports":
                for one in part.kids:
                    name, alias = one.field("name"), one.field("alias")
                    if name is not None:
                        slots[(alias or name).text] = _live(m, value, _word(name), node)


def _live(m: Machine, value: Value, name: str, node: Node) -> Value:
    if isinstance(value, Module):
        return Live(lambda: imported(m, value, name, node))
    return imported(m, value, name, node)


def imported(m: Machine, value: Value, name: str, node: Node) -> Value:
    """The export `name` of what an import means."""
    if name == "default" and isinstance(value, (External, SdkObject, Obj, Arr)):
        return value.slots.get("default", value) if isinstance(value, Obj) else value
    return m.member(value, name, node)
