"""Access Analyzer through boto3: ValidatePolicy says what `remit validate` says.

Sources: facts/iam.md 9.2 and 9.3; botocore's model of Access Analyzer [M].
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from remit.cli.main import main
from tests.server.live import Live, allow, document, refused
from tests.validate.cases import ROWS

GOOD = document(allow("s3:GetObject", resource="arn:aws:s3:::b/*"))
BAD = document(*[allow("s3:GetObjekt", resource=f"arn:aws:s3:::b{n}/*") for n in range(7)])
# What the operation can be told of a document, in the words of `remit validate`.
TYPES = {
    "identity": "IDENTITY_POLICY",
    "resource": "RESOURCE_POLICY",
    "trust": "RESOURCE_POLICY",
    "scp": "SERVICE_CONTROL_POLICY",
    "rcp": "RESOURCE_CONTROL_POLICY",
}
TRUST = "AWS::IAM::AssumeRolePolicyDocument"
BROKEN = ["", "{", '{"Statement": [}', "[]", "null", '{"Statement": 1}', "[" * 5_000, '"\u20ac"']


_CLIENTS: dict[str, Any] = {}


def client(live: Live) -> Any:
    """A client that does not look at parameters before it sends them; one for a server."""
    if live.url not in _CLIENTS:
        _CLIENTS[live.url] = live.client("accessanalyzer", parameter_validation=False)
    return _CLIENTS[live.url]


def validate(live: Live, text: str, kind: str = "IDENTITY_POLICY", **more: Any) -> dict[str, Any]:
    found = client(live).validate_policy(policyDocument=text, policyType=kind, **more)
    return {name: value for name, value in found.items() if name != "ResponseMetadata"}


def printed(
    capsys: pytest.CaptureFixture[str], file: Path, text: str, kind: str, resource: str | None
) -> list[dict[str, Any]]:
    """The findings that `remit validate --format json` prints."""
    file.write_text(text, "utf-8")
    flags = ["--type", kind, *(["--resource-type", resource] if resource else [])]
    main(["validate", str(file), *flags, "--format", "json"])
    found = json.loads(capsys.readouterr().out)["documents"][0]["findings"]
    return list(found)


def supported(row: Any) -> bool:
    asked = row[3]
    return row[2] in TYPES and set(asked) <= {"resource_type"} and (
        "resource_type" not in asked or asked["resource_type"].startswith("AWS::S3::")
    )  # fmt: skip


def test_it_says_what_the_verb_says(
    live: Live, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The law, over the documents of tests/validate: the same findings in the same order, but for
    what the service's model does not have. A check of remit's own has no page of AWS's."""
    rows = [row for row in ROWS if supported(row)]
    asked = [(row[1], row[2], row[3].get("resource_type")) for row in rows]
    asked += [(text, "identity", None) for text in BROKEN]
    assert len(asked) > 200
    seen = set()
    for raw, kind, resource in asked:
        text = raw if isinstance(raw, str) else json.dumps(raw, indent=1)
        resource = TRUST if kind == "trust" else resource
        more = {} if resource is None else {"validatePolicyResourceType": resource}
        found = validate(live, text, TYPES[kind], **more)["findings"]
        wanted = printed(capsys, tmp_path / "policy.json", text, kind, resource)
        for one in wanted:
            for extra in ("why", "fix", "confidence"):
                del one[extra]
            one["learnMoreLink"] = one["learnMoreLink"] or ""
        assert found == wanted, (kind, text)
        seen |= {one["issueCode"] for one in found}
    assert len(seen) > 80


def test_a_finding(live: Live) -> None:
    """Lines start at 1, columns and offsets at 0; the span's end is exclusive [M]."""
    text = '{"Version": "2012-10-17",\n "Statement": {"Effect": "Allow",\n  "Action": "s3:GetObjekt", "Resource": "*"}}'
    [found] = validate(live, text)["findings"]
    offset = text.index('"s3:GetObjekt"')
    assert found["findingType"] == "ERROR" and found["issueCode"] == "INVALID_ACTION"
    assert found["learnMoreLink"].startswith("https://docs.aws.amazon.com/IAM/")
    assert found["locations"] == [
        {
            "path": [{"value": "Statement"}, {"value": "Action"}],
            "span": {
                "start": {"line": 3, "column": 12, "offset": offset},
                "end": {"line": 3, "column": 26, "offset": offset + 14},
            },
        }
    ]
    assert validate(live, GOOD) == {"findings": []}


