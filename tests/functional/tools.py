"""What tests of pre-commit and of the action need: `remit` as a command, and a git repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

COMMAND = """\
#!{python}
import sys
from pathlib import Path
sys.path.insert(0, {source!r})
name = Path(sys.argv[0]).name
with open({log!r}, "a", encoding="utf-8") as log:
    print(name, *sys.argv[1:], sep="\\t", file=log)
if sys.argv[1:2] != ["check"]:
    sys.exit()
from remit.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


class Commands:
    """A folder with commands for a PATH: `remit check` is real, anything else only noted."""

    def __init__(self, folder: Path, *names: str) -> None:
        folder.mkdir()
        self.folder = folder
        self.log = folder / "log"
        source = str(ROOT / "src")
        text = COMMAND.format(python=sys.executable, source=source, log=str(self.log))
        for name in names:
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)

    @property
    def calls(self) -> list[list[str]]:
        """What was called: the command's name and its arguments."""
        if not self.log.exists():
            return []
        return [line.split("\t") for line in self.log.read_text("utf-8").splitlines()]

    def environment(self, **more: str) -> dict[str, str]:
        """An environment in which these commands are found first, and git asks nobody."""
        return {
            "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@shop.example",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@shop.example",
            **more,
        }


def run(
    *command: str, folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command that this test has made, in `folder`."""
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
