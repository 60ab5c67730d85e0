"""SAML 2.0 responses: what the identity provider signed, and only that.

`signxml` verifies the signature and returns the element that was signed; everything is read from
that element, never from the document around it. Documents with a DTD are refused unread.

Source: facts/iam.md 3.7 and 5.2 (IAM User Guide, id_roles_providers_create_saml_assertions,
troubleshoot_saml; STS API Reference, AssumeRoleWithSAML); SAML 2.0 core, 2 and 3, profiles, 4.1.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from remit.credentials.errors import AuthError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
_LARGEST = 1_000_000

SIGNATURE_INVALID = "Response signature invalid"
WRONG_ISSUER = "Issuer not present in specified provider"
WRONG_AUDIENCE = "Response does not contain the required audience."
TOO_LATE = "Token must be redeemed within 5 minutes of issuance"
NOT_SAML = "Your request included an invalid SAML response"
PERIOD = 300
"""Seconds after its issue for which an assertion can be used (the text above is AWS's)."""
AUDIENCES = frozenset({"urn:amazon:webservices", "https://signin.aws.amazon.com/saml"})


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider says of itself: its name, and the certificates it signs with (PEM)."""

    issuer: str
    certificates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a verified assertion says. `attributes` are in its order, by name; `recipient` is the
    address it is meant for; `ends` when its session ends, where it says so."""

    issuer: str
    subject: str
    subject_type: str
    recipient: str
    attributes: tuple[tuple[str, tuple[str, ...]], ...]
    ends: float | None = None

    def values(self, name: str) -> tuple[str, ...]:
        """The values of an attribute."""
        return next((values for key, values in self.attributes if key == name), ())


def read_metadata(document: str | bytes) -> Metadata:
    """A provider's metadata. Raises ValueError when it names no issuer or no certificate."""
    try:
        root = _parse(document.encode() if isinstance(document, str) else document)
    except AuthError:
        raise ValueError("Could not parse metadata") from None
    issuer = root.get("entityID") if root.tag == f"{_METADATA}EntityDescriptor" else None
    path = f"{_METADATA}IDPSSODescriptor/{_METADATA}KeyDescriptor"
    certificates = [
        _pem(one.text or "")
        for key in root.iterfind(path)
        if key.get("use") in (None, "signing")
        for one in key.iter(f"{_SIGNATURE}X509Certificate")
    ]
    if not issuer or not certificates:
        raise ValueError("the metadata has no entityID, or no certificate for signing")
    return Metadata(issuer, tuple(certificates))


def verify(encoded: str, metadata: Metadata, now: float) -> Assertion:
    """The assertion in a response (Base64), if the provider signed it and it holds at `now`.

    Raises AuthError: AWS's words where troubleshoot_saml has them.
    """
    try:
        document = b64decode(encoded, validate=False)
    except ValueError:
        raise invalid(NOT_SAML) from None
    root = _parse(document)
    _check_status(root)
    assertion = _signed(document, root, metadata, now)
    issuer = _text(assertion.find(f"{_ASSERTION}Issuer"))
    if issuer != metadata.issuer:
        raise invalid(WRONG_ISSUER)
    recipient = _recipient(assertion, now)
    _check_conditions(assertion, now)
    name = assertion.find(f"{_ASSERTION}Subject/{_ASSERTION}NameID")
    given = name.get("Format", "") if name is not None else ""
    return Assertion(
        issuer,
        _text(name),
        given.removeprefix(_FORMAT),
        recipient,
        tuple(_attributes(assertion)),
        _ends(assertion, now),
    )


def name_qualifier(issuer: str, account: str, provider: str) -> str:
    """saml:namequalifier: who the subject is unique for (3.7)."""
    text = f"{issuer}{account}/{provider}"
    return b64encode(hashlib.sha1(text.encode(), usedforsecurity=False).digest()).decode()


def invalid(message: str) -> AuthError:
    """An assertion that does not hold."""
    return AuthError("InvalidIdentityToken", message, 400)


# --- the signature ------------------------------------------------------------------------------


def _signed(document: bytes, root: Element, metadata: Metadata, now: float) -> Element:
    """The assertion out of what was signed: the response as a whole, or the assertion in it."""
    places = [
        f"./{parent}"
        for parent in ("", f"{_ASSERTION}Assertion/")
        if root.find(f"./{parent}{_SIGNATURE}Signature") is not None
    ]
    for place in places:
        for certificate in metadata.certificates:
            signed = _verified(document, place, certificate, now)
            found = None if signed is None else _assertion(signed)
            if found is not None:
                return found
    raise invalid(SIGNATURE_INVALID)


def _verified(document: bytes, place: str, certificate: str, now: float) -> Element | None:
    """What the signature at that place covers; None when it does not fit the certificate."""
    from cryptography.exceptions import InvalidSignature as BadSignature
    from lxml.etree import LxmlError
    from signxml.exceptions import SignXMLException
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    moment = datetime.fromtimestamp(now, UTC)
    wanted = SignatureConfiguration(
        location=place, verification_time=moment, ignore_ambiguous_key_info=True
    )
    try:
        found = XMLVerifier().verify(
            document, x509_cert=certificate, expect_config=wanted, id_attribute="ID"
        )
    except (SignXMLException, BadSignature, LxmlError, ValueError, TypeError, AttributeError):
        return None  # odd documents give all of these: by schema, by syntax, by what is missing
    return None if isinstance(found, list) else found.signed_xml


def _assertion(signed: Element) -> Element | None:
    if signed.tag == f"{_ASSERTION}Assertion":
        return signed
    if signed.tag != f"{_PROTOCOL}Response":
        return None
    found = signed.findall(f"{_ASSERTION}Assertion")
    return found[0] if len(found) == 1 else None


# --- what it says -------------------------------------------------------------------------------


def _check_status(root: Element) -> None:
    if root.tag != f"{_PROTOCOL}Response":
        raise invalid(NOT_SAML)
    status = root.find(f"{_PROTOCOL}Status/{_PROTOCOL}StatusCode")
    if status is not None and status.get("Value") != _SUCCESS:
        text = "The identity provider reported that authentication failed"
        raise AuthError("IDPRejectedClaim", text)


def _recipient(assertion: Element, now: float) -> str:
    """Whom the assertion is for, by the first confirmation that still holds."""
    path = f"{_ASSERTION}Subject/{_ASSERTION}SubjectConfirmation"
    late = False
    for one in assertion.iterfind(path):
        data = one.find(f"{_ASSERTION}SubjectConfirmationData")
        if one.get("Method") != _BEARER or data is None:
            continue
        until, recipient = _moment(data.get("NotOnOrAfter")), data.get("Recipient")
        if until is not None and recipient and now < until:
            return recipient
        late = late or (until is not None and now >= until)
    raise AuthError("ExpiredTokenException", TOO_LATE, 400) if late else invalid(NOT_SAML)


def _check_conditions(assertion: Element, now: float) -> None:
    issued = _moment(assertion.get("IssueInstant"))
    conditions = assertion.find(f"{_ASSERTION}Conditions")
    if issued is None or conditions is None:
        raise invalid(NOT_SAML)
    begins = _moment(conditions.get("NotBefore"))
    ends = _moment(conditions.get("NotOnOrAfter"))
    if now >= min(issued + PERIOD, ends if ends is not None else issued + PERIOD):
        raise AuthError("ExpiredTokenException", TOO_LATE, 400)
    if max(issued, begins if begins is not None else issued) > now + PERIOD:
        raise invalid("The assertion is not valid yet")
    path = f"{_ASSERTION}AudienceRestriction/{_ASSERTION}Audience"
    if not {_text(one) for one in conditions.iterfind(path)} & AUDIENCES:
        raise invalid(WRONG_AUDIENCE)


def _attributes(assertion: Element) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in assertion.iterfind(f"{_ASSERTION}AttributeStatement/{_ASSERTION}Attribute"):
        values = tuple(_text(value) for value in one.iterfind(f"{_ASSERTION}AttributeValue"))
        yield one.get("Name", ""), values


def _ends(assertion: Element, now: float) -> float | None:
    found = assertion.find(f"{_ASSERTION}AuthnStatement")
    ends = None if found is None else _moment(found.get("SessionNotOnOrAfter"))
    if ends is not None and now >= ends:
        raise AuthError("ExpiredTokenException", TOO_LATE, 400)
    return ends


# --- small things -------------------------------------------------------------------------------


def _parse(document: bytes) -> Element:
    from lxml import etree

    if len(document) > _LARGEST or b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise invalid(NOT_SAML)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise invalid(NOT_SAML) from None
    if root.getroottree().docinfo.internalDTD is not None:  # in another encoding than was looked at
        raise invalid(NOT_SAML)
    return root


def _moment(text: str | None) -> float | None:
    """A time of SAML's: ISO 8601, always in UTC."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(NOT_SAML) from None
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()


def _text(element: Element | None) -> str:
    """The text of an element, comments in it left out and not taken for its end."""
    return "" if element is None else "".join(element.itertext()).strip()


def _pem(text: str) -> str:
    body = "".join(text.split())
    lines = "\n".join(body[place : place + 64] for place in range(0, len(body), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
