"""Which services there are, by what a request says of them: signing name, target, version.

Read from the first lines of botocore's service models: parsing all of them would take seconds.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from remit.catalog.models import data_folder

_HEAD = 8_192  # bytes of a model in which its metadata stands


@dataclass(frozen=True, slots=True)
class Service:
    """One service of botocore's. `target` is the prefix of `X-Amz-Target`, where it has one."""

    name: str
    signing: str
    protocols: tuple[str, ...]
    version: str
    target: str | None
    json_version: str


@cache
def all_services() -> tuple[Service, ...]:
    """Every service that botocore has a model for, by name."""
    folders = sorted(path for path in data_folder("botocore").iterdir() if path.is_dir())
    found = (_service(folder) for folder in folders)
    return tuple(service for service in found if service is not None)


@cache
def by_signing_name() -> Mapping[str, tuple[Service, ...]]:
    """The services that are signed under a name."""
    found: dict[str, list[Service]] = defaultdict(list)
    for service in all_services():
        found[service.signing].append(service)
    # Twins (`docdb` and `neptune` beside `rds`) share operations and permissions: the one that
    # bears the name comes first.
    return {
        name: tuple(sorted(services, key=lambda service: service.name != name))
        for name, services in found.items()
    }


@cache
def by_target() -> Mapping[str, tuple[Service, ...]]:
    """The services of a target prefix (`DynamoDB_20120810`)."""
    found: dict[str, list[Service]] = defaultdict(list)
    for service in all_services():
        if service.target is not None:
            found[service.target].append(service)
    return {name: tuple(services) for name, services in found.items()}


def _service(folder: Path) -> Service | None:
    models = sorted(folder.glob("*/service-2.json*"))
    metadata = _metadata(models[-1]) if models else None
    if metadata is None:
        return None
    protocol = metadata["protocol"]
    return Service(
        name=folder.name,
        signing=metadata.get("signingName", metadata["endpointPrefix"]),
        protocols=tuple(dict.fromkeys((protocol, *metadata.get("protocols", ())))),
        version=metadata["apiVersion"],
        target=metadata.get("targetPrefix"),
        json_version=metadata.get("jsonVersion", "1.1"),
    )


def _metadata(model: Path) -> dict[str, Any] | None:
    with gzip.open(model) if model.suffix == ".gz" else model.open("rb") as file:
        head = file.read(_HEAD).decode("utf-8", "ignore")
    _, found, rest = head.partition('"metadata":')
    if not found:
        return None
    value: dict[str, Any]
    value, _ = json.JSONDecoder().raw_decode(rest.lstrip())
    return value
