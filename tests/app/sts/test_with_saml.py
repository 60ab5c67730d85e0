"""AssumeRoleWithSAML: assertions of a provider made for the test, and forgeries of them."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha1
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from remit.app.sts.identity import caller as caller_of
from remit.app.sts.identity import keys
from remit.app.sts.ports import SamlProvider
from remit.credentials.errors import AuthError
from remit.credentials.saml import read_metadata
from tests.app.sts.idp import (
    ACS,
    ATTRIBUTES,
    AWS,
    ISSUER,
    certificate,
    metadata,
    response,
    signed,
    wire,
)
from tests.app.sts.world import HERE, NOW, ROLE, SAML, Desk, World, claims_of, trust

ALL_THREE = ("sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity")


def trusted(*actions: str, **more: Any) -> dict[str, Any]:
    return trust(*(actions or ("sts:AssumeRoleWithSAML",)), to={"Federated": SAML}, **more)


def desk(document: Any = None, *names: str, **more: Any) -> Desk:
    provider = SamlProvider(SAML, read_metadata(metadata(*names)))
    return Desk(World(trusts={ROLE: document or trusted()}, saml=provider, **more))


def assume(at: Desk, given: str, **more: Any) -> dict[str, Any]:
    params = {"RoleArn": ROLE, "PrincipalArn": SAML, "SAMLAssertion": given, **more}
    return at.call("AssumeRoleWithSAML", None, **params)


QUALIFIER = b64encode(sha1(f"{ISSUER}{HERE}/idp".encode(), usedforsecurity=False).digest()).decode()


@pytest.mark.parametrize("whole", [False, True])
def test_there_and_back(whole: bool) -> None:
    result = assume(desk(), wire(signed(response(), whole=whole)))
    assert {k: v for k, v in result.items() if k != "Credentials"} == {
        "AssumedRoleUser": {
            "AssumedRoleId": "AROAEXAMPLEIDTARGET:ann@example",
            "Arn": f"arn:aws:sts::{HERE}:assumed-role/target/ann@example",
        },
        "Subject": "ann",
        "SubjectType": "persistent",
        "Issuer": ISSUER,
        "Audience": ACS,
        "NameQualifier": QUALIFIER,
    }
    claims = claims_of(result)
    assert (claims.provider, claims.expires) == (SAML, NOW + 3600)
    found = keys(caller_of(claims), NOW)
    assert (found["saml:sub"], found["saml:sub_type"]) == ("ann", "persistent")
    assert found["saml:namequalifier"] == QUALIFIER
    assert "aws:FederatedProvider" not in found  # web identity only (3.2)


EDU = "urn:oid:1.3.6.1.4.1.5923.1.1.1.1"
CONDITIONS: list[tuple[dict[str, Any], bool]] = [
    ({"StringEquals": {"saml:aud": ACS}}, True),
    ({"StringEquals": {"saml:aud": "urn:amazon:webservices"}}, False),  # Recipient, not Audience
    ({"StringEquals": {"saml:iss": ISSUER}}, True),
    ({"StringEquals": {"saml:doc": f"{HERE}/idp"}}, True),
    ({"StringEquals": {"saml:sub_type": "persistent"}}, True),
    ({"StringEquals": {"saml:sub": "eve"}}, False),
    ({"StringEquals": {"saml:namequalifier": QUALIFIER}}, True),
    ({"StringEquals": {"saml:eduPersonAffiliation": "staff"}}, True),
    ({"ForAnyValue:StringEquals": {"saml:mail": "ann@example"}}, True),
    ({"ForAnyValue:StringEquals": {"saml:cn": "Bob"}}, False),
]


@pytest.mark.parametrize(("condition", "allowed"), CONDITIONS)
def test_condition_keys(condition: dict[str, Any], allowed: bool) -> None:
    """facts/iam.md 3.7."""
    more = {
        EDU: ["staff"],
        "urn:oid:0.9.2342.19200300.100.1.3": ["ann@example"],
        "urn:oid:2.5.4.3": ["Ann"],
    }
    given = wire(signed(response({**ATTRIBUTES, **more})))
    at = desk(trusted(Condition=condition))
    if allowed:
        assert assume(at, given)
        return
    with pytest.raises(AuthError) as error:
        assume(at, given)
    assert (error.value.code, error.value.status) == ("AccessDenied", 403)
    assert error.value.message == "Not authorized to perform sts:AssumeRoleWithSAML"


BAD, LATE = "InvalidIdentityToken", "ExpiredTokenException"
REDEEM = "Token must be redeemed within 5 minutes of issuance"
NOT_SAML = "Your request included an invalid SAML response"
NAME, PAIR = f"{AWS}RoleSessionName", f"{AWS}Role"
CENTER = (
    f"arn:aws:iam::{HERE}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_x_0123456789abcdef"
)


def twice(document: str) -> str:
    begin = document.index("<saml:Assertion")
    end = document.index("</samlp:Response>")
    return document[:end] + document[begin:end].replace('"_a"', '"_b"') + document[end:]


FAULTS: list[tuple[str, bytes, str, str]] = [
    ("unsigned", response().encode(), BAD, "Response signature invalid"),
    ("signed by another", signed(response(), "other"), BAD, "Response signature invalid"),
    ("changed", signed(response()).replace(b">ann<", b">eve<"), BAD, "Response signature invalid"),
    ("a digest that is none", signed(response()).replace(b"DigestValue>", b"DigestValue> !", 1), BAD,
     "Response signature invalid"),
    ("another issuer", signed(response(issuer="https://evil")), BAD,
     "Issuer not present in specified provider"),
    ("another audience", signed(response(audience="urn:other")), BAD,
     "Response does not contain the required audience."),
    ("too old", signed(response(issued=NOW - 301)), LATE, REDEEM),
    ("over", signed(response(until=NOW)), LATE, REDEEM),
    ("the session is over", signed(response(ends=NOW)), LATE, REDEEM),
    ("from tomorrow", signed(response(issued=NOW + 86400, until=NOW + 90000)), BAD,
     "The assertion is not valid yet"),
    ("no session name", signed(response({PAIR: ATTRIBUTES[PAIR]})), BAD,
     "RoleSessionName is required in AuthnResponse"),
    ("a name that is none", signed(response({**ATTRIBUTES, NAME: ["a b"]})), BAD,
     "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"),
    ("a reserved source", signed(response({**ATTRIBUTES, f"{AWS}SourceIdentity": ["aws:x"]})), BAD,
     'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"'),
    ("no role", signed(response({NAME: ["ann"]})), "AccessDenied",
     "Not authorized to perform sts:AssumeRoleWithSAML"),
    ("another role", signed(response({**ATTRIBUTES, PAIR: [f"{ROLE}2,{SAML}"]})), "AccessDenied",
     "Not authorized to perform sts:AssumeRoleWithSAML"),
    ("refused by the provider", signed(response(status="urn:x:Denied")), "IDPRejectedClaim",
     "The identity provider reported that authentication failed"),
    ("no XML", b"hello", BAD, NOT_SAML),
    ("another document", b"<a/>", BAD, NOT_SAML),
    ("a DTD", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', BAD, NOT_SAML),
    ("a DTD in UTF-16", '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'
     .encode("utf-16"), BAD, NOT_SAML),
    ("a signed response with a DTD in UTF-16", ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a>'
     + signed(response()).decode()).encode("utf-16"), BAD, NOT_SAML),
    ("two assertions in a signed response", signed(twice(response()), whole=True), BAD,
     "Response signature invalid"),
    ("a time that is none", signed(response().replace("NotBefore=\"2023", "NotBefore=\"x")), BAD,
     NOT_SAML),
]  # fmt: skip


@pytest.mark.parametrize(("name", "document", "code", "message"), FAULTS)
def test_faults(name: str, document: bytes, code: str, message: str) -> None:
    """IAM User Guide, troubleshoot_saml."""
    with pytest.raises(AuthError) as error:
        assume(desk(), wire(document))
    assert (error.value.code, error.value.message) == (code, message)
    assert error.value.status == (403 if code in ("AccessDenied", "IDPRejectedClaim") else 400)


def wrapped(kind: str) -> bytes:
    """A good assertion, hidden where it is verified but not meant, and a forged one in its place."""
    good = etree.fromstring(signed(response()))
    forged = etree.fromstring(response(subject="admin").encode())
    place = "{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"
    original, evil = good.find(place), forged.find(place)
    assert original is not None
    assert evil is not None
    evil.set("ID", "_evil")
    good.remove(original)
    if kind == "before":
        good.extend([evil, original])
    elif kind == "after":
        good.extend([original, evil])
    elif kind == "inside":
        evil.append(original)
        good.append(evil)
    else:
        signature = original.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
        assert signature is not None
        original.remove(signature)
        holder = etree.SubElement(signature, "{http://www.w3.org/2000/09/xmldsig#}Object")
        holder.append(original)
        evil.insert(1, signature)
        good.append(evil)
    return etree.tostring(good)


@pytest.mark.parametrize("kind", ["before", "after", "inside", "object"])
def test_signature_wrapping(kind: str) -> None:
    """Whatever is accepted is what was signed; the forgery's subject never counts."""
    try:
        result = assume(desk(), wire(wrapped(kind)))
    except AuthError as error:
        assert error.code == BAD
    else:
        assert result["Subject"] == "ann"


