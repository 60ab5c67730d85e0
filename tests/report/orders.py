"""A small project and what a check of it yields: the fixture of the golden reports.

The files are as a team would write them; the findings are written by hand, with the places that
a person finds by counting.
"""

from __future__ import annotations

from remit.app.model import CheckResult, Silenced, StageSummary, Stats
from remit.core.call import Frame
from remit.core.finding import Confidence, Finding, Related, Severity, Unresolved
from remit.core.span import Problem, Span
from remit.scan.model import Unattributed

APP = """\
import os
import boto3
from chalice import Chalice
from chalicelib.repository import Orders

app = Chalice(app_name="orders-api")
orders = Orders(boto3.resource("dynamodb").Table(os.environ["TABLE"]))


@app.route("/orders/{id}", methods=["PUT"])
def update_order(id):
    try:
        return orders.save(id, app.current_request.json_body)
    except Exception:
        return {"statusCode": 500, "body": "failed"}


@app.route("/receipts/{id}")
def receipt(id):
    return boto3.client("s3").get_object(Bucket=os.environ["RECEIPTS"], Key=id)
"""

REPOSITORY = """\
class Orders:
    def __init__(self, table):
        self.table = table

    def save(self, id, changes):
        return self.table.update_item(
            Key={"id": id},
            AttributeUpdates=changes,
        )
"""

POLICY = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
      "Resource": "arn:aws:dynamodb:*:*:table/orders-STAGE"
    },
    {
      "Effect": "Allow",
      "Action": ["s3:GetObject", "ses:SendEmail"],
      "Resource": "arn:aws:s3:::receipts/*"
    }
  ]
}
"""

FILES = {
    "app.py": APP,
    "chalicelib/repository.py": REPOSITORY,
    ".chalice/policy-dev.json": POLICY.replace("STAGE", "dev"),
    ".chalice/policy-prod.json": POLICY.replace("STAGE", "prod"),
}


def sources(file: str) -> list[str] | None:
    text = FILES.get(file)
    return None if text is None else text.split("\n")


def on(file: str, line: int, column: int, end_column: int, end_line: int | None = None) -> Span:
    return Span(file, line, column, end_line or line, end_column)


PATH = (
    Frame("PUT /orders/{id}", on("app.py", 10, 1, 44)),
    Frame("update_order", on("app.py", 11, 5, 17)),
    Frame("Orders.save", on("app.py", 13, 16, 62)),
)


def missing(stage: str) -> Finding:
    return Finding(
        id="missing-permission",
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        stage=stage,
        span=on("chalicelib/repository.py", 6, 16, 10, end_line=9),
        message=f"`dynamodb:UpdateItem` on table `orders-{stage}` is denied: no statement of role "
        f"`orders-api-{stage}` allows it",
        why="The call raises AccessDeniedException on every request that reaches it.",
        fix=f"Add this statement to `.chalice/policy-{stage}.json`:",
        patch='{\n  "Effect": "Allow",\n  "Action": "dynamodb:UpdateItem",\n'
        f'  "Resource": "arn:aws:dynamodb:*:*:table/orders-{stage}"\n}}',
        action="dynamodb:UpdateItem",
        resource=f"arn:aws:dynamodb:{{region}}:{{account}}:table/orders-{stage}",
        path=PATH,
        related=(
            Related(
                on(f".chalice/policy-{stage}.json", 6, 17, 57),
                "the resource fits, these actions do not",
            ),
        ),
    )


def ineffective(stage: str) -> Finding:
    return Finding(
        id="ineffective-grant",
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        stage=stage,
        span=on(f".chalice/policy-{stage}.json", 11, 34, 49),
        message="`ses:SendEmail` is granted on no resource it can match",
        why="An SES action is checked against an identity; the statement lists S3 objects only.",
        fix="Grant it in a statement of its own, on the sender's identity.",
        action="ses:SendEmail",
        related=(Related(on(f".chalice/policy-{stage}.json", 12, 19, 43), "an object of S3"),),
    )


def masked(stage: str) -> Finding:
    return Finding(
        id="masked-failure",
        severity=Severity.WARNING,
        confidence=Confidence.CONDITIONAL,
        stage=stage,
        span=on("app.py", 15, 16, 53),
        message="`update_order` answers HTTP 200 when it fails",
        why="Chalice sends a plain dict as the body of a response with status 200: clients and "
        "alarms see a success.",
        fix='Return `Response(body={"message": "failed"}, status_code=500)`, or let the exception '
        "pass: Chalice answers 500 itself.",
        path=PATH[:2],
    )


def receipt(stage: str) -> Unresolved:
    return Unresolved(
        stage=stage,
        span=on("app.py", 20, 12, 80),
        action="s3:GetObject",
        resource='arn:aws:s3:::{os.environ["RECEIPTS"]}/{id}',
        hole='os.environ["RECEIPTS"]',
        fill='[tool.remit.values]\nRECEIPTS = "..."',
        path=(Frame("GET /receipts/{id}", on("app.py", 18, 1, 29)),),
    )


RESULT = CheckResult(
    project="orders-api",
    framework="chalice",
    stages=(
        StageSummary("dev", 1, 3, denied=1, unresolved=1, errors=2, warnings=1),
        StageSummary("prod", 1, 3, denied=1, unresolved=1, errors=2, warnings=1),
    ),
    findings=tuple(
        rule(stage) for stage in ("dev", "prod") for rule in (masked, ineffective, missing)
    ),
    unresolved=(receipt("dev"), receipt("prod")),
    silenced=(
        Silenced(
            Finding(
                id="unused-permission",
                severity=Severity.WARNING,
                confidence=Confidence.CERTAIN,
                stage="prod",
                span=on(".chalice/policy-prod.json", 6, 18, 36),
                message="nothing deployed needs `dynamodb:GetItem`",
            ),
            "the console of the support team uses it",
        ),
    ),
    problems=(
        Problem(
            on("chalicelib/old.py", 3, 7, 8),
            "`chalicelib/old.py` does not parse as Python 3: missing parentheses",
            "Its calls are not in this report.",
        ),
    ),
    unattributed=(
        Unattributed(on("app.py", 13, 16, 27), "orders.save", "`orders` may be of two classes"),
    ),
    stats=Stats(
        calls_found=3,
        calls_followed=2,
        calls_unattributed=1,
        files=3,
        files_lost=1,
        entries=2,
        needs=6,
        needs_allowed=2,
        needs_denied=2,
        needs_unresolved=2,
    ),
)
