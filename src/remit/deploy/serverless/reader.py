"""Reads a Serverless Framework service: its stages, functions and roles.

Source: Serverless Framework, providers/aws/guide (serverless.yml reference, functions, iam) and
guides/variables, versions 1 to 4. Nothing of the project is run: configuration in JavaScript or
TypeScript is not read.
"""

from __future__ import annotations

import posixpath

from remit.core.span import Problem, Span
from remit.core.tree import Tree
from remit.deploy.model import Project, Tellings, Told
from remit.deploy.serverless import stages
from remit.deploy.serverless.files import Files
from remit.deploy.serverless.service import at, open_service, text_of
from remit.deploy.serverless.stage import stage as stage_of
from remit.deploy.serverless.variables import Resolver, TooMuch
from remit.syntax.document import load
from remit.syntax.nodes import Mapping
from remit.syntax.source import DocumentError, shown

_NAMES = ("serverless.yml", "serverless.yaml", "serverless.json")
_PROGRAMS = (".ts", ".js", ".cjs", ".mjs")


def read(tree: Tree, marker: str, told: Tellings) -> Project:
    """The service whose configuration is `marker`. What is broken is in its `problems`."""
    folder = posixpath.dirname(marker)
    problems: dict[Problem, None] = {}
    if marker.endswith(_PROGRAMS):
        written = [posixpath.join(folder, name) for name in _NAMES]
        found = next((path for path in written if tree.exists(path)), None)
        if found is None:
            return _unusable(folder, _program(marker))
        marker = found
    root = _load(tree, marker)
    if isinstance(root, Problem):
        return _unusable(folder, root)
    files = Files(tree, folder)
    try:
        found_stages = stages.names(files, root, told)
        wrong = _other_provider(files, root)
        if wrong is not None:
            return _unusable(folder, wrong)
        made = []
        name = ""
        for stage, span in found_stages.items():
            service = open_service(marker, stage, files, root, told.stage(stage))
            made.append(stage_of(service, span))
            name = name or service.name
            problems.update(service.problems)
    except (TooMuch, RecursionError):
        what = "the variables of this file stand for more than any service needs"
        hint = "Look for a variable that holds itself, or lists that double each other."
        return _unusable(folder, Problem(root.span, what, hint))
    problems.update(files.problems)
    return Project(
        framework="serverless",
        name=name,
        entry="",
        sources=(),
        roots=(),
        stages=tuple(made),
        problems=tuple(problems),
    )


def _load(tree: Tree, marker: str) -> Mapping | Problem:
    try:
        root = load(tree.read(marker), marker)
    except DocumentError as error:
        return error.problem
    except OSError as error:
        return Problem(Span.whole(marker), f"it can't be read: {error}", "Make it readable.")
    if isinstance(root, Mapping):
        return root
    return Problem(root.span, "the configuration is not an object", "Write `service:` and so on.")


def _program(marker: str) -> Problem:
    what = f"{shown(posixpath.basename(marker))} is a program, which remit does not run"
    hint = (
        "Run `serverless print --format yaml > serverless.yml` in a copy of the folder,"
        " and check that."
    )
    return Problem(Span.whole(marker), what, hint)


def _other_provider(files: Files, root: Mapping) -> Problem | None:
    """The problem of a service for another cloud."""
    provider = Resolver(files, root, None, Told()).get("provider")
    name = text_of(at(provider, "name")) or text_of(provider)
    if name in ("", "aws") or "{" in name:
        return None
    span = provider.span if provider is not None else root.span
    return Problem(span, f"the provider is {shown(name)}, not `aws`", "remit knows AWS only.")


def _unusable(folder: str, problem: Problem) -> Project:
    name = posixpath.basename(folder) or "service"
    return Project("serverless", name, "", (), (), (), (problem,))
