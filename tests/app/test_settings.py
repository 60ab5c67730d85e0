"""`[tool.remit]`: what may stand there, what it means, and what is said about the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remit.app.settings import Ignore, Settings, SettingsError, load, value_name
from remit.core.finding import Confidence, Finding, Severity
from remit.core.span import Span
from remit.core.tree import MemoryTree
from remit.syntax.toml_places import places

FULL = """\
[project]
name = "orders"

[tool.remit.values]
TABLE = "orders"
"os.environ['QUEUE']" = "jobs"

[tool.remit.stage.prod]
account = "444455556666"
region = "eu-west-1"

[tool.remit.stage.prod.values]
TABLE = "orders-prod"

[[tool.remit.ignore]]
finding = "unused-permission"
stage = "dev"
action = "s3:*"
reason = "the migration script uses it until May"

[[tool.remit.ignore]]
finding = "masked-failure"
file = "app.py"
reason = "the old client expects it"
"""

FINDING = Finding(
    "unused-permission",
    Severity.WARNING,
    Confidence.CERTAIN,
    "dev",
    Span.whole(".chalice/policy-dev.json"),
    "nothing deployed uses it",
    action="s3:PutObject",
    resource="arn:aws:s3:::b/*",
)


def settings(text: str, file: str = "pyproject.toml") -> Settings:
    return load(MemoryTree({file: text}))


def broken(text: str, file: str = "pyproject.toml", known: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(SettingsError) as error:
        load(MemoryTree({file: text}), findings=known)
    assert all(problem.hint for problem in error.value.problems)
    return [f"{p.span}: {p.message}" for p in error.value.problems]


def test_everything_that_may_stand_there() -> None:
    found = settings(FULL)
    assert found.told.values == {"TABLE": "orders", "QUEUE": "jobs"}
    prod = found.stage("prod")
    assert (prod.account, prod.region) == ("444455556666", "eu-west-1")
    assert prod.values == {"TABLE": "orders-prod", "QUEUE": "jobs"}
    dev = found.stage("dev")
    assert (dev.account, dev.region, dev.values) == (None, None, found.told.values)
    first, second = found.ignores
    assert first.reason == "the migration script uses it until May"
    assert (str(first.span), str(second.span)) == ("pyproject.toml:15:1", "pyproject.toml:21:1")
    assert {first, second} - {first} == {second}, "unused ones can be told: they are hashable"


@pytest.mark.parametrize(
    "text",
    [
        '[values]\nTABLE = "orders"',
        '[tool.remit.values]\nTABLE = "orders"',
        'values = {TABLE = "orders"}',
        'tool.remit.values.TABLE = "orders"',
        '\ufeff[values]\nTABLE = "orders"',
    ],
)
def test_remit_toml_with_and_without_prefix(text: str) -> None:
    assert settings(text, "remit.toml").told.values == {"TABLE": "orders"}


@pytest.mark.parametrize("files", [{}, {"pyproject.toml": '[project]\nname = "x"'}])
def test_nothing_is_told(files: dict[str, str]) -> None:
    assert load(MemoryTree(files)) == Settings()


def test_the_nearest_file_counts() -> None:
    files = {
        "pyproject.toml": '[tool.remit.values]\nA = "root"',
        "api/lambda/pyproject.toml": '[project]\nname = "x"',
        "api/remit.toml": '[values]\nA = "api"',
    }
    assert load(MemoryTree(files), "api/lambda/").told.values == {"A": "api"}
    assert load(MemoryTree(files), "other").told.values == {"A": "root"}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("TABLE", "TABLE"),
        ("os.environ['TABLE']", "TABLE"),
        ('os.environ["TABLE"]', "TABLE"),
        ("os.getenv('TABLE')", "TABLE"),
        ("os.environ.get('TABLE')", "TABLE"),
        ("os.environ[name]", "os.environ[name]"),
        ("settings.table", "settings.table"),
        ("os.environ['']", "os.environ['']"),
    ],
)
def test_names_of_values(key: str, name: str) -> None:
    assert value_name(key) == name


IGNORE = Ignore("unused-permission", "because", Span.whole("pyproject.toml"))


@pytest.mark.parametrize(
    ("change", "silenced"),
    [
        ({}, True),
        ({"finding": "over-broad-grant"}, False),
        ({"stage": "dev"}, True),
        ({"stage": "d*"}, True),
        ({"stage": "prod"}, False),
        ({"action": "s3:*"}, True),
        ({"action": "S3:put*"}, True),
        ({"action": "s3:Get*"}, False),
        ({"action": "s3:PutObjec?"}, True),
        ({"resource": "arn:aws:s3:::b/*"}, True),
        ({"resource": "arn:aws:s3:::c/*"}, False),
        ({"file": ".chalice/*.json"}, True),
        ({"file": "app.py"}, False),
        ({"file": ""}, False),
    ],
)
def test_what_an_ignore_silences(change: dict[str, str], silenced: bool) -> None:
    ignore = replace(IGNORE, **change)
    found = Settings(ignores=(ignore,)).silences(FINDING)
    assert found == (ignore if silenced else None)


def test_a_finding_without_action_is_not_silenced_by_one() -> None:
    plain = replace(FINDING, action=None)
    assert not replace(IGNORE, action="*").fits(plain)
    assert IGNORE.fits(plain)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[tool.remit]\nvalue = {}", "2:1: remit knows no `value` here"),
        ("[tool.remit.stage.prod]\n  acount = '1'", "2:3: remit knows no `acount` here"),
        ("[tool.remit.values]\nA = 1", "2:1: `A` must be a string"),
        ("[tool.remit]\nvalues = 1", "2:1: `values` must be a table"),
        ("[tool.remit]\nvalues = {A = 1}", "2:1: `A` must be a string"),
        ("[tool.remit.stage]\nprod = 'x'", "2:1: `prod` must be a table"),
        (
            "[tool.remit.stage.prod]\naccount = 111122223333",
            "2:1: `account` must be a string",
        ),
        (
            "[tool.remit.stage.prod]\nregion = 'eu-west-1'\naccount = '1111'",
            "3:1: `1111` is no account: it must have twelve digits",
        ),
        ("[tool.remit]\nignore = 'all'", "2:1: `ignore` must be a list"),
        ("[tool.remit]\nignore = ['all']", "2:1: an entry of `ignore` must be a table"),
        (
            "[[tool.remit.ignore]]\nfinding = 'masked-failure'",
            "1:1: a finding is silenced without a reason",
        ),
        (
            "[[tool.remit.ignore]]\nfinding = 'masked-failure'\nreason = ' '",
            "1:1: a finding is silenced without a reason",
        ),
        ("[[tool.remit.ignore]]\nreason = 'x'", "1:1: `finding` is missing"),
        (
            "[[tool.remit.ignore]]\nfinding = 'masked-failure'\nreason = 'x'\n\n"
            "[[tool.remit.ignore]]\nfinding = 'maskd-failure'\nreason = 'y'",
            "6:1: there is no finding `maskd-failure`",
        ),
        ("[tool]\nremit = 1", "2:1: `tool.remit` must be a table"),
        ("[tool.remit.values\nA = 'x'", "1:19: not TOML: expected ']' at the end of a table"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    [one] = broken(text, known=("masked-failure", "unused-permission"))
    assert one.startswith(f"pyproject.toml:{told}")


def test_the_nearest_name_is_proposed_and_all_is_told_at_once() -> None:
    text = "[stage.prod]\nregoin = 'x'\n[[ignore]]\nfinding = 'a'\nwhy = 'b'"
    with pytest.raises(SettingsError) as error:
        settings(text, "remit.toml")
    assert [(p.span.line, p.hint) for p in error.value.problems] == [
        (2, "Did you mean `region`?"),
        (3, 'Add `reason = "..."`: the next reader will want to know.'),
        (5, "It knows `finding`, `reason`, `stage`, `action`, `resource`, `file`."),
    ]


def test_two_files_that_both_tell() -> None:
    tree = MemoryTree({"pyproject.toml": "[tool.remit]", "remit.toml": "[values]"})
    with pytest.raises(SettingsError, match=r"there are settings in `remit\.toml` and in"):
        load(tree)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"a = " + b"[" * 100_000, b"\x00", b"= = = " * 50_000]
)
def test_what_is_no_toml_at_all(content: bytes) -> None:
    with pytest.raises(SettingsError):
        load(MemoryTree({"remit.toml": content}))


def test_places_of_keys() -> None:
    text = (
        'top = 1\n[a."b.c"] # note\n  d.e = 2\n"x=y" = 3\n# no = 4\n[[f]]\ng = 5\n[[f]]\n'
        "[f.h]\ni = 6\n[[ f.j ]]\nk = '['\n[l]\nm = [\n]\n"
    )
    lines = {path: span.line for path, span in places(text, "x.toml").items()}
    assert lines == {
        ("top",): 1,
        ("a", "b.c"): 2,
        ("a", "b.c", "d", "e"): 3,
        ("a", "b.c", "x=y"): 4,
        ("f", 0): 6,
        ("f", 0, "g"): 7,
        ("f", 1): 8,
        ("f", 1, "h"): 9,
        ("f", 1, "h", "i"): 10,
        ("f", 1, "j", 0): 11,
        ("f", 1, "j", 0, "k"): 12,
        ("l",): 13,
        ("l", "m"): 14,
    }
