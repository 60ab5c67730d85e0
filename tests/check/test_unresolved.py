"""Unresolved needs: what is not known, and the line that fills it."""

from __future__ import annotations

import tomllib

import pytest

from remit.check.rules import unresolved
from remit.check.unresolved import fill_line
from remit.core.finding import Unresolved
from remit.core.text import Hole, HoleKind

from .support import ANY_TABLE, TABLE, Wanted, allow, need, policy, stage, world

ORDERS = policy(allow("dynamodb:GetItem", on=ANY_TABLE + "orders"))


def open_needs(document: str, *wanted: Wanted, **more: object) -> list[Unresolved]:
    return list(unresolved(world(stage("dev", document, *wanted, **more)).facts))  # type: ignore[arg-type]


def test_an_environment_variable() -> None:
    (one,) = open_needs(ORDERS, need("dynamodb:GetItem", TABLE + "{env:TABLE}"))
    assert one.hole == "TABLE"
    assert one.fill == 'stage.dev.values.TABLE = "..."'
    assert (one.action, one.resource) == (
        "dynamodb:GetItem",
        "arn:aws:dynamodb:{region}:{account}:table/{TABLE}",
    )
    assert one.path


def test_something_in_the_code() -> None:
    (one,) = open_needs(ORDERS, need("dynamodb:GetItem", TABLE + "{code:settings.table}"))
    assert (one.hole, one.fill) == (
        "settings.table",
        'stage.dev.values."settings.table" = "..."',
    )


def test_data_is_filled_by_no_line() -> None:
    (one,) = open_needs(ORDERS, need("dynamodb:GetItem", TABLE + "{data:name}"))
    assert one.hole == (f"name: may be any value, so the policy must allow all of `{ANY_TABLE}*`")
    assert one.fill == ""


def test_a_condition_key() -> None:
    condition = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    document = policy(allow("dynamodb:GetItem", on=ANY_TABLE + "orders", Condition=condition))
    (one,) = open_needs(document, need("dynamodb:GetItem", TABLE + "orders"))
    assert (one.hole, one.fill) == ("condition key aws:SourceIp", "")


def test_one_line_for_an_action_and_a_hole() -> None:
    found = open_needs(
        ORDERS,
        need("dynamodb:GetItem", TABLE + "{env:TABLE}", 30),
        need("dynamodb:GetItem", TABLE + "{env:TABLE}", 9),
        need("dynamodb:GetItem", TABLE + "{env:OTHER}", 12),
    )
    assert [(one.span.line, one.hole) for one in found] == [
        (9, "TABLE"),
        (12, "OTHER"),
    ]


def test_a_role_that_is_not_known_is_said_once() -> None:
    wanted = [need("dynamodb:GetItem", TABLE + "orders", line) for line in (7, 8)]
    (one,) = open_needs(ORDERS, *wanted, unknown="role `r` is managed outside the project")
    assert (one.span.file, one.action, one.hole) == (
        "config.json",
        "*",
        "role `r` is managed outside the project",
    )


def test_silent_for_what_is_allowed_denied_or_missing() -> None:
    wanted = [
        need("dynamodb:GetItem", TABLE + "orders"),
        need("dynamodb:PutItem", TABLE + "orders"),
    ]
    assert open_needs(ORDERS, *wanted) == []
    assert open_needs(ORDERS, need("dynamodb:GetItem", TABLE + "{env:T}"), missing="p.json") == []


@pytest.mark.parametrize(
    ("stage_name", "name", "line"),
    [
        ("my stage", "TABLE", 'stage."my stage".values.TABLE = "..."'),
        ("dev", 'f("a", "b")', r'stage.dev.values."f(\"a\", \"b\")" = "..."'),
        ("dev", "naïve", 'stage.dev.values."naïve" = "..."'),
    ],
)
def test_the_line_is_toml(stage_name: str, name: str, line: str) -> None:
    made = fill_line(stage_name, Hole(HoleKind.ENV, name))
    assert made == line
    read = tomllib.loads(f"[tool.remit]\n{made}\n")
    (values,) = read["tool"]["remit"]["stage"][stage_name].values()
    assert list(values.values()) == ["..."]
