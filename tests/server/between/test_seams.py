"""Where deliveries are intercepted: loudly wrong when moto moves, and nowhere else to intercept.

`CENSUS` is every place in moto 5 where one service reaches for another's backend. A new one fails the
test until somebody has looked what it delivers, and has put it into one of the three groups.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

moto = pytest.importorskip("moto", reason="the extra `serve` is not installed")

from remit.server.between import stacks  # noqa: E402 - after the skip
from remit.server.between.seams import Moved, Seam, install  # noqa: E402 - after the skip
from remit.server.between.table import SEAMS, extend, extend_stacks  # noqa: E402 - after the skip


def found(seam: Seam) -> Any:
    owner: Any = import_module(seam.module)
    for part in seam.path.split("."):
        owner = getattr(owner, part)
    return owner


@pytest.mark.parametrize("seam", [*SEAMS, *stacks.SEAMS], ids=lambda seam: seam.name)
def test_each_seam_is_as_remit_knows_it(seam: Seam) -> None:
    extend()
    extend_stacks()
    function = found(seam)
    assert tuple(inspect.signature(function).parameters) == seam.parameters
    assert function.decided_by_remit
    assert not getattr(function.__wrapped__, "decided_by_remit", False)  # once only


def sample(first: str, second: str) -> None: ...


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("sample", ("first",)),
        ("sample", ("first", "other")),
        ("sample", ("second", "first")),
        ("gone", ("first", "second")),
        ("Gone.sample", ("first", "second")),
    ],
)
def test_a_moved_function_is_not_passed_over(path: str, parameters: tuple[str, ...]) -> None:
    seam = Seam(__name__, path, parameters, lambda *_: None)
    with pytest.raises(Moved, match=f"moto's {__name__}.{path} is not what remit knows"):
        install([seam])
    assert not hasattr(sample, "decided_by_remit")


# --- what moto does between services ------------------------------------------------------------

# Every delivery is decided at a seam.
DECIDED = """
awslambda:dynamodb awslambda:dynamodbstreams awslambda:kinesis awslambda:logs awslambda:sqs
dynamodb:awslambda events:awslambda events:logs events:sqs events:stepfunctions firehose:s3
kinesis:awslambda logs:awslambda logs:firehose logs:kinesis logs:s3 s3:awslambda s3:events s3:sns
s3:sqs secretsmanager:awslambda ses:sns sns:awslambda sns:sqs sqs:awslambda ssm:secretsmanager
"""
# Not a call that AWS decides: one backend's own other half, bookkeeping, a look whether something is
# there, ids and names, parts of one service (network interfaces, metrics, default keys); or a
# permission that the caller was asked for beforehand (the package of a function, a table's export).
NONE = """
account:sts appmesh:sts applicationautoscaling:cloudwatch applicationautoscaling:ecs
awslambda:awslambda_simple awslambda:iam awslambda:s3 batch:batch_simple batch:iam batch_simple:batch
cloudformation:organizations cloudtrail:s3 cloudtrail:sns codepipeline:iam config:awslambda
dynamodbstreams:dynamodb dynamodb:kms ebs:ec2 ec2:iam ec2:kms ec2:logs ec2:s3 efs:ec2 eks:ec2
elasticache:ec2 elb:acm elb:ec2 elbv2:acm elbv2:ec2 elbv2:iam emr:ec2 emr:sts iam:sts
iot:cognitoidentity iotdata:iot kinesis:cloudwatch kinesisvideoarchivedmedia:kinesisvideo
memorydb:ec2 organizations:iam osis:ec2 ram:organizations rds:backends rds:ec2 rds:kms redshift:ec2
resourcegroupstaggingapi:core route53:logs route53domains:route53 route53resolver:ec2 s3:s3control
s3control:s3 sagemaker:s3 sagemakermetrics:sagemaker sagemakerruntime:s3 securityhub:organizations
servicecatalogappregistry:cloudformation sesv2:ses ses:awslambda ses:iam ses:kms ses:s3 ssm:ec2 sts:iam
timestreamwrite:timestreamquery wafv2:apigateway workspaces:ds workspaces:ec2 ds:ec2 s3tables:s3
"""
# AWS decides these, remit does not (docs/between.md says so).
OPEN = """
athena:s3 autoscaling:ec2 autoscaling:elb autoscaling:elbv2 awslambda:ecr batch:ec2
batch:ecs batch:logs cloudformation:awslambda cloudformation:s3 cloudformation:sns
cloudformation:ssm dynamodb:s3 ec2:autoscaling ec2:elbv2 ecs:ec2 events:secretsmanager
servicediscovery:route53 stepfunctions:logs textract:sns
"""
NOT_SERVICES = {"moto_server", "moto_api", "moto_proxy", "core", "packages", "utilities"}


_TYPES_ONLY = re.compile(r"^if TYPE_CHECKING:\n(?:(?: .*)?\n)+", re.MULTILINE)
_IMPORT = re.compile(r"^ *from (\.*)([\w.]*) import (\([^)]*\)|.*)", re.MULTILINE)
_BACKEND = re.compile(r"\b(?:\w+_backends|get_backend|send_notification)\b")


def reached() -> Iterator[str]:
    """`sender:receiver` for each import of another service's backends."""
    root = Path(moto.__file__).parent
    for path in sorted(root.glob("*/**/*.py")):
        place = path.relative_to(root).parts
        if place[0] in NOT_SERVICES:
            continue
        text = _TYPES_ONLY.sub("", path.read_text("utf-8"))
        for dots, named, what in _IMPORT.findall(text):
            other = _package(len(dots), named, place)
            if other != place[0] and _BACKEND.search(what):
                yield f"{place[0]}:{other}"


def _package(level: int, named: str, place: tuple[str, ...]) -> str:
    """The service that an import in the file `place` is from."""
    parts = tuple(named.split("."))
    if level:
        parts = ("moto", *place[: len(place) - level], *parts)
    return parts[1] if parts[0] == "moto" and len(parts) > 1 else place[0]


def test_nothing_reaches_past_the_seams() -> None:
    known = [*DECIDED.split(), *NONE.split(), *OPEN.split()]
    assert len(known) == len(set(known))
    assert sorted(set(reached())) == sorted(known)
