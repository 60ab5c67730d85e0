"""A request and the form of its parts: the one place for what a case and the flags may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from remit.core.request import Request, Value
from remit.engine.principal import PrincipalError, read_principal
from remit.syntax.source import shown

KEYS = ("principal", "action", "resource", "resourceAccount", "context")
"""As the case format spells them."""

_ACTION = re.compile(r"[^:*?\s]++:[^:*?\s]++")
_ACCOUNT = re.compile(r"[0-9]{12}")


Name: TypeAlias = str | int | None
"""The `id` of a case, echoed in its answer: a text, or a whole number as other tools write them."""


class CaseError(Exception):
    """A case that cannot be decided: `id` where it could be read, what is wrong, and `where`."""

    def __init__(self, message: str, where: str, name: Name = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.name = name


def request(
    principal: str, action: str, resource: str, account: str | None, context: Mapping[str, Value]
) -> Request:
    """A request, each part in the form that AWS gives it. Raises CaseError; `where` is the part's
    name in the case format."""
    if not _ACTION.fullmatch(action):
        message = f"{shown(action)} is no action: expected `service:Name`, without wildcards"
        raise CaseError(message, "action")
    if not resource:
        raise CaseError("the resource is empty: expected an ARN or `*`", "resource")
    if account is not None and not _ACCOUNT.fullmatch(account):
        raise CaseError(f"{shown(account)} is no account: expected 12 digits", "resourceAccount")
    try:
        read_principal(principal)
    except PrincipalError as error:
        message = shown(principal) + str(error).removeprefix(f"`{principal}`")
        raise CaseError(message, "principal") from None
    return Request(principal, action, resource, account, context)
