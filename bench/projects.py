"""Makes Chalice projects of any size: routes, services, repositories and clients, in two stages.

Each domain is four files that look like those of a grown project; `app.py` imports them all.
"""

from __future__ import annotations

import json
from pathlib import Path
from string import Template

APP = """\
\"\"\"The shop's API.\"\"\"

import logging

from chalice import Chalice, CORSConfig
from chalicelib import config
$imports

app = Chalice(app_name="shop")
app.log.setLevel(logging.INFO)
app.api.cors = CORSConfig(allow_origin=config.ORIGIN, allow_headers=["X-Requested-With"])

$mounts

@app.route("/health")
def health():
    return {"status": "ok", "stage": config.STAGE}


@app.schedule("rate(1 hour)")
def sweep(event):
    for service in config.SWEPT:
        app.log.info("swept %s", service)
"""

FIXED = {
    "chalicelib/config.py": """\
\"\"\"Settings: everything that differs between the stages.\"\"\"

import os

STAGE = os.environ.get("STAGE", "dev")
IS_PROD = STAGE == "prod"
ORIGIN = "https://shop.example" if IS_PROD else f"https://{STAGE}.shop.example"
SENDER = os.environ["SENDER"]
QUEUE = os.environ["QUEUE_NAME"]
SWEPT = ("carts", "sessions", "exports")


def table(name):
    return f"shop-{name}-{STAGE}"


def bucket(name):
    return "shop-" + name + ("" if IS_PROD else "-" + STAGE)


def parameter(name):
    return "/shop/%s/%s" % (STAGE, name)
""",
    "chalicelib/clients.py": """\
\"\"\"Clients, made once.\"\"\"

import json
from functools import lru_cache

import boto3
from botocore.config import Config

from chalicelib import config

_RETRY = Config(retries={"max_attempts": 3, "mode": "standard"}, read_timeout=5)


@lru_cache(maxsize=None)
def dynamodb():
    return boto3.resource("dynamodb", config=_RETRY)


@lru_cache(maxsize=None)
def client(service):
    return boto3.client(service, config=_RETRY)


class Queue:
    def __init__(self, name):
        self.name = name
        self._url = None

    @property
    def url(self):
        if self._url is None:
            self._url = client("sqs").get_queue_url(QueueName=self.name)["QueueUrl"]
        return self._url

    def send(self, kind, body):
        client("sqs").send_message(
            QueueUrl=self.url, MessageBody=json.dumps({"kind": kind, "body": body})
        )


class Mailer:
    def __init__(self, sender):
        self.sender = sender

    def send(self, to, subject, text):
        client("ses").send_email(
            Source=self.sender,
            Destination={"ToAddresses": [to]},
            Message={"Subject": {"Data": subject}, "Body": {"Text": {"Data": text}}},
        )


queue = Queue(config.QUEUE)
mailer = Mailer(config.SENDER)


def secret(name):
    answer = client("ssm").get_parameter(Name=config.parameter(name), WithDecryption=True)
    return answer["Parameter"]["Value"]
""",
    "chalicelib/errors.py": """\
\"\"\"Errors of the domain and what the client gets to see of them.\"\"\"

import functools
import logging

from botocore.exceptions import ClientError
from chalice import BadRequestError, NotFoundError

log = logging.getLogger(__name__)


class Missing(Exception):
    def __init__(self, kind, key):
        super().__init__(f"{kind} {key} does not exist")
        self.kind = kind
        self.key = key


class Invalid(Exception):
    def __init__(self, field, reason):
        super().__init__(f"{field}: {reason}")


def answered(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except Missing as error:
            raise NotFoundError(str(error)) from error
        except Invalid as error:
            raise BadRequestError(str(error)) from error

    return wrapper


def is_conflict(error: ClientError):
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"
""",
}

