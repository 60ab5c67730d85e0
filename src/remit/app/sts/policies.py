"""The policies that are passed along with a session: read, and weighed.

Source: facts/iam.md 1.7, 1.8, 5.2 and 5.4 (IAM User Guide, access_policies session policies,
reference_iam-quotas).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remit.app.sts.errors import malformed_policy, too_large, validation
from remit.app.sts.ports import State
from remit.core.arn import Arn
from remit.core.span import Problem
from remit.syntax.codes import Level, level
from remit.syntax.policy import parse_text

_PLAIN = 2048
"""Characters of the policy and the ARNs together (1.8)."""
_PACKED = 2048
"""Bytes that policies and tags may have when packed. How AWS packs, and how much it allots, is not
known; this is zlib, so that what is far too much is refused and what is little is not."""

# IAM's sentences for what the policy reader finds (facts/iam.md 1.7, [T]).
_TEXTS: Mapping[str, str] = {
    "invalid-version": "Policy document must be version 2012-10-17 or greater.",
    "missing-action": "Policy statement must contain actions.",
    "missing-resource": "Policy statement must contain resources.",
    "unique-sids-required": "Statement IDs (SID) in a single policy must be unique.",
    "unsupported-principal": "Policy document should not specify a principal.",
    "invalid-action": (
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    ),
}
_ANY_OTHER = "Syntax errors in policy."


@dataclass(frozen=True, slots=True)
class Passed:
    """The session policies of a call: JSON text, and the ARNs of managed ones."""

    texts: tuple[str, ...] = ()
    arns: tuple[str, ...] = ()


NOTHING = Passed()


def passed(params: Mapping[str, Any], account: str, state: State) -> Passed:
    """The session policies in checked parameters. `account` is the session's, whose managed
    policies can be named. Raises StsError."""
    text = params.get("Policy")
    if text is None and not params.get("PolicyArns"):
        return NOTHING
    arns = tuple(one.get("arn", "") for one in params.get("PolicyArns", ()))
    if text is not None:
        check(text)
    for one in arns:
        _check_managed(one, account, state)
    plain = len(text or "") + sum(map(len, arns))
    if plain > _PLAIN:
        raise too_large(_percent(plain, _PLAIN))
    return Passed(() if text is None else (text,), arns)


def check(text: str) -> None:
    """Whether AWS would take a session policy. Numbers, dates and addresses in its conditions may
    be malformed; they match nothing (1.7 [O]). Raises StsError."""
    if text.lstrip()[:1] != "{":
        raise malformed_policy(_ANY_OTHER)
    policy, problems = parse_text(text, "policy.json", kind="identity")
    errors = [one for one in problems if level(one.code) is Level.ERROR]
    if policy is None or errors:
        raise malformed_policy(_said(errors))


def _said(errors: list[Problem]) -> str:
    return next((_TEXTS[one.code] for one in errors if one.code in _TEXTS), _ANY_OTHER)


def _check_managed(arn: str, account: str, state: State) -> None:
    found = Arn.parse(arn)
    own = found is not None and found.account in (account, "aws")
    if not own or state.managed_policy(arn) is None:
        raise validation(f"Policy {arn} does not exist or is not attachable.")  # ours


def packed_size(given: Passed, tags: Mapping[str, str]) -> int | None:
    """How much of the allotment policies and tags take, in percent; None when there are neither.

    Raises StsError above 100.
    """
    if not given.texts and not given.arns and not tags:
        return None
    pairs = (f"{key}={value}" for key, value in tags.items())
    plain = "\0".join((*given.texts, *given.arns, *pairs))
    percent = _percent(len(zlib.compress(plain.encode("utf-8", "replace"), 9)), _PACKED)
    if percent > 100:
        raise too_large(percent)
    return percent


def _percent(size: int, allotted: int) -> int:
    return -(-100 * size // allotted)
