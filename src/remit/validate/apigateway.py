"""Resource policies of REST APIs in API Gateway: their own actions, ARNs, principals and keys.

Sources: API Gateway Developer Guide, apigateway-resource-policies-create-attach (principals),
-examples (short ARNs), -aws-condition-keys, apigateway-control-access-using-iam-policies-to-
invoke-api, limits; facts/api-gateway.md 1.8 and 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from remit.core.finding import Confidence
from remit.core.policy import Item, Statement
from remit.syntax.codes import Level
from remit.syntax.source import shown
from remit.validate.grammar_checks import BY_CODE
from remit.validate.model import Authorization, Check, Family, Issue, PolicyType, Subject
from remit.validate.principals import entries

_NO_CALL = "No call has such an ARN, so the statement applies to none."

REMIT_API_ACTION = Check(
    "REMIT_API_ACTION",
    Level.ERROR,
    "An action of another service than `execute-api`.",
    "Calls to an API are `execute-api:Invoke`; nothing else is ever asked of this policy.",
    "Write `execute-api:Invoke`.",
)
REMIT_API_ARN = Check(
    "REMIT_API_ARN",
    Level.ERROR,
    "A resource that is neither an ARN of `execute-api` nor its short form.",
    _NO_CALL,
    "Write `execute-api:/STAGE/VERB/PATH`, or the full ARN.",
)
REMIT_API_ARN_LENGTH = Check(
    "REMIT_API_ARN_LENGTH",
    Level.WARNING,
    "A resource of more than 1,600 bytes.",
    "API Gateway answers 414 to calls whose ARN is longer.",
    "Use a wildcard in the path.",
)
REMIT_API_VERB = Check(
    "REMIT_API_VERB",
    Level.WARNING,
    "`ANY`, or a verb in small letters, in a resource.",
    "Calls bear the verb itself, in capitals.",
    "Write `*`, or the verb in capitals.",
)
REMIT_API_PATH_PARAMETER = Check(
    "REMIT_API_PATH_PARAMETER",
    Level.WARNING,
    "A path parameter (`{id}`) in a resource.",
    "The path of the call is compared, not the resource's template.",
    "Write `*` in its place.",
)
REMIT_API_PRINCIPAL = Check(
    "REMIT_API_PRINCIPAL",
    Level.WARNING,
    "A named principal, for methods without IAM authorization.",
    "There every caller is anonymous, so the statement matches nobody.",
    'Write `"Principal": "*"`, or set the methods to `AWS_IAM`.',
)
REMIT_API_CALLER_KEY = Check(
    "REMIT_API_CALLER_KEY",
    Level.WARNING,
    "A condition on the caller, for methods without IAM authorization.",
    "There the key is absent: positive tests fail, negated ones hold for everybody.",
    "Set the methods to `AWS_IAM`, or test the network.",
)
REMIT_API_NEEDS_IAM = Check(
    "REMIT_API_NEEDS_IAM",
    Level.SUGGESTION,
    "A named principal or a condition on the caller, and nobody said how methods authorize.",
    "Only methods with `AWS_IAM` know their caller; for all others it matches nobody.",
    "Say `--authorization AWS_IAM` if all methods have it.",
)
REMIT_API_ARN_LENGTH_AUTHORIZER = Check(
    "REMIT_API_ARN_LENGTH_AUTHORIZER",
    Level.SUGGESTION,
    "An ARN of more than 512 characters in a policy for `execute-api` without principals.",
    "If a Lambda authorizer returns it, API Gateway refuses the answer.",
    "Use a wildcard in the path.",
)
REMIT_API_MANAGEMENT_KEY = Check(
    "REMIT_API_MANAGEMENT_KEY",
    Level.WARNING,
    "A condition key of API Gateway's management (`apigateway:...`).",
    "Calls of the API do not carry it.",
    "Use a global key.",
)

_LONGEST = 1_600
_FULL = re.compile(r"arn:[^:]+:execute-api:[^:]*:[^:]*:.+", re.DOTALL)
_VERBS = frozenset({"GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS"})
# facts/api-gateway.md 2.7: present only where the caller is an IAM principal.
_OF_CALLER = frozenset(
    "aws:" + name
    for name in """
    tokenissuetime multifactorauthpresent multifactorauthage principalaccount principalarn
    principaltype userid username principalorgid principalorgpaths
    """.split()
)


def actions(subject: Subject) -> Iterator[Issue]:
    """Actions that are not `execute-api`'s."""
    if subject.type is not PolicyType.API_GATEWAY:
        return
    for statement in subject.policy.statements:
        for item in statement.actions:
            prefix, colon, _ = item.value.lower().partition(":")
            if colon and prefix != "execute-api" and "*" not in prefix:
                message = f"{shown(item.value)} in the policy of an API"
                yield Issue(REMIT_API_ACTION, item.span, message, REMIT_API_ACTION.remedy)


