"""Encoded authorization messages: what EC2 appends to a denial and `sts:DecodeAuthorizationMessage`
opens again. Sealed, because a denial's causes are not for everybody who reads a log.

Source: facts/iam.md 5.4 and 6.2 (STS API Reference, DecodeAuthorizationMessage).
"""

from __future__ import annotations

import hmac
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from remit.credentials.errors import AuthError
from remit.credentials.keys import Entropy

_NONCE = 12
LONGEST = 10_240
"""Characters of an encoded message that AWS takes."""
_LARGEST = 1_000_000


def encode(message: str, master: bytes, entropy: Entropy) -> str:
    """A message that only the holder of `master` can read."""
    nonce = entropy(_NONCE)
    box = AESGCM(_sealing(master)).encrypt(nonce, zlib.compress(message.encode(), 9), None)
    return urlsafe_b64encode(nonce + box).decode().rstrip("=")


def decode(text: str, master: bytes) -> str:
    """The message in an encoded one. Raises AuthError for what is none of ours."""
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4)) if len(text) <= LONGEST else b""
        packed = AESGCM(_sealing(master)).decrypt(data[:_NONCE], data[_NONCE:], None)
    except (ValueError, InvalidTag):
        raise AuthError(
            "InvalidAuthorizationMessageException", "Invalid authorization message.", 400
        ) from None
    return zlib.decompressobj().decompress(packed, _LARGEST).decode()


def _sealing(master: bytes) -> bytes:
    return hmac.digest(master, b"authorization message", "sha256")
