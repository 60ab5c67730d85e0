"""PolicyExclusionList: attached policies that a simulation leaves out.

Source: botocore's IAM model, PolicyIdentifier [M]; recording A's notes [O]: the ARN of a managed
policy is compared without its path, and excludes no boundary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from remit.app.simulator.errors import invalid
from remit.app.simulator.principals import Attached
from remit.core.arn import Arn
from remit.core.pattern import Pattern

_FORMS = ("PolicyType", "PolicyArn", "InlinePolicyIdentifier")
_ONE_FORM = f"A policy identifier must specify exactly one of {', '.join(_FORMS)}."


@dataclass(frozen=True, slots=True)
class Exclusions:
    """What is left out. RCPs are not simulated, so that leaving them out changes nothing [M]."""

    types: frozenset[str] = frozenset()
    arns: tuple[Pattern, ...] = ()
    inline: tuple[tuple[str, str, Pattern], ...] = field(default=())

    @property
    def scp(self) -> bool:
        """Whether service control policies are."""
        return "scp" in self.types

    @property
    def boundary(self) -> bool:
        """Whether the permissions boundary is."""
        return "permission-boundary" in self.types

    def has(self, policy: Attached) -> bool:
        """Whether an attached policy is."""
        if policy.type in self.types:
            return True
        if policy.holder:
            return any(
                (kind, name) == (policy.kind, policy.name) and holder.matches(policy.holder)
                for kind, name, holder in self.inline
            )
        return any(pattern.matches(_pathless(policy)) for pattern in self.arns)


def read(identifiers: Iterable[Mapping[str, Any]]) -> Exclusions:
    """The exclusions that a call lists. Raises SimulationError."""
    types, arns, inline = set[str](), list[Pattern](), list[tuple[str, str, Pattern]]()
    for one in identifiers:
        if sum(form in one for form in _FORMS) != 1:
            raise invalid(_ONE_FORM)
        if "PolicyType" in one:
            types.add(one["PolicyType"])
        elif "PolicyArn" in one:
            arns.append(_arn(one["PolicyArn"]))
        else:
            named = one["InlinePolicyIdentifier"]
            holder = _pattern(named["AttachmentName"])
            if not named["AttachmentName"].strip("*?"):
                raise invalid("An AttachmentName must not be of wildcards only.")  # recording A
            inline.append((named["AttachmentType"], named["PolicyName"], holder))
    return Exclusions(frozenset(types), tuple(arns), tuple(inline))


def _arn(text: str) -> Pattern:
    """Wildcards stand in the name only [M]."""
    arn = Arn.parse(text)
    head = "" if arn is None else text[: -len(arn.resource)]
    named = arn is not None and arn.service == "iam" and arn.resource.startswith("policy/")
    if not named or set("*?") & set(head):
        raise invalid(f"`{text}` is no ARN of a managed policy.")
    return _pattern(text)


def _pattern(text: str) -> Pattern:
    if text.count("*") > 1:
        raise invalid(f"`{text}` has more than one `*`.")
    return Pattern.parse(text)


def _pathless(policy: Attached) -> str:
    arn = Arn.parse(policy.document.name)
    if arn is None:
        return policy.document.name
    return f"arn:{arn.partition}:iam::{arn.account}:policy/{policy.name}"
