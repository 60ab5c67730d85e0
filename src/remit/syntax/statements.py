"""One statement: its elements, which of them it must have, and what each may hold.

Source: IAM User Guide, reference_policies_grammar, reference_policies_elements_statement;
facts/iam.md 1.1 and 1.7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from remit.core.policy import Effect, Item, Principals, Statement
from remit.core.span import Problem
from remit.syntax import conditions, patterns, principals
from remit.syntax.names import EFFECTS, STATEMENT_ELEMENTS, Kind, nearest
from remit.syntax.nodes import Mapping, Node, Scalar
from remit.syntax.notes import Found, Notes, as_text, describe, elements, texts
from remit.syntax.source import shown

_SID = re.compile(r"[A-Za-z0-9]*")


@dataclass(frozen=True, slots=True)
class Frame:
    """What the document around a statement says.

    `replaced`: whether variables are replaced, None when the version is not understood. `doubts`
    are faults that every statement of the document shares.
    """

    kind: Kind | None
    replaced: bool | None
    doubts: tuple[str, ...] = ()


def parse(node: Node, index: int, frame: Frame, problems: list[Problem]) -> Statement:
    """The statement in `node`. Always one: what is no statement has faults and nothing else."""
    notes = Notes(problems, frame.doubts)
    if not isinstance(node, Mapping) or node.tag is not None:
        message = f"a statement must be an object, not {describe(node)}"
        hint = 'write `{"Effect": ..., "Action": ..., "Resource": ...}`'
        notes.fault(node.span, "data-type-mismatch", message, hint)
        return Statement(index, None, Effect.ALLOW, (), None, node.span, faults=tuple(notes.faults))
    found, meant = elements(node, STATEMENT_ELEMENTS, "a statement", notes)
    body = _Body(node, found, meant, frame, notes)
    effect = body.effect()
    who = body.principals(effect)
    action = body.one_of("Action", "NotAction")
    resource = body.one_of("Resource", "NotResource")
    actions = body.actions(action)
    resources = body.resources(resource)
    tests = (
        conditions.parse(found["Condition"][1], frame.replaced, notes)
        if ("Condition" in found)
        else ()
    )
    return Statement(
        index,
        body.sid(),
        effect,
        actions,
        resources,
        node.span,
        not_action=action == "NotAction",
        not_resource=resource == "NotResource",
        principals=who,
        conditions=tests,
        faults=tuple(notes.faults),
    )


@dataclass(frozen=True, slots=True)
class _Body:
    """One statement's elements, and what reads them."""

    node: Mapping
    found: Found
    meant: set[str]
    frame: Frame
    notes: Notes

    def missing(self, names: tuple[str, ...], code: str, hint: str) -> None:
        """A required element is absent; said once where a misspelled one was meant for it."""
        message = f"the statement has no `{names[0]}`"
        if self.meant.intersection(names):
            self.notes.faults.append(message)
        else:
            self.notes.fault(self.node.span, code, message, hint)

    def one_of(self, name: str, negated: str) -> str | None:
        """Which of two elements that exclude each other is there; the plain one of both."""
        if name in self.found and negated in self.found:
            self.notes.fault(
                max(self.found[name][0].span, self.found[negated][0].span),
                "unsupported-element-combination",
                f"`{name}` and `{negated}` in one statement",
                "keep one of them, or make two statements",
            )
        return next((one for one in (name, negated) if one in self.found), None)

    def effect(self) -> Effect:
        """`Allow` or `Deny`, exactly. What was meant for `Deny` is read as Deny, with a fault."""
        if "Effect" not in self.found:
            self.missing(("Effect",), "missing-effect", 'write `"Effect": "Allow"` or `"Deny"`')
            return Effect.ALLOW
        node = self.found["Effect"][1]
        text = node.text if isinstance(node, Scalar) and node.tag is None else ""
        if text in EFFECTS:
            return Effect(text)
        near = nearest(text, EFFECTS)
        hint = "write `Allow` or `Deny`"
        if near is not None and near.lower() == text.lower():
            hint = f"write `{near}`: upper and lower case count"
        elif near is not None:
            hint = f"did you mean `{near}`?"
        what = shown(node.text) if isinstance(node, Scalar) else describe(node)
        self.notes.fault(node.span, "invalid-effect", f"{what} is no effect", hint)
        return Effect.DENY if near == "Deny" else Effect.ALLOW

    def sid(self) -> Item | None:
        """The statement's name. It has no effect on a decision, so nothing in it is a fault."""
        if "Sid" not in self.found:
            return None
        notes = Notes(self.notes.problems)
        node = as_text(self.found["Sid"][1], "a Sid", notes)
        if node is None:
            return None
        if not node.text:
            notes.advise(node.span, "empty-sid-value", "the Sid is empty", "name it, or remove it")
        elif self.is_iam() and not _SID.fullmatch(node.text):
            message = f"the Sid {shown(node.text)} holds more than letters and digits"
            hint = "IAM takes only `A-Z`, `a-z` and `0-9` in a Sid"
            notes.advise(node.span, "unsupported-sid", message, hint)
        return Item(node.text, node.span)

    def is_iam(self) -> bool:
        """Whether IAM itself stores the document; services of resource policies take more."""
        return self.frame.kind in {"identity", "trust"} or (
            self.frame.kind is None and not self.has_principal()
        )

    def has_principal(self) -> bool:
        """Whether it says to whom it applies, as only resource and trust policies do."""
        return "Principal" in self.found or "NotPrincipal" in self.found

    def principals(self, effect: Effect) -> Principals | None:
        """Whom the statement is about, where the kind of policy takes that."""
        name = self.one_of("Principal", "NotPrincipal")
        kind, notes = self.frame.kind, self.notes
        if name is None:
            if kind in {"resource", "trust"}:
                hint = 'write `"Principal": {"AWS": ...}` or another kind'
                self.missing(("Principal", "NotPrincipal"), "missing-principal", hint)
            return None
        key, node = self.found[name]
        if kind == "identity":
            message = f"`{name}` in an identity policy"
            hint = "remove it: the policy applies to whom it is attached to"
            notes.fault(key.span, "unsupported-principal", message, hint)
        elif kind == "trust" and name == "NotPrincipal":
            message = "`NotPrincipal` in a trust policy"
            code = "role-trust-policy-syntax-error-notprincipal"
            notes.fault(key.span, code, message, "write `Principal`")
        elif name == "NotPrincipal" and effect is Effect.ALLOW:
            message = "`NotPrincipal` with `Allow` lets in everybody else, strangers too"
            hint = "write `Principal` with those who may"
            notes.advise(key.span, "allow-with-notprincipal", message, hint)
        return principals.parse(node, name == "NotPrincipal", notes)

    def actions(self, name: str | None) -> tuple[Item, ...]:
        """The strings of `Action` or `NotAction`."""
        if name is None:
            hint = 'write `"Action": "service:Name"`'
            self.missing(("Action", "NotAction"), "missing-action", hint)
            return ()
        return texts(
            self.found[name][1],
            "an action",
            "empty-array-action",
            self.notes,
            patterns.check_action,
            negated=name == "NotAction",
        )

    def resources(self, name: str | None) -> tuple[Item, ...] | None:
        """The strings of `Resource` or `NotResource`; None where there is neither."""
        kind, notes = self.frame.kind, self.notes
        if name is None:
            # Trust policies have none, and a few resource policies may leave it out.
            if self.is_iam() and kind != "trust":
                hint = 'write `"Resource"` with the ARNs, or `"*"`'
                self.missing(("Resource", "NotResource"), "missing-resource", hint)
            return None
        key, node = self.found[name]
        if kind == "trust":
            message = f"`{name}` in a trust policy"
            code = "role-trust-policy-syntax-error-resource"
            notes.fault(key.span, code, message, "remove it: the resource is the role itself")
        check = partial(patterns.check_resource, replaced=self.frame.replaced)
        negated = name == "NotResource"
        return texts(node, "a resource", "empty-array-resource", notes, check, negated)
