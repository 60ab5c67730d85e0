"""`Resource` and `NotResource`: whether such ARNs can exist, and whether one is said twice.

The parser looks at an ARN's form; here it is held against the formats that the Service
Authorization Reference has for the service. Sources: IAM User Guide,
access-analyzer-reference-policy-checks and reference-arns; facts/iam.md 1.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from remit.catalog import iam, overlap, unlisted
from remit.catalog.regions import partitions, regions
from remit.core.finding import Confidence
from remit.core.policy import Item
from remit.core.span import Span
from remit.syntax.codes import Level
from remit.syntax.source import shown
from remit.validate.covering import covered
from remit.validate.grammar_checks import BY_CODE
from remit.validate.model import Check, Family, Issue, PolicyType, Subject

_NEVER = "An ARN that cannot exist matches no request, so the statement does not do what it says."

REMIT_ARN_OF_NO_RESOURCE = Check(
    "REMIT_ARN_OF_NO_RESOURCE",
    Level.SUGGESTION,
    "An ARN whose last part has none of the forms that its service's resources have.",
    _NEVER,
    "Write it as the Service Authorization Reference does.",
)
INVALID_ARN_REGION = Check(
    "INVALID_ARN_REGION",
    Level.ERROR,
    "An ARN with a region that AWS does not have.",
    _NEVER,
    "Write the region's code, such as `eu-west-1`.",
)
MISSING_ARN_REGION = Check(
    "MISSING_ARN_REGION",
    Level.ERROR,
    "An ARN without the region that its resource has.",
    _NEVER,
    "Write the region, or `*`.",
)
REDUNDANT_RESOURCE = Check(
    "REDUNDANT_RESOURCE",
    Level.SUGGESTION,
    "A resource that another entry of the same list takes in.",
    "Whoever removes it later will think that something was taken away.",
    "Remove the narrower of the two.",
)


def arns(subject: Subject) -> Iterator[Issue]:
    """Each ARN part by part; the first that is wrong is told."""
    if subject.type is PolicyType.API_GATEWAY:
        return  # rules of their own: apigateway.py
    for statement in subject.policy.statements:
        for item in statement.resources or ():
            fields = item.value.split(":", 5)
            # A variable may hold colons itself; in the first parts the grammar tells of it.
            if fields[0] == "arn" and len(fields) == 6 and "${" not in "".join(fields[:5]):
                found = next(_wrong(item, fields), None)
                if found is not None:
                    yield found


def _wrong(item: Item, fields: list[str]) -> Iterator[Issue]:
    _, partition, service, region, account, resource = fields
    if _is_name(partition) and partition not in partitions() and partition.startswith("aws"):
        known = ", ".join(f"`{one}`" for one in sorted(partitions()))
        message = f"{shown(partition)} is no partition of AWS"
        yield _issue(
            BY_CODE["INVALID_PARTITION"], _part(item, fields, 1), message, f"one of {known}"
        )
    if not _is_name(service) or service != service.lower():
        return
    if not _has_arns(service):
        message = f"AWS has no ARNs of a service {shown(service)} (as of {iam.as_of()})"
        yield _issue(
            BY_CODE["INVALID_SERVICE"], _part(item, fields, 2), message, "spell it as its ARNs do"
        )
        return
    if _is_name(region) and region not in regions():
        message = f"AWS has no region {shown(region)}"
        yield _issue(
            INVALID_ARN_REGION, _part(item, fields, 3), message, "write a region's code, or `*`"
        )
    yield from _against_formats(item, fields, service, region, account, resource)


def _against_formats(
    item: Item, fields: list[str], service: str, region: str, account: str, resource: str
) -> Iterator[Issue]:
    formats = _formats(service)
    if service not in iam.services() or not formats or service in _UNEVEN or service in _TOLD:
        return
    fitting = _fitting(service, resource)
    if not fitting:
        message = f"no resource of {shown(service)} has an ARN that ends with {shown(resource)}"
        fix = "its resources: " + ", ".join(f"`{one}`" for one in sorted(formats)[:4])
        yield _issue(REMIT_ARN_OF_NO_RESOURCE, _part(item, fields, 5), message, fix)
        return
    own = [one.split(":", 5) for one in fitting]
    if not region and all(one[3] for one in own):
        message = f"the ARN of {shown(service)} lacks its region"
        yield _issue(MISSING_ARN_REGION, item.span, message, "write the region, or `*`")
    elif _is_name(region) and not any(one[3] for one in own):
        message = f"the resource of {shown(service)} has no region"
        check = BY_CODE["ARN_REGION_NOT_ALLOWED"]
        yield _issue(check, _part(item, fields, 3), message, "leave the part empty")
    elif _is_name(account) and not any(one[4] for one in own):
        message = f"the resource of {shown(service)} has no account"
        check = BY_CODE["ARN_ACCOUNT_NOT_ALLOWED"]
        yield _issue(check, _part(item, fields, 4), message, "leave the part empty")


@lru_cache(maxsize=4096)
def _fitting(service: str, resource: str) -> tuple[str, ...]:
    """The formats of the service whose last part can be what `resource` says."""
    pattern = _loose(service, resource)
    head = _head(resource)
    return tuple(
        one
        for one in _formats(service)
        if _agree(head, _head(one.split(":", 5)[5]))
        and overlap.meet(pattern, _loose(service, one.split(":", 5)[5]))
    )


def _head(text: str) -> str:
    """What is before the first wildcard or variable."""
    return text.partition("*")[0].partition("?")[0].partition("$")[0]


def _agree(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


# What the parser tells already, with more knowledge of these two.
_TOLD = frozenset({"iam", "s3"})
# Services of which the reference lists the ARNs only in part, or whose resources AWS also writes in
# other forms (what AWS owns has no account, API Gateway has paths): never judged.
_UNEVEN = frozenset(
    {"apigateway", "execute-api", "backup", "ssm", "ec2", "rds", "elasticloadbalancing"}
)


def _issue(check: Check, span: Span, message: str, fix: str) -> Issue:
    return Issue(check, span, message, fix, Confidence.CONDITIONAL)


def _is_name(part: str) -> bool:
    """Whether the part is written out: not empty, no wildcard, no variable."""
    return bool(part) and not any(mark in part for mark in "*?$")


def _loose(service: str, resource: str) -> str:
    """An ARN of which only the service and the last part count."""
    return f"arn:a:{service}:::{resource}"


def _part(item: Item, fields: list[str], index: int) -> Span:
    """The place of one part of an ARN that stands on one line without escapes."""
    span = item.span
    quotes = span.end_column - span.column - len(item.value)
    if span.line != span.end_line or quotes not in {0, 2}:
        return span
    start = span.column + quotes // 2 + sum(len(one) + 1 for one in fields[:index])
    return Span(span.file, span.line, start, span.line, start + len(fields[index]))


@cache
def _has_arns(service: str) -> bool:
    """Whether ARNs bear this service: a prefix of actions, or the service of a known format."""
    if service in iam.services() or service in unlisted.SERVICES or service in _NAMESPACES:
        return True
    return service in _format_services()


# Services of ARNs for which the reference has neither a prefix nor a format.
_NAMESPACES = frozenset({"catalog", "clouddirectory", "es", "kafka", "opsworks", "waf-regional"})


@cache
def _format_services() -> frozenset[str]:
    """The services in all formats of the reference. Read only for a name that is no prefix."""
    return frozenset(
        arn.split(":", 3)[2]
        for prefix in iam.services()
        for kind in iam.resource_types(prefix).values()
        for arn in kind.arns
        if arn.startswith("arn:") and arn.count(":") >= 3
    )


@cache
def _formats(service: str) -> frozenset[str]:
    """The formats of the service's ARNs that have six parts."""
    return frozenset(
        arn
        for kind in iam.resource_types(service).values()
        for arn in kind.arns
        if arn.count(":") >= 5 and arn.split(":", 3)[2] == service
    )


def redundant(subject: Subject) -> Iterator[Issue]:
    """An item that another of the same statement covers; of equal ones the later."""
    for statement in subject.policy.statements:
        for narrow, wide in covered(statement.resources or ()):
            message = f"{shown(narrow.value)} is in {shown(wide.value)} already"
            if narrow.value == wide.value:
                message = f"{shown(narrow.value)} is listed twice"
            fix = f"remove it; {shown(wide.value)} is at line {wide.span.line}"
            yield Issue(REDUNDANT_RESOURCE, narrow.span, message, fix)


FAMILY = Family(
    "Resources",
    (REMIT_ARN_OF_NO_RESOURCE, INVALID_ARN_REGION, MISSING_ARN_REGION, REDUNDANT_RESOURCE),
    (arns, redundant),
)
