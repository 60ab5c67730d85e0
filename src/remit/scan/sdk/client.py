"""Clients: one method for each operation of the service, and a few that are boto3's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import cache
from typing import Any

from botocore import xform_name

from remit.catalog import models
from remit.core.call import Param
from remit.core.text import Hole, HoleKind, Text
from remit.scan.sdk import transfer
from remit.scan.sdk.arguments import as_param, as_params, bind, literal
from remit.scan.sdk.charge import charge, keyword_params, together
from remit.scan.sdk.known import PARTITION, region_of
from remit.scan.sdk.objects import (
    Arguments,
    Bound,
    Client,
    Inert,
    Many,
    Meta,
    Outcome,
    Pages,
    Paginator,
    Response,
    Value,
    Waiter,
)

# Second names that botocore keeps for renamed methods (its handlers `getattr.<service>.<name>`).
ALIASES = {
    ("mturk", "list_hi_ts_for_qualification_type"): "list_hits_for_qualification_type",
    ("socialmessaging", "delete_whatsapp_media_message"): "delete_whatsapp_message_media",
    ("cloudwatch", "get_o_tel_enrichment"): "get_otel_enrichment",
    ("cloudwatch", "start_o_tel_enrichment"): "start_otel_enrichment",
    ("cloudwatch", "stop_o_tel_enrichment"): "stop_otel_enrichment",
    ("cloudwatch", "update_o_tel_enrichment"): "update_otel_enrichment",
    ("signin", "create_o_auth2_token"): "create_oauth2_token",
}

# Tokens for logging in to a database: they take a permission, but call no operation.
_DATABASE_TOKENS = {
    ("rds", "generate_db_auth_token"): "rds-db:connect",
    ("dsql", "generate_db_connect_auth_token"): "dsql:DbConnect",
    ("dsql", "generate_db_connect_admin_auth_token"): "dsql:DbConnectAdmin",
}


def attribute(client: Client, name: str) -> Outcome:
    """`client.<name>`; a name that boto3 does not know is said to be unattributed."""
    service = client.connection.service
    if name == "meta":
        return Outcome(Meta(client))
    if name == "waiter_names":
        return Outcome(Many(Hole(HoleKind.DATA, "a waiter's name")))
    if name == "exceptions":
        return Outcome(Inert(f"{service}.exceptions"))
    if _operation(service, name) or _own_method(service, name):
        return Outcome(Bound(client, name))
    if name.startswith("_") and name != "_make_api_call":
        return Outcome(Inert(f"{service}.{name}"))
    return Outcome(
        Inert(f"{service}.{name}"), unattributed=no_such("client", service, name, _names(service))
    )


def invoke(client: Client, name: str, args: Arguments) -> Outcome:
    """`client.<name>(...)`."""
    service = client.connection.service
    own = _own_method(service, name)
    if own is not None:
        return own(client, args)
    operation = _operation(service, name)
    if operation is None:
        return attribute(client, name)
    params, more = keyword_params(args)
    return charge(client.connection, operation, params, via="client", open_params=more)


def no_such(kind: str, service: str, name: str, names: Iterable[str]) -> str:
    """The sentence for a name that boto3 does not have, with the nearest that it has."""
    near = get_close_matches(name, names, 1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return f"boto3's `{service}` {kind} has no method `{name}`{hint}"


def waiter_operation(service: str, name: str) -> str | None:
    """The operation that the waiter of this Python name polls."""
    return _waiters(service).get(name)


def meta_attribute(client: Client, name: str) -> Outcome:
    """`client.meta.<name>`."""
    values: dict[str, Value] = {
        "region_name": region_of(client.connection),
        "partition": PARTITION,
        "endpoint_url": client.connection.endpoint or Hole(HoleKind.ASSIGNED, "endpoint"),
        "client": client,
    }
    return Outcome(values.get(name, Inert(f"{client.connection.service}.meta.{name}")))


def paginator_attribute(paginator: Paginator, name: str) -> Outcome:
    """Methods of a paginator."""
    return Outcome(Bound(paginator, name))


def paginator_invoke(paginator: Paginator, name: str, args: Arguments) -> Outcome:
    """`paginate(...)` is charged at once: a paginator that is made is iterated."""
    if name != "paginate":
        return Outcome(Inert(f"paginator.{name}"))
    done = _charge_without("PaginationConfig", paginator, args, "paginator")
    page = done.value
    return together(Pages(page) if isinstance(page, Response) else page, done)


def waiter_attribute(waiter: Waiter, name: str) -> Outcome:
    """Methods of a waiter."""
    return Outcome(Bound(waiter, name))


def waiter_invoke(waiter: Waiter, name: str, args: Arguments) -> Outcome:
    """`wait(...)` polls the waiter's operation."""
    if name != "wait":
        return Outcome(Inert(f"waiter.{name}"))
    return together(None, _charge_without("WaiterConfig", waiter, args, "waiter"))


def _charge_without(setting: str, holder: Paginator | Waiter, args: Arguments, via: str) -> Outcome:
    params, more = keyword_params(args)
    params = {name: value for name, value in params.items() if name != setting}
    return charge(holder.connection, holder.operation, params, via=via, open_params=more)


def _operation(service: str, name: str) -> str | None:
    return models.methods(service).get(ALIASES.get((service, name), name))


def _names(service: str) -> list[str]:
    return [*models.methods(service), *_OWN, *(transfer.METHODS if service == "s3" else ())]


