"""What the SDK's packages export, and what making or calling it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from remit.core.text import Hole, HoleKind
from remit.scan.javascript.aws import names
from remit.scan.javascript.aws.charge import charge, literal, untold
from remit.scan.javascript.aws.connect import clients, connections, whose_key
from remit.scan.javascript.aws.objects import (
    Client,
    Command,
    DatabaseSigner,
    Export,
    Keys,
    Package,
    Settings,
    Upload,
)
from remit.scan.javascript.machine import Machine
from remit.scan.javascript.operators import number_text, reason
from remit.scan.javascript.syntax import Node
from remit.scan.javascript.values import BASE, Args, Arr, Obj, Value, at, nothing, something
from remit.scan.join import join
from remit.scan.sdk.objects import Connection, Pages, Response
from remit.scan.sdk.session import ASSUMED_ROLE, EXPLICIT_KEYS
from remit.scan.values import External, code

V2 = "aws-sdk"
_DOCUMENTS = "@aws-sdk/lib-dynamodb"
_PRESIGNER, _POST = "@aws-sdk/s3-request-presigner", "@aws-sdk/s3-presigned-post"
_MARSHALL = "@aws-sdk/util-dynamodb"
_STORAGE = "@aws-sdk/lib-storage"
_SIGNERS = {"@aws-sdk/rds-signer": "rds-db:connect", "@aws-sdk/dsql-signer": "dsql:DbConnect"}
_CREDENTIALS = "@aws-sdk/credential-provider"

Make = Callable[[Machine, Export, Args, Node], Value]


def module(specifier: str) -> Value:
    """The SDK's package of that name; None when it is none of those that are known here."""
    if specifier in (V2, "aws-sdk/global", "aws-sdk/clients/all"):
        return Package(V2)
    if specifier.startswith("aws-sdk/clients/"):
        name = specifier.rpartition("/")[2]
        return Export(V2, name) if names.service_of_class(name) else None
    if names.service_of(specifier) or specifier in (_DOCUMENTS, _STORAGE, _MARSHALL):
        return Package(specifier)
    if specifier in (_PRESIGNER, _POST) or specifier in _SIGNERS:
        return Package(specifier)
    return Package(specifier) if specifier.startswith(_CREDENTIALS) else None


def export(package: Package, name: str) -> Value:
    """A name that a package exports."""
    if name == "default":
        return package
    if package.name == V2 and name == "config":
        return Settings()
    return Export(package.name, name)


def export_member(value: Export, name: str) -> Value:
    """A property of an export: a nested class of version 2, a member of an enum."""
    if value.package == V2:
        if name == "default":
            return value
        return Export(V2, f"{value.name}.{name}")
    service = names.service_of(value.package)
    found = names.enum_value(service, value.name, name) if service else None
    if value.package == _DOCUMENTS and name == "from":
        return Export(value.package, f"{value.name}.from")
    return External(f"{value.package}.{value.name}.{name}") if found is None else found


def make(m: Machine, value: Export, args: Args, node: Node) -> Value:
    """`new value(...args)` or `value(...args)`."""
    return _maker(value)(m, value, args, node)


def _maker(value: Export) -> Make:
    package, name = value.package, value.name
    if package == V2:
        return _make_v2
    if package.startswith(_CREDENTIALS):
        return _credentials
    if package == _DOCUMENTS:
        return _document_client if name in _DOCUMENT_CLASSES else _v3
    if package in _SIGNERS:
        return lambda *_: DatabaseSigner(_SIGNERS[package])
    return _OWN.get((package, name), _v3)


def _v3(m: Machine, value: Export, args: Args, node: Node) -> Value:
    """A client, a command, a paginator or a waiter of version 3."""
    document = value.package == _DOCUMENTS
    service = "dynamodb" if document else names.service_of(value.package)
    name = value.name
    if service is None:
        return External(f"{value.package}.{name}()")
    if name.endswith("Command"):
        return _command(m, service, name.removesuffix("Command"), document, args, node)
    if name.startswith("paginate"):
        return _paginated(m, service, name.removeprefix("paginate"), args, node)
    if name.startswith(("waitUntil", "waitFor")):
        found = names.waited_for(service, name.removeprefix("waitUntil").removeprefix("waitFor"))
        return _waited(m, service, found, args, node)
    if name.endswith("Client") or names.is_service_class(value.package, name):
        return join(clients(m, service, at(args, 0), 3))
    return External(f"{value.package}.{name}()")


