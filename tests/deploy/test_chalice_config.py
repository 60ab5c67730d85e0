"""Which value counts: every case names the section of Chalice's documentation it is from.

The pages are topics/configfile of Chalice's documentation; "source" is chalice/config.py 1.33,
where the documentation is silent or differs from what Chalice does.
"""

from __future__ import annotations

import json

import pytest

from remit.deploy.chalice_config import Config, string, truth
from remit.syntax.document import load

FILE = ".chalice/config.json"


def config(content: object) -> Config:
    text = content if isinstance(content, str) else json.dumps(content)
    return Config(load(text, FILE), FILE)


ENVIRONMENT = {
    "version": "2.0",
    "app_name": "app",
    "environment_variables": {"SHARED": "foo", "OTHER": "top"},
    "lambda_functions": {"nightly": {"environment_variables": {"OTHER": "ignored", "LOST": "1"}}},
    "stages": {
        "dev": {
            "environment_variables": {"TABLE": "dev-table", "OTHER": "dev"},
            "lambda_functions": {"nightly": {"environment_variables": {"OTHER": "nightly"}}},
        },
        "prod": {"environment_variables": {"TABLE": "prod-table", "OTHER": "prod"}},
        "bare": {},
    },
}


@pytest.mark.parametrize(
    ("stage", "function", "expected"),
    [
        # "Environment Variables": stage values are merged into the top-level ones.
        ("dev", None, {"SHARED": "foo", "OTHER": "dev", "TABLE": "dev-table"}),
        ("prod", None, {"SHARED": "foo", "OTHER": "prod", "TABLE": "prod-table"}),
        ("bare", None, {"SHARED": "foo", "OTHER": "top"}),
        ("unheard-of", None, {"SHARED": "foo", "OTHER": "top"}),
        # "Lambda Specific Configuration": a function in a stage comes last.
        ("dev", "nightly", {"SHARED": "foo", "OTHER": "nightly", "TABLE": "dev-table"}),
        ("dev", "api_handler", {"SHARED": "foo", "OTHER": "dev", "TABLE": "dev-table"}),
        # source, `_chain_merge`: `lambda_functions` at the top level does not take part.
        ("prod", "nightly", {"SHARED": "foo", "OTHER": "prod", "TABLE": "prod-table"}),
    ],
)
def test_environment(stage: str, function: str | None, expected: dict[str, str]) -> None:
    assert config(ENVIRONMENT).environment(stage, function) == expected


LOOKUP = {
    "version": "2.0",
    "app_name": "app",
    "iam_policy_file": "top",
    "lambda_functions": {
        "both": {"iam_policy_file": "function-at-top"},
        "late": {"iam_policy_file": "function-at-top"},
    },
    "stages": {
        "dev": {
            "iam_policy_file": "stage",
            "lambda_functions": {"both": {"iam_policy_file": "function-in-stage"}},
        },
        "null": {"iam_policy_file": None},
        "bare": {},
    },
}


@pytest.mark.parametrize(
    ("stage", "function", "expected"),
    [
        # "Stage Specific Configuration": the stage first, then the top level.
        ("dev", None, "stage"),
        ("bare", None, "top"),
        # source, `_chain_lookup`: function in stage, stage, function at the top, top level.
        ("dev", "both", "function-in-stage"),
        ("dev", "late", "stage"),
        ("bare", "late", "function-at-top"),
        ("bare", "other", "top"),
        # source, `_chain_lookup`: `is not None`, so null is as good as absent.
        ("null", None, "top"),
        ("null", "late", "function-at-top"),
        (None, None, "top"),
    ],
)
def test_lookup(stage: str | None, function: str | None, expected: str) -> None:
    assert string(config(LOOKUP).lookup("iam_policy_file", stage, function)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", True),
        ("false", False),
        ('"false"', True),
        ("0", False),
        ("[]", False),
        ("{}", False),
    ],
)
def test_truth_is_pythons(written: str, expected: bool) -> None:
    """source: `if not config.autogen_policy`."""
    assert truth(load(written, "x.json"), default=True) is expected
    assert truth(None, default=True) is True


