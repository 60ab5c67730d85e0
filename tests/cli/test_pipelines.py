"""`remit check` in a pipeline: formats, paths in the repository, the baseline and the status."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from remit.cli.main import main
from remit.cli.project_flags import FORMATS
from remit.cli.sources import prefix
from tests.functional.project import APP, CALL, CONFIG, POLICY, view, write

NAME = ".remit-baseline.json"
MORE = "boto3.client('s3').put_object(Bucket='b', Key='k', Body=b'')"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in a subfolder of a repository."""
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    return write(tmp_path / "repo" / "services" / "a b", {})


@pytest.fixture
def check(project: Path, capsys) -> Iterator[object]:
    """Runs the command on the project: its status, what it printed, what it said."""

    def run(*options: str) -> tuple[int, str, str]:
        status = main(["check", str(project), *options])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


# --- formats


def test_paths_are_those_of_the_repository(check) -> None:
    _, text, _ = check("--format", "sarif")
    (result,) = json.loads(text)["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "services/a%20b/app.py"
    assert check("--format", "github")[1].startswith("::error file=services/a b/app.py,line=6,")
    assert 'file="services/a b/app.py"' in check("--format", "junit")[1]
    # The formats for people and for programs speak of the project.
    assert "--> app.py:6:5" in check()[1]
    assert json.loads(check("--format", "json")[1])["findings"][0]["location"]["file"] == "app.py"


def test_rules_are_described(check) -> None:
    driver = json.loads(check("--format", "sarif")[1])["runs"][0]["tool"]["driver"]
    assert len(driver["rules"]) == 12
    assert driver["rules"][0]["help"]["markdown"].startswith("# missing-permission\n")


@pytest.mark.parametrize("form", FORMATS)
def test_the_status_is_the_same_in_every_format(check, project: Path, form: str) -> None:
    assert check("--format", form)[0] == 1
    assert check("--format", form, "--output", str(project / "report"))[:2] == (1, "")
    assert (project / "report").stat().st_size > 100
    write(project, {APP: view("pass")})
    assert check("--format", form, "--strict")[0] == 0
    write(project, {APP: "("})
    assert check("--format", form)[0] == 2


@pytest.mark.parametrize(
    ("made", "asked", "told"),
    [
        ("", "", ""),
        ("", "a/b", "a/b"),
        ("a", "a/b", "b"),  # a repository in a repository
        ("a/b", "a/b", ""),
        (None, "a/b", ""),
    ],
)
def test_the_place_in_the_repository(tmp_path, made: str | None, asked: str, told: str) -> None:
    root = tmp_path / "x"
    (root / "a/b").mkdir(parents=True)
    if made is not None:
        (root / made / ".git").write_text("gitdir: elsewhere")  # a worktree or a submodule
    assert prefix(root / asked) == told


def test_the_place_in_the_repository_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "a").mkdir()
    (tmp_path / "link").symlink_to("repo/a")
    assert prefix(tmp_path / "link") == "a"
    assert prefix(tmp_path / "gone") == ""


# --- the baseline


def test_old_findings_do_not_fail_and_new_ones_do(check, project: Path) -> None:
    status, text, said = check("--write-baseline")
    name = str(project / NAME)
    assert (status, said) == (0, f"remit: wrote `{name}`: 1 finding, 1 new, 0 gone\n")
    assert "error[" not in text
    status, text, said = check("--baseline")
    assert (status, said) == (0, "")
    assert f"baseline: 1 known finding in `{name}`" in " ".join(text.split())
    assert "no new finding in 1 stage" in text

    write(project, {APP: view("# moved", CALL, MORE)})
    status, text, _ = check("--baseline")
    assert status == 1
    assert text.count("error[missing-permission]") == 1
    assert "`s3:PutObject` on" in text

    write(project, {APP: view("pass")})
    status, text, _ = check("--baseline")
    assert status == 0
    assert "1 entry fits no finding any more: write the baseline anew" in " ".join(text.split())
    assert check("--write-baseline")[2].endswith(": 0 findings, 0 new, 1 gone\n")


