"""What app/sts asks of the world, answered from the live state (moto's backends)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from remit.account.applying import Own, attachable, policies_for
from remit.account.model import Account
from remit.app import authenticate
from remit.app.sts.ports import Caller, MfaDevice, OidcProvider, Role, SamlProvider
from remit.core.arn import Arn
from remit.credentials import totp
from remit.credentials.saml import Metadata, read_metadata
from remit.engine.policyset import PolicySet
from remit.server.root_features import enabled
from remit.server.state import MotoState

Keys: TypeAlias = Mapping[str, Mapping[str, object]]
_NOTHING: Mapping[str, object] = {"keys": []}


@dataclass(slots=True)
class Accounts:
    """app/sts's port `State` for one call of `caller`, None where nobody signed it. `keys` are JWKS
    documents by the address of their provider, without `https://`. Not frozen: one is made for
    each call."""

    state: MotoState
    caller: authenticate.Caller | None
    keys: Keys = field(default_factory=dict)

    def role(self, arn: str) -> Role | None:
        """The role of that ARN."""
        return _role(self.state.account(_account(arn)), arn)

    def policies(self, caller: Caller | None, role: Role | None) -> PolicySet:
        """Every policy that applies. Without a role the resource is of the caller's account."""
        own = Own() if caller is None or self.caller is None else self.caller.own
        if role is None:
            home = self.caller.account if self.caller is not None else ""
            return policies_for(own, attachable(self.state.account(home), None))
        account = self.state.account(role.account)
        if caller is None or self.caller is None:
            return _policies(own, account, role.arn)
        return _policies_of(self.caller, account, role.arn)

    def managed_policy(self, arn: str) -> str | None:
        """The text of a managed policy."""
        account = _account(arn)
        if account == "aws":  # the same in every account
            account = self.caller.account if self.caller is not None else ""
            account = account if account.isdigit() else self.state.home
        return self.state.account(account).managed.get(arn)

    def oidc_provider(self, account: str, name: str) -> OidcProvider | None:
        """A provider that the account was told of. One without keys has signed nothing."""
        backend = self.state.backend(account)
        providers = {} if backend is None else backend.open_id_providers
        keys = self.keys.get(name, _NOTHING)
        found = next((one for one in providers.values() if one.url == name), None)
        if found is None:
            return None
        return OidcProvider(found.arn, found.url, tuple(found.client_id_list), keys)

    def saml_provider(self, arn: str) -> SamlProvider | None:
        """The provider of that ARN; one whose metadata cannot be read signs nothing."""
        backend = self.state.backend(_account(arn))
        providers = () if backend is None else backend.saml_providers.values()
        found = next((one for one in providers if one.arn == arn), None)
        return None if found is None else SamlProvider(arn, _metadata(found.saml_metadata_document))

    def mfa_device(self, serial: str) -> MfaDevice | None:
        """A virtual device that a user has enabled."""
        backend = self.state.backend(_account(serial))
        found = None if backend is None else backend.virtual_mfa_devices.get(serial)
        if found is None or found.user is None:
            return None
        return MfaDevice(found.user.arn, _seed(found.base32_string_seed))

    def manages_root(self, account: str, target: str, feature: str) -> bool:
        """Whether `account` manages `target`'s organisation and has switched the feature on.
        Delegated administrators are not told apart: they may not."""
        found = self.state.account(target).organisation
        if found is None or found.management != account or account == target:
            return False
        return feature in enabled(self.state.backend(account))


@dataclass(slots=True)
class Codes:
    """app/sts's port for one-time codes, in memory: they hold for minutes only. `spent` is the
    newest step of each device of which the code was used."""

    spent: dict[str, int] = field(default_factory=dict)
    _tried: dict[str, list[float]] = field(default_factory=dict)

    def attempt(self, serial: str, now: float) -> bool:
        """Count one attempt; False when there were too many."""
        recent = [one for one in self._tried.get(serial, ()) if one > now - totp.PERIOD]
        if len(recent) >= totp.ATTEMPTS:
            return False
        self._tried[serial] = [*recent, now]
        return True

    def spend(self, serial: str, step: int) -> bool:
        """Mark a code as used; False when it, or a later one, was."""
        if self.spent.get(serial, -1) >= step:
            return False
        self.spent[serial] = step
        return True


@lru_cache(maxsize=128)  # each may hold a whole account
def _role(account: Account, arn: str) -> Role | None:
    found = account.role(arn)
    if found is None:
        return None
    return Role(found.arn, found.id, account.id, found.name, found.longest, dict(found.tags))


def _policies(own: Own, account: Account, arn: str) -> PolicySet:
    found = account.role(arn)
    return policies_for(own, attachable(account, None if found is None else found.trust))


@lru_cache(maxsize=128)  # as `_role`; callers and accounts are equal to themselves only
def _policies_of(caller: authenticate.Caller, account: Account, arn: str) -> PolicySet:
    return _policies(caller.own, account, arn)


@lru_cache(maxsize=1024)
def _account(arn: str) -> str:
    found = Arn.parse(arn)
    return "" if found is None else found.account


@lru_cache(maxsize=64)
def _metadata(document: Any) -> Metadata:
    try:
        return read_metadata(document or "")
    except ValueError:
        return Metadata("", ())


def _seed(text: str) -> bytes:
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        return b""
