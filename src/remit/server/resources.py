"""What moto's backends tell of resources: policies, tags, owners, names.

What may live here: one table from the service in an ARN to the function that looks it up, another
for the texts that a call leaves open. Reading only; a resource that is not there is none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from remit.account.model import Document, Tags
from remit.app.ports import NO_RESOURCE, Resource
from remit.core.arn import Arn
from remit.core.text import Text
from remit.enforce.recognize import Recognized
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


def _backend(module: str, name: str, account: str, region: str) -> Any:
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
    backend = _backend("moto.sqs.models", "sqs_backends", account, arn.region)
    queue = backend.queues.get(arn.resource) if backend is not None else None
    if queue is None:
        return None
    policy = queue.policy
    return Resource(account, _document(arn, policy) if policy else None, _pairs(queue.tags))


def _sns(arn: Arn, account: str) -> Resource | None:
    backend = _backend("moto.sns.models", "sns_backends", account, arn.region)
    topic = backend.topics.get(str(arn)) if backend is not None else None
    if topic is None:
        return None
    return Resource(account, _document(arn, topic.policy), _pairs(topic._tags))


def _kms(arn: Arn, account: str) -> Resource | None:
    backend = _backend("moto.kms.models", "kms_backends", account, arn.region)
    key = backend.keys.get(arn.resource.removeprefix("key/")) if backend is not None else None
    if key is None:
        return None
    tags = _pairs(backend.tagger.get_tag_dict_for_resource(key.id))
    return Resource(account, _document(arn, key.policy), tags, (), grants.of_key(key, account))


def _secret(arn: Arn, account: str) -> Resource | None:
    backend = _backend("moto.secretsmanager.models", "secretsmanager_backends", account, arn.region)
    found = backend.secrets.get(str(arn)) if backend is not None else None
    if found is None:
        return None
    policy = getattr(found, "policy", None)
    return Resource(account, _document(arn, policy) if policy else None, _pairs(found.tags))


def _lambda(arn: Arn, account: str) -> Resource | None:
    kind, _, name = arn.resource.partition(":")
    backend = _backend("moto.awslambda.models", "lambda_backends", account, arn.region)
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
    backend = _backend("moto.ecr.models", "ecr_backends", account, arn.region)
    name = arn.resource.removeprefix("repository/")
    found = backend.repositories.get(name) if backend is not None else None
    if found is None:
        return None
    tags = _pairs(backend.tagger.get_tag_dict_for_resource(found.arn))
    return Resource(account, _document(arn, found.policy) if found.policy else None, tags)


def _dynamodb(arn: Arn, account: str) -> Resource | None:
    table = _table(arn, account)
    if table is None:
        return None
    backend = _backend("moto.dynamodb.models", "dynamodb_backends", account, arn.region)
    held = backend.resource_policies.get(table.table_arn)
    policy = None if held is None else _document(arn, held.policy_doc)
    return Resource(account, policy, _pairs(table.tags))


def _table(arn: Arn, account: str) -> Any:
    backend = _backend("moto.dynamodb.models", "dynamodb_backends", account, arn.region)
    name = arn.resource.removeprefix("table/").partition("/")[0]
    return backend.tables.get(name) if backend is not None else None


def _iam(arn: Arn, account: str) -> Resource | None:
    backend = _backend("moto.iam.models", "iam_backends", account, "aws")
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
    backend = _backend("moto.ec2.models", "ec2_backends", account, arn.region)
    name = arn.resource.partition("/")[2]
    if backend is None or name not in backend.tags:
        return None
    return Resource(account, None, _pairs(backend.tags[name]))


def _logs(arn: Arn, account: str) -> Resource | None:
    backend = _backend("moto.logs.models", "logs_backends", account, arn.region)
    group = arn.resource.removeprefix("log-group:").partition(":")[0]
    if backend is None or group not in backend.groups:
        return None
    return Resource(
        account, None, _pairs(backend.tagger.get_tag_dict_for_resource(backend.groups[group].arn))
    )


def _ssm(arn: Arn, account: str) -> Resource | None:
    backend = _backend("moto.ssm.models", "ssm_backends", account, arn.region)
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


# --- what a call leaves open --------------------------------------------------------------------


def partition_key(table: str) -> str | None:
    """The name of a DynamoDB table's partition key."""
    arn = Arn.parse(table)
    found = _table(arn, arn.account) if arn is not None else None
    return None if found is None else str(found.hash_key_attr)


def complete(call: Recognized, text: Text, account: str) -> str | None:
    """The one ARN that fits a text with holes; None where none does, or several do."""
    if call.service == "kms" and call.operation == "RetireGrant":
        return grants.key_of(call.params)
    first = text.parts[0] if text.parts else ""
    head = first.split(":") if isinstance(first, str) else []
    service = head[2] if len(head) > 2 else ""
    region = head[3] if len(head) > 3 else ""
    known = _KNOWN.get(service)
    if known is None:
        return None
    found = {arn for arn in known(call, account, region) if _fits(text, arn)}
    return found.pop() if len(found) == 1 else None


def _fits(text: Text, arn: str) -> bool:
    """Whether the literal pieces of a text stand in an ARN in their order, the last at its end;
    a hole of known width stands for that many characters."""
    parts = text.parts
    place = 0
    for index, part in enumerate(parts):
        if not isinstance(part, str):
            if index == len(parts) - 1:
                rest = arn[place:]
                return bool(rest) and (part.width is None or len(rest) == part.width)
            continue
        if index == 0:
            if not arn.startswith(part):
                return False
            place = len(part)
        elif index == len(parts) - 1:
            return len(arn) - len(part) > place and arn.endswith(part)
        else:
            found = arn.find(part, place + 1)
            if found < 0:
                return False
            place = found + len(part)
    return place == len(arn)


def _secrets(call: Recognized, account: str, region: str) -> Iterable[str]:
    backend = _backend("moto.secretsmanager.models", "secretsmanager_backends", account, region)
    return [one.arn for one in dict.values(backend.secrets)] if backend is not None else []


def _users_and_roles(call: Recognized, account: str, region: str) -> Iterable[str]:
    backend = _backend("moto.iam.models", "iam_backends", account, "aws")
    if backend is None:
        return []
    holders = (*backend.users.values(), *backend.roles.values(), *backend.groups.values())
    return [one.arn for one in holders]


def _keys(call: Recognized, account: str, region: str) -> Iterable[str]:
    """The key that a ciphertext was made with, or that an alias stands for."""
    from moto.kms.utils import _deserialize_ciphertext_blob

    backend = _backend("moto.kms.models", "kms_backends", account, region)
    if backend is None:
        return []
    alias = call.params.get("KeyId")
    if isinstance(alias, str) and "alias/" in alias:
        name = "alias/" + alias.partition("alias/")[2]
        return [key.arn for key in backend.keys.values() if name in key.aliases]
    blob = call.params.get("CiphertextBlob")
    if not isinstance(blob, str | bytes):
        return []
    try:
        from base64 import b64decode

        name = _deserialize_ciphertext_blob(b64decode(blob)).key_id
    except Exception:
        return []
    key = backend.keys.get(name)
    return [key.arn] if key is not None else []


_KNOWN: Mapping[str, Callable[[Recognized, str, str], Iterable[str]]] = {
    "iam": _users_and_roles,
    "kms": _keys,
    "secretsmanager": _secrets,
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
