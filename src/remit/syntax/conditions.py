"""The `Condition` element: operator, key, values.

Source: IAM User Guide, reference_policies_elements_condition and
reference_policies_elements_condition_operators; facts/iam.md 2.1, 2.2, 2.5, 2.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from remit.core.policy import Condition, Item
from remit.syntax import variables
from remit.syntax.names import OPERATORS, SET_PREFIXES, Operator
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence
from remit.syntax.notes import Notes, as_text, describe, note_duplicates, part
from remit.syntax.source import shown

_SHAPE = 'write `{"StringEquals": {"aws:PrincipalTag/team": "blue"}}`'
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?")
# Bool is not among them: AWS's pages disagree about it (facts/iam.md 2.6).
_WITHOUT_VARIABLES = frozenset({"Numeric", "Date", "Binary", "IP address", "Null"})


def parse(node: Node, replaced: bool | None, notes: Notes) -> tuple[Condition, ...]:
    """Every test of the element. What has no readable shape is left out; an operator or key that
    is none is kept as written. Both are noted as faults."""
    block = _block(node, "a condition", notes)
    if block is None:
        return ()
    if not block.entries:
        message = "the condition is empty: it holds always"
        notes.advise(node.span, "empty-object-condition", message, "remove it, or name a test")
    return tuple(
        test for key, tests in block.entries for test in _tests(key, tests, replaced, notes)
    )


def _block(node: Node, what: str, notes: Notes) -> Mapping | None:
    """An object without a key that is there twice; None where it is none."""
    if not isinstance(node, Mapping) or node.tag is not None:
        message = f"{what} must be an object, not {describe(node)}"
        notes.fault(node.span, "data-type-mismatch", message, _SHAPE)
        return None
    note_duplicates(node, notes)
    return node


def _tests(key: Scalar, node: Node, replaced: bool | None, notes: Notes) -> Iterator[Condition]:
    """The tests under one operator."""
    operator = Operator.split(key.text)
    _check_operator(key, operator, notes)
    block = _block(node, f"what {shown(key.text)} tests", notes)
    if block is None:
        return
    _check_case(block, notes)
    for name, values in block.entries:
        _check_key(name, notes)
        items = _values(values, operator, replaced, notes)
        yield Condition(Item(key.text, key.span), Item(name.text, name.span), items)


def _check_operator(key: Scalar, operator: Operator, notes: Notes) -> None:
    """An operator in its exact spelling, with a set prefix and `IfExists` where it takes them."""
    prefix_ok = operator.prefix in {"", *SET_PREFIXES}
    if operator.base == "Null" and prefix_ok:
        if operator.if_exists:
            message = "`Null` has no `IfExists` form: it asks itself whether the key exists"
            notes.fault(key.span, "null-with-if-exists", message, "write `Null`")
        elif operator.prefix:
            message = f"`{operator.prefix}` with `Null` does not depend on the key's values"
            notes.advise(key.span, "null-with-qualifier", message, "write `Null`")
        return
    if operator.base in OPERATORS and prefix_ok:
        return
    prefix = operator.prefix if prefix_ok else notes.suggest(operator.prefix, SET_PREFIXES)
    base = operator.base if operator.base in OPERATORS else notes.suggest(operator.base, OPERATORS)
    hint = "see the list of operators in AWS's documentation"
    if prefix is not None and base is not None:
        hint = f"did you mean `{Operator(prefix, base, operator.if_exists)}`?"
    message = f"{shown(key.text)} is no condition operator"
    notes.fault(key.span, "invalid-condition-operator", message, hint)


def _check_case(block: Mapping, notes: Notes) -> None:
    """Condition keys do not count case, so two that differ only in it are the same key."""
    first: dict[str, Scalar] = {}
    for key, _ in block.entries:
        earlier = first.setdefault(key.text.lower(), key)
        if earlier.text != key.text:
            notes.fault(
                key.span,
                "duplicate-keys-with-different-case",
                f"{shown(key.text)} and {shown(earlier.text)} are the same condition key",
                f"keep one; the first is at line {earlier.span.line}",
            )


def _check_key(key: Scalar, notes: Notes) -> None:
    """`prefix:name`. Without a colon it is absent from every request."""
    prefix, _, name = key.text.partition(":")
    if not prefix or not name or key.text != key.text.strip():
        message = f"{shown(key.text)} is no condition key"
        hint = "write `service:name`, such as `aws:SourceIp`"
        notes.fault(key.span, "invalid-condition-key-format", message, hint)


def _values(
    node: Node, operator: Operator, replaced: bool | None, notes: Notes
) -> tuple[Item, ...]:
    """One value or a list of them, each a string, a number or a boolean."""
    if not isinstance(node, Sequence) or node.tag is not None:
        nodes: tuple[Node, ...] = (node,)
    else:
        nodes = node.items
    if not nodes:
        _note_empty(node, operator, notes)
    items = []
    for one in nodes:
        if (
            isinstance(one, Scalar)
            and one.tag is None
            and isinstance(one.value, bool | int | float)
        ):
            items.append(Item(_json_text(one), one.span))
        elif (scalar := as_text(one, "a condition's value", notes)) is not None:
            _check_variables(scalar, operator, replaced, notes)
            items.append(Item(scalar.text, scalar.span))
    return tuple(items)


def _note_empty(node: Node, operator: Operator, notes: Notes) -> None:
    """What an empty list means hangs on the operator (facts/iam.md 1.4)."""
    code = "empty-array-condition"
    if operator.if_exists:
        code += "-ifexists"
    elif operator.prefix in SET_PREFIXES:
        code += "-" + operator.prefix.lower()
    absent = operator.if_exists or operator.prefix == "ForAllValues"
    effect = "true only when the key is absent" if absent else "never true"
    notes.advise(node.span, code, f"no value is listed: the test is {effect}", "list a value")


def _check_variables(
    scalar: Scalar, operator: Operator, replaced: bool | None, notes: Notes
) -> None:
    kind = OPERATORS.get(operator.base)
    start = scalar.text.find("${")
    if start >= 0 and replaced and kind in _WITHOUT_VARIABLES:
        message = f"`{operator.base}` takes no variables"
        place = part(scalar, start, len(scalar.text))
        notes.fault(place, "invalid-variable-for-operator", message, "write the value itself")
        return
    variables.check(scalar, notes, replaced)


def _json_text(scalar: Scalar) -> str:
    """A number or boolean as JSON writes it: the author's own text where that is JSON.

    YAML has more spellings (`yes`, `0x1F`); a reader of YAML passes on the value, not these.
    """
    if isinstance(scalar.value, bool):
        return "true" if scalar.value else "false"
    return scalar.text if _JSON_NUMBER.fullmatch(scalar.text) else str(scalar.value)