def _command(m: Machine, service: str, name: str, document: bool, args: Args, node: Node) -> Value:
    operation = names.DOCUMENT.get(name) if document else name
    if operation is None or not names.has_operation(service, operation):
        return untold(m, node, f"botocore knows no operation of `{service}` for `{name}Command`")
    return Command(service, operation, at(args, 0))


def connections_of(client: Value, service: str) -> list[Connection]:
    """The connections of what should be a client for `service`."""
    held = [one.slots.get(BASE, one) if isinstance(one, Obj) else one for one in something(client)]
    found = [
        one.connection if isinstance(one, Client) else _doubtful(one, service)
        for whole in held
        for one in something(whole)
    ]
    return found or [_doubtful(client, service)]


def _doubtful(client: Value, service: str) -> Connection:
    doubt = Hole(HoleKind.CODE, reason(client, otherwise="the client").name)
    return Connection(service, doubt=doubt)


def _paginated(m: Machine, service: str, operation: str, args: Args, node: Node) -> Value:
    if not names.has_operation(service, operation):
        return untold(m, node, f"botocore knows no operation `{operation}` of `{service}`")
    pages: list[Value] = []
    for connection in _given_client(at(args, 0), service):
        made = charge(m, connection, operation, at(args, 1), "paginator", node)
        pages.extend(Pages(one) for one in something(made) if isinstance(one, Response))
    return join(pages)


def _given_client(config: Value, service: str) -> list[Connection]:
    held = [one.slots.get("client") if isinstance(one, Obj) else one for one in something(config)]
    return connections_of(join(held), service)


def _waited(m: Machine, service: str, operation: str | None, args: Args, node: Node) -> Value:
    if operation is None:
        return untold(m, node, f"botocore knows no such waiter of `{service}`")
    for connection in _given_client(at(args, 0), service):
        charge(m, connection, operation, at(args, 1), "waiter", node)
    return code("a waiter's result")


# -- documents, uploads, presigned requests ----------------------------------------------------

_DOCUMENT_CLASSES = frozenset(
    ["DynamoDBDocumentClient.from", "DynamoDBDocument.from", "DynamoDBDocumentClient"]
)


def _document_client(_m: Machine, _v: Export, args: Args, _node: Node) -> Value:
    return join(Client(one, 3, document=True) for one in connections_of(at(args, 0), "dynamodb"))


def _upload(_m: Machine, _v: Export, args: Args, _node: Node) -> Value:
    made: list[Value] = []
    for config in something(at(args, 0)):
        params = config.slots.get("params") if isinstance(config, Obj) else config
        made += [Upload(one, params) for one in _given_client(config, "s3")]
    return join(made) if made else Upload(_doubtful(None, "s3"), None)


def _signed_url(m: Machine, _v: Export, args: Args, node: Node) -> Value:
    """Who opens the URL does so with the permissions of the role that signed it.

    Source: S3 User Guide, using-presigned-url.
    """
    return send(m, at(args, 0), at(args, 1), node, via="presigned url")


def _signed_post(m: Machine, _v: Export, args: Args, node: Node) -> Value:
    """Source: as for a presigned URL; a form post is a PutObject."""
    for connection in connections_of(at(args, 0), "s3"):
        charge(m, connection, "PutObject", at(args, 1), "presigned post", node)
    return code("a presigned post")


def send(m: Machine, client: Value, command: Value, node: Node, via: str = "client") -> Value:
    """`client.send(command)`."""
    results: list[Value] = []
    for one in something(command):
        if isinstance(one, Command):
            for connection in connections_of(client, one.service):
                same = replace(connection, service=one.service)
                results.append(charge(m, same, one.operation, one.params, via, node))
        elif not isinstance(one, External):
            name = reason(one, otherwise="a value").name
            service = client.connection.service if isinstance(client, Client) else "the SDK"
            results.append(
                untold(m, node, f"which command of `{service}` is sent is not known (`{name}`)")
            )
    return join(results) if results else code("a response")


def _marshall(_m: Machine, _v: Export, args: Args, _node: Node) -> Value:
    """An object's values with the types that DynamoDB gives them."""
    return join(
        Obj({name: _typed(inner) for name, inner in one.known().items()}, one.rest)
        if isinstance(one, Obj)
        else one
        for one in something(at(args, 0))
    )


