"""The pages say what the code says; the managed policies give what the page has judged."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from remit.catalog import iam, unlisted
from remit.cli.main import main
from remit.syntax.codes import Level
from tests.validate import pages

PAGE = (pages.ROOT / "docs/validate.md").read_text("utf-8")


def fenced(page: str, kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_the_page_of_checks_is_that_of_the_code() -> None:
    assert pages.written(pages.CHECKS_PAGE)[1] == pages.checks(), (
        "run `python -m tests.validate.pages`"
    )


def test_the_managed_policies_give_what_was_judged() -> None:
    assert pages.written(pages.MANAGED_PAGE)[1] == pages.summary(), (
        "judge what is new, then make the page"
    )


# What Access Analyzer itself was recorded to call an error (docs/validate/managed.md).
RECORDED = {
    ("INVALID_ACTION", "AWSCodeStarFullAccess"),
    ("INVALID_ACTION", "AWSIAMIdentityCenterAllowListForIdentityContext"),
    ("INVALID_ACTION", "MemoryDBServiceRolePolicy"),
    ("INVALID_ACTION", "RDSCloudHsmAuthorizationRole"),
    ("INVALID_SERVICE_CONDITION_KEY", "AmazonDataZoneGlueManageAccessRolePolicy"),
    ("INVALID_SERVICE_IN_ACTION", "AmazonDataZoneSageMakerEnvironmentRolePermissionsBoundary"),
    ("INVALID_SERVICE_IN_ACTION", "AmazonSageMakerFullAccess"),
    ("INVALID_SERVICE_IN_ACTION", "ResourceGroupsTaggingAPITagUntagSupportedResources"),
    ("MISSING_QUALIFIER", "AWSAuditManagerAdministratorAccess"),
    ("MISSING_QUALIFIER", "CloudTrailEventContext"),
}
JUDGED = {("MISSING_QUALIFIER", "SageMakerStudioProjectProvisioningRolePolicy")}


def test_errors_in_managed_policies_are_those_that_aws_reports() -> None:
    errors = {
        (issue.code, name)
        for name, found in pages.managed().items()
        for issue in found
        if issue.level is Level.ERROR
    }
    assert errors == RECORDED | JUDGED


def test_names_that_aws_uses_are_still_unlisted() -> None:
    """A name that the reference has come to list does not belong in the table any more."""
    assert not unlisted.SERVICES & iam.services()
    assert not [name for name in unlisted.ACTIONS if iam.action(name) is not None]


# --- the page's examples


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_report_on_the_page(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "trust.json").write_text(fenced(PAGE, "json trust"), "utf-8")
    first, _, report = fenced(PAGE, "text").partition("\n")
    assert first == "$ remit validate trust.json"
    assert main(first.split()[2:]) == 1
    assert capsys.readouterr().out == report


def test_the_answer_on_the_page(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '{\n "Version": "2012-10-17",\n "Statement": {"Sid": "", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}\n}\n'
    (here / "open.json").write_text(text, "utf-8")
    assert main(["validate", "open.json", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer == json.loads(fenced(PAGE, "json answer"))


def test_the_options_on_the_page_are_those_of_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["validate", "--help"]) == 0
    flags = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert flags == set(re.findall(r"^\| `(--[a-z-]+)", PAGE, re.MULTILINE)) | {"--format"}
