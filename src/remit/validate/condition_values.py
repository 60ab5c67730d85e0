"""The values of conditions: whether they fit the operator, and the operator the key.

Sources: IAM User Guide, access-analyzer-reference-policy-checks and
reference_policies_elements_condition_operators; facts/iam.md 2.2 to 2.6.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from remit.catalog import condition_keys as keys
from remit.catalog.regions import regions
from remit.core.finding import Confidence
from remit.core.policy import Condition, Item
from remit.engine import values
from remit.syntax.codes import Level
from remit.syntax.names import OPERATORS, Operator
from remit.syntax.nodes import Mapping, Scalar, Sequence
from remit.syntax.source import shown
from remit.validate.condition_keys import tests
from remit.validate.model import Check, Family, Issue, PolicyType, Subject

_UNREAD = "A value that cannot be read makes the test false, or true where it is negated."

INVALID_CONDITION_DATA_TYPE = Check(
    "INVALID_CONDITION_DATA_TYPE",
    Level.ERROR,
    "Values of different JSON types in one list.",
    "AWS refuses the document, so nothing in it takes effect.",
    "Write all as text, or all as numbers or booleans.",
)
INVALID_CONDITION_MULTIPLE_BOOLEAN = Check(
    "INVALID_CONDITION_MULTIPLE_BOOLEAN",
    Level.ERROR,
    "Several booleans for a key of one value.",
    "`true` or `false` is always so: the test says nothing.",
    "Keep one.",
)
TYPE_MISMATCH = Check(
    "TYPE_MISMATCH",
    Level.WARNING,
    "An operator of another type than the key.",
    "Values are then compared as something that they are not.",
    "Use the operator type that the finding names.",
)
TYPE_MISMATCH_BOOLEAN = Check(
    "TYPE_MISMATCH_BOOLEAN",
    Level.WARNING,
    "A value under `Bool` or `Null` that is neither `true` nor `false`.",
    _UNREAD,
    "Write `true` or `false`.",
)
TYPE_MISMATCH_DATE = Check(
    "TYPE_MISMATCH_DATE",
    Level.WARNING,
    "A value under a date operator that is no date.",
    _UNREAD,
    "Write `2027-01-31` or `2027-01-31T12:00:00Z`.",
)
TYPE_MISMATCH_NUMBER = Check(
    "TYPE_MISMATCH_NUMBER",
    Level.WARNING,
    "A value under a numeric operator that is no number.",
    _UNREAD,
    "Write a number.",
)
TYPE_MISMATCH_STRING = Check(
    "TYPE_MISMATCH_STRING",
    Level.WARNING,
    "A value under `BinaryEquals` that is not base64.",
    _UNREAD,
    "Encode the value in base64.",
)
TYPE_MISMATCH_IP_RANGE = Check(
    "TYPE_MISMATCH_IP_RANGE",
    Level.ERROR,
    "A value under an address operator that is no address and no CIDR block.",
    "AWS refuses the document, so nothing in it takes effect.",
    "Write `203.0.113.0/24` or `2001:db8::/32`.",
)
INVALID_DATE_VALUE = Check(
    "INVALID_DATE_VALUE",
    Level.WARNING,
    "A date as seconds since 1970.",
    "Such a number is easily off by a unit, and nobody can read it.",
    "Write `2027-01-31` or `2027-01-31T12:00:00Z`.",
)
REDUNDANT_CONDITION_VALUE_NUM = Check(
    "REDUNDANT_CONDITION_VALUE_NUM",
    Level.SUGGESTION,
    "Several values under a numeric comparison, of which one decides.",
    "The others look like limits and are none.",
    "Keep the greatest under `LessThan`, the least under `GreaterThan`.",
)
WILDCARD_WITHOUT_LIKE_OPERATOR = Check(
    "WILDCARD_WITHOUT_LIKE_OPERATOR",
    Level.WARNING,
    "`*` or `?` in a value under an operator that takes them literally.",
    "Only a value with that very character is equal to it.",
    "Use `StringLike`.",
)
STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS = Check(
    "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
    Level.SECURITY_WARNING,
    "`StringLike` on a key that holds an ARN.",
    "Its `*` also crosses the colons, so it matches ARNs of other accounts and services.",
    "Use `ArnLike`.",
)
EQUIVALENT_TO_NULL_FALSE = Check(
    "EQUIVALENT_TO_NULL_FALSE",
    Level.SUGGESTION,
    "A test that only asks whether the key is there: `StringLike` with `*`.",
    "`Null` with `false` says the same plainly.",
    "Write `Null` with `false`.",
)
EQUIVALENT_TO_NULL_TRUE = Check(
    "EQUIVALENT_TO_NULL_TRUE",
    Level.SUGGESTION,
    "A test that only asks whether the key is absent: `StringNotLike` with `*`.",
    "`Null` with `true` says the same plainly.",
    "Write `Null` with `true`.",
)
REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION = Check(
    "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION",
    Level.SUGGESTION,
    "A test that is always true, such as `StringLikeIfExists` with `*`.",
    "It looks like a restriction and is none.",
    "Remove it, or name values.",
)
REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION = Check(
    "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION",
    Level.SUGGESTION,
    "A test that is never true, such as `ForAnyValue:StringNotLike` with `*`.",
    "The statement never applies.",
    "Remove the test or the statement.",
)
INVALID_REGION = Check(
    "INVALID_REGION",
    Level.ERROR,
    "A value of `aws:RequestedRegion` that is no region.",
    "No request is made to it.",
    "Write the region's code, such as `eu-west-1`.",
)
INVALID_VPC_FORMAT = Check(
    "INVALID_VPC_FORMAT",
    Level.ERROR,
    "A value of `aws:SourceVpc` that is no VPC's id.",
    "No request comes from it.",
    "Write `vpc-` and 8 or 17 characters.",
)
INVALID_VPCE_FORMAT = Check(
    "INVALID_VPCE_FORMAT",
    Level.ERROR,
    "A value of `aws:SourceVpce` that is no endpoint's id.",
    "No request comes through it.",
    "Write `vpce-` and 8 or 17 characters.",
)
INVALID_SERVICE_PRINCIPAL_FORMAT = Check(
    "INVALID_SERVICE_PRINCIPAL_FORMAT",
    Level.ERROR,
    "A service principal that has not the form `service.amazonaws.com`.",
    "No service calls under such a name.",
    "Write it in lower case, ending with `.amazonaws.com`.",
)
WILDCARD_USAGE_TOO_PERMISSIVE = Check(
    "WILDCARD_USAGE_TOO_PERMISSIVE",
    Level.ERROR,
    "A wildcard in the value of a key that says whose account or network it is.",
    "Whoever has such an account or network is let in.",
    "Write the ids themselves.",
)

_READERS: dict[str, tuple[Check, Callable[[str], object], str]] = {
    "Bool": (TYPE_MISMATCH_BOOLEAN, values.strict_truth, "a boolean"),
    "Null": (TYPE_MISMATCH_BOOLEAN, values.strict_truth, "a boolean"),
    "Numeric": (TYPE_MISMATCH_NUMBER, values.number, "a number"),
    "Date": (TYPE_MISMATCH_DATE, values.instant, "a date"),
    "Binary": (TYPE_MISMATCH_STRING, values.binary, "base64"),
    "IP address": (TYPE_MISMATCH_IP_RANGE, values.network, "an address or a CIDR block"),
}


def readable(subject: Subject) -> Iterator[Issue]:
    """Values that their operator cannot read."""
    for _, test in tests(subject):
        kind = OPERATORS.get(Operator.split(test.operator.value).base, "")
        if kind not in _READERS:
            continue
        check, read, what = _READERS[kind]
        for value in test.values:
            if "${" in value.value:
                continue  # a variable here is the grammar's to tell
            if read(value.value) is None and not _is_loose_network(kind, value.value):
                message = f"{shown(value.value)} is not {what}, which `{test.operator.value}` needs"
                yield Issue(check, value.span, message, check.remedy)
            elif kind == "Date" and value.value.isdigit() and len(value.value) != 4:
                message = f"{shown(value.value)} is read as seconds since 1970"
                yield Issue(INVALID_DATE_VALUE, value.span, message, INVALID_DATE_VALUE.remedy)


def _is_loose_network(kind: str, text: str) -> bool:
    """A block of IPv6 with host bits: IMPROVE_IP_RANGE's to tell."""
    if kind != "IP address" or ":" not in text:
        return False
    base, _, length = text.partition("/")
    return values.network(base) is not None and length.isdigit() and int(length[:4]) <= 128


