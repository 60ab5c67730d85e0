"""The stages of a SAM project: the environments of its configuration file, and those told.

Source: AWS SAM Developer Guide, serverless-sam-cli-config: tables
`[environment.command.parameters]`, command `global` for all; an environment takes nothing from
`default`. `parameter_overrides` is text (`Name=value`, or `ParameterKey=Name,ParameterValue=value`)
or a list of such texts.
"""

from __future__ import annotations

import posixpath
import shlex
import tomllib
from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any

from remit.core.span import Problem, Span
from remit.core.tree import Tree
from remit.deploy.model import Tellings
from remit.syntax.document import DocumentError, load
from remit.syntax.nodes import plain

FILES = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment: what the stack is called, where it goes, its parameters' values."""

    name: str
    span: Span
    stack: str = ""
    region: str | None = None
    parameters: Table[str, str] = field(default_factory=dict)
    template: str = ""


def environments(
    tree: Tree, file: str, told: Tellings, problems: list[Problem]
) -> list[Environment]:
    """The environments of the template in `file`, and the stages that are told; at least one."""
    found = {one.name: one for one in _configured(tree, file, problems)}
    for name in told.stages:
        found.setdefault(name, Environment(name, Span.whole(file)))
    return list(found.values()) or [Environment(DEFAULT, Span.whole(file))]


def _configured(tree: Tree, file: str, problems: list[Problem]) -> Iterator[Environment]:
    folder = posixpath.dirname(file)
    for name in FILES:
        path = posixpath.join(folder, name)
        if not tree.exists(path):
            continue
        content, lines = _content(tree, path, problems)
        for key, table in content.items():
            one = _environment(key, table, path, lines) if isinstance(table, dict) else None
            # A file of several templates: an environment that deploys another one is not of this.
            if one is not None and _same(one.template, posixpath.basename(file)):
                yield one
        return


def _content(tree: Tree, path: str, problems: list[Problem]) -> tuple[dict[str, Any], list[str]]:
    try:
        data = tree.read(path)
        text = data.decode("utf-8-sig")
        found = tomllib.loads(text) if path.endswith(".toml") else plain(load(data, path))
        if isinstance(found, dict):
            return found, text.splitlines()
        message = "it holds no tables"
    except DocumentError as error:
        problems.append(error.problem)
        return {}, []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        message = str(error) or type(error).__name__
    what = f"`{path}` can't be used: {message}"
    problems.append(Problem(Span.whole(path), what, "Mend it; no environment of it is checked."))
    return {}, []


def _environment(
    name: str, table: Table[str, Any], path: str, lines: list[str]
) -> Environment | None:
    """The environment; None for one that says nothing of a deployment."""
    merged: dict[str, Any] = {}
    for command in ("global", "build", "deploy"):
        part = table.get(command)
        settings = part.get("parameters") if isinstance(part, dict) else None
        merged.update(settings if isinstance(settings, dict) else {})
    if not merged and name != DEFAULT:
        return None
    return Environment(
        name,
        _place(name, path, lines),
        _string(merged.get("stack_name")),
        _string(merged.get("region")) or None,
        overrides(merged.get("parameter_overrides")),
        _string(merged.get("template_file") or merged.get("template")),
    )


def overrides(written: object) -> dict[str, str]:
    """The values that `parameter_overrides` gives, in any of its forms."""
    if isinstance(written, dict):
        return {str(key): _string(value) for key, value in written.items()}
    listed = written if isinstance(written, list) else [written]
    found: dict[str, str] = {}
    for one in listed:
        if isinstance(one, dict):
            found.update(overrides(one))
        elif isinstance(one, str):
            found.update(filter(None, map(_pair, _words(one))))
    return found


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # a quote that is not closed
        return line.split()


def _pair(word: str) -> tuple[str, str] | None:
    if word.startswith("ParameterKey="):
        name, comma, value = word.removeprefix("ParameterKey=").partition(",ParameterValue=")
        return (name, value) if comma else None
    name, equals, value = word.partition("=")
    return (name, value) if equals else None


def _place(name: str, path: str, lines: list[str]) -> Span:
    """The first line of the file that opens one of the environment's tables."""
    opens = (f"[{name}.", f"[{name}]", f"{name}:", f'["{name}"')
    for number, line in enumerate(lines, 1):
        if line.startswith(opens):
            return Span(path, number, 1, number, len(line) + 1)
    return Span.whole(path)


def _string(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def _same(template: str, base: str) -> bool:
    """Whether a `template_file` is this template; a built or packaged one is made of it."""
    name = posixpath.basename(template)
    built = ".aws-sam" in template or "packaged" in name
    return not template or built or name == base
