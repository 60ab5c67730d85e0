"""One check of a `Condition`: an operator, a key and the listed values.

What may live here: set prefixes, `IfExists`, `Null`, missing keys, multivalued keys, lists. What
two values have to do with each other is operators.py's.

Rules: facts/iam.md 2.1 and 2.5 (IAM User Guide, reference_policies_condition-logic-multiple-
context-keys-or-values and ...single-vs-multi-valued-context-keys); [O] is observed on live AWS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from operator import eq as same_text
from typing import Any

from remit.core.policy import Condition, Effect
from remit.core.request import Value
from remit.engine.operators import NULL, OPERATORS, UNRESOLVED, Misread, Operator
from remit.engine.variables import Context, Template
from remit.syntax.source import shown


class Quantifier(Enum):
    """The set prefix."""

    NONE = ""
    ALL = "ForAllValues:"
    ANY = "ForAnyValue:"


@dataclass(frozen=True, slots=True)
class Check:
    """A compiled condition. `operator` is None where it is not known.

    `listed` holds values that were read, None for those that could not be read, and a `Template`
    for those with variables. `void` is set when it can never help an Allow.
    """

    key: str
    operator: Operator | None
    quantifier: Quantifier
    if_exists: bool
    listed: tuple[Any, ...]
    deny: bool
    void: bool
    warnings: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """All context keys on which the outcome can hang, lowered."""
        templates = (value.keys for value in self.listed if isinstance(value, Template))
        return frozenset({self.key}).union(*templates)

    @property
    def variables(self) -> tuple[str, ...]:
        """The keys that its values name, as spelled."""
        templates = (value.names for value in self.listed if isinstance(value, Template))
        return tuple(name for names in templates for name in names)

    def holds(self, context: Context) -> bool:
        """Whether it is true for a request with this context."""
        if self.operator is None:
            return self.deny  # what is not understood never grants and keeps denying
        if self.void:
            return False
        seen = context.get(self.key)
        if self.operator.name == NULL:
            return self._null(self.operator, present=seen is not None)
        if seen is None:
            return self._missing(self.operator)
        if isinstance(seen, str):
            return self._one(self.operator, seen, context)
        # A multivalued key that is there never matches without a set prefix, not even negated or
        # with IfExists [O].
        if self.quantifier is Quantifier.NONE:
            return False
        over = all if self.quantifier is Quantifier.ALL else any
        return over(self._one(self.operator, value, context) for value in seen)

    def _missing(self, operator: Operator) -> bool:
        if self.if_exists or self.quantifier is Quantifier.ALL:
            return True
        if not self.listed or self.quantifier is Quantifier.ANY:
            return False
        return operator.negated

    def _null(self, operator: Operator, *, present: bool) -> bool:
        # Access Analyzer, NULL_WITH_QUALIFIER: always true, always false.
        if self.quantifier is not Quantifier.NONE:
            return self.quantifier is Quantifier.ALL
        return self._compare(operator, present, {})

    def _one(self, operator: Operator, value: str, context: Context) -> bool:
        if not self.listed:
            return False
        seen = operator.kind.seen(value)
        if seen is None:
            return operator.negated and not operator.kind.exacting
        return self._compare(operator, seen, context)

    def _compare(self, operator: Operator, seen: Any, context: Context) -> bool:
        """Positive: some listed value matches. Negated: none does. In the order of the list, for
        a value that cannot be read may end it [O]."""
        kind = operator.kind
        for value in self.listed:
            listed = kind.value(value, context) if isinstance(value, Template) else value
            if listed is None:
                if kind.misread is Misread.FIRES or isinstance(value, Template):
                    return self.deny
            elif listed is not UNRESOLVED and operator.matches(listed, seen):
                return not operator.negated
        return operator.negated


def compile_check(condition: Condition, effect: Effect, *, variables: bool) -> Check:
    """Compile one condition of a statement with that effect; `variables`: the document has them."""
    operator, quantifier, if_exists = _operator(condition.operator.value)
    deny, key = effect is Effect.DENY, condition.key.value.lower()
    if operator is None:
        warning = f"unknown condition operator {shown(condition.operator.value)}"
        return Check(key, None, quantifier, if_exists, (), deny, not deny, (warning,))
    kind = operator.kind
    templates = [
        Template.read(item.value, variables and kind.variables) for item in condition.values
    ]
    listed = tuple(
        template if template.keys or template.broken else kind.value(template, {})
        for template in templates
    )
    unread = [value is None or (isinstance(value, Template) and value.broken) for value in listed]
    warnings = tuple(
        f"{shown(item.value)} is no value that `{operator.name}` can read"
        for item, bad in zip(condition.values, unread, strict=True)
        if bad
    )
    # A negated test is true by what it does not match, so one value that is not understood is
    # enough to make it say nothing for an Allow.
    void = not deny and bool(unread) and (any(unread) if operator.negated else all(unread))
    return Check(key, operator, quantifier, if_exists, listed, deny, void, warnings)


def compile_test(check: Check) -> Callable[[Context], bool]:
    """`check.holds`, with all that does not hang on the request worked out before."""
    operator = check.operator
    if operator is None or operator.name == NULL or check.void:
        return check.holds
    return _over_values(check, operator)


def _over_values(check: Check, operator: Operator) -> Callable[[Context], bool]:
    """A test of a key's value, or of each of its values where it has a set prefix."""
    key, missing = check.key, check._missing(operator)
    one = _compile_one(check, operator)
    single = check.quantifier is Quantifier.NONE
    over = all if check.quantifier is Quantifier.ALL else any

    def holds(context: Context) -> bool:
        seen = context.get(key)
        if seen is None:
            return missing
        if isinstance(seen, str):
            return one(seen, context)
        return not single and over(one(value, context) for value in seen)

    return holds


def _compile_one(check: Check, operator: Operator) -> Callable[[str, Context], bool]:
    """`check._one`, without what its listed values never need."""
    listed, kind, matches, found = (
        check.listed,
        operator.kind,
        operator.matches,
        not operator.negated,
    )
    unread = operator.negated and not kind.exacting
    if not listed or any(value is None or isinstance(value, Template) for value in listed):
        return partial(check._one, operator)

    def compared(value: str, context: Context) -> bool:
        seen = kind.seen(value)
        if seen is None:
            return unread
        for wanted in listed:
            if matches(wanted, seen):
                return found
        return not found

    def looked_up(value: str, context: Context) -> bool:
        return (value in texts) is found

    if kind.text and matches is same_text:
        texts = frozenset(listed)
        return looked_up
    return compared


def _operator(text: str) -> tuple[Operator | None, Quantifier, bool]:
    """Read `ForAnyValue:StringLikeIfExists`. Spelling is exact; Null has no IfExists."""
    quantifier = Quantifier.NONE
    for prefix in (Quantifier.ALL, Quantifier.ANY):
        if text.startswith(prefix.value):
            quantifier = prefix
    name = text.removeprefix(quantifier.value)
    plain = name.removesuffix("IfExists")
    if_exists = plain != name
    operator = None if if_exists and plain == NULL else OPERATORS.get(plain)
    return operator, quantifier, if_exists


def holds_value(value: Value) -> bool:
    """Whether a context value is there at all: an empty list is an absent key."""
    return isinstance(value, str) or bool(value)
