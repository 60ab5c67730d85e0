"""What is kept over restarts: everything that moto's IAM and Organizations hold, as it was."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from remit.app.errors import InputError
from tests.server import everything
from tests.server.live import ACCOUNT, HEAD, Live, allow, document, refused, serving

KEY = bytes(range(32))


@contextmanager
def kept(path: Path, *, crashes: bool = False) -> Iterator[Live]:
    """A server with a state, from its start to its end; one that crashes does nothing at its end."""
    from moto.organizations.models import organizations_backends

    from remit.store.state_file import StateFile

    organizations_backends.master_accounts.clear()  # moto's own reset leaves it
    with closing(StateFile(path, KEY)) as file, serving(file=file) as live:
        yield live
        if not crashes:
            live.built.keeping.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A state with one of everything, and what was answered before its server ended."""
    path = tmp_path_factory.mktemp("state") / "state"
    with kept(path) as live:
        everything.make(live)
        return path, everything.asked(live)


def rows_of(path: Path) -> Mapping[str, str]:
    from remit.store.state_file import StateFile

    with closing(StateFile(path, KEY)) as file:
        return file.rows


def test_everything_is_as_it_was(whole: tuple[Path, dict[str, Any]]) -> None:
    path, before = whole
    rows = rows_of(path)
    with kept(path) as live:
        after = everything.asked(live)
    assert list(after) == list(before)
    for name, answer in before.items():
        assert after[name] == answer, name
    # The objects are the same too, and in the same order: they are written as they were read.
    assert list(rows_of(path).items()) == list(rows.items())


def test_every_class_of_moto_is_in_it(whole: tuple[Path, dict[str, Any]]) -> None:
    """A new version of moto with another class is noticed here: make one of it in everything.py."""
    from remit.server.kept_state import _classes

    text = "".join(rows_of(whole[0]).values())
    lacking = {name for name in _classes().types if f'["object","{name}"' not in text}
    assert lacking == {
        "iam.Policy",  # what others are made of
        "organizations.FakeServiceAccess",  # is only asked for its description
    }


def test_the_attributes_of_moto_are_those_that_were_judged(
    whole: tuple[Path, dict[str, Any]],
) -> None:
    """A row is either of one object or of an attribute that stands here."""
    from remit.server.kept_state import _KINDS

    rows = [name.split("/", 4) for name in rows_of(whole[0])]
    assert {row[3] for row in rows if row[0] == "iam"} == {*_KINDS, "-"}
    assert {row[4] for row in rows if len(row) == 5 and row[3] == "-"} == {
        "credential_report", "account_aliases", "account_password_policy",
        "root_features_of_remit",
    }  # fmt: skip


def test_no_object_is_in_two_rows(whole: tuple[Path, dict[str, Any]]) -> None:
    """Two rows would make two of it."""
    with kept(whole[0]) as live:
        seen: dict[int, str] = {}
        places = live.built.keeping._kept._written.values()
        for name, (_, written) in ((name, row) for place in places for name, row in place.items()):
            for part in written.parts:
                assert seen.setdefault(id(part), name) == name


def test_nothing_of_it_can_be_read_in_the_file(whole: tuple[Path, dict[str, Any]]) -> None:
    path, _ = whole
    content = b"".join(one.read_bytes() for one in path.parent.iterdir())
    rows = rows_of(path)
    assert sum("/access_keys/" in name for name in rows) == 1
    texts = [text for name, text in rows.items() if "/access_keys/" in name or name == "server/own"]
    secrets = [one for text in texts for one in text.split('"') if len(one) >= 40]
    assert len(secrets) == 4  # of bob's key, the administrator's and root's; the master key
    for secret in (*everything.SECRETS, *secrets, "sts:AssumeRole", "Statement"):
        for form in everything.encoded(secret):
            assert form not in content, secret


