"""Roles that AWS services take on for somebody's code: an instance, a function, a container.

Source: facts/iam.md 1.5, 3.2, 4.2 and 10 (IAM User Guide, id_roles_create_for-service).
"""

from __future__ import annotations

from collections.abc import Mapping

from remit.app.sts import session
from remit.app.sts.assume_role import role_keys
from remit.app.sts.permission import require_role
from remit.app.sts.policies import Passed
from remit.app.sts.ports import Means
from remit.app.sts.session import Result, Wanted
from remit.app.sts.tags import SessionTags
from remit.core.request import Request, Value

_HOUR = 3600


def assume_as_service(
    service: str,
    arn: str,
    name: str,
    means: Means,
    *,
    context: Mapping[str, Value] | None = None,
    frozen: tuple[tuple[str, str], ...] = (),
) -> Result:
    """Credentials of the role for code that `service` (`lambda.amazonaws.com`) runs, if the role's
    trust policy lets that service in. Raises StsError.

    `name` is the session's: the instance's id, the function's name. `context` are the keys of the
    service's call (aws:SourceArn, aws:SourceAccount); `frozen` those that the session keeps, like
    lambda:SourceFunctionArn (3.2).
    """
    role, tags = means.state.role(arn), SessionTags()
    keys = {**(context or {}), **role_keys(role, tags), "sts:RoleSessionName": name}
    asked = Request(service, "sts:AssumeRole", arn, None, keys)
    require_role(asked, None, role, means)
    assert role is not None  # noqa: S101 - require_role has denied what does not exist
    wanted = Wanted(name, _HOUR, Passed(), tags, context=frozen)
    return session.role_session(role, wanted, means)
