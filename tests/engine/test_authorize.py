"""Inputs that are refused, and hostile input."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.decision import Verdict
from remit.core.policy import Policy
from remit.core.request import Request
from remit.engine.authorize import authorize
from remit.engine.operators import OPERATORS
from remit.engine.policyset import PolicySet
from remit.engine.principal import CallerKind, PrincipalError, read_principal
from tests.support import allow, deny, document

ROLE = "arn:aws:iam::111122223333:role/app"
SESSION = "arn:aws:sts::111122223333:assumed-role/app/s"


def ask(*policies: Policy, resource: str = "*", principal: str = ROLE, **context: Any) -> Verdict:
    asked = Request(principal, "sqs:SendMessage", resource, context=context)
    return authorize(asked, PolicySet(identity=policies)).verdict


@pytest.mark.parametrize(
    ("text", "kind", "account", "name"),
    [
        ("arn:aws:iam::111122223333:root", CallerKind.ROOT, "111122223333", "root"),
        ("arn:aws:iam::111122223333:user/a/b/Bob", CallerKind.USER, "111122223333", "Bob"),
        ("arn:aws-cn:iam::111122223333:role/x/app", CallerKind.ROLE, "111122223333", "app"),
        ("arn:aws:sts::111122223333:assumed-role/app/s", CallerKind.ROLE, "111122223333", "app"),
        ("arn:aws:sts::111122223333:federated-user/b", CallerKind.FEDERATED, "111122223333", "b"),
        ("lambda.amazonaws.com", CallerKind.SERVICE, None, ""),
        ("anonymous", CallerKind.ANONYMOUS, None, ""),
        ("arn:aws:iam::111122223333:oidc-provider/h/p", CallerKind.PROVIDER, None, "p"),
        ("arn:aws:iam::111122223333:saml-provider/idp", CallerKind.PROVIDER, None, "idp"),
        ("accounts.google.com", CallerKind.PROVIDER, None, ""),
        ("cognito-identity.amazonaws.com", CallerKind.PROVIDER, None, ""),
    ],
)
def test_principals(text: str, kind: CallerKind, account: str | None, name: str) -> None:
    caller = read_principal(text)
    assert (caller.kind, caller.account, caller.name) == (kind, account, name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "bob",
        "arn:aws:iam::111122223333:group/g",
        "arn:aws:iam::111122223333:user/",
        "arn:aws:iam:us-east-1:111122223333:user/b",
        "arn:aws:iam:::user/b",
        "arn:aws:sts::111122223333:assumed-role/app",
        "arn:aws:s3:::b",
    ],
)
def test_no_principals(text: str) -> None:
    with pytest.raises(PrincipalError, match="expected the ARN of a user"):
        read_principal(text)


def test_a_key_aws_sends_as_a_list_is_one() -> None:
    # facts/iam.md 2.5: aws:TagKeys never matches without a set prefix, however it is given.
    policy = document(allow(Condition={"StringEquals": {"aws:TagKeys": "team"}}))
    assert ask(policy, **{"aws:TagKeys": "team"}) is Verdict.IMPLICIT_DENY


def test_sids_are_named() -> None:
    decision = authorize(
        Request(ROLE, "s3:GetObject", "*"), PolicySet([document(allow(Sid="Read"))])
    )
    assert [named.sid for named in decision.determining] == ["Read"]


HOSTILE = [
    "1e400",
    "-1e999999999999999999",
    "1e99999999999999999999",
    "9" * 100_000,
    "0" * 100_000 + ".",
    "10000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.9999999999999Z",
    "-0001-01-01",
    "fe80::1%eth0",
    ":" * 100_000,
    "." * 100_000,
    "1.2.3.4/" + "0" * 100_000,
    "\ud800",
    "\udfff*\U0001f600",
    "٣",
    "*a" * 10_000 + "b",
    "${" * 10_000,
    "${a}" * 10_000,
    "arn:" + "*:" * 10_000,
    "",
    "\0",
]


@pytest.mark.parametrize("name", OPERATORS)
def test_hostile_values_get_a_verdict(name: str) -> None:
    for value in HOSTILE:
        condition = {name: {"k": [value, "x"]}}
        policies = PolicySet([document(allow(), deny(Condition=condition))])
        for seen in (value, "a" * 20_000, "arn:aws:s3:::b", "1e400"):
            asked = Request(ROLE, "sqs:SendMessage", "*", context={"k": seen})
            assert authorize(asked, policies).verdict is not Verdict.IMPLICIT_DENY


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_resources_and_actions_get_a_verdict(value: str) -> None:
    policy = document(allow([value, "sqs:*"], [value, "arn:aws:s3:::" + value, "*"]))
    assert ask(policy, resource="a" * 20_000) is Verdict.ALLOWED
    assert ask(policy, resource=value) is Verdict.ALLOWED


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_principals_get_a_verdict(value: str) -> None:
    for element in ({"AWS": [value]}, {"Service": value}, {"Federated": value}, {value: value}):
        for policy in (
            document(allow(Principal=element), deny(Principal=element)),
            document(allow(NotPrincipal=element), deny(NotPrincipal=element)),
        ):
            held = PolicySet([document(allow())], resource=policy, vpc_endpoint=[policy])
            for principal in (ROLE, "anonymous", "lambda.amazonaws.com"):
                asked = Request(principal, "sqs:SendMessage", "*")
                assert not authorize(asked, held).allowed


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_callers_get_a_verdict_or_are_refused(value: str) -> None:
    for key in ("aws:userid", "aws:PrincipalArn", "aws:FederatedProvider", "aws:ResourceAccount"):
        for principal in (ROLE, SESSION, "anonymous"):
            for seen in (value, "AROA" + value, "arn:aws:iam::1:role/" + value):
                asked = Request(principal, "sts:AssumeRole", ROLE, value, {key: seen})
                assert not authorize(asked, PolicySet()).allowed
    for principal in (
        value,
        "arn:aws:iam::1:role/" + value,
        "arn:aws:sts::1:assumed-role/a/" + value,
    ):
        try:
            decision = authorize(Request(principal, "sts:AssumeRole", value), PolicySet())
        except PrincipalError:
            continue
        assert not decision.allowed


keys = st.sampled_from(["k", "K", "aws:TagKeys", "x", ""])
strings = st.text(max_size=12)
operators = st.one_of(
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["", "", "ForAllValues:", "ForAnyValue:"]),
        st.sampled_from(sorted(OPERATORS)),
        st.sampled_from(["", "IfExists"]),
    ),
    strings,
)


@settings(max_examples=60)
@given(
    st.dictionaries(operators, st.dictionaries(keys, st.lists(strings, max_size=3)), max_size=3),
    st.dictionaries(keys, st.one_of(strings, st.lists(strings, max_size=3).map(tuple))),
    strings,
    st.lists(strings, max_size=2),
)
def test_any_condition_gets_a_verdict(
    condition: dict[str, Any], context: dict[str, Any], resource: str, listed: list[str]
) -> None:
    granting = document(allow(listed, listed, Condition=condition))
    verdict = ask(granting, resource=resource, **context)
    assert verdict in (Verdict.ALLOWED, Verdict.IMPLICIT_DENY)
    # One more Deny never allows what was denied; one more Allow never denies what was allowed.
    denying = document(allow(), deny(listed, listed, Condition=condition))
    assert ask(denying, resource=resource, **context) is not Verdict.IMPLICIT_DENY
    assert ask(granting, document(allow()), resource=resource, **context) is Verdict.ALLOWED