@pytest.mark.parametrize("locale", ["DE", "EN", "JA", "PT_BR", "ZH_TW"])
def test_every_locale_is_taken(live: Live, locale: str) -> None:
    assert validate(live, BAD, locale=locale) == validate(live, BAD)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_pages(live: Live, size: int) -> None:
    whole = validate(live, BAD)["findings"]
    assert len(whole) == 7
    pages = [validate(live, BAD, maxResults=size)]
    while "nextToken" in pages[-1]:
        pages.append(validate(live, BAD, maxResults=size, nextToken=pages[-1]["nextToken"]))
    assert [one for page in pages for one in page["findings"]] == whole
    assert len(pages) == -(-7 // size)
    read = live.client("accessanalyzer").get_paginator("validate_policy")
    config = {"PageSize": size}
    found = read.paginate(
        policyDocument=BAD, policyType="IDENTITY_POLICY", PaginationConfig=config
    ).build_full_result()
    assert found["findings"] == whole


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"policyType": "TRUST_POLICY"}, "policyType"),
        ({"policyType": None}, "policyType"),
        ({"policyDocument": None}, "policyDocument"),
        ({"locale": "XX"}, "locale"),
        # awslabs/terraform-iam-policy-validator 23: such a call is a ValidationException
        ({"validatePolicyResourceType": "AWS::S3::Bucket"}, "validatePolicyResourceType"),
        ({"policyType": "RESOURCE_POLICY", "validatePolicyResourceType": "AWS::KMS::Key"},
         "validatePolicyResourceType"),
        ({"maxResults": 0}, "maxResults"),
        ({"maxResults": -1}, "maxResults"),
        ({"nextToken": "nobody's"}, "nextToken"),
        ({"nextToken": "Zm9vOjE="}, "nextToken"),
        ({"nextToken": "ZmluZGluZ3M6eA=="}, "nextToken"),
    ],
)  # fmt: skip
def test_what_is_refused(live: Live, params: dict[str, Any], field: str) -> None:
    """A ValidationException with its reason and fields [M]."""
    asked = {"policyDocument": GOOD, "policyType": "IDENTITY_POLICY", **params}
    asked = {name: value for name, value in asked.items() if value is not None}
    unchecked = client(live)
    with pytest.raises(unchecked.exceptions.ValidationException) as caught:
        unchecked.validate_policy(**asked)
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert answer["reason"] == "fieldValidationFailed"
    assert [one["name"] for one in answer["fieldList"]] == [field]


CHECKS: list[tuple[str, dict[str, Any]]] = [
    ("check_no_new_access", {"newPolicyDocument": GOOD, "existingPolicyDocument": GOOD,
                             "policyType": "IDENTITY_POLICY"}),
    ("check_access_not_granted", {"policyDocument": GOOD, "policyType": "IDENTITY_POLICY",
                                  "access": [{"actions": ["s3:GetObject"]}]}),
    ("check_no_public_access", {"policyDocument": GOOD, "resourceType": "AWS::S3::Bucket"}),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "params"), CHECKS)
def test_what_needs_a_proof_is_not_answered_yet(
    live: Live, operation: str, params: dict[str, Any]
) -> None:
    """No answer is better than a wrong one."""
    code, message = refused(getattr(live.client("accessanalyzer"), operation), **params)
    assert code == "NotImplemented" and "`remit prove`" in message


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("list_analyzers", {}),
        ("create_analyzer", {"analyzerName": "a", "type": "ACCOUNT"}),
        ("list_findings", {"analyzerArn": "arn:aws:access-analyzer:us-east-1:1:analyzer/a"}),
        ("list_policy_generations", {}),
    ],
)
def test_findings_about_resources_are_not_emulated(
    live: Live, operation: str, params: dict[str, Any]
) -> None:
    """An analyzer without findings would say that nothing is shared."""
    code, _ = refused(getattr(live.client("accessanalyzer"), operation), **params)
    assert code == "NotImplemented"


def test_who_may_ask(live: Live) -> None:
    _, keys = live.user(allow("access-analyzer:ValidatePolicy"))
    mine = live.client("accessanalyzer", keys)
    mine.validate_policy(policyDocument=GOOD, policyType="IDENTITY_POLICY")
    assert refused(mine.check_no_new_access, **CHECKS[0][1])[0] == "AccessDeniedException"
    _, nobody = live.user()
    code, message = refused(
        live.client("accessanalyzer", nobody).validate_policy,
        policyDocument=GOOD,
        policyType="IDENTITY_POLICY",
    )
    assert code == "AccessDeniedException"
    assert "not authorized to perform: access-analyzer:ValidatePolicy" in message