def test_a_whole_project_may_be_laid_out_anew(tmp_path: Path, capsys) -> None:
    root = tmp_path / "orders"
    shutil.copytree("examples/orders-api", root)
    assert main(["check", str(root), "--write-baseline"]) == 0
    for file in root.glob("**/*.py"):
        file.write_text("# moved\n\n\n" + file.read_text("utf-8"))
    for file in root.glob(".chalice/policy-*.json"):
        file.write_text(json.dumps(json.loads(file.read_text("utf-8")), indent=7))
    capsys.readouterr()
    assert main(["check", str(root), "--baseline", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["findings"] == told["baseline"]["absent"] == []
    assert len(told["baseline"]["known"]) > 20


def test_the_baseline_in_json(check, project: Path) -> None:
    check("--write-baseline")
    write(project, {APP: view(MORE)})
    told = json.loads(check("--baseline", "--format=json")[1])
    assert [finding["action"] for finding in told["findings"]] == ["s3:PutObject"]
    assert told["baseline"]["known"] == []
    assert [entry["action"] for entry in told["baseline"]["absent"]] == ["s3:DeleteObject"]
    assert "baseline" not in json.loads(check("--format=json")[1])


def test_a_baseline_of_any_name(check, project: Path, monkeypatch) -> None:
    monkeypatch.chdir(project.parent)  # a name that is given is one from here
    assert check("--write-baseline", "mine.txt")[0] == 0
    assert (project.parent / "mine.txt").is_file()
    assert not (project / NAME).exists()
    assert check("--baseline=mine.txt")[0] == 0
    assert check("--baseline")[0] == 2


def test_strict_is_about_what_cannot_be_told(check, project: Path) -> None:
    write(project, {APP: view("boto3.client('s3').delete_object(Bucket=os.environ['B'], Key='k')")})
    policy = json.loads((project / POLICY).read_text())
    policy["Statement"].append(
        {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::b/*"}
    )
    (project / POLICY).write_text(json.dumps(policy))
    assert check("--write-baseline")[0] == 0
    assert check("--baseline", "--strict")[0] == 3


def test_a_stage_alone(check, project: Path) -> None:
    config = json.loads((project / CONFIG).read_text())
    config["stages"]["prod"] = config["stages"]["dev"]
    (project / CONFIG).write_text(json.dumps(config))
    assert check("--write-baseline")[2].endswith(": 2 findings, 2 new, 0 gone\n")
    told = json.loads(check("--baseline", "--stage=dev", "--format=json")[1])["baseline"]
    assert (len(told["known"]), told["absent"]) == (1, [])
    assert check("--write-baseline", "--stage=dev")[2].endswith(": 2 findings, 0 new, 0 gone\n")
    assert check("--baseline")[0] == 0


def test_a_blind_check_forgets_nothing(check, project: Path) -> None:
    check("--write-baseline")
    before = (project / NAME).read_bytes()
    write(project, {APP: "("})
    status, text, said = check("--write-baseline")
    assert (status, text) == (2, "")
    assert said.startswith("remit: the baseline was not written: the module at which")
    assert (project / NAME).read_bytes() == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--baseline"], "there is no baseline `{}/.remit-baseline.json`"),
        (["--baseline=."], "`--baseline .` is a folder"),
        (["--baseline=a\0b"], "cannot read the baseline `a\\x00b`"),
        (["--baseline", "app.py"], "app.py:1:1: the baseline is broken: "),
        (["--write-baseline", "app.py"], "app.py:1:1: the baseline is broken: "),
        (["--write-baseline=."], "`--write-baseline .` is not a regular file"),
        (["--write-baseline=no/where"], "no folder for `--write-baseline no/where`"),
        (["--baseline", "--write-baseline"], "not allowed with argument --baseline"),
        (["--format=xml"], "invalid choice: 'xml'"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_used(check, project: Path, monkeypatch, options, said: str) -> None:
    monkeypatch.chdir(project)
    before = (project / APP).read_bytes()
    status, text, told = check(*options)
    assert (status, text) == (2, "")
    assert said.format(project) in told
    assert (project / APP).read_bytes() == before, "no other file is taken for a baseline"
