"""What stands, in a local AWS, for what only a deployment knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Local:
    """What stands here for what only a deployment knows.

    `values` are by symbol. `whole` leads from texts, with symbols as policies write them, to what
    they are here. `urls` are the addresses of queues in AWS: here they are the server's.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    whole: Mapping[str, str] = field(default_factory=dict)
    urls: tuple[str, ...] = ()
