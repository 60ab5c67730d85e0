"""docs/pipelines.md says what is so: options, statuses, inputs, the baseline's file."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from remit.app.baseline import NAME, parse, written
from remit.app.fingerprint import Fingerprint
from remit.app.model import CheckResult
from remit.cli.exits import Exit
from remit.cli.project_flags import FORMATS
from tests.report.orders import masked, missing, sources
from tests.report.test_docs import fences

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/pipelines.md"
TEXT = PAGE.read_text("utf-8")
FENCES = fences(PAGE)


def rows(title: str) -> list[str]:
    """The first cells of the table under the heading `title`, without the backticks."""
    table = TEXT.split(title, 1)[1].split("|---", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"^\| (.+?) \|", table, re.MULTILINE)


def test_formats_and_statuses() -> None:
    assert [cell.strip("`") for cell in rows("# In pipelines")] == list(
        FORMATS[:3] + FORMATS[:2:-1]
    )
    assert rows("The exit status is") == [str(int(status)) for status in Exit if status < 100]


def test_inputs_of_the_action() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert [cell.strip("`") for cell in rows("## GitHub: the action")] == list(action["inputs"])


def test_the_examples_name_what_there_is() -> None:
    documents = [yaml.safe_load(text) for kind, text in FENCES if kind == "yaml"]
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    used = documents[0]["jobs"]["check"]["steps"][1]["with"]
    assert set(used) <= set(action["inputs"])
    shown = [hook["id"] for hook in documents[3]["repos"][0]["hooks"]]
    assert shown == [hook["id"] for hook in hooks]


def test_the_baseline_that_is_shown_is_a_real_one() -> None:
    (text,) = [content for kind, content in FENCES if kind == "json baseline"]
    result = CheckResult("p", "chalice", findings=(masked("dev"), missing("dev")))
    assert written(result, (), sources, whole=True).text == text
    assert len(parse(text.encode(), NAME)) == 2


def test_every_field_of_an_entry_is_explained() -> None:
    told = rows("An entry stands for one finding:")
    names = [name.strip("`") for cell in told for name in cell.split(", ")]
    assert names == list(Fingerprint.__dataclass_fields__)
