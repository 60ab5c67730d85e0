"""`remit validate` in the forms that pipelines read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from junitparser import JUnitXml

from remit.cli.main import main
from tests.report import schemas

POLICY = """{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "*"}]
}
"""


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("policy.json").write_text(POLICY)
    return "policy.json"


def test_sarif(policy: str, capsys) -> None:
    assert main(["validate", policy, "--format", "sarif", "--output", "out.sarif"]) == 1
    assert capsys.readouterr().out == ""
    report = json.loads(Path("out.sarif").read_text())
    schemas.sarif().validate(report)
    [result] = report["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], result["level"]) == ("INVALID_ACTION", "error")
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("policy.json", 3)


def test_junit_and_github(policy: str, capsys) -> None:
    assert main(["validate", policy, "--format", "junit"]) == 1
    assert JUnitXml.fromstring(capsys.readouterr().out.encode()).failures == 1
    assert main(["validate", policy, "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith("::error file=policy.json,line=3,")
