"""Conditions that a need implies, as a table: which key, for which needs, by default or on wish.

Only what the call itself fixes is ever written, and only where every need that shares the
permission fixes it too; propose.py then lets the judge prove that nothing is lost.

By default: keys that AWS sets on requests which one service makes for another, so that the
permission cannot be used directly (KMS Developer Guide, conditions-kms, `kms:ViaService`; IAM User
Guide, reference_policies_iam-condition-keys, `iam:PassedToService`).
On wish, since code that is not seen may do otherwise: `aws:SecureTransport` for services whose
endpoints answer plain HTTP too (botocore's endpoints.json, `protocols`).
Never: `aws:SourceAccount` and `aws:SourceArn`. They are set when a service calls in its own name,
which a trust or resource policy sees; no request of the role's own has them (IAM User Guide,
reference_policies_condition-keys), so that an Allow with one would grant nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from remit.core.text import Text
from remit.deploy.formats.model import Conditions
from remit.generate.model import CODE, Deployment, Wanted
from remit.generate.resources import written

_PLAIN_HTTP = frozenset(
    "s3 sqs sns dynamodb ec2 autoscaling application-autoscaling cloudwatch glacier sdb".split()
)


@dataclass(frozen=True, slots=True)
class Implied:
    """One condition: its operator and key, the values that a need gives it (None: it gives none),
    and whether it is written without being asked for."""

    operator: str
    key: str
    values: Callable[[Wanted, Deployment], tuple[str, ...] | None]
    default: bool = False


def _fixed(key: str) -> Callable[[Wanted, Deployment], tuple[str, ...] | None]:
    def values(wanted: Wanted, at: Deployment) -> tuple[str, ...] | None:
        value = wanted.need.context.get(key)
        if value is None:
            return None
        texts = (value,) if isinstance(value, Text) else value
        found = tuple(written(one, at)[0] for one in texts)
        return found if all(one.strip("*?") for one in found) else None

    return values


def _own_https(wanted: Wanted, _: Deployment) -> tuple[str, ...] | None:
    service = wanted.need.action.partition(":")[0]
    own = wanted.origin == CODE and wanted.own_request and service in _PLAIN_HTTP
    return ("true",) if own else None


IMPLIED = (
    Implied("StringEquals", "kms:ViaService", _fixed("kms:ViaService"), default=True),
    Implied("StringEquals", "iam:PassedToService", _fixed("iam:PassedToService"), default=True),
    Implied("ForAllValues:StringEquals", "dynamodb:LeadingKeys", _fixed("dynamodb:LeadingKeys")),
    Implied("Bool", "aws:SecureTransport", _own_https),
)


def implied(wanted: list[Wanted], at: Deployment, asked: bool) -> Conditions:
    """The conditions that all needs of one permission imply together."""
    made = []
    for one in IMPLIED:
        if not (one.default or asked):
            continue
        found = [one.values(each, at) for each in wanted]
        values = [value for value in found if value is not None]
        if values and len(values) == len(found):
            listed = tuple(sorted({text for value in values for text in value}))
            made.append((_operator(one.operator, listed), one.key, listed))
    return tuple(made)


def _operator(operator: str, values: tuple[str, ...]) -> str:
    """A pattern is matched as one."""
    is_open = any("*" in value for value in values)
    return operator.replace("StringEquals", "StringLike") if is_open else operator
