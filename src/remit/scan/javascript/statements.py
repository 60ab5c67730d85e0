"""Statements: a table, one function for each kind of node that tree-sitter's grammars have."""

from __future__ import annotations

from collections.abc import Callable

from remit.core.text import Hole, HoleKind
from remit.scan.javascript.catches import clause
from remit.scan.javascript.loops import do_while, for_each, for_loop, while_loop
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.operators import equal, reason
from remit.scan.javascript.state import ON, Change, Leap
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import Obj, Scope, Value
from remit.scan.values import data


def setting(value: Value) -> Hole | None:
    """The setting on which an undecided condition hangs, if it is one."""
    hole = reason(value)
    return hole if hole.kind is HoleKind.ENV else None


def _expression(m: Machine, node: Node) -> Leap:
    for kid in node.kids:
        m.ev(kid)
        if _exits(kid):
            return "throw"
    return ON


def _exits(node: Node) -> bool:
    """Whether the statement is `process.exit(...)`, after which nothing runs."""
    called = node.field("function") if node.kind == "call_expression" else None
    return called is not None and called.text == "process.exit"


def _declaration(m: Machine, node: Node) -> Leap:
    scope = m.frame.scope.top() if node.kind == "variable_declaration" else m.frame.scope
    for declarator in node.kids:
        target, given = declarator.field("name"), declarator.field("value")
        if declarator.kind != "variable_declarator" or target is None:
            continue
        if given is None and node.kind == "variable_declaration" and target.text in scope.slots:
            continue
        value = _named(m, given, target) if given is not None else None
        m.bind(target, value, scope)
    return ON


def _named(m: Machine, node: Node, target: Node) -> Value:
    """A function takes its name from the variable it is assigned to."""
    if node.kind in ("arrow_function", "function_expression", "generator_function"):
        return m.function(node, target.text if target.kind == "identifier" else "a function")
    if node.kind == "class":
        return m.make_class(node, target.text)
    return m.ev(node)


def _if(m: Machine, node: Node) -> Leap:
    condition, then = node.field("condition"), node.field("consequence")
    other = node.field("alternative")
    mark = len(m.unset)
    value = m.ev(condition)
    answer = m.is_true(value)

    def arm(part: Node | None) -> Callable[[], Leap]:
        return lambda: ON if part is None else m.run(part)

    if answer is None:
        return m.arms([arm(then), arm(other)], setting(value))
    chosen, left = (then, other) if answer else (other, then)
    leap = arm(chosen)()
    if leap == "throw" and len(m.unset) > mark:
        # A stage that lacks a setting which the code demands: whoever fills it in goes on here.
        m.settings.append(Hole(HoleKind.ENV, m.unset[-1]))
        return arm(left)()
    return leap


def _block(m: Machine, node: Node) -> Leap:
    return m.body(node.kids)


def _kids(m: Machine, node: Node) -> Leap:
    return m.block(node.kids)


def _return(m: Machine, node: Node) -> Leap:
    m.frame.returns.append(m.ev(node.kids[0]) if node.kids else None)
    return "return"


def _throw(m: Machine, node: Node) -> Leap:
    for kid in node.kids:
        m.ev(kid)
    return "throw"


def _jump(_m: Machine, node: Node) -> Leap:
    word = node.kind.partition("_")[0]
    label = node.field("label")
    return word if label is None else f"{word}:{label.text}"


def _labeled(m: Machine, node: Node) -> Leap:
    label, body = node.field("label"), node.field("body")
    leap = m.run(body) if body is not None else ON
    return ON if label is not None and leap.endswith(f":{label.text}") else leap


def _try(m: Machine, node: Node) -> Leap:
    body, handler = node.field("body"), node.field("handler")
    last = node.field("finalizer")
    leap: Leap = ON
    if body is not None:
        mark = len(m.frame.lost)
        with m.swallowing(clause(m.recorder, handler)):
            leap, changes = m.trial(lambda: m.run(body))
        if handler is None:
            m.apply(changes)
        else:
            ended = leap
            failed = lambda: _catch(m, handler, changes)  # noqa: E731 - two arms side by side
            leap = m.arms([lambda: _again(m, changes, ended), failed])
            if ended == "throw":
                m.rejoin(mark, ("throw",))
    if last is not None:
        for kid in last.kids:
            after = m.run(kid)
            leap = after if after != ON else leap
    return leap


def _again(m: Machine, changes: list[Change], leap: Leap) -> Leap:
    m.apply(changes)
    return leap


def _catch(m: Machine, handler: Node, changes: list[Change]) -> Leap:
    """The `try` may have stopped anywhere: what it wrote may or may not be there."""
    m.weakly(changes)
    scope = Scope(m.frame.scope)
    parameter, body = handler.field("parameter"), handler.field("body")

    def run() -> Leap:
        if parameter is not None:
            m.bind(parameter, data(parameter.text), scope)
        return m.run(body) if body is not None else ON

    return m.with_scope(scope, run)


