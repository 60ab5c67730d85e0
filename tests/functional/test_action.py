"""The composite action: its structure, and its shell steps run by bash as a runner runs them.

What a runner does with `uses:` steps (Python, the upload) needs GitHub and is not run here.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from remit.report.outcome import NOTICES
from tests.functional.project import APP, view, write
from tests.functional.tools import ROOT, Commands, run
from tests.report.schemas import github_action

ACTION: Any = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: dict[str, Any] = {step["name"]: step for step in ACTION["runs"]["steps"]}
SCRIPTS = [name for name, step in STEPS.items() if "run" in step]
EXPRESSION = re.compile(r"\$\{\{\s*([a-z0-9_.-]+)\s*\}\}")

NASTY = "$(touch pwned) `touch pwned` \"; touch pwned; #' \\ *"
"""What an input might hold in a pull request from a stranger."""


class Runner:
    """Runs the shell steps of the action, with its inputs, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.commands = Commands(folder / "bin", "remit", "python")
        self.folder = folder / "work"
        self.temp = folder / "temp"
        self.temp.mkdir()
        self.outputs: dict[str, str] = {}
        self.inputs = {name: str(told["default"]) for name, told in ACTION["inputs"].items()}

    def value(self, text: str) -> str:
        """An `env` value with its expressions worked out, as GitHub does."""
        known = {
            "github.action_path": str(ROOT),
            "runner.temp": str(self.temp),
            **{f"inputs.{name}": value for name, value in self.inputs.items()},
            **{f"steps.check.outputs.{name}": value for name, value in self.outputs.items()},
        }
        return EXPRESSION.sub(lambda found: known[found[1]], text)

    def step(self, name: str) -> tuple[int, str]:
        """Run one step: its status and what it printed. Outputs are kept."""
        step = STEPS[name]
        output = self.temp / "output"
        output.write_text("")
        given = {key: self.value(value) for key, value in step["env"].items()}
        environment = self.commands.environment(GITHUB_OUTPUT=str(output), **given)
        script = self.temp / "script.sh"
        script.write_text(step["run"])
        # docs.github.com, "Workflow syntax", `shell: bash`.
        bash = ("bash", "--noprofile", "--norc", "-eo", "pipefail", str(script))
        done = run(*bash, folder=self.folder, environment=environment)
        for line in output.read_text().splitlines():
            key, _, value = line.partition("=")
            self.outputs[key] = value
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    made = Runner(tmp_path)
    shutil.copytree(ROOT / "examples/orders-api", made.folder / "orders")
    (made.folder / ".git").mkdir()
    return made


# --- structure


def test_the_action_fits_githubs_schema() -> None:
    assert [error.message for error in github_action().iter_errors(ACTION)] == []
    assert list(github_action().iter_errors({**ACTION, "runs": {"using": "composite"}}))


def test_inputs() -> None:
    assert list(ACTION["inputs"]) == [
        "project",
        "stage",
        "baseline",
        "strict",
        "version",
        "upload-sarif",
        "python-version",
    ]
    text = (ROOT / "action.yml").read_text("utf-8")
    used = set(re.findall(r"\binputs\.([a-z-]+)", text))
    assert used == set(ACTION["inputs"])


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_holds_an_expression(name: str) -> None:
    """An expression is pasted into the script before bash reads it: an input could be code.

    docs.github.com, "Security hardening for GitHub Actions", script injections.
    """
    assert "${{" not in STEPS[name]["run"]
    assert STEPS[name]["shell"] == "bash"


def test_the_result_comes_last_and_after_the_upload() -> None:
    assert list(STEPS)[-2:] == ["Upload to code scanning", "Result"]
    assert all(("uses" in step) != ("run" in step) for step in STEPS.values())


# --- running


def test_findings_are_annotated_and_fail_at_the_end(runner: Runner) -> None:
    runner.inputs["project"] = "orders"
    status, text = runner.step("Check")
    assert status == 0, "the upload comes first"
    assert runner.outputs["status"] == "1"
    assert "::error file=orders/chalicelib/orders.py,line=20," in text
    report = json.loads(Path(runner.outputs["sarif"]).read_text())
    told = [line for line in text.splitlines() if line.startswith("::")]
    remarks = sum(f"title={kind}::" in line for line in told for kind in NOTICES)
    assert len(report["runs"][0]["results"]) == len(told) - remarks > 0
    assert runner.step("Result")[0] == 1


def test_options(runner: Runner) -> None:
    runner.inputs |= {
        "project": "orders",
        "stage": "dev\nprod\n",
        "baseline": "my base.json",
        "strict": "true",
        "upload-sarif": "false",
    }
    runner.step("Check")
    (call,) = runner.commands.calls
    assert call == [
        "remit",
        "check",
        "--baseline=my base.json",
        "--strict",
        "--stage=dev",
        "--stage=prod",
        "--format=github",
        "--",
        "orders",
    ]
    assert runner.outputs == {"status": "2"}, "there is no such baseline"
    assert runner.step("Result")[0] == 2


def test_a_clean_project_passes(runner: Runner) -> None:
    write(runner.folder / "clean", {APP: view("pass")})
    runner.inputs["project"] = "clean"
    assert "remit: 0 errors" in runner.step("Check")[1]
    assert runner.outputs["status"] == "0"
    assert runner.step("Result")[0] == 0


def test_no_project_is_no_report_and_is_said(runner: Runner) -> None:
    runner.inputs["project"] = "nowhere"
    assert "::error title=remit::The project could not be checked" in runner.step("Check")[1]
    assert runner.outputs == {"status": "2"}


@pytest.mark.parametrize(
    "name", ["project", "stage", "baseline", "strict", "version", "upload-sarif"]
)
def test_inputs_are_never_code(runner: Runner, name: str) -> None:
    runner.inputs["project"] = "orders"
    runner.inputs[name] = NASTY
    for step in ("Install remit", "Check", "Result"):
        runner.step(step)
    assert not list(runner.folder.rglob("pwned"))
    if name in ("project", "stage", "baseline", "version"):
        assert any(NASTY in argument for call in runner.commands.calls for argument in call)


def test_what_is_installed(runner: Runner) -> None:
    runner.step("Install remit")
    runner.inputs["version"] = "1.2.3"
    runner.step("Install remit")
    assert [call[-2:] for call in runner.commands.calls] == [
        ["--", str(ROOT)],
        ["--", "remit==1.2.3"],
    ]
    assert {tuple(call[:4]) for call in runner.commands.calls} == {
        ("python", "-m", "pip", "install")
    }
