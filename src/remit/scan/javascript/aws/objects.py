"""The values that stand for the objects of the AWS SDK for JavaScript, versions 2 and 3."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from remit.scan.sdk.objects import Connection, SdkObject


@dataclass(frozen=True, slots=True)
class Package(SdkObject):
    """An imported package of the SDK."""

    name: str


@dataclass(frozen=True, slots=True)
class Export(SdkObject):
    """A class or function of a package, by its name."""

    package: str
    name: str


@dataclass(frozen=True, slots=True)
class Client(SdkObject):
    """A client. `document` is set for the document clients of DynamoDB; `version` is 2 or 3.

    `bound` are the parameters that version 2 takes at construction for every call.
    """

    connection: Connection
    version: int
    document: bool = False
    bound: Any = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Command(SdkObject):
    """A command that was not sent yet."""

    service: str
    operation: str
    params: Any = field(hash=False)


@dataclass(frozen=True, slots=True)
class Method(SdkObject):
    """A method of a client that was not called yet."""

    owner: SdkObject
    name: str


@dataclass(frozen=True, slots=True)
class Upload(SdkObject):
    """`new Upload({client, params})`, of `@aws-sdk/lib-storage`."""

    connection: Connection
    params: Any = field(hash=False)


@dataclass(frozen=True, slots=True)
class Keys(SdkObject):
    """Credentials. `foreign` is None for the role's own."""

    foreign: str | None = None


@dataclass(frozen=True, slots=True)
class Settings(SdkObject):
    """`AWS.config`."""


@dataclass(frozen=True, slots=True)
class DatabaseSigner(SdkObject):
    """What signs logins to a database; `action` is the permission that it takes."""

    action: str
