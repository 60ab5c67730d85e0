"""The keys of conditions: whether there is such a key, and whether it can say what it should.

Sources: IAM User Guide, access-analyzer-reference-policy-checks, reference_policies_condition-keys;
facts/iam.md 2.5, 2.6 and 3.
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.catalog import condition_keys as keys
from remit.catalog import iam, unlisted
from remit.core.finding import Confidence
from remit.core.policy import Condition, Effect, Statement
from remit.syntax.codes import Level
from remit.syntax.names import OPERATORS, Operator, nearest
from remit.syntax.source import shown
from remit.validate.grammar_checks import BY_CODE
from remit.validate.model import Check, Family, Issue, Subject

_ABSENT = "A key that no request carries makes a positive test false and a negated one true."

INVALID_GLOBAL_CONDITION_KEY = Check(
    "INVALID_GLOBAL_CONDITION_KEY",
    Level.ERROR,
    "A key that begins with `aws:` and that AWS does not have.",
    _ABSENT,
    "Spell it as in the list of global keys.",
)
INVALID_SERVICE_CONDITION_KEY = Check(
    "INVALID_SERVICE_CONDITION_KEY",
    Level.ERROR,
    "A key that its service does not have.",
    _ABSENT,
    "Spell it as in the Service Authorization Reference.",
)
DEPRECATED_GLOBAL_CONDITION_KEY = Check(
    "DEPRECATED_GLOBAL_CONDITION_KEY",
    Level.WARNING,
    "`aws:ARN`, which `aws:PrincipalArn` replaces.",
    "AWS may stop sending it.",
    "Write `aws:PrincipalArn`.",
)
MISSING_TAG_KEY_IN_CONDITION = Check(
    "MISSING_TAG_KEY_IN_CONDITION",
    Level.ERROR,
    "A tag key without the tag: `aws:ResourceTag`.",
    _ABSENT,
    "Write the tag's key behind a slash: `aws:ResourceTag/team`.",
)
MISSING_QUALIFIER = Check(
    "MISSING_QUALIFIER",
    Level.ERROR,
    "A key of many values under an operator without `ForAllValues` or `ForAnyValue`.",
    "Where the key is there, such a test never matches, however it is written.",
    "Put `ForAnyValue:` or `ForAllValues:` before the operator.",
)
FORALLVALUES_WITH_SINGLE_VALUED_KEY = Check(
    "FORALLVALUES_WITH_SINGLE_VALUED_KEY",
    Level.SECURITY_WARNING,
    "`ForAllValues` with a key of one value.",
    "It is true where the key is absent, so an Allow applies to requests without it.",
    "Remove `ForAllValues:`.",
)
UNTRUSTWORTHY_CONDITION_KEY = Check(
    "UNTRUSTWORTHY_CONDITION_KEY",
    Level.SECURITY_WARNING,
    "A key whose value the caller chooses: `aws:UserAgent`, `aws:Referer`.",
    "Whoever calls can send any value, so the condition keeps nobody out.",
    "Test something that AWS sets, such as `aws:PrincipalArn` or `aws:SourceVpce`.",
)
MISSING_PAIRED_CONDITION_KEYS = Check(
    "MISSING_PAIRED_CONDITION_KEYS",
    Level.SECURITY_WARNING,
    "`aws:VpcSourceIp` without the VPC.",
    "Anybody may use the same private addresses in a VPC of their own.",
    "Add `aws:SourceVpc` or `aws:SourceVpce` to the same statement.",
)
USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES = Check(
    "USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES",
    Level.WARNING,
    "A key of the VPC endpoint's owner, with actions of services that do not send it.",
    "For these services the key is absent, and a negated test then holds for every request.",
    "Name only actions of services that send it.",
)


def existing(subject: Subject) -> Iterator[Issue]:
    """Every key that neither AWS nor its service has."""
    for _, test in tests(subject):
        yield from _key(test)


def tests(subject: Subject) -> Iterator[tuple[Statement, Condition]]:
    """Every test of the document with its statement."""
    for statement in subject.policy.statements:
        for test in statement.conditions:
            yield statement, test


def _key(test: Condition) -> Iterator[Issue]:
    name, span = test.key.value, test.key.span
    prefix, colon, rest = name.lower().partition(":")
    if not colon or not prefix or not rest or keys.is_claim(name):
        return
    if name.lower() in keys.DEPRECATED:
        yield Issue(
            DEPRECATED_GLOBAL_CONDITION_KEY,
            span,
            f"{shown(name)} is old",
            "write `aws:PrincipalArn`",
        )
        return
    bare = keys.tag_key_without_tag(name)
    if bare is not None and keys.key(name) is None:
        message = f"{shown(name)} names no tag"
        yield Issue(
            MISSING_TAG_KEY_IN_CONDITION, span, message, f"write `{bare}` and the tag's key"
        )
        return
    if keys.key(name) is not None or prefix in unlisted.SERVICES:
        return
    yield _unknown(test, prefix)


def _unknown(test: Condition, prefix: str) -> Issue:
    name, span = test.key.value, test.key.span
    dated = f"(as of {iam.as_of()})"
    if prefix == "aws":
        message, check = f"AWS has no global key {shown(name)}", INVALID_GLOBAL_CONDITION_KEY
        near = nearest(name, keys.global_names())
    elif keys.has_keys(prefix):
        message = f"{shown(prefix)} has no condition key {shown(name)} {dated}"
        check, near = INVALID_SERVICE_CONDITION_KEY, nearest(name, keys.service_names(prefix))
    else:
        message = f"AWS has no service {shown(prefix)} {dated}"
        check, near = BY_CODE["INVALID_SERVICE"], None
    fix = f"did you mean `{near}`?" if near else "remove the test, or spell the key right"
    return Issue(check, span, message, fix, Confidence.CONDITIONAL)


def qualified(subject: Subject) -> Iterator[Issue]:
    """Set operators where they must stand, and only there."""
    for statement, test in tests(subject):
        operator = Operator.split(test.operator.value)
        key = keys.key(test.key.value)
        if key is None or operator.base not in OPERATORS or operator.base == "Null":
            continue
        if key.many and not operator.prefix:
            message = (
                f"{shown(test.key.value)} may have several values, and the test has no qualifier"
            )
            fix = f"write `ForAnyValue:{operator}` or `ForAllValues:{operator}`"
            yield Issue(MISSING_QUALIFIER, test.key.span, message, fix)
        elif not key.many and operator.prefix == "ForAllValues" and _harmful(statement, test):
            message = f"{shown(test.key.value)} has one value; `ForAllValues` also holds without it"
            fix = f"write `{Operator('', operator.base, operator.if_exists)}`"
            yield Issue(FORALLVALUES_WITH_SINGLE_VALUED_KEY, test.operator.span, message, fix)


def _harmful(statement: Statement, test: Condition) -> bool:
    """An Allow that nothing else ties to the key's presence (`Null` with `false`)."""
    return statement.effect is Effect.ALLOW and not any(
        one.operator.value == "Null"
        and one.key.value.lower() == test.key.value.lower()
        and any(value.value == "false" for value in one.values)
        for one in statement.conditions
    )


