"""Texts that only their maker can read again: the encoded messages of authorization failures."""

from __future__ import annotations

import hmac
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from remit.credentials.keys import Entropy

_NONCE = 12
_ABOUT = b"authorization message 1"
_LARGEST = 1_000_000  # characters of a message: ours are some thousands


def seal(text: str, account: str, master: bytes, entropy: Entropy) -> str:
    """`text`, sealed for the account; only what `open_sealed` is given back tells it."""
    nonce = entropy(_NONCE)
    box = AESGCM(_key(master)).encrypt(nonce, zlib.compress(text.encode(), 9), _for(account))
    return urlsafe_b64encode(nonce + box).decode().rstrip("=")


def open_sealed(message: str, account: str, master: bytes) -> str | None:
    """The text in a message; None for one that is not the account's, or none of ours."""
    try:
        data = urlsafe_b64decode(message + "=" * (-len(message) % 4))
        packed = AESGCM(_key(master)).decrypt(data[:_NONCE], data[_NONCE:], _for(account))
    except (ValueError, InvalidTag):
        return None
    return zlib.decompressobj().decompress(packed, _LARGEST).decode()


def _key(master: bytes) -> bytes:
    return hmac.digest(master, _ABOUT, "sha256")


def _for(account: str) -> bytes:
    return _ABOUT + account.encode()
