"""Resource policies put on what was made, as the stage deploys them.

Each is put by the call that owners use, so it is stored and in force like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from remit.app.provision import texts
from remit.app.provision.model import Note, Perform, Provisioned, Refused
from remit.app.seeding import closed, document, opened
from remit.core.arn import Arn
from remit.core.text import Text
from remit.deploy.model import Attached, Stage

_Put: TypeAlias = Callable[[Arn, str], tuple[str, str, dict[str, Any]]]

_PUTS: Mapping[str, _Put] = {
    "AWS::DynamoDB::Table": lambda arn, text: (
        "dynamodb",
        "PutResourcePolicy",
        {"ResourceArn": str(arn), "Policy": text},
    ),
    "AWS::ECR::Repository": lambda arn, text: (
        "ecr",
        "SetRepositoryPolicy",
        {"repositoryName": arn.resource.partition("/")[2], "policyText": text},
    ),
    "AWS::KMS::Key": lambda arn, text: (
        "kms",
        "PutKeyPolicy",
        {"KeyId": arn.resource.partition("/")[2], "PolicyName": "default", "Policy": text},
    ),
    "AWS::S3::Bucket": lambda arn, text: (
        "s3",
        "PutBucketPolicy",
        {"Bucket": arn.resource, "Policy": text},
    ),
    "AWS::SNS::Topic": lambda arn, text: (
        "sns",
        "SetTopicAttributes",
        {"TopicArn": str(arn), "AttributeName": "Policy", "AttributeValue": text},
    ),
    "AWS::SQS::Queue": lambda arn, text: (
        "sqs",
        "SetQueueAttributes",
        {"QueueUrl": f"https://{arn.account}/{arn.resource}", "Attributes": {"Policy": text}},
    ),
    "AWS::SecretsManager::Secret": lambda arn, text: (
        "secretsmanager",
        "PutResourcePolicy",
        {"SecretId": str(arn), "ResourcePolicy": text},
    ),
}
"""The call that puts a policy on a resource of a type. What decides here looks at these and at
functions' policies; functions are not made."""

_NOT_MADE = frozenset({"AWS::Lambda::Function"})


def put(
    stage: Stage,
    made: Provisioned,
    known: Mapping[str, str],
    whole: Mapping[str, str],
    perform: Perform,
) -> Iterator[Note]:
    """Put the policies of a stage on what was made; what is to be said of that. `known` are the
    values of symbols, `whole` what texts with symbols are here."""
    there = {one.arn for one in made.made}
    for one in stage.attached:
        if one.kind not in _NOT_MADE:
            why = _put(one, there, known, whole, perform)
            if why:
                yield Note(f"policy of {one.kind}", one.policy.name, one.span, why)


def _put(
    one: Attached,
    there: set[str],
    known: Mapping[str, str],
    whole: Mapping[str, str],
    perform: Perform,
) -> str:
    """Why a policy is not in force as it is deployed, "" when it is."""
    call = _PUTS.get(one.kind)
    if call is None:
        return "policies of this type are not in force here"
    text = _arn(one.resource, known, whole)
    arn = None if text is None else Arn.parse(text)
    if arn is None or str(arn) not in there:
        return "what it is attached to was not made"
    open_: list[str] = []
    policy = document(opened(closed(one.policy, known, whole, open_), known, open_, whole))
    try:
        perform(*call(arn, policy), arn.region or known["region"])
    except Refused as error:
        return f"it was refused: {error.code}: {error.message}"
    return f"in force, but {open_[0]}" if open_ else ""


def _arn(text: Text, known: Mapping[str, str], whole: Mapping[str, str]) -> str | None:
    if str(text) in whole:
        return whole[str(text)]
    try:
        return texts.filled(text, known)
    except texts.Missing:
        return None