def test_a_comment_does_not_cut_the_subject() -> None:
    given = signed(response(subject="ann<!-- x -->.evil"))
    try:
        assert assume(desk(), wire(given))["Subject"] == "ann.evil"
    except AuthError as error:
        assert error.code == BAD


@pytest.mark.parametrize("text", ["!!!!", "é" * 8, "AAAA", "====", "PGE+"])
def test_what_is_no_assertion(text: str) -> None:
    with pytest.raises(AuthError) as error:
        assume(desk(), text)
    assert error.value.code == BAD


def test_a_provider_changes_its_certificate() -> None:
    given = wire(signed(response(), "new"))
    assert assume(desk(None, "idp", "new"), given)
    with pytest.raises(AuthError):
        assume(desk(), given)


def test_unknown_provider_and_role() -> None:
    given = wire(signed(response()))
    with pytest.raises(AuthError) as error:
        assume(desk(), given, PrincipalArn=f"{SAML}2")
    assert error.value.message == "Specified provider doesn't exist"
    missing = f"{ROLE}2"
    mapped = wire(signed(response({**ATTRIBUTES, PAIR: [f"{SAML},{missing}"]})))
    with pytest.raises(AuthError) as error:
        assume(desk(), mapped, RoleArn=missing)
    assert error.value.message == "Not authorized to perform sts:AssumeRoleWithSAML"