DOMAIN = {
    "chalicelib/repositories/$name.py": """\
\"\"\"$Title in DynamoDB.\"\"\"

from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from chalicelib import clients, config
from chalicelib.errors import Missing, is_conflict


class ${Title}Repository:
    def __init__(self, table=None):
        self._table = table or clients.dynamodb().Table(config.table("$table"))

    def get(self, key):
        found = self._table.get_item(Key={"id": key}, ConsistentRead=True).get("Item")
        if found is None:
            raise Missing("$name", key)
        return found

    def page(self, owner, start=None, limit=50):
        extra = {"ExclusiveStartKey": start} if start else {}
        answer = self._table.query(
            IndexName="by-owner",
            KeyConditionExpression=Key("owner").eq(owner),
            Limit=limit,
            **extra,
        )
        return answer["Items"], answer.get("LastEvaluatedKey")

    def add(self, item):
        try:
            self._table.put_item(Item=item, ConditionExpression=Attr("id").not_exists())
        except ClientError as error:
            if is_conflict(error):
                return False
            raise
        return True

    def set_status(self, key, status):
        return self._table.update_item(
            Key={"id": key},
            UpdateExpression="SET #s = :s",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":s": status},
            ReturnValues="ALL_NEW",
        )["Attributes"]

    def remove(self, key):
        self._table.delete_item(Key={"id": key})

    def remove_many(self, keys):
        with self._table.batch_writer() as batch:
            for key in keys:
                batch.delete_item(Key={"id": key})
""",
    "chalicelib/services/$name.py": """\
\"\"\"What can be done with $name.\"\"\"

import json
import logging
import uuid
from datetime import datetime, timezone

from chalicelib import clients, config
from chalicelib.errors import Invalid
from chalicelib.models.$name import ${Title}
from chalicelib.repositories.$name import ${Title}Repository

log = logging.getLogger(__name__)


class ${Title}Service:
    FOLDER = "$name"

    def __init__(self, repository, queue, mailer):
        self.repository = repository
        self.queue = queue
        self.mailer = mailer

    def create(self, owner, body):
        item = ${Title}.parse({**body, "owner": owner, "id": str(uuid.uuid4())})
        if not self.repository.add(item.as_item()):
            raise Invalid("id", "exists already")
        self.queue.send("created", item.as_item())
        if item.notify:
            self.mailer.send(item.email, "Your $name", f"We have received {item.id}.")
        return item.as_item()

    def show(self, key):
        item = self.repository.get(key)
        item["link"] = self._link(key)
        return item

    def finish(self, key):
        item = self.repository.set_status(key, "done")
        self._archive(key, item)
        return item

    def remove(self, key):
        self.repository.remove(key)
        clients.client("s3").delete_object(Bucket=config.bucket("archive"), Key=self._name(key))
        log.info("removed %s at %s", key, datetime.now(timezone.utc).isoformat())

    def _archive(self, key, item):
        clients.client("s3").put_object(
            Bucket=config.bucket("archive"), Key=self._name(key), Body=json.dumps(item)
        )

    def _link(self, key):
        return clients.client("s3").generate_presigned_url(
            "get_object", Params={"Bucket": config.bucket("archive"), "Key": self._name(key)}
        )

    def _name(self, key):
        return "/".join([self.FOLDER, f"{key}.json"])


service = ${Title}Service(${Title}Repository(), clients.queue, clients.mailer)
""",
    "chalicelib/models/$name.py": """\
\"\"\"The shape of $name.\"\"\"

from dataclasses import asdict, dataclass, field
from decimal import Decimal

from chalicelib.errors import Invalid

STATES = ("open", "done", "cancelled")


@dataclass
class ${Title}:
    id: str
    owner: str
    email: str = ""
    status: str = "open"
    notify: bool = True
    total: Decimal = Decimal("0")
    lines: list = field(default_factory=list)

    @classmethod
    def parse(cls, raw):
        for name in ("id", "owner"):
            if not raw.get(name):
                raise Invalid(name, "is missing")
        if raw.get("status", "open") not in STATES:
            raise Invalid("status", "is not known")
        made = cls(**{key: value for key, value in raw.items() if key in cls.__annotations__})
        made.total = sum((Decimal(str(line["price"])) for line in made.lines), Decimal("0"))
        return made

    def as_item(self):
        item = asdict(self)
        item["total"] = str(self.total)
        return {key: value for key, value in item.items() if value is not None}

    def cheapest(self):
        if not self.lines:
            return None
        return min(self.lines, key=lambda line: line["price"])

    def with_tax(self, country):
        rates = {"DE": "0.19", "FR": "0.20", "AT": "0.20", "NL": "0.21"}
        rate = Decimal(rates.get(country, "0"))
        if rate == 0:
            return self.total
        return (self.total * (1 + rate)).quantize(Decimal("0.01"))
""",
    "chalicelib/routes/$name.py": """\
\"\"\"The routes of $name.\"\"\"

from chalice import Blueprint, Response

from chalicelib import clients
from chalicelib.errors import Invalid, answered
from chalicelib.services.$name import service

routes = Blueprint(__name__)


def _owner():
    claims = routes.current_request.context.get("authorizer", {}).get("claims", {})
    if "sub" not in claims:
        raise Invalid("token", "has no subject")
    return claims["sub"]


@routes.route("/$name", methods=["GET"])
@answered
def list_$name():
    parameters = routes.current_request.query_params or {}
    items, start = service.repository.page(_owner(), parameters.get("start"))
    return {"items": items, "next": start}


@routes.route("/$name", methods=["POST"])
@answered
def create_$name():
    return service.create(_owner(), routes.current_request.json_body)


@routes.route("/$name/{key}", methods=["GET"])
@answered
def show_$name(key):
    return service.show(key)


@routes.route("/$name/{key}/done", methods=["PUT"])
@answered
def finish_$name(key):
    return service.finish(key)


@routes.route("/$name/{key}", methods=["DELETE"])
@answered
def remove_$name(key):
    service.remove(key)
    return Response(body=None, status_code=204)


@routes.route("/$name/callback", methods=["POST"])
def callback_$name():
    given = routes.current_request.headers.get("x-signature")
    if given != clients.secret("$table-signature"):
        return Response(body={"error": "wrong signature"}, status_code=403)
    clients.queue.send("callback", routes.current_request.json_body)
    return {"accepted": True}
""",
}
PACKAGES = ("", "repositories/", "services/", "models/", "routes/")

