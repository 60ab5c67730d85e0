"""What `remit run --grant-on-denial` proposes: for each denial the statement that would grant it.

What may live here: which denials a statement of the role can mend at all, the smallest statement
for one, and the policy of those that a person agreed to. Asking, and changing a server, are for
others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from remit.app.generate import Target, keeps_policies_alone
from remit.app.running import Plan, Told, as_policy
from remit.app.wanted import deployment
from remit.core.decision import Layer
from remit.core.pattern import Pattern
from remit.core.text import Symbols
from remit.deploy.formats import BY_FRAMEWORK, FORMATS, Grant, iam_json
from remit.generate.grouping import Pair, grouped
from remit.generate.model import Proposal
from remit.generate.names import sids
from remit.generate.quota import INLINE


@dataclass(frozen=True, slots=True)
class Proposed:
    """One statement for one denial: an action on a resource, as a policy of the project would name
    it. `text` is the statement in the project's language; `here` are the resources by which a
    policy of the local server grants the same, where account and region are the server's."""

    told: Told
    action: str
    resource: str
    text: str
    here: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        """What makes two proposals the same."""
        return self.action, self.resource


def proposed(plan: Plan, found: Iterable[Told]) -> list[Proposed]:
    """A statement for each denial that one can mend, in order and each once."""
    made: dict[tuple[str, str], Proposed] = {}
    for told in found:
        if grantable(told):
            one = _proposed(plan, told)
            made.setdefault(one.key, one)
    return list(made.values())


def grantable(told: Told) -> bool:
    """Whether a statement in the role's own policies would be enough: only their silence denies.

    A Deny wins over every Allow; a boundary, a session policy or an SCP that is silent denies
    whatever the role's policies say (facts/iam.md 4.2; IAM User Guide,
    reference_policies_evaluation-logic).
    """
    denied = told.denied
    if denied.action is None or denied.resource is None or denied.explicit:
        return False
    if denied.by is None:  # nobody said: what the project's own policies tell
        return told.finding is not None and bool(told.finding.patch)
    return denied.by == (Layer.IDENTITY,)


def _proposed(plan: Plan, told: Told) -> Proposed:
    denied, finding = told.denied, told.finding
    assert denied.action is not None  # noqa: S101  grantable has seen to both
    assert denied.resource is not None  # noqa: S101
    resource = finding.resource if finding is not None else None
    resource = resource or as_policy(denied.resource, denied.action, plan)
    grant = Grant("", (denied.action,), (resource,))
    form = FORMATS[BY_FRAMEWORK.get(plan.opened.project.framework, "policy")]
    text = form.statement(grant, deployment(plan.stage).spelling)
    return Proposed(told, denied.action, resource, text, _here(plan, resource, denied.resource))


def _here(plan: Plan, resource: str, called: str) -> tuple[str, ...]:
    """The same resource with what only the deployment knows filled in; with it the one that was
    called, where the deployment's own region or account is another than the local server's."""
    known = plan.seeds.known
    tokens = frozenset(one.strip("{}") for one in deployment(plan.stage).spelling.tokens)
    symbols = Symbols(given=tokens)
    for name in symbols.used(resource):
        if name in known:
            resource = resource.replace("{" + name + "}", known[name])
    opened = symbols.opened(resource)
    covers = Pattern.parse(opened).matches(called)
    return (opened,) if covers else (opened, called)


# --- what was agreed to -------------------------------------------------------------------------


def document(agreed: Sequence[Proposed]) -> str:
    """The policy for the local server's role."""
    statements = [
        {"Effect": "Allow", "Action": one.action, "Resource": list(one.here)} for one in agreed
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def policy(plan: Plan, agreed: Sequence[Proposed]) -> Target:
    """The agreed statements as the fewest that grant the same, for the project's role: one document
    whatever its size, for it may go into several."""
    groups = grouped(Pair(one.action, one.resource) for one in agreed)
    grants = tuple(
        Grant(sid, group.actions, group.resources)
        for sid, group in zip(sids(groups, _sids(plan)), groups, strict=True)
    )
    size, large = iam_json.size(grants), ""
    if size > INLINE:
        large = f"it has {size:,} characters; a role's inline policies may have {INLINE:,} together"
    spelling, role = deployment(plan.stage).spelling, plan.role
    made = Proposal((), (grants,), size, large)
    return Target(plan.stage.name, role.name, (), role.file, made, spelling, span=role.span)


def place(plan: Plan) -> str:
    """What to do with the policy: a sentence."""
    role = plan.role
    if role.generated:
        return (
            "The framework makes this role's policy from the code: write one of your own, with"
            " these statements in it."
        )
    if role.file is not None and keeps_policies_alone(plan.opened.project.framework):
        return f"Add its statements to `{role.file}`."
    return f"The role is in a template: put this there, at {role.span}."


def _sids(plan: Plan) -> list[str]:
    """Those that the role's policies have already: the snippet goes beside them."""
    statements = (one for policy in plan.role.policies for one in policy.statements)
    return [one.sid.value for one in statements if one.sid is not None]
