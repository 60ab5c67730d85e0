"""What both kinds of federation have in common: the trust policy is asked for the provider.

Source: facts/iam.md 4.11, 5.2 and 5.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from remit.app.sts import errors, session
from remit.app.sts.assume_role import role_keys
from remit.app.sts.errors import bad_token, validation
from remit.app.sts.permission import require_role
from remit.app.sts.policies import Passed, packed_size
from remit.app.sts.ports import Call, Means, Role
from remit.app.sts.session import Result, Wanted
from remit.app.sts.tags import SessionTags, session_tags
from remit.app.sts.validate import check
from remit.core.arn import Arn
from remit.core.request import Request, Value

_ROLE = re.compile(r"role/.+", re.DOTALL)
_ACCOUNT = re.compile(r"[0-9]{12}")
_SOURCE = re.compile(r"[a-zA-Z_0-9+=,.@-]{2,64}")
_NAMED = {"RoleArn": "arn:aws:iam::aws:role/x", "RoleSessionName": "tags"}
WRONG_SOURCE = 'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"'


def role_arn(text: str) -> str:
    """`RoleArn`, which must be that of a role. Raises StsError.

    Seen where it was a provider's (physera/onelogin-aws-cli#12) or a certificate's, and where the
    account was missing. Of AssumeRole the opposite was seen: a malformed ARN is denied like a role
    that is not there (99designs/aws-vault#668). Which partitions fit is not known: none is refused.
    """
    arn = Arn.parse(text)
    if arn is None or (arn.service, arn.region) != ("iam", "") or not _ROLE.fullmatch(arn.resource):
        raise validation(errors.NO_ROLE_ARN)
    if not _ACCOUNT.fullmatch(arn.account):
        raise validation(errors.NO_ROLE_ARN)
    return text


def told_tags(tags: Iterable[tuple[str, str]], transitive: Iterable[str]) -> SessionTags:
    """Session tags that a token or assertion brings; they have the limits of those that are
    passed as parameters. Raises StsError."""
    listed, keys = list(tags), list(transitive)
    params = {"Tags": [{"Key": key, "Value": value} for key, value in listed]}
    check("AssumeRole", {**_NAMED, **params, "TransitiveTagKeys": keys})
    return session_tags(listed, keys)


def told_source(source: str | None) -> str | None:
    """A source identity that a token or assertion brings (troubleshoot_saml). Raises StsError."""
    if source is not None and _SOURCE.fullmatch(source) is None:
        raise bad_token(WRONG_SOURCE)
    return source


def let_in(
    action: str,
    arn: str,
    principal: str,
    keys: Mapping[str, Value],
    tags: SessionTags,
    call: Call,
    means: Means,
) -> Role:
    """The role, if its trust policy lets the provider in. Raises StsError."""
    role = means.state.role(arn)
    context = {**call.context, **role_keys(role, tags), **tags.context(), **keys}
    asked = Request(principal, action, arn, None, context)
    require_role(asked, None, role, means)
    assert role is not None  # noqa: S101 - require_role has denied what does not exist
    return role


def result(
    role: Role, asked: Mapping[str, Any], wanted: tuple[str, Passed, SessionTags], means: Means,
    *, longest: float | None = None, source: str | None = None, provider: str | None = None,
    context: tuple[tuple[str, str], ...] = (),
) -> Result:  # fmt: skip
    """The answer. `wanted` is the session's name, its policies and tags; `longest` the seconds
    for which the assertion lets it last. Raises StsError."""
    name, given, tags = wanted
    size = packed_size(given, tags.all)
    seconds = session.role_seconds(asked.get("DurationSeconds"), role, chained=False)
    if longest is not None:
        seconds = min(seconds, int(longest))
    made = Wanted(
        name, seconds, given, tags, source_identity=source, provider=provider, context=context
    )
    found = session.role_session(role, made, means)
    return found if size is None else {**found, "PackedPolicySize": size}
