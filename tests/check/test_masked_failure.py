"""masked-failure: failures that look like successes."""

from __future__ import annotations

from remit.core.finding import Severity
from remit.scan.model import Mask

from .support import ANY_TABLE, TABLE, allow, at, need, policy, stage, world

ID = "masked-failure"
GET = allow("dynamodb:GetItem", on=ANY_TABLE + "x")


def test_an_error_in_the_body() -> None:
    mask = Mask("status-in-body", at(30), "create_order")
    made = world(stage("dev", policy(GET), masks=[mask]))
    assert made.said(ID) == [
        "warning dev app.py:30 <call>: view `create_order` returns a plain dict with an error's"
        " `statusCode`: the client gets HTTP 200"
    ]
    (finding,) = made.findings(ID)
    assert (
        finding.fix
        == "Return `Response(body=..., status_code=...)`, or raise a `ChaliceViewError`."
    )


def test_an_except_that_logs_is_a_note_until_it_hides_a_denial() -> None:
    mask = Mask("swallowed", at(12), "create_order", "logs", calls=(at(9),))
    allowed = need("dynamodb:GetItem", TABLE + "x", 9)
    denied = need("dynamodb:PutItem", TABLE + "x", 9, swallowed=12)
    (quiet,) = world(stage("dev", policy(GET), allowed, masks=[mask])).findings(ID)
    (loud,) = world(stage("dev", policy(GET), denied, masks=[mask])).findings(ID)
    assert (quiet.severity, loud.severity) == (Severity.NOTE, Severity.WARNING)
    assert "only the log tells" in quiet.why


def test_what_several_functions_come_to_is_told_once() -> None:
    masks = [Mask("swallowed", at(12), name, calls=(at(9),)) for name in "abcde"]
    masks.append(Mask("swallowed", at(12), "a", calls=(at(10),)))
    [finding] = world(stage("dev", policy(GET), masks=masks)).findings(ID)
    assert finding.message == "this `except` in `a`, `b`, `c` and 2 more swallows every AWS error"
    assert [one.span.line for one in finding.related] == [9, 10]


def test_the_detail_is_shown() -> None:
    mask = Mask("status-in-body", at(30), "create_order", '{"statusCode": 500}')
    (finding,) = world(stage("dev", policy(GET), masks=[mask])).findings(ID)
    assert finding.message == (
        'view `create_order` returns `{"statusCode": 500}`: the client gets HTTP 200'
    )


def test_a_broad_except_and_what_it_hides() -> None:
    mask = Mask("swallowed", at(12), "create_order", calls=(at(9), at(10)))
    wanted = [
        need("dynamodb:GetItem", TABLE + "x", 9),
        need("dynamodb:PutItem", TABLE + "x", 10, swallowed=12),
    ]
    made = world(stage("dev", policy(GET), *wanted, masks=[mask]))
    assert made.said(ID) == [
        "warning dev app.py:12 <call>: this `except` in `create_order` swallows every AWS error;"
        " it hides that `dynamodb:PutItem` is denied"
    ]
    (finding,) = made.findings(ID)
    assert [(one.span.line, one.note) for one in finding.related] == [
        (9, "this call's errors end there"),
        (10, "`dynamodb:PutItem` is denied here"),
    ]


def test_nothing_denied_is_not_claimed() -> None:
    mask = Mask("swallowed", at(12), "", calls=(at(9), at(10)))
    wanted = [
        need("dynamodb:GetItem", TABLE + "x", 9),
        need("dynamodb:PutItem", TABLE + "x", 10, hangs_on=["env:X"]),
        need("dynamodb:PutItem", TABLE + "x", 20),
    ]
    made = world(stage("dev", policy(GET), *wanted, masks=[mask]))
    assert made.said(ID) == ["warning dev app.py:12 <call>: this `except` swallows every AWS error"]
    unknown = world(stage("dev", policy(GET), *wanted, masks=[mask], unknown="elsewhere"))
    assert unknown.said(ID) == made.said(ID)


def test_silent_without_masks() -> None:
    assert world(stage("dev", policy(GET))).said(ID) == []


def test_what_is_logged_is_a_note_as_long_as_nothing_is_denied() -> None:
    mask = Mask("swallowed", at(12), "create_order", "logs", calls=(at(9),))
    fine = world(stage("dev", policy(GET), need("dynamodb:GetItem", TABLE + "x", 9), masks=[mask]))
    denied = need("dynamodb:PutItem", TABLE + "x", 9, swallowed=12)
    hiding = world(stage("dev", policy(GET), denied, masks=[mask]))
    assert [one.severity.value for one in fine.findings(ID)] == ["note"]
    assert [one.severity.value for one in hiding.findings(ID)] == ["warning"]
