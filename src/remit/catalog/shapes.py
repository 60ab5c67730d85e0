"""Shapes: how the value of a parameter becomes a variable of an ARN format.

Each takes the value (some also where the call goes) and returns the texts that the variable may
stand for: several, none (the value does not fit), or one that begins with `arn:` and so stands
for the beginning of the whole ARN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from remit.catalog.pieces import cut, is_arn, split_first, split_last, without_slash
from remit.core.text import Hole, HoleKind, Text


@dataclass(frozen=True, slots=True)
class Around:
    """Partition, region and account of a call; unknown ones are holes of kind ASSIGNED."""

    partition: str
    region: Text
    account: Text


def last(text: Text) -> tuple[Text, ...]:
    """The last segment of a path, URL or ARN."""
    found = split_last(text, "/")
    if found is None and is_arn(text):
        found = split_last(text, ":")
    return (found[1] if found else text,)


def _without_slash(text: Text) -> tuple[Text, ...]:
    """Systems Manager, sysman-paramstore-access: `/a/b` is `parameter/a/b` in an ARN.

    A selector behind the name (`/a/b:3`, `/a/b:label`) is not part of the ARN.
    """
    if is_arn(text):
        return (text,)
    first, *rest = text.parts or ("",)
    name = Text.of(first.lstrip("/") if isinstance(first, str) else first, *rest)
    selected = split_first(name, ":")
    return (selected[0] if selected else name,)


def _path(text: Text) -> tuple[Text, ...]:
    """A parameter path as AWS checks it (`parameter/a/b`), without a trailing slash."""
    (name,) = _without_slash(text)
    literal = name.literal
    return (Text.of(literal.rstrip("/")) if literal is not None else name,)


def _secret(text: Text) -> tuple[Text, ...]:
    """Secrets Manager, reference_iam-permissions: an ARN ends in `-` and six random characters."""
    if len(text.parts) == 1 and isinstance(text.parts[0], Hole):
        return (text,)  # may be a name or a whole ARN
    end = text.parts[-1] if text.parts else ""
    if is_arn(text) and (not isinstance(end, str) or _has_suffix(end)):
        return (text,)
    return (Text.of(text, "-", Hole(HoleKind.ASSIGNED, "random suffix", width=6)),)


def _has_suffix(end: str) -> bool:
    _, dash, suffix = end.rpartition("-")
    return bool(dash) and len(suffix) == 6 and suffix.isalnum()


def _kms(text: Text) -> tuple[Text, ...]:
    """KMS, alias-authorization: what is checked is the key behind an alias, never the alias."""
    found = split_first(text, "alias/")
    if found is None:
        return (text,)
    before, name = found
    behind = Hole(HoleKind.ASSIGNED, f"key behind alias/{name}")
    if is_arn(text):
        return (Text.of(before, "key/", behind),)
    return (Text.of(behind),) if not before.parts else (text,)


def _alias(text: Text) -> tuple[Text, ...]:
    """The name behind `alias/`; nothing when the value is no alias."""
    found = split_first(text, "alias/")
    return (found[1],) if found else ()


def _function(text: Text, around: Around) -> tuple[Text, ...]:
    """Lambda API, FunctionName: a name, an ARN, or a partial ARN (`123456789012:function:f`)."""
    if is_arn(text):
        return (text,)
    found = split_first(text, ":function:")
    if found is None:
        return (text,)
    account, name = found
    region = Text.of("arn:", around.partition, ":lambda:", around.region, ":")
    return (Text.of(region, account, ":function:", name),)


def _queue(text: Text, around: Around) -> tuple[Text, ...]:
    """SQS, sqs-queue-message-identifiers: a queue URL ends in `/{account}/{name}`."""
    found = split_last(text, "/")
    if found is None:
        return (text,)
    before, name = found
    owner = split_last(before, "/")
    account = owner[1] if owner else around.account
    number = account.literal
    if number is None or len(number) != 12 or not number.isdigit():
        return (name,)
    return (Text.of("arn:", around.partition, ":sqs:", around.region, f":{number}:", name),)


def _bucket(text: Text) -> tuple[Text, ...]:
    """A bucket's name; nothing when an access point's ARN stands in its place."""
    return () if is_arn(text) and split_first(text, ":accesspoint/") else (text,)


def _access_point(text: Text) -> tuple[Text, ...]:
    """S3, access-points-naming: an access point's ARN may stand for the bucket."""
    return (text,) if is_arn(text) and split_first(text, ":accesspoint/") else ()


def _source_bucket(text: Text) -> tuple[Text, ...]:
    """CopyObject's source, `bucket/key` or `/bucket/key`: the bucket."""
    found = split_first(without_slash(text), "/")
    return () if is_arn(text) or found is None else (found[0],)


