"""Functions with the same code in the same environment are scanned once, and each has its needs."""

from __future__ import annotations

import pytest

from remit.app import scans as module
from remit.app.scans import Scans, Sources
from remit.core.span import Span
from remit.core.tree import MemoryTree
from remit.deploy.model import Code, Function, Project, Role, Stage

_SPAN = Span.whole("template.yaml")
_ROLE = Role("role", _SPAN)
_APP = """\
import os, boto3
s3 = boto3.client("s3")
s3.list_buckets()
def handler(event, context):
    s3.get_object(Bucket=os.environ["BUCKET"], Key="x")
"""


def _function(name: str, file: str = "app", **environment: str) -> Function:
    return Function(name, environment, _ROLE, _SPAN, code=Code("python", ("",), file, "handler"))


def _scans() -> Scans:
    stage = Stage("dev", _function("*"), _SPAN)
    project = Project("sam", "shop", "", (), (), (stage,))
    return Scans(Sources(MemoryTree({"app.py": _APP.encode()}), project), stage, {})


def test_a_shared_scan_is_the_scan_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """One run for two alike, another one for another environment; each as if scanned alone."""
    runs: list[object] = []
    scan = module.scan
    monkeypatch.setattr(module, "scan", lambda *a, **k: runs.append(k) or scan(*a, **k))
    wanted = [_function("a", BUCKET="x"), _function("b", BUCKET="x"), _function("c", BUCKET="y")]
    together = _scans()
    found = [together.of(one) for one in wanted]
    assert len(runs) == 2
    assert found == [_scans().of(one) for one in wanted]
    assert [entry.function for one in found for entry in one.entries] == ["a", "b", "c"]
    assert {call.function for call in found[1].calls} == {"", "b"}
    assert together.all() == tuple(found)


def test_a_gap_that_names_its_function_is_not_shared() -> None:
    together = _scans()
    found = [together.of(_function(name, "absent")) for name in ("a", "b")]
    assert [f"`{name}`" in one.unattributed[0].why for name, one in zip("ab", found, strict=True)]
    assert found[1].unattributed[0].why == found[0].unattributed[0].why.replace("`a`", "`b`")
