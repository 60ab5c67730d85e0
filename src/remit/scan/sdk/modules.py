"""The names that boto3's and botocore's modules hold."""

from __future__ import annotations

from collections.abc import Callable

from remit.scan.sdk.objects import (
    Arguments,
    Bound,
    Client,
    Factory,
    Inert,
    Module,
    Outcome,
    Session,
    Transfer,
)
from remit.scan.sdk.session import new_botocore_session, new_config, new_session

_PACKAGES = frozenset({"boto3", "botocore"})

_MODULES = frozenset(
    {
        "boto3.dynamodb",
        "boto3.dynamodb.conditions",
        "boto3.dynamodb.table",
        "boto3.dynamodb.types",
        "boto3.exceptions",
        "boto3.s3",
        "boto3.s3.transfer",
        "boto3.session",
        "botocore.auth",
        "botocore.awsrequest",
        "botocore.client",
        "botocore.config",
        "botocore.credentials",
        "botocore.errorfactory",
        "botocore.exceptions",
        "botocore.response",
        "botocore.session",
        "botocore.signers",
    }
)

_SESSION_FUNCTIONS = {"boto3.client": "client", "boto3.resource": "resource"}


def module_attribute(module: str, name: str, default: Session | None = None) -> Outcome | None:
    """`name` in `module`, None when the module is not boto3's or botocore's.

    `default` is the default session, where `boto3.setup_default_session` was called.
    """
    if module.partition(".")[0] not in _PACKAGES:
        return None
    full = f"{module}.{name}"
    if full in _SESSION_FUNCTIONS:
        return Outcome(Bound(default or Session(), _SESSION_FUNCTIONS[full]))
    if full == "boto3.DEFAULT_SESSION":
        return Outcome(default or Session())
    if full in _MODULES:
        return Outcome(Module(full))
    return Outcome(Factory(full) if full in _FACTORIES or _is_signer(full) else Inert(full))


def call_factory(factory: Factory, args: Arguments) -> Outcome:
    """Call a class or function of a module."""
    if factory.name in _FACTORIES:
        return _FACTORIES[factory.name](args)
    why = f"`{factory.name}` signs or sends requests that are not followed"
    return Outcome(Inert(factory.name), unattributed=why)


def factory_attribute(factory: Factory, name: str) -> Outcome:
    """Attributes of a class."""
    return Outcome(Inert(f"{factory.name}.{name}"))


def submodule_attribute(module: Module, name: str) -> Outcome:
    """`boto3.session.Session` by way of `boto3.session`."""
    return module_attribute(module.name, name) or Outcome(Inert(f"{module.name}.{name}"))


def _is_signer(full: str) -> bool:
    """Doors to AWS beside clients and resources: requests that the program signs itself."""
    is_auth = full.startswith("botocore.auth.") and full.endswith("Auth")
    return is_auth or full in ("botocore.signers.RequestSigner", "boto3.dynamodb.table.BatchWriter")


def _setup_default_session(args: Arguments) -> Outcome:
    made = new_session(args).value
    return Outcome(default_session=made if isinstance(made, Session) else None)


def _s3_transfer(args: Arguments) -> Outcome:
    client = args.keywords.get("client", args.positional[0] if args.positional else None)
    if isinstance(client, Client):
        return Outcome(Transfer(client.connection))
    return Outcome(Inert("S3Transfer"), unattributed="the client of this S3Transfer is not known")


_FACTORIES: dict[str, Callable[[Arguments], Outcome]] = {
    "boto3.Session": new_session,
    "boto3.session.Session": new_session,
    "boto3.setup_default_session": _setup_default_session,
    "boto3.s3.transfer.S3Transfer": _s3_transfer,
    "botocore.client.Config": new_config,
    "botocore.config.Config": new_config,
    "boto3.session.Config": new_config,
    "botocore.session.Session": new_botocore_session,
    "botocore.session.get_session": new_botocore_session,
}
