"""What moto's backends tell of resources: policies, tags, owners.

What may live here: one table from the service in an ARN to the function that looks it up. Reading
only; a resource that is not there is none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from remit.account.model import Document, Tags
from remit.app.ports import NO_RESOURCE, Resource
from remit.core.arn import Arn
from remit.server import kms_grants as grants
from remit.server import s3_lists as beside

Lookup = Callable[[Arn, str], Resource | None]


def resource(text: str, account: str) -> Resource:
    """What is under an ARN, asked by a caller of `account`."""
    arn = Arn.parse(text)
    lookup = _LOOKUPS.get(arn.service) if arn is not None else None
    if arn is None or lookup is None or "*" in arn.resource:
        return NO_RESOURCE
    return lookup(arn, arn.account or account) or NO_RESOURCE


def backend_of(module: str, name: str, account: str, region: str) -> Any:
    """A backend that has been used; None rather than make one."""
    regions = dict.get(_held(module, name), account)
    return None if regions is None else dict.get(regions, region)


@cache
def _held(module: str, name: str) -> Any:
    return getattr(import_module(module), name)


def _s3(arn: Arn, account: str) -> Resource | None:
    from moto.s3.models import s3_backends

    name, _, key = arn.resource.partition("/")
    partition, owner = s3_backends.bucket_accounts.get(name, ("", ""))
    if not owner:
        return None
    backend = s3_backends[owner][partition]
    bucket = backend.buckets.get(name)
    if bucket is None:
        return None
    policy = (
        None if bucket.policy is None else _document(arn, bucket.policy.decode("utf-8", "replace"))
    )
    tags = _pairs(backend.tagger.get_tag_dict_for_resource(bucket.arn))
    access = beside.mattering(bucket, key, policy)
    if not key:
        return Resource(owner, policy, tags, (), access)
    held = bucket.keys.get(key)
    own = _pairs(backend.tagger.get_tag_dict_for_resource(held.arn)) if held is not None else ()
    return Resource(owner, policy, (), own, access)


def _sqs(arn: Arn, account: str) -> Resource | None:
    backend = backend_of("moto.sqs.models", "sqs_backends", account, arn.region)
    queue = backend.queues.get(arn.resource) if backend is not None else None
    if queue is None:
        return None
    policy = queue.policy
    return Resource(account, _document(arn, policy) if policy else None, _pairs(queue.tags))


def _sns(arn: Arn, account: str) -> Resource | None:
    backend = backend_of("moto.sns.models", "sns_backends", account, arn.region)
    topic = backend.topics.get(str(arn)) if backend is not None else None
    if topic is None:
        return None
    return Resource(account, _document(arn, topic.policy), _pairs(topic._tags))


def _kms(arn: Arn, account: str) -> Resource | None:
    backend = backend_of("moto.kms.models", "kms_backends", account, arn.region)
    key = backend.keys.get(arn.resource.removeprefix("key/")) if backend is not None else None
    if key is None:
        return None
    tags = _pairs(backend.tagger.get_tag_dict_for_resource(key.id))
    return Resource(account, _document(arn, key.policy), tags, (), grants.of_key(key, account))


def _secret(arn: Arn, account: str) -> Resource | None:
    backend = backend_of(
        "moto.secretsmanager.models", "secretsmanager_backends", account, arn.region
    )
    found = backend.secrets.get(str(arn)) if backend is not None else None
    if found is None:
        return None
    policy = getattr(found, "policy", None)
    return Resource(account, _document(arn, policy) if policy else None, _pairs(found.tags))


def _lambda(arn: Arn, account: str) -> Resource | None:
    kind, _, name = arn.resource.partition(":")
    backend = backend_of("moto.awslambda.models", "lambda_backends", account, arn.region)
    if backend is None or kind != "function":
        return None
    name = name.partition(":")[0]
    plain = f"arn:{arn.partition}:lambda:{arn.region}:{account}:function:{name}"
    found = next((f for f in backend.list_functions() if f.function_arn == plain), None)
    if found is None:
        return None
    statements = found.policy.statements
    text = json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None
    return Resource(account, _document(arn, text) if text else None, _pairs(found.tags))


def _ecr(arn: Arn, account: str) -> Resource | None:
    backend = backend_of("moto.ecr.models", "ecr_backends", account, arn.region)
    name = arn.resource.removeprefix("repository/")
    found = backend.repositories.get(name) if backend is not None else None
    if found is None:
        return None
    tags = _pairs(backend.tagger.get_tag_dict_for_resource(found.arn))
    return Resource(account, _document(arn, found.policy) if found.policy else None, tags)


def _dynamodb(arn: Arn, account: str) -> Resource | None:
    table = table_of(arn, account)
    if table is None:
        return None
    backend = backend_of("moto.dynamodb.models", "dynamodb_backends", account, arn.region)
    held = backend.resource_policies.get(table.table_arn)
    policy = None if held is None else _document(arn, held.policy_doc)
    return Resource(account, policy, _pairs(table.tags))


def table_of(arn: Arn, account: str) -> Any:
    """moto's table; None where there is none."""
    backend = backend_of("moto.dynamodb.models", "dynamodb_backends", account, arn.region)
    name = arn.resource.removeprefix("table/").partition("/")[0]
    return backend.tables.get(name) if backend is not None else None


