"""Access Analyzer: `ValidatePolicy`, answered by the validator behind `remit validate`.

The checks that reason about all requests, and findings about resources, are not answered: saying
that there are none would be a wrong answer.

Source: facts/iam.md 9.2 and 9.3; botocore's model of Access Analyzer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from remit.app import paging
from remit.app.validate import Asked, Result, check_document
from remit.core.http import HttpAnswer
from remit.enforce import denials
from remit.enforce.denials import Refusal, Speech
from remit.report import validation_json
from remit.validate.model import PolicyType
from remit.validate.resource_types import TRUST

Params = Mapping[str, Any]

_FILE = "policy.json"  # the name tells that it is JSON
_FINDINGS = "findings"
_PAGE = 100
_LARGEST_PAGE = 1_000
_TYPES = {
    "IDENTITY_POLICY": PolicyType.IDENTITY,
    "RESOURCE_POLICY": PolicyType.RESOURCE,
    "SERVICE_CONTROL_POLICY": PolicyType.SCP,
    "RESOURCE_CONTROL_POLICY": PolicyType.RCP,
}
_RESOURCES = frozenset(
    {
        "AWS::S3::Bucket",
        "AWS::S3::AccessPoint",
        "AWS::S3::MultiRegionAccessPoint",
        "AWS::S3ObjectLambda::AccessPoint",
        TRUST,
        "AWS::DynamoDB::Table",
    }
)
_LOCALES = frozenset("DE EN ES FR IT JA KO PT_BR ZH_CN ZH_TW".split())
_MEMBERS = ("findingDetails", "findingType", "issueCode", "learnMoreLink", "locations")
# They need an answer for all requests at once.
_PROVED_LATER = ("CheckAccessNotGranted", "CheckNoNewAccess", "CheckNoPublicAccess")
OPERATIONS = ("ValidatePolicy", *_PROVED_LATER)


class ParameterError(ValueError):
    """A parameter that is refused: its `name`, and `what` is wrong with it."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"{name}: {what}")
        self.name = name
        self.what = what


def answer(operation: str, params: Params, number: str) -> HttpAnswer:
    """The answer to one of OPERATIONS."""
    if operation in _PROVED_LATER:
        text = (
            f"remit serve does not answer `{operation}` yet: it asks about all requests at once,"
            " which arrives with `remit prove`"
        )
        refusal = Refusal("NotImplemented", text, 501)
        return denials.answer(refusal, Speech("accessanalyzer", "rest-json"), number)
    try:
        return _json(200, validated(params), number)
    except ParameterError as error:
        return _refused(error, number)


def validated(params: Params) -> dict[str, Any]:
    """The members of an answer to ValidatePolicy: one page of findings. Raises ParameterError."""
    asked = _asked(params)
    start, most = _start(params.get("nextToken")), _most(params.get("maxResults"))
    data = _text(params, "policyDocument").encode("utf-8", "surrogatepass")
    found = validation_json.document(Result((check_document(_FILE, data, asked),)))
    findings = [_finding(one) for one in found["documents"][0]["findings"]]
    page: dict[str, Any] = {"findings": findings[start : start + most]}
    if start + most < len(findings):
        page["nextToken"] = paging.marker(_FINDINGS, start + most)
    return page


def _finding(found: Mapping[str, Any]) -> dict[str, Any]:
    """What the service's model has of a finding. remit's own checks have no page of AWS's, and the
    model asks for a text."""
    return {name: found[name] for name in _MEMBERS} | {
        "learnMoreLink": found["learnMoreLink"] or ""
    }


# --- parameters ---------------------------------------------------------------------------------


def _asked(params: Params) -> Asked:
    """What the document is. Raises ParameterError."""
    kind = _one_of(params, "policyType", _TYPES)
    _one_of(params, "locale", _LOCALES, "EN")
    resource = params.get("validatePolicyResourceType")
    if resource is None:
        return Asked(_TYPES[kind])
    resource = _one_of(params, "validatePolicyResourceType", _RESOURCES)
    if kind != "RESOURCE_POLICY":
        # [M]: only for resource policies; seen as a ValidationException of the text `InvalidInput`
        # (awslabs/terraform-iam-policy-validator 23).
        raise ParameterError(
            "validatePolicyResourceType", "it is for the policyType `RESOURCE_POLICY`"
        )
    return Asked(PolicyType.TRUST if resource == TRUST else PolicyType.RESOURCE, resource)


def _one_of(params: Params, name: str, known: Any, default: str | None = None) -> str:
    value = params.get(name, default)
    if isinstance(value, str) and value in known:
        return value
    wanted = ", ".join(sorted(known))
    raise ParameterError(name, f"expected one of {wanted}")


def _text(params: Params, name: str) -> str:
    value = params.get(name)
    if not isinstance(value, str):
        raise ParameterError(name, "expected a string")
    return value


def _most(value: Any) -> int:
    if value is None:
        return _PAGE
    digits = str(value)
    if digits.isascii() and digits.isdigit() and len(digits) < 9 and int(digits) > 0:
        return min(int(digits), _LARGEST_PAGE)
    raise ParameterError("maxResults", "expected a number from 1")


def _start(token: Any) -> int:
    number = 0 if token is None else paging.number(_FINDINGS, str(token))
    if number is None:
        raise ParameterError("nextToken", "it is none of an earlier answer")
    return number


# --- answers ------------------------------------------------------------------------------------


def _json(status: int, value: Mapping[str, Any], number: str, *more: tuple[str, str]) -> HttpAnswer:
    headers = (("content-type", "application/json"), ("x-amzn-requestid", number), *more)
    return HttpAnswer(status, headers, json.dumps(value).encode())


def _refused(error: ParameterError, number: str) -> HttpAnswer:
    """A ValidationException with its fields (botocore's model)."""
    body = {
        "message": str(error),
        "reason": "fieldValidationFailed",
        "fieldList": [{"name": error.name, "message": error.what}],
    }
    return _json(400, body, number, ("x-amzn-errortype", "ValidationException"))