def test_a_session_goes_on_and_policies_decide_as_before(tmp_path: Path) -> None:
    with kept(tmp_path / "state") as live:
        name, keys = live.user(allow("sqs:ListQueues"))
        role = live.role(allow("sqs:ListQueues"))
        session = live.session(role)
        before = [
            refused(live.client("sqs", one).create_queue, QueueName="q") for one in (keys, session)
        ]
        administrator, root = live.administrator, live.root
    with kept(tmp_path / "state") as live:
        assert (live.administrator, live.root) == (administrator, root)
        for one, said in zip((keys, session), before, strict=True):
            live.client("sqs", one).list_queues()
            assert refused(live.client("sqs", one).create_queue, QueueName="q") == said
        assert live.client("sts", session).get_caller_identity()["Arn"].endswith(f"/{role}/work")
        iam = live.client("iam")
        iam.attach_user_policy(UserName=name, PolicyArn=everything.READ_ONLY)
        live.client("iam", keys).list_users()
        # The role is another one now: sessions are bound to its unique id (facts 5.2).
        iam.delete_role_policy(RoleName=role, PolicyName="own")
        trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        iam.delete_role(RoleName=role)
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
    with kept(tmp_path / "state") as live:
        code, _ = refused(live.client("sts", session).get_caller_identity)
        assert code == "InvalidClientTokenId"


def test_the_keys_are_on_the_disk_before_they_are_shown(tmp_path: Path) -> None:
    from remit.cli.keeping import begun

    with kept(tmp_path / "state", crashes=True) as live:
        begun(live.built, ExitStack())  # never unwound: it crashes
        administrator = live.administrator
    with kept(tmp_path / "state") as live:
        assert live.administrator == administrator


