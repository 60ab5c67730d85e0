"""The pytest plugin, in runs of its own: a small Chalice project with tests."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.testing.support import ACCOUNT, allow, policy
from tests.testing.test_judging import project

SOURCE = Path(__file__).parents[2] / "src"
CODE = """\
import boto3, os

def ask(name):
    return boto3.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]

def drop(name):
    boto3.client("ssm").delete_parameter(Name=name)
"""
TESTS = """\
import boto3, pytest
from botocore.exceptions import ClientError
from moto import mock_aws

@pytest.fixture(autouse=True)
def aws():
    with mock_aws():
        boto3.client("ssm").put_parameter(Name="/a", Value="1", Type="String")
        yield

def test_ask():
    from chalicelib.code import ask
    assert ask("/a") == "1"

def test_drop():
    from chalicelib.code import drop
    drop("/a")
"""
GRANTED = allow("ssm:GetParameter", f"arn:aws:ssm:*:{ACCOUNT}:parameter/a")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    project(tmp_path, GRANTED)
    code = tmp_path / "chalicelib"
    code.mkdir()
    (code / "__init__.py").write_text("")
    (code / "code.py").write_text(CODE)
    (tmp_path / "app.py").write_text(
        "from chalice import Chalice\nfrom chalicelib.code import ask, drop\n"
        'app = Chalice(app_name="shop")\n\n'
        '@app.route("/")\ndef index():\n    drop("/b")\n    return ask("/a")\n'
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    (tmp_path / "test_code.py").write_text(TESTS)
    return tmp_path


def run(folder: Path, *options: str, entry: bool = False) -> tuple[int, str]:
    """pytest's exit status and what it prints. `entry`: the plugin is found as an installed one."""
    installed = folder / "installed" / "remit-0.dist-info"
    if entry:
        installed.mkdir(parents=True, exist_ok=True)
        (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: remit\nVersion: 0\n")
        (installed / "entry_points.txt").write_text("[pytest11]\nremit = remit.testing.plugin\n")
    keep = ("PATH", "HOME", "TMPDIR", "SYSTEMROOT")
    environment = {name: os.environ[name] for name in keep if name in os.environ}
    environment |= {
        "PYTHONPATH": os.pathsep.join([str(installed.parent), str(SOURCE)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    plugin: list[str] = []
    if not entry:
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        plugin = ["-p", "remit.testing.plugin"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, *options]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def outcome(said: str) -> str:
    return re.sub(r" in [\d.]+s.*", "", said.strip().splitlines()[-1])


def test_nothing_without_being_asked(shop: Path) -> None:
    (shop / "test_code.py").write_text(
        "import sys\n\ndef test_it():\n"
        '    loaded = {name for name in sys.modules if name.partition(".")[0] in ("remit", "botocore")}\n'
        '    assert loaded == {"remit", "remit.testing", "remit.testing.plugin"}\n'
    )
    status, said = run(shop, entry=True)
    assert (status, outcome(said)) == (0, "1 passed"), said
    assert "remit" not in said


def test_it_does_without_botocore(shop: Path) -> None:
    (shop / "test_code.py").write_text("def test_it(): pass\n")
    (shop / "conftest.py").write_text(
        'import sys\nassert "botocore" not in sys.modules\nsys.modules["botocore"] = None\n'
    )
    assert run(shop, entry=True)[0] == 0


def test_a_stage(shop: Path) -> None:
    status, said = run(shop, "--remit-stage=prod")
    assert (status, outcome(said)) == (1, "1 failed, 1 passed"), said
    arn = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:parameter/a"
    for line in (
        "remit: stage prod, role shop-prod-api_handler",
        "2 calls judged: 1 allowed, 1 denied, 0 could not be told",
        "2 calls not judged: made by test code itself",
        f"denied: ssm:DeleteParameter on {arn}",
        "  call   ssm.DeleteParameter at chalicelib/code.py:7, once, in test_code.py::test_drop",
        "  why    .chalice/policy-prod.json:",
        "  fix    add to `.chalice/policy-prod.json`:",
        '           "Action": "ssm:DeleteParameter",',
    ):
        assert line in said
    assert "no test exercised" not in said


def test_observing(shop: Path) -> None:
    status, said = run(shop, "--remit-stage=prod", "--remit-observe")
    assert (status, outcome(said)) == (0, "2 passed"), said
    assert "would be denied: ssm:DeleteParameter" in said


def test_what_no_test_exercised(shop: Path) -> None:
    _, said = run(shop, "--remit-stage=prod", "-k", "ask")
    arn = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:parameter/b"
    assert "1 need of the code that no test exercised:" in said
    assert f"  ssm:DeleteParameter on {arn} at chalicelib/code.py:7 (denied)" in said


def test_settings_and_a_recording(shop: Path) -> None:
    (shop / "pytest.ini").write_text(
        "[pytest]\npythonpath = .\nremit_stage = prod\nremit_observe = true\nremit_project = .\n"
    )
    status, _ = run(shop, "--remit-recording=calls.jsonl")
    calls = [json.loads(line) for line in (shop / "calls.jsonl").read_text().splitlines()]
    assert status == 0
    assert [(one["operation"], one["params"]) for one in calls] == [
        ("GetParameter", {"Name": "/a"}),
        ("DeleteParameter", {"Name": "/a"}),
    ]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_workers_of_xdist_report_together(shop: Path, workers: str) -> None:
    options = ("-p", "xdist", "-n", workers, "--remit-recording=calls.jsonl")
    status, said = run(shop, "--remit-stage=prod", *options)
    assert (status, outcome(said)) == (1, "1 failed, 1 passed"), said
    assert "2 calls judged: 1 allowed, 1 denied, 0 could not be told" in said
    assert len((shop / "calls.jsonl").read_text().splitlines()) == 2


MARKED = """\
import boto3, pytest
from botocore.exceptions import ClientError
from moto import mock_aws

pytestmark = pytest.mark.usefixtures("aws")

@pytest.fixture
def aws():
    with mock_aws():
        yield

@pytest.mark.remit(stage="prod")
def test_denied(remit):
    from chalicelib.code import drop
    with pytest.raises(ClientError):
        drop("/a")
    assert [call.operation for call in remit.denied] == ["DeleteParameter"]

def test_free(remit):
    from chalicelib.code import drop
    with pytest.raises(ClientError, match="ParameterNotFound"):
        drop("/a")
    assert remit.calls == []

@pytest.mark.remit(policies=[POLICY], principal="arn:aws:iam::111122223333:role/app", tests=True)
@mock_aws
def test_policies(remit):
    with pytest.raises(ClientError, match="AccessDenied"):
        boto3.client("sqs").list_queues()
    assert len(remit.calls) == 1

@pytest.mark.remit(stage="prd")
def test_faulty():
    assert False, "never runs"
"""


def test_markers(shop: Path) -> None:
    text = MARKED.replace("POLICY", repr(policy(GRANTED)))
    (shop / "test_code.py").write_text(text)
    status, said = run(shop, "--strict-markers")
    assert (status, outcome(said)) == (1, "3 passed, 1 error"), said
    assert "the project has no stage `prd` (did you mean `prod`?" in said
    assert "remit: stage prod, role shop-prod-api_handler" in said
    assert "remit: role app" in said


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--remit-stage=prd", "no stage `prd` (did you mean `prod`?"),
        ("--remit-stage=bare", "`.chalice/policy-bare.json` is not there"),
        ("--remit-stage=two", "name one of the functions: `nightly`, `api_handler`"),
    ],
)
def test_what_cannot_be_used(shop: Path, option: str, message: str) -> None:
    status, said = run(shop, option)
    assert status == 4 and message in said and "Traceback" not in said


def test_it_can_be_left_out(shop: Path) -> None:
    status, said = run(shop, "-p", "no:remit", entry=True)
    assert (status, outcome(said)) == (0, "2 passed"), said
    status, said = run(shop, "-p", "no:remit", "--remit-stage=prod", entry=True)
    assert status == 4 and "unrecognized arguments" in said
