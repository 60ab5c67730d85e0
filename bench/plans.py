"""A Terraform plan of a wanted size, as `terraform show -json` writes it: one line, every resource
three times (planned, changed, configured), with the attributes that the AWS provider plans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PLAN = "plan.json"
MEGABYTE = 1_000_000
OTHERS = 60
"""Resources without a part in permissions for each function: what most of a plan consists of."""
_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:GetItem"],
                "Resource": ["arn:aws:dynamodb:eu-west-1:111122223333:table/%s"],
            },
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": ["*"],
            },
        ],
    }
)
_CODE = """\
import os
import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    return table.get_item(Key={"id": event["id"]})
"""


def make(folder: Path, size: int) -> Path:
    """Write a plan of at least `size` bytes, and the code of its functions, into `folder`."""
    one = len(json.dumps(_plan(2, OTHERS))) - len(json.dumps(_plan(1, OTHERS)))
    return _written(folder, _plan(size // one + 1, OTHERS))


def functions(folder: Path, count: int) -> Path:
    """Write a plan of so many functions, and next to nothing else, into `folder`."""
    return _written(folder, _plan(count, 0))


def _written(folder: Path, plan: dict[str, Any]) -> Path:
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "app.py").write_text(_CODE)
    path = folder / PLAN
    path.write_text(json.dumps(plan))
    return path


def _plan(count: int, others: int) -> dict[str, Any]:
    groups = [_group(number, others) for number in range(count)]
    resources = [one for group in groups for one in group]
    archive = {
        "address": "data.archive_file.z",
        "mode": "data",
        "type": "archive_file",
        "name": "z",
    }
    values = {"source_dir": "./src", "output_path": "./z.zip"}
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [one for one, _ in resources]}},
        "resource_changes": [_change(one) for one, _ in resources],
        "prior_state": {"values": {"root_module": {"resources": [{**archive, "values": values}]}}},
        "configuration": {
            "provider_config": {
                "aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}
            },
            "root_module": {
                "resources": [
                    {**archive, "expressions": {}},
                    *({**_head(one), "expressions": expressions} for one, expressions in resources),
                ]
            },
        },
    }


def _head(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("address", "mode", "type", "name")}


def _change(one: dict[str, Any]) -> dict[str, Any]:
    unknown = {"arn": True, "id": True, "tags_all": True}
    if one["type"] == "aws_lambda_function":
        unknown["role"] = True
    change = {
        "actions": ["create"],
        "before": None,
        "after": one["values"],
        "after_unknown": unknown,
    }
    return {**_head(one), "change": change}


def _group(number: int, count: int) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    name = f"app-{number}"
    role = {"references": [f"aws_iam_role.r{number}.arn", f"aws_iam_role.r{number}"]}
    tags = {f"tag{i}": f"value of tag {i} of {name}" for i in range(10)}
    group = f"/aws/lambda/{name}"
    others: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (_resource("aws_cloudwatch_metric_alarm", f"a{number}_{i}", {"tags": tags}), {})
        for i in range(count)
    ]  # fmt: skip
    return [
        *others,
        (_resource("aws_iam_role", f"r{number}", {"name": name, "path": "/", "tags": tags}), {}),
        (
            _resource("aws_iam_role_policy", f"p{number}", {"policy": _POLICY % name}),
            {"role": role},
        ),
        (_resource("aws_dynamodb_table", f"t{number}", {"name": name, "tags": tags}), {}),
        (_resource("aws_cloudwatch_log_group", f"l{number}", {"name": group}), {}),
        (
            _resource("aws_lambda_function", f"f{number}", {
                "function_name": name, "handler": "app.handler", "runtime": "python3.12",
                "filename": "./z.zip", "environment": [{"variables": {"TABLE": name}}],
            }),
            {"role": role},
        ),
    ]  # fmt: skip


def _resource(kind: str, name: str, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "address": f"{kind}.{name}",
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "schema_version": 0,
        "values": {**values, "timeouts": None, "tags_all": values.get("tags")},
        "sensitive_values": {"tags": {}, "tags_all": {}},
    }
