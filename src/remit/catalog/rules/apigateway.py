"""API Gateway: the control plane's HTTP verbs, and messages to WebSocket connections.

The control plane is checked as the verb on the path of its own HTTP API, without an account:
`apigateway:GET` on `arn:aws:apigateway:{region}::/restapis/{id}`. Verb and path are those of
botocore's model of the operation, so they are read from there and not repeated here.
Sources: API Gateway Developer Guide, security_iam_id-based-policy-examples and
api-gateway-iam-policy-examples; apigateway-websocket-control-access-iam.
"""

from __future__ import annotations

import re
from typing import Any

from remit.catalog import iam
from remit.catalog.models import service_model
from remit.catalog.rules.model import Family, Grant


def _verbs(service: str) -> dict[str, tuple[Grant, ...]]:
    """The grants of all operations that have no action of their own name."""
    model = service_model(service)
    if model is None:
        return {}
    own = iam.actions("apigateway")
    return {
        operation: (_verb(model.raw, description),)
        for operation, description in model.operations.items()
        if operation.lower() not in own
    }


def _verb(raw: dict[str, Any], description: dict[str, Any]) -> Grant:
    shape = raw["shapes"].get(description.get("input", {}).get("shape"), {})
    members = {
        member.get("locationName", name): name for name, member in shape.get("members", {}).items()
    }
    path = description["http"]["requestUri"].partition("?")[0].removeprefix("/v2")
    fill = {}
    for location in re.findall(r"\{(\w+)\+?\}", path):
        path = re.sub(r"\{" + location + r"\+?\}", "${" + location + "}", path)
        # In the path of a tagged resource its ARN is percent-encoded.
        shape_name = "|assigned" if location.endswith("arn") else ""
        fill[location] = members.get(location, location) + shape_name
    return Grant(
        f"apigateway:{description['http']['method']}",
        arns=("arn:${Partition}:apigateway:${Region}::" + path,),
        fill=fill,
    )


def _connections(verb: str) -> tuple[Grant, ...]:
    """api-id/stage/VERB/@connections/connection-id; a custom domain hides the API's id."""
    return (
        Grant(
            "execute-api:ManageConnections",
            ("execute-api-general",),
            arns=(
                "arn:${Partition}:execute-api:${Region}:${Account}:"
                "${ApiId}/${Stage}/${Method}/@connections/${ConnectionId}",
            ),
            fill={
                "ApiId": "@endpoint|host !api_id",
                "Stage": "@endpoint|stage !stage",
                "Method": f"={verb}",
                "ConnectionId": "ConnectionId",
            },
        ),
    )


FAMILIES = {
    "apigateway": Family(rules=_verbs("apigateway")),
    "apigatewayv2": Family(rules=_verbs("apigatewayv2")),
    "apigatewaymanagementapi": Family(
        rules={
            "PostToConnection": _connections("POST"),
            "DeleteConnection": _connections("DELETE"),
            "GetConnection": _connections("GET"),
        }
    ),
}
