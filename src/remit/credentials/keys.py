"""Access key ids, and the secrets that belong to them.

Source: IAM User Guide, reference_identifiers (prefixes; facts/iam.md 5.3). An id tells its account,
as `sts:GetAccessKeyInfo` does: the digits after the prefix are base32, of which one bit is set and
the next 40 are the account's number (39 would not hold twelve decimal digits).
"""

from __future__ import annotations

import hmac
from base64 import b32decode, b64encode
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

Entropy: TypeAlias = Callable[[int], bytes]
"""Gives that many random bytes: `secrets.token_bytes`."""

LONG_TERM, TEMPORARY = "AKIA", "ASIA"
_DIGITS = 16
_ACCOUNT_BITS, _TAIL_BITS = 40, 39
_SECRET = 40
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TWO_DIGITS = tuple(a + b for a in _BASE32 for b in _BASE32)


def access_key_id(prefix: str, account: str, entropy: Entropy) -> str:
    """A new id of an account's: the prefix and 16 digits. `account` has twelve decimal digits."""
    # 80 bits: one that is set, the account, and what makes it unique.
    tail = int.from_bytes(entropy(_TAIL_BITS // 8 + 1)) % (1 << _TAIL_BITS)
    n = (1 << _ACCOUNT_BITS | int(account) % (1 << _ACCOUNT_BITS)) << _TAIL_BITS | tail
    two = _TWO_DIGITS
    head = f"{two[n >> 70]}{two[n >> 60 & 1023]}{two[n >> 50 & 1023]}{two[n >> 40 & 1023]}"
    last = f"{two[n >> 30 & 1023]}{two[n >> 20 & 1023]}{two[n >> 10 & 1023]}{two[n & 1023]}"
    return f"{prefix}{head}{last}"


def account_of(access_key: str) -> str | None:
    """The account that an id tells; None for one that is not of this form."""
    digits = access_key[4:]
    if len(digits) != _DIGITS or not access_key.isascii():
        return None
    try:
        number = int.from_bytes(b32decode(digits))
    except ValueError:
        return None
    return f"{number >> _TAIL_BITS & (1 << _ACCOUNT_BITS) - 1:012d}"


def secret_of(access_key: str, master: bytes) -> str:
    """The secret of a temporary key: it follows from the id and the master key, so that no store
    has to keep it."""
    secret = _secret(master).copy()
    secret.update(access_key.encode())
    return b64encode(secret.digest()).decode()[:_SECRET]


@lru_cache(maxsize=16)
def _secret(master: bytes) -> hmac.HMAC:
    """Where all secrets of a master key begin: to be copied."""
    return hmac.new(master, b"secret:", "sha384")


def random_secret(entropy: Entropy) -> str:
    """A new secret of a long-term key: 40 characters."""
    return b64encode(entropy(30)).decode()