def _source_key(text: Text) -> tuple[Text, ...]:
    """CopyObject's source: the key, without `?versionId=...`."""
    found = split_first(without_slash(text), "/")
    if is_arn(text) or found is None:
        return ()
    version = split_first(found[1], "?versionId=")
    return (version[0] if version else found[1],)


def _source_object(text: Text) -> tuple[Text, ...]:
    """CopyObject's source as the ARN of an object behind an access point."""
    return (text,) if is_arn(text) else ()


_GEOGRAPHIES = frozenset(
    {"apac", "au", "ca", "eu", "global", "jp", "sa", "uk", "us", "us-gov", "il", "in", "me"}
)


def _geography(text: Text) -> Text | None:
    """Bedrock, inference-profiles-support: `us.anthropic...` is a profile over model
    `anthropic...`: the model; None for a plain model.
    """
    found = split_first(text, ".")
    known = found is not None and found[0].literal in _GEOGRAPHIES
    return found[1] if found and known else None


def _profile(text: Text) -> tuple[Text, ...]:
    """An inference profile's id or ARN."""
    return (text,) if is_arn(text) or _geography(text) else ()


def _foundation(text: Text) -> tuple[Text, ...]:
    """A foundation model's id or ARN."""
    return () if not is_arn(text) and _geography(text) else (text,)


def _behind_profile(text: Text) -> tuple[Text, ...]:
    """The model behind a cross-region inference profile."""
    found = split_first(text, "inference-profile/") if is_arn(text) else ("", text)
    model = _geography(found[1]) if found and isinstance(found[1], Text) else None
    return (model,) if model else ()


def _arn_only(text: Text) -> tuple[Text, ...]:
    return (text,) if is_arn(text) else ()


def _no_arn(text: Text) -> tuple[Text, ...]:
    return () if is_arn(text) else (text,)


def _lower(text: Text) -> tuple[Text, ...]:
    """WAF: the scope `REGIONAL` is `regional` in an ARN, `CLOUDFRONT` is `global`."""
    literal = text.literal
    if literal is None:
        return (text,)
    return (Text.of("global" if literal == "CLOUDFRONT" else literal.lower()),)


def _before_colon(text: Text) -> tuple[Text, ...]:
    """CodeBuild: a build's id is `project:uuid`."""
    found = None if is_arn(text) else split_first(text, ":")
    return (found[0] if found else text,)


def _uri_bucket(text: Text) -> tuple[Text, ...]:
    """The bucket of `s3://bucket/key`."""
    found = split_first(text, "://")
    parts = split_first(found[1], "/") if found else None
    return (parts[0] if parts else found[1],) if found else ()


def _uri_key(text: Text) -> tuple[Text, ...]:
    """What Athena writes below `s3://bucket/folder/`."""
    found = split_first(text, "://")
    parts = split_first(found[1], "/") if found else None
    below = Hole(HoleKind.ASSIGNED, "result")
    return (Text.of(parts[1] if parts else Text.of(), below),) if found else ()


def _custom_bus(text: Text) -> tuple[Text, ...]:
    """EventBridge: the bus in a rule's ARN; the default bus is not in it."""
    name = last(text) if is_arn(text) else (text,)
    return () if name[0].literal == "default" else name


def _request_alias(text: Text) -> tuple[Text, ...]:
    """KMS, conditions-kms-request-alias: the alias that the request itself names."""
    found = split_first(text, "alias/")
    return (Text.of("alias/", found[1]),) if found else ()


def _address(text: Text) -> tuple[Text, ...]:
    """The address in `Name <user@example.com>`."""
    if is_arn(text):
        return (text,)
    opened = split_last(text, "<")
    inner = opened[1] if opened else text
    closed = split_first(inner, ">")
    return (closed[0] if closed else inner,)


def _domains(text: Text) -> tuple[Text, ...]:
    """The sender's domain and its parents: SES, verify-domain-procedure: a verified domain
    covers its subdomains. One label alone is never an identity.
    """
    (address,) = _address(text)
    if is_arn(text):
        return (text,)
    found = split_last(address, "@")
    if found is None:
        return ()
    domain = found[1].literal
    if domain is None:
        return (found[1],)
    labels = domain.split(".")
    return tuple(Text.of(".".join(labels[i:])) for i in range(max(1, len(labels) - 1)))


def _family(text: Text) -> tuple[Text, ...]:
    """ECS, a task definition's family; `family:7` names the revision too."""
    return (text,) if is_arn(text) or len(text.parts) == 0 else (cut(text, ":", 0) or text,)


def _revision(text: Text) -> tuple[Text, ...]:
    """ECS, a task definition's revision: fixed at deployment where the call does not say."""
    if is_arn(text):
        return ()
    return (cut(text, ":", 1) or Text.of(Hole(HoleKind.ASSIGNED, "revision")),)


