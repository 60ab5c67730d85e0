"""The face for coding assistants: remit's verbs as tools of the Model Context Protocol.

Source: modelcontextprotocol.io, "Tools"; the SDK `mcp`, which is imported here only. Every tool
reads and none writes. What a tool is given comes from a model and is checked like any user's input:
a wrong path or a broken case is answered with a sentence that says what to do.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from remit import __version__
from remit.app.errors import InputError
from remit.app.explain import Explained, read_message, told
from remit.app.model import CheckResult
from remit.report import explanation_json
from remit.report import json as check_json

_READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

INSTRUCTIONS = """\
remit decides AWS authorization exactly as AWS does, from files alone: no account, no network.
Use `check` before a deployment or after a change of code that calls AWS, `generate` for the
smallest policy that the code needs, `explain` to learn why a request is allowed or denied (or what
a denial message of AWS means), `validate` before a policy document is stored. A finding names its
file and line.
"""


@dataclass(frozen=True, slots=True)
class Faces:
    """The use cases behind the tools; each raises InputError for what it cannot use.

    `check` takes project, stages, framework; `explain` the bytes of one case in the case format;
    `generate` project, stage, framework, and yields a JSON value; `validate` a policy's text, its
    type and the type of resource, and yields a JSON value.
    """

    check: Callable[[str, tuple[str, ...], str | None], CheckResult]
    explain: Callable[[bytes], Explained]
    generate: Callable[[str, str | None, str | None], Any] | None = None
    validate: Callable[[str, str | None, str | None], Any] | None = None


def server(faces: Faces) -> MCPServer[Any]:
    """The server with one tool for each face. Run it with `run()`, on standard input and output."""
    made: MCPServer[Any] = MCPServer(
        "remit", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING"
    )

    @made.tool(annotations=_READS)
    def check(
        project: str = ".", stages: list[str] | None = None, framework: str | None = None
    ) -> dict[str, Any]:
        """Which AWS calls of a project its deployed roles will be denied, and which grants nothing
        uses. `project` is a folder or template below the server's folder; `stages` limits the
        report. Every finding has an id, severity, place, message, fix and often a `patch` to paste.
        """
        return check_json.document(_used(faces.check, project, tuple(stages or ()), framework))

    @made.tool(annotations=_READS)
    def explain(
        request: dict[str, Any] | None = None,
        policies: dict[str, Any] | None = None,
        message: str | None = None,
    ) -> dict[str, Any]:
        """Why AWS allows or denies a request, layer by layer, and the smallest change that flips
        it. `request` has principal, action, resource and context; `policies` has lists of policy
        documents under identity, permissionsBoundary, session, scp, rcp, vpcEndpoint, and one under
        resource. Or only `message`: a denial of AWS's, as it was printed, to have it read.
        """
        return _explained(faces, request, policies, message)

    if faces.generate is not None:
        _add_generate(made, faces.generate)
    if faces.validate is not None:
        _add_validate(made, faces.validate)
    return made


def _explained(
    faces: Faces,
    request: dict[str, Any] | None,
    policies: dict[str, Any] | None,
    message: str | None,
) -> dict[str, Any]:
    if request is None:
        found = None if message is None else read_message(message)
        if found is None:
            raise ToolError("give `request` and `policies`, or a denial of AWS's as `message`")
        return _as_json(told(found))
    case = json.dumps({"request": request, "policies": policies or {}})
    return _as_json(_used(faces.explain, case.encode()))


def _add_generate(made: MCPServer[Any], use: Callable[[str, str | None, str | None], Any]) -> None:
    @made.tool(annotations=_READS)
    def generate(
        project: str = ".", stage: str | None = None, framework: str | None = None
    ) -> dict[str, Any]:
        """The smallest policy that a project's code needs, for each stage and role (or one
        `stage`), with the calls that need each statement and what could not be told."""
        found: dict[str, Any] = _used(use, project, stage, framework)
        return found


def _add_validate(made: MCPServer[Any], use: Callable[[str, str | None, str | None], Any]) -> None:
    @made.tool(annotations=_READS)
    def validate(
        policy: str,
        policy_type: str | None = None,
        resource_type: str | None = None,
    ) -> dict[str, Any]:
        """What is wrong with an IAM policy document (JSON or YAML text), where, and how to mend it,
        under the names of Access Analyzer's checks. `policy_type`: identity, resource, trust, scp
        or rcp; inferred when left out. `resource_type`: such as AWS::S3::Bucket."""
        found: dict[str, Any] = _used(use, policy, policy_type, resource_type)
        return found


def _used(use: Callable[..., Any], *arguments: object) -> Any:
    """The use case's answer; its complaint as the tool's."""
    try:
        return use(*arguments)
    except InputError as error:
        where = f"{error.span}: " if error.span else ""
        hint = f" ({error.hint})" if error.hint else ""
        raise ToolError(f"{where}{error.message}{hint}") from None


def _as_json(found: Explained) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(explanation_json.render(found))
    return value
