"""`make moto-suite`: fetch moto's tests, start `remit serve`, run them as its administrator.

    python -m bench.moto_suite [flags of pytest]

Needs the network once: moto's sources are kept under build/.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from bench.moto_suite.plugin import LIST

HERE = Path(__file__).resolve().parents[2]
BUILD = HERE / "build" / "moto-suite"
EXCEPTIONS = HERE / "tests" / "moto_suite.toml"
TESTS = ("tests/test_iam", "tests/test_sts", "tests/test_core/test_auth.py")


def main(flags: list[str]) -> int:
    """Run the suite; pytest's exit status."""
    sources = fetched(version("moto"))
    tests = [flag for flag in flags if flag.startswith("tests/")] or list(TESTS)
    rest = [flag for flag in flags if not flag.startswith("tests/")]
    with serving() as exported:
        command = [
            sys.executable, "-m", "pytest", "-q", "-p", "bench.moto_suite.plugin",
            "-p", "no:cacheprovider", "-W", "ignore", "-rsf", *rest, *tests,
        ]  # fmt: skip
        environment = os.environ | exported | {
            "TEST_SERVER_MODE": "true",
            "TEST_SERVER_MODE_ENDPOINT": exported["AWS_ENDPOINT_URL"],
            "AWS_DEFAULT_REGION": "us-east-1",
            "PYTHONPATH": f"{HERE}{os.pathsep}{HERE / 'src'}",
            LIST: str(EXCEPTIONS),
        }  # fmt: skip
        return subprocess.run(command, cwd=sources, env=environment, check=False).returncode


def fetched(number: str) -> Path:
    """The folder of moto's sources of a version."""
    folder = BUILD / f"moto-{number}"
    if not folder.is_dir():
        BUILD.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                "--no-binary", ":all:", "--dest", str(BUILD), f"moto=={number}",
            ],
            check=True,
        )  # fmt: skip
        with tarfile.open(BUILD / f"moto-{number}.tar.gz") as archive:
            archive.extractall(BUILD, filter="data")
    return folder


@contextmanager
def serving(*flags: str) -> Iterator[dict[str, str]]:
    """A server of its own process on a free port; yields what it tells to export."""
    environment = os.environ | {"PYTHONPATH": f"{HERE}{os.pathsep}{HERE / 'src'}"}
    command = [sys.executable, "-m", "bench.moto_suite.server", "--port", "0", *flags]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, cwd=HERE
    ) as server:
        try:
            yield exported(server)
        finally:
            server.terminate()
            server.wait(20)


def exported(server: subprocess.Popen[str]) -> dict[str, str]:
    """The variables in a server's greeting, which ends with the line about root."""
    found: dict[str, str] = {}
    for line in server.stdout or ():
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").strip().partition("=")
            found[name] = value
        if line.startswith("# the root user"):
            break
    if "AWS_ENDPOINT_URL" not in found:
        raise SystemExit("remit serve did not start")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
