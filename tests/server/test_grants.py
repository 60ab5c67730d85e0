"""Grants of KMS keys, as boto3 sees them.

Expectations: KMS Developer Guide, grants, create-grant-overview, grant-delete, policy-evaluation;
KMS API Reference, GrantConstraints; facts/iam.md 4.2, 4.7, 4.12.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.live import ACCOUNT, HEAD, Keys, Live, allow, deny, document, refused
from tests.server.others import OTHER, THIRD, session_of, user_of
from tests.server.test_resources import to

DENIED = "AccessDeniedException"
IT = {"Department": "IT"}


@pytest.fixture(scope="module")
def key(live: Live) -> str:
    return str(live.client("kms").create_key()["KeyMetadata"]["Arn"])


def grant(live: Live, key: str, grantee: str, *operations: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = live.client("kms").create_grant(
        KeyId=key, GranteePrincipal=grantee, Operations=list(operations), **more
    )
    return made


def encrypt(live: Live, keys: Keys, key: str, context: dict[str, str] | None = None) -> Any:
    kms = live.client("kms", keys)
    return kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context or {})


def encrypts(live: Live, keys: Keys, key: str, context: dict[str, str] | None = None) -> bool:
    """Whether the caller is let in. Anything but a denial is a fault."""
    kms = live.client("kms", keys)
    try:
        kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context or {})
    except kms.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == DENIED, error
        return False
    return True


# --- grantees -----------------------------------------------------------------------------------


def test_a_user_and_only_for_the_operations(live: Live, key: str) -> None:
    name, keys = live.user()
    assert not encrypts(live, keys, key)
    made = grant(live, key, f"{HEAD}user/{name}", "Encrypt")
    assert encrypts(live, keys, key)
    code, message = refused(live.client("kms", keys).describe_key, KeyId=key)
    assert code == DENIED
    assert message.endswith("because no identity-based policy allows the kms:DescribeKey action")
    live.client("kms").revoke_grant(KeyId=key, GrantId=made["GrantId"])
    assert not encrypts(live, keys, key)  # at once


def test_a_role_takes_in_its_sessions(live: Live, key: str) -> None:
    role = live.role()
    keys = live.session(role)
    assert not encrypts(live, keys, key)
    grant(live, key, f"{HEAD}role/{role}", "Encrypt")
    assert encrypts(live, keys, key)
    assert not encrypts(live, live.session(live.role()), key)


def test_one_session_is_not_its_role(live: Live, key: str) -> None:
    role = live.role()
    grant(live, key, f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/work", "Encrypt")
    assert encrypts(live, live.session(role), key)
    other = live.client("sts").assume_role(RoleArn=f"{HEAD}role/{role}", RoleSessionName="other")
    found = other["Credentials"]
    keys = Keys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    assert not encrypts(live, keys, key)


def test_an_account_hands_it_to_its_own_policies(live: Live) -> None:
    """The key policy does not delegate; the grant does, to whom identity policies allow it."""
    admin = {"AWS": f"{HEAD}user/remit-administrator"}
    key = live.client("kms").create_key(Policy=to(admin, "kms:*"))["KeyMetadata"]["Arn"]
    _, able = live.user(allow("kms:Encrypt"))
    _, unable = live.user()
    assert not encrypts(live, able, key)
    grant(live, key, f"{HEAD}root", "Encrypt")
    assert encrypts(live, able, key)
    assert not encrypts(live, unable, key)


@pytest.mark.parametrize(
    "grantee", ["*", "arn:aws:iam::*:root", "ann", "arn:aws:iam::111122223333:*"]
)
def test_nobody_in_particular_is_nobody(live: Live, key: str, grantee: str) -> None:
    """AWS takes no such grantee; moto does."""
    _, keys = live.user()
    made = grant(live, key, grantee, "Encrypt")
    assert not encrypts(live, keys, key)
    live.client("kms").revoke_grant(KeyId=key, GrantId=made["GrantId"])


def test_a_permissions_boundary_and_a_session_policy_still_count_for_a_role(
    live: Live, key: str
) -> None:
    """Naming the role: facts 4.4."""
    role = live.role()
    grant(live, key, f"{HEAD}role/{role}", "Encrypt", "DescribeKey")
    keys = live.session(role, Policy=document(allow("kms:DescribeKey")))
    live.client("kms", keys).describe_key(KeyId=key)
    code, message = refused(live.client("kms", keys).encrypt, KeyId=key, Plaintext=b"x")
    assert (code, message.endswith("no session policy allows the kms:Encrypt action")) == (
        DENIED,
        True,
    )


# --- another account ----------------------------------------------------------------------------


def test_another_accounts_role_needs_its_own_policies_too(live: Live, key: str) -> None:
    unable, keys = session_of(live, OTHER)
    able, allowed = session_of(live, OTHER, allow("kms:Encrypt"))
    grant(live, key, unable, "Encrypt")
    grant(live, key, able, "Encrypt")
    assert encrypts(live, allowed, key)
    assert not encrypts(live, keys, key)  # unconfirmed: foreign-grant


def test_a_grant_that_its_own_account_made_is_enough(live: Live) -> None:
    """ "A grant or IAM policy in your account" (policy-evaluation); so does Auto Scaling's
    service-linked role get at a key of another account (key-policy-requirements-EBS-encryption)."""
    creator, creating = user_of(live, OTHER, allow("kms:CreateGrant"))
    admin = {"AWS": [f"{HEAD}user/remit-administrator", creator]}
    key = live.client("kms").create_key(Policy=to(admin, "kms:*"))["KeyMetadata"]["Arn"]
    worker, keys = session_of(live, OTHER)
    stranger, strange = session_of(live, THIRD)
    kms = live.client("kms", creating)
    for grantee in (worker, stranger):
        kms.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=["Encrypt"])
    assert encrypts(live, keys, key)
    assert not encrypts(live, strange, key)


# --- constraints --------------------------------------------------------------------------------

EQUALS, SUBSET = "EncryptionContextEquals", "EncryptionContextSubset"
CONSTRAINTS: list[tuple[str, dict[str, dict[str, str]], dict[str, str], bool]] = [
    ("equal", {EQUALS: IT}, IT, True),
    ("equal, more in the request", {EQUALS: IT}, {**IT, "Purpose": "Test"}, False),
    ("equal, another value", {EQUALS: IT}, {"Department": "HR"}, False),
    ("equal, another case of the value", {EQUALS: IT}, {"Department": "it"}, False),
    ("equal, another case of the name", {EQUALS: IT}, {"department": "IT"}, True),
    ("equal, nothing in the request", {EQUALS: IT}, {}, False),
    ("equal, another pair", {EQUALS: IT}, {"Purpose": "IT"}, False),
    ("equal, one of two", {EQUALS: {**IT, "Purpose": "Test"}}, IT, False),
    ("equal, two", {EQUALS: {**IT, "Purpose": "Test"}}, {"Purpose": "Test", **IT}, True),
    ("subset", {SUBSET: IT}, IT, True),
    ("subset, more in the request", {SUBSET: IT}, {**IT, "Purpose": "Test"}, True),
    ("subset, another value", {SUBSET: IT}, {"Department": "HR", "Purpose": "IT"}, False),
    ("subset, nothing in the request", {SUBSET: IT}, {}, False),
    ("a wildcard is text", {SUBSET: {"Department": "*"}}, IT, False),
    ("a variable is text", {SUBSET: {"Department": "${aws:username}"}}, {"Department": "${aws:username}"}, True),
    ("contradictory names", {SUBSET: {"Department": "IT", "department": "HR"}}, IT, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("constraints", "context", "met"),
    [case[1:] for case in CONSTRAINTS],
    ids=[case[0] for case in CONSTRAINTS],
)
def test_constraints(
    live: Live,
    key: str,
    constraints: dict[str, dict[str, str]],
    context: dict[str, str],
    met: bool,
) -> None:
    name, keys = live.user()
    grant(live, key, f"{HEAD}user/{name}", "Encrypt", "DescribeKey", Constraints=constraints)
    assert encrypts(live, keys, key, context) is met
    live.client("kms", keys).describe_key(KeyId=key)  # constraints do not apply to it


def test_constraints_of_decrypt_and_of_both_sides_of_reencrypt(live: Live, key: str) -> None:
    name, keys = live.user()
    more = {"Constraints": {EQUALS: IT}}
    user = f"{HEAD}user/{name}"
    grant(live, key, user, "Decrypt", "ReEncryptFrom", "ReEncryptTo", **more)
    sealed = encrypt(live, live.administrator, key, IT)["CiphertextBlob"]
    kms = live.client("kms", keys)
    assert kms.decrypt(CiphertextBlob=sealed, EncryptionContext=IT)["Plaintext"] == b"x"
    assert refused(kms.decrypt, CiphertextBlob=sealed)[0] == DENIED
    again = {"CiphertextBlob": sealed, "DestinationKeyId": key, "SourceEncryptionContext": IT}
    kms.re_encrypt(**again, DestinationEncryptionContext=IT)
    code, message = refused(kms.re_encrypt, **again)
    assert (code, "kms:ReEncryptTo" in message) == (DENIED, True)


# --- nothing but allow --------------------------------------------------------------------------


def test_a_deny_wins_wherever_it_stands(live: Live) -> None:
    admin = {"AWS": f"{HEAD}user/remit-administrator"}
    key = live.client("kms").create_key(Policy=to(admin, "kms:*"))["KeyMetadata"]["Arn"]
    name, keys = live.user(deny("kms:Encrypt"))
    grant(live, key, f"{HEAD}user/{name}", "Encrypt", "DescribeKey")
    code, message = refused(live.client("kms", keys).encrypt, KeyId=key, Plaintext=b"x")
    assert code == DENIED
    assert message.endswith("with an explicit deny in an identity-based policy")
    live.client("kms", keys).describe_key(KeyId=key)
    both = document(
        {"Effect": "Allow", "Principal": admin, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "kms:DescribeKey", "Resource": "*"},
    )
    live.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=both)
    _, message = refused(live.client("kms", keys).describe_key, KeyId=key)
    assert message.endswith("with an explicit deny in a resource-based policy")


def test_a_child_is_no_wider_than_its_parent(live: Live, key: str) -> None:
    """create-grant-overview, "Granting CreateGrant permission"."""
    name, keys = live.user()
    parent = {"Constraints": {SUBSET: IT}}
    grant(live, key, f"{HEAD}user/{name}", "Decrypt", "Encrypt", "CreateGrant", **parent)
    kms = live.client("kms", keys)

    def child(*operations: str, **constraints: Any) -> Any:
        more = {"Constraints": constraints} if constraints else {}
        return kms.create_grant(
            KeyId=key, GranteePrincipal=f"{HEAD}root", Operations=list(operations), **more
        )

    child("Decrypt", **{SUBSET: IT})
    child("Decrypt", "CreateGrant", **{EQUALS: IT})
    child("Encrypt", **{SUBSET: {**IT, "Purpose": "Test"}})
    for wider in (
        lambda: child("Decrypt"),
        lambda: child("Decrypt", **{SUBSET: {"Purpose": "Test"}}),
        lambda: child("Decrypt", "GenerateDataKey", **{SUBSET: IT}),
    ):
        assert refused(wider)[0] == DENIED


def test_a_child_of_an_exact_parent_is_exact(live: Live, key: str) -> None:
    name, keys = live.user()
    user = f"{HEAD}user/{name}"
    grant(live, key, user, "Decrypt", "CreateGrant", Constraints={EQUALS: IT})
    params = {"KeyId": key, "GranteePrincipal": user, "Operations": ["Decrypt"]}
    kms = live.client("kms", keys)
    kms.create_grant(**params, Constraints={EQUALS: IT})
    assert refused(kms.create_grant, **params, Constraints={SUBSET: IT})[0] == DENIED
    wider = {EQUALS: {**IT, "Purpose": "Test"}}
    assert refused(kms.create_grant, **params, Constraints=wider)[0] == DENIED


# --- retiring -----------------------------------------------------------------------------------


def test_who_may_retire_a_grant(live: Live, key: str) -> None:
    """grant-delete: whom the grant names; the permission alone does not let others; the key's
    account delegates by identity policies."""
    retiring, by_name = live.user()
    grantee, not_listed = live.user()
    other_grantee, listed = live.user()
    _, able = live.user(allow("kms:RetireGrant"))
    _, unable = live.user()
    more = {"RetiringPrincipal": f"{HEAD}user/{retiring}"}

    def made(name: str, *operations: str) -> dict[str, Any]:
        found = grant(live, key, f"{HEAD}user/{name}", *operations, **more)
        return {"KeyId": key, "GrantId": found["GrantId"]}

    one = made(grantee, "Encrypt")
    for keys in (not_listed, unable):
        assert refused(live.client("kms", keys).retire_grant, **one)[0] == DENIED
    live.client("kms", by_name).retire_grant(**one)
    assert not encrypts(live, not_listed, key)  # at once
    live.client("kms", listed).retire_grant(**made(other_grantee, "Encrypt", "RetireGrant"))
    live.client("kms", able).retire_grant(**made(grantee, "Encrypt"))
    left = made(grantee, "Encrypt")
    assert (
        refused(live.client("kms", by_name).retire_grant, KeyId=key, GrantId="0" * 64)[0] == DENIED
    )
    live.client("kms", live.root).retire_grant(**left)


def test_a_token_names_the_grant_and_its_key(live: Live, key: str) -> None:
    arn, keys = user_of(live, OTHER)
    name, _ = live.user()
    made = grant(live, key, f"{HEAD}user/{name}", "Encrypt", RetiringPrincipal=arn)
    _, stranger = user_of(live, OTHER, allow("kms:RetireGrant"))
    token = made["GrantToken"]
    assert refused(live.client("kms", stranger).retire_grant, GrantToken=token)[0] == DENIED
    live.client("kms", keys).retire_grant(GrantToken=token)
    listed = live.client("kms").list_grants(KeyId=key)["Grants"]
    assert made["GrantId"] not in {one["GrantId"] for one in listed}


def test_the_key_policy_does_not_let_retire_but_denies_hold(live: Live) -> None:
    name, keys = live.user()
    user = {"AWS": f"{HEAD}user/{name}"}
    admin = {"AWS": f"{HEAD}user/remit-administrator"}
    statements = [
        {"Effect": "Allow", "Principal": who, "Action": "kms:*", "Resource": "*"}
        for who in (admin, user)
    ]
    key = live.client("kms").create_key(Policy=document(*statements))["KeyMetadata"]["Arn"]
    made = grant(live, key, f"{HEAD}root", "Encrypt")
    params = {"KeyId": key, "GrantId": made["GrantId"]}
    assert refused(live.client("kms", keys).retire_grant, **params)[0] == DENIED
    retiring, allowed = live.user(deny("kms:RetireGrant"))
    made = grant(live, key, f"{HEAD}root", "Encrypt", RetiringPrincipal=f"{HEAD}user/{retiring}")
    _, message = refused(
        live.client("kms", allowed).retire_grant, KeyId=key, GrantId=made["GrantId"]
    )
    assert message.endswith("with an explicit deny in an identity-based policy")


# --- who may make grants ------------------------------------------------------------------------

CREATING: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("grantee", {"StringEquals": {"kms:GranteePrincipal": f"{HEAD}root"}}, {}, {"GranteePrincipal": f"{HEAD}user/x"}),
    ("operations", {"ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt", "Encrypt"]}}, {}, {"Operations": ["Decrypt", "CreateGrant"]}),
    ("retiring", {"StringEquals": {"kms:RetiringPrincipal": f"{HEAD}root"}}, {"RetiringPrincipal": f"{HEAD}root"}, {"RetiringPrincipal": f"{HEAD}user/x"}),
    ("constraint", {"StringEquals": {"kms:GrantConstraintType": SUBSET}}, {"Constraints": {SUBSET: IT}}, {"Constraints": {EQUALS: IT}}),
    ("constraint's pairs", {"StringEquals": {"kms:EncryptionContext:Department": "IT"}}, {"Constraints": {SUBSET: IT}}, {"Constraints": {SUBSET: {"Department": "HR"}}}),
    ("caller's account", {"StringEquals": {"kms:CallerAccount": ACCOUNT}}, {}, {"_": 0}),
    ("for a service", {"Bool": {"kms:GrantIsForAWSResource": "true"}}, {"_": 0}, {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "meets", "fails"), [case[1:] for case in CREATING], ids=[c[0] for c in CREATING]
)
def test_condition_keys_of_create_grant(
    live: Live, key: str, condition: dict[str, Any], meets: dict[str, Any], fails: dict[str, Any]
) -> None:
    _, keys = live.user(allow("kms:CreateGrant", Condition=condition))
    kms = live.client("kms", keys)
    params = {"KeyId": key, "GranteePrincipal": f"{HEAD}root", "Operations": ["Decrypt"]}
    if "_" not in meets:
        kms.create_grant(**params | meets)
    if "_" not in fails:
        assert refused(kms.create_grant, **params | fails)[0] == DENIED
