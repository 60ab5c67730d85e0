"""What a call is held against: never what the test made up, never what is not known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from remit.app.errors import InputError
from remit.testing import Verdict, enforce
from remit.testing.enforcement import Enforcement
from tests.testing.support import ACCOUNT, ROLE, allow, as_role, policy

REGION = "eu-central-1"
CONFIG = {
    "version": "2.0",
    "app_name": "shop",
    "autogen_policy": False,
    "stages": {
        "prod": {"environment_variables": {"TABLE": "orders"}},
        "two": {"lambda_functions": {"nightly": {"iam_policy_file": "nightly.json"}}},
        "bare": {},
        "outside": {"manage_iam_role": False, "iam_role_arn": "arn:aws:iam::111122223333:role/x"},
    },
}
APP = """\
from chalice import Chalice, Rate
app = Chalice(app_name="shop")

@app.route("/")
def index():
    return {}

@app.schedule(Rate(1, unit=Rate.DAYS))
def nightly(event):
    pass
"""


def project(folder: Path, *statements: dict[str, Any]) -> Path:
    """A Chalice project whose stage `prod` is deployed in REGION and has these statements."""
    home = folder / ".chalice"
    home.mkdir(exist_ok=True)
    (folder / "app.py").write_text(APP)
    (home / "config.json").write_text(json.dumps(CONFIG))
    for name in ("policy-prod.json", "policy-two.json"):
        (home / name).write_text(json.dumps(policy(*statements)))
    (home / "nightly.json").write_text(json.dumps(policy(allow("sqs:*"))))
    settings = f'[stage.prod]\naccount = "{ACCOUNT}"\nregion = "{REGION}"\n'
    (folder / "remit.toml").write_text(settings)
    return folder


def verdict(enforcement: Enforcement, client: Any, method: str, **params: Any) -> Verdict:
    """What becomes of a call. Nothing answers it."""
    with enforcement as recorder:
        try:
            getattr(client, method)(**params)
        except ClientError as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)
        except Exception:  # noqa: S110  let through, to nobody
            pass
    [seen] = recorder.calls
    return seen.verdict


def client(service: str, region: str | None = None) -> Any:
    return boto3.client(service, region_name=region, endpoint_url="http://127.0.0.1:9")


# --- regions and accounts that a test made up -----------------------------------------------------

TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
KEY = {"TableName": "orders", "Key": {"id": {"S": "1"}}}
# (the client's region, the table that is granted, the verdict). The test's own is eu-west-1.
REGIONS = [
    (None, TABLE, Verdict.ALLOWED),  # of the environment: deployed, it is the stage's
    (REGION, TABLE, Verdict.ALLOWED),
    ("us-east-1", TABLE, Verdict.DENIED),  # what the client was given is the code's
    (None, f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders", Verdict.DENIED),
    # in the environment's region only: perhaps the code names that region itself
    (None, f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders", Verdict.UNKNOWN),
    (None, TABLE + "s", Verdict.DENIED),
]


@pytest.mark.parametrize("case", REGIONS)
def test_regions(case: tuple[Any, ...], tmp_path: Path) -> None:
    region, granted, expected = case
    made = client("dynamodb", region)
    place = project(tmp_path, allow("dynamodb:GetItem", granted))
    enforcement = enforce(place, "prod", environment=False)
    assert verdict(enforcement, made, "get_item", **KEY) is expected


def test_a_region_of_the_persons_own_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "aws").write_text("[default]\nregion = ap-south-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws"))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers the configuration
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    enforcement = enforce(
        project(tmp_path, allow("dynamodb:GetItem", TABLE)), "prod", environment=False
    )
    made = client("dynamodb")
    assert made.meta.region_name == "ap-south-1"
    assert verdict(enforcement, made, "get_item", **KEY) is Verdict.ALLOWED


# Where nobody knows the stage's region (or account), a policy that names any is believed.
UNTOLD = [
    (None, f"arn:aws:dynamodb:*:{ACCOUNT}:table/orders", Verdict.ALLOWED),
    (None, TABLE, Verdict.ALLOWED),
    (None, TABLE + "s", Verdict.DENIED),
    ("us-east-1", TABLE, Verdict.UNKNOWN),
    ("us-east-1", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders", Verdict.ALLOWED),
]


@pytest.mark.parametrize("case", UNTOLD)
def test_a_stage_of_which_the_region_is_not_known(case: tuple[Any, ...], tmp_path: Path) -> None:
    region, granted, expected = case
    place = project(tmp_path, allow("dynamodb:GetItem", granted))
    (place / "remit.toml").unlink()
    made = client("dynamodb", region)
    assert verdict(enforce(place, "prod"), made, "get_item", **KEY) is expected


TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:news"
ARNS = [
    ("arn:aws:sns:eu-west-1:123456789012:news", Verdict.ALLOWED),  # as moto makes it
    ("arn:aws:sns:eu-west-1:000000000000:news", Verdict.ALLOWED),
    (f"arn:aws:sns:{REGION}:{ACCOUNT}:news", Verdict.ALLOWED),
    ("arn:aws:sns:eu-west-1:123456789012:other", Verdict.DENIED),
    ("arn:aws:sns:us-east-1:123456789012:news", Verdict.DENIED),  # not the test's region
    (f"arn:aws:sns:eu-west-1:{ACCOUNT}:news", Verdict.DENIED),
    ("arn:aws:sns:eu-west-1:444455556666:news", Verdict.DENIED),  # nobody's invention
]


@pytest.mark.parametrize("case", ARNS)
def test_what_stands_in_an_emulator_is_the_stages(case: tuple[Any, ...], tmp_path: Path) -> None:
    topic, expected = case
    enforcement = enforce(project(tmp_path, allow("sns:Publish", TOPIC)), "prod", environment=False)
    made = client("sns")
    assert verdict(enforcement, made, "publish", TopicArn=topic, Message="x") is expected


def test_the_url_of_an_emulators_queue() -> None:
    url = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"
    role = as_role(allow("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"))
    send = {"QueueUrl": url, "MessageBody": "x"}
    assert verdict(role, client("sqs"), "send_message", **send) is Verdict.ALLOWED


# --- what is not known ----------------------------------------------------------------------------

OPEN = [
    ("a tag", {"StringEquals": {"aws:ResourceTag/team": "a"}}, Verdict.UNKNOWN),
    ("an address", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, Verdict.UNKNOWN),
    ("no session has it", {"StringEquals": {"aws:username": "eve"}}, Verdict.DENIED),
    ("always so", {"Bool": {"aws:SecureTransport": "true"}}, Verdict.ALLOWED),
]


@pytest.mark.parametrize("case", OPEN, ids=lambda case: case[0])
def test_conditions(case: tuple[Any, ...]) -> None:
    _, condition, expected = case
    role = as_role(allow("dynamodb:GetItem", Condition=condition))
    assert verdict(role, client("dynamodb"), "get_item", **KEY) is expected


def test_what_is_not_known_is_said() -> None:
    condition = {"StringEquals": {"aws:ResourceTag/team": "a"}}
    with as_role(allow("dynamodb:*", Condition=condition)) as recorder, pytest.raises(Exception):  # noqa: B017
        client("dynamodb").get_item(**KEY)
    assert recorder.unknown[0].reason == "not known: the condition key `aws:ResourceTag/team`"


def test_a_need_that_hangs_on_more_than_the_call_is_no_accusation() -> None:
    """How a parameter is encrypted decides whether kms:Decrypt is asked for."""
    with as_role(allow("ssm:*")) as recorder, pytest.raises(Exception):  # noqa: B017
        client("ssm").get_parameter(Name="/a", WithDecryption=True)
    [seen] = recorder.unknown
    assert [one.action for one in seen.needs] == ["ssm:GetParameter", "kms:Decrypt"]
    assert seen.reason.startswith("not known: whether ")


def test_an_operation_without_a_known_permission() -> None:
    with as_role() as recorder, pytest.raises(Exception):  # noqa: B017
        client("dynamodb").list_bulk_operations()
    assert "newer than" in recorder.unknown[0].reason


# --- functions and roles --------------------------------------------------------------------------

SEND = {"QueueUrl": f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/jobs", "MessageBody": "x"}
CHOICES = [
    ({"function": "nightly"}, Verdict.ALLOWED),
    ({"function": "api_handler"}, Verdict.DENIED),
    ({"role": "shop-two-nightly"}, Verdict.ALLOWED),
    ({"role": "shop-two-api_handler"}, Verdict.DENIED),
]


@pytest.mark.parametrize("case", CHOICES)
def test_the_role_that_is_meant(case: tuple[Any, ...], tmp_path: Path) -> None:
    asked, expected = case
    enforcement = enforce(project(tmp_path), "two", **asked)
    assert verdict(enforcement, client("sqs"), "send_message", **SEND) is expected


def test_the_session_of_a_role(tmp_path: Path) -> None:
    subject = enforce(project(tmp_path), "prod").subject
    assert (
        subject.principal == f"arn:aws:sts::{ACCOUNT}:assumed-role/shop-prod-api_handler/shop-prod"
    )


def test_the_functions_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("TABLE", "mine")
    monkeypatch.delenv("AWS_REGION", raising=False)
    enforcement = enforce(project(tmp_path), "prod")
    with enforcement, enforcement:
        assert (os.environ["TABLE"], os.environ["AWS_REGION"]) == ("orders", REGION)
    assert (os.environ["TABLE"], os.environ.get("AWS_REGION")) == ("mine", None)
    with enforce(tmp_path, "prod", environment=False):
        assert os.environ["TABLE"] == "mine"


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({}, "`stage` is missing", "enforce(stage="),
    ({"stage": "prd"}, "no stage `prd`", "did you mean `prod`"),
    ({"stage": "two"}, "run as different roles", "`nightly`, `api_handler`"),
    ({"stage": "two", "function": "hourly"}, "no function `hourly`", "`nightly`"),
    ({"stage": "two", "role": "x"}, "runs as role `x`", "its roles are"),
    ({"stage": "bare"}, "`.chalice/policy-bare.json` is not there", ""),
    ({"stage": "outside"}, "are not known: role", "policies=["),
    ({"stage": "prod", "principal": ROLE}, "come with `policies`", ""),
    ({"policies": [], "stage": "prod", "principal": ROLE}, "without `stage`", ""),
    ({"policies": []}, "come with `principal`", ""),
    (
        {"policies": [], "principal": "arn:aws:iam::111122223333:user/eve"},
        "not the ARN of a role",
        "",
    ),
    ({"policies": [], "principal": "app"}, "not the ARN of a role", ""),
    ({"policies": ["{"], "principal": ROLE}, "`policies[0]` is no policy", ""),
]


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case[1])
def test_what_cannot_be_used(case: tuple[Any, ...], tmp_path: Path) -> None:
    asked, message, hint = case
    with pytest.raises(InputError) as caught:
        enforce(project(tmp_path), **asked)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_no_project(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        enforce(tmp_path, "prod")
    with pytest.raises(InputError, match="does not exist"):
        enforce(tmp_path / "none", "prod")
