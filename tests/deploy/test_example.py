"""The example project: it reads as meant, and its acceptance table points at the right lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from remit.deploy.chalice import read
from remit.store.files import FolderTree

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders-api"


def rows() -> list[tuple[str, ...]]:
    lines = (EXAMPLE / "EXPECTED.md").read_text().splitlines()
    cells = [tuple(c.strip() for c in line.strip("|").split("|")) for line in lines if "|" in line]
    return [row for row in cells if row[3].isdecimal()]


@pytest.mark.parametrize("row", rows(), ids=lambda row: "-".join(row[:4]))
def test_every_row_points_at_what_it_names(row: tuple[str, ...]) -> None:
    _, stage, file, line, _, text = row
    assert stage in {"dev", "staging", "prod"}
    assert text.strip("`") in (EXAMPLE / file).read_text().splitlines()[int(line) - 1]


def test_every_kind_of_incident_is_there() -> None:
    kinds = {row[0] for row in rows()}
    assert kinds == {
        "dynamodb:Scan",  # the unresolved need
        "denied-at-import",
        "ineffective-grant",
        "invalid-policy",
        "masked-failure",
        "missing-permission",
        "no-log-permission",
        "over-broad-grant",
        "stage-drift",
        "stage-without-policy",
        "unknown-action",
        "unused-permission",
    }


def test_the_project() -> None:
    tree = FolderTree(EXAMPLE)
    project = read(tree)
    told = [(s.name, s.account, s.default.environment["STAGE"]) for s in project.stages]
    assert told == [
        ("dev", "111122223333", "dev"),
        ("staging", None, "staging"),
        ("prod", "444455556666", "prod"),
    ]
    roles = {stage.name: stage.default.role for stage in project.stages}
    assert [len(roles[name].policies) for name in roles] == [1, 0, 1]
    assert roles["staging"].missing == ".chalice/policy-staging.json"
    [problem] = project.problems
    assert (str(problem.span), problem.code) == (
        ".chalice/policy-prod.json:41:7",
        "unsupported-principal",
    )
    assert len(project.sources) == 9
    assert tree.problems == ()