_GOODS = "order invoice customer cart payment refund parcel return coupon review".split()
_TABLES = 12  # a project of any size has a few tables, not one for each file


def make(folder: Path, files: int) -> None:
    """Write a project with `files` Python files into `folder`, which must be there."""
    contents = dict(FIXED)
    contents |= {f"chalicelib/{package}__init__.py": "" for package in PACKAGES}
    names: list[str] = []
    while len(contents) + len(DOMAIN) + 1 <= files:
        number = len(names)
        good = _GOODS[number % len(_GOODS)]
        names.append(f"{good}s{number // len(_GOODS) or ''}")
        contents |= _domain(names[-1], f"{good}s-{number % _TABLES}")
    for number in range(files - len(contents) - 1):  # tools that nothing imports
        contents[f"chalicelib/tool{number}.py"] = FIXED["chalicelib/errors.py"]
    contents["app.py"] = _app(names)
    contents |= _settings()
    for path, text in contents.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _domain(name: str, table: str) -> dict[str, str]:
    words = {"name": name, "Title": name.capitalize(), "table": table}
    return {
        Template(path).substitute(words): Template(text).substitute(words)
        for path, text in DOMAIN.items()
    }


def _app(names: list[str]) -> str:
    imports = (f"from chalicelib.routes.{name} import routes as {name}" for name in names)
    mounts = (f"app.register_blueprint({name})" for name in names)
    return Template(APP).substitute(imports="\n".join(imports), mounts="\n".join(mounts))


def _settings() -> dict[str, str]:
    stages = {
        stage: {
            "iam_policy_file": f"policy-{stage}.json",
            "environment_variables": {"STAGE": stage, "QUEUE_NAME": f"shop-work-{stage}"},
        }
        for stage in ("dev", "prod")
    }
    config = {
        "version": "2.0",
        "app_name": "shop",
        "autogen_policy": False,
        "environment_variables": {"SENDER": "shop@shop.example"},
        "stages": stages,
    }
    found = {".chalice/config.json": json.dumps(config, indent=2)}
    for stage in stages:
        document = {"Version": "2012-10-17", "Statement": _statements(stage)}
        found[f".chalice/policy-{stage}.json"] = json.dumps(document, indent=2)
    return found


def _statements(stage: str) -> list[dict[str, object]]:
    table = "GetItem PutItem DeleteItem Query Scan BatchWriteItem".split()
    if stage == "dev":  # production lacks it: the incident that remit was made for
        table.append("UpdateItem")
    tail = "" if stage == "prod" else f"-{stage}"
    return [
        _allow(
            [f"dynamodb:{name}" for name in table], f"arn:aws:dynamodb:*:*:table/shop-*-{stage}"
        ),
        _allow(["dynamodb:Query"], f"arn:aws:dynamodb:*:*:table/shop-*-{stage}/index/by-owner"),
        _allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::shop-archive{tail}/*"),
        _allow(["sqs:SendMessage", "sqs:GetQueueUrl"], f"arn:aws:sqs:*:*:shop-work-{stage}"),
        _allow(["ses:SendEmail"], "arn:aws:ses:*:*:identity/shop.example"),
        _allow(["ssm:GetParameter"], f"arn:aws:ssm:*:*:parameter/shop/{stage}/*"),
        _allow(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "arn:aws:logs:*:*:*",
        ),
    ]


def _allow(actions: list[str], resource: str) -> dict[str, object]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}
