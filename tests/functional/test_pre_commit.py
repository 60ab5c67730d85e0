"""The hooks, run by the real `pre-commit` client.

A hook of ours says `language: python`, for which pre-commit builds an environment with pip, from
the network. Here the same hooks, read from `.pre-commit-hooks.yaml`, are local ones that find
`remit` on the PATH: everything but the installation is what a user gets.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml
from pre_commit.clientlib import load_manifest

from tests.functional.project import APP, POLICY, view, write
from tests.functional.tools import ROOT, Commands, run

HOOKS = ROOT / ".pre-commit-hooks.yaml"


class Repository:
    """A git repository with our hooks in its configuration."""

    def __init__(self, folder: Path, commands: Commands) -> None:
        self.folder = write(folder, {})
        self.commands = commands
        self.environment = commands.environment(PRE_COMMIT_HOME=str(folder.parent / "home"))
        hooks = [
            {**hook, "language": "system"} for hook in yaml.safe_load(HOOKS.read_text("utf-8"))
        ]
        told = {"repos": [{"repo": "local", "hooks": hooks}]}
        (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(told))
        self.git("init", "--quiet")
        self.git("add", ".")

    def git(self, *arguments: str) -> None:
        done = run("git", *arguments, folder=self.folder, environment=self.environment)
        assert done.returncode == 0, done.stderr

    def hook(self, name: str, *options: str) -> tuple[int, str]:
        done = run(
            sys.executable,
            "-m",
            "pre_commit",
            "run",
            name,
            *options,
            folder=self.folder,
            environment=self.environment,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo", Commands(tmp_path / "bin", "remit"))


def test_the_client_takes_the_hooks() -> None:
    told = load_manifest(str(HOOKS))
    assert [(hook["id"], hook["entry"], hook["language"]) for hook in told] == [
        ("remit-check", "remit check", "python"),
        ("remit-validate", "remit validate", "python"),
    ]


def test_a_denied_call_stops_the_commit(repository: Repository) -> None:
    status, text = repository.hook("remit-check")
    assert status == 1
    assert "error[missing-permission]: `s3:DeleteObject` on `arn:aws:s3:::b/k` is denied" in text
    assert repository.commands.calls == [["remit", "check"]]

    write(repository.folder, {APP: view("pass")})
    repository.git("add", ".")
    status, text = repository.hook("remit-check")
    assert status == 0, text
    assert "Passed" in text


def test_a_baseline_lets_it_pass(repository: Repository) -> None:
    run(
        "remit",
        "check",
        "--write-baseline",
        folder=repository.folder,
        environment=repository.environment,
    )
    config = repository.folder / ".pre-commit-config.yaml"
    told = yaml.safe_load(config.read_text())
    told["repos"][0]["hooks"][0]["args"] = ["--baseline", "--strict"]
    config.write_text(yaml.safe_dump(told))
    repository.git("add", ".")
    status, text = repository.hook("remit-check")
    assert status == 0, text


@pytest.mark.parametrize(
    ("changed", "runs"),
    [
        ("app.py", True),
        (".chalice/config.json", True),
        ("template.yaml", True),
        ("main.tf", True),
        ("src/handler.ts", True),
        ("remit.toml", True),
        ("README.md", False),
        ("logo.svg", False),
    ],
)
def test_a_check_runs_when_it_could_say_something_else(
    repository: Repository, changed: str, runs: bool
) -> None:
    repository.git("commit", "--quiet", "--no-verify", "-m", "all")
    file = repository.folder / changed
    file.parent.mkdir(exist_ok=True)
    file.write_text("{}\n")
    repository.git("add", ".")
    repository.hook("remit-check")
    assert bool(repository.commands.calls) is runs


def test_policies_are_validated(repository: Repository) -> None:
    names = [
        "iam/TrustPolicy.json",
        "iam/app policy.json",
        "policies.json",
        "policies/readme.json",
        "policy.txt",
        "package.json",
    ]
    for name in names:
        file = repository.folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("{}\n")
    repository.git("add", ".")
    status, _ = repository.hook("remit-validate", "--all-files")
    assert status == 0
    (call,) = repository.commands.calls
    assert call[:2] == ["remit", "validate"]
    assert sorted(call[2:]) == sorted([POLICY, *names[:3]])
