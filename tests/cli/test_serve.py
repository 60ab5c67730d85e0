"""`remit serve` from the outside, and the example of its page."""

from __future__ import annotations

import io
import re
import signal
import socket
import subprocess
import sys
import textwrap
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from remit.cli.main import main
from tests.server.live import Keys, allow, refused, serving

ROOT = Path(__file__).parents[2]
ORDERS = ROOT / "examples" / "orders-api"

pytest.importorskip("moto", reason="the extra `serve` is not installed")
pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--account", "12"], "`12` is no account: expected 12 digits"),
        (["--port", "70000"], "`70000` is no port"),
        (["--max-body", "0"], "`0` MiB"),
        (["--certificate", "x"], "`--certificate` and `--key` go together"),
        (["--certificate", "no.pem", "--key", "no.pem"], "`no.pem` is no file"),
        (["--certificate", __file__, "--key", __file__], "no TLS with `"),
        (["--stage", "dev"], "need `--project`"),
        (["--log-async"], "`--log-async` needs `--log`"),
        (["--jwks", "keys.json"], "Write `--jwks https://issuer.example=keys.json`"),
        (["--jwks", "https://issuer.example=no.json"], "`no.json`: "),
        (["--jwks", f"https://issuer.example={__file__}"], "test_serve.py`: "),
        (["--project", "no-such-folder"], "does not exist"),
        (["--project", str(ORDERS), "--stage", "nowhere"], "no stage `nowhere`"),
        (["--host", "203.0.113.7", "--port", "0"], "cannot listen on `203.0.113.7:0`"),
    ],
)
def test_bad_usage_is_said(flags: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", *flags]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_a_port_in_use_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    assert f"`127.0.0.1:{port}` is in use" in capsys.readouterr().err


def test_it_serves_until_it_is_stopped() -> None:
    code = "import sys; from remit.cli.main import main; sys.exit(main(sys.argv[1:]))"
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            code,
            "serve",
            "--port",
            "0",
            "--project",
            str(ORDERS),
            "--stage",
            "dev",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        told: dict[str, str] = {}
        while "AWS_SECRET_ACCESS_KEY" not in told:
            line = child.stdout.readline()
            assert line, "it ended"
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").strip().partition("=")
                told[name] = value
        import boto3

        sts = boto3.client(
            "sts",
            endpoint_url=told["AWS_ENDPOINT_URL"],
            region_name=told["AWS_REGION"],
            aws_access_key_id=told["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=told["AWS_SECRET_ACCESS_KEY"],
        )
        assert sts.get_caller_identity()["Account"] == "111122223333"  # the project's
        shown = Path(f"/proc/{child.pid}/cmdline")
        if shown.exists():
            assert told["AWS_SECRET_ACCESS_KEY"].encode() not in shown.read_bytes()
        child.send_signal(signal.SIGINT)
        _, error = child.communicate(timeout=15)
    finally:
        child.kill()
        child.wait()
    assert child.returncode == 0
    assert told["AWS_SECRET_ACCESS_KEY"] not in error
    assert "role of stage dev: arn:aws:iam::111122223333:role/orders-api-dev" in error
    assert error.strip().endswith("remit: stopped")


def test_a_seeded_role_may_do_what_its_stage_deploys() -> None:
    """`.chalice/policy-dev.json`: GetItem on shop-orders-dev, no Query; sns:Publish on one topic."""
    from remit.server.seed import plant
    from remit.wiring import seeds

    with serving() as live:
        found = seeds(ORDERS, "dev", None, None, "eu-west-1")
        assert (found.account, found.notes) == ("111122223333", ())
        [arn] = plant(live.built.state, found.account, found.roles)
        assert plant(live.built.state, found.account, found.roles) == ()
        made = live.client("sts").assume_role(RoleArn=arn, RoleSessionName="work")["Credentials"]
        keys = Keys(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        table = {
            "TableName": "shop-orders-dev",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        }
        live.client("dynamodb", region="eu-west-1").create_table(**table)
        mine = live.client("dynamodb", keys, region="eu-west-1")
        key = {"id": {"S": "1"}}
        mine.get_item(TableName="shop-orders-dev", Key=key)
        asked = {
            "TableName": "shop-orders-dev",
            "KeyConditionExpression": "id = :i",
            "ExpressionAttributeValues": {":i": {"S": "1"}},
        }
        assert refused(mine.query, **asked)[0] == "AccessDeniedException"
        other = live.client("dynamodb", keys, region="us-east-1")
        assert (
            refused(other.get_item, TableName="shop-orders-dev", Key=key)[0]
            == "AccessDeniedException"
        )


@pytest.mark.parametrize("name", ["serve.md", "access.md"])
def test_the_page_tells_the_truth(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / name).read_text("utf-8")
    program = re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0]
    printed = re.search(r"^prints\n\n((?:    .*\n)+)", page, re.MULTILINE)
    assert printed is not None
    expected = textwrap.dedent(printed[1]).strip().replace("123456789012", "111122223333")
    with serving() as live:
        for variable, value in {
            "AWS_ENDPOINT_URL": live.url,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": live.administrator.id,
            "AWS_SECRET_ACCESS_KEY": live.administrator.secret,
        }.items():
            monkeypatch.setenv(variable, value)
        import boto3

        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        said = io.StringIO()
        with redirect_stdout(said):
            exec(compile(program, f"docs/{name}", "exec"), {})  # noqa: S102 - our own page
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    assert said.getvalue().strip() == expected


def test_an_unknown_call_is_let_through_when_told() -> None:
    with serving(unknown_allowed=True) as live:
        _, keys = live.user(allow("sqs:*"))
        code, _ = refused(
            live.client("cloudwatch", keys).describe_alarm_contributors, AlarmName="a"
        )
        assert code == "NotImplemented"  # past the decision: moto does not have it
