"""What the simulator answers when it refuses: AWS's codes and HTTP statuses.

Texts that AWS was seen to send bear their source; the others are ours, because nobody has published
AWS's. Source: facts/iam.md 8.1 and 8.3; botocore's IAM model for codes and statuses.
"""

from __future__ import annotations

from dataclasses import dataclass

from remit.credentials.errors import AuthError


@dataclass(slots=True, eq=False)
class SimulationError(AuthError):
    """An error of an operation. It has the form of an AuthError, so that one writer serves all."""


def invalid(message: str) -> SimulationError:
    """A value that AWS would not take."""
    return SimulationError("InvalidInput", message, 400)


def nobody(kind: str, name: str) -> SimulationError:
    """No user, group or role of that name (8.1; the wording is unconfirmed)."""
    return SimulationError("NoSuchEntity", f"The {kind} with name {name} cannot be found.", 404)


def unevaluable(message: str) -> SimulationError:
    """A policy that is there and cannot be evaluated."""
    return SimulationError("PolicyEvaluation", message, 500)


# Seen by others, in public issues: boto/botocore 1346 (the owner), aws-containers/amazon-ecs-exec-
# checker 35 (resources), newrelic/newrelic-lambda-cli 96 (entities).
NO_OWNER = "'{}' is not a valid as a Resource Owner."
NO_ARN = "ResourceNames are not in a valid ARN format: {}."
NO_ENTITY = "Invalid Entity Arn: {} does not clearly define entity type and name."
# As the published notes and checks of recording A have them.
NO_CALLER = "Invalid caller - Caller cannot be null or empty."
OTHER_CALLER = "Invalid caller - Caller must be an IAM user, role or group in this context."
TWO_BOUNDARIES = "The list of Permissions Boundary policies cannot exceed 1 items."
NO_POLICIES_OF_LEVEL = (
    "Organization policy at index {} must contain at least one service control policy"
)
NO_ACTION = "The action is invalid since it is missing names"
NO_POLICIES = "PolicyInputList is required."
BAD_MARKER = "Invalid marker for pagination."
