"""`Principal` and `NotPrincipal`: `"*"`, or kinds of principals with their names.

Source: IAM User Guide, reference_policies_elements_principal; facts/iam.md 1.5 and 1.6.
"""

from __future__ import annotations

import re

from remit.core.arn import Arn
from remit.core.policy import Item, Principals
from remit.syntax.names import PRINCIPAL_KINDS
from remit.syntax.nodes import Mapping, Node, Scalar
from remit.syntax.notes import Notes, describe, listed, note_duplicates, texts
from remit.syntax.source import shown

_ACCOUNT = re.compile(r"[0-9]{12}")
_UNIQUE_ID = re.compile(r"A[A-Z0-9]{15,}")  # AIDA..., AROA...: 16 characters at least
_FORM = 'write `"*"`, or an object with ' + listed(PRINCIPAL_KINDS)
_AWS_HINT = "write an account id, or the ARN of an account's root, a user, a role or a session"


def parse(node: Node, negated: bool, notes: Notes) -> Principals:
    """The element's (kind, value) pairs; what is not understood is left out and noted."""
    if isinstance(node, Scalar) and node.value == "*" and node.tag is None:
        return Principals((("*", Item("*", node.span)),), negated, node.span)
    if not isinstance(node, Mapping) or node.tag is not None:
        found = shown(node.text) if isinstance(node, Scalar) else describe(node)
        message = f"{found} is no principal"
        notes.fault(node.span, "invalid-principal-format", message, _FORM)
        return Principals((), negated, node.span)
    note_duplicates(node, notes)
    if not node.entries:
        note = notes.fault if negated else notes.advise
        note(node.span, "empty-object-principal", "an empty principal", _FORM)
    entries: list[tuple[str, Item]] = []
    for key, value in node.entries:
        if key.text not in PRINCIPAL_KINDS:
            near = notes.suggest(key.text, PRINCIPAL_KINDS)
            hint = f"did you mean `{near}`?" if near else "write one of " + listed(PRINCIPAL_KINDS)
            message = f"{shown(key.text)} is no kind of principal"
            notes.fault(key.span, "invalid-principal-key", message, hint)
            continue
        check = _check_aws if key.text == "AWS" else _check_exact
        items = texts(value, "a principal", "empty-array-principal", notes, check, negated)
        entries.extend((key.text, item) for item in items)
    return Principals(tuple(entries), negated, node.span)


def _check_exact(scalar: Scalar, notes: Notes) -> None:
    """Only a `*` by itself is a wildcard in a principal."""
    text = scalar.text
    if text != "*" and ("*" in text or "?" in text):
        notes.fault(
            scalar.span,
            "unsupported-wildcard-in-principal",
            f"a wildcard inside the principal {shown(text)}",
            "name the principal in full, or write `*` and a condition on `aws:PrincipalArn`",
        )


def _check_aws(scalar: Scalar, notes: Notes) -> None:
    """An account, an ARN of an account, user, role or session, or a unique id."""
    text = scalar.text
    arn = Arn.parse(text)
    if arn is not None and arn.resource.startswith("group/"):
        message = f"the group {shown(text)} cannot be a principal"
        notes.fault(scalar.span, "unsupported-principal", message, "name its users, or a role")
    elif "*" in text or "?" in text:
        _check_exact(scalar, notes)
    elif arn is None and not _ACCOUNT.fullmatch(text) and not _UNIQUE_ID.fullmatch(text):
        message = f"{shown(text)} is no principal"
        notes.fault(scalar.span, "invalid-principal-format", message, _AWS_HINT)
