"""Tests with moto in their own process, below `remit run`: a small project, run as its user would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from remit.app import within
from remit.app.running import Denied
from tests.testing.test_plugin import SOURCE, outcome, shop

__all__ = ["shop"]  # the project, as a fixture
MAIN = "import sys; from remit.cli.main import main; sys.exit(main(sys.argv[1:]))"
EARLY = """\
import boto3
from moto import mock_aws

early = boto3.client("ssm")  # made before moto is active, with the address of the run's server

def ask():
    from chalicelib.code import ask
    return ask("/a")

@mock_aws
def test_moto_answers_an_early_client():
    early.put_parameter(Name="/a", Value="1", Type="String")
    assert early.get_parameter(Name="/a")["Parameter"]["Value"] == "1"

@mock_aws
def test_moto_has_forgotten_it():
    assert early.describe_parameters()["Parameters"] == []
"""
SERVER = """\
import boto3, pytest
from botocore.exceptions import ClientError

def test_the_server_answers():
    from chalicelib.code import ask, drop
    with pytest.raises(ClientError) as missing:
        ask("/a")
    assert missing.value.response["Error"]["Code"] == "ParameterNotFound"
    with pytest.raises(ClientError) as denied:
        drop("/a")
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
"""


def remit_run(folder: Path, *options: str, tests: tuple[str, ...] = ()) -> tuple[int, str, str]:
    """Status, output and report of `remit run -- pytest`."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    ended = subprocess.run(
        [sys.executable, "-c", MAIN, "run", "--stage", "prod", *options, "--", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return ended.returncode, ended.stdout or ended.stderr, ended.stderr


def test_a_denial_in_the_process_is_in_the_report(shop: Path) -> None:
    status, said, report = remit_run(shop)
    assert (status, outcome(said)) == (1, "1 failed, 1 passed"), said + report
    assert "2 calls judged: 1 allowed, 1 denied" in said
    assert report.count("denied: ") == 1
    assert "ssm DeleteParameter needs `ssm:DeleteParameter`" in report
    assert '"Resource": "arn:aws:ssm:eu-central-1:111122223333:parameter/a"' in report


def test_workers_report_too(shop: Path) -> None:
    status, said, report = remit_run(shop, tests=("-n", "2"))
    assert (status, outcome(said)) == (1, "1 failed, 1 passed"), said + report
    assert report.count("denied: ") == 1


def test_clients_that_were_made_before_moto(shop: Path) -> None:
    (shop / "test_code.py").write_text(EARLY)
    status, said, report = remit_run(shop)
    assert (status, outcome(said)) == (0, "2 passed"), said + report
    assert "denied" not in report


def test_without_moto_the_server_decides(shop: Path) -> None:
    (shop / "test_code.py").write_text(SERVER)
    status, said, report = remit_run(shop)
    assert (status, outcome(said)) == (1, "1 passed"), said + report
    assert report.count("denied: ") == 1
    assert "judged" not in said


def test_learning_hears_of_both(shop: Path) -> None:
    (shop / "test_server.py").write_text(
        "from botocore.exceptions import ClientError\n\n"
        "def test_it():\n    from chalicelib.code import ask\n"
        "    try:\n        ask('/b')\n    except ClientError:\n        pass\n"
    )
    status, said, report = remit_run(shop, "--learn")
    assert status == 0, said + report
    for one in ("ssm:GetParameter", "ssm:DeleteParameter", "parameter/a", "parameter/b"):
        assert one in said
    assert "PutParameter" not in said  # the tests' own call


DENIED = Denied(
    "s3", "GetObject", "s3:GetObject", "arn:aws:s3:::b/k", "no", {"k": "v", "l": ("a",)}
)


def test_a_report_is_read_back() -> None:
    lines = [within.denial(DENIED), within.call("{}"), within.call("{}"), '{"denied": {"serv', "3"]
    assert within.read(lines) == ([DENIED], ["{}"])


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '{"project": 1}'])
def test_a_variable_of_somebody_elses(text: str) -> None:
    assert within.Within.of(text) is None
