"""Cloud assemblies as CDK writes them: stacks, stages, assets, what stacks take from each other.

Source: AWS CDK Developer Guide, "Cloud assembly"; package `@aws-cdk/cloud-assembly-schema`.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from remit.core.tree import MemoryTree
from remit.deploy.cdk import is_cdks_own, read
from remit.deploy.locate import choose
from remit.deploy.model import Project, Tellings, Told

HASH = "0a1b"
BUCKET = {"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"}


def stack(name: str, environment: str = "aws://unknown-account/unknown-region") -> dict[str, Any]:
    return {
        "type": "aws:cloudformation:stack",
        "environment": environment,
        "properties": {"templateFile": f"{name}.template.json"},
    }


def function(path: str, environment: dict[str, Any], key: str = f"{HASH}.zip") -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.12",
            "Handler": "index.handler",
            "Code": {"S3Bucket": BUCKET, "S3Key": key},
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Environment": {"Variables": environment},
        },
        "Metadata": {"aws:cdk:path": f"{path}/Resource"},
    }


ROLE = {"Type": "AWS::IAM::Role", "Metadata": {"aws:cdk:path": "Api/Fn/ServiceRole/Resource"}}
ASSETS = {
    "files": {
        HASH: {
            "source": {"path": f"asset.{HASH}", "packaging": "zip"},
            "destinations": {"current": {"bucketName": "b", "objectKey": f"{HASH}.zip"}},
        },
        "n": {
            "source": {"path": "Inner.nested.template.json", "packaging": "file"},
            "destinations": {"current": {"bucketName": "b", "objectKey": "n.json"}},
        },
    }
}
MANIFEST = {
    "version": "40.0.0",
    "artifacts": {
        "Api.assets": {"type": "cdk:asset-manifest", "properties": {"file": "Api.assets.json"}},
        "Api": stack("Api"),
        "Data": stack("Data"),
        "assembly-Prod": {
            "type": "cdk:cloud-assembly",
            "properties": {"directoryName": "assembly-Prod", "displayName": "Prod"},
        },
        "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
    },
}
INNER_URL = {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}, ".amazonaws.com/b/n.json"]]}
FILES: dict[str, Any] = {
    "cdk.out/manifest.json": MANIFEST,
    "cdk.out/Api.assets.json": ASSETS,
    "cdk.out/Api.template.json": {
        "Resources": {
            "Role": ROLE,
            "Fn": function(
                "Api/Fn",
                {
                    "T": {"Fn::ImportValue": "Data:Table"},
                    "U": {"Fn::GetStackOutput": {"StackName": "Data", "OutputName": "Table"}},
                    "N": {"Fn::GetAtt": ["Inner", "Outputs.Queue"]},
                },
            ),
            "Own": function("Api/Custom::Thing/Handler", {}),
            "Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": INNER_URL}},
        }
    },
    "cdk.out/Inner.nested.template.json": {
        "Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}}},
        "Outputs": {"Queue": {"Value": {"Fn::GetAtt": ["Q", "QueueName"]}}},
    },
    "cdk.out/Data.template.json": {
        "Resources": {"Table": {"Type": "AWS::DynamoDB::Table"}},
        "Outputs": {"Table": {"Value": {"Ref": "Table"}, "Export": {"Name": "Data:Table"}}},
    },
    "cdk.out/assembly-Prod/manifest.json": {
        "artifacts": {
            "Prod-Api.assets": {"type": "cdk:asset-manifest", "properties": {"file": "Prod.assets.json"}},
            "Prod-Api": {
                **stack("Prod-Api", "aws://111122223333/eu-west-1"),
                "properties": {"templateFile": "Prod-Api.template.json", "stackName": "live"},
            },
        }
    },
    "cdk.out/assembly-Prod/Prod.assets.json": {
        "files": {
            HASH: {
                "source": {"path": f"../asset.{HASH}"},
                "destinations": {"x": {"objectKey": f"{HASH}.zip"}},
            }
        }
    },
    "cdk.out/assembly-Prod/Prod-Api.template.json": {
        "Resources": {"Role": ROLE, "Fn": function("Prod/Api/Fn", {"S": {"Ref": "AWS::StackName"}})}
    },
    f"cdk.out/asset.{HASH}/index.py": "x = 1\n",
}  # fmt: skip


def assembly(changes: dict[str, Any] | None = None, told: Tellings | None = None) -> Project:
    texts = {
        name: value if isinstance(value, str) else json.dumps(value, indent=1)
        for name, value in {**FILES, **(changes or {})}.items()
    }
    return read(MemoryTree(texts), "cdk.out/manifest.json", told or Tellings())


def test_stacks_of_one_assembly_are_a_stage_and_take_from_each_other() -> None:
    found = assembly()
    assert [one.name for one in found.stages] == ["default", "Prod"]
    first = found.stages[0]
    assert (first.account, first.region) == (None, None)  # an app without an environment
    assert list(first.functions) == ["Api/Fn"]  # and not CDK's own
    function = first.functions["Api/Fn"]
    assert {key: str(value) for key, value in function.environment.items()} == {
        "T": "Data-Table-{Data.Table id}",
        "U": "Data-Table-{Data.Table id}",
        "N": "jobs",
    }
    assert function.code is not None
    assert function.code.roots == (f"cdk.out/asset.{HASH}",)
    assert (function.role.name, function.role.file) == ("Api/Fn/ServiceRole", None)
    assert function.role.span.file == "cdk.out/Api.template.json"


def test_a_nested_assembly_is_a_stage_with_its_place() -> None:
    prod = assembly().stages[1]
    assert (prod.account, prod.region) == ("111122223333", "eu-west-1")
    function = prod.functions["Prod/Api/Fn"]
    assert function.environment == {"S": "live"}
    assert function.code is not None
    assert function.code.roots == (f"cdk.out/asset.{HASH}",)


def test_stacks_of_several_environments_are_several_stages() -> None:
    manifest = {
        "artifacts": {
            "Api.assets": MANIFEST["artifacts"]["Api.assets"],  # type: ignore[index]
            "Api": stack("Api", "aws://111122223333/eu-west-1"),
            "Data": stack("Data", "aws://111122223333/us-east-1"),
        }
    }
    told = Tellings(stages={"Api": Told(account="444455556666")})
    found = assembly({"cdk.out/manifest.json": manifest}, told)
    assert [(one.name, one.account, one.region) for one in found.stages] == [
        ("Api", "444455556666", "eu-west-1"),
        ("Data", "111122223333", "us-east-1"),
    ]


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"cdk.out/manifest.json": "{"}, "no stages"),
    ({"cdk.out/manifest.json": "[]"}, "no stages"),
    ({"cdk.out/manifest.json": {"artifacts": 3}}, "no stages"),
    ({"cdk.out/manifest.json": {"artifacts": {"A": 3, "B": {"type": "aws:cloudformation:stack"}}}}, "no stages"),
    ({"cdk.out/Api.assets.json": "{"}, ""),
    ({"cdk.out/Api.assets.json": {"files": {"x": 3, "y": {"source": {"path": "../../etc"}, "destinations": {"a": {"objectKey": "k"}}}}}}, ""),
    ({"cdk.out/Data.template.json": "3"}, ""),
    ({"cdk.out/assembly-Prod/manifest.json": MANIFEST}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), BROKEN)
def test_broken_assemblies_are_told(changes: dict[str, Any], expected: str) -> None:
    found = assembly(changes)
    assert found.problems
    assert bool(found.stages) == (expected == "")


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("Stack/Custom::S3AutoDeleteObjectsCustomResourceProvider/Handler", True),
        ("Stack/LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a", True),
        ("Stack/Provider/framework-onEvent", True),
        ("Stack/SingletonLambda84c0de93353f42179b0b45b6c993251a", False),
        ("Stack/Framework", False),
    ],
)
def test_what_cdk_adds_by_itself(path: str, own: bool) -> None:
    assert is_cdks_own(path) is own


def test_where_assemblies_and_templates_are_found() -> None:
    template = "Resources: {Q: {Type: AWS::SQS::Queue}}"
    tree = MemoryTree(
        {
            "app/cdk.json": "{}",
            "app/cdk.out/manifest.json": json.dumps(MANIFEST),
            "sam/template.yaml": template + "\nTransform: AWS::Serverless-2016-10-31",
            "sam/other.yml": template,
            "plain/template.json": '{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}',
            "web/manifest.json": "{}",
            "note/template.yaml": "hello: world",
        }
    )
    for path, framework, marker in (
        ("app", "cdk", "app/cdk.out/manifest.json"),
        ("app/cdk.out/manifest.json", "cdk", "app/cdk.out/manifest.json"),
        ("sam", "sam", "sam/template.yaml"),
        ("sam/other.yml", "cloudformation", "sam/other.yml"),
        ("plain", "cloudformation", "plain/template.json"),
    ):
        found = choose(tree, path)
        assert (found.framework, found.marker) == (framework, marker)
