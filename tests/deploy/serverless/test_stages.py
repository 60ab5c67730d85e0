"""Which stages a service has: Serverless Framework, guides/parameters, guides/variables/core."""

from __future__ import annotations

import pytest

from remit.deploy.model import Tellings, Told

from .support import project

HEAD = "service: shop\nprovider: {name: aws"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + "}\n", ["dev"]),
        (HEAD + ", stage: live}\n", ["live"]),
        (HEAD + ", stage: \"${opt:stage, 'beta'}\"}\n", ["beta"]),
        (HEAD + ", stage: '${env:STAGE}'}\n", ["default"]),
        (HEAD + "}\nparams: {default: {a: 1}, prod: {a: 2}, qa: {a: 3}}\n", ["prod", "qa"]),
        (HEAD + "}\nstages: {default: {}, prod: {params: {a: 2}}}\n", ["prod"]),
        (
            HEAD + ", stage: '${opt:stage, ''dev''}'}\n"
            "custom:\n  t: {dev: a, prod: b, default: c}\n"
            "  table: ${self:custom.t.${self:provider.stage}, self:custom.t.default}\n",
            ["dev", "prod"],
        ),
        # The framework's own default is no stage where the maps do not have it.
        (HEAD + "}\ncustom:\n  t: {uat: a, live: b}\n  x: ${self:custom.t.${sls:stage}}\n", ["uat", "live"]),
        (HEAD + "}\ncustom:\n  s: ${opt:stage, 'dev'}\n  t: {a1: 1}\n  x: ${self:custom.t.${self:custom.s}}\n", ["a1"]),
        (HEAD + "}\ncustom:\n  x: ${file(config/${sls:stage}.yml)}\n", ["prod", "test"]),
        (HEAD + "}\ncustom:\n  x: ${file(config/env.${sls:stage}.json):a}\n", ["eu"]),
        (HEAD + "}\ncustom:\n  x: ${file(all.yml):${sls:stage}.a}\n", ["one", "two"]),
        # A map with a key for every user is no list of stages.
        (HEAD + "}\ncustom:\n  t: {" + ", ".join(f"u{n}: 1" for n in range(60)) + "}\n  x: ${self:custom.t.${sls:stage}}\n", ["dev"]),
    ],
)  # fmt: skip
def test_stages(text: str, expected: list[str]) -> None:
    files = {
        "config/prod.yml": "a: 1",
        "config/test.yml": "a: 1",
        "config/example.yml": "a: 1",
        "config/env.eu.json": "{}",
        "all.yml": "one: {a: 1}\ntwo: {a: 2}\n",
    }
    assert [one.name for one in project(text, files).stages] == expected


def test_a_stage_that_is_told_is_one() -> None:
    told = Tellings(stages={"live": Told(region="eu-west-1")})
    found = project(HEAD + ", stage: dev}\n", told=told)
    assert [(one.name, one.region) for one in found.stages] == [
        ("dev", "us-east-1"),
        ("live", "eu-west-1"),
    ]


def test_each_stage_has_its_own_values() -> None:
    found = project(
        """
        service: shop
        provider:
          name: aws
          runtime: python3.12
          environment: {TABLE: "${self:custom.tables.${sls:stage}}"}
        custom: {tables: {dev: orders-dev, prod: orders}}
        functions: {api: {handler: app.main}}
        """,
        {"app.py": "def main(e, c): pass\n"},
    )
    environments = {one.name: dict(one.functions["api"].environment) for one in found.stages}
    assert environments == {"dev": {"TABLE": "orders-dev"}, "prod": {"TABLE": "orders"}}


def test_a_stage_that_only_the_deployment_knows() -> None:
    text = (
        HEAD + ", runtime: python3.12, stage: '${env:STAGE}', environment: {A: '${sls:stage}'}}\n"
    )
    more = "functions: {api: {handler: app.main}}\n"
    files = {"app.py": "def main(e, c): pass\n"}
    (found,) = project(text + more, files).stages
    assert str(found.functions["api"].environment["A"]) == "{env STAGE}"
    assert str(found.functions["api"].deployed_as) == "shop-{env STAGE}-api"
    told = Tellings(values={"STAGE": "live"})
    (found,) = project(text + more, files, told).stages
    assert (found.name, str(found.functions["api"].deployed_as)) == ("live", "shop-live-api")
