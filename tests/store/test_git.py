"""A project at a commit, with the real `git`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from remit.app.errors import InputError
from remit.store.git import GitTree

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    api = tmp_path / "api dir"
    (api / "node_modules").mkdir(parents=True)
    (api / "node_modules" / "x.py").write_text("")
    (api / "näme\n.py").write_text("old")
    (api / "empty.txt").write_bytes(b"")
    (api / "link.py").symlink_to("empty.txt")
    (tmp_path / "other.py").write_text("outside")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    git(tmp_path, "tag", "v1")
    (api / "näme\n.py").write_text("new")
    (api / "later.py").write_text("")
    return tmp_path


def test_files_as_they_were(repository: Path) -> None:
    with GitTree(repository / "api dir", "v1") as tree:
        assert tree.files() == ["empty.txt", "näme\n.py"]
        assert tree.files("node_modules", ".py") == ["node_modules/x.py"]
        assert tree.read("näme\n.py") == b"old"
        assert tree.read("empty.txt") == b""
        assert tree.read("näme\n.py") == b"old"
        assert not tree.exists("later.py")
        assert not tree.exists("link.py")
        with pytest.raises(FileNotFoundError):
            tree.read("later.py")


@pytest.mark.parametrize("reference", ["v2", "--help", "-x", "v1:api dir", ""])
def test_a_reference_that_is_none(repository: Path, reference: str) -> None:
    with pytest.raises(InputError, match="there is no commit"):
        GitTree(repository, reference)


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is in no git repository"):
        GitTree(tmp_path, "HEAD")