# Which operators suit a key's type. The reference calls keys "String" that hold anything; a
# String operator on a Date or Numeric key compares text; ARN operators also take lists of ARNs.
_SUITS = {
    "String": {"String", "ARN"},
    "ARN": {"ARN", "String"},
    "Bool": {"Bool"},
    "Numeric": {"Numeric"},
    "Date": {"Date", "Numeric"},
    "IPAddress": {"IP address"},
    "Binary": {"Binary"},
}
_NAMES = {"Bool": "Boolean", "IPAddress": "IP address"}


def suited(subject: Subject) -> Iterator[Issue]:
    """Operators that do not suit their key."""
    for _, test in tests(subject):
        operator = Operator.split(test.operator.value)
        kind = OPERATORS.get(operator.base)
        key = keys.key(test.key.value)
        if key is None or kind is None or kind == "Null":
            continue
        if key.type == "ARN" and operator.base in {"StringLike", "StringNotLike"}:
            arn = operator.base.replace("String", "Arn")
            message = f"{shown(test.key.value)} is an ARN; `{operator.base}` compares it as text"
            fix = f"write `{Operator(operator.prefix, arn, operator.if_exists)}`"
            check = STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS
            yield Issue(check, test.key.span, message, fix)
        elif kind not in _SUITS.get(key.type, {kind}) and not _is_odd(key, kind):
            wanted = _NAMES.get(key.type, key.type)
            message = f"{shown(test.key.value)} is of type {wanted}, the operator of type {kind}"
            yield Issue(TYPE_MISMATCH, test.key.span, message, f"use an operator for {wanted}")