def _typed(value: Value) -> Value:
    if isinstance(value, bool):
        return Obj({"BOOL": value})
    if isinstance(value, (int, float)):
        return Obj({"N": number_text(value)})
    if isinstance(value, (Obj, Arr)) or nothing(value):
        return code("a marshalled value")
    return Obj({"S": value})


def _same(_m: Machine, _v: Export, args: Args, _node: Node) -> Value:
    return at(args, 0)


_OWN: dict[tuple[str, str], Make] = {
    (_STORAGE, "Upload"): _upload,
    (_PRESIGNER, "getSignedUrl"): _signed_url,
    (_POST, "createPresignedPost"): _signed_post,
    (_MARSHALL, "marshall"): _marshall,
    (_MARSHALL, "unmarshall"): _same,
}


# -- credentials -------------------------------------------------------------------------------

_OWN_CHAINS = frozenset(
    "fromNodeProviderChain defaultProvider fromEnv fromContainerMetadata fromHttp"
    " fromInstanceMetadata EnvironmentCredentials ECSCredentials EC2MetadataCredentials"
    " CredentialProviderChain RemoteCredentials".split()
)
_ASSUMING = frozenset(
    "fromTemporaryCredentials TemporaryCredentials ChainableTemporaryCredentials".split()
)


def _credentials(m: Machine, value: Export, args: Args, node: Node) -> Value:
    if value.name in _OWN_CHAINS:
        return Keys()
    if value.name in _ASSUMING:
        return assume(m, at(args, 0), node)
    return Keys(EXPLICIT_KEYS)


def assume(m: Machine, config: Value, node: Node) -> Value:
    """Credentials of another role: the function's own role calls AssumeRole for them."""
    params = config.slots.get("params", config) if isinstance(config, Obj) else config
    charge(m, Connection("sts"), "AssumeRole", params, "credentials", node)
    return Keys(ASSUMED_ROLE)


# -- version 2 ---------------------------------------------------------------------------------


def _make_v2(m: Machine, value: Export, args: Args, node: Node) -> Value:
    first, _, inner = value.name.partition(".")
    config = at(args, 0)
    if value.name in _OWN_CHAINS:
        return Keys()
    if value.name in _ASSUMING:
        return assume(m, config, node)
    if value.name == "Credentials":
        keys = config.slots if isinstance(config, Obj) else {}
        key, token = keys.get("accessKeyId", config), keys.get("sessionToken", at(args, 2))
        return Keys(whose_key(key, token))
    if first.endswith("Credentials"):
        return Keys(EXPLICIT_KEYS)
    service = names.service_of_class(first)
    if inner == "DocumentClient" and service == "dynamodb":
        return _document_v2(m, config)
    if service == "dynamodb" and inner.startswith("Converter."):
        return _marshall(m, value, args, node) if inner.endswith(".marshall") else config
    if inner == "ManagedUpload" and service == "s3":
        return _managed_upload(m, config)
    if service is None or inner:
        return External(f"{V2}.{value.name}()")
    return join(clients(m, service, config, 2))


def _document_v2(m: Machine, config: Value) -> Value:
    """`new DocumentClient({service: client})` takes its settings from the client."""
    inner = config.slots.get("service") if isinstance(config, Obj) else None
    if isinstance(inner, Client):
        return replace(inner, document=True)
    return join(clients(m, "dynamodb", config, 2, document=True))


def _managed_upload(m: Machine, config: Value) -> Value:
    params = config.slots.get("params") if isinstance(config, Obj) else config
    service = config.slots.get("service") if isinstance(config, Obj) else None
    if isinstance(service, Client):
        return Upload(service.connection, params)
    return join(Upload(one, params) for one in connections(m, "s3", None, 2))


def configure(m: Machine, given: Value) -> None:
    """`AWS.config.update(...)`: for every client of version 2 that is made from here on."""
    for one in something(given):
        if isinstance(one, Obj):
            for name, value in one.known().items():
                m.write(m.defaults, name, value)


def configured(m: Machine, name: Value, value: Value) -> None:
    """`AWS.config.region = ...`."""
    if literal(name) is not None:
        m.write(m.defaults, str(name), value)
