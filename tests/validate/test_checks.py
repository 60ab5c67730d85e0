"""Every check: the documents that give it, those that do not, where it points, the table's order."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from remit.core.finding import Confidence
from remit.core.span import Span
from remit.validate.sizes import size
from remit.validate.table import CHECKS, FAMILIES, LEFT_OUT
from tests.validate.cases import ROWS
from tests.validate.support import ACCOUNT, ROLE, allow, codes, deny, document, only, run, trust

TESTED_ELSEWHERE = {
    "JSON_SYNTAX_ERROR",  # no document: test_verb.py
    "REMIT_YAML_SYNTAX_ERROR",
    "REMIT_UNREADABLE",
    "REMIT_DUPLICATE_KEY",  # cannot be said in a dict: below
    "REMIT_INVALID_CHARACTER",
}


@pytest.mark.parametrize(
    ("name", "raw", "kind", "asked", "expected"), ROWS, ids=[row[0] for row in ROWS]
)
def test_a_document(
    name: str, raw: Any, kind: str, asked: dict[str, Any], expected: list[str]
) -> None:
    assert codes(raw, kind, **asked) == expected


def test_every_check_is_in_the_table_of_cases() -> None:
    shown = {code for _, _, _, _, expected in ROWS for code in expected}
    sizes = {code for code in CHECKS if "SIZE" in code}
    assert set(CHECKS) - shown - sizes - TESTED_ELSEWHERE == {"REMIT_PRIVILEGE_ESCALATION"}


def test_codes_are_unique_and_what_is_left_out_is_not_there() -> None:
    listed = [check.code for family in FAMILIES for check in family.checks]
    assert len(listed) == len(set(listed)) == len(CHECKS)
    assert not LEFT_OUT.keys() & CHECKS.keys()


# Severities as Access Analyzer's page has them (facts/iam.md 9.2): codes by level, shortened to
# those that one would get wrong from the name alone.
@pytest.mark.parametrize(
    ("level", "names"),
    [
        ("error", "TYPE_MISMATCH_IP_RANGE PRIVATE_IP_ADDRESS MISSING_QUALIFIER INVALID_ACTION FEDERATED_PRINCIPAL_NOT_SUPPORTED POLICY_SIZE_EXCEEDS_SCP_QUOTA WILDCARD_USAGE_TOO_PERMISSIVE MISSING_ARN_ACCOUNT VARIABLE_UNSUPPORTED_IN_VERSION"),
        ("security-warning", "ALLOW_WITH_NOT_PRINCIPAL PASS_ROLE_WITH_STAR_IN_RESOURCE FORALLVALUES_WITH_SINGLE_VALUED_KEY STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS UNTRUSTWORTHY_CONDITION_KEY MISSING_PAIRED_CONDITION_KEYS DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE"),
        ("warning", "MISSING_VERSION CREATE_SLR_WITH_STAR_IN_RESOURCE TYPE_MISMATCH TYPE_MISMATCH_DATE INVALID_ROLE_REFERENCE WILDCARD_WITHOUT_LIKE_OPERATOR UNIQUE_SIDS_RECOMMENDED POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED"),
        ("suggestion", "REDUNDANT_ACTION EMPTY_SID_VALUE NULL_WITH_QUALIFIER IMPROVE_IP_RANGE PRIVATE_IP_ADDRESS_SUBSET WILDCARD_IN_SERVICE_NAME EQUIVALENT_TO_NULL_FALSE ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE IRRELEVANT_CONDITION_KEY_IN_POLICY"),
    ],
)  # fmt: skip
def test_severities(level: str, names: str) -> None:
    assert {CHECKS[name].level.value for name in names.split()} == {level}


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_a_row_is_complete(code: str) -> None:
    check = CHECKS[code]
    assert re.fullmatch(r"[A-Z][A-Z_]+", code)
    for text in (check.what, check.why, check.remedy):
        assert text.endswith(".") and "  " not in text and text[0] in "`" + text[0].upper()


# --- places


def text_at(raw: str, span: Span) -> str:
    lines = raw.split("\n")
    if span.line != span.end_line:
        return lines[span.line - 1][span.column - 1 :]
    return lines[span.line - 1][span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize(
    ("raw", "code", "kind", "underlined"),
    [
        (document(allow(["s3:GetObject", "s3:GetObjekt"])), "INVALID_ACTION", "identity", '"s3:GetObjekt"'),
        (document(allow("sqs:SendMessage", f"arn:aws:sqs:us-east-7:{ACCOUNT}:q")), "INVALID_ARN_REGION", "identity", "us-east-7"),
        (document(allow("sqs:SendMessage", f"arn:aws:sqz:us-east-1:{ACCOUNT}:q")), "INVALID_SERVICE", "identity", "sqz"),
        (document(allow(Condition={"StringEquals": {"aws:TagKeys": "x"}})), "MISSING_QUALIFIER", "identity", '"aws:TagKeys"'),
        (document(allow(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.7/24"}})), "IMPROVE_IP_RANGE", "identity", '"203.0.113.7/24"'),
        (document(trust({"AWS": "*"})), "REMIT_TRUST_ANYONE", "trust", '"*"'),
    ],
)  # fmt: skip
def test_what_is_underlined(raw: Any, code: str, kind: str, underlined: str) -> None:
    text = json.dumps(raw, indent=1)
    assert text_at(text, only(raw, code, kind).span) == underlined


def test_fixes_name_the_mended_text() -> None:
    found = only(
        document(allow(Condition={"StringLikeIfExists": {"aws:SourceArn": "x"}})),
        "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
        "identity",
    )
    assert found.fix == "write `ArnLikeIfExists`"
    found = only(
        document(allow(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.7/24"}})),
        "IMPROVE_IP_RANGE",
        "identity",
    )
    assert found.fix == "write `203.0.113.0/24`"
    assert (
        only(document(allow("s3:GetObjekt")), "INVALID_ACTION", "identity").fix
        == "did you mean `s3:GetObject`?"
    )


def test_what_hangs_on_a_dated_catalog_is_said_to() -> None:
    found = only(document(allow("s3:GetObjekt")), "INVALID_ACTION", "identity")
    assert found.confidence is Confidence.CONDITIONAL
    assert re.search(r"\(as of 20\d\d-\d\d-\d\d\)", found.message)


def test_a_key_twice_in_one_object() -> None:
    raw = '{"Version": "2012-10-17", "Statement": [], "Statement": []}'
    assert "REMIT_DUPLICATE_KEY" in codes(raw, "identity")
    assert "REMIT_INVALID_CHARACTER" in codes(
        '{"Version": "2012-10-17", "Statement": {"Sid": "\\ud800"}}', "identity"
    )


# --- inference


@pytest.mark.parametrize(
    ("raw", "kind", "resource_type"),
    [
        (document(allow()), "identity", None),
        (document(trust({"AWS": ROLE})), "trust", None),
        (document(trust({"Federated": "cognito-identity.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity")), "trust", None),
        (document(allow("execute-api:Invoke", "execute-api:/*", Principal="*")), "api-gateway", None),
        (document(allow(Principal="*")), "resource", "AWS::S3::Bucket"),
        (document(allow("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q", Principal="*")), "resource", "AWS::SQS::Queue"),
        (document(allow("kms:*", "*", Principal={"AWS": ROLE})), "resource", "AWS::KMS::Key"),
        (document(allow("*", "*", Principal="*")), "resource", None),
        ([], "identity", None),
        (document(allow(), deny(), allow("s3:PutObject", Principal="*")), "identity", None),
    ],
)  # fmt: skip
def test_the_type_is_inferred_and_said(raw: Any, kind: str, resource_type: str | None) -> None:
    found = run(raw)
    assert (found.type.value, found.resource_type) == (kind, resource_type)
    assert found.why
    assert not run(raw, "identity").why


def test_a_resource_type_names_the_type() -> None:
    assert (
        run(document(allow()), resource_type="AWS::IAM::AssumeRolePolicyDocument").type == "trust"
    )
    assert run(document(allow()), resource_type="AWS::ApiGateway::RestApi").type == "api-gateway"
    assert run(document(allow()), resource_type="AWS::S3::Bucket").type == "resource"


# --- sizes: facts/iam.md 1.8 and api-gateway.md 2.6


def sized(length: int, **statement: Any) -> dict[str, Any]:
    """A document of exactly `length` characters without white space."""
    raw = document(allow(Sid="", **statement))
    empty = len(json.dumps(raw, separators=(",", ":")))
    raw["Statement"][0]["Sid"] = "x" * (length - empty)
    return raw


@pytest.mark.parametrize(
    ("kind", "limit", "code", "asked"),
    [
        ("identity", 10_240, "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", {}),
        ("identity", 6_144, "REMIT_POLICY_SIZE_FITS_ROLE_ONLY", {}),
        ("boundary", 6_144, "REMIT_BOUNDARY_SIZE", {}),
        ("session", 2_048, "REMIT_SESSION_POLICY_SIZE", {}),
        ("scp", 10_240, "POLICY_SIZE_EXCEEDS_SCP_QUOTA", {}),
        ("scp", 5_120, "REMIT_SCP_SIZE_UNSURE", {}),
        ("rcp", 5_120, "POLICY_SIZE_EXCEEDS_RCP_QUOTA", {}),
        ("trust", 2_048, "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", {}),
        ("api-gateway", 8_192, "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", {}),
        ("resource", 20_480, "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", {"resource_type": "AWS::S3::Bucket"}),
        ("resource", 8_192, "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", {"resource_type": "AWS::SQS::Queue"}),
    ],
)  # fmt: skip
def test_sizes(kind: str, limit: int, code: str, asked: dict[str, Any]) -> None:
    assert code not in codes(sized(limit), kind, **asked)
    assert code in codes(sized(limit + 1), kind, **asked)


def test_white_space_does_not_count() -> None:
    raw = sized(2_048)
    assert size_of(json.dumps(raw, indent=8)) == size_of(json.dumps(raw)) == 2_048


def size_of(text: str) -> int:
    from remit.syntax.document import load

    return size(load(text, "p.json"))


def test_every_type_takes_every_document() -> None:
    """No check of one type stumbles over another's documents."""
    for _, raw, _, _, _ in ROWS:
        for kind in (
            "identity",
            "boundary",
            "session",
            "resource",
            "trust",
            "scp",
            "rcp",
            "vpc-endpoint",
            "api-gateway",
        ):
            run(
                raw,
                kind,
                least_privilege=True,
                authorization="NONE",
                resource_type="AWS::S3::Bucket",
            )


def test_a_deny_is_not_accused_of_passing_roles() -> None:
    assert codes(document(deny("iam:PassRole", "*")), "identity") == []
