"""What a deployment left behind: the account, the region and the API ids of a stage.

`.chalice/deployed/<stage>.json` (schema 2.0), or `.chalice/deployed.json` of older versions, which
holds all stages and is read only where the newer file is not there (chalice/config.py,
`deployed_resources`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from remit.core.arn import Arn
from remit.core.span import Problem, Span
from remit.core.tree import Tree
from remit.deploy.chalice_config import string
from remit.syntax.document import DocumentError, load
from remit.syntax.nodes import Mapping, Node, Sequence

_SCHEMA = "2.0"
_APIS = {"rest_api_id": "rest", "websocket_api_id": "websocket"}
_ARNS = ("lambda_arn", "role_arn")


@dataclass(frozen=True, slots=True)
class Deployed:
    """What is known; None or empty where nothing is."""

    partition: str | None = None
    account: str | None = None
    region: str | None = None
    apis: dict[str, str] = field(default_factory=dict)


def read(tree: Tree, base: str, stage: str, problems: list[Problem]) -> Deployed:
    """What was deployed for `stage`; `base` is the `.chalice` folder with a slash at its end."""
    newer, older = f"{base}deployed/{stage}.json", f"{base}deployed.json"
    if tree.exists(newer):
        document = load_file(tree, newer, problems)
        return _facts(_schema_2(document, problems)) if document is not None else Deployed()
    if tree.exists(older):
        document = load_file(tree, older, problems)
        values = document.get(stage) if isinstance(document, Mapping) else None
        return _facts(_schema_1(values)) if isinstance(values, Mapping) else Deployed()
    return Deployed()


def load_file(tree: Tree, path: str, problems: list[Problem]) -> Node | None:
    """The JSON document at `path`; None, and a problem noted, when there is none to be had."""
    try:
        return load(tree.read(path), path)
    except DocumentError as error:
        problem = error.problem
    except OSError as error:
        problem = Problem(Span.whole(path), str(error), "Make the file readable.")
    if problem not in problems:
        problems.append(problem)
    return None


def account_of(arn: str | None) -> str | None:
    """The account in an ARN, when it is one: twelve digits."""
    parsed = Arn.parse(arn or "")
    if parsed is None or not (len(parsed.account) == 12 and parsed.account.isdecimal()):
        return None
    return parsed.account


def _schema_2(document: Node, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    resources = document.get("resources") if isinstance(document, Mapping) else None
    version = document.get("schema_version") if isinstance(document, Mapping) else None
    if not isinstance(resources, Sequence) or string(version) != _SCHEMA:
        what = f"not what Chalice writes after a deployment (schema {_SCHEMA})"
        hint = "Remove the file or deploy the stage again; account and API ids are not known now."
        problems.append(Problem(document.span, what, hint))
        return
    for resource in resources.items:
        if isinstance(resource, Mapping):
            yield from _strings(resource)


def _schema_1(values: Mapping) -> Iterator[tuple[str, str]]:
    for name, value in _strings(values):
        yield ("lambda_arn" if name == "api_handler_arn" else name), value
    functions = values.get("lambda_functions")
    for _, node in functions.entries if isinstance(functions, Mapping) else ():
        arn = string(node.get("arn") if isinstance(node, Mapping) else node)
        if arn is not None:
            yield "lambda_arn", arn


def _strings(mapping: Mapping) -> Iterator[tuple[str, str]]:
    for key, node in mapping.entries:
        value = string(node)
        if value is not None:
            yield key.text, value


def _facts(values: Iterator[tuple[str, str]]) -> Deployed:
    """Sort the values out. Where two contradict each other, the fact is not known."""
    arns: list[Arn] = []
    apis: dict[str, str] = {}
    for name, value in values:
        arn = Arn.parse(value) if name in _ARNS else None
        if arn is not None and account_of(value) is not None:
            arns.append(arn)
        if name in _APIS and value:
            apis[_APIS[name]] = value
    return Deployed(
        _only({arn.partition for arn in arns}),
        _only({arn.account for arn in arns}),
        _only({arn.region for arn in arns if arn.service == "lambda" and arn.region}),
        apis,
    )


def _only(values: set[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None
