"""Sessions, and how clients and resources are made: whose keys, which region, which endpoint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from remit.catalog import models
from remit.core.text import Hole, HoleKind, Text
from remit.scan.sdk.arguments import OPEN_ARGUMENTS, as_param, bind, literal
from remit.scan.sdk.endpoint import Place, place
from remit.scan.sdk.known import REGION
from remit.scan.sdk.objects import (
    Arguments,
    Bound,
    Client,
    ClientConfig,
    Connection,
    Credentials,
    Inert,
    Many,
    Outcome,
    Resource,
    Response,
    SdkObject,
    Session,
    Value,
    Where,
)
from remit.scan.sdk.schema import has_resources

EXPLICIT_KEYS, ASSUMED_ROLE = "explicit keys", "assumed role"
UNSIGNED = "unsigned requests"

_KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
SESSION_ARGUMENTS = (*_KEYS, "region_name", "botocore_session", "profile_name", "aws_account_id")
CLIENT_ARGUMENTS = (
    "service_name",
    "region_name",
    "api_version",
    "use_ssl",
    "verify",
    "endpoint_url",
    *_KEYS,
    "config",
    "aws_account_id",
)
_CONFIG = ("region_name", "signature_version")

# Operations of STS and others that return the keys of another role.
_ROLE_KEYS = frozenset(
    {
        ("sts", "AssumeRole"),
        ("sts", "AssumeRoleWithSAML"),
        ("sts", "AssumeRoleWithWebIdentity"),
        ("sts", "AssumeRoot"),
        ("sso", "GetRoleCredentials"),
        ("cognito-identity", "GetCredentialsForIdentity"),
    }
)

# Lambda sets these to the role's own keys and lets nobody else set them.
# Source: Lambda Developer Guide, configuration-envvars ("Defined runtime environment variables").
_LAMBDA_KEYS = frozenset({"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"})

_LISTINGS = frozenset(
    {
        "get_available_regions",
        "get_available_services",
        "get_available_resources",
        "get_available_partitions",
    }
)


def new_session(args: Arguments) -> Outcome:
    """`boto3.Session(...)`, and `botocore.session.Session(...)` as far as it says anything."""
    values = bind(args, SESSION_ARGUMENTS)
    base = values.get("botocore_session")
    session = base if isinstance(base, Session) else Session()
    foreign = _foreign_keys(values, ("", None))
    if values.get("profile_name") is not None:
        foreign = foreign or EXPLICIT_KEYS
    return Outcome(
        Session(
            region=_where(values.get("region_name")) or session.region,
            foreign=foreign or session.foreign,
            doubt=OPEN_ARGUMENTS if args.open else session.doubt,
        )
    )


def new_botocore_session(args: Arguments) -> Outcome:
    """`botocore.session.get_session(env_vars)`, `botocore.session.Session(session_vars, ...)`."""
    profile = args.keywords.get("profile")
    return Outcome(Session(foreign=EXPLICIT_KEYS if profile is not None else None))


def new_config(args: Arguments) -> Outcome:
    """`botocore.config.Config(...)`."""
    values = bind(args, _CONFIG)
    unsigned = values.get("signature_version") == Inert("botocore.UNSIGNED")
    return Outcome(ClientConfig(_where(values.get("region_name")), unsigned))


def attribute(session: Session, name: str) -> Outcome:
    """`session.<name>`."""
    values: dict[str, Value] = {
        "region_name": REGION if session.region is None else session.region,
        "profile_name": Hole(HoleKind.CODE, "profile_name"),
        "available_profiles": Many(Hole(HoleKind.DATA, "a profile's name")),
        "events": Inert("session.events"),
    }
    return Outcome(values[name] if name in values else Bound(session, name))


def invoke(session: Session, name: str, args: Arguments) -> Outcome:
    """`session.<name>(...)`."""
    match name:
        case "client" | "create_client" | "resource":
            return _connect(session, args, to_resource=name == "resource")
        case "get_credentials":
            return Outcome(Credentials(session.foreign))
        case "get_config_variable" if args.positional and literal(args.positional[0]) == "region":
            return attribute(session, "region_name")
        case _ if name in _LISTINGS:
            return Outcome(Many(Hole(HoleKind.DATA, f"an element of {name}()")))
        case _:
            return Outcome(Inert(f"session.{name}"))


def config_attribute(config: ClientConfig, name: str) -> Outcome:
    """`config.<name>`."""
    known = {"region_name": config.region}
    return Outcome(known[name] if name in known else Bound(config, name))


def config_invoke(config: ClientConfig, name: str, args: Arguments) -> Outcome:
    """`config.merge(other)`: the other's settings win."""
    other = args.positional[0] if args.positional else None
    if name != "merge" or not isinstance(other, ClientConfig):
        return Outcome(config)
    return Outcome(
        ClientConfig(
            config.region if other.region is None else other.region,
            config.unsigned or other.unsigned,
        )
    )


