"""What moto's IAM lacks for a decision to be AWS's: unique ids of AWS's form, and the permissions
boundaries of users.
"""

from __future__ import annotations

from typing import Any

_MARK = "of_remit"
_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def extend() -> None:
    """Teach moto's IAM. May be called again."""
    from moto.iam import models
    from moto.iam.responses import IamResponse

    if hasattr(models.User, _MARK):
        return
    setattr(models.User, _MARK, True)
    _with_id(models.User, "AIDA")
    _with_id(models.Group, "AGPA")
    models.User.permissions_boundary = property(_boundary)  # type: ignore[attr-defined]  # roles have it
    IamResponse.put_user_permissions_boundary = _put  # type: ignore[attr-defined]  # new
    IamResponse.delete_user_permissions_boundary = _delete  # type: ignore[attr-defined]  # new
    _with_boundary(IamResponse)
    _with_administrators()


def _with_id(kind: Any, prefix: str) -> None:
    """Ids as AWS's (facts 5.3)."""
    from moto.iam.utils import generate_access_key_id_from_account_id as made

    original = kind.__init__

    def init(self: Any, account_id: str, *args: Any, **more: Any) -> None:
        original(self, account_id, *args, **more)
        self.id = made(account_id, prefix=prefix, total_length=21)

    kind.__init__ = init


def _with_administrators() -> None:
    """The role that an organisation's new account is managed by may do everything there
    (Organizations User Guide, orgs_manage_accounts_access-cross-account-role)."""
    from moto.iam.models import iam_backends
    from moto.organizations.models import FakeAccount

    original = FakeAccount.__init__

    def init(self: Any, organization: Any, **more: Any) -> None:
        original(self, organization, **more)
        iam = iam_backends[self.id]["aws"]
        name = more.get("RoleName", "OrganizationAccountAccessRole")
        role = next((one for one in iam.roles.values() if one.name == name), None)
        if role is not None and _ADMINISTRATOR not in role.managed_policies:
            iam.attach_role_policy(_ADMINISTRATOR, name)

    FakeAccount.__init__ = init  # type: ignore[method-assign]  # it goes on where moto's ends


def _boundary(user: Any) -> dict[str, str] | None:
    arn = getattr(user, "permissions_boundary_arn", None)
    if not arn:
        return None
    return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}


def _with_boundary(responses: Any) -> None:
    """CreateUser takes a boundary."""
    original = responses.create_user

    def create_user(self: Any) -> Any:
        arn = self._get_param("PermissionsBoundary")
        if arn:
            self.backend.get_policy(arn)  # raises NoSuchEntity
        answer = original(self)
        if arn:
            self.backend.get_user(self._get_param("UserName")).permissions_boundary_arn = arn
        return answer

    responses.create_user = create_user


def _put(self: Any) -> Any:
    from moto.core.responses import EmptyResult

    user = self.backend.get_user(self._get_param("UserName"))
    policy = self.backend.get_policy(self._get_param("PermissionsBoundary"))
    user.permissions_boundary_arn = policy.arn
    return EmptyResult()


def _delete(self: Any) -> Any:
    from moto.core.responses import EmptyResult

    user = self.backend.get_user(self._get_param("UserName"))
    user.permissions_boundary_arn = None
    return EmptyResult()
