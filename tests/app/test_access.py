"""Laws of grants, access control lists and Block Public Access, over random ones.

They hold whatever the state: grants only allow; a Deny wins; what blocks lets nobody in who was out;
only what is in a list is let in by it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import remit.app.access
from remit.account.applying import Own, There, parsed, policies_for
from remit.account.model import Document
from remit.app.access.acl import (
    ALL_USERS,
    AUTHENTICATED,
    GROUPS,
    MOST,
    AclError,
    account_of,
    canonical_id,
    effective,
    is_public_acl,
    owned,
    requested,
)
from remit.app.access.model import (
    Acl,
    AclGrant,
    KmsAccess,
    KmsGrant,
    PublicBlock,
    S3Access,
    Sources,
    Who,
)
from remit.app.access.sources import sources, with_own
from remit.app.access.unconfirmed import UNCONFIRMED
from remit.core.decision import Decision, Layer, Verdict
from remit.core.request import Request, Value
from remit.engine.authorize import authorize
from remit.explain.causes import documents
from remit.explain.trace import trace

HOME, OTHER, THIRD = "111122223333", "444455556666", "777788889999"
ACCOUNTS = st.sampled_from((HOME, OTHER, THIRD))
KEY = f"arn:aws:kms:us-east-1:{HOME}:key/k"
ANN = {account: f"arn:aws:iam::{account}:user/ann" for account in (HOME, OTHER, THIRD)}
ROOT = {account: f"arn:aws:iam::{account}:root" for account in (HOME, OTHER, THIRD)}
LAWS = settings(max_examples=150, deadline=None)


def document(*statements: dict[str, object]) -> Document:
    return Document("policy", json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


ALL = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
NONE = Own()
EVERYTHING = Own((ALL,))
OWNS = st.sampled_from((NONE, EVERYTHING))
DENY = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}


def decided(
    found: Sources,
    policy: Document | None,
    own: Own,
    request: Request,
) -> Decision:
    """As app/permit.py puts it together."""
    there = There(policy, None, found.beside, found.denies_only)
    owner = found.owner or request.resource_account
    policies = policies_for(with_own(own, found.own), there)
    made = replace(request, resource_account=owner)
    answer = authorize(made, policies)
    # The explanation walks the same way, and counts documents alike.
    assert trace(made, policies).decision.verdict is answer.verdict
    for named in answer.determining:
        assert documents(policies, named.layer)[named.policy].statements[named.statement]
    return answer


# --- KMS ----------------------------------------------------------------------------------------

OPERATIONS = ("Decrypt", "Encrypt", "DescribeKey", "CreateGrant", "RetireGrant")
PAIRS = st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy"), max_size=2).map(
    lambda found: tuple(sorted(found.items()))
)
GRANTEES = st.sampled_from((*ANN.values(), *ROOT.values(), "*", "ann", ""))
GRANTS = st.builds(
    KmsGrant,
    st.sampled_from("123"),
    st.just("token"),
    GRANTEES,
    st.sets(st.sampled_from(OPERATIONS)).map(lambda found: tuple(sorted(found))),
    ACCOUNTS,
    GRANTEES,
    PAIRS,
    PAIRS,
)
ACCESSES = st.lists(GRANTS, max_size=3).map(lambda found: KmsAccess(HOME, tuple(found)))
POLICIES = st.sampled_from(
    (
        document(),
        document({"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "kms:*", "Resource": "*"}),
        document(DENY),
    )
)  # fmt: skip


def context(pairs: tuple[tuple[str, str], ...]) -> dict[str, Value]:
    keys: dict[str, Value] = {f"kms:EncryptionContext:{key}": value for key, value in pairs}
    return keys | ({"kms:EncryptionContextKeys": tuple(key for key, _ in pairs)} if pairs else {})


def on_key(
    access: KmsAccess | None,
    policy: Document,
    own: Own,
    account: str,
    operation: str,
    pairs: tuple[tuple[str, str], ...] = (),
    about: str = "",
) -> Decision:
    action = f"kms:{operation}"
    who = Who(account, ANN[account], ANN[account])
    found = sources(access, policy, action, about, who)
    request = Request(ANN[account], action, KEY, HOME, context(pairs))
    return decided(found, policy, own, request)


@LAWS
@given(ACCESSES, POLICIES, OWNS, ACCOUNTS, st.sampled_from(OPERATIONS[:4]), PAIRS)
def test_grants_only_allow(
    access: KmsAccess, policy: Document, own: Own, account: str, operation: str,
    pairs: tuple[tuple[str, str], ...],
) -> None:  # fmt: skip
    without = on_key(None, policy, own, account, operation, pairs)
    found = on_key(access, policy, own, account, operation, pairs)
    assert found.allowed or not without.allowed
    if without.verdict is Verdict.EXPLICIT_DENY:
        assert found.verdict is Verdict.EXPLICIT_DENY


@LAWS
@given(ACCESSES, OWNS, ACCOUNTS, st.sampled_from(OPERATIONS[:3]), PAIRS)
def test_what_grants_let_in_is_told_by_the_grants(
    access: KmsAccess, own: Own, account: str, operation: str, pairs: tuple[tuple[str, str], ...]
) -> None:
    """The whole rule for a key whose policy says nothing, written a second time."""

    def meets(grant: KmsGrant) -> bool:
        if operation == "DescribeKey":
            return True
        asked, equals = dict(pairs), dict(grant.equals)
        has = all(asked.get(key) == value for key, value in (*grant.equals, *grant.subset))
        return has and (not equals or asked == equals)

    def lets_in(grant: KmsGrant) -> bool:
        if operation not in grant.operations or not meets(grant):
            return False
        by_name = grant.grantee == ANN[account]
        if by_name and (account == HOME or grant.issuer == account):
            return True
        return own is EVERYTHING and (by_name or grant.grantee == ROOT[account])

    found = on_key(access, document(), own, account, operation, pairs)
    assert found.allowed is any(map(lets_in, access.grants))


@LAWS
@given(ACCESSES, POLICIES, OWNS, ACCOUNTS, st.sampled_from(("1", "2", "token", "", "9")))
def test_a_grant_is_retired_by_whom_it_names(
    access: KmsAccess, policy: Document, own: Own, account: str, about: str
) -> None:
    meant = next((g for g in access.grants if about and about in (g.id, g.token)), None)
    named, accounts = set[str](), {HOME}
    if meant is not None:
        accounts.add(meant.issuer)
        named = {meant.retiring} | ({meant.grantee} if "RetireGrant" in meant.operations else set())
    by_name = ANN[account] in named
    by_account = own is EVERYTHING and (account in accounts or ROOT[account] in named)
    denied = any(one.effect == "Deny" for one in parsed(policy).statements)
    found = on_key(access, policy, own, account, "RetireGrant", (), about)
    assert found.allowed is ((by_name or by_account) and not denied)


FULL_RCP = document({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})


@pytest.mark.parametrize(
    ("operation", "scp", "rcp", "allowed"),
    [
        ("Encrypt", ALL, FULL_RCP, True),
        ("Encrypt", document(), FULL_RCP, False),
        ("Encrypt", ALL, document(DENY), False),
        # facts 4.7: RCPs do not reach kms:RetireGrant.
        ("RetireGrant", ALL, document(DENY), True),
        ("RetireGrant", document(), FULL_RCP, False),
    ],
)
def test_organisations_still_filter(
    operation: str, scp: Document, rcp: Document, allowed: bool
) -> None:
    grant = KmsGrant("g", "t", ANN[HOME], ("Encrypt", "RetireGrant"), HOME)
    who = Who(HOME, ANN[HOME], ANN[HOME])
    found = sources(KmsAccess(HOME, (grant,)), None, f"kms:{operation}", "g", who)
    own = Own(scp=((scp,),))
    there = There(None, ((rcp,),), found.beside, found.denies_only)
    request = Request(ANN[HOME], f"kms:{operation}", KEY, HOME)
    assert authorize(request, policies_for(own, there)).allowed is allowed


# --- S3 -----------------------------------------------------------------------------------------

PERMISSIONS = ("READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL")
LINES = st.builds(
    AclGrant,
    st.sampled_from((HOME, OTHER, THIRD, *sorted(GROUPS), "nobody")),
    st.sampled_from(PERMISSIONS),
)
ACLS = st.builds(Acl, ACCOUNTS, st.lists(LINES, max_size=4).map(tuple))
BLOCKS = st.builds(PublicBlock, *[st.booleans()] * 4)
S3 = st.builds(
    S3Access,
    st.just(HOME),
    st.booleans(),
    ACLS.map(lambda acl: replace(acl, owner=HOME)),
    st.booleans(),
    st.none() | ACLS,
    BLOCKS,
)
ACTIONS = (
    "s3:ListBucket", "s3:GetBucketAcl", "s3:PutBucketAcl", "s3:GetObject", "s3:GetObjectAcl",
    "s3:PutObjectAcl", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectTagging", "s3:PutBucketPolicy",
)  # fmt: skip
CALLERS = st.sampled_from((*ANN.values(), "anonymous"))
BUCKET_POLICIES = st.sampled_from(
    (
        None,
        document({"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "s3:*", "Resource": "*"}),
        document({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}),
        document(DENY),
    )
)  # fmt: skip


def on_bucket(
    access: S3Access | None, policy: Document | None, own: Own, caller: str, action: str
) -> Decision:
    account = caller.split(":")[4] if ":" in caller else "anonymous"
    found = sources(access, policy, action, "", Who(account, caller, caller))
    resource = "arn:aws:s3:::b/k" if access is not None and access.in_bucket else "arn:aws:s3:::b"
    own = own if ":" in caller else NONE
    return decided(found, policy, own, Request(caller, action, resource, HOME))


@LAWS
@given(S3, BUCKET_POLICIES, OWNS, CALLERS, st.sampled_from(ACTIONS))
def test_blocking_lets_nobody_in(
    access: S3Access, policy: Document | None, own: Own, caller: str, action: str
) -> None:
    opened = replace(access, block=PublicBlock())
    before = on_bucket(opened, policy, own, caller, action)
    found = on_bucket(access, policy, own, caller, action)
    assert before.allowed or not found.allowed


@LAWS
@given(S3, BUCKET_POLICIES, OWNS, CALLERS, st.sampled_from(ACTIONS))
def test_a_deny_of_the_bucket_wins(
    access: S3Access, policy: Document | None, own: Own, caller: str, action: str
) -> None:
    found = on_bucket(access, document(DENY), own, caller, action)
    assert found.verdict is Verdict.EXPLICIT_DENY


@LAWS
@given(S3, BUCKET_POLICIES, OWNS, CALLERS, st.sampled_from(ACTIONS))
def test_lists_that_are_off_say_nothing(
    access: S3Access, policy: Document | None, own: Own, caller: str, action: str
) -> None:
    off = replace(access, enforced=True, block=PublicBlock())
    found = on_bucket(off, policy, own, caller, action)
    assert found.allowed is on_bucket(None, policy, own, caller, action).allowed


@LAWS
@given(S3, CALLERS, st.sampled_from(ACTIONS))
def test_who_has_no_policies_comes_in_by_everybodys_lines_only(
    access: S3Access, caller: str, action: str
) -> None:
    """No account in a list lets its principals in by itself: it hands on the question."""
    opened = replace(access, enforced=False)
    found = on_bucket(opened, None, NONE, caller, action)
    if found.allowed:
        lists = (access.bucket, *([access.object] if access.object else []))
        groups = {ALL_USERS} | ({AUTHENTICATED} if caller != "anonymous" else set())
        assert any(line.grantee in groups for acl in lists for line in acl.grants)
        assert not access.block.ignore_acls


@LAWS
@given(S3, OWNS, CALLERS)
def test_the_policy_of_a_bucket_lets_nobody_read_what_is_anothers(
    access: S3Access, own: Own, caller: str
) -> None:
    theirs = replace(access, enforced=False, in_bucket=True, object=owned(OTHER))
    generous = document({"Effect": "Allow", "Principal": {"AWS": [HOME, THIRD]}, "Action": "*", "Resource": "*"})  # fmt: skip
    found = on_bucket(theirs, generous, own, caller, "s3:GetObject")
    assert found.allowed is (caller == ANN[OTHER] and own is EVERYTHING)


@pytest.mark.parametrize(
    ("caller", "verdict"),
    [
        ("cloudtrail.amazonaws.com", Verdict.ALLOWED),
        (ANN[HOME], Verdict.ALLOWED),
        (ANN[OTHER], Verdict.EXPLICIT_DENY),
        ("anonymous", Verdict.EXPLICIT_DENY),
    ],
)
def test_a_restricted_public_bucket(caller: str, verdict: Verdict) -> None:
    """S3 User Guide, access-control-block-public-access: CloudTrail keeps its access."""
    access = S3Access(HOME, True, owned(HOME), block=PublicBlock(restrict=True))
    policy = document({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"})
    assert on_bucket(access, policy, EVERYTHING, caller, "s3:ListBucket").verdict is verdict


def test_write_does_not_delete_what_is_not_there() -> None:
    """unconfirmed: write-marker."""
    bucket = Acl(HOME, (AclGrant(OTHER, "WRITE"),))
    access = S3Access(HOME, False, bucket, in_bucket=True)
    asked = (access, None, EVERYTHING, ANN[OTHER])
    assert on_bucket(*asked, "s3:PutObject").allowed
    assert not on_bucket(*asked, "s3:DeleteObject").allowed


@LAWS
@given(ACLS, st.booleans())
def test_what_is_ignored_is_not_public(acl: Acl, ignore: bool) -> None:
    found = effective(acl, ignore_public=ignore)
    assert set(found.grants) <= set(acl.grants)
    assert found == acl or (ignore and is_public_acl(acl))
    assert not (ignore and is_public_acl(found))


@LAWS
@given(BLOCKS, BLOCKS)
def test_two_levels_are_as_strict_as_each(one: PublicBlock, other: PublicBlock) -> None:
    both = one | other
    assert (both, both | one) == (other | one, both)
    assert (both.restrict, both.block_acls) == (one.restrict or other.restrict, one.block_acls or other.block_acls)  # fmt: skip


# --- names and lists ----------------------------------------------------------------------------


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_canonical_ids_are_read_back(account: str) -> None:
    assert len(canonical_id(account)) == 64
    assert account_of(canonical_id(account)) == account


@given(st.text(max_size=70))
def test_what_is_no_canonical_id_is_nobodys(text: str) -> None:
    found = account_of(text)
    assert found is None or canonical_id(found) == text


BROKEN: list[tuple[dict[str, object], str]] = [
    ({"ACL": "open"}, "InvalidArgument"),
    ({"ACL": "private", "GrantRead": "id=1"}, "InvalidRequest"),
    ({"GrantRead": "everybody"}, "InvalidArgument"),
    ({"GrantRead": "id="}, "InvalidArgument"),
    ({"GrantRead": "who=x"}, "InvalidArgument"),
    ({"GrantRead": "uri=http://acs.amazonaws.com/groups/global/Everybody"}, "InvalidArgument"),
    ({"GrantRead": "emailAddress=x@example.com"}, "UnresolvableGrantByEmailAddress"),
    ({"AccessControlPolicy": {"Grants": [{"Grantee": None, "Permission": "READ"}]}}, "MalformedACLError"),
    ({"AccessControlPolicy": {"Grants": ["x"]}}, "MalformedACLError"),
    ({"AccessControlPolicy": {"Grants": [{"Grantee": {"ID": canonical_id(HOME)}, "Permission": "ALL"}]}}, "MalformedACLError"),
    ({"GrantRead": ",".join([f"id={canonical_id(HOME)}"] * (MOST + 1))}, "MalformedACLError"),
]  # fmt: skip


@pytest.mark.parametrize(("params", "code"), BROKEN)
def test_a_list_that_s3_refuses(params: dict[str, object], code: str) -> None:
    with pytest.raises(AclError) as caught:
        requested(params, HOME, HOME, lambda _: None)
    assert caught.value.code == code


def test_no_list_is_none() -> None:
    assert requested({}, HOME, HOME, lambda _: None) is None


def test_a_grant_is_named_in_what_determined() -> None:
    """So that the log tells which grant let somebody in."""
    grant = KmsGrant("g-1", "t", ANN[HOME], ("Encrypt",), HOME)
    who = Who(HOME, ANN[HOME], ANN[HOME])
    policy = document({"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "*", "Resource": "*"})  # fmt: skip
    found = sources(KmsAccess(HOME, (grant,)), policy, "kms:Encrypt", "", who)
    policies = policies_for(NONE, There(policy, None, found.beside))
    [named] = authorize(Request(ANN[HOME], "kms:Encrypt", KEY, HOME), policies).determining
    assert (named.layer, named.policy) == (Layer.RESOURCE, 1)
    assert documents(policies, named.layer)[named.policy].name == "grant g-1"


# --- what is not confirmed ----------------------------------------------------------------------

PACKAGE = Path(remit.app.access.__file__).parent


def test_what_is_unconfirmed_is_where_the_table_says() -> None:
    named = {
        (path.name, words[0].rstrip(').,;:"'))
        for path in PACKAGE.glob("*.py")
        for part in path.read_text(encoding="utf-8").split("unconfirmed:")[1:]
        if (words := part.replace("#", " ").split())
    }
    assert named == {(entry.where, entry.name) for entry in UNCONFIRMED}


def test_the_page_on_fidelity_lists_it() -> None:
    page = (Path(__file__).parents[2] / "docs/fidelity.md").read_text("utf-8")
    for entry in UNCONFIRMED:
        assert f"| `{entry.name}` | {entry.question} | {entry.chosen} | {entry.facts} |" in page
