"""Session tokens: what comes out is what was put in, and nothing else comes out."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("cryptography", reason="the extra `serve` is not installed")

from remit.credentials.errors import AuthError
from remit.credentials.keys import LONG_TERM, access_key_id, account_of, secret_of
from remit.credentials.sessions import Claims, check_expiry, issue, unseal

MASTER = bytes(range(32))
CLAIMS = Claims(
    kind="role",
    account="111122223333",
    issuer="arn:aws:iam::111122223333:role/app",
    issuer_id="AROAEXAMPLE",
    name="session",
    issued=1000.5,
    expires=4600.5,
    policies=('{"Version":"2012-10-17"}',),
    tags=(("team", "blue"),),
    transitive=("team",),
    source_identity="ann",
    mfa=999.0,
)


def test_there_and_back() -> None:
    given = issue(CLAIMS, MASTER, os.urandom)
    assert unseal(given.access_key, given.token, MASTER) == CLAIMS
    assert given.access_key.startswith("ASIA")
    assert (len(given.access_key), len(given.secret)) == (20, 40)
    assert given.secret == secret_of(given.access_key, MASTER)
    assert given.secret not in repr(given)
    assert given.token not in repr(given)
    assert issue(CLAIMS, MASTER, os.urandom) != given


def test_what_is_not_ours() -> None:
    made = issue(CLAIMS, MASTER, os.urandom)
    other = issue(CLAIMS, MASTER, os.urandom)
    cut = b64encode(b64decode(made.token)[:-1]).decode()
    wrong = [
        (other.access_key, made.token, MASTER),
        (made.access_key, made.token, bytes(32)),
        (made.access_key, cut, MASTER),
        (made.access_key, "", MASTER),
        (made.access_key, "é", MASTER),
        (made.access_key, "A" * 100_000, MASTER),
    ]
    for key, token, master in wrong:
        with pytest.raises(AuthError) as error:
            unseal(key, token, master)
        assert (error.value.code, error.value.status) == ("InvalidClientTokenId", 403)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_bit_can_be_changed(place: int, change: int) -> None:
    made = issue(CLAIMS, MASTER, os.urandom)
    data = bytearray(b64decode(made.token))
    data[place % len(data)] ^= change
    with pytest.raises(AuthError, match="InvalidClientTokenId"):
        unseal(made.access_key, b64encode(data).decode(), MASTER)


def test_expiry() -> None:
    check_expiry(CLAIMS, 4600.4)
    with pytest.raises(AuthError, match="ExpiredToken"):
        check_expiry(CLAIMS, 4600.5)
    check_expiry(replace(CLAIMS, expires=5000), 4600.5)


@given(st.integers(0, 10**12 - 1).map(lambda n: f"{n:012d}"))
def test_an_access_key_tells_its_account(account: str) -> None:
    key = access_key_id(LONG_TERM, account, os.urandom)
    assert len(key) == 20
    assert key.isalnum() and key.isupper()
    assert account_of(key) == account


@pytest.mark.parametrize(
    "text", ["", "AKIA", "AKIA" + "1" * 16, "AKIA" + "a" * 16, "AKIAé" + "A" * 15]
)
def test_an_access_key_that_tells_none(text: str) -> None:
    assert account_of(text) is None


@pytest.mark.parametrize(
    ("key", "account"),
    [
        # A published example: "A short note on AWS KEY ID" (T. Beauvais, 2020).
        ("ASIAQNZGKIQY56JQ7WML", "029608264753"),
        (access_key_id(LONG_TERM, "999999999999", bytes), "999999999999"),
        (access_key_id(LONG_TERM, "000000000000", lambda n: b"\xff" * n), "000000000000"),
    ],
)
def test_the_account_takes_forty_bits(key: str, account: str) -> None:
    assert len(key) == 20
    assert account_of(key) == account
