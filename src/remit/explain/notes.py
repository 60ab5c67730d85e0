"""What failed in a statement, in words for people.

What may live here: sentences about one missed element, and about conditions that hold only because
a key is absent. The values they speak of are in the tree already (causes.py).

Rules that people trip over: facts/iam.md 1.4, 2.2 to 2.6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from remit.core.policy import Condition, Policy
from remit.core.request import Value
from remit.core.span import Span
from remit.core.text import Text
from remit.engine import values
from remit.engine.condition import Check, Quantifier
from remit.engine.operators import NULL
from remit.engine.variables import Template
from remit.explain.causes import Element, Miss, Step, Trace
from remit.explain.nearest import action_entry, resource_lacks

_SHOWN = 3  # values of a list that are shown


def note(trace: Trace, step: Step, miss: Miss) -> str:
    """One sentence: what the statement wants, what the request has, and the trap if it is one."""
    return _NOTES[miss.element](trace, step, miss)


def spot(step: Step, miss: Miss) -> Span:
    """Where the element stands: its nearest entry, where there is one."""
    source = step.statement
    entry = None
    if miss.element is Element.ACTION:
        entry, _ = action_entry(step.rule, miss.seen if isinstance(miss.seen, str) else "")
    elif miss.element is Element.RESOURCE:
        entry, _ = resource_lacks(
            step.rule, Text.of(miss.seen if isinstance(miss.seen, str) else "")
        )
    elif miss.element is Element.PRINCIPAL and source.principals is not None:
        return source.principals.span
    elif (condition := step.condition(miss)) is not None:
        entry = condition.key
    return source.span if entry is None else entry.span


def _action(trace: Trace, step: Step, miss: Miss) -> str:
    element = "NotAction" if step.statement.not_action else "Action"
    return f"its {element} is {_items(miss)}; the request is `{trace.action}`"


def _statement(trace: Trace, step: Step, miss: Miss) -> str:
    reason = step.rule.warnings[0] if step.rule.warnings else "something in it is not understood"
    return f"it never grants: {reason}"


def _principal(trace: Trace, step: Step, miss: Miss) -> str:
    negated = step.statement.principals is not None and step.statement.principals.negated
    element = "NotPrincipal" if negated else "Principal"
    seen = miss.seen if isinstance(miss.seen, str) else ""
    hint = ""
    if any(item.value == trace.context.get("aws:principalarn") for item in miss.wanted):
        hint = "; that is its role"
    return f"its {element} is {_items(miss)}; the caller is `{seen}`{hint}"


def _resource(trace: Trace, step: Step, miss: Miss) -> str:
    needed = miss.seen if isinstance(miss.seen, str) else ""
    _, lacks = resource_lacks(step.rule, Text.of(needed))
    return lacks + _unresolved(trace, step) + _plain_variable(trace.policy(step), step)


def _unresolved(trace: Trace, step: Step) -> str:
    names = [
        name
        for target in step.rule.targets
        for name in target.template.names
        if not isinstance(trace.context.get(name.lower()), str)
    ]
    return f"; `${{{names[0]}}}` has no value in this request" if names else ""


def _plain_variable(policy: Policy, step: Step) -> str:
    texts = [item.value for item in step.statement.resources or ()]
    return _PLAIN if not policy.has_variables and any("${" in text for text in texts) else ""


_PLAIN = "; in a document of version 2008-10-17 (or without Version) `${...}` is plain text"


# --- conditions ---------------------------------------------------------------------------------


def _condition(trace: Trace, step: Step, miss: Miss) -> str:
    condition = step.condition(miss)
    if condition is None:
        return ""
    check, key = step.rule.checks[miss.index], condition.key.value
    if check.warnings:
        return f"its condition cannot be understood: {check.warnings[0]}"
    wants = f"`{condition.operator.value}` wants `{key}` to be {_items(miss)}"
    if check.operator is not None and check.operator.negated:
        wants = f"`{condition.operator.value}` wants `{key}` not to be {_items(miss)}"
    if check.operator is not None and check.operator.name == NULL:
        wants = f"`{condition.operator.value}: {_items(miss)}` on `{key}`"
    return f"{wants}; {shown(miss.seen)}{_trap(trace, step, check, condition, miss.seen)}"


def shown(seen: Value | None) -> str:
    """What the request has."""
    if seen is None:
        return "the key is not in the request"
    return f"the request has {value_text(seen)}"


def value_text(value: Value) -> str:
    """A context value for people."""
    if isinstance(value, str):
        return f"`{value}`"
    return "the list " + (", ".join(f"`{one}`" for one in value) or "of nothing")


Trap = Callable[[Check, Condition, Value | None, Policy, Mapping[str, Value]], str]


def _trap(trace: Trace, step: Step, check: Check, condition: Condition, seen: Value | None) -> str:
    policy = trace.policy(step)
    for trap in _TRAPS:
        if said := trap(check, condition, seen, policy, trace.context):
            return f"; {said}"
    return ""


def _needs_prefix(check: Check, _: Condition, seen: Value | None, __: Policy, ___: object) -> str:
    if isinstance(seen, str) or seen is None or check.quantifier is not Quantifier.NONE:
        return ""
    return "a key with a list of values needs `ForAnyValue:` or `ForAllValues:`"


def _other_family(
    check: Check, condition: Condition, seen: Value | None, _: Policy, __: object
) -> str:
    if check.operator is None or not check.operator.name.endswith("IpAddress"):
        return ""
    address = values.address(seen) if isinstance(seen, str) else None
    networks = [values.network(item.value) for item in condition.values]
    if address is None or not networks or any(n and n.bits == address[0] for n in networks):
        return ""
    listed, asked = ("IPv4", "IPv6") if address[0] == 128 else ("IPv6", "IPv4")
    return f"an {asked} address is in no {listed} network, not even in the widest"


def _plain_in_2008(
    check: Check, condition: Condition, _: Value | None, policy: Policy, __: object
) -> str:
    listed = any("${" in item.value for item in condition.values)
    return _PLAIN[2:] if listed and not policy.has_variables else ""


def _no_value(
    check: Check, _: Condition, __: Value | None, ___: Policy, context: Mapping[str, Value]
) -> str:
    for value in check.listed:
        for name in value.names if isinstance(value, Template) else ():
            if not isinstance(context.get(name.lower()), str):
                return f"`${{{name}}}` has no value in this request"
    return ""


def _plain_star(
    check: Check, condition: Condition, seen: Value | None, _: Policy, __: object
) -> str:
    if check.operator is None or not check.operator.name.startswith("String"):
        return ""
    starred = any(not {"*", "?"}.isdisjoint(item.value) for item in condition.values)
    if seen is None or check.operator.kind.pattern or not starred:
        return ""
    return (
        "`*` and `?` are plain characters for this operator; `StringLike` reads them as wildcards"
    )


def _letter_case(
    check: Check, condition: Condition, seen: Value | None, _: Policy, __: object
) -> str:
    if check.operator is None or not check.operator.kind.text or not isinstance(seen, str):
        return ""
    same = any(item.value.lower() == seen.lower() for item in condition.values)
    return "values are compared with their letter case" if same else ""


_TRAPS: tuple[Trap, ...] = (
    _needs_prefix,
    _other_family,
    _plain_in_2008,
    _no_value,
    _plain_star,
    _letter_case,
)


def held_by_absence(trace: Trace, step: Step) -> Iterator[tuple[Condition, str]]:
    """The conditions of a statement that hold only because their key is not in the request, each
    with why (facts/iam.md 2.5)."""
    for check, condition in zip(step.rule.checks, step.statement.conditions, strict=True):
        if check.key in trace.context or not check.holds(trace.context):
            continue
        operator = check.operator
        if operator is None or operator.name == NULL:
            continue
        if check.quantifier is Quantifier.ALL:
            why = "`ForAllValues` holds where the key is absent"
        elif check.if_exists:
            why = "`...IfExists` holds where the key is absent"
        else:
            why = "a negated operator holds where the key is absent"
        yield condition, f"`{condition.key.value}` is not in the request: {why}"


# --- lists --------------------------------------------------------------------------------------


def _items(miss: Miss) -> str:
    texts = [item.value for item in miss.wanted]
    found = ", ".join(f"`{text}`" for text in texts[:_SHOWN]) or "nothing"
    return found + (f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else "")


_NOTES: Mapping[Element, Callable[[Trace, Step, Miss], str]] = {
    Element.ACTION: _action,
    Element.STATEMENT: _statement,
    Element.PRINCIPAL: _principal,
    Element.RESOURCE: _resource,
    Element.CONDITION: _condition,
}
