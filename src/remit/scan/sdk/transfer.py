"""S3's managed transfers: `upload_file`, `download_file`, `copy` and their kin.

boto3 injects them into the client, Bucket and Object, the same methods with ever more arguments
already given. What they call was compared with s3transfer in tests/scan/sdk/test_peer.py. Large
objects go in parts; that takes the same permissions (S3 User Guide, mpuAndPermissions).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remit.core.call import Param
from remit.scan.sdk.arguments import as_param, as_params, bind
from remit.scan.sdk.charge import charge, together
from remit.scan.sdk.objects import Arguments, Bound, Client, Connection, Outcome, Transfer, Value

_COMMON = ("ExtraArgs", "Callback", "Config")

SIGNATURES = {
    "upload_file": ("Filename", "Bucket", "Key", *_COMMON),
    "upload_fileobj": ("Fileobj", "Bucket", "Key", *_COMMON),
    "download_file": ("Bucket", "Key", "Filename", *_COMMON),
    "download_fileobj": ("Bucket", "Key", "Fileobj", *_COMMON),
    "copy": ("CopySource", "Bucket", "Key", "ExtraArgs", "Callback", "SourceClient", "Config"),
}

METHODS = frozenset(SIGNATURES)

CLASS_SIGNATURES = {
    "upload_file": ("filename", "bucket", "key", "callback", "extra_args"),
    "download_file": ("bucket", "key", "filename", "extra_args", "callback"),
}
_CLASS_NAMES = {"bucket": "Bucket", "key": "Key", "extra_args": "ExtraArgs"}

# Arguments of a copy that concern its source as well: s3transfer reads the source's head with them.
_FOR_BOTH = ("RequestPayer", "ExpectedBucketOwner")
_SOURCE_PREFIX = "CopySource"


def transfer(
    connection: Connection, method: str, given: Mapping[str, Param], args: Arguments
) -> Outcome:
    """The calls of `method` on an object that fixes the parameters `given`."""
    names = [name for name in SIGNATURES[method] if name not in given]
    values = {**bind(args, names), **given}
    return _RUN[method](connection, values, args.open)


def class_attribute(transfer_object: Transfer, name: str) -> Outcome:
    """Methods of S3Transfer."""
    return Outcome(Bound(transfer_object, name))


def class_invoke(transfer_object: Transfer, name: str, args: Arguments) -> Outcome:
    """S3Transfer's own methods spell their parameters in lower case."""
    if name not in CLASS_SIGNATURES:
        return Outcome()
    values = bind(args, CLASS_SIGNATURES[name])
    renamed = {_CLASS_NAMES.get(key, key): value for key, value in values.items()}
    return _RUN[name](transfer_object.connection, renamed, args.open)


def _upload(connection: Connection, values: Mapping[str, Value], unknown: bool) -> Outcome:
    params, more = _with_extra(_location(values), values.get("ExtraArgs"))
    done = charge(connection, "PutObject", params, via="transfer", open_params=more or unknown)
    return together(None, done)


def _download(connection: Connection, values: Mapping[str, Value], unknown: bool) -> Outcome:
    params, more = _with_extra(_location(values), values.get("ExtraArgs"))
    calls = (
        charge(connection, operation, params, via="transfer", open_params=more or unknown)
        for operation in ("HeadObject", "GetObject")
    )
    return together(None, *calls)


def _copy(connection: Connection, values: Mapping[str, Value], unknown: bool) -> Outcome:
    source = as_param(values.get("CopySource"))
    extra = as_param(values.get("ExtraArgs"))
    head = dict(source) if isinstance(source, dict) else {}
    if isinstance(extra, dict):
        head |= {_of_source(k): v for k, v in extra.items() if _of_source(k)}
    reader = values.get("SourceClient")
    reading = charge(
        reader.connection if isinstance(reader, Client) else connection,
        "HeadObject",
        head,
        via="transfer",
        open_params=unknown or not isinstance(source, dict),
    )
    target = {"CopySource": source, **_location(values)}
    params, more = _with_extra(target, extra)
    writing = charge(connection, "CopyObject", params, via="transfer", open_params=more or unknown)
    return together(None, reading, writing)


def _of_source(name: str) -> str:
    """What an argument of the copy is called when the source's head is read; "" if not used."""
    if name in _FOR_BOTH:
        return name
    return name[len(_SOURCE_PREFIX) :] if name.startswith(_SOURCE_PREFIX) else ""


def _location(values: Mapping[str, Value]) -> dict[str, Param]:
    return as_params({name: values[name] for name in ("Bucket", "Key") if name in values})


def _with_extra(params: dict[str, Param], extra: Value) -> tuple[dict[str, Param], bool]:
    """`ExtraArgs` are more parameters; when they are not known, there may be any."""
    if extra is None:
        return params, False
    if not isinstance(extra, dict):
        return params, True
    return params | as_params(extra), False


_RUN: dict[str, Callable[[Connection, Mapping[str, Value], bool], Outcome]] = {
    "upload_file": _upload,
    "upload_fileobj": _upload,
    "download_file": _download,
    "download_fileobj": _download,
    "copy": _copy,
}
