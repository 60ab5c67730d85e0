"""`remit mcp`, spoken to by the SDK's own client."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

from mcp import Client, StdioServerParameters

from remit import wiring

EXAMPLE = Path(__file__).parents[2] / "examples"
START = "from remit.cli.main import entry; entry()"

REQUEST = {
    "principal": "arn:aws:iam::111122223333:role/app",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::orders/1",
}
GRANT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::orders/*"}
POLICIES = {"identity": [{"Version": "2012-10-17", "Statement": [GRANT]}]}
MESSAGE = (
    "User: arn:aws:sts::111122223333:assumed-role/app/i-1 is not authorized to perform: "
    "dynamodb:UpdateItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/orders because "
    "no identity-based policy allows the dynamodb:UpdateItem action"
)


def talk(conversation: Callable[[Client], Awaitable[Any]], root: Path = EXAMPLE) -> Any:
    """Hold a conversation with the server for `root`, in this process."""

    async def run() -> Any:
        async with Client(wiring.assistants(root), read_timeout_seconds=60) as client:
            return await conversation(client)

    return asyncio.run(run())


def asked(tool: str, **arguments: Any) -> Any:
    """The structured answer of one call of a tool."""
    result = talk(lambda client: client.call_tool(tool, arguments))
    assert not result.is_error, result.content
    return result.structured_content


def refused(tool: str, root: Path = EXAMPLE, **arguments: Any) -> str:
    """What a tool says to a call that it refuses."""
    result = talk(lambda client: client.call_tool(tool, arguments), root)
    assert result.is_error
    return str(result.content[0].text)


def test_a_real_process() -> None:
    """Started as an assistant starts it; it ends when its input is closed."""

    async def run() -> Any:
        arguments = ["-c", START, "mcp", str(EXAMPLE)]
        server = StdioServerParameters(command=sys.executable, args=arguments)
        async with Client(server, read_timeout_seconds=60) as client:
            return await client.call_tool("check", {"project": "orders-api"})

    assert asyncio.run(run()).structured_content["project"] == "orders-api"


def test_the_tools_and_what_they_promise() -> None:
    tools = talk(lambda client: client.list_tools()).tools
    assert {"check", "explain"} <= {tool.name for tool in tools}
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert all(
        tool.description and "project" in json.dumps(tool.input_schema)
        for tool in tools
        if tool.name == "check"
    )


def test_check() -> None:
    found = asked("check", project="orders-api", stages=["dev"])
    assert {one["stage"] for one in found["findings"]} == {"dev"}
    assert any(one["action"] == "dynamodb:UpdateItem" for one in found["findings"])


def test_explain() -> None:
    assert asked("explain", request=REQUEST, policies=POLICIES)["decision"] == "allowed"
    assert asked("explain", request=REQUEST)["decision"] == "implicitDeny"


def test_a_message_of_awss() -> None:
    assert "dynamodb:UpdateItem" in json.dumps(asked("explain", message=MESSAGE))


@pytest.mark.parametrize("project", ["..", "/etc", "orders-api/../../src", "a\0b"])
def test_nothing_outside_the_folder_is_read(project: str) -> None:
    assert "`" in refused("check", project=project)


def test_complaints_say_what_to_do(tmp_path: Path) -> None:
    assert "no project that remit reads" in refused("check", tmp_path)
    assert "give `request`" in refused("explain")
    assert "give `request`" in refused("explain", message="hello")
    assert "/request" in refused("explain", request={"action": 1})
    assert "there is no" in refused("check", project="nowhere") or "does not exist" in refused(
        "check", project="nowhere"
    )


def test_validate() -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": [GRANT | {"Action": "s3:GetObjekt"}]})
    [document] = asked("validate", policy=text)["documents"]
    assert [one["issueCode"] for one in document["findings"]] == ["INVALID_ACTION"]
    assert "there is no type `nonsense`" in refused("validate", policy=text, policy_type="nonsense")


def test_generate() -> None:
    found = asked("generate", project="orders-api", stage="dev")
    [policy] = found["policies"]
    assert "dynamodb:UpdateItem" in json.dumps(policy["documents"])
