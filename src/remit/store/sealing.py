"""Sealing of rows: AES-256-GCM, each bound to its file and its name, and all of them to each other.

A row is `nonce | ciphertext | tag`. Its associated data are the format and the row's name, its key
follows from the given one and the file's salt: a row opens in the place that it was sealed for and
nowhere else. The head, sealed too, holds a digest of all tags in order. So a row cannot be dropped,
added, moved or put back to what it was before. Only the whole file can: nothing in a file can tell
whether there was a later one.

Nonces are random, 96 bits: good for 2^32 rows (NIST SP 800-38D, 8.3), which is two a second for 68
years.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = 1
"""Of the rows and the table they stand in. A newer one is refused."""
_NONCE = 12
_TAG = 16


class Broken(Exception):  # noqa: N818  what the file is
    """What was sealed is not what is there."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Seals and opens the rows of one file: `key` is a subkey, `check` tells whether it is right
    without telling anything of it."""

    key: AESGCM = field(repr=False)
    check: bytes

    def close(self, name: str, text: str) -> bytes:
        """The sealed form of a row's text."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self.key.encrypt(nonce, text.encode(), _bound(name))

    def open(self, name: str, sealed: bytes) -> str:
        """The text of a row. Raises Broken."""
        try:
            return self.key.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(name)).decode()
        except (InvalidTag, ValueError):
            raise Broken(f"the row `{name}` is not as it was written") from None


def seal(master: bytes, salt: bytes) -> Seal:
    """The seal of the file with that salt."""
    return Seal(
        AESGCM(hmac.digest(master, b"remit state rows" + salt, "sha256")),
        hmac.digest(master, b"remit state check" + salt, "sha256")[:_TAG],
    )


def tag(sealed: bytes) -> bytes:
    """What stands for a sealed row in the head."""
    return sealed[-_TAG:]


def head(tags: Iterable[bytes]) -> str:
    """The text of the head of a file with these rows, in order."""
    return json.dumps({"rows": sha256(b"".join(tags)).hexdigest()})


def _bound(name: str) -> bytes:
    return f"remit state {FORMAT}\n{name}".encode()
