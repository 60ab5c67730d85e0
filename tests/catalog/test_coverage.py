"""The published coverage: recomputed here, no number may fall, and the page is what is computed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from remit.catalog import coverage, iam, prefixes, rules
from remit.catalog.coverage import Count
from remit.catalog.models import service_model, services

HERE = Path(__file__).parent
# An operation may move from `*` to an ARN: that is no loss.
RATCHET = ("operations", "mapped", "arn", "free")
PAGE = HERE.parents[1] / "docs" / "coverage.md"

# boto3 is not pinned: with a newer one there are operations that nobody has judged yet.
JUDGED = pytest.mark.skipif(
    coverage.versions() not in PAGE.read_text(),
    reason="docs/coverage.md was made with another botocore: judge what is new, make it anew",
)


@pytest.fixture(scope="module")
def found() -> dict[str, Count]:
    return coverage.counts(services())


def test_no_number_falls(found: dict[str, Count]) -> None:
    held = json.loads((HERE / "coverage.json").read_text())
    assert set(held) <= set(found)
    fallen = {
        (service, key): (held[service][key], value)
        for service in held
        for key, value in asdict(found[service]).items()
        if key in RATCHET and value < held[service][key]
    }
    assert fallen == {}


@JUDGED
def test_the_page_says_what_is_computed(found: dict[str, Count]) -> None:
    assert PAGE.read_text() == coverage.page(found)


def test_the_commonest_services_are_44_that_exist() -> None:
    assert len(set(coverage.COMMONEST)) == 44
    assert set(coverage.COMMONEST) <= services()


@JUDGED
@pytest.mark.parametrize("service", coverage.COMMONEST)
def test_every_operation_of_a_common_service_is_known_or_has_a_reason(service: str) -> None:
    model = service_model(service)
    assert model is not None
    family = rules.family(service)
    for operation in model.operations:
        answer = coverage.needs(coverage.opaque(service, operation), coverage.Place())
        if answer.unmapped is not None:
            assert operation in family.unmapped, operation
        for need in answer.needs:
            assert iam.action(need.action) is not None, (operation, need.action)


@JUDGED
def test_every_service_has_a_prefix_or_a_reason() -> None:
    without = {name for name in services() if prefixes.prefix(name) not in iam.services()}
    assert without == set(prefixes.NO_PREFIX)


def test_prefixes_are_only_listed_where_they_differ() -> None:
    assert [name for name, prefix in prefixes.PREFIXES.items() if name == prefix] == []
    assert set(prefixes.PREFIXES) <= services()


@pytest.mark.parametrize(
    ("service", "prefix"),
    [
        ("sesv2", "ses"),
        ("elbv2", "elasticloadbalancing"),
        ("cloudwatch", "cloudwatch"),
        ("stepfunctions", "states"),
        ("apigatewaymanagementapi", "execute-api"),
        ("iot-data", "iot"),
        ("bedrock-runtime", "bedrock"),
        ("dynamodbstreams", "dynamodb"),
        ("efs", "elasticfilesystem"),
        ("emr", "elasticmapreduce"),
        ("opensearch", "es"),
        ("resourcegroupstaggingapi", "tag"),
        ("pinpoint", "mobiletargeting"),
        ("mwaa", "airflow"),
        ("amp", "aps"),
        ("keyspaces", "cassandra"),
        ("cloudcontrol", "cloudformation"),
    ],
)
def test_prefix(service: str, prefix: str) -> None:
    assert prefixes.prefix(service) == prefix
