"""Who takes part in `python -m bench decide`, how each is installed and what it cannot express."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TOO_LONG = 600.0  # seconds for one installation


class Unavailable(Exception):  # noqa: N818 - a reason, not a fault
    """A peer that cannot take part, and why."""


@dataclass(frozen=True, slots=True)
class Contender:
    """`package` is what pip or npm installs, none for remit itself; `unsaid` is what its figure
    leaves out; `layers` says whether it decides SCPs and boundaries."""

    name: str
    script: str
    package: str | None
    unsaid: str = ""
    layers: bool = False


REMIT = Contender("remit", "remit_decide.py", None, layers=True)
PEERS = (
    Contender(
        "PMapper",
        "pmapper_decide.py",
        "principalmapper",
        "no RCPs; unknown operators are ignored; says only yes or no",
    ),
    Contender(
        "moto",
        "moto_decide.py",
        "moto[iam]",
        "`?` (rewritten), most operators, variables, layers; an unmet condition of an Allow denies",
    ),
    Contender(
        "cedarpy",
        "cedar_decide.py",
        "cedarpy",
        "wildcards in actions and `?` (rewritten), set operators, letter case, layers",
    ),
    Contender("casbin", "casbin_decide.py", "casbin", "conditions (left out), layers"),
    Contender(
        "iam-simulate",
        "simulate.mjs",
        "@cloud-copilot/iam-simulate",
        "service-linked roles are not exempt from SCPs",
        layers=True,
    ),
)


class Runner:
    """A contender's process."""

    def __init__(self, contender: Contender, command: list[str], environment: dict[str, str]):
        self.contender = contender
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def load(self, name: str, policies: dict[str, Any], requests: list[Any]) -> list[bool]:
        """Load policies under a name, and decide every request once."""
        answer = self._ask({"load": name, "policies": policies, "requests": requests})
        return [bool(allowed) for allowed in answer["allowed"]]

    def time(self, name: str, seconds: float) -> float:
        """Microseconds a request."""
        return float(self._ask({"time": name, "seconds": seconds})["us"])

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            assert self._process.stderr is not None
            said = self._process.stderr.read().strip().splitlines() or ["it ended"]
            raise Unavailable(said[-1])
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def running(contender: Contender, folder: Path) -> Iterator[Runner]:
    """Install a contender in a folder of its own and start it. Raises Unavailable."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    script = str(HERE / "peers" / contender.script)
    if contender.package is None:
        paths = (str(HERE.parent), os.environ.get("PYTHONPATH", ""))
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        command = [sys.executable, script]
    elif script.endswith(".mjs"):
        node = _installed_by_npm(contender.package, folder)
        command = [node, script, str(folder)]
    else:
        command = [str(_installed_by_pip(contender.package, folder)), script]
    runner = Runner(contender, command, environment)
    try:
        yield runner
    finally:
        runner.close()


def _installed_by_pip(package: str, folder: Path) -> Path:
    python = folder / "bin" / "python"
    if not python.exists():
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(python), "-m", "pip", "install", "--quiet", package])
    return python


def _installed_by_npm(package: str, folder: Path) -> str:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Unavailable("node and npm are not installed")
    if not (folder / "node_modules").exists():
        folder.mkdir(exist_ok=True)
        _run([npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", package])
    return node


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TOO_LONG)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"`{command[0]}` took more than {TOO_LONG:g} s") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["no reason given"]
        raise Unavailable(f"cannot be installed: {said[-1]}")