_SPOOFED = frozenset({"aws:useragent", "aws:referer"})


def trustworthy(subject: Subject) -> Iterator[Issue]:
    """Keys that the caller sets."""
    for _, test in tests(subject):
        if test.key.value.lower() in _SPOOFED:
            message = f"the caller chooses {shown(test.key.value)}"
            fix = "test a key that AWS sets"
            yield Issue(UNTRUSTWORTHY_CONDITION_KEY, test.key.span, message, fix)


_PAIRS = {"aws:vpcsourceip": frozenset({"aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"})}


def paired(subject: Subject) -> Iterator[Issue]:
    """Keys that say little alone."""
    for statement, test in tests(subject):
        partners = _PAIRS.get(test.key.value.lower())
        if partners and not any(one.key.value.lower() in partners for one in statement.conditions):
            message = f"{shown(test.key.value)} without the VPC that it is in"
            fix = "add `aws:SourceVpc` or `aws:SourceVpce` to the statement's conditions"
            yield Issue(MISSING_PAIRED_CONDITION_KEYS, test.key.span, message, fix)


# facts/iam.md 3.3, mid-2026; the list grows.
_ACCOUNT = frozenset(
    """
    apprunner discovery athena servicediscovery applicationinsights cloudformation
    comprehendmedical compute-optimizer ecr ecs kinesisanalytics route53 datasync dynamodb ebs
    scheduler firehose gamelift medical-imaging healthlake omics iam iotfleetwise iotwireless kms
    lambda payment-cryptography polly acm-pca rbin rekognition servicequotas s3 shield
    storagegateway ssm-contacts textract transcribe transfer
    """.split()
)
_ORGANIZATION = _ACCOUNT | frozenset(
    """
    b2bi cognito-identity dms ds-data identitystore iottwinmaker cassandra network-firewall
    sms-voice pricing ses sqs workmail
    """.split()
)
_ENDPOINT_KEYS = {
    "aws:vpceaccount": _ACCOUNT,
    "aws:vpceorgid": _ORGANIZATION,
    "aws:vpceorgpaths": _ORGANIZATION,
}


def supported(subject: Subject) -> Iterator[Issue]:
    """Keys of the endpoint's owner beside actions of services that do not send them."""
    for statement, test in tests(subject):
        services = _ENDPOINT_KEYS.get(test.key.value.lower())
        if services is None:
            continue
        named = {item.value.lower().partition(":")[0] for item in statement.actions}
        others = sorted(named - services)
        if statement.not_action or others:
            what = "all but the listed actions" if statement.not_action else shown(others[0])
            message = f"{shown(test.key.value)} is not sent by every service, and this names {what}"
            yield Issue(
                USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES,
                test.key.span,
                message,
                "name actions of services that send it",
                Confidence.CONDITIONAL,
            )


FAMILY = Family(
    "Condition keys",
    (
        INVALID_GLOBAL_CONDITION_KEY,
        INVALID_SERVICE_CONDITION_KEY,
        DEPRECATED_GLOBAL_CONDITION_KEY,
        MISSING_TAG_KEY_IN_CONDITION,
        MISSING_QUALIFIER,
        FORALLVALUES_WITH_SINGLE_VALUED_KEY,
        UNTRUSTWORTHY_CONDITION_KEY,
        MISSING_PAIRED_CONDITION_KEYS,
        USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES,
    ),
    (existing, qualified, trustworthy, paired, supported),
)
