"""Which policies apply to whom. Rules: facts/iam.md 4.1, 4.2, 4.8; expected layers by hand."""

from __future__ import annotations

import json

from remit.account.applying import attachable, brought, parsed, policies_for
from remit.account.model import Account, Document, Group, Organisation, Role, User
from remit.core.request import Request
from remit.engine.authorize import authorize

ID = "111122223333"
HEAD = f"arn:aws:iam::{ID}:"


def allow(action: str, effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


READ, WRITE, ALL = f"{HEAD}policy/read", f"{HEAD}policy/write", f"{HEAD}policy/all"
TRUST = Document("trust", allow("sts:AssumeRole"))
ANN = User(f"{HEAD}user/eng/ann", "ann", "AIDAA", (Document("own", allow("s3:PutObject")),), (READ,), ("ops", "gone"))  # fmt: skip
BOB = User(f"{HEAD}user/bob", "bob", "AIDAB", (), (ALL,), (), READ)
EVE = User(f"{HEAD}user/eve", "eve", "AIDAE", (), (ALL,), (), f"{HEAD}policy/deleted")
APP = Role(f"{HEAD}role/app", "app", "AROAA", TRUST, (), (ALL,))
ACCOUNT = Account(
    ID,
    users={user.name: user for user in (ANN, BOB, EVE)},
    groups={"ops": Group(f"{HEAD}group/ops", "ops", "AGPAO", (Document("g", allow("sqs:*")),), (WRITE,))},
    roles={"app": APP},
    managed={READ: allow("s3:GetObject"), WRITE: allow("dynamodb:*"), ALL: allow("*")},
)  # fmt: skip


def allowed(
    identity: User | Role, action: str, *, account: Account = ACCOUNT, **more: object
) -> bool:
    session = more.get("session")
    own = brought(account, identity, session)  # type: ignore[arg-type]  # a tuple of documents or None
    there = attachable(account, more.get("resource"))  # type: ignore[arg-type]  # a document or None
    principal = (
        identity.arn if isinstance(identity, User) else f"arn:aws:sts::{ID}:assumed-role/app/s"
    )
    request = Request(principal, action, "arn:aws:s3:::b/k", ID)
    return authorize(request, policies_for(own, there)).allowed


def test_a_user_has_its_own_its_attached_and_its_groups_policies() -> None:
    assert [allowed(ANN, a) for a in ("s3:PutObject", "s3:GetObject", "sqs:SendMessage", "dynamodb:GetItem")] == [True] * 4  # fmt: skip
    assert not allowed(ANN, "s3:DeleteObject")


def test_a_boundary_limits_and_one_that_is_gone_allows_nothing() -> None:
    assert allowed(BOB, "s3:GetObject")
    assert not allowed(BOB, "s3:PutObject")
    assert not allowed(EVE, "s3:GetObject")


def test_session_policies_limit_a_role() -> None:
    session = (Document("session", allow("s3:GetObject")),)
    assert allowed(APP, "s3:GetObject", session=session)
    assert not allowed(APP, "s3:PutObject", session=session)
    assert allowed(APP, "s3:PutObject")


def test_levels_of_an_organisation_bind() -> None:
    full, only = Document("full", allow("*")), Document("only", allow("s3:*"))
    bound = Organisation("o-1", "444455556666", "o-1/r-1/", ((full,), (only,)))
    account = Account(ID, ACCOUNT.users, ACCOUNT.groups, ACCOUNT.roles, ACCOUNT.managed, bound)
    assert allowed(APP, "s3:GetObject", account=account)
    assert not allowed(APP, "sqs:SendMessage", account=account)


def test_a_resource_policy_counts_and_a_broken_one_says_nothing() -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": deny})
    assert not allowed(APP, "s3:GetObject", resource=Document("bucket", text))
    for broken in ("", "{", "[]", "null", '{"Statement": 1}', "\ud800", "[" * 100_000):
        assert allowed(APP, "s3:GetObject", resource=Document("bucket", broken))


def test_texts_are_parsed_and_compiled_once() -> None:
    own = brought(ACCOUNT, ANN)
    again = brought(ACCOUNT, ANN)
    assert policies_for(own, attachable(ACCOUNT, None)) is policies_for(
        again, attachable(ACCOUNT, None)
    )
    assert parsed(Document("own", allow("s3:PutObject"))) is parsed(ANN.inline[0])


def test_a_role_is_found_by_its_whole_arn() -> None:
    assert ACCOUNT.role(f"{HEAD}role/app") is APP
    assert ACCOUNT.role(f"{HEAD}role/else/app") is None
    assert ACCOUNT.role(f"{HEAD}role/other") is None
