"""What STS answers when it refuses: AWS's codes, texts and HTTP statuses.

Source: facts/iam.md 5.2 and 5.4. Texts that are not AWS's own, because nobody has seen AWS's, are
marked `ours`; docs/sts.md lists them.
"""

from __future__ import annotations

from dataclasses import dataclass

from remit.credentials.errors import AuthError


@dataclass(slots=True, eq=False)
class StsError(AuthError):
    """An error of an operation. It has the form of an AuthError, so that one writer serves both."""


def validation(message: str) -> StsError:
    """A parameter that AWS would not take."""
    return StsError("ValidationError", message, 400)


def denied(message: str) -> StsError:
    """A call that is not allowed."""
    return StsError("AccessDenied", message)


def malformed_input(message: str = "") -> StsError:
    """A number or a boolean that is none."""
    return StsError("MalformedInput", message, 400)


def malformed_policy(message: str) -> StsError:
    """A session policy that AWS would refuse."""
    return StsError("MalformedPolicyDocument", message, 400)


def too_large(percent: int) -> StsError:
    """Session policies and tags that do not fit."""
    message = f"Packed policy consumes {percent}% of allotted space"
    return StsError("PackedPolicyTooLarge", message, 400)


def bad_tags(message: str) -> StsError:
    """Session tags that contradict each other, or those that were inherited."""
    return StsError("InvalidParameterValue", message, 400)


def bad_token(message: str) -> StsError:
    """A token or assertion of an identity provider that does not hold."""
    return StsError("InvalidIdentityToken", message, 400)


def expired_token(message: str) -> StsError:
    """A token or assertion whose time is over."""
    return StsError("ExpiredTokenException", message, 400)


NO_ROLE_ARN = "Request ARN is invalid"
ROOT_CALLER = "Roles may not be assumed by root accounts."
SESSION_CALLER = "Cannot call {operation} with session credentials"
ABOVE_ROLE = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
ABOVE_CHAIN = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
    " chaining."
)
SOURCE_IDENTITY_SET = "The source identity is already set for this assume role session"
WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
WRONG_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial"
    " number is valid and associated with this user."
)
# As LocalStack recorded them from AWS (its pull request 12508); the last was seen by others too.
DUPLICATE_TAGS = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
TRANSITIVE_WITHOUT_TAG = "The specified transitive tag key must be included in the requested tags."
TRANSITIVE_TAKEN = (
    "One of the specified transitive tag keys can't be set because it conflicts with a transitive"
    " tag key from the calling session."
)
RESERVED_TAG = "Tag keys must not begin with the reserved prefix `aws:`."  # ours
