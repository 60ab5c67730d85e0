"""AWS's partitions and regions, from botocore's own list.

Source: botocore's `partitions.json` (the AWS SDKs' endpoint data).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType


@cache
def partitions() -> Mapping[str, frozenset[str]]:
    """The regions of each partition by its id (`aws`, `aws-cn`, ...)."""
    spec = find_spec("botocore")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("botocore")
    raw = json.loads((Path(spec.origin).parent / "data" / "partitions.json").read_bytes())
    return MappingProxyType({one["id"]: frozenset(one["regions"]) for one in raw["partitions"]})


@cache
def regions() -> frozenset[str]:
    """The regions of all partitions, with the names for what is in none (`aws-global`)."""
    return frozenset().union(*partitions().values())