def _switch(m: Machine, node: Node) -> Leap:
    value = m.ev(node.field("value"))
    body = node.field("body")
    cases = [kid for kid in body.kids if kid.kind.startswith("switch_")] if body else []
    tests = [(case, case.field("value")) for case in cases]
    answers = [equal(value, m.ev(test)) if test is not None else None for _, test in tests]
    mark = len(m.frame.lost)
    leap = m.with_scope(Scope(m.frame.scope), lambda: _cases(m, value, cases, answers))
    m.rejoin(mark, ("break",))
    return ON if leap == "break" else leap


def _cases(m: Machine, value: Value, cases: list[Node], answers: list[bool | None]) -> Leap:
    default = next((i for i, case in enumerate(cases) if case.kind == "switch_default"), None)
    tested = [i for i in range(len(cases)) if i != default]
    possible: list[int | None] = []
    for index in tested:
        if answers[index] is not False:
            possible.append(index)
        if answers[index] is True:
            break
    else:
        possible.append(default)

    def arm(start: int | None) -> Callable[[], Leap]:
        return lambda: ON if start is None else _unbroken(_from(m, cases[start:]))

    if len(possible) == 1:
        return arm(possible[0])()
    return m.arms([arm(start) for start in possible], setting(value))


def _unbroken(leap: Leap) -> Leap:
    return ON if leap == "break" else leap


def _from(m: Machine, cases: list[Node]) -> Leap:
    for case in cases:
        test = case.field("value")
        leap = m.block([kid for kid in case.kids if kid is not test])
        if leap != ON:
            return leap
    return ON


def _function(m: Machine, node: Node) -> Leap:
    """Bound when the block is entered; see `Interpreter.block`."""
    return ON


def _class(m: Machine, node: Node) -> Leap:
    name = node.field("name")
    if name is not None:
        m.declare(name.text, m.make_class(node, name.text))
    return ON


def _export(m: Machine, node: Node) -> Leap:
    """The names are exported already (modules.py); here what is declared is run."""
    declared, value = node.field("declaration"), node.field("value")
    if declared is not None and "default" in node.tokens and declared.field("name") is None:
        value = declared
    if value is not None:
        m.declare("*default*", m.ev(value))
    elif declared is not None:
        leap = m.run(declared)
        name = declared.field("name")
        if "default" in node.tokens and name is not None:
            holder = m.frame.scope.holder(name.text)
            m.declare("*default*", holder.slots[name.text] if holder else None)
        return leap
    elif "=" in node.tokens and node.kids:  # TypeScript: export = value
        m.put(m.frame.module.module, "exports", m.ev(node.kids[0]), node)
    return ON


def _enum(m: Machine, node: Node) -> Leap:
    """TypeScript: numbers count on from the one before."""
    name, body = node.field("name"), node.field("body")
    made = m.make_enum(body)
    if name is not None:
        m.declare(name.text, made)
    return ON


def _namespace(m: Machine, node: Node) -> Leap:
    body, name = node.field("body"), node.field("name")
    if body is None or name is None:
        return ON
    scope = Scope(m.frame.scope)
    m.with_scope(scope, lambda: m.block(body.kids))
    m.declare(name.text, Obj(dict(scope.slots)))
    return ON


def nothing_done(_m: Machine, _node: Node) -> Leap:
    """Types, and what was done when the module was entered."""
    return ON


EXECUTORS: dict[str, Callable[[Machine, Node], Leap]] = {
    "program": _kids,
    "expression_statement": _expression,
    "lexical_declaration": _declaration,
    "variable_declaration": _declaration,
    "if_statement": _if,
    "else_clause": _kids,
    "statement_block": _block,
    "return_statement": _return,
    "throw_statement": _throw,
    "break_statement": _jump,
    "continue_statement": _jump,
    "labeled_statement": _labeled,
    "try_statement": _try,
    "switch_statement": _switch,
    "for_statement": for_loop,
    "for_in_statement": for_each,
    "while_statement": while_loop,
    "do_statement": do_while,
    "function_declaration": _function,
    "generator_function_declaration": _function,
    "class_declaration": _class,
    "abstract_class_declaration": _class,
    "export_statement": _export,
    "enum_declaration": _enum,
    "internal_module": _namespace,
    "module": _namespace,
    "import_statement": nothing_done,
    "empty_statement": nothing_done,
    "debugger_statement": nothing_done,
    "hash_bang_line": nothing_done,
    "with_statement": nothing_done,
    "ambient_declaration": nothing_done,
    "function_signature": nothing_done,
    "import_alias": nothing_done,
    "interface_declaration": nothing_done,
    "type_alias_declaration": nothing_done,
    "ERROR": nothing_done,
}
