"""What makes deciding fast changes no answer: the index, compiled tests, what is remembered.

The definition that they are held against is `bench.agree.defined`; `python -m bench agree` does
the same for a million pairs.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import documents, random_policies, workload
from bench.agree import compare
from remit.core.decision import Verdict
from remit.core.request import Request
from remit.engine import index, layers, memory
from remit.engine.authorize import authorize
from remit.engine.context import gather, lowered
from remit.engine.policyset import PolicySet
from remit.engine.services import BY_REQUEST, SERVICES, terms_of
from tests.support import allow, deny, document

ROLE = "arn:aws:iam::111122223333:role/app"


@settings(max_examples=250, deadline=None)
@given(st.randoms(use_true_random=False))
def test_found_is_what_the_definition_finds(random: Random) -> None:
    compiled = documents.policy_set(random_policies.policies(random))
    for _ in range(8):
        difference, _ = compare(compiled, documents.request(random_policies.request(random)))
        assert not difference


@pytest.mark.parametrize("name", workload.WORKLOADS)
@pytest.mark.parametrize("n", [1, 10, 60])
def test_the_workloads_are_what_they_say(name: str, n: int) -> None:
    raw, asked = workload.WORKLOADS[name](n)
    compiled = documents.policy_set(raw)
    verdicts = [authorize(documents.request(one), compiled).verdict for one in asked]
    assert verdicts == [Verdict.ALLOWED, Verdict.IMPLICIT_DENY] * 32
    assert not compiled.warnings
    for one in asked:
        assert not compare(compiled, documents.request(one))[0]


# One rule of each kind among many others like it: (resource patterns or condition, what is asked).
KINDS = {
    "start": ("arn:aws:s3:::b{i}/*", "arn:aws:s3:::b7/x"),
    "end": ("arn:aws:s3:::*/b{i}.csv", "arn:aws:s3:::x/b7.csv"),
    "after": ("arn:aws:sqs:*:111122223333:q{i}-*", "arn:aws:sqs:eu-west-1:111122223333:q7-x"),
    "gram": ("arn:aws:s3:::*-name{i}-*", "arn:aws:s3:::x-name7-x"),
}


def find(resources: list[str], asked: str) -> tuple[list[int], int]:
    """The statements that match, and how many were asked."""
    made = PolicySet([document(*(allow("s3:*", one) for one in resources))])
    [level] = made.layers[0].levels
    facts = gather(Request(ROLE, "s3:GetObject", asked))
    near = index.Index(level.candidates("s3:getobject")).near(asked, facts)
    return [rule.source.index for rule in level.matching(facts)], len(near)


@pytest.mark.parametrize("kind", KINDS)
def test_few_rules_are_asked(kind: str) -> None:
    pattern, asked = KINDS[kind]
    assert find([pattern.format(i=i) for i in range(300)], asked) == ([7], 1)


@pytest.mark.parametrize(
    ("asked", "found", "near"),
    [
        ("b7/x", [7], 1),  # no other text begins like it
        ("b12/x", [12], 1),  # those of 120 to 129 do
        ("b123/x", [123], 1),
        ("b12", [], 0),
        ("b7!/x", [], 0),
        ("b1", [], 0),
        ("b", [], 0),
        ("c7/x", [], 0),
    ],
)
def test_a_text_among_shorter_and_longer_ones(asked: str, found: list[int], near: int) -> None:
    patterns = [f"arn:aws:s3:::b{i}/*" for i in range(300)]
    assert find(patterns, f"arn:aws:s3:::{asked}") == (found, near)


def test_patterns_of_one_rule_share_a_label() -> None:
    # One search for both: what follows the account, not a beginning and that.
    patterns = [[f"arn:aws:sqs:x:1:q{i}-*", f"arn:aws:sqs:*:1:q{i}-*.fifo"] for i in range(10, 30)]
    [level] = PolicySet([document(*(allow("sqs:*", one) for one in patterns))]).layers[0].levels
    made = index.Index(level.candidates("sqs:sendmessage"))
    assert len(made._finders) == 1
    facts = gather(Request(ROLE, "sqs:SendMessage", "arn:aws:sqs:y:1:q17-a.fifo"))
    assert [rule.source.index for rule in made.near(facts.resource, facts)] == [7]


def test_texts_that_begin_with_one_another() -> None:
    heads = ["arn:aws:s3:::" + "a" * length + "*" for length in range(1, 40)]
    assert find(heads, "arn:aws:s3:::aaab") == ([0, 1, 2], 3)


def test_every_place_of_a_part_is_looked_at() -> None:
    patterns = [f"arn:aws:sqs:*:1:q{i}-*" for i in range(20)]
    assert find(patterns, "arn:aws:sqs:x:1:1:1:q5-x:1:q3-x")[0] == [3, 5]


def test_grams_are_code_units() -> None:
    patterns = [f"arn:aws:s3:::*\U0001f600?{i}\U0001f601*" for i in range(20)]
    assert find(patterns, "arn:aws:s3:::x\U0001f600x7\U0001f601")[0] == [7]


def test_variables_leave_what_is_around_them() -> None:
    patterns = [f"arn:aws:s3:::home{i}/${{aws:PrincipalArn}}/*" for i in range(20)]
    assert find(patterns, f"arn:aws:s3:::home3/{ROLE}/x") == ([3], 1)


@pytest.mark.parametrize(
    ("values", "found"),
    [("v7", [7]), (("v7",), []), ("", []), (None, []), ("v7 ", [])],
)
def test_values_are_looked_up(values: str | tuple[str, ...] | None, found: list[int]) -> None:
    statements = [
        deny(Condition={"StringEquals": {"aws:ResourceTag/t": f"v{i}"}}) for i in range(20)
    ]
    [level] = PolicySet([document(*statements)]).layers[0].levels
    context = {} if values is None else {"AWS:resourcetag/T": values}
    facts = gather(Request(ROLE, "s3:GetObject", "*", context=context))
    assert [rule.source.index for rule in level.matching(facts)] == found


def test_as_many_keys_as_statements() -> None:
    statements = [
        allow(Condition={"StringEquals": {f"aws:ResourceTag/t{i}": "v"}}) for i in range(50)
    ]
    [level] = PolicySet([document(*statements)]).layers[0].levels
    facts = gather(Request(ROLE, "s3:GetObject", "*", context={"aws:ResourceTag/t9": "v"}))
    assert [rule.source.index for rule in level.matching(facts)] == [9]


# --- what is remembered -------------------------------------------------------------------------


def test_requests_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_LIMIT", 8)
    monkeypatch.setattr(layers, "_REMEMBERED", 8)
    statements = [allow(f"s3:*{letter}*") for letter in "abcdefgh"]
    policies = PolicySet([document(*statements)])
    [level] = policies.layers[0].levels
    for number in range(256):
        letters = [letter for bit, letter in enumerate("abcdefgh") if number >> bit & 1]
        decision = authorize(Request(ROLE, "s3:" + "".join(letters), "*"), policies)
        assert [named.statement for named in decision.determining] == [
            "abcdefgh".index(letter) for letter in letters
        ]
        assert max(len(policies.memory.levels), len(policies.memory.decisions)) <= 8
        assert len(level._by_action) <= 8
        assert sum(map(len, level._by_rules)) <= layers._FILED * (8 + 16)


@pytest.mark.parametrize("service", sorted(SERVICES.keys() - BY_REQUEST))
@settings(max_examples=30)
@given(
    st.randoms(use_true_random=False),
    st.sampled_from(["x", "GetAuthorizationToken", "DeleteQueue"]),
)
def test_terms_that_hang_on_caller_and_action_alone(
    service: str, random: Random, name: str
) -> None:
    raw = [random_policies.request(random) for _ in range(2)]
    principal = raw[0]["principal"]
    one, two = (
        terms_of(
            gather(documents.request({**r, "principal": principal, "action": f"{service}:{name}"}))
        )
        for r in raw
    )
    assert one == two


@settings(max_examples=200)
@given(st.randoms(use_true_random=False))
def test_keys_are_those_of_the_whole_context(random: Random) -> None:
    asked = documents.request(random_policies.request(random))
    keys = gather(asked).context
    looked_up = {key: gather(asked).context.get(key) for key in keys}
    assert looked_up == dict(keys)
    assert dict(keys).items() >= lowered(asked.context).items()
    assert keys.get("no:such", "x") == "x"


ALIAS = "arn:aws:kms:eu-west-1:111122223333:alias/a"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/k"
UNIQUE = "AROAEXAMPLE"

# Two requests that are alike in caller, action, names of keys and rules that match, but not in
# what follows: (resource policy's principal, two of (action, resource, context, expect)).
ALIKE = {
    # facts/iam.md 4.12: a key's policy must let the caller in; an alias has none.
    "kms": (None, ("kms:CreateAlias", ALIAS, {}, True), ("kms:CreateAlias", KEY, {}, False)),
    # facts/api-gateway.md 1.9: a private API without a policy fails every call.
    "execute-api": (
        None,
        ("execute-api:Invoke", "*", {"aws:SourceVpce": ()}, True),
        ("execute-api:Invoke", "*", {"aws:SourceVpce": "vpce-1"}, False),
    ),
    # facts/iam.md 1.5: a policy may name a role by its id.
    "userid": (
        UNIQUE,
        ("sqs:SendMessage", "arn:aws:sqs:x:444455556666:q", {"aws:userid": f"{UNIQUE}:s"}, True),
        ("sqs:SendMessage", "arn:aws:sqs:x:444455556666:q", {"aws:userid": "AROAOTHER:s"}, False),
    ),
    # facts/iam.md 4.5: between accounts both sides must allow.
    "foreign": (
        None,
        ("sns:Publish", "arn:aws:sns:x:111122223333:t", {}, True),
        ("sns:Publish", "arn:aws:sns:x:444455556666:t", {}, False),
    ),
}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("name", ALIKE)
def test_requests_that_are_nearly_alike(name: str, turned: bool) -> None:
    principal, *asked = ALIKE[name]
    resource = document(allow(Principal={"AWS": principal})) if principal else None
    policies = PolicySet([document(allow())], resource=resource)
    for action, arn, context, expect in reversed(asked) if turned else asked:
        decision = authorize(Request(ROLE, action, arn, context=context), policies)
        assert decision.allowed is expect


def test_a_key_in_two_spellings() -> None:
    # An empty list is an absent key, so the other spelling stands.
    context = {"aws:ResourceTag/t": "v", "AWS:resourcetag/T": ()}
    assert (
        gather(Request(ROLE, "s3:x", "*", context=context)).context.get("aws:resourcetag/t") == "v"
    )
