"""Changing a role of a local server, by its own IAM and with keys that may: nothing else can."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urlsplit

from remit.app.errors import InputError

_PATIENCE = 30
_LARGEST = 1 << 20
_VERSION = "2010-05-08"


@dataclass(frozen=True, slots=True)
class Keys:
    """Access keys."""

    id: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who may change roles on the server at `url`, which is this machine's."""

    url: str
    keys: Keys

    def may(self, role: str) -> None:
        """Look the role up, so that keys of somewhere else are told before they are needed. Raises
        InputError."""
        self._call({"Action": "GetRole", "RoleName": role})

    def put(self, role: str, name: str, document: str) -> None:
        """Give the role an inline policy, which counts for its next call. Raises InputError."""
        named = {"RoleName": role, "PolicyName": name, "PolicyDocument": document}
        self._call({"Action": "PutRolePolicy", **named})

    def remove(self, role: str, name: str) -> None:
        """Take an inline policy away. Raises InputError."""
        self._call({"Action": "DeleteRolePolicy", "RoleName": role, "PolicyName": name})

    def _call(self, fields: dict[str, str]) -> None:
        # botocore signs: every base install has it, and it looks at no profile for this.
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        body = urlencode({**fields, "Version": _VERSION})
        kind = "application/x-www-form-urlencoded; charset=utf-8"
        made = AWSRequest("POST", f"{self.url}/", headers={"Content-Type": kind}, data=body)
        signer = Credentials(self.keys.id, self.keys.secret, self.keys.token)
        SigV4Auth(signer, "iam", "us-east-1").add_auth(made)
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=_PATIENCE)
        try:
            connection.request("POST", "/", body, dict(made.headers.items()))
            answer = connection.getresponse()
            status, text = answer.status, answer.read(_LARGEST).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise InputError(f"no server answers at `{self.url}`: {reason}") from None
        finally:
            connection.close()
        if status != 200:
            why = unescape(_between(text, "<Message>", "</Message>")) or f"HTTP status {status}"
            raise InputError(
                f"the server at `{self.url}` does not let its role be changed: {why}",
                "export the administrator's keys that `remit serve` printed",
            )


def _between(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0]
