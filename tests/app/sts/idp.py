"""A SAML identity provider for tests: its certificate, its metadata, and what it signs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

from tests.app.sts.world import NOW, ROLE, SAML

ISSUER = "https://idp.example/metadata"
ACS = "https://signin.aws.amazon.com/saml"
AWS = "https://aws.amazon.com/SAML/Attributes/"
ATTRIBUTES = {
    f"{AWS}Role": [f"{ROLE},{SAML}"],
    f"{AWS}RoleSessionName": ["ann@example"],
}


@cache
def key(name: str = "idp") -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def certificate(name: str = "idp", until: float = NOW + 86400) -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.fromtimestamp(until, UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key(name).public_key(), 1)
        .not_valid_before(end - timedelta(days=365))
        .not_valid_after(end)
        .sign(key(name), hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


def metadata(*names: str, issuer: str = ISSUER) -> str:
    bodies = ["".join(certificate(name).splitlines()[1:-1]) for name in names or ("idp",)]
    keys = "".join(
        '<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>'
        f"<X509Certificate>{one}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
        for one in bodies
    )
    return (
        f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{issuer}">'
        f'<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{keys}'
        "</IDPSSODescriptor></EntityDescriptor>"
    )


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def response(
    attributes: Mapping[str, Sequence[str]] | None = None,
    *,
    issuer: str = ISSUER,
    audience: str = "urn:amazon:webservices",
    recipient: str = ACS,
    issued: float = NOW - 10,
    until: float = NOW + 300,
    ends: float | None = None,
    subject: str = "ann",
    form: str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    status: str = "urn:oasis:names:tc:SAML:2.0:status:Success",
) -> str:
    """An unsigned response."""
    listed = "".join(
        f'<saml:Attribute Name="{name}">'
        + "".join(f"<saml:AttributeValue>{one}</saml:AttributeValue>" for one in values)
        + "</saml:Attribute>"
        for name, values in (ATTRIBUTES if attributes is None else attributes).items()
    )
    session = f' SessionNotOnOrAfter="{iso(ends)}"' if ends is not None else ""
    return (
        '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
        ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0"'
        f' IssueInstant="{iso(issued)}"><saml:Issuer>{issuer}</saml:Issuer>'
        f'<samlp:Status><samlp:StatusCode Value="{status}"/></samlp:Status>'
        f'<saml:Assertion ID="_a" Version="2.0" IssueInstant="{iso(issued)}">'
        f"<saml:Issuer>{issuer}</saml:Issuer>"
        f'<saml:Subject><saml:NameID Format="{form}">{subject}</saml:NameID>'
        '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
        f'<saml:SubjectConfirmationData NotOnOrAfter="{iso(until)}" Recipient="{recipient}"/>'
        "</saml:SubjectConfirmation></saml:Subject>"
        f'<saml:Conditions NotBefore="{iso(issued)}" NotOnOrAfter="{iso(until)}">'
        f"<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>"
        "</saml:AudienceRestriction></saml:Conditions>"
        f'<saml:AuthnStatement AuthnInstant="{iso(issued)}"{session}/>'
        f"<saml:AttributeStatement>{listed}</saml:AttributeStatement>"
        "</saml:Assertion></samlp:Response>"
    )


def signed(document: str, by: str = "idp", *, whole: bool = False) -> bytes:
    """The document with its assertion, or the whole response, signed."""
    root = etree.fromstring(document.encode())
    method = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    signer = XMLSigner(c14n_algorithm=method)
    place = "{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"
    assertion = root.find(place)
    assert assertion is not None
    if whole:
        made = signer.sign(
            root, key=key(by), cert=certificate(by), reference_uri="_r", id_attribute="ID"
        )
        return etree.tostring(made)
    made = signer.sign(
        assertion, key=key(by), cert=certificate(by), reference_uri="_a", id_attribute="ID"
    )
    root.replace(assertion, made)
    return etree.tostring(root)


def wire(document: bytes) -> str:
    return b64encode(document).decode()
