"""All checks in one table, and those of Access Analyzer that are left out, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from remit.validate import (
    actions,
    addresses,
    apigateway,
    condition_keys,
    condition_values,
    escalation,
    grammar_checks,
    oidc,
    organizations,
    principals,
    privilege,
    repetition,
    resources,
    roles,
    sizes,
    tags,
    trust,
)
from remit.validate.model import Check, Family

FAMILIES = (
    Family("Grammar", grammar_checks.CHECKS, ()),
    actions.FAMILY,
    resources.FAMILY,
    condition_keys.FAMILY,
    condition_values.FAMILY,
    addresses.FAMILY,
    tags.FAMILY,
    roles.FAMILY,
    principals.FAMILY,
    trust.FAMILY,
    oidc.FAMILY,
    organizations.FAMILY,
    apigateway.FAMILY,
    repetition.FAMILY,
    sizes.FAMILY,
    privilege.FAMILY,
    escalation.FAMILY,
)

CHECKS: Mapping[str, Check] = MappingProxyType(
    {check.code: check for family in FAMILIES for check in family.checks}
)

_FULL_LANGUAGE = "Since September 2025 service control policies have the full policy language."
_NO_LIST = "AWS does not publish "
LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "CONFIRM_AUDIENCE_CLAIM_TYPE": "AWS's page does not say how it differs from "
        "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE.",
        "INVALID_ARN_RESOURCE": "Access Analyzer was seen to accept ARNs that fit none of the "
        "reference's formats; REMIT_ARN_OF_NO_RESOURCE suggests instead.",
        "INVALID_KMS_KEY_VALUE": _NO_LIST + "the keys whose values it looks at.",
        "SCP_SYNTAX_ERROR_ACTION_WILDCARD": _FULL_LANGUAGE,
        "SCP_SYNTAX_ERROR_ALLOW_CONDITION": _FULL_LANGUAGE,
        "SCP_SYNTAX_ERROR_ALLOW_NOTACTION": _FULL_LANGUAGE,
        "SCP_SYNTAX_ERROR_ALLOW_RESOURCE": _FULL_LANGUAGE,
        "SCP_SYNTAX_ERROR_NOTRESOURCE": _FULL_LANGUAGE,
        "UNSUPPORTED_ACTION_FOR_CONDITION_KEY": "The Service Authorization Reference lists keys "
        "by action only in part; on AWS's own managed policies it accuses where AWS does not.",
        "UNSUPPORTED_GLOBAL_CONDITION_KEY": "AWS's page names one key (`aws:ARN`) for this and for "
        "DEPRECATED_GLOBAL_CONDITION_KEY, and not which applies when; the warning is given.",
        "VARIABLE_USAGE_TOO_PERMISSIVE": "Read plainly it accuses `${aws:PrincipalAccount}` in "
        "`aws:ResourceAccount`, which AWS's own managed policies have without such a finding.",
    }
)
