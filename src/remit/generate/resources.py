"""The ARN of a need as it stands in a policy, and what in it became a wildcard.

Region, account and API id take the deployment's values. What the framework can spell stays a
symbol. Everything else that is open becomes `*`, or as many `?` as the hole is wide.
"""

from __future__ import annotations

from dataclasses import replace

from remit.catalog import iam
from remit.core.arn import Arn
from remit.core.need import Need
from remit.core.pattern import units
from remit.core.text import Hole, HoleKind, Text
from remit.generate.model import Deployment

_PARTS = {1: "partition", 3: "region", 4: "account"}
"""Which part of an ARN stands behind so many colons."""
_RESOURCE = 5
_API_KIND = {"execute-api:ManageConnections": "websocket", "execute-api:Invoke": "rest"}
_LAST_STORED = "\xff"  # IAM stores U+0009, U+000A, U+000D and U+0020 to U+00FF (facts/iam.md 1.1)


def resources(need: Need, at: Deployment) -> list[tuple[str, tuple[Hole, ...]]]:
    """The resources that a policy must list for the need, each with the holes that it opens.

    Where AWS may check one of several and the call does not show which (the sender's address or
    its domain), all are listed: a policy that is too narrow fails in production.
    """
    texts = [need.resource]
    if need.resource.literal != "*":
        texts += need.alternatives
    found = [written(one, at, need.action) for one in texts]
    return found[:1] + [one for one in found[1:] if _takes(need.action, one[0])]


def written(text: Text, at: Deployment, action: str = "") -> tuple[str, tuple[Hole, ...]]:
    """`text` as a policy names it, and the holes for which a wildcard stands."""
    pieces: list[str] = []
    holes: list[Hole] = []
    colons = 0
    for part in text.parts:
        if isinstance(part, str):
            pieces.append(_literal(part))
            colons += part.count(":")
            continue
        piece = _filled(part, colons, at, action)
        if not piece.strip("*?"):
            holes.append(part)
        if not (piece == "*" and pieces and pieces[-1].endswith("*")):
            pieces.append(piece)
    return "".join(pieces), tuple(holes)


def any_log(at: Deployment) -> str:
    """Every log group, as Chalice and most people write it for a function's own log."""
    return f"arn:{at.partition}:logs:*:*:*"


def thing(resource: str) -> str:
    """What a resource belongs to: a bucket for its objects, a table for its indexes."""
    arn = Arn.parse(resource)
    if arn is None:
        return resource
    steps = arn.resource.replace(":", "/").split("/")
    kept = 1 if arn.service in ("s3", "sqs", "sns", "execute-api") else 2
    return str(replace(arn, resource="/".join(steps[:kept])))


def _filled(hole: Hole, colons: int, at: Deployment, action: str) -> str:
    if str(hole) in at.spelling.tokens:
        return str(hole)
    if hole.kind is not HoleKind.ASSIGNED:
        return "*"
    if colons >= _RESOURCE:
        if hole.width:
            return "?" * hole.width
        return at.apis.get(_API_KIND.get(action, ""), "*")
    given = {"partition": at.partition, "region": at.region, "account": at.account}
    return given.get(_PARTS.get(colons, "")) or "*"


def _literal(text: str) -> str:
    """Text as a pattern: `${` would begin a variable, and IAM stores no character above U+00FF."""
    if "${" in text:
        text = text.replace("${", "${$}{")
    if text.isascii():
        return text
    return "".join(one if one <= _LAST_STORED else "?" * len(units(one)) for one in text)


def _takes(action: str, resource: str) -> bool:
    return iam.action_fits_resource(action, resource) is not False
