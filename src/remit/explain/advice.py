"""What a message alone tells: which policy denied, where to look, what would be needed.

What may live here: a table from AWS's kinds of policy to places to look, for when nobody gave the
policies.

Rules: facts/iam.md 4 and 6 (IAM User Guide, troubleshoot_access-denied).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from remit.core.arn import Arn
from remit.explain.candidate import WILD, written
from remit.explain.change import new_statement
from remit.explain.denied import Denied, Form
from remit.explain.wording import PolicyType

DECODE = "aws sts decode-authorization-message --encoded-message {}"

# Where the policy of each kind is found.
_LOOK: Mapping[PolicyType, str] = {
    PolicyType.IDENTITY: "the policies attached to the caller: inline, managed, and for a user "
    "those of its groups",
    PolicyType.RESOURCE: "the policy of the resource itself (bucket, key, queue, topic, secret, "
    "function)",
    PolicyType.BOUNDARY: "the permissions boundary set on the user or role",
    PolicyType.SESSION: "the session policies passed when the session was made (AssumeRole or "
    "GetFederationToken, `Policy` and `PolicyArns`)",
    PolicyType.VPC_ENDPOINT: "the policy of the VPC endpoint through which the request went",
    PolicyType.SCP: "the service control policies of the caller's account and of every level "
    "above it, in the organization's management account",
    PolicyType.RCP: "the resource control policies of the resource's account and of every level "
    "above it, in the organization's management account",
    PolicyType.TRUST: "the trust policy of the role that is to be assumed",
    PolicyType.ENDPOINT_BY_SCP: "the service control policies that speak of VPC endpoints",
    PolicyType.BLOCKED_ACLS: "S3 Block Public Access of the bucket, the account and the "
    "organization: no policy can allow this while the setting is on",
    PolicyType.BLOCKED_POLICIES: "S3 Block Public Access of the bucket, the account and the "
    "organization: no policy can allow this while the setting is on",
}
_KMS = (
    "KMS does not say which: no such key in this Region, a key policy that does not allow it, "
    "or one that denies it"
)
_SETTINGS = frozenset({PolicyType.BLOCKED_ACLS, PolicyType.BLOCKED_POLICIES})
_WITH_PRINCIPAL = frozenset({PolicyType.RESOURCE, PolicyType.TRUST, PolicyType.VPC_ENDPOINT})


@dataclass(frozen=True, slots=True)
class Advice:
    """What to make of a message: sentences, the statement that is lacking (JSON, empty where none
    is), and a command to run (empty where none helps)."""

    sentences: tuple[str, ...]
    statement: str = ""
    command: str = ""


def advise(denied: Denied) -> Advice:
    """What the message says, and what to look at."""
    said = [_what(denied), *_where(denied), *_hidden(denied)]
    command = DECODE.format(denied.encoded) if denied.encoded else ""
    return Advice(tuple(one for one in said if one), _statement(denied), command)


def _what(denied: Denied) -> str:
    kind = denied.policy_type
    if denied.form is Form.KMS:
        return _KMS
    if kind in _SETTINGS:
        return f"denied by the {kind} of S3 Block Public Access"
    match denied.explicit, kind:
        case True, None:
            return "a Deny statement applies; the message does not say in which kind of policy"
        case True, _:
            named = f": {denied.policy_arn}" if denied.policy_arn else ""
            return f"a Deny statement in a {kind} applies{named}"
        case False, None:
            return "no Deny statement applies: some policy that must allow it does not"
        case False, _:
            return f"no {kind} allows it"
        case _, PolicyType.TRUST:
            return "the role trust policy does not let the caller in"
        case _:
            return "the message does not say which kind of policy denied it"


def _where(denied: Denied) -> list[str]:
    if denied.policy_type is not None:
        found = [f"look at {_LOOK[denied.policy_type]}"]
    else:
        found = ["give the policies (`--identity FILE`, `--scp FILE`, ...) to have it decided here"]
    if denied.explicit:
        found.append("no Allow helps against a Deny: narrow it, or do not meet its conditions")
    elif denied.explicit is False and denied.policy_type is not None:
        found.append("AWS names one kind of policy only: others may deny it too")
    if denied.statements:
        ids = ", ".join(f"`{sid}`" for sid in denied.statements if sid) or "without an id"
        found.append(f"the statements that matched: {ids}")
    return found


def _hidden(denied: Denied) -> list[str]:
    found = []
    if denied.masked:
        found.append("API Gateway hides the account in the resource: give `--resource`")
    if denied.encoded:
        found.append("only STS can decode the encoded part; give its answer to `--message`")
    if denied.action is None and denied.operation:
        found.append(f"the call was `{denied.operation}`; the message names no action")
    return found


def _statement(denied: Denied) -> str:
    """The Allow that is lacking, for exactly this; empty where it cannot be told, or would not
    help."""
    if denied.explicit is not False or denied.action is None or denied.policy_type is None:
        return ""
    resource = denied.resource or "*"
    if denied.policy_type in _SETTINGS or denied.masked:
        return ""
    if resource != "*" and not WILD.isdisjoint(resource):
        return ""
    named = None
    if denied.policy_type in _WITH_PRINCIPAL:
        arn = Arn.parse(denied.principal or "")
        if arn is None:
            return ""
        named = ("AWS", str(arn))
    trust = denied.policy_type is PolicyType.TRUST
    return written(new_statement(denied.action, None if trust else resource, named))
