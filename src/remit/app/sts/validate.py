"""The parameters of a call of STS: `app.constraints` with the limits that AWS was seen to apply
instead of the model's, or that only the documentation names.

Source: facts/iam.md 5.1, 5.2 and 5.4; botocore's STS model.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from remit.app import constraints
from remit.app.constraints import PATTERNS, Constraints, Params, Shape
from remit.app.sts.errors import StsError
from remit.catalog.models import ServiceModel

__all__ = ["PATTERNS", "check", "model", "shape_of"]

_SHORT = 1024
"""Characters of all parameters together up to which they are remembered."""

_CONSTRAINTS = Constraints(
    "sts",
    StsError,
    {
        "sourceIdentityType": {"max": 256},  # live accepts up to 256 [O] (5.2)
        "unrestrictedSessionPolicyDocumentType": {"max": 2048},  # AssumeRole's Policy (5.2)
        "policyDescriptorListType": {"max": 10},  # (1.8)
    },
)


def check(operation: str, params: Params) -> dict[str, Any]:
    """The parameters that the operation has, numbers read; others are left out (5.1).

    Raises StsError: `MalformedInput` for what is no number, else `ValidationError` with one
    sentence for each constraint that does not hold.
    """
    size = 0
    for value in params.values():
        size += len(value) if type(value) is str else _SHORT + 1
    if size > _SHORT:
        return _CONSTRAINTS.check(operation, params)
    return dict(_remembered(operation, tuple(params.items())))


@lru_cache(maxsize=1024)
def _remembered(operation: str, params: tuple[tuple[str, str], ...]) -> Params:
    """What a client asks for again and again is checked once."""
    return _CONSTRAINTS.check(operation, dict(params))


def model() -> ServiceModel:
    """botocore's model of STS."""
    return constraints.model("sts")


def shape_of(name: str) -> Shape:
    """A shape of the model, with the limits that AWS was seen to apply."""
    return _CONSTRAINTS.shape(name)
