"""Parameters against botocore's models: what every service that remit answers itself shares.

The sentences themselves are tested where AWS was seen to send them: tests/app/sts/test_parameters.py
and tests/server/test_simulate_input.py.
"""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from remit.app.constraints import PATTERNS, Constraints, model
from remit.app.simulator.operations import OPERATIONS
from remit.credentials.errors import AuthError

OWN = {r"[\w+=,.@*?-]+"}
"""Not of a model: app/simulator/operations.py."""


def asked(service: str, operations: list[str]) -> set[str]:
    """The patterns of everything that these operations take."""
    found = model(service)
    shapes = found.raw["shapes"]
    inputs = (found.operations[one].get("input", {}).get("shape") for one in operations)
    seen, left = set[str](), [one for one in inputs if one]
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            members = [*shapes[name].get("members", {}).values(), shapes[name].get("member")]
            left += [one["shape"] for one in members if one]
    return {shapes[name]["pattern"] for name in seen if "pattern" in shapes[name]}


def test_every_pattern_is_known_and_none_is_there_in_vain() -> None:
    sts = asked("sts", list(model("sts").operations))
    iam = asked("iam", list(OPERATIONS))
    assert iam | sts | OWN == PATTERNS.keys()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20))
def test_a_pattern_means_what_it_says(text: str) -> None:
    """Java's classes and Python's read alike where they have no properties of Unicode."""
    for pattern, matches in PATTERNS.items():
        if r"\p" not in pattern and "10000" not in pattern:
            assert matches(text) == bool(re.fullmatch(pattern, text, re.ASCII)), pattern


def test_a_long_value_is_not_repeated() -> None:
    short = Constraints("iam", AuthError, shown=5)
    for name, shown in (("u:x!", "'u:x!'"), ("u:xxxx!", "")):
        try:
            short.check(
                "SimulatePrincipalPolicy",
                {
                    "PolicySourceArn": "arn:aws:iam::111122223333:user/ann",
                    "ActionNames": ["s3:A"],
                    "PolicyExclusionList": [
                        {
                            "InlinePolicyIdentifier": {
                                "PolicyName": name,
                                "AttachmentType": "user",
                                "AttachmentName": "ann",
                            }
                        }
                    ],
                },
            )
        except AuthError as error:
            at = "policyExclusionList.1.member.inlinePolicyIdentifier.policyName"
            value = f"Value {shown}" if shown else "Value"
            assert f"{value} at '{at}' failed" in error.message
        else:
            raise AssertionError(name)
