"""Quotas: facts/iam.md 1.8 (IAM User Guide, reference_iam-quotas). White space does not count."""

from __future__ import annotations

import json

import pytest

from remit.deploy.formats import Grant, Spelling, iam_json
from remit.generate.quota import INLINE, MANAGED, PER_ROLE, TooLargeError, parts
from tests.generate.support import proposed, wanted


def grant(number: int, resources: int = 1, width: int = 100) -> Grant:
    arns = tuple(f"arn:aws:s3:::{number:04}-{i:04}-{'x' * width}/*" for i in range(resources))
    return Grant(f"Get{number}", ("s3:GetObject",), arns)


def pairs(grants: tuple[Grant, ...]) -> set[tuple[str, str]]:
    return {(action, r) for one in grants for action in one.actions for r in one.resources}


def test_size_counts_what_is_not_white_space() -> None:
    text = iam_json.document([grant(1)], Spelling())
    assert iam_json.size([grant(1)]) == len("".join(text.split()))


@pytest.mark.parametrize("count", [1, 40, 50, 120, 250])
def test_one_inline_policy_or_managed_ones_that_fit(count: int) -> None:
    grants = [grant(number) for number in range(count)]
    made = parts(grants)
    whole = iam_json.size(grants)
    if whole <= INLINE:
        assert made == (tuple(grants),)
    else:
        assert 1 < len(made) <= PER_ROLE
        assert all(iam_json.size(part) <= MANAGED for part in made)
    assert set().union(*map(pairs, made)) == pairs(tuple(grants))


def test_exactly_at_the_limit() -> None:
    fill = INLINE - iam_json.size([grant(1, width=0)])
    assert iam_json.size([grant(1, width=fill)]) == INLINE
    assert len(parts([grant(1, width=fill)])) == 1
    with pytest.raises(TooLargeError, match=r"one statement alone is larger than .* 6,144"):
        parts([grant(1, width=fill + 1)])


def test_a_statement_too_large_for_one_policy_is_cut() -> None:
    big = grant(1, resources=150)
    made = parts([big])
    assert all(iam_json.size(part) <= MANAGED for part in made)
    assert set().union(*map(pairs, made)) == pairs((big,))
    sids = [one.sid for part in made for one in part]
    assert len(set(sids)) == len(sids) and all(sid.isalnum() for sid in sids)


def test_what_no_role_can_hold_is_refused_with_the_figures() -> None:
    # One of 400 statements has 197 characters and a comma; the frame 39.
    with pytest.raises(TooLargeError) as found:
        parts([grant(number) for number in range(1000, 1400)])
    assert str(found.value) == (
        "the policy has 79,238 characters without white space: an inline policy of a role may have"
        " 10,240, and it takes 14 managed policies of 6,144 where a role may have 10"
    )


def test_a_split_is_told() -> None:
    found = [wanted("s3:GetObject", f"arn:aws:s3:::{'b' * 70}{n}/x{n}") for n in range(120)]
    made = proposed(*found)
    assert len(made.parts) == 2
    assert made.split.startswith("the policy has ") and "2 managed policies" in made.split
    assert json.loads(iam_json.documents(made.parts, Spelling()))[1]["Version"] == "2012-10-17"
