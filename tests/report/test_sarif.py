"""SARIF: the official schema, one result to the letter, and what code scanning relies on."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit import __version__
from remit.core.finding import Related
from remit.core.span import Span
from remit.report.outcome import Outcome, Places
from remit.report.sarif import FINGERPRINT, LINE_HASH, ROOT, render, uri
from tests.report.orders import APP, masked, missing, on
from tests.report.pipelines import HERE, NOTHING, ORDERS, WEIRD, at, compared, many, outcome
from tests.report.schemas import sarif


def run(told: Outcome, places: Places = HERE) -> Any:
    """The one run of the report, which fits the schema."""
    report = json.loads(render(told, places))
    assert [error.message for error in sarif().iter_errors(report)] == []
    (only,) = report["runs"]
    return only


def results(*findings: Any, places: Places = HERE, **more: Any) -> list[Any]:
    return run(outcome(*findings, **more), places)["results"]


def own(result: Any) -> str:
    return result["partialFingerprints"][FINGERPRINT]


def test_the_schema_can_fail() -> None:
    report = json.loads(render(ORDERS, HERE))
    report["runs"][0]["results"][0]["level"] = "fatal"
    report["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    del report["runs"][0]["tool"]["driver"]["name"]
    assert len(list(sarif().iter_errors(report))) == 3


@pytest.mark.parametrize("told", [NOTHING, ORDERS, compared(), Outcome(())], ids=str)
def test_reports_fit_the_schema(told: Outcome) -> None:
    assert run(told)["tool"]["driver"]["semanticVersion"] == __version__


def test_a_result_in_full() -> None:
    def place(file: str, *region: int) -> dict[str, Any]:
        names = ("startLine", "startColumn", "endLine", "endColumn")
        return {
            "artifactLocation": {"uri": file, "uriBaseId": "SRCROOT"},
            "region": dict(zip(names, region, strict=True)),
        }

    (told,) = results(missing("dev"), places=Places("services/orders", HERE.lines))
    own(told)
    del told["partialFingerprints"]
    message = told.pop("message")
    said = [
        "`dynamodb:UpdateItem` on table `orders-dev` is denied: no statement of role "
        "`orders-api-dev` allows it.",
        "Stage: dev.",
        "Path: PUT /orders/{id} → update_order → Orders.save.",
        "The call raises AccessDeniedException on every request that reaches it.",
        "Add this statement to `.chalice/policy-dev.json`:",
    ]
    patch = missing("dev").patch
    assert message["text"] == "\n".join([*said, patch])
    assert message["markdown"] == "\n\n".join([*said, f"```\n{patch}\n```"])
    repository = place("services/orders/chalicelib/repository.py", 6, 16, 9, 10)
    assert told == {
        "ruleId": "missing-permission",
        "ruleIndex": 0,
        "level": "error",
        "rank": 100.0,
        "locations": [{"physicalLocation": repository}],
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": place("services/orders/.chalice/policy-dev.json", 6, 17, 6, 57),
                "message": {"text": "the resource fits, these actions do not"},
            }
        ],
        "codeFlows": [
            {
                "threadFlows": [
                    {
                        "locations": [
                            {
                                "location": {
                                    "physicalLocation": where,
                                    "message": {"text": text},
                                }
                            }
                            for where, text in [
                                (
                                    place("services/orders/app.py", 10, 1, 10, 44),
                                    "PUT /orders/{id}",
                                ),
                                (place("services/orders/app.py", 11, 5, 11, 17), "update_order"),
                                (place("services/orders/app.py", 13, 16, 13, 62), "Orders.save"),
                                (repository, missing("dev").message),
                            ]
                        ]
                    }
                ]
            }
        ],
        "properties": {
            "confidence": "certain",
            "stages": ["dev"],
            "action": "dynamodb:UpdateItem",
            "resources": ["arn:aws:dynamodb:{region}:{account}:table/orders-dev"],
        },
    }


def test_one_place_is_one_result_whatever_stages_it_is_true_of() -> None:
    told = run(ORDERS)["results"]
    assert [(r["ruleId"], r["level"], r["properties"]["stages"]) for r in told] == [
        ("missing-permission", "error", ["dev", "prod"]),
        ("ineffective-grant", "error", ["dev"]),
        ("ineffective-grant", "error", ["prod"]),  # another file: another place
        ("masked-failure", "warning", ["dev", "prod"]),
    ]
    assert "In prod: `dynamodb:UpdateItem` on table `orders-prod`" in told[0]["message"]["text"]
    assert told[3]["rank"] == 50.0


def test_what_differs_between_stages_is_said_for_each() -> None:
    first = replace(missing("dev"), message="denied", patch="")
    same = replace(first, stage="prod", fix="Another fix.")
    (told,) = results(first, same, replace(same, stage="test"))
    assert told["message"]["text"].split("\n")[1:] == [
        "Stages: dev, prod, test.",
        "Path: PUT /orders/{id} → update_order → Orders.save.",
        "The call raises AccessDeniedException on every request that reaches it.",
        "Add this statement to `.chalice/policy-dev.json`:",
        "In prod, test: Another fix.",
    ]
    bare = replace(missing("prod"), message="denied", fix="", patch="{}")
    (told,) = results(first, bare)
    assert told["message"]["text"].endswith("policy-dev.json`:\nIn prod:\n{}")


def test_rules() -> None:
    driver = run(ORDERS)["tool"]["driver"]
    assert driver["rules"] == [
        {
            "id": "missing-permission",
            "shortDescription": {"text": "A call is denied."},
            "fullDescription": {"text": "It is made and denied."},
            "help": {"text": "# page\n\ntext", "markdown": "# page\n\ntext"},
        },
        {"id": "over-broad-grant", "shortDescription": {"text": "A grant is too wide."}},
        # named by findings only
        {"id": "masked-failure", "shortDescription": {"text": "masked-failure"}},
        {"id": "ineffective-grant", "shortDescription": {"text": "ineffective-grant"}},
    ]
    for result in run(ORDERS)["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_what_could_not_be_told_is_a_notification() -> None:
    (invocation,) = run(ORDERS)["invocations"]
    assert invocation["executionSuccessful"] is True
    told = invocation["toolExecutionNotifications"]
    assert [(n["descriptor"]["id"], n["level"]) for n in told] == [
        ("cannot-tell", "note"),
        ("cannot-tell", "note"),
        ("not-followed", "note"),
        ("not-read", "note"),
    ]
    known = {one["id"] for one in run(ORDERS)["tool"]["driver"]["notifications"]}
    assert {n["descriptor"]["id"] for n in told} <= known
    assert told[0]["message"]["text"].startswith("stage dev: `s3:GetObject` on ")
    assert told[3]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == (
        "chalicelib/old.py"
    )
    assert run(replace(NOTHING, complete=False))["invocations"] == [{"executionSuccessful": False}]


def test_a_baseline_gives_every_result_a_state() -> None:
    told = run(compared())
    assert [(r["ruleId"], r["baselineState"]) for r in told["results"]] == [
        ("missing-permission", "new"),  # known in dev, new in prod
        ("ineffective-grant", "unchanged"),
        ("ineffective-grant", "new"),
        ("masked-failure", "new"),
    ]
    last = told["invocations"][0]["toolExecutionNotifications"][-1]
    assert last["descriptor"]["id"] == "baseline"
    assert "1 entry fits no finding any more" in last["message"]["text"]
    assert "baselineState" not in run(ORDERS)["results"][0]


def test_what_is_silenced_is_no_result() -> None:
    """GitHub shows suppressed results as open alerts."""
    assert "unused-permission" not in render(ORDERS, HERE)


# --- places


@pytest.mark.parametrize(("path", "escaped"), WEIRD.items(), ids=ascii)
def test_paths_are_uris(path: str, escaped: str) -> None:
    (told,) = results(at(path), places=Places("my repo"))
    place = told["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": f"my%20repo/{escaped}", "uriBaseId": ROOT}
    assert uri(path) == escaped


@given(st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda path: "//" not in path))
@settings(max_examples=200)
def test_a_uri_leads_back_to_its_path(path: str) -> None:
    escaped = uri(path)
    parts = urlsplit(escaped)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert escaped.isascii()
    assert unquote(escaped) == path


def test_the_file_as_a_whole_is_its_first_line() -> None:
    (told,) = results(replace(masked("dev"), span=Span.whole("app.py")))
    assert told["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_the_root_is_named_and_no_machine_is() -> None:
    told = run(ORDERS)
    assert told["columnKind"] == "unicodeCodePoints"
    assert list(told["originalUriBaseIds"]) == [ROOT]
    assert "uri" not in told["originalUriBaseIds"][ROOT]


def test_text_that_looks_like_a_link_is_none() -> None:
    """SARIF 3.11.6: `[text](place)` is a link unless the brackets are escaped."""
    odd = replace(
        missing("dev"),
        message="`calls[name](client)` is denied",
        related=(Related(on("app.py", 1, 1, 2), "[x](y)"),),
    )
    (told,) = results(odd)
    assert told["message"]["text"].startswith("`calls\\[name\\](client)` is denied.\n")
    assert told["relatedLocations"][0]["message"]["text"] == "\\[x\\](y)"


def test_text_to_paste_stays_in_its_fence() -> None:
    (told,) = results(replace(missing("dev"), patch="a\n```\nb"))
    assert told["message"]["markdown"].endswith("\n\n````\na\n```\nb\n````")


# --- fingerprints


def moved(text: str, by: int) -> Places:
    """The files of the orders with `by` lines before `app.py`."""
    lines = ["# new"] * by + text.split("\n")
    return Places("", lambda file: lines if file == "app.py" else HERE.lines(file))


def test_fingerprints_survive_moved_lines_and_other_stages() -> None:
    before = masked("dev")
    after = replace(before, span=replace(before.span, line=22, end_line=22))
    (first,) = results(before)
    (second,) = results(after, replace(after, stage="prod"), places=moved(APP, 7))
    assert own(first) == own(second)
    assert list(first["partialFingerprints"]) == [FINGERPRINT], "GitHub's own is GitHub's to make"


def test_fingerprints_tell_findings_apart() -> None:
    base = missing("dev")
    others = [
        base,
        replace(base, id="denied-at-import"),
        replace(base, action="dynamodb:PutItem"),
        replace(base, path=base.path[:1]),
        replace(base, span=on("app.py", 13, 16, 62)),
        replace(base, span=on("app.py", 20, 12, 30)),
        base,  # a true double
    ]
    told = [own(result) for result in results(*others)]
    assert len(set(told)) == len(others)


def test_two_findings_of_a_rule_on_a_line_are_two_to_github() -> None:
    base = missing("dev")
    first, second = results(base, replace(base, action="dynamodb:PutItem"))
    assert LINE_HASH not in first["partialFingerprints"]
    assert second["partialFingerprints"][LINE_HASH] == own(second)


# --- size


def test_ten_thousand_findings() -> None:
    told = many(10_000)
    report = json.loads(render(told, HERE))
    assert len(report["runs"][0]["results"]) == 10_000
    assert len({own(result) for result in report["runs"][0]["results"]}) == 10_000
    run(many(50))
