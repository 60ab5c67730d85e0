"""Reads a folder with policy files and a `remit.toml` that says which role runs which code.

For whatever deploys it: a container, a machine, a function of a framework that remit does not
read. The tables stand in `remit.toml`, or in `pyproject.toml` with the prefix `tool.remit.`:

    [[role]]
    name = "worker"
    policies = ["policies/worker.json", "policies/{stage}/*.json"]
    managed = ["AmazonSQSFullAccess"]        # AWS's own policies, by name or ARN
    boundary = "policies/boundary.json"
    trust = "policies/trust.json"
    stages = ["dev", "prod"]                 # all, where this is not said

    [[function]]
    name = "worker"
    role = "worker"
    entry = "src/worker.py"
    root = "src"                             # where imports begin; the entry's folder by default
    handler = "main"                         # absent: the file is run as a program
    environment = {TABLE = "orders"}

Paths begin at the folder of the file. The settings of a stage (`[stage.prod]`) are the same for
every framework: app/settings.py.
"""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Mapping
from dataclasses import replace

from remit.core.policy import Policy
from remit.core.span import Problem, Span
from remit.core.text import Text
from remit.core.tree import Tree
from remit.deploy.bare_tables import Entry, Tables
from remit.deploy.model import Code, Function, Project, Role, Stage, Tellings
from remit.syntax.names import Kind, nearest
from remit.syntax.policy import parse_text
from remit.syntax.source import shown
from remit.syntax.toml_places import Path, Table, table

DEFAULT = "default"
"""The stage of a project that names none."""

_OWN = "remit.toml"
_ROLE = ("name", "policies", "managed", "boundary", "trust", "stages")
_FUNCTION = ("name", "role", "entry", "root", "handler", "language", "environment", "stages")
_LANGUAGES = {
    **dict.fromkeys((".py",), "python"),
    **dict.fromkeys((".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"), "javascript"),
}


def read(tree: Tree, marker: str, told: Tellings) -> Project:
    """The project of the tables in `marker`. What is broken is in its `problems`."""
    found = table(tree, marker, own=posixpath.basename(marker) == _OWN)
    folder = posixpath.dirname(marker)
    if isinstance(found, Table) and ("role" in found.content or "function" in found.content):
        return _Reader(tree, folder, found).project(told)
    problem = found if isinstance(found, Problem) else _nothing(marker)
    name = posixpath.basename(folder) or "project"
    return Project("bare", name, "", (), (), (), (problem,))


def _nothing(marker: str) -> Problem:
    what = "it says neither `[[role]]` nor `[[function]]`"
    return Problem(Span.whole(marker), what, "Say which role runs which code: docs/bare.md.")


