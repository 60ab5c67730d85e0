"""no-log-permission: why CloudWatch stays empty.

Lambda writes a function's log with the function's own role: without these permissions the function
runs and leaves no trace. AWS Lambda Developer Guide, "Sending Lambda function logs to CloudWatch
Logs"; the statement is the one of the managed policy AWSLambdaBasicExecutionRole.
"""

from __future__ import annotations

from collections.abc import Iterable

from remit.check import patch
from remit.check.denials import policy_place
from remit.check.grants import judged
from remit.check.model import LOGS, Facts, RoleFacts, StageFacts
from remit.check.wording import listing, tick
from remit.core.finding import Confidence, Finding, Related, Severity
from remit.explain.model import Standing

ID = "no-log-permission"
_CREATE_GROUP = "logs:CreateLogGroup"
_ALL = (_CREATE_GROUP, "logs:CreateLogStream", "logs:PutLogEvents")
_ANYWHERE = "arn:{partition}:logs:*:*:*"


def rule(facts: Facts) -> Iterable[Finding]:
    """One finding for each role that is denied one of the three."""
    for stage in facts.stages:
        for role in stage.roles:
            if judged(role):
                yield from _role(stage, role)


def _role(stage: StageFacts, role: RoleFacts) -> Iterable[Finding]:
    denied = [
        one
        for one in role.needed
        if one.origin == LOGS and one.judgement.standing is Standing.DENIED
    ]
    missing = sorted({one.need.action for one in denied})
    if not missing:
        return
    only_group = missing == [_CREATE_GROUP]
    explicit = [one.judgement.statements for one in denied if one.judgement.explicit]
    where = tick(role.role.file) if role.role.file else "the role's policy"
    yield Finding(
        id=ID,
        severity=Severity.NOTE if only_group else Severity.WARNING,
        confidence=Confidence.CERTAIN,
        stage=stage.stage.name,
        span=policy_place(role),
        message="the role may not write the log:"
        f" {listing(missing)} {'is' if len(missing) == 1 else 'are'} denied",
        why=_ONLY_GROUP if only_group else _EMPTY,
        fix="Narrow or remove that Deny." if explicit else f"Add this statement to {where}.",
        patch="" if explicit else _statement(stage),
        action=missing[0],
        related=tuple(
            Related(sources[0].statement.span, "this statement denies it")
            for sources in explicit[:1]
            if sources
        ),
    )


_EMPTY = "The function runs, but CloudWatch stays empty: errors leave no trace."
_ONLY_GROUP = "CloudWatch stays empty unless the log group exists already."


def _statement(stage: StageFacts) -> str:
    return patch.grant(_ALL, [_ANYWHERE.format(partition=stage.stage.partition)])