def test_roles_of_identity_center_cannot_be_had_so() -> None:
    """STS API Reference, AssumeRoleWithSAML."""
    given = wire(signed(response({**ATTRIBUTES, PAIR: [f"{SAML},{CENTER}"]})))
    at = desk()
    at.world.trusts[CENTER] = trusted()
    with pytest.raises(AuthError) as error:
        assume(at, given, RoleArn=CENTER)
    assert error.value.message == "Not authorized to perform sts:AssumeRoleWithSAML"


def test_tags_and_source_identity() -> None:
    """IAM User Guide, id_session-tags, "Passing session tags using AssumeRoleWithSAML"."""
    more = {
        f"{AWS}PrincipalTag:team": ["blue"],
        f"{AWS}TransitiveTagKeys": ["team"],
        f"{AWS}SourceIdentity": ["ann"],
    }
    given = wire(signed(response({**ATTRIBUTES, **more})))
    claims = claims_of(assume(desk(trusted(*ALL_THREE)), given))
    assert (claims.tags, claims.transitive) == ((("team", "blue"),), ("team",))
    assert claims.source_identity == "ann"
    for left, named in (
        (ALL_THREE[:2], "sts:SetSourceIdentity"),
        (ALL_THREE[::2], "sts:TagSession"),
    ):
        with pytest.raises(AuthError) as error:
            assume(desk(trusted(*left)), given)
        assert error.value.message == f"Not authorized to perform {named}"


@pytest.mark.parametrize(
    ("attribute", "asked", "ends", "lasts"),
    [
        (None, None, None, 3600),
        ("7200", None, None, 7200),
        ("7200", "900", None, 900),
        (None, "7200", 1000, 1000),  # SessionNotOnOrAfter, if that is sooner (API Reference)
        (None, "900", 7200, 900),
        ("899", None, None, None),
        ("x", None, None, None),
        ("43201", None, None, None),
        ("10000", None, None, None),  # beyond the role's limit
    ],
)
def test_duration(
    attribute: str | None, asked: str | None, ends: int | None, lasts: int | None
) -> None:
    more = {} if attribute is None else {f"{AWS}SessionDuration": [attribute]}
    until = None if ends is None else NOW + ends
    given = wire(signed(response({**ATTRIBUTES, **more}, ends=until)))
    params = {} if asked is None else {"DurationSeconds": asked}
    at = desk(longest=7200)
    if lasts is None:
        with pytest.raises(AuthError) as error:
            assume(at, given, **params)
        assert error.value.code == "ValidationError"
        return
    claims = claims_of(assume(at, given, **params))
    assert claims.expires - claims.issued == lasts


@pytest.mark.parametrize(
    "text",
    ["", "<a/>", "not xml", metadata().replace("entityID", "name"),
     metadata().replace("signing", "encryption"), "<!DOCTYPE a><a/>"],
)  # fmt: skip
def test_metadata_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="metadata"):
        read_metadata(text)


def test_metadata() -> None:
    found = read_metadata(metadata("idp", "new"))
    assert found.issuer == ISSUER
    assert found.certificates == (certificate(), certificate("new"))
    broken = read_metadata(metadata().replace("MII", "!!!"))
    at = Desk(World(trusts={ROLE: trusted()}, saml=SamlProvider(SAML, broken)))
    with pytest.raises(AuthError) as error:
        assume(at, wire(signed(response())))
    assert error.value.message == "Response signature invalid"


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_changed_response_is_refused(data: st.DataObject) -> None:
    """One byte of a signed response changed: it is refused, or says what was signed."""
    good = signed(response())
    place = data.draw(st.integers(0, len(good) - 1))
    bad = good[:place] + bytes([data.draw(st.integers(0, 255))]) + good[place + 1 :]
    try:
        result = assume(desk(), wire(bad))
    except AuthError as error:
        assert error.code in (BAD, LATE, "IDPRejectedClaim")
    else:
        assert (result["Subject"], result["Issuer"]) == ("ann", ISSUER)


@pytest.mark.parametrize(
    "document",
    [b"<a>" * 100_000, b"<a " + b"b='c' " * 10_000 + b"/>", b"\xff\xfe", b"<?xml version='1.0' encoding='x'?><a/>",
     response().replace("<saml:Issuer>", "<saml:Issuer>" + "x" * 60_000).encode()],
)  # fmt: skip
def test_odd_documents(document: bytes) -> None:
    from remit.credentials.saml import verify

    with pytest.raises(AuthError) as error:
        verify(wire(document), read_metadata(metadata()), NOW)
    assert error.value.code == BAD
