"""STS on the wire: botocore's own serializer, our recognition, our answer, botocore's own parser."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import create_parser
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("signxml", reason="the extra `serve` is not installed")

from remit.app.sts.errors import StsError
from remit.app.sts.ports import Caller, OidcProvider, SamlProvider
from remit.credentials.errors import AuthError
from remit.credentials.keys import access_key_id
from remit.credentials.saml import read_metadata
from remit.credentials.sessions import Credentials
from remit.enforce.recognize import recognize
from remit.enforce.sts_xml import BEFORE_DISPATCH, error, result
from tests.app.sts import idp
from tests.app.sts.test_messages import made
from tests.app.sts.test_web_identity import HOST, jwks, token
from tests.app.sts.world import (
    HERE,
    NOW,
    OIDC,
    ROLE,
    SAML,
    THERE,
    Desk,
    World,
    entropy,
    trust,
    user,
)
from tests.enforce.wire import sent, service

EVERYBODY = {"AWS": HERE, "Federated": [OIDC, SAML]}
WORLD = World(
    trusts={ROLE: trust("sts:*", to=EVERYBODY)},
    oidc=OidcProvider(OIDC, HOST, ("sts.amazonaws.com",), jwks()),
    saml=SamlProvider(SAML, read_metadata(idp.metadata())),
    roots=frozenset({(HERE, THERE, "RootSessions")}),
)
TASK = {"arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}
INLINE = json.dumps({"Version": "2012-10-17", "Statement": []})
NAMED = {"RoleArn": ROLE, "RoleSessionName": "a=b@c"}
TAGGED = {"https://aws.amazon.com/tags": {"principal_tags": {"a": "b"}},
          "https://aws.amazon.com/source_identity": "ann"}  # fmt: skip
ATTRIBUTES = {**idp.ATTRIBUTES, f"{idp.AWS}SourceIdentity": ["ann"]}
UNSENT = {"SessionTokenSize", "SessionTokenUtilization"}
"""What nobody has described: docs/sts.md."""

CALLS: list[tuple[str, dict[str, Any], set[str]]] = [
    ("AssumeRole", {**NAMED, "Policy": INLINE, "SourceIdentity": "ann", "DurationSeconds": 900,
                    "Tags": [{"Key": "k", "Value": "v & <w>".replace("&", "+").replace("<w>", "w")}],
                    "TransitiveTagKeys": ["k"]}, set()),
    ("AssumeRoleWithWebIdentity", {**NAMED, "Policy": INLINE, "WebIdentityToken": token(TAGGED)},
     set()),
    ("AssumeRoleWithSAML", {"RoleArn": ROLE, "PrincipalArn": SAML, "Policy": INLINE,
                            "SAMLAssertion": idp.wire(idp.signed(idp.response(ATTRIBUTES)))}, set()),
    ("GetSessionToken", {"DurationSeconds": 900}, set()),
    ("GetFederationToken", {"Name": "bob", "Policy": INLINE}, set()),
    ("GetCallerIdentity", {}, set()),
    ("GetAccessKeyInfo", {"AccessKeyId": access_key_id("AKIA", HERE, entropy())}, set()),
    ("DecodeAuthorizationMessage", {"EncodedMessage": made()}, set()),
    ("AssumeRoot", {"TargetPrincipal": THERE, "TaskPolicyArn": TASK}, {"SourceIdentity"}),
]  # fmt: skip


def parsed(operation: str, body: bytes, status: int = 200) -> dict[str, Any]:
    shape = service("sts").operation_model(operation).output_shape
    response = {"body": body, "headers": {}, "status_code": status}
    found: dict[str, Any] = create_parser("query").parse(response, shape)
    return found


def answered(operation: str, params: dict[str, Any], caller: Caller | None) -> bytes:
    """From a client's parameters to the document that goes back."""
    asked = recognize(sent("sts", operation, params, "query"), "sts")
    assert (asked.service, asked.operation) == ("sts", operation)
    members = Desk(WORLD).call(operation, caller, **asked.params)
    return result(operation, members, "id-1")


@pytest.mark.parametrize(("operation", "params", "absent"), CALLS)
def test_botocore_reads_every_member(
    operation: str, params: dict[str, Any], absent: set[str]
) -> None:
    unsigned = operation.endswith(("WebIdentity", "SAML"))
    found = parsed(operation, answered(operation, params, None if unsigned else user()))
    assert found.pop("ResponseMetadata") == {
        "RequestId": "id-1", "HTTPStatusCode": 200, "HTTPHeaders": {}}  # fmt: skip
    shape = service("sts").operation_model(operation).output_shape
    assert shape is not None
    assert found.keys() == shape.members.keys() - UNSENT - absent
    if "Credentials" in found:
        given = found["Credentials"]
        assert given.keys() == {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}
        assert given["AccessKeyId"].startswith("ASIA")
        assert given["Expiration"] > datetime.fromtimestamp(NOW, UTC)
        assert all(given.values())
    if "PackedPolicySize" in found:
        assert isinstance(found["PackedPolicySize"], int)


def test_the_document() -> None:
    """facts/iam.md 5.1 and 6.3."""
    members = {"UserId": "AIDA", "Account": HERE, "Arn": "a<&>b"}
    assert result("GetCallerIdentity", members, "id-1") == (
        b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        b"<GetCallerIdentityResult><UserId>AIDA</UserId><Account>111122223333</Account>"
        b"<Arn>a&lt;&amp;&gt;b</Arn></GetCallerIdentityResult><ResponseMetadata>"
        b"<RequestId>id-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    )
    assert error(StsError("AccessDenied", "no"), "id-2") == (
        b'<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>'
        b"<Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error>"
        b"<RequestId>id-2</RequestId></ErrorResponse>"
    )


def test_expiration_is_written_in_whole_seconds() -> None:
    given = Credentials("ASIA", "s", "t", NOW + 0.75)
    assert b"<Expiration>2023-11-14T22:13:20Z</Expiration>" in result(
        "GetSessionToken", {"Credentials": given}, "id"
    )


def test_a_member_that_the_model_lacks_is_our_error() -> None:
    with pytest.raises(KeyError):
        result("GetCallerIdentity", {"Userid": "x"}, "id")


MODELLED = sorted(
    shape["error"]["code"]
    for shape in service("sts")._service_description["shapes"].values()
    if shape.get("exception")
)


@pytest.mark.parametrize("code", [*MODELLED, "AccessDenied", "ValidationError", "MalformedInput"])
def test_botocore_reads_every_error(code: str) -> None:
    fault = StsError(code, "" if code == "MalformedInput" else f"about {code} <&>", 400)
    found = parsed("AssumeRole", error(fault, "id-3"), fault.status)
    assert found["Error"]["Code"] == code
    assert found["Error"].get("Message", "") == fault.message
    assert found["Error"]["Type"] == "Sender"
    assert found["ResponseMetadata"]["RequestId"] == "id-3"
    raised = ClientError(found, "AssumeRole")
    assert raised.response["Error"]["Code"] == code


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=30))
def test_any_text_can_be_written(text: str) -> None:
    body = error(AuthError("ValidationError", f"x{text}x", 400), text, BEFORE_DISPATCH)
    found = parsed("AssumeRole", body, 400)
    assert found["Error"]["Message"].startswith("x")
