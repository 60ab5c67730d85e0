"""The report for programs: the golden, and the published schema that it must fit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remit.app.fingerprint import Fingerprint
from remit.app.model import CheckResult, Compared
from remit.report.json import document, render
from tests.report.orders import RESULT, missing

SCHEMA = json.loads(Path("docs/check.schema.json").read_text("utf-8"))

TYPES = {"string": str, "integer": int, "array": list, "object": dict, "null": type(None)}


def violations(value: Any, schema: dict[str, Any], at: str = "$") -> list[str]:
    """Where `value` breaks `schema`: the few words of JSON Schema that ours uses.

    Stricter than the standard: a property that the schema does not name is a violation too, so
    that the schema documents everything that is written.
    """
    if "$ref" in schema:
        return violations(value, SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]], at)
    allowed = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if allowed is not None:
        return [] if value in allowed else [f"{at}: {value!r} is none of {allowed}"]
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not isinstance(value, tuple(TYPES[name] for name in names)):
        return [f"{at}: {value!r} is no {names}"]
    if isinstance(value, int) and value < schema.get("minimum", value):
        return [f"{at}: {value} is too small"]
    found = []
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += violations(item, schema["items"], f"{at}[{index}]")
    if isinstance(value, dict):
        found += [f"{at}: no {name}" for name in schema["required"] if name not in value]
        for name, item in value.items():
            if name in schema["properties"]:
                found += violations(item, schema["properties"][name], f"{at}.{name}")
            else:
                found.append(f"{at}: {name} is not in the schema")
    return found


def test_the_report_fits_the_published_schema() -> None:
    report = json.loads(render(RESULT))
    assert all(report[name] for name in report), "the fixture must exercise every part"
    assert violations(report, SCHEMA) == []


def test_the_report_with_a_baseline_fits_it_too() -> None:
    entry = Fingerprint("app.py", "masked-failure", "dev")
    baseline = Compared(".remit-baseline.json", (missing("dev"),), (entry,))
    report = json.loads(render(replace(RESULT, baseline=baseline)))
    assert violations(report, SCHEMA) == []
    assert report["baseline"]["known"] == [report["findings"][2]]
    assert report["baseline"]["absent"] == [
        {
            "file": "app.py",
            "id": "masked-failure",
            "stage": "dev",
            "function": "",
            "action": "",
            "resource": "",
            "source": "",
            "severity": "error",
        }
    ]


def test_the_schema_test_can_fail() -> None:
    report = json.loads(render(RESULT))
    report["findings"][0]["severity"] = "fatal"
    report["findings"][1]["extra"] = 1
    report["findings"][2]["location"]["line"] = 0
    report["stats"]["entries"] = "2"
    del report["stages"][0]["name"]
    assert violations(report, SCHEMA) == [
        "$.findings[0].severity: 'fatal' is none of ['error', 'warning', 'note']",
        "$.findings[1]: extra is not in the schema",
        "$.findings[2].location.line: 0 is too small",
        "$.stages[0]: no name",
        "$.stats.entries: '2' is no ['integer']",
    ]


def test_a_finding_in_full() -> None:
    def at(file: str, line: int, column: int, end_line: int, end_column: int) -> dict[str, object]:
        return {
            "file": file,
            "line": line,
            "column": column,
            "endLine": end_line,
            "endColumn": end_column,
        }

    (finding,) = document(CheckResult("p", "chalice", findings=(missing("dev"),)))["findings"]  # type: ignore[misc]
    assert finding == {
        "id": "missing-permission",
        "severity": "error",
        "confidence": "certain",
        "stage": "dev",
        "action": "dynamodb:UpdateItem",
        "resource": "arn:aws:dynamodb:{region}:{account}:table/orders-dev",
        "location": at("chalicelib/repository.py", 6, 16, 9, 10),
        "message": "`dynamodb:UpdateItem` on table `orders-dev` is denied: no statement of role "
        "`orders-api-dev` allows it",
        "why": "The call raises AccessDeniedException on every request that reaches it.",
        "fix": "Add this statement to `.chalice/policy-dev.json`:",
        "patch": '{\n  "Effect": "Allow",\n  "Action": "dynamodb:UpdateItem",\n'
        '  "Resource": "arn:aws:dynamodb:*:*:table/orders-dev"\n}',
        "path": [
            {"function": "PUT /orders/{id}", "location": at("app.py", 10, 1, 10, 44)},
            {"function": "update_order", "location": at("app.py", 11, 5, 11, 17)},
            {"function": "Orders.save", "location": at("app.py", 13, 16, 13, 62)},
        ],
        "related": [
            {
                "location": at(".chalice/policy-dev.json", 6, 17, 6, 57),
                "note": "the resource fits, these actions do not",
            }
        ],
    }


def test_every_stage_has_its_own_finding() -> None:
    findings = json.loads(render(RESULT))["findings"]
    assert [(f["id"], f["stage"]) for f in findings] == [
        ("masked-failure", "dev"),
        ("ineffective-grant", "dev"),
        ("missing-permission", "dev"),
        ("masked-failure", "prod"),
        ("ineffective-grant", "prod"),
        ("missing-permission", "prod"),
    ]


def test_stats() -> None:
    assert json.loads(render(RESULT))["stats"] == {
        "calls": {"found": 3, "followed": 2, "unattributed": 1, "foreign": 0},
        "needs": {"total": 6, "allowed": 2, "denied": 2, "unresolved": 2},
        "files": {"read": 3, "lost": 1},
        "entries": 2,
    }


@pytest.mark.parametrize("text", ["注文", "\x1b[31m", "\ud800", "\u2028"])
def test_any_text_comes_back(text: str) -> None:
    shown = render(replace(RESULT, project=text))
    assert shown.isascii()
    assert json.loads(shown)["project"] == text
