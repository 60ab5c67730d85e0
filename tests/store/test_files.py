"""A folder on disk: what is listed, what is read, what is said about the rest."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from remit.store.files import READ_LIMIT, FolderTree


def grow(root: Path, *paths: str) -> None:
    for path in paths:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path)


def told(tree: FolderTree) -> list[tuple[str, str]]:
    return [(problem.span.file, problem.message) for problem in tree.problems]


def test_lists_sorted_with_suffix_and_folder(tmp_path: Path) -> None:
    grow(tmp_path, "b.py", "a/x.py", "a/notes.txt", ".chalice/config.json", "ab/y.py")
    tree = FolderTree(tmp_path)
    assert tree.files() == [".chalice/config.json", "a/notes.txt", "a/x.py", "ab/y.py", "b.py"]
    assert tree.files("a", ".py") == ["a/x.py"]
    assert tree.files("a/") == ["a/notes.txt", "a/x.py"]
    assert tree.files("nowhere") == []
    assert tree.problems == ()


def test_reads_bytes_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "latin.py").write_bytes(b"name = '\xe9'\n")
    assert FolderTree(tmp_path).read("latin.py") == b"name = '\xe9'\n"


@pytest.mark.parametrize(
    "folder",
    [".git", "node_modules", ".venv", "venv", "__pycache__", "a/site-packages", ".tox", "cdk.out"],
)
def test_folders_that_are_never_source(tmp_path: Path, folder: str) -> None:
    grow(tmp_path, "app.py", f"{folder}/deep/inner.py")
    assert FolderTree(tmp_path).files() == ["app.py"]


def test_virtual_environment_of_any_name(tmp_path: Path) -> None:
    """PEP 405: a folder that holds `pyvenv.cfg` is a virtual environment."""
    grow(tmp_path, "app.py", "my env/pyvenv.cfg", "my env/lib/x.py")
    assert FolderTree(tmp_path).files() == ["app.py"]


def test_vendor_is_source(tmp_path: Path) -> None:
    grow(tmp_path, "vendor/shared/__init__.py")
    assert FolderTree(tmp_path).files("vendor") == ["vendor/shared/__init__.py"]


@pytest.mark.parametrize(
    "path", ["", "absent.py", "a", "app.py/x", "../app.py", "a/../app.py", "/etc/hosts", "a\0b"]
)
def test_not_there(tmp_path: Path, path: str) -> None:
    grow(tmp_path, "app.py", "a/x.py")
    tree = FolderTree(tmp_path)
    assert not tree.exists(path)
    with pytest.raises(FileNotFoundError):
        tree.read(path)


def test_lone_surrogates_are_no_path(tmp_path: Path) -> None:
    assert not FolderTree(tmp_path).exists("\ud800.py")


def test_size_limit(tmp_path: Path) -> None:
    (tmp_path / "fits.py").write_bytes(b"#" * READ_LIMIT)
    (tmp_path / "large.py").write_bytes(b"#" * (READ_LIMIT + 1))
    tree = FolderTree(tmp_path)
    assert len(tree.read("fits.py")) == READ_LIMIT
    with pytest.raises(OSError, match=r"`large\.py` is larger than 8 MiB; it was not read"):
        tree.read("large.py")


def test_links_inside_are_followed_and_loops_end(tmp_path: Path) -> None:
    grow(tmp_path, "shared/util.py", "app.py", "vendor/own.py")
    (tmp_path / "vendor/shared").symlink_to("../shared")
    (tmp_path / "shared/back").symlink_to("..")
    (tmp_path / "main.py").symlink_to("app.py")
    tree = FolderTree(tmp_path)
    # From the root every folder is entered under its own name, once.
    assert tree.files() == ["app.py", "main.py", "shared/util.py", "vendor/own.py"]
    # From `vendor` the link is the only way in: a listing never leaves it half-seen.
    assert "vendor/shared/util.py" in tree.files("vendor")
    assert tree.read("vendor/shared/util.py") == b"shared/util.py"
    assert tree.problems == ()


def test_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "self.py").symlink_to("self.py")
    (tmp_path / "x").symlink_to("y")
    (tmp_path / "y").symlink_to("x")
    tree = FolderTree(tmp_path)
    assert tree.files(suffix=".py") == []
    assert told(tree) == [("self.py", "the link leads nowhere")]
    assert not tree.exists("self.py")


def test_links_that_lead_out(tmp_path: Path) -> None:
    grow(tmp_path, "outside/secret.py", "outside/pictures/p.png", "project/app.py")
    project = tmp_path / "project"
    (project / "lib").symlink_to("../outside")
    (project / "one.py").symlink_to("../outside/secret.py")
    (project / "logo.png").symlink_to("../outside/pictures/p.png")
    (project / ".venv").symlink_to("../outside")
    (project / "prefix").symlink_to("../project-of-others")
    tree = FolderTree(project)
    assert tree.files(suffix=".py") == ["app.py"]
    out = "the link leads out of the project; it was not followed"
    # The picture is nobody's concern here, nor a link where no source would be.
    assert told(tree) == [("lib", out), ("one.py", out)]
    for path in ("lib/secret.py", "one.py"):
        assert not tree.exists(path)
        with pytest.raises(OSError, match="leads out of the project"):
            tree.read(path)
    tree.files(suffix=".py")
    assert len(tree.problems) == 2, "each is told once"


def test_a_neighbour_with_the_same_prefix_is_outside(tmp_path: Path) -> None:
    grow(tmp_path, "project/app.py", "project-two/app.py")
    (tmp_path / "project/two.py").symlink_to("../project-two/app.py")
    assert not FolderTree(tmp_path / "project").exists("two.py")


@pytest.mark.skipif(sys.platform == "darwin", reason="APFS refuses names that are not UTF-8")
def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    base = os.fsencode(tmp_path)
    for name in (b"\xff\xfe.py", b"\xe9.txt"):
        Path(os.fsdecode(base + b"/" + name)).write_text("x")
    grow(tmp_path, "größe.py")
    tree = FolderTree(tmp_path)
    assert tree.files(suffix=".py") == ["größe.py"]
    [problem] = tree.problems
    assert problem.span.file == "\\udcff\\udcfe.py"
    str(problem).encode()


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    tree = FolderTree(tmp_path)
    assert tree.files() == []
    with pytest.raises(FileNotFoundError):
        tree.read("pipe.py")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    grow(tmp_path, "closed/x.py", "app.py")
    (tmp_path / "closed").chmod(0)
    (tmp_path / "app.py").chmod(0)
    tree = FolderTree(tmp_path)
    try:
        assert tree.files() == ["app.py"]
        assert told(tree) == [("closed", "the folder can't be read: permission denied")]
        with pytest.raises(OSError, match=r"`app\.py` can't be read: permission denied"):
            tree.read("app.py")
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_an_unreadable_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for whom permissions do not hold (root in a container)."""
    grow(tmp_path, "closed/x.py", "app.py")
    scan = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    tree = FolderTree(tmp_path)
    assert tree.files() == ["app.py"]
    assert told(tree) == [("closed", "the folder can't be read: permission denied")]


def test_the_root_may_be_a_link_or_named_like_a_tool(tmp_path: Path) -> None:
    grow(tmp_path, "venv/app.py")
    (tmp_path / "here").symlink_to("venv")
    assert FolderTree(tmp_path / "here").files() == ["app.py"]
    assert FolderTree(tmp_path / "venv").files() == ["app.py"]