class _Reader:
    """One reading of one file."""

    def __init__(self, tree: Tree, folder: str, found: Table) -> None:
        self.tree = tree
        self.folder = folder
        self.table = Tables(found)
        self.parsed: dict[tuple[str, Kind], Policy | None] = {}
        self.roles = self.table.entries("role", _ROLE)
        self.functions = self.table.entries("function", _FUNCTION)

    def project(self, told: Tellings) -> Project:
        """Everything, stage by stage."""
        stages = tuple(self._stage(name, span, told) for name, span in self._stages(told).items())
        return Project(
            framework="bare",
            name=posixpath.basename(self.folder) or "project",
            entry="",
            sources=(),
            roots=(),
            stages=stages,
            problems=tuple(self.table.problems),
        )

    def _stages(self, told: Tellings) -> dict[str, Span]:
        """Those that the tables name and those that the settings know of."""
        found: dict[str, Span] = {}
        for key, entries in (("role", self.roles), ("function", self.functions)):
            for index, entry in entries:
                for name in self.table.texts(entry, "stages", (key, index)):
                    found.setdefault(name, self.table.at((key, index, "stages")))
        found |= {name: found.get(name, self.table.at(("stage", name))) for name in told.stages}
        return found or {DEFAULT: self.table.at(())}

    def _stage(self, name: str, span: Span, told: Tellings) -> Stage:
        roles = {
            self.table.text(entry, "name", ("role", index)): self._role(index, entry, name)
            for index, entry in self.roles
            if self.table.is_in(entry, name, ("role", index))
        }
        functions: dict[str, Function] = {}
        for index, entry in self.functions:
            if self.table.is_in(entry, name, ("function", index)):
                one = self._function(index, entry, roles)
                functions[one.name] = one
        used = {one.role.name for one in functions.values()}
        nothing = Role("(none)", span, unknown="there is no `[[function]]`")
        default = Function("*", {}, nothing, span, unread="there is no `[[function]]`")
        return Stage(
            name=name,
            default=next(iter(functions.values()), default),
            span=span,
            functions=functions,
            account=told.stage(name).account,
            region=told.stage(name).region,
            idle_roles=tuple(role for role in roles.values() if role.name not in used),
        )

    # --- roles --------------------------------------------------------------------------------

    def _role(self, index: int, entry: Entry, stage: str) -> Role:
        at: Path = ("role", index)
        name = self.table.text(entry, "name", at) or f"role {index + 1}"
        role = Role(name, self.table.at((*at, "name")))
        if "policies" not in entry and "managed" not in entry:
            return replace(role, unknown="neither `policies` nor `managed` says what it may do")
        for written in self.table.texts(entry, "policies", at):
            role = self._with_files(role, written, stage, self.table.at((*at, "policies")))
        for arn in self.table.texts(entry, "managed", at):
            role = _with_managed(role, arn, self.table.at((*at, "managed")))
        boundary = self.table.text(entry, "boundary", at)
        if boundary:
            policy = self._one(boundary, stage, self.table.at((*at, "boundary")), "identity")
            why = None if policy else f"its boundary {shown(boundary)} can't be read"
            role = replace(role, boundary=policy, unknown=role.unknown or why)
        trust = self.table.text(entry, "trust", at)
        if trust:
            place = self.table.at((*at, "trust"))
            role = replace(role, trust=self._one(trust, stage, place, "trust"))
        return role

    def _with_files(self, role: Role, written: str, stage: str, span: Span) -> Role:
        """The role with the policies of a path, in which `*` and `?` stand for several files."""
        paths = self._paths(written, stage, span)
        if not paths:
            missing = posixpath.join(self.folder, written.replace("{stage}", stage))
            return replace(role, missing=role.missing or missing)
        for path in paths:
            policy = self._policy(path, "identity")
            if policy is None:
                role = replace(role, unknown=role.unknown or f"policy file {shown(path)} is broken")
            else:
                role = replace(role, policies=(*role.policies, policy), file=role.file or path)
        return role

    def _paths(self, written: str, stage: str, span: Span) -> list[str]:
        path = posixpath.normpath(posixpath.join(self.folder, written.replace("{stage}", stage)))
        if path.startswith(("../", "/")):
            self.table.say(span, f"{shown(written)} leads out of the project", "Name a file in it.")
            return []
        if not any(sign in path for sign in "*?["):
            return [path] if self.tree.exists(path) else []
        folder = posixpath.dirname(path)
        pattern = posixpath.basename(path)
        if any(sign in folder for sign in "*?["):
            what = f"{shown(written)} has a pattern in a folder's name"
            self.table.say(span, what, "Write the pattern in the file's name only.")
            return []
        inside = (one for one in self.tree.files(folder) if posixpath.dirname(one) == folder)
        return [one for one in inside if fnmatch.fnmatchcase(posixpath.basename(one), pattern)]

    def _one(self, written: str, stage: str, span: Span, kind: Kind) -> Policy | None:
        paths = self._paths(written, stage, span)
        if not paths:
            self.table.say(span, f"there is no file {shown(written)}", "Correct the path.")
            return None
        return self._policy(paths[0], kind)

    def _policy(self, path: str, kind: Kind) -> Policy | None:
        if (path, kind) not in self.parsed:
            policy: Policy | None = None
            try:
                policy, problems = parse_text(self.tree.read(path), path, path, kind, keep=True)
                self.table.problems |= dict.fromkeys(problems)
            except OSError as error:
                self.table.say(Span.whole(path), f"it can't be read: {error}", "Make it readable.")
            self.parsed[path, kind] = policy
        return self.parsed[path, kind]

    # --- functions ----------------------------------------------------------------------------

    def _function(self, index: int, entry: Entry, roles: Mapping[str, Role]) -> Function:
        at: Path = ("function", index)
        name = self.table.text(entry, "name", at) or f"function {index + 1}"
        span = self.table.at((*at, "name"))
        code = self._code(entry, at)
        handler = self.table.text(entry, "handler", at)
        return Function(
            name=name,
            environment=self._environment(entry, at),
            role=self._role_of(entry, at, roles),
            span=span,
            code=code if isinstance(code, Code) else None,
            unread=code if isinstance(code, str) else "",
            deployed_as=Text.of(name) if handler else None,
            in_lambda=bool(handler),
        )

    def _role_of(self, entry: Entry, at: Path, roles: Mapping[str, Role]) -> Role:
        written = self.table.text(entry, "role", at)
        place = self.table.at((*at, "role"))
        if written in roles:
            return roles[written]
        if written.startswith("arn:"):
            why = f"role {shown(written)} is managed outside the project"
            return Role(written, place, unknown=why)
        what = (
            f"there is no role {shown(written)} in this stage" if written else "`role` is missing"
        )
        near = nearest(written, roles) if written else None
        hint = f"Did you mean `{near}`?" if near else "Write `[[role]]` with that name."
        self.table.say(place, what, hint)
        return Role(written or "(no role)", place, unknown=what)

    def _code(self, entry: Entry, at: Path) -> Code | str:
        """Where the code is, or why it is not read, as the end of a sentence."""
        written = self.table.text(entry, "entry", at)
        place = self.table.at((*at, "entry"))
        if not written:
            self.table.say(place, "`entry` is missing", 'Write `entry = "src/main.py"`.')
            return "`entry` does not say where it is"
        path = posixpath.normpath(posixpath.join(self.folder, written))
        root = self.table.text(entry, "root", at)
        base = posixpath.normpath(posixpath.join(self.folder, root)) if root else ""
        base = ("" if base == "." else base) if root else posixpath.dirname(path)
        if not self.tree.exists(path) or path.startswith("../"):
            self.table.say(place, f"there is no file {shown(written)}", "Correct the path.")
            return f"there is no file {shown(written)}"
        if base and not path.startswith(base + "/"):
            place = self.table.at((*at, "root"))
            self.table.say(place, f"{shown(written)} is not below {shown(root)}", "Correct `root`.")
            return f"{shown(written)} is not below its root {shown(root)}"
        stem, suffix = posixpath.splitext(path)
        language = self.table.text(entry, "language", at) or _LANGUAGES.get(suffix, "")
        if language not in _LANGUAGES.values():
            return f"{shown(written)} is in no language that remit reads"
        module = stem.removeprefix(base).lstrip("/")
        return Code(language, (base,), module, self.table.text(entry, "handler", at))

    def _environment(self, entry: Entry, at: Path) -> dict[str, str | Text]:
        found = entry.get("environment", {})
        path = (*at, "environment")
        if not isinstance(found, dict):
            self.table.say(
                self.table.at(path), "`environment` must be a table", 'Write `{A = "b"}`.'
            )
            return {}
        wrong = [name for name, value in found.items() if not isinstance(value, str)]
        for name in wrong:
            what = f"the variable {shown(name)} is not a string"
            self.table.say(self.table.at((*path, name)), what, "Put its value in quotes.")
        return {name: value for name, value in found.items() if name not in wrong}


def _with_managed(role: Role, arn: str, span: Span) -> Role:
    # Imported here: a project without such a policy need not open the data.
    from remit.catalog import managed

    policy = managed.document(arn, span)
    if policy is None:
        why = f"there is no AWS managed policy {shown(arn)} that remit knows"
        return replace(role, unknown=role.unknown or why)
    return replace(role, policies=(*role.policies, policy))
