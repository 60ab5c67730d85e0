"""The service models that boto3 and botocore ship: operations, parameters, resource models.

Read straight from the packages' data files: importing botocore's session machinery would cost
several times what a check costs.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from botocore import xform_name


@dataclass(frozen=True)
class ServiceModel:
    """One service as botocore describes it. `raw` is the parsed `service-2.json`."""

    name: str
    raw: dict[str, Any]

    @property
    def operations(self) -> dict[str, Any]:
        """Operation name to its description."""
        return self.raw["operations"]  # type: ignore[no-any-return]  # JSON

    def members(self, operation: str) -> dict[str, Any]:
        """The top-level input members of `operation`: name to shape reference."""
        shape = self.operations[operation].get("input", {}).get("shape")
        return self.raw["shapes"][shape].get("members", {}) if shape else {}


@cache
def data_folder(package: str) -> Path:
    """Where the package `botocore` or `boto3` keeps its data files. Does not import it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).parent / "data"


@cache
def services(package: str = "botocore") -> frozenset[str]:
    """The services that the package has models for."""
    return frozenset(p.name for p in data_folder(package).iterdir() if p.is_dir())


@cache
def document(package: str, service: str, kind: str) -> dict[str, Any] | None:
    """The newest `kind` (`service-2`, `paginators-1`, `waiters-2`, `resources-1`) of a service.

    None when the package has none for it.
    """
    if service not in services(package):
        return None
    folder = data_folder(package) / service
    for version in sorted(folder.iterdir(), reverse=True):
        packed, plain = version / f"{kind}.json.gz", version / f"{kind}.json"
        if packed.is_file():
            return json.loads(gzip.decompress(packed.read_bytes()))  # type: ignore[no-any-return]
        if plain.is_file():
            return json.loads(plain.read_bytes())  # type: ignore[no-any-return]
    return None


@cache
def service_model(service: str) -> ServiceModel | None:
    """The model of `service` (botocore's name for it), None when there is none."""
    raw = document("botocore", service, "service-2")
    return None if raw is None else ServiceModel(service, raw)


@cache
def methods(service: str) -> dict[str, str]:
    """Python method name to operation name: `update_item` to `UpdateItem`."""
    model = service_model(service)
    return {} if model is None else {xform_name(op): op for op in model.operations}
