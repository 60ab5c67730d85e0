"""The switches of root management, which moto's IAM lacks: without them nobody takes on the root of
a member account.

Source: facts/iam.md 5.2 (AssumeRoot; IAM API Reference, EnableOrganizationsRootSessions and its
like).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_ATTRIBUTE = "root_features_of_remit"
_FEATURES = {
    "root_credentials_management": "RootCredentialsManagement",
    "root_sessions": "RootSessions",
}


def extend() -> None:
    """Teach moto's IAM the operations. May be called again."""
    from moto.iam.responses import IamResponse

    for name, feature in _FEATURES.items():
        setattr(IamResponse, f"enable_organizations_{name}", _switch(feature, on=True))
        setattr(IamResponse, f"disable_organizations_{name}", _switch(feature, on=False))
    IamResponse.list_organizations_features = _told  # type: ignore[attr-defined]  # new


def enabled(backend: Any) -> frozenset[str]:
    """What is switched on in the management account whose IAM this is."""
    found: frozenset[str] = getattr(backend, _ATTRIBUTE, frozenset())
    return found


def _switch(feature: str, *, on: bool) -> Callable[[Any], Any]:
    def operation(self: Any) -> Any:
        before = enabled(self.backend)
        _organization(self)
        setattr(self.backend, _ATTRIBUTE, before | {feature} if on else before - {feature})
        return _told(self)

    return operation


def _told(self: Any) -> Any:
    from moto.core.responses import ActionResult

    features = sorted(enabled(self.backend))
    return ActionResult({"OrganizationId": _organization(self), "EnabledFeatures": features})


def _organization(self: Any) -> str:
    """The organisation that the calling account manages. Raises moto's kind of error."""
    from moto.core.exceptions import ServiceException
    from moto.organizations.models import organizations_backends

    found: Any = dict.get(organizations_backends, self.current_account) or {}
    organisation = next((one.org for one in dict.values(found) if one.org is not None), None)
    if organisation is None:
        error = ServiceException("The account is not the management account of an organization.")
        error.code = "CallerIsNotManagementAccountException"
        raise error
    return str(organisation.id)
