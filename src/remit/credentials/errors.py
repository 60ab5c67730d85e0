"""What AWS answers to a request whose caller it cannot tell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class AuthError(Exception):
    """An error of authentication: AWS's code, message and HTTP status (facts/iam.md 7.5, 7.6).

    `extra` are further elements of the error document (S3 sends what it signed).
    """

    code: str
    message: str
    status: int = 403
    extra: tuple[tuple[str, str], ...] = ()


MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS"
    " Secret Access Key and signing method. Consult the service documentation for details."
)
S3_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your key"
    " and signing method."
)


def incomplete(message: str) -> AuthError:
    """Pieces of the signature are missing or malformed."""
    return AuthError("IncompleteSignature", message, 400)


def mismatch(message: str = MISMATCH) -> AuthError:
    """The signature does not fit, in one of the ways that AWS tells apart."""
    return AuthError("SignatureDoesNotMatch", message)
