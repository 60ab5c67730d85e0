"""What a project deploys, made here: found by the project's own names, and under its policies."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("moto", reason="the extra `serve` is not installed")
pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")

from remit import wiring
from remit.app.environment import addressed
from remit.app.provision.model import Provisioned
from remit.app.running import Plan, provisioned
from remit.cli import provisioning
from remit.cli.main import main
from remit.server.run import build, running
from remit.server.settings import Settings
from tests.server.live import Keys, Live, refused
from tests.server.provisioned import PROJECTS, cloudformation, document, sam, statement, written


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """moto's state is the process's."""
    from moto.core.base_backend import BackendDict

    BackendDict.reset()
    yield
    BackendDict.reset()


@contextmanager
def deployed(folder: Path) -> Iterator[tuple[Live, Plan, Provisioned]]:
    """A server with the resources and roles of the project in `folder`."""
    plan = wiring.running(folder, None, None)
    built = build(Settings(region=plan.seeds.region, account=plan.seeds.account))
    _, _, made = provisioning.deployed(built, plan.seeds, provision=True)
    assert made is not None
    keys = [Keys(one.id, one.secret) for one in (built.administrator, built.root)]
    with running(built) as url:
        yield Live(url, built, *keys), provisioned(plan, made.local), made


def session(live: Live, plan: Plan) -> Any:
    """Clients of the role, made by service."""
    arn = f"arn:aws:iam::{plan.seeds.account}:role/{plan.name}"
    sts = live.client("sts", region=plan.seeds.region)
    found = sts.assume_role(RoleArn=arn, RoleSessionName="work")["Credentials"]
    keys = Keys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    return lambda service: live.client(service, keys, region=plan.seeds.region)


@pytest.mark.parametrize("framework", PROJECTS)
def test_a_role_finds_what_is_deployed(framework: str, tmp_path: Path) -> None:
    """Its environment names what was made, its policies allow just that, and the bucket's policy,
    which names the role, is in force."""
    folder = written(PROJECTS[framework](), tmp_path)
    with deployed(folder) as (live, plan, made):
        own = addressed(plan.environment, plan.seeds.local, live.url)
        assert {"TABLE", "BUCKET", "QUEUE"} <= set(own), plan.notes
        of = session(live, plan)
        table, key = {"TableName": own["TABLE"]}, {"id": {"S": "1"}}
        of("dynamodb").put_item(**table, Item=key)
        code, said = refused(of("dynamodb").delete_item, **table, Key=key)
        assert code == "AccessDeniedException"
        assert f"table/{own['TABLE']} because no identity-based policy" in said
        s3 = of("s3")
        s3.put_object(Bucket=own["BUCKET"], Key="a", Body=b"1")
        code, said = refused(s3.delete_object, Bucket=own["BUCKET"], Key="a")
        assert said.endswith("with an explicit deny in a resource-based policy")
        assert own["QUEUE"].startswith(live.url)
        of("sqs").send_message(QueueUrl=own["QUEUE"], MessageBody="1")
        refused(of("sqs").delete_message, QueueUrl=own["QUEUE"], ReceiptHandle="1")
        region = plan.seeds.region
        admin = live.client("sqs", region=region)
        found = admin.get_queue_attributes(QueueUrl=own["QUEUE"], AttributeNames=["All"])
        dead = json.loads(found["Attributes"]["RedrivePolicy"])["deadLetterTargetArn"]
        assert dead.startswith(f"arn:aws:sqs:{region}:{plan.seeds.account}:")
        assert "dead" in dead.lower()
        texts = [one.text for role in plan.seeds.roles for one in role.policies]
        assert not any("{" in text.replace('{"', "") for text in texts)
        counts = {name: made.counted()[f"AWS::{name}"] for name in ("DynamoDB::Table", "S3::Bucket", "SQS::Queue")}  # fmt: skip
        assert counts == {"DynamoDB::Table": 1, "S3::Bucket": 1, "SQS::Queue": 2}


SCRIPT = """
import os, boto3
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
table.put_item(Item={"id": "1"})
boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody="1")
print("put", os.environ["TABLE"])
try:
    table.delete_item(Key={"id": "1"})