def test_a_spent_code_stays_spent(tmp_path: Path) -> None:
    """Facts 5: a one-time code works once, also across a restart."""
    from remit.credentials.totp import code
    from remit.server.sts_state import _seed

    with kept(tmp_path / "state", crashes=True) as live:
        name, keys = live.user()
        made = live.client("iam").create_virtual_mfa_device(VirtualMFADeviceName=name)
        device = made["VirtualMFADevice"]
        seed = _seed(device["Base32StringSeed"].decode())
        serial = device["SerialNumber"]
        live.client("iam").enable_mfa_device(
            UserName=name, SerialNumber=serial,
            AuthenticationCode1="123456", AuthenticationCode2="654321",
        )  # fmt: skip
        token = code(seed, int(time.time() // 30))
        live.client("sts", keys).get_session_token(SerialNumber=serial, TokenCode=token)
    with kept(tmp_path / "state") as live:
        said = refused(
            live.client("sts", keys).get_session_token, SerialNumber=serial, TokenCode=token
        )
        assert said[0] == "AccessDenied"


def test_what_moto_let_go_of_is_kept_with_who_has_it(tmp_path: Path) -> None:
    """moto deletes users that are in a group and policies that are attached, AWS's own too."""
    with kept(tmp_path / "state") as live:
        iam = live.client("iam")
        role = live.role()
        backend = live.built.state.backend(ACCOUNT)
        for arn in (everything.READ_ONLY, live_policy(iam)):
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)
            backend.delete_policy(arn)
        before = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        iam.create_user(UserName="last")
    with kept(tmp_path / "state") as live:
        found = live.client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        assert found == before
        assert len(found) == 2


def live_policy(iam: Any) -> str:
    made = iam.create_policy(PolicyName="own", PolicyDocument=document(allow("s3:*")))
    return str(made["Policy"]["Arn"])


def test_the_roles_of_a_project_are_made_once(tmp_path: Path) -> None:
    from remit.account.model import Document
    from remit.app.seeding import Seed
    from remit.server.seed import plant

    edge = Document("edge", document(allow("s3:*")))
    first = Seed("app", (Document("own", document(allow("s3:*"))),), edge)
    later = Seed("app", (), edge)
    with kept(tmp_path / "state") as live:
        assert plant(live.built.state, ACCOUNT, [first]) == (f"{HEAD}role/app",)
        assert live.built.keeping.save().result() is None
        before = live.client("iam").get_role(RoleName="app")["Role"]
    with kept(tmp_path / "state") as live:
        assert plant(live.built.state, ACCOUNT, [later]) == ()
        assert live.client("iam").get_role(RoleName="app")["Role"] == before
        iam = live.client("iam")
        assert iam.list_role_policies(RoleName="app")["PolicyNames"] == ["own"]
        iam.delete_role_policy(RoleName="app", PolicyName="own")
        iam.delete_role(RoleName="app")
    with kept(tmp_path / "state") as live:  # its boundary is still there
        assert plant(live.built.state, ACCOUNT, [later]) == (f"{HEAD}role/app",)


# --- when writing fails -------------------------------------------------------------------------


class Strange:
    """Nothing of moto's."""


def test_what_cannot_be_kept_is_said_and_serving_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from remit.store.state_file import StateFile

    def full(self: object, sealed: object, head: object) -> None:
        raise OSError(28, "No space left on device")

    with kept(tmp_path / "state") as live:
        iam = live.client("iam")
        with monkeypatch.context() as patch:
            patch.setattr(StateFile, "_commit", full)
            for _ in range(2):
                code, said = refused(iam.create_group, GroupName="lost")
                assert (code, "No space left on device" in said) == ("ServiceFailure", True)
            code, _ = refused(live.client("organizations").create_organization)
            assert code == "ServiceException"
            iam.list_users()  # what changes nothing is answered
            live.client("s3").create_bucket(Bucket="other")
        assert "the state cannot be written: No space left on device" in caplog.text
        iam.create_group(GroupName="later")
    with kept(tmp_path / "state") as live:
        groups = [one["GroupName"] for one in live.client("iam").list_groups()["Groups"]]
        # What could not be kept then was tried again with the next change.
        assert groups == ["lost", "later"]
        live.client("organizations").describe_organization()


def test_a_class_that_is_not_known_is_said_by_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with kept(tmp_path / "state") as live:
        iam = live.client("iam")
        iam.create_user(UserName="ann")
        ann = live.built.state.backend(ACCOUNT).users["ann"]
        ann.strange = Strange()
        code, said = refused(iam.create_user, UserName="bob")
        assert code == "ServiceFailure"
        assert "remit does not know a `tests.server.test_kept_state.Strange`" in said
        del ann.strange
        iam.create_user(UserName="eve")
    with kept(tmp_path / "state") as live:
        users = [one["UserName"] for one in live.client("iam").list_users()["Users"]]
        assert users == ["ann", "bob", "eve"]


# --- rows that were not made here ---------------------------------------------------------------


_USER = "iam/111122223333/aws/users/x"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("iam/111122223333/aws/wishes/x", '["list"]'),
        ("iam/111122223333/mars/users/x", '["object","iam.User"]'),
        ("iam/1", "null"),
        ("sqs/111122223333/aws", "null"),
        (_USER, "{"),
        (_USER, "null"),
        (_USER, '["object","iam.Wish"]'),
        (_USER, '["object","iam.User",["partner",["row","users","nobody"]]]'),
        (_USER, '["object","iam.User",["partner",["row","__class__","nobody"]]]'),
        ("organizations/111122223333/aws", '["list",1]'),
        ("server/own", '["list"]'),
        ("server/own", '["dict",["account","111122223333"]]'),
        ("server/codes", '["list",1]'),
        ("organizations/members", "null"),
    ],
)
def test_rows_that_make_no_sense_are_refused(tmp_path: Path, name: str, text: str) -> None:
    from remit.store.state_file import StateFile

    with kept(tmp_path / "state"):
        pass
    with closing(StateFile(tmp_path / "state", KEY)) as file:
        file.write({name: text})
    with pytest.raises(InputError) as caught, kept(tmp_path / "state"):
        pass
    assert f"the row `{name}` of the state can't be read" in caught.value.message


def test_the_account_is_the_states(tmp_path: Path) -> None:
    from remit.server.run import build
    from remit.server.settings import Settings
    from remit.store.state_file import StateFile

    with kept(tmp_path / "state"):
        pass
    with closing(StateFile(tmp_path / "state", KEY)) as file, pytest.raises(InputError) as caught:
        build(Settings(account="999999999999"), file=file)
    assert caught.value.message == "the state is of account 111122223333, not of 999999999999"
