"""AWS's managed policies in moto, read once in a process: moto reads all 1,500 anew for each
account (0.4 s). Their ids are always the same, as AWS's are; moto draws new ones.
"""

from __future__ import annotations

from base64 import b32encode
from functools import cache
from hashlib import sha256
from typing import Any

_MARK = "of_remit"


def extend() -> None:
    """Teach moto's IAM. May be called again."""
    from moto.iam.models import IAMBackend

    read = IAMBackend._init_aws_policies
    if hasattr(read, _MARK):
        return
    ours: Any = _reading_once(read)
    setattr(ours, _MARK, True)
    IAMBackend._init_aws_policies = ours  # type: ignore[method-assign]  # copies of what it reads


def _reading_once(read: Any) -> Any:
    kept: dict[tuple[str, bool], list[Any]] = {}  # a partition has ARNs of its own

    def copies(backend: Any) -> list[Any]:
        from moto.settings import load_iam_aws_managed_policies

        place = (backend.partition, load_iam_aws_managed_policies())
        if place not in kept:
            kept[place] = read(backend)
        return [_copy(policy, backend.account_id) for policy in kept[place]]

    return copies


def _copy(policy: Any, account: str) -> Any:
    """One that shares nothing that can be changed."""
    made = _of(policy)
    made.account_id = account
    made.id = _id(policy.name)
    made.tags = {}
    made.versions = [_of(version) for version in policy.versions]
    return made


def _of(one: Any) -> Any:
    made: Any = object.__new__(type(one))  # moto's own way adds it to a list that never shrinks
    vars(made).update(vars(one))
    return made


@cache
def _id(name: str) -> str:
    """In the form of AWS's (facts 5.3); which one AWS has is in no public data."""
    return "ANPA" + b32encode(sha256(name.encode()).digest()).decode()[:17]
