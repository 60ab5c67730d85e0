"""What the server has of its own: the key of its sessions, and the two keys that no API made."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from remit.account.model import AccessKey
from remit.credentials.keys import LONG_TERM, access_key_id, random_secret
from remit.server.state import ADMINISTRATOR

_NAMES = ("account", "master", "administrator", "of_administrator", "root", "of_root")


@dataclass(frozen=True, slots=True)
class Own:
    """`master` is the key of temporary credentials, 32 bytes; the account is that of both keys."""

    account: str
    master: bytes = field(repr=False)
    administrator: AccessKey = field(repr=False)
    root: AccessKey = field(repr=False)

    @classmethod
    def new(cls, account: str, master: bytes | None = None) -> Own:
        """New keys; `master` where it is given."""
        made = (_key(account, name) for name in (ADMINISTRATOR, None))
        return cls(account, master or secrets.token_bytes(32), *made)

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Own:
        """From `values()`. Raises ValueError."""
        lacking = [name for name in _NAMES if not isinstance(values.get(name), str)]
        if lacking:
            raise ValueError(f"it has no `{lacking[0]}`")
        account = values["account"]
        return cls(
            account,
            bytes.fromhex(values["master"]),
            AccessKey(values["administrator"], values["of_administrator"], account, ADMINISTRATOR),
            AccessKey(values["root"], values["of_root"], account, None),
        )

    def values(self) -> dict[str, str]:
        """As a row of the state holds it; secrets are in it."""
        return {
            "account": self.account,
            "master": self.master.hex(),
            "administrator": self.administrator.id,
            "of_administrator": self.administrator.secret,
            "root": self.root.id,
            "of_root": self.root.secret,
        }


def _key(account: str, user: str | None) -> AccessKey:
    made = access_key_id(LONG_TERM, account, secrets.token_bytes)
    return AccessKey(made, random_secret(secrets.token_bytes), account, user)