def resources(subject: Subject) -> Iterator[Issue]:
    """ARNs in full or short form, and what is in them."""
    if subject.type is not PolicyType.API_GATEWAY:
        return
    for statement in subject.policy.statements:
        if statement.resources is None:
            hint = 'write `"Resource": "execute-api:/*"`'
            check = BY_CODE["MISSING_RESOURCE"]
            yield Issue(check, statement.span, "the statement has no `Resource`", hint)
        for item in statement.resources or ():
            yield from _resource(item)


def _resource(item: Item) -> Iterator[Issue]:
    text = item.value
    path = _path(text)
    if path is None:
        if text != "*":
            message = f"{shown(text)} is no resource of an API"
            yield Issue(REMIT_API_ARN, item.span, message, REMIT_API_ARN.remedy)
        return
    if len(text.encode("utf-8", "surrogatepass")) > _LONGEST:
        message = f"the ARN has more than {_LONGEST:,} bytes"
        yield Issue(REMIT_API_ARN_LENGTH, item.span, message, REMIT_API_ARN_LENGTH.remedy)
    segments = path.split("/")
    verb = segments[2] if len(segments) > 3 else ""
    if verb == "ANY" or (verb.upper() in _VERBS and verb not in _VERBS):
        fix = "write `*`" if verb == "ANY" else f"write `{verb.upper()}`"
        yield Issue(REMIT_API_VERB, item.span, f"no call has the verb {shown(verb)}", fix)
    if any(one.startswith("{") and one.endswith("}") for one in segments[3:]):
        message = f"a path parameter in {shown(text)}"
        yield Issue(REMIT_API_PATH_PARAMETER, item.span, message, REMIT_API_PATH_PARAMETER.remedy)


def _path(text: str) -> str | None:
    """`API/STAGE/VERB/PATH` of either form; None where it is neither."""
    if text.startswith("execute-api:/"):
        return "API" + text.removeprefix("execute-api:")
    return text.split(":", 5)[5] if _FULL.fullmatch(text) else None


def callers(subject: Subject) -> Iterator[Issue]:
    """Principals and keys that only IAM authorization brings."""
    if subject.type is not PolicyType.API_GATEWAY:
        return
    authorization = subject.asked.authorization
    for statement in subject.policy.statements:
        if authorization is not Authorization.AWS_IAM:
            yield from _of_iam(statement, authorization)
        for test in statement.conditions:
            if test.key.value.lower().startswith("apigateway:"):
                message = f"{shown(test.key.value)} is not sent with calls"
                check = REMIT_API_MANAGEMENT_KEY
                yield Issue(check, test.key.span, message, check.remedy)


def _of_iam(statement: Statement, authorization: Authorization | None) -> Iterator[Issue]:
    named = [one for one in entries(statement, "AWS") if one.value != "*"]
    tested = [
        test.key
        for test in statement.conditions
        if test.key.value.lower() in _OF_CALLER
        or test.key.value.lower().startswith("aws:principaltag/")
    ]
    if authorization is None:
        for item in (*named, *tested)[:1]:
            message = f"{shown(item.value)} means something only where methods have `AWS_IAM`"
            check, sure = REMIT_API_NEEDS_IAM, Confidence.CONDITIONAL
            yield Issue(check, item.span, message, check.remedy, sure)
        return
    for item in named:
        message = f"{shown(item.value)} matches no caller of methods of type `{authorization}`"
        yield Issue(REMIT_API_PRINCIPAL, item.span, message, REMIT_API_PRINCIPAL.remedy)
    for item in tested:
        message = f"{shown(item.value)} is absent for methods of type `{authorization}`"
        yield Issue(REMIT_API_CALLER_KEY, item.span, message, REMIT_API_CALLER_KEY.remedy)


_LONGEST_ANSWER = 512


def answers(subject: Subject) -> Iterator[Issue]:
    """ARNs too long for what a Lambda authorizer returns, which reads like an identity policy."""
    if subject.type is not PolicyType.IDENTITY:
        return
    for statement in subject.policy.statements:
        for item in statement.resources or ():
            if len(item.value) > _LONGEST_ANSWER and _FULL.fullmatch(item.value):
                check = REMIT_API_ARN_LENGTH_AUTHORIZER
                message = f"an ARN of {len(item.value)} characters"
                yield Issue(check, item.span, message, check.remedy, Confidence.CONDITIONAL)


FAMILY = Family(
    "API Gateway",
    (
        REMIT_API_ACTION,
        REMIT_API_ARN,
        REMIT_API_ARN_LENGTH,
        REMIT_API_VERB,
        REMIT_API_PATH_PARAMETER,
        REMIT_API_PRINCIPAL,
        REMIT_API_CALLER_KEY,
        REMIT_API_NEEDS_IAM,
        REMIT_API_ARN_LENGTH_AUTHORIZER,
        REMIT_API_MANAGEMENT_KEY,
    ),
    (actions, resources, callers, answers),
)