except Exception as error:
    print(error.response["Error"]["Code"])
"""
FIXES = {
    "sam": "Resource: !GetAtt Orders.Arn",
    "terraform": "resources = [aws_dynamodb_table.orders.arn]",
}


@pytest.mark.parametrize("framework", FIXES)
def test_run_sets_the_names_of_what_it_made(
    framework: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The statement to add names the table as the project does, and not by its name here."""
    folder = written(PROJECTS[framework](), tmp_path / "shop")
    if framework == "sam":  # a statement for YAML is wanted
        (folder / "template.json").rename(folder / "template.yaml")
    (tmp_path / "script.py").write_text(SCRIPT, "utf-8")
    command = [sys.executable, str(tmp_path / "script.py")]
    status = main(["run", "--project", str(folder), "--provision", "--", *command])
    out, err = capfd.readouterr()
    assert status == 1
    put, denied = out.splitlines()
    assert denied == "AccessDeniedException"
    name = put.removeprefix("put ")
    assert "orders" in name.lower()
    assert f": {name}\n" in err  # the table's name is told
    assert "made 1 table, 1 bucket, 2 queues" in err
    assert FIXES[framework] in err
    assert "is not set" not in err
    assert "is `*` here" not in err


def test_without_it_a_note_says_how(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = written(sam(), tmp_path)
    assert main(["run", "--project", str(folder), "--", sys.executable, "-c", ""]) == 0
    _, err = capfd.readouterr()
    assert "`TABLE` is not set" in err
    assert "with `--provision` the variables of what it makes are set" in err


def test_run_at_a_server_that_made_them(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """`remit serve --provision --token-file` and `remit run --port --token-file`."""
    from remit.server.metadata import Delivery, with_metadata

    folder = written(sam(), tmp_path / "shop")
    (tmp_path / "script.py").write_text(SCRIPT, "utf-8")
    (tmp_path / "token").write_text("a-token", "utf-8")
    seeds = wiring.seeds(folder, None, None, None, None)
    built = build(Settings(region=seeds.region, account=seeds.account))
    _, _, made = provisioning.deployed(built, seeds, provision=True)
    built, _ = with_metadata(built, Delivery("a-token", local=provisioning.written(made)))
    with running(built) as url:
        at = ["--port", url.rpartition(":")[2], "--token-file", str(tmp_path / "token")]
        command = [sys.executable, str(tmp_path / "script.py")]
        assert main(["run", "--project", str(folder), *at, "--", *command]) == 1
    out, err = capfd.readouterr()
    assert out.splitlines()[1] == "AccessDeniedException"
    assert "is not set" not in err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["serve", "--provision"], "`--provision` needs `--project`"),
        (
            ["run", "--port", "1", "--token-file", "x", "--provision", "--", "true"],
            "the server at `--port` makes its resources when it starts",
        ),
    ],
)
def test_flags_that_do_not_go_together(
    flags: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(flags) == 2
    assert said in capsys.readouterr().err


# --- what AWS gives ids to ----------------------------------------------------------------------

WHOLE = {
    "Key": {
        "Type": "AWS::KMS::Key",
        "Properties": {
            "KeyPolicy": document(
                statement("Allow", "kms:*", "*", Principal={"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}),
                statement("Deny", "kms:Decrypt", "*", Principal={"AWS": {"Fn::GetAtt": ["ApiRole", "Arn"]}}),
            )
        },
    },
    "Alias": {
        "Type": "AWS::KMS::Alias",
        "Properties": {"AliasName": "alias/shop", "TargetKeyId": {"Ref": "Key"}},
    },
    "Secret": {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {
            "KmsKeyId": {"Ref": "Key"},
            "GenerateSecretString": {
                "SecretStringTemplate": '{"user": "me \\"quoted\\""}',
                "GenerateStringKey": "password",
            },
        },
    },
    "Topic": {
        "Type": "AWS::SNS::Topic",
        "Properties": {"Subscription": [{"Protocol": "sqs", "Endpoint": {"Fn::GetAtt": ["Jobs", "Arn"]}}]},
    },
    "Pool": {"Type": "AWS::Cognito::UserPool"},
    "Client": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": {"Ref": "Pool"}}},
    "Stream": {"Type": "AWS::Kinesis::Stream"},
    "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "shop"}},
    "Images": {"Type": "AWS::ECR::Repository"},
    "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}},
    "Parameter": {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Name": "/shop/key", "Value": {"Fn::GetAtt": ["Key", "Arn"]}},
    },
}  # fmt: skip
NAMES = {
    "KEY": {"Fn::GetAtt": ["Key", "Arn"]},
    "SECRET": {"Ref": "Secret"},
    "TOPIC": {"Ref": "Topic"},
    "POOL": {"Ref": "Pool"},
    "CLIENT": {"Ref": "Client"},
    "STREAM": {"Ref": "Stream"},
    "IMAGES": {"Ref": "Images"},
    "LOG": {"Ref": "Log"},
}


def test_ids_that_the_emulator_gives_are_those_of_the_environment(tmp_path: Path) -> None:
    template = json.loads(cloudformation()["template.json"])
    template["Resources"] |= WHOLE
    of = template["Resources"]["Api"]["Properties"]
    of["Environment"]["Variables"] |= NAMES
    grants = [
        statement("Allow", ["kms:Encrypt", "kms:Decrypt"], {"Fn::GetAtt": ["Key", "Arn"]}),
        statement("Allow", "secretsmanager:GetSecretValue", {"Ref": "Secret"}),
        statement("Allow", "sns:Publish", {"Ref": "Topic"}),
        statement("Allow", "cognito-idp:DescribeUserPoolClient", {"Fn::GetAtt": ["Pool", "Arn"]}),
        statement("Allow", "kinesis:PutRecord", {"Fn::GetAtt": ["Stream", "Arn"]}),
        statement("Allow", "ssm:GetParameter", {"Fn::Sub": "arn:aws:ssm:*:${AWS::AccountId}:parameter/shop/*"}),
    ]  # fmt: skip
    policies = template["Resources"]["ApiRole"]["Properties"]["Policies"]
    policies.append({"PolicyName": "more", "PolicyDocument": document(*grants)})
    folder = written({"template.json": json.dumps(template), "src/app.py": ""}, tmp_path)
    with deployed(folder) as (live, plan, made):
        notes = [str(one) for one in made.notes]
        assert notes == [
            "AWS::Lambda::Function `Api` (template.json:1): no function runs here: its code runs"
            " where you run it"
        ]
        own, of = plan.environment, session(live, plan)
        kms = of("kms")
        blob = kms.encrypt(KeyId=own["KEY"], Plaintext=b"1")["CiphertextBlob"]
        _, said = refused(kms.decrypt, CiphertextBlob=blob)
        assert said.endswith("with an explicit deny in a resource-based policy")
        kms.encrypt(KeyId="alias/shop", Plaintext=b"1")
        of("sns").publish(TopicArn=own["TOPIC"], Message="1")
        asked = {"UserPoolId": own["POOL"], "ClientId": own["CLIENT"]}
        assert of("cognito-idp").describe_user_pool_client(**asked)["UserPoolClient"]
        of("kinesis").put_record(StreamName=own["STREAM"], Data=b"1", PartitionKey="1")
        value = of("ssm").get_parameter(Name="/shop/key")["Parameter"]["Value"]
        assert value == own["KEY"]
        secret = live.client("secretsmanager").get_secret_value(SecretId=own["SECRET"])
        found = json.loads(secret["SecretString"])
        assert found["user"] == 'me "quoted"'
        assert len(found["password"]) == 32
        told = json.dumps([notes, provisioning.written(made), [str(one) for one in made.made]])
        assert found["password"] not in told
        asked = {"logGroupNamePrefix": own["LOG"]}
        [group] = live.client("logs").describe_log_groups(**asked)["logGroups"]
        assert group["retentionInDays"] == 7


# --- resource policies --------------------------------------------------------------------------

ROLE = {"AWS": {"Fn::GetAtt": ["ApiRole", "Arn"]}}
HELD: dict[str, dict[str, Any]] = {
    "JobsPolicy": {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {
            "Queues": [{"Ref": "Jobs"}],
            "PolicyDocument": document(
                statement("Deny", "sqs:SendMessage", {"Fn::GetAtt": ["Jobs", "Arn"]}, Principal=ROLE)
            ),
        },
    },
    "Topic": {"Type": "AWS::SNS::Topic"},
    "TopicPolicy": {
        "Type": "AWS::SNS::TopicPolicy",
        "Properties": {
            "Topics": [{"Ref": "Topic"}],
            "PolicyDocument": document(
                statement("Allow", "sns:Publish", {"Ref": "Topic"}, Principal=ROLE)
            ),
        },
    },
    "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "x"}},
    "SecretPolicy": {
        "Type": "AWS::SecretsManager::ResourcePolicy",
        "Properties": {
            "SecretId": {"Ref": "Secret"},
            "ResourcePolicy": document(
                statement("Allow", "secretsmanager:GetSecretValue", "*", Principal=ROLE)
            ),
        },
    },
    "Images": {
        "Type": "AWS::ECR::Repository",
        "Properties": {
            "RepositoryPolicyText": document(
                {"Effect": "Allow", "Principal": ROLE, "Action": "ecr:DescribeImages"}
            )
        },
    },
}  # fmt: skip


def test_policies_of_resources_are_in_force(tmp_path: Path) -> None:
    """They allow what the role's own do not (IAM User Guide, reference_policies_evaluation-logic:
    one account), and deny what these allow. Another role that may do as much gets nothing."""
    template = json.loads(cloudformation()["template.json"])
    resources = template["Resources"]
    resources |= HELD
    resources["Orders"]["Properties"]["ResourcePolicy"] = {
        "PolicyDocument": document(statement("Allow", "dynamodb:GetItem", "*", Principal=ROLE))
    }
    resources["Api"]["Properties"]["Environment"]["Variables"] |= {
        name.upper(): {"Ref": name} for name in ("Topic", "Secret", "Images")
    }
    other = {**resources["ApiRole"]["Properties"], "Policies": []}
    resources["OtherRole"] = {"Type": "AWS::IAM::Role", "Properties": other}
    second = {**resources["Api"]["Properties"], "Role": {"Fn::GetAtt": ["OtherRole", "Arn"]}}
    resources["Other"] = {"Type": "AWS::Lambda::Function", "Properties": second}
    folder = written({"template.json": json.dumps(template), "src/app.py": ""}, tmp_path)
    plan = wiring.running(folder, None, None, "Api")
    built = build(Settings(region=plan.seeds.region, account=plan.seeds.account))
    _, _, made = provisioning.deployed(built, plan.seeds, provision=True)
    assert made is not None
    assert [note.type for note in made.notes] == ["AWS::Lambda::Function"]
    keys = [Keys(one.id, one.secret) for one in (built.administrator, built.root)]
    with running(built) as url:
        live = Live(url, built, *keys)
        plan = provisioned(plan, made.local)
        own = addressed(plan.environment, plan.seeds.local, live.url)
        of, stranger = session(live, plan), session(live, replace(plan, name="OtherRole"))
        code, said = refused(of("sqs").send_message, QueueUrl=own["QUEUE"], MessageBody="1")
        assert code == "AccessDenied"
        assert said.endswith("with an explicit deny in a resource-based policy")
        calls: list[tuple[str, str, dict[str, Any]]] = [
            ("sns", "publish", {"TopicArn": own["TOPIC"], "Message": "1"}),
            ("secretsmanager", "get_secret_value", {"SecretId": own["SECRET"]}),
            ("ecr", "describe_images", {"repositoryName": own["IMAGES"]}),
            ("dynamodb", "get_item", {"TableName": own["TABLE"], "Key": {"id": {"S": "1"}}}),
        ]
        for service, operation, asked in calls:
            getattr(of(service), operation)(**asked)
            _, said = refused(getattr(stranger(service), operation), **asked)
            assert "not authorized to perform" in said, service