def _own_method(service: str, name: str) -> Callable[[Client, Arguments], Outcome] | None:
    if service == "s3" and name in transfer.METHODS:
        return lambda client, args: transfer.transfer(client.connection, name, {}, args)
    if service == "s3" and name == "generate_presigned_post":
        return _presigned_post
    if (service, name) in _DATABASE_TOKENS:
        return lambda *_: _database_token(service, name)
    return _OWN.get(name)


@cache
def _waiters(service: str) -> dict[str, str]:
    found: dict[str, Any] = (models.document("botocore", service, "waiters-2") or {}).get(
        "waiters", {}
    )
    return {xform_name(name): waiter["operation"] for name, waiter in found.items()}


@cache
def _pageable(service: str) -> frozenset[str]:
    found = models.document("botocore", service, "paginators-1") or {}
    return frozenset(found.get("pagination", {}))


def _named(client: Client, args: Arguments, parameter: str, what: str) -> tuple[str, Outcome]:
    """The method or waiter that an argument names, or why it is not known."""
    value = bind(args, (parameter,)).get(parameter)
    name = literal(value)
    if name is not None:
        return name, Outcome()
    service = client.connection.service
    shown = f" (`{value.name}`)" if isinstance(value, Hole) else ""
    why = f"which {what} of `{service}` is meant is not known{shown}"
    return "", Outcome(Inert(f"{service}.{what}"), unattributed=why)


def _get_paginator(client: Client, args: Arguments) -> Outcome:
    service = client.connection.service
    name, unknown = _named(client, args, "operation_name", "paginator")
    if not name:
        return unknown
    operation = _operation(service, name)
    if operation is None:
        why = no_such("client", service, name, models.methods(service))
    elif operation not in _pageable(service):
        why = f"boto3 cannot paginate `{name}` of `{service}`"
    else:
        return Outcome(Paginator(client.connection, operation))
    return Outcome(Inert(f"{service}.paginator"), unattributed=why)


def _can_paginate(client: Client, args: Arguments) -> Outcome:
    name = literal(bind(args, ("operation_name",)).get("operation_name"))
    if name is None:
        return Outcome(Hole(HoleKind.CODE, "can_paginate"))
    service = client.connection.service
    return Outcome(_operation(service, name) in _pageable(service))


def _get_waiter(client: Client, args: Arguments) -> Outcome:
    service = client.connection.service
    name, unknown = _named(client, args, "waiter_name", "waiter")
    if not name:
        return unknown
    operation = waiter_operation(service, name)
    if operation is None:
        near = get_close_matches(name, _waiters(service), 1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        why = f"boto3's `{service}` client has no waiter `{name}`{hint}"
        return Outcome(Inert(f"{service}.waiter"), unattributed=why)
    return Outcome(Waiter(client.connection, operation))


def _presigned_url(client: Client, args: Arguments) -> Outcome:
    """Who opens the URL does so with the permissions of the role that signed it.

    Source: S3 User Guide, using-presigned-url.
    """
    service = client.connection.service
    name, unknown = _named(client, args, "ClientMethod", "presigned method")
    if not name:
        return unknown
    operation = _operation(service, name)
    if operation is None:
        why = no_such("client", service, name, models.methods(service))
        return Outcome(Inert(f"{service}.presigned"), unattributed=why)
    given = bind(args, ("ClientMethod", "Params")).get("Params")
    params = given if isinstance(given, dict) else {}
    more = args.open or not isinstance(given, dict | None)
    done = charge(client.connection, operation, params, via="presigned url", open_params=more)
    return together(Hole(HoleKind.DATA, f"a presigned URL for {service}.{operation}"), done)


_FILENAME = "${filename}"
_FORM_FIELDS = {"acl": "ACL", "tagging": "Tagging"}


def _presigned_post(client: Client, args: Arguments) -> Outcome:
    """Source: S3 API Reference, RESTObjectPOST: POST needs what PutObject needs."""
    values = bind(args, ("Bucket", "Key", "Fields"))
    params = as_params({name: values[name] for name in ("Bucket", "Key") if name in values})
    if "Key" in params:
        params["Key"] = _posted_key(params["Key"])
    fields = as_param(values.get("Fields"))
    if isinstance(fields, dict):
        params |= {_FORM_FIELDS[k]: v for k, v in fields.items() if k in _FORM_FIELDS}
    more = args.open or not isinstance(fields, dict | None)
    done = charge(client.connection, "PutObject", params, via="presigned post", open_params=more)
    return together(Hole(HoleKind.DATA, "a presigned POST"), done)


def _posted_key(key: Param) -> Param:
    """`${filename}` at the end is replaced by the name of the file that is uploaded."""
    parts = Text.of(key).parts if isinstance(key, str | Text) else ()
    if not parts or not isinstance(parts[-1], str) or not parts[-1].endswith(_FILENAME):
        return key
    return Text.of(*parts[:-1], parts[-1][: -len(_FILENAME)], Hole(HoleKind.DATA, "filename"))


def _database_token(service: str, name: str) -> Outcome:
    why = (
        f"`{name}` takes `{_DATABASE_TOKENS[service, name]}`, which is no operation of `{service}`"
    )
    return Outcome(Hole(HoleKind.DATA, "a database token"), unattributed=why)


def _nothing(*_: object) -> Outcome:
    return Outcome()


_OWN: dict[str, Callable[[Client, Arguments], Outcome]] = {
    "get_paginator": _get_paginator,
    "can_paginate": _can_paginate,
    "get_waiter": _get_waiter,
    "generate_presigned_url": _presigned_url,
    "close": _nothing,
}
