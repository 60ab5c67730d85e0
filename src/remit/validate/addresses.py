"""IP addresses in conditions: private ones, and blocks with bits too many.

`aws:SourceIp` is a public address: a private one never comes (facts/iam.md 2.3, 3.3).
Source: IAM User Guide, access-analyzer-reference-policy-checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from remit.core.policy import Condition
from remit.engine import values
from remit.syntax.codes import Level
from remit.syntax.names import Operator
from remit.syntax.source import shown
from remit.validate.condition_keys import tests
from remit.validate.model import Check, Family, Issue, Subject

PRIVATE_IP_ADDRESS = Check(
    "PRIVATE_IP_ADDRESS",
    Level.ERROR,
    "`IpAddress` on `aws:SourceIp` with private addresses only.",
    "AWS sees public addresses there: the test is never true.",
    "Write the public addresses, or use `aws:VpcSourceIp` with the VPC.",
)
PRIVATE_NOT_IP_ADDRESS = Check(
    "PRIVATE_NOT_IP_ADDRESS",
    Level.ERROR,
    "`NotIpAddress` on `aws:SourceIp` with private addresses only.",
    "AWS sees public addresses there: the test is always true.",
    "Write the public addresses, or use `aws:VpcSourceIp` with the VPC.",
)
PRIVATE_IP_ADDRESS_SUBSET = Check(
    "PRIVATE_IP_ADDRESS_SUBSET",
    Level.SUGGESTION,
    "Private addresses among the public ones of `aws:SourceIp`.",
    "No request has such an address there.",
    "Remove the private ones; for a VPC use `aws:VpcSourceIp`.",
)
PRIVATE_NOT_IP_ADDRESS_SUBSET = Check(
    "PRIVATE_NOT_IP_ADDRESS_SUBSET",
    Level.SUGGESTION,
    "Private addresses among the public ones that `NotIpAddress` exempts.",
    "No request has such an address there, so it exempts nobody.",
    "Remove the private ones; for a VPC use `aws:VpcSourceIp`.",
)
IMPROVE_IP_RANGE = Check(
    "IMPROVE_IP_RANGE",
    Level.SUGGESTION,
    "A CIDR block with bits set beyond its length.",
    "IPv4 ignores them; an IPv6 block with such bits matches nothing.",
    "Write the block's first address.",
)

_PRIVATE = tuple(
    ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)  # RFC 1918, RFC 4193


def private(subject: Subject) -> Iterator[Issue]:
    """Private addresses where only public ones come."""
    for _, test in tests(subject):
        base = Operator.split(test.operator.value).base
        if test.key.value.lower() != "aws:sourceip" or base not in {"IpAddress", "NotIpAddress"}:
            continue
        yield from _private(test, negated=base == "NotIpAddress")


def _private(test: Condition, *, negated: bool) -> Iterator[Issue]:
    read = [(value, _network(value.value)) for value in test.values]
    inside = [value for value, block in read if block is not None and _is_private(block)]
    if not inside:
        return
    if len(inside) == len(read):
        check = PRIVATE_NOT_IP_ADDRESS if negated else PRIVATE_IP_ADDRESS
        outcome = "always true" if negated else "never true"
        message = f"only private addresses for {shown(test.key.value)}: the test is {outcome}"
        yield Issue(check, test.key.span, message, check.remedy)
        return
    check = PRIVATE_NOT_IP_ADDRESS_SUBSET if negated else PRIVATE_IP_ADDRESS_SUBSET
    for value in inside:
        message = f"no request comes from the private {shown(value.value)}"
        yield Issue(check, value.span, message, check.remedy)


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _is_private(block: IPv4Network | IPv6Network) -> bool:
    return any(
        block.version == one.version
        and one.prefixlen <= block.prefixlen
        and block.network_address in one
        for one in _PRIVATE
    )


def ranges(subject: Subject) -> Iterator[Issue]:
    """Blocks that are not written from their first address."""
    for _, test in tests(subject):
        if Operator.split(test.operator.value).base not in {"IpAddress", "NotIpAddress"}:
            continue
        for value in test.values:
            block = _network(value.value) if "/" in value.value else None
            loose = block is not None and values.network(value.value.partition("/")[0]) is not None
            if block is None or not loose or _begins(value.value, block):
                continue
            message = f"{shown(value.value)} has bits set beyond its length"
            yield Issue(IMPROVE_IP_RANGE, value.span, message, f"write `{block}`")


def _begins(text: str, block: IPv4Network | IPv6Network) -> bool:
    """Whether the address as written is the block's first."""
    written = values.network(text.partition("/")[0])
    return written is not None and written.value == int(block.network_address)


FAMILY = Family(
    "Addresses",
    (
        PRIVATE_IP_ADDRESS,
        PRIVATE_NOT_IP_ADDRESS,
        PRIVATE_IP_ADDRESS_SUBSET,
        PRIVATE_NOT_IP_ADDRESS_SUBSET,
        IMPROVE_IP_RANGE,
    ),
    (private, ranges),
)
