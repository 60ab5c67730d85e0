"""Parameters: AWS's sentences about what is wrong with them (facts/iam.md 5.1, 5.2, 5.4)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.app.sts.errors import StsError
from remit.app.sts.operations import OPERATIONS
from remit.app.sts.validate import PATTERNS, check, model
from tests.app.sts.world import ROLE, Desk, World, user

FAILED = "failed to satisfy constraint: Member must"
NAME = r"satisfy regular expression pattern: [\w+=,.@-]*"
GOOD = {"RoleArn": ROLE, "RoleSessionName": "session"}

CASES: list[tuple[str, dict[str, Any], str]] = [
    ("AssumeRole", {**GOOD, "RoleSessionName": "x"},
     f"1 validation error detected: Value 'x' at 'roleSessionName' {FAILED} have length greater"
     " than or equal to 2"),
    ("AssumeRole", {**GOOD, "RoleSessionName": "a b"},
     f"1 validation error detected: Value 'a b' at 'roleSessionName' {FAILED} {NAME}"),
    ("AssumeRole", {**GOOD, "RoleSessionName": "a" * 65},
     f"1 validation error detected: Value '{'a' * 65}' at 'roleSessionName' {FAILED} have length"
     " less than or equal to 64"),
    ("AssumeRole", {**GOOD, "DurationSeconds": "899"},
     f"1 validation error detected: Value '899' at 'durationSeconds' {FAILED} have value greater"
     " than or equal to 900"),
    ("AssumeRole", {**GOOD, "DurationSeconds": "43201"},
     f"1 validation error detected: Value '43201' at 'durationSeconds' {FAILED} have value less"
     " than or equal to 43200"),
    ("AssumeRole", {**GOOD, "ExternalId": "x"},
     f"1 validation error detected: Value 'x' at 'externalId' {FAILED} have length greater than or"
     " equal to 2"),
    ("AssumeRole", {**GOOD, "TokenCode": "12345x"},
     f"1 validation error detected: Value '12345x' at 'tokenCode' {FAILED} satisfy regular"
     r" expression pattern: [\d]*"),
    ("AssumeRole", {},
     f"2 validation errors detected: Value null at 'roleArn' {FAILED} not be null; Value null at"
     f" 'roleSessionName' {FAILED} not be null"),
    ("AssumeRole", {**GOOD, "Tags": [{"Key": "a", "Value": "b,c"}]},
     f"1 validation error detected: Value 'b,c' at 'tags.1.member.value' {FAILED} satisfy regular"
     r" expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*"),
    ("AssumeRole", {**GOOD, "Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]},
     f"1 validation error detected: Value at 'tags' {FAILED} have length less than or equal to 50"),
    ("AssumeRole", {**GOOD, "Tags": [{"Key": "k"}]},
     f"1 validation error detected: Value null at 'tags.1.member.value' {FAILED} not be null"),
    ("AssumeRole", {**GOOD, "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/X"}] * 11},
     f"1 validation error detected: Value at 'policyArns' {FAILED} have length less than or equal"
     " to 10"),
    ("AssumeRole", {**GOOD, "SourceIdentity": "a" * 257},
     f"1 validation error detected: Value '{'a' * 257}' at 'sourceIdentity' {FAILED} have length"
     " less than or equal to 256"),
    ("GetSessionToken", {"DurationSeconds": "129601"},
     f"1 validation error detected: Value '129601' at 'durationSeconds' {FAILED} have value less"
     " than or equal to 129600"),
    ("GetFederationToken", {"Name": "a" * 33},
     f"1 validation error detected: Value '{'a' * 33}' at 'name' {FAILED} have length less than or"
     " equal to 32"),
    ("GetAccessKeyInfo", {"AccessKeyId": "AKIA"},
     f"1 validation error detected: Value 'AKIA' at 'accessKeyId' {FAILED} have length greater than"
     " or equal to 16"),
    ("DecodeAuthorizationMessage", {"EncodedMessage": ""},
     f"1 validation error detected: Value '' at 'encodedMessage' {FAILED} have length greater than"
     " or equal to 1"),
    ("AssumeRoleWithWebIdentity", {**GOOD, "WebIdentityToken": "x"},
     f"1 validation error detected: Value at 'webIdentityToken' {FAILED} have length greater than"
     " or equal to 4"),
    ("AssumeRoot", {"TargetPrincipal": "111122223333", "TaskPolicyArn": {
        "arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}, "DurationSeconds": "901"},
     f"1 validation error detected: Value '901' at 'durationSeconds' {FAILED} have value less than"
     " or equal to 900"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "params", "message"), CASES)
def test_validation(operation: str, params: dict[str, Any], message: str) -> None:
    with pytest.raises(StsError) as error:
        Desk().call(operation, user(), **params)
    assert (error.value.code, error.value.status) == ("ValidationError", 400)
    assert error.value.message == message


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2147483647", 2147483647),
        ("900.0", None),
        ("9e2", None),
        (" 900", None),
        ("2147483648", None),
        ("٩٠٠", None),
        ("9" * 5000, None),
        ("", "missing value for decimal type"),
    ],
)
def test_integers(text: str, number: int | str | None) -> None:
    """facts/iam.md 5.1 [O]."""
    with pytest.raises(StsError) as error:
        check("GetSessionToken", {"DurationSeconds": text})
    if isinstance(number, int):
        assert error.value.code == "ValidationError"
        return
    assert (error.value.code, error.value.status) == ("MalformedInput", 400)
    assert error.value.message == (number or "")


@pytest.mark.parametrize("text", ["900", "+900", "0900"])
def test_integers_that_are_read(text: str) -> None:
    assert check("GetSessionToken", {"DurationSeconds": text}) == {"DurationSeconds": 900}


def test_unknown_parameters_are_ignored() -> None:
    assert Desk().assume(Extra="x", Another=["y"])


def test_lengths_count_characters() -> None:
    """Unicode scalar values after decoding (5.1 [O])."""
    key = "\U0001d54f" * 128  # a letter outside of the first plane
    assert check("AssumeRole", {**GOOD, "Tags": [{"Key": key, "Value": ""}]})


def test_every_pattern_of_the_model_is_known() -> None:
    shapes = model().raw["shapes"]
    seen, left = set[str](), [name for name in shapes if name.endswith("Request")]
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            members = [*shapes[name].get("members", {}).values(), shapes[name].get("member")]
            left += [one["shape"] for one in members if one]
    asked = {shapes[name]["pattern"] for name in seen if "pattern" in shapes[name]}
    assert asked <= PATTERNS.keys()  # tests/app/test_constraints.py: none is there in vain


def test_every_operation_of_the_model_is_there() -> None:
    assert OPERATIONS.keys() == model().operations.keys()


ANY = st.recursive(
    st.none() | st.text(max_size=8) | st.integers() | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_odd_parameters_are_answered(data: st.DataObject) -> None:
    """Whatever comes in, what goes out is a result or an StsError."""
    from remit.credentials.errors import AuthError

    operation = data.draw(st.sampled_from(sorted(OPERATIONS)))
    params = {name: data.draw(ANY) for name in model().members(operation)}
    try:
        Desk(World()).call(operation, user(), **params)
    except AuthError as error:
        assert error.code
        assert 400 <= error.status < 500
