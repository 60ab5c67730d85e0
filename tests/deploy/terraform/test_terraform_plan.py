"""Plans: `terraform show -json`, with and without the sources beside them.

`PLAN` is written by hand from the documented format (internals/json-format). `BUILTIN` has the
shape that Terraform 1.11.4 gives to a plan of its own `terraform_data` resources: instance keys,
modules, references, unknown values.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from remit.core.span import Span
from remit.core.text import Hole, HoleKind, Text
from remit.core.tree import MemoryTree
from remit.deploy.model import Project, Stage, Tellings
from remit.deploy.terraform import read
from remit.deploy.terraform.plan import Plan
from remit.deploy.terraform.values import Value
from remit.syntax.source import DocumentError

DOCUMENT = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
        ],
    }
)


def resource(
    address: str, values: dict[str, Any], index: object = None, mode: str = "managed"
) -> dict[str, Any]:
    kind, name = address.partition("[")[0].split(".")[-2:]
    found = {"address": address, "mode": mode, "type": kind, "name": name, "values": values}
    return found if index is None else {**found, "index": index}


def configured(
    address: str, expressions: dict[str, Any], mode: str = "managed", **more: Any
) -> dict[str, Any]:
    kind, name = address.split(".")[-2:]
    return {
        "address": address,
        "mode": mode,
        "type": kind,
        "name": name,
        "expressions": expressions,
        **more,
    }


def uses(*names: str) -> dict[str, list[str]]:
    return {"references": list(names)}


PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "variables": {"prefix": {"value": "dev"}},
    "planned_values": {"root_module": {
        "resources": [
            resource("aws_iam_role.r", {"name": "dev-app", "path": "/"}),
            resource("aws_iam_role_policy.known", {"policy": DOCUMENT}),
            resource("aws_iam_role_policy.doc", {}),
            resource("aws_dynamodb_table.t", {"name": "dev-orders"}),
            resource("aws_lambda_function.f", {
                "function_name": "dev-f", "handler": "app.handler", "runtime": "python3.12", "filename": "./z.zip",
                "environment": [{"variables": {"MODE": "x", "TABLE": "dev-orders"}}],
            }),
        ],
        "child_modules": [{
            "address": 'module.m["a"]',
            "resources": [resource('module.m["a"].aws_s3_bucket.b', {"bucket": "a-bucket"})],
        }],
    }},
    "resource_changes": [
        {"address": "aws_iam_role.r", "change": {"actions": ["create"], "after_unknown": {"arn": True, "id": True}}},
        {"address": "aws_iam_role_policy.known", "change": {"actions": ["create"], "after_unknown": {"role": True}}},
        {"address": "aws_iam_role_policy.doc", "change": {"actions": ["create"], "after_unknown": {"role": True, "policy": True}}},
        {"address": "aws_lambda_function.f", "change": {"actions": ["create"], "after_unknown": {"role": True, "environment": [{"variables": {"BUCKET": True}}]}}},
        {"address": "data.aws_iam_policy_document.d", "mode": "data", "type": "aws_iam_policy_document", "name": "d",
         "change": {"actions": ["read"], "after": {"statement": [{"actions": ["dynamodb:GetItem"], "resources": [None], "effect": None}]},
                    "after_unknown": {"json": True, "statement": [{"resources": [True]}]}}},
    ],
    "prior_state": {"values": {"root_module": {"resources": [
        resource("data.aws_caller_identity.me", {"account_id": "111122223333"}, mode="data"),
        resource("data.aws_region.here", {"name": "eu-west-1"}, mode="data"),
        resource("data.archive_file.z", {"source_dir": "./src", "output_path": "./z.zip"}, mode="data"),
    ]}}},
    "configuration": {
        "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}},
        "root_module": {
            "variables": {"prefix": {}},
            "resources": [
                configured("aws_iam_role.r", {"name": uses("var.prefix")}),
                configured("aws_iam_role_policy.known", {"role": uses("aws_iam_role.r.id", "aws_iam_role.r"), "policy": {}}),
                configured("aws_iam_role_policy.doc", {
                    "role": uses("aws_iam_role.r.id", "aws_iam_role.r"),
                    "policy": uses("data.aws_iam_policy_document.d.json", "data.aws_iam_policy_document.d"),
                }),
                configured("aws_dynamodb_table.t", {"name": uses("var.prefix")}),
                configured("aws_lambda_function.f", {"role": uses("aws_iam_role.r.arn", "aws_iam_role.r")}),
                configured("data.aws_iam_policy_document.d", {"statement": [{
                    "actions": {"constant_value": ["dynamodb:GetItem"]},
                    "resources": uses("aws_dynamodb_table.t.arn", "aws_dynamodb_table.t"),
                }]}, mode="data"),
                configured("data.archive_file.z", {}, mode="data"),
                configured("data.aws_caller_identity.me", {}, mode="data"),
            ],
            "module_calls": {"m": {
                "source": "registry.example.com/x/bucket",
                "for_each_expression": uses("local.names"),
                "module": {"resources": [configured("aws_s3_bucket.b", {"bucket": uses("each.key")})]},
            }},
        },
    },
}  # fmt: skip
SOURCES = """
variable "prefix" {}
resource "aws_iam_role" "r" {
  name = "${var.prefix}-app"
}
resource "aws_iam_role_policy" "doc" {
  role   = aws_iam_role.r.id
  policy = data.aws_iam_policy_document.d.json
}
data "aws_iam_policy_document" "d" {
  statement {
    actions   = ["dynamodb:GetItem"]
    resources = ["${aws_dynamodb_table.t.arn}/index/*"]
  }
}
resource "aws_dynamodb_table" "t" { name = "${var.prefix}-orders" }
resource "aws_lambda_function" "f" {
  function_name = "${var.prefix}-f"
  role          = aws_iam_role.r.arn
  handler       = "app.handler"
  runtime       = "python3.12"
  filename      = data.archive_file.z.output_path
}
data "archive_file" "z" {
  type        = "zip"
  source_dir  = "src"
  output_path = "z.zip"
}
"""


def project(plan: object, sources: str = "", name: str = "plan.json") -> Project:
    files = {name: plan if isinstance(plan, str) else json.dumps(plan), "src/app.py": ""}
    if sources:
        files["main.tf"] = sources
    return read(MemoryTree(files), name, Tellings())


def stage(plan: object, sources: str = "") -> Stage:
    found = project(plan, sources)
    assert [p for p in found.problems if "module `m`" not in p.message] == []
    return found.stages[0]


def granted(found: Stage) -> set[str]:
    return {
        f"{action.value} {target.value}"
        for policy in found.functions["f"].role.policies
        for statement in policy.statements
        for action in statement.actions
        for target in statement.resources or ()
    }


def test_a_plan_alone() -> None:
    found = stage(PLAN)
    function = found.functions["f"]
    assert (found.account, found.region) == ("111122223333", "eu-west-1")
    assert str(function.deployed_as) == "dev-f"
    assert function.role.unknown is None
    assert function.code is not None
    assert function.code.roots == ("src",)
    assert function.environment["TABLE"] == "dev-orders"
    assert (
        str(function.environment["BUCKET"])
        == "{aws_lambda_function.f.environment.0.variables.BUCKET}"
    )
    # The plan tells which names an expression uses and not how: `/index/*` may follow.
    assert granted(found) == {
        "s3:GetObject arn:aws:s3:::b/*",
        "dynamodb:GetItem {data.aws_iam_policy_document.d.statement.0.resources.0}",
    }
    symbols = function.role.policies[0].symbols
    assert "data.aws_iam_policy_document.d.statement.0.resources.0" in symbols.given


def test_the_sources_beside_a_plan_fill_what_it_does_not_know() -> None:
    found = stage(PLAN, SOURCES)
    assert (
        "dynamodb:GetItem arn:aws:dynamodb:eu-west-1:111122223333:table/dev-orders/index/*"
        in granted(found)
    )
    role = found.functions["f"].role
    assert (role.span.file, role.span.line) == ("main.tf", 3)


def test_places_in_a_plan_are_those_of_the_address() -> None:
    text = json.dumps(PLAN, indent=1)
    span = (
        read(MemoryTree({"plan.json": text, "src/app.py": ""}), "plan.json", Tellings())
        .stages[0]
        .functions["f"]
        .span
    )
    line = text.splitlines()[span.line - 1]
    assert line[span.column - 1 : span.end_column - 1] == '"aws_lambda_function.f"'


def test_instances_are_those_of_the_plan() -> None:
    plan = copy.deepcopy(PLAN)
    found = Plan(json.dumps(plan).encode(), "plan.json")
    assert found.keys("module.m") == ["a"]
    assert found.keys('module.m["a"].aws_s3_bucket.b') == [None]
    assert found.keys("aws_lambda_function.none") == []
    assert found.keys("data.aws_region.elsewhere") is None
    body = found.body('module.m["a"]')
    assert body is not None
    assert [block.labels for block in body.of("resource")] == [("aws_s3_bucket", "b")]


@pytest.mark.parametrize(
    ("name", "expected"), [("plan.json", "default"), ("prod.tfplan.json", "prod")]
)
def test_the_stage_is_named_by_the_file(name: str, expected: str) -> None:
    assert [one.name for one in project(PLAN, name=name).stages] == [expected]


def test_a_plan_beside_the_sources_is_read_when_the_sources_are_named() -> None:
    tree = MemoryTree({"main.tf": SOURCES, "plan.json": json.dumps(PLAN), "src/app.py": ""})
    assert read(tree, "main.tf", Tellings()).stages[0].account == "111122223333"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            json.dumps({**PLAN, "format_version": "2.0"}),
            "the plan has format version `2.0`; remit reads 1.x",
        ),
        (
            json.dumps({**PLAN, "format_version": "x"}),
            "the plan has format version `x`; remit reads 1.x",
        ),
        ('{"planned_values": ', "the plan is no JSON: Expecting value"),
        ("[]", "this is no plan: it has no `planned_values`"),
        ('{"format_version": "1.0"}', "this is no plan: it has no `planned_values`"),
        ("[" * 100_000, "the plan nests too deeply"),
    ],
)
def test_what_is_no_plan_is_said(text: str, message: str) -> None:
    found = project(text)
    assert found.stages == ()
    assert found.problems[0].message == message
    assert found.problems[0].span.file == "plan.json"


def test_a_newer_format_is_told_at_its_place() -> None:
    text = json.dumps({**PLAN, "format_version": "2.0"}, indent=1)
    assert project(text).problems[0].span.line == 2


def test_not_utf_8() -> None:
    with pytest.raises(DocumentError, match="not UTF-8"):
        Plan(b"\xff\xfe{}", "plan.json")


@pytest.mark.parametrize(
    "part", ["planned_values", "configuration", "prior_state", "resource_changes", "variables"]
)
@pytest.mark.parametrize(
    "broken",
    [None, [], {}, "x", 1, [None], {"root_module": None}, {"root_module": {"resources": [1, {}]}}],
)
def test_parts_of_another_shape_are_left_out(part: str, broken: object) -> None:
    found = project({**PLAN, part: broken})
    assert isinstance(found, Project)


BUILTIN: dict[str, Any] = {
    "format_version": "1.2",
    "planned_values": {"root_module": {
        "resources": [
            {"address": 'terraform_data.b["a"]', "mode": "managed", "type": "terraform_data", "name": "b", "index": "a", "values": {"input": {"k": "a", "l": [None, "z"]}}},
            {"address": "terraform_data.c[0]", "mode": "managed", "type": "terraform_data", "name": "c", "index": 0, "values": {}},
            {"address": "terraform_data.c[1]", "mode": "managed", "type": "terraform_data", "name": "c", "index": 1, "values": {}},
        ],
        "child_modules": [{"address": 'module.m["p"]', "resources": [
            {"address": 'module.m["p"].terraform_data.d', "mode": "managed", "type": "terraform_data", "name": "d", "values": {"input": [None]}}]}],
    }},
    "resource_changes": [
        {"address": 'terraform_data.b["a"]', "change": {"actions": ["create"], "after_unknown": {"id": True, "input": {"l": [True, False], "u": True, "w": True}}}},
    ],
}  # fmt: skip


def unknown(path: str) -> Value:
    return Value(Text.of(Hole(HoleKind.ENV, path)), Span.whole("plan.json"))


def test_unknown_elements_of_what_terraform_planned() -> None:
    """Null in a list, absent in an object, and true in `after_unknown`."""
    plan = Plan(json.dumps(BUILTIN).encode(), "plan.json")
    assert plan.keys("terraform_data.c") == [0, 1]
    found = plan.attribute('terraform_data.b["a"]', "input", None, plan.place("x"), unknown)
    assert found is not None
    assert isinstance(found.data, dict)
    assert found.data["k"].literal == "a"
    assert {key: str(item.text) for key, item in found.data.items() if key != "l"} == {
        "k": "a", "u": "{input.u}", "w": "{input.w}"
    }  # fmt: skip
    assert isinstance(found.data["l"].data, tuple)
    assert [str(item.text) for item in found.data["l"].data] == ["{input.l.0}", "z"]
    assert plan.attribute('terraform_data.b["a"]', "id", None, plan.place("x"), unknown) is None
