"""The live state, read from moto's backends: identities as an immutable `Account`, remembered until
something of it is written; resources as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from remit.account.model import (
    AccessKey,
    Account,
    Document,
    Group,
    Organisation,
    Role,
    Tags,
    User,
)
from remit.app.ports import Resource
from remit.server import resources
from remit.server.resources import text_of

ADMINISTRATOR = "remit-administrator"
_ALL = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
)
# Services whose writes change identities or organisations; the reads among their operations.
_HOLDERS = frozenset({"iam", "organizations", "cloudformation"})
_READS = ("Get", "List", "Describe", "Simulate", "Generate", "Estimate", "Validate", "Detect")
# Services that make service-linked roles when they are first used.
_MAKERS = frozenset({"autoscaling", "opensearch", "es", "lakeformation", "ecs"})


def may_change(service: str, operation: str) -> bool:
    """Whether a call may change identities or organisations."""
    return (service in _HOLDERS or service in _MAKERS) and not operation.startswith(_READS)


class MotoState:
    """The state behind the port `State`. `built_in` are keys that no API made: the bootstrap
    administrator's and root's; `home` is their account."""

    def __init__(self, built_in: Iterable[AccessKey] = ()) -> None:
        self._built_in = {key.id: key for key in built_in}
        self.home = next((key.account for key in self._built_in.values()), "")
        self._accounts: dict[str, Account] = {}
        self._keys: dict[str, AccessKey] = {}
        self._all_read = False

    def note(self, service: str, operation: str) -> None:
        """Something was called: forget what it may have changed."""
        if may_change(service, operation):
            self.forget()

    def forget(self) -> None:
        """Read everything anew when it is asked for."""
        self._accounts.clear()
        self._keys.clear()
        self._all_read = False

    def account(self, account: str) -> Account:
        """The identities of an account."""
        found = self._accounts.get(account)
        if found is None:
            found = self._accounts[account] = self._read(account)
        return found

    def key(self, access_key: str) -> AccessKey | None:
        """A long-term key: one of an IAM user's, or built in."""
        built_in = self._built_in.get(access_key)
        if built_in is not None:
            return built_in
        if not self._all_read:
            self._keys = {key.id: key for key in _access_keys()}
            self._all_read = True
        return self._keys.get(access_key)

    def resource(self, arn: str, account: str) -> Resource:
        """What is under an ARN."""
        return resources.resource(arn, account)

    def backend(self, account: str) -> Any:
        """moto's IAM of an account; None where nothing was ever in it."""
        from moto.iam.models import iam_backends

        regions = dict.get(iam_backends, account)
        return dict.get(regions, "aws") if regions is not None else None

    def _read(self, account: str) -> Account:
        backend = self.backend(account)
        users = {one.name: _user(backend, one) for one in backend.users.values()} if backend else {}
        if any(key.account == account and key.user for key in self._built_in.values()):
            users[ADMINISTRATOR] = _administrator(account)
        return Account(
            account,
            users=users,
            groups={one.name: _group(one) for one in backend.groups.values()} if backend else {},
            roles={one.name: _role(one) for one in backend.roles.values()} if backend else {},
            managed=_managed(backend) if backend else MappingProxyType({}),
            organisation=_organisation(account),
        )


def _administrator(account: str) -> User:
    """Who there is before anybody was made. It is not in moto, so no listing shows it."""
    arn = f"arn:aws:iam::{account}:user/{ADMINISTRATOR}"
    return User(arn, ADMINISTRATOR, "AIDAREMITADMINISTRATOR", (Document("administrator", _ALL),))


def _user(backend: Any, user: Any) -> User:
    return User(
        _arn(user),
        user.name,
        user.id,
        _inline(user.policies),
        tuple(user.managed_policies),
        tuple(group.name for group in backend.groups.values() if user in group.users),
        _boundary(user),
        _tags(user.tags),
    )


def _arn(user: Any) -> str:
    """A user's ARN. moto takes paths that AWS refuses, such as `my/path`, and makes an ARN of them
    that cannot be read: it is read with the slashes that are missing."""
    path = f"/{user.path.strip('/')}/" if user.path.strip("/") else "/"
    return str(user.arn.partition(":user")[0] + f":user{path}{user.name}")


def _boundary(holder: Any) -> str | None:
    found = getattr(holder, "permissions_boundary_arn", None)
    return str(found) if found else None


def _group(group: Any) -> Group:
    return Group(
        group.arn, group.name, group.id, _inline(group.policies), tuple(group.managed_policies)
    )


def _role(role: Any) -> Role:
    return Role(
        role.arn,
        role.name,
        role.id,
        Document("trust policy", text_of(role.assume_role_policy_document)),
        _inline(role.policies),
        tuple(role.managed_policies),
        _boundary(role),
        _tags(role.tags),
        int(role.max_session_duration or 3600),
    )


def _inline(policies: Mapping[str, str]) -> tuple[Document, ...]:
    return tuple(Document(name, text_of(text)) for name, text in policies.items())


def _tags(tags: Any) -> Tags:
    return tuple((tag["Key"], tag["Value"]) for tag in tags or ())


_AWS = "arn:aws:iam::aws:"
_aws_managed: dict[str, str] = {}
"""The texts of AWS's own managed policies, the same in every account: read once."""


def _managed(backend: Any) -> Mapping[str, str]:
    """The default version of each managed policy."""
    held = backend.managed_policies
    if not _aws_managed:
        _aws_managed.update({arn: _default(held[arn]) for arn in held if arn.startswith(_AWS)})
    own = {arn: _default(held[arn]) for arn in held if not arn.startswith(_AWS)}
    return {**_aws_managed, **own}


def _default(policy: Any) -> str:
    for version in policy.versions:
        if version.version_id == policy.default_version_id:
            return text_of(version.document)
    return ""


def _access_keys() -> Iterable[AccessKey]:
    from moto.iam.models import iam_backends

    for account, partitions in list(iam_backends.items()):
        for backend in partitions.values():
            for user in backend.users.values():
                for key in user.access_keys:
                    active = key.status == "Active"
                    secret = key.secret_access_key
                    yield AccessKey(key.access_key_id, secret, account, user.name, active)


# --- organisations ------------------------------------------------------------------------------


def _organisation(account: str) -> Organisation | None:
    from moto.organizations.models import organizations_backends

    for regions in list(dict.values(organizations_backends)):
        for backend in regions.values():
            if backend.org is None:
                continue
            found = next((one for one in backend.accounts if one.id == account), None)
            if found is not None:
                return _placed(backend, found)
    return None


def _placed(backend: Any, account: Any) -> Organisation:
    """The account's place: from the root down."""
    units = {unit.id: unit for unit in backend.ou}
    levels, parent = [account], account.parent_id
    while parent in units and len(levels) < 32:
        levels.append(units[parent])
        parent = getattr(units[parent], "parent_id", None)
    levels.reverse()
    organisation = backend.org
    path = "/".join([organisation.id, *(one.id for one in levels[:-1]), ""])
    if account.id == organisation.master_account_id:
        return Organisation(organisation.id, account.id, path)
    return Organisation(
        organisation.id,
        organisation.master_account_id,
        path,
        _policies(levels, "SERVICE_CONTROL_POLICY"),
        _policies(levels, "RESOURCE_CONTROL_POLICY"),
    )


def _policies(levels: Iterable[Any], kind: str) -> tuple[tuple[Document, ...], ...]:
    return tuple(
        tuple(
            Document(policy.arn, policy.content)
            for policy in level.attached_policies
            if policy.type == kind
        )
        for level in levels
    )