def _assigned(text: Text) -> tuple[Text, ...]:
    """A piece that AWS derives from the value and that the code does not know."""
    return (Text.of(Hole(HoleKind.ASSIGNED, f"id of {text}")),)


def _words(statement: Text) -> list[str]:
    literal = "".join(part if isinstance(part, str) else "\0" for part in statement.parts)
    return literal.replace("(", " ( ").split()


def _table(text: Text) -> tuple[Text, ...]:
    """DynamoDB, ql-reference: the table that a PartiQL statement names."""
    name = _relation(text)
    return (Text.of(name.split(".")[0].strip("\"'")),) if name else ()


def _index(text: Text) -> tuple[Text, ...]:
    """DynamoDB, ql-reference.select: `FROM "table"."index"`."""
    name = _relation(text)
    table, dot, index = name.partition('"."') if '"."' in name else name.partition(".")
    return (Text.of(index.strip("\"'")),) if dot and table else ()


_BEFORE_TABLE = ("from", "into", "update")


def _relation(text: Text) -> str:
    """The word after FROM, INTO or UPDATE; empty when it is not known."""
    words = _words(text)
    for word, following in pairwise(words):
        if word.lower() in _BEFORE_TABLE:
            return "" if "\0" in following else following.rstrip(";")
    return ""


def _host(text: Text) -> tuple[Text, ...]:
    """API Gateway, apigateway-how-to-call-websocket-api-connections: the endpoint is
    `https://{api-id}.execute-api.{region}.amazonaws.com/{stage}`: the API's id.
    """
    found = split_first(text, "://")
    rest = found[1] if found else text
    api = split_first(rest, ".execute-api.")
    return (api[0],) if api and not _of_event(api[0]) else ()


def _stage(text: Text) -> tuple[Text, ...]:
    """The stage at the end of a connection endpoint; nothing behind a custom domain."""
    found = split_first(text, ".execute-api.")
    after = split_first(found[1], "/") if found else None
    if after is None:
        return ()
    cut_off = split_first(after[1], "/")
    stage = cut_off[0] if cut_off else after[1]
    return () if _of_event(stage) else (stage,)


def _of_event(text: Text) -> bool:
    """An API's id or stage that comes with the event (`requestContext`) is that of the API which
    called the function: API Gateway fills it in, and deployment fixes it."""
    [first, *more] = text.parts or ("",)
    return isinstance(first, Hole) and first.kind is HoleKind.DATA and not more


def _pool(text: Text, around: Around) -> tuple[Text, ...]:
    """Cognito: the pool's id begins with its region (`eu-west-1_Ab12`), also in its ARN."""
    if is_arn(text):
        return (text,)
    region = split_first(text, "_")
    if region is None:
        return (text,)
    head = Text.of("arn:", around.partition, ":cognito-idp:", region[0], ":", around.account)
    return (Text.of(head, ":userpool/", text),)


def _identity_pool(text: Text, around: Around) -> tuple[Text, ...]:
    """Cognito: an identity pool's id begins with its region and a colon."""
    region = None if is_arn(text) else split_first(text, ":")
    if region is None:
        return (text,)
    head = Text.of("arn:", around.partition, ":cognito-identity:", region[0], ":", around.account)
    return (Text.of(head, ":identitypool/", text),)


_SHAPES: Mapping[str, Callable[[Text], tuple[Text, ...]]] = {
    "accesspoint": _access_point,
    "address": _address,
    "alias": _alias,
    "arnonly": _arn_only,
    "assigned": _assigned,
    "beforecolon": _before_colon,
    "behindprofile": _behind_profile,
    "bucket": _bucket,
    "custombus": _custom_bus,
    "family": _family,
    "foundation": _foundation,
    "host": _host,
    "index": _index,
    "kms": _kms,
    "last": last,
    "lower": _lower,
    "noarn": _no_arn,
    "noslash": _without_slash,
    "domains": _domains,
    "path": _path,
    "profile": _profile,
    "requestalias": _request_alias,
    "revision": _revision,
    "secret": _secret,
    "sourcebucket": _source_bucket,
    "sourcekey": _source_key,
    "sourceobject": _source_object,
    "stage": _stage,
    "table": _table,
    "uribucket": _uri_bucket,
    "urikey": _uri_key,
}
# These also need to know where the call goes.
_PLACED: Mapping[str, Callable[[Text, Around], tuple[Text, ...]]] = {
    "function": _function,
    "identitypool": _identity_pool,
    "pool": _pool,
    "queue": _queue,
}
NAMES = frozenset(_SHAPES) | frozenset(_PLACED)
"""The names of all shapes, as the rule tables use them."""


def shaped(name: str, text: Text, around: Around) -> tuple[Text, ...]:
    """The texts that the shape called `name` makes of `text`. Raises KeyError for no such shape."""
    placed = _PLACED.get(name)
    return placed(text, around) if placed is not None else _SHAPES[name](text)
