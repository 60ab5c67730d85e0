"""DynamoDB's own context keys: which partition keys and attributes a request reads or writes.

Source: DynamoDB Developer Guide, specifying-conditions (dynamodb:LeadingKeys, dynamodb:Attributes).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from remit.enforce.seen import Found, Params, Seen


def leading_keys(seen: Seen) -> Found:
    """dynamodb:LeadingKeys: the partition keys that a request reads or writes."""
    table = seen.resource.partition(":table/")[2].partition("/")[0]
    name = seen.partition_key(seen.resource) if table else None
    if name is None:
        return []
    found = tuple(dict.fromkeys(_partitions(seen, table, name)))
    return [("dynamodb:LeadingKeys", found)] if found else []


def _partitions(seen: Seen, table: str, name: str) -> Iterator[str]:
    for item in _items(seen.params, table):
        value = item.get(name)
        if isinstance(value, dict):
            yield from (_scalar(one) for one in value.values())
    yield from _queried(seen.params, name)


def _items(params: Params, table: str) -> Iterator[Mapping[str, Any]]:
    """The keys and items in a request's parameters."""
    for one in ("Key", "Item"):
        if isinstance(params.get(one), dict):
            yield params[one]
    requests = params.get("RequestItems")
    entries = requests.get(table) if isinstance(requests, dict) else None
    if isinstance(entries, dict):
        yield from (key for key in entries.get("Keys", ()) if isinstance(key, dict))
    for entry in entries if isinstance(entries, list) else ():
        for kind, inside in (("PutRequest", "Item"), ("DeleteRequest", "Key")):
            value = entry.get(kind) if isinstance(entry, dict) else None
            if isinstance(value, dict) and isinstance(value.get(inside), dict):
                yield value[inside]
    for entry in params.get("TransactItems") or ():
        for action in entry.values() if isinstance(entry, dict) else ():
            if isinstance(action, dict) and action.get("TableName") == table:
                yield action.get("Key") or action.get("Item") or {}


def _queried(params: Params, name: str) -> Iterator[str]:
    """The partition key of a query: it is always compared with `=`."""
    conditions = params.get("KeyConditions")
    if isinstance(conditions, dict) and isinstance(conditions.get(name), dict):
        for value in conditions[name].get("AttributeValueList", ()):
            yield from (_scalar(one) for one in value.values())
    expression = params.get("KeyConditionExpression")
    if not isinstance(expression, str):
        return
    names = params.get("ExpressionAttributeNames") or {}
    values = params.get("ExpressionAttributeValues") or {}
    words = expression.replace("(", " ").replace(")", " ").replace("=", " = ").split()
    for left, sign, right in zip(words, words[1:], words[2:], strict=False):
        if sign == "=" and names.get(left, left) == name and isinstance(values.get(right), dict):
            yield from (_scalar(one) for one in values[right].values())


def _scalar(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)


def attributes(seen: Seen) -> Found:
    """dynamodb:Attributes: the attributes that a request names."""
    params, found = seen.params, dict[str, None]()
    for one in ("AttributesToGet",):
        found |= dict.fromkeys(params.get(one) or ())
    for one in ("Key", "Item", "Expected", "AttributeUpdates"):
        if isinstance(params.get(one), dict):
            found |= dict.fromkeys(params[one])
    names = params.get("ExpressionAttributeNames")
    if isinstance(names, dict):
        found |= dict.fromkeys(map(str, names.values()))
    projection = params.get("ProjectionExpression")
    if isinstance(projection, str):
        plain = (word.strip().split(".")[0].split("[")[0] for word in projection.split(","))
        found |= dict.fromkeys(word for word in plain if word and not word.startswith("#"))
    return [("dynamodb:Attributes", tuple(found))] if found else []