def credentials_same(credentials: Credentials, *_: object) -> Outcome:
    """One key, frozen, subscripted or unpacked: what counts is whose they are."""
    return Outcome(credentials)


def _connect(session: Session, args: Arguments, *, to_resource: bool) -> Outcome:
    values = bind(args, CLIENT_ARGUMENTS)
    service, unknown = _service(values.get("service_name"), to_resource)
    if unknown is not None:
        return unknown
    connection = _connection(service, session, values, args.open)
    made: SdkObject = Resource(connection) if to_resource else Client(connection)
    return Outcome(made)


def _service(value: Value, to_resource: bool) -> tuple[str, Outcome | None]:
    """botocore's name of the service, or why there is none."""
    what = "resource" if to_resource else "client"
    given = literal(value)
    if given is None:
        param = as_param(value)
        shown = f" (`{param}`)" if isinstance(param, Hole | Text) else ""
        why = f"which service this {what} is for is not known{shown}"
        return "", Outcome(Inert(what), unattributed=why)
    name = _SERVICE_ALIASES.get(given, given)
    offered = models.services("boto3" if to_resource else "botocore")
    if name in offered and (not to_resource or has_resources(name)):
        return name, None
    near = get_close_matches(given, offered, 1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    thing = "resource for" if to_resource else "service"
    return "", Outcome(Inert(what), unattributed=f"boto3 has no {thing} `{given}`{hint}")


# Source: botocore/utils.py, SERVICE_NAME_ALIASES.
_SERVICE_ALIASES = {"runtime.sagemaker": "sagemaker-runtime"}


def _connection(
    service: str, session: Session, values: Mapping[str, Value], unknown: bool
) -> Connection:
    config = values.get("config")
    config = config if isinstance(config, ClientConfig) else ClientConfig()
    endpoint = _where(values.get("endpoint_url"))
    whose = place(endpoint, service)
    own_keys = values.get("aws_access_key_id") is not None
    foreign = _foreign_keys(values, (None,)) or (None if own_keys else session.foreign)
    if config.unsigned:
        foreign = UNSIGNED
    if whose in (Place.LOCAL, Place.ELSEWHERE):
        foreign = whose.value
    region = _where(values.get("region_name")) or config.region or session.region
    doubt = OPEN_ARGUMENTS if unknown else session.doubt
    return Connection(service, region, foreign, endpoint, doubt)


def _foreign_keys(values: Mapping[str, Value], absent: tuple[Value, ...]) -> str | None:
    """Why the given keys are not the role's own; None when they are, or when none are given."""
    key = values.get("aws_access_key_id")
    if key in absent:
        return None
    if isinstance(key, Credentials):
        return key.foreign
    if isinstance(key, Response) and (key.connection.service, key.operation) in _ROLE_KEYS:
        return ASSUMED_ROLE
    if _is_lambda_key(key) and values.get("aws_session_token") not in absent:
        return None
    return EXPLICIT_KEYS


def _is_lambda_key(key: Value) -> bool:
    if not isinstance(key, Hole) or key.kind not in (HoleKind.ENV, HoleKind.ASSIGNED):
        return False
    return not _LAMBDA_KEYS.isdisjoint(re.findall(r"\w+", key.name))


def _where(value: Value) -> Where:
    """A region or an endpoint; the deployment's own region counts as none given."""
    param = as_param(value)
    if param in (None, "", REGION):
        return None
    if isinstance(param, str | Text | Hole):
        return param
    return Hole(HoleKind.CODE, "a value that is no string")
