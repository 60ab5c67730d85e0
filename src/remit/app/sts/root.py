"""AssumeRoot: the root of a member account, for one task.

Source: facts/iam.md 4.2, 4.12, 5.2 (STS API Reference, AssumeRoot; IAM User Guide,
id_root-user-privileged-task).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.app.sts import session
from remit.app.sts.errors import denied, validation
from remit.app.sts.permission import require, signer
from remit.app.sts.ports import Call, Means
from remit.app.sts.session import Result
from remit.core.arn import Arn
from remit.core.request import Request
from remit.credentials.sessions import Claims
from remit.explain.wording import denial

_ACTION = "sts:AssumeRoot"
_LONGEST = 900
_CREDENTIALS, _SESSIONS = "RootCredentialsManagement", "RootSessions"
TASKS: Mapping[str, str] = {
    "IAMAuditRootUserCredentials": _CREDENTIALS,
    "IAMCreateRootUserPassword": _CREDENTIALS,
    "IAMDeleteRootUserCredentials": _CREDENTIALS,
    "S3UnlockBucketPolicy": _SESSIONS,
    "SQSUnlockQueuePolicy": _SESSIONS,
}
"""AWS's task policies, and the feature of root management that each belongs to (5.2 [O])."""
_TASK_PATH = "policy/root-task/"


def assume_root(call: Call, params: Mapping[str, Any], means: Means) -> Result:
    """Credentials of a member account's root, limited by a task policy. Raises StsError."""
    caller = signer(call)
    partition = _partition(caller.arn)
    target = _target(params["TargetPrincipal"])
    task, feature = _task(params["TaskPolicyArn"].get("arn", ""))
    root = f"arn:{partition}:iam::{target}:root"
    require(_ACTION, root, call, means, {"sts:TaskPolicyArn": task})
    if not means.state.manages_root(caller.account, target, feature):
        raise denied(denial(Request(caller.arn, _ACTION, root), None))
    seconds = params.get("DurationSeconds") or _LONGEST  # what 0 means is not documented
    source = caller.claims.source_identity if caller.claims is not None else None
    claims = Claims(
        kind="root",
        account=target,
        issuer=root,
        issuer_id=target,
        name="root",
        issued=(begins := session.issued(means)),
        expires=begins + seconds,
        policy_arns=(task,),
        source_identity=source,
        chained=caller.claims is not None,
        context=(("aws:AssumedRoot", "true"),),
    )
    result = session.own_session(claims, means)
    return result if source is None else {**result, "SourceIdentity": source}


def _target(text: str) -> str:
    """The account whose root is meant: by its number, or by the root's ARN."""
    found = Arn.parse(text)
    named = found.account if found is not None and found.resource == "root" else text
    if len(named) != 12 or not (named.isascii() and named.isdecimal()):
        raise validation(f"Value '{text}' at 'targetPrincipal' is no account and no root user.")
    return named


def _task(arn: str) -> tuple[str, str]:
    found = Arn.parse(arn)
    aws = found is not None and (found.service, found.account) == ("iam", "aws")
    path = found.resource if found is not None and aws else ""
    feature = TASKS.get(path.removeprefix(_TASK_PATH)) if path.startswith(_TASK_PATH) else None
    if feature is None:
        raise validation(f"Value '{arn}' at 'taskPolicyArn' is no policy for a root task.")
    return arn, feature


def _partition(arn: str) -> str:
    found = Arn.parse(arn)
    return "aws" if found is None else found.partition