def _is_odd(key: keys.Key, kind: str) -> bool:
    """A key whose value is of the operator's type although the reference calls it a String: many
    service keys hold ARNs, numbers or booleans so."""
    return key.type == "String" and not key.name.lower().startswith("aws:") and kind != "IP address"


def shapes(subject: Subject) -> Iterator[Issue]:
    """Several booleans, several limits, wildcards that are none."""
    for _, test in tests(subject):
        operator = Operator.split(test.operator.value)
        if operator.base == "Bool" and not operator.prefix and len(test.values) > 1:
            message = f"{len(test.values)} booleans for {shown(test.key.value)}"
            yield Issue(INVALID_CONDITION_MULTIPLE_BOOLEAN, test.key.span, message, "keep one")
        elif operator.base.startswith(("NumericLess", "NumericGreater")) and len(test.values) > 1:
            most = "greatest" if "Less" in operator.base else "least"
            message = f"of {len(test.values)} values for {shown(test.key.value)} the {most} decides"
            fix = f"keep the {most}"
            yield Issue(REDUNDANT_CONDITION_VALUE_NUM, test.key.span, message, fix)
        elif operator.base in _LITERAL:
            yield from _wildcards(test, operator)


_LITERAL = frozenset(
    {
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
    }
)
_VARIABLE = re.compile(r"\$\{[^}]*+\}")


def _wildcards(test: Condition, operator: Operator) -> Iterator[Issue]:
    like = "StringNotLike" if "Not" in operator.base else "StringLike"
    for value in test.values:
        if any(mark in _VARIABLE.sub("", value.value) for mark in "*?"):
            message = f"`{operator.base}` takes the wildcard in {shown(value.value)} literally"
            fix = f"write `{Operator(operator.prefix, like, operator.if_exists)}`"
            yield Issue(WILDCARD_WITHOUT_LIKE_OPERATOR, value.span, message, fix)


# What `*` alone says under each form of StringLike (facts/iam.md 2.5).
_STAR = {
    ("", "StringLike", False): EQUIVALENT_TO_NULL_FALSE,
    ("", "StringLike", True): REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION,
    ("", "StringNotLike", False): EQUIVALENT_TO_NULL_TRUE,
    ("", "StringNotLike", True): EQUIVALENT_TO_NULL_TRUE,
    ("ForAllValues", "StringLike", False): REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION,
    ("ForAllValues", "StringLike", True): REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION,
    ("ForAnyValue", "StringLike", False): EQUIVALENT_TO_NULL_FALSE,
    ("ForAnyValue", "StringNotLike", False): REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION,
}
_SAID = {
    EQUIVALENT_TO_NULL_FALSE.code: "only asks whether the key is there",
    EQUIVALENT_TO_NULL_TRUE.code: "only asks whether the key is absent",
    REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION.code: "is always true",
    REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION.code: "is never true",
}


def stars(subject: Subject) -> Iterator[Issue]:
    """Tests with nothing but `*`."""
    for _, test in tests(subject):
        operator = Operator.split(test.operator.value)
        check = _STAR.get((operator.prefix, operator.base, operator.if_exists))
        if check is not None and any(value.value == "*" for value in test.values):
            key = keys.key(test.key.value)
            if key is not None and key.many and not operator.prefix:
                continue  # MISSING_QUALIFIER says it
            message = f"`{operator}` with `*` {_SAID[check.code]}"
            yield Issue(check, test.key.span, message, check.remedy)