def test_stages_stand_where_they_are_written() -> None:
    found = config('{"app_name": "a",\n "stages": {"dev": {},\n            "prod": {}}}').stages()
    assert [(name, span.line, span.column) for name, span in found] == [
        ("dev", 2, 13),
        ("prod", 3, 13),
    ]


@pytest.mark.parametrize("content", [[], 3, {"stages": None}, {"stages": ["dev"]}])
def test_what_is_no_configuration_has_no_stages(content: object) -> None:
    """Chalice fails on these: nothing is deployed, so there is nothing to check."""
    assert config(content).stages() == []


@pytest.mark.parametrize("content", [{}, {"stages": {}}])
def test_no_stages_is_the_default_stage(content: object) -> None:
    """configfile, `stages`: "Chalice assumes a default stage name of dev"."""
    [(name, span)] = config(content).stages()
    assert name == "dev"
    assert str(span) == ".chalice/config.json:1:1"


OK = '"app_name": "a"'
IN_DEV = f'{{{OK},\n "stages": {{"dev": {{%s}}}}}}'


@pytest.mark.parametrize(
    ("text", "line", "underlined", "message"),
    [
        ("[]", 1, "[]", "the configuration is not an object"),
        ("{}", 1, "{}", "`app_name` is not set"),
        (f'{{{OK},\n "version": "3.0"}}', 2, '"3.0"', "Chalice knows no such version"),
        (f'{{{OK},\n "version": "two"}}', 2, '"two"', "Chalice knows no such version"),
        (f'{{{OK},\n "version": {{}}}}', 2, "{}", "Chalice knows no such version"),
        (f'{{{OK},\n "stages": []}}', 2, "[]", "`stages` must be an object"),
        (f'{{{OK},\n "stages": null}}', 2, "null", "`stages` must be an object"),
        (f'{{{OK},\n "stages": {{"dev": 1}}}}', 2, "1", "the stage `dev` is not an object"),
        (f'{{{OK},\n "stages": {{"dev": null}}}}', 2, "null", "the stage `dev` is not an object"),
        (
            IN_DEV % '"autogen_policy": "false"',
            2,
            '"false"',
            "`autogen_policy` must be true or false",
        ),
        (IN_DEV % '"iam_policy_file": 12', 2, "12", "`iam_policy_file` must be a string"),
        (
            IN_DEV % '"environment_variables": {"PORT": 80}',
            2,
            "80",
            "the environment variable `PORT` is not a string",
        ),
        (
            IN_DEV % '"environment_variables": ["A"]',
            2,
            '["A"]',
            "`environment_variables` must be an object",
        ),
        (
            IN_DEV % '"lambda_functions": {"f": 7}',
            2,
            "7",
            "the function `f` is not an object",
        ),
        (
            IN_DEV % '"lambda_functions": {"f": {"environment_variables": {"A": true}}}',
            2,
            "true",
            "the environment variable `A` is not a string",
        ),
        (
            f'{{{OK},\n "lambda_functions": {{"f": {{"environment_variables": {{"A": "1"}}}}}}}}',
            2,
            '{"A": "1"}',
            "Chalice ignores the environment variables of `f` at the top level",
        ),
    ],
)
def test_what_is_broken_is_underlined(text: str, line: int, underlined: str, message: str) -> None:
    [problem] = [p for p in config(text).problems if p.message == message]
    span = problem.span
    assert (span.file, span.line, span.end_line) == (FILE, line, line)
    assert text.splitlines()[line - 1][span.column - 1 : span.end_column - 1] == underlined
    assert problem.hint


def test_a_right_file_has_no_problems() -> None:
    assert config(LOOKUP).problems == []
    assert config({"app_name": "a", "version": "1.0", "environment_variables": None}).problems == []