def _iam(arn: Arn, account: str) -> Resource | None:
    backend = backend_of("moto.iam.models", "iam_backends", account, "aws")
    kind, _, rest = arn.resource.partition("/")
    name = rest.rpartition("/")[2]
    if backend is None:
        return None
    if kind == "role":
        role = next((one for one in backend.roles.values() if one.name == name), None)
        if role is None or role.arn != str(arn):
            return None
        trust = role.assume_role_policy_document
        if not isinstance(trust, str):  # as it stood in a stack's template
            trust = json.dumps(trust)
        return Resource(account, Document("trust policy", trust), _pairs(role.tags))
    if kind == "user" and name in backend.users:
        return Resource(account, None, _pairs(backend.users[name].tags))
    return None


def _ec2(arn: Arn, account: str) -> Resource | None:
    backend = backend_of("moto.ec2.models", "ec2_backends", account, arn.region)
    name = arn.resource.partition("/")[2]
    if backend is None or name not in backend.tags:
        return None
    return Resource(account, None, _pairs(backend.tags[name]))


def _logs(arn: Arn, account: str) -> Resource | None:
    backend = backend_of("moto.logs.models", "logs_backends", account, arn.region)
    group = arn.resource.removeprefix("log-group:").partition(":")[0]
    if backend is None or group not in backend.groups:
        return None
    return Resource(
        account, None, _pairs(backend.tagger.get_tag_dict_for_resource(backend.groups[group].arn))
    )


def _ssm(arn: Arn, account: str) -> Resource | None:
    backend = backend_of("moto.ssm.models", "ssm_backends", account, arn.region)
    if backend is None:
        return None
    held = backend._resource_tags.get("Parameter", {})
    name = arn.resource.removeprefix("parameter")
    tags = held.get(name) or held.get(name.removeprefix("/"))
    return Resource(account, None, _pairs(tags)) if tags else None


_LOOKUPS: Mapping[str, Lookup] = {
    "dynamodb": _dynamodb,
    "ec2": _ec2,
    "ecr": _ecr,
    "iam": _iam,
    "kms": _kms,
    "lambda": _lambda,
    "logs": _logs,
    "s3": _s3,
    "secretsmanager": _secret,
    "sns": _sns,
    "sqs": _sqs,
    "ssm": _ssm,
}


# --- small things -------------------------------------------------------------------------------


def text_of(document: Any) -> str:
    """A policy's text. moto keeps what CloudFormation made as it stood in the template, where YAML
    takes a `Version` without quotes for a date."""
    return document if isinstance(document, str) else json.dumps(document, default=str)


def _document(arn: Arn, text: Any) -> Document:
    return Document(f"policy of {arn.service} {arn.resource}", text_of(text))


def _pairs(tags: Any) -> Tags:
    """Tags as moto holds them: a mapping, or a list of keys and values."""
    if not tags:
        return ()
    if isinstance(tags, dict):
        return tuple((str(key), str(value)) for key, value in tags.items())
    return tuple((str(tag["Key"]), str(tag.get("Value", ""))) for tag in tags if "Key" in tag)
