"""Who a session is to the engine. Rules: facts/iam.md 3.2, 3.6, 5.2."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remit.account.model import Account, Document, Role, User
from remit.app.authenticate import Caller, of_session
from remit.credentials.sessions import Claims

HERE = "111122223333"
HEAD = f"arn:aws:iam::{HERE}:"
ROLE = Role(
    f"{HEAD}role/app/worker", "worker", "AROAEXAMPLEIDWORKER", Document("trust", "{}"),
    tags=(("Team", "red"), ("Stage", "dev")),
)  # fmt: skip
USER = User(f"{HEAD}user/ann", "ann", "AIDAEXAMPLEIDANN0001", tags=(("Team", "red"),))
ACCOUNT = Account(HERE, users={"ann": USER}, roles={"worker": ROLE})
OF_ROLE = Claims("role", HERE, ROLE.arn, ROLE.id, "job", 1_700_000_000, 1_700_003_600)
OF_USER = replace(OF_ROLE, kind="user", issuer=USER.arn, issuer_id=USER.id, name="ann")
FEDERATED = replace(OF_USER, kind="federated", name="bob")
OF_ROOT = replace(OF_ROLE, kind="root", issuer=f"{HEAD}root", issuer_id=HERE, name="root")


def known(claims: Claims) -> Caller:
    caller = of_session(ACCOUNT, "ASIAX", claims)
    assert caller is not None
    return caller


@pytest.mark.parametrize(
    ("claims", "principal", "user_id"),
    [
        (OF_ROLE, f"arn:aws:sts::{HERE}:assumed-role/worker/job", f"{ROLE.id}:job"),
        (OF_USER, USER.arn, USER.id),
        (FEDERATED, f"arn:aws:sts::{HERE}:federated-user/bob", f"{HERE}:bob"),
        (OF_ROOT, f"{HEAD}root", HERE),
        (replace(OF_ROOT, kind="federated", name="eve"),
         f"arn:aws:sts::{HERE}:federated-user/eve", f"{HERE}:eve"),
    ],
)  # fmt: skip
def test_every_kind_has_its_name(claims: Claims, principal: str, user_id: str) -> None:
    caller = known(claims)
    assert (caller.principal, caller.user_id) == (principal, user_id)
    assert caller.keys["aws:userid"] == user_id


@pytest.mark.parametrize(
    "claims",
    [
        replace(OF_ROLE, issuer_id="AROAEXAMPLEIDBEFORE"),  # made anew under the same name
        replace(OF_ROLE, issuer=f"{HEAD}role/worker"),  # another path
        replace(OF_USER, issuer=f"{HEAD}user/gone"),
        replace(FEDERATED, issuer_id="AIDAEXAMPLEIDBEFORE"),
    ],
)
def test_a_session_ends_with_its_issuer(claims: Claims) -> None:
    assert of_session(ACCOUNT, "ASIAX", claims) is None


def test_session_tags_override_whatever_their_letter_case() -> None:
    keys = known(replace(OF_ROLE, tags=(("team", "blue"),))).keys
    told = {key: value for key, value in keys.items() if "PrincipalTag" in key}
    assert told == {"aws:PrincipalTag/Stage": "dev", "aws:PrincipalTag/team": "blue"}


def test_a_federated_session_keeps_the_tags_it_began_with() -> None:
    assert "aws:PrincipalTag/Team" not in known(FEDERATED).keys
    assert known(replace(FEDERATED, tags=(("a", "b"),))).keys["aws:PrincipalTag/a"] == "b"


def test_the_provider_is_told_for_web_identities_only() -> None:
    """3.2: not for SAML; and MFA is told of neither."""
    web, saml = f"{HEAD}oidc-provider/issuer.example", f"{HEAD}saml-provider/idp"
    assert known(replace(OF_ROLE, provider=web)).keys["aws:FederatedProvider"] == web
    keys = known(replace(OF_ROLE, provider=saml)).keys
    assert "aws:FederatedProvider" not in keys
    assert "aws:MultiFactorAuthPresent" not in keys
    assert known(OF_ROLE).keys["aws:MultiFactorAuthPresent"] == "false"


def test_an_assumed_root_has_no_user_id() -> None:
    keys = known(replace(OF_ROOT, context=(("aws:AssumedRoot", "true"),))).keys
    assert keys["aws:AssumedRoot"] == "true"
    assert "aws:userid" not in keys