_ID = "{}-(?:[0-9a-z]{{8}}|[0-9a-z]{{17}})"
_IDS = {
    "aws:sourcevpc": (re.compile(_ID.format("vpc")), INVALID_VPC_FORMAT),
    "aws:sourcevpce": (re.compile(_ID.format("vpce")), INVALID_VPCE_FORMAT),
}
_SERVICE = re.compile(
    r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:amazonaws\.com|amazonaws\.com\.cn|amazon\.com|aws\.internal)"
)
_SERVICE_KEYS = frozenset(
    {"aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:principalservicename",
     "aws:principalservicenameslist"}
)  # fmt: skip


def forms(subject: Subject) -> Iterator[Issue]:
    """Values of global keys that have a form of their own."""
    for _, test in tests(subject):
        name = test.key.value.lower()
        if OPERATORS.get(Operator.split(test.operator.value).base) != "String":
            continue
        for value in test.values:
            if any(mark in value.value for mark in "*?$"):
                continue
            if name in _IDS and not _IDS[name][0].fullmatch(value.value):
                check = _IDS[name][1]
                yield _form(check, value, f"{shown(value.value)} is no id for {shown(name)}")
            elif name == "aws:requestedregion" and value.value not in regions():
                yield _form(INVALID_REGION, value, f"AWS has no region {shown(value.value)}")
            elif name in _SERVICE_KEYS and not _SERVICE.fullmatch(value.value):
                message = f"{shown(value.value)} is no service principal"
                yield _form(INVALID_SERVICE_PRINCIPAL_FORMAT, value, message)


def _form(check: Check, value: Item, message: str) -> Issue:
    sure = Confidence.CONDITIONAL if check is INVALID_REGION else Confidence.CERTAIN
    return Issue(check, value.span, message, check.remedy, sure)


_SENSITIVE = frozenset(
    "aws:" + name
    for name in """
    principalaccount principalorgid resourceaccount resourceorgid sourceaccount sourceorgid
    sourcevpc sourcevpce vpceaccount vpceorgid
    """.split()
)


def sensitive(subject: Subject) -> Iterator[Issue]:
    """Wildcards where an Allow of a resource or trust policy names accounts and networks."""
    if subject.type not in {PolicyType.RESOURCE, PolicyType.TRUST, PolicyType.API_GATEWAY}:
        return
    for statement in subject.allows:
        for test in statement.conditions:
            operator = Operator.split(test.operator.value)
            if test.key.value.lower() not in _SENSITIVE or operator.base != "StringLike":
                continue
            for value in test.values:
                if value.value != "*" and any(mark in value.value for mark in "*?"):
                    message = f"a wildcard in {shown(test.key.value)}: {shown(value.value)}"
                    yield _form(WILDCARD_USAGE_TOO_PERMISSIVE, value, message)


def uniform(subject: Subject) -> Iterator[Issue]:
    """Lists of values that are not all of one JSON type."""
    root = subject.node
    found = root.get("Statement") if isinstance(root, Mapping) else None
    listed = found.items if isinstance(found, Sequence) else (found,)
    for statement in listed:
        block = statement.get("Condition") if isinstance(statement, Mapping) else None
        for _, operator in block.entries if isinstance(block, Mapping) else ():
            for key, value in operator.entries if isinstance(operator, Mapping) else ():
                if isinstance(value, Sequence) and len({_type(one) for one in value.items}) > 1:
                    message = f"the values of {shown(key.text)} are not of one type"
                    fix = "write all of them as text"
                    yield Issue(INVALID_CONDITION_DATA_TYPE, value.span, message, fix)


def _type(node: object) -> str:
    """The JSON type of a value."""
    if not isinstance(node, Scalar) or node.tag is not None:
        return "other"
    if isinstance(node.value, bool):
        return "boolean"
    return "number" if isinstance(node.value, int | float) else "text"


FAMILY = Family(
    "Condition values",
    (
        INVALID_CONDITION_DATA_TYPE,
        INVALID_CONDITION_MULTIPLE_BOOLEAN,
        TYPE_MISMATCH,
        TYPE_MISMATCH_BOOLEAN,
        TYPE_MISMATCH_DATE,
        TYPE_MISMATCH_NUMBER,
        TYPE_MISMATCH_STRING,
        TYPE_MISMATCH_IP_RANGE,
        INVALID_DATE_VALUE,
        REDUNDANT_CONDITION_VALUE_NUM,
        WILDCARD_WITHOUT_LIKE_OPERATOR,
        STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS,
        EQUIVALENT_TO_NULL_FALSE,
        EQUIVALENT_TO_NULL_TRUE,
        REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION,
        REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION,
        INVALID_REGION,
        INVALID_VPC_FORMAT,
        INVALID_VPCE_FORMAT,
        INVALID_SERVICE_PRINCIPAL_FORMAT,
        WILDCARD_USAGE_TOO_PERMISSIVE,
    ),
    (readable, suited, shapes, stars, forms, sensitive, uniform),
)
