"""Endpoints that a program gives itself: AWS, a stand-in on the developer's machine, or unknown."""

from __future__ import annotations

from enum import Enum

from remit.core.text import Hole, Text
from remit.scan.sdk.objects import Where

LOCAL, ELSEWHERE = "local endpoint", "endpoint that is not AWS's"

# Where these clients go is always said in code, from what another call or an event told; the
# value decides nothing about whose service it is. Custom domain names are AWS here as well.
GIVEN_IN_CODE = frozenset(
    {
        "apigatewaymanagementapi",
        "cloudsearchdomain",
        "iot-data",
        "iot-jobs-data",
        "kinesis-video-archived-media",
        "kinesis-video-media",
        "kinesis-video-signaling",
        "kinesis-video-webrtc-storage",
        "mediaconvert",
        "mediastore-data",
    }
)

# The DNS suffixes of botocore's partitions.json; a test compares.
AWS_SUFFIXES = (
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".amazonwebservices.com.cn",
    ".amazonwebservices.eu",
    ".api.aws",
    ".c2s.ic.gov",
    ".api.aws.ic.gov",
    ".sc2s.sgov.gov",
    ".api.aws.scloud",
    ".cloud.adc-e.uk",
    ".api.cloud-aws.adc-e.uk",
    ".csp.hci.ic.gov",
    ".api.aws.hci.ic.gov",
)

_LOCAL_NAMES = frozenset({"localhost", "0.0.0.0", "::1", "host.docker.internal"})  # noqa: S104 - compared, not bound
_LOCAL_SUFFIXES = (".local", ".localhost", ".localstack.cloud")

_UNKNOWN = "\0"  # stands for a hole while the URL is taken apart; no URL holds it


class Place(Enum):
    """Whose endpoint it is."""

    AWS = "aws"
    LOCAL = LOCAL
    ELSEWHERE = ELSEWHERE
    UNKNOWN = "unknown"


def place(endpoint: Where, service: str) -> Place:
    """Whose `endpoint` is: only the host counts, and a hole in it makes it unknown.

    The end of the host tells AWS's, so `https://{api}.execute-api.{region}.amazonaws.com` is.
    """
    if endpoint is None:
        return Place.AWS
    host = _host(Text.of(endpoint))
    if host.endswith(AWS_SUFFIXES):
        return Place.AWS
    if _UNKNOWN not in host and _is_local(host):
        return Place.LOCAL
    if service in GIVEN_IN_CODE:
        return Place.AWS
    return Place.UNKNOWN if _UNKNOWN in host else Place.ELSEWHERE


def host_hole(endpoint: Where) -> Hole | None:
    """The first hole of an endpoint: what a person would have to fill in."""
    return next(iter(Text.of(endpoint).holes), None) if endpoint is not None else None


def _host(url: Text) -> str:
    flat = "".join(part if isinstance(part, str) else _UNKNOWN for part in url.parts)
    _, found, rest = flat.partition("://")
    authority = (rest if found else flat).split("/", 1)[0].split("?", 1)[0].rpartition("@")[2]
    if authority.startswith("["):
        return authority[1:].partition("]")[0].lower()
    return authority.partition(":")[0].lower().rstrip(".")


def _is_local(host: str) -> bool:
    return (
        host in _LOCAL_NAMES
        or host.startswith("127.")
        or host.endswith(_LOCAL_SUFFIXES)
        or "." not in host
    )
