"""`[tool.remit]`: what a person tells remit about a project.

It stands in `pyproject.toml` under `[tool.remit]`, or in `remit.toml` (there without that prefix,
or with it). TOML's parser gives no positions: the line of a key is found by reading the text line
by line, and where that fails the place is that of the table around it. `[[role]]` and
`[[function]]` may stand there too (docs/bare.md).

    [tool.remit.values]                      # fills what the code leaves open, in every stage
    TABLE = "orders"
    "os.environ['QUEUE']" = "jobs"           # the same as QUEUE

    [tool.remit.stage.prod]                  # what is not known before the first deployment
    account = "111122223333"
    region = "eu-west-1"
    values = {TABLE = "orders-prod"}

    resources = ["resources.json"]           # under [tool.remit]: CloudFormation templates of what
                                             # else is deployed (docs/provision.md)

    [[tool.remit.ignore]]                    # silences findings; a reason is required
    finding = "unused-permission"
    stage = "dev"
    action = "s3:*"
    reason = "the migration script uses it until May"
"""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from remit.core.finding import Finding
from remit.core.pattern import Pattern
from remit.core.span import Problem, Span
from remit.core.tree import Tree
from remit.deploy.model import Tellings, Told
from remit.syntax.toml_places import Path, Table, table

PYPROJECT, OWN = "pyproject.toml", "remit.toml"
_TOP = ("values", "stage", "ignore", "resources", "role", "function")
"""`role` and `function` say which role runs which code: they are deploy/bare.py's to read."""
_STAGE = ("account", "region", "values")
_IGNORE = ("finding", "reason", "stage", "action", "resource", "file")
_CALLS = ("os.environ.get(", "os.environ[", "os.getenv(", "environ.get(", "environ[", "getenv(")


class SettingsError(ValueError):
    """The settings can't be used. `problems` says everything that is wrong, with its place."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{p.span}: {p.message}" for p in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Ignore:
    """Findings that a person has judged and does not want to see. None means any.

    `stage`, `action`, `resource` and `file` may hold `*` and `?`.
    """

    finding: str
    reason: str
    span: Span
    stage: str | None = None
    action: str | None = None
    resource: str | None = None
    file: str | None = None

    def fits(self, finding: Finding) -> bool:
        """Whether this silences `finding`."""
        return (
            self.finding == finding.id
            and _fits(self.stage, finding.stage)
            # AWS takes the names of actions in any letter case.
            and _fits(_lower(self.action), _lower(finding.action))
            and _fits(self.resource, finding.resource)
            and _fits(self.file, finding.span.file)
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is told; empty where no file says anything. `file` is None then.

    Names of values are those of environment variables where the key was written as one
    (`os.environ["TABLE"]` and `TABLE` are the same). `resources` are templates of what is deployed
    beside the project, by their paths in the tree.
    """

    file: str | None = None
    told: Tellings = field(default_factory=Tellings)
    ignores: tuple[Ignore, ...] = ()
    resources: tuple[str, ...] = ()

    def stage(self, name: str) -> Told:
        """What is told about a stage, the values of all stages included."""
        return self.told.stage(name)

    def silences(self, finding: Finding) -> Ignore | None:
        """The first entry that silences `finding`, None when none does."""
        return next((ignore for ignore in self.ignores if ignore.fits(finding)), None)


def load(tree: Tree, folder: str = "", findings: Collection[str] = ()) -> Settings:
    """The settings that hold for the project in `folder`: the nearest, looking upwards.

    `findings` are the known ids, for a check of what is ignored; empty: any id will do.
    Raises SettingsError when the file is broken or says something that remit does not know.
    """
    folder = folder.strip("/")
    while True:
        found = [
            table
            for name in (OWN, PYPROJECT)
            if (table := _table(tree, posixpath.join(folder, name))) is not None
        ]
        if len(found) == 2:
            what = f"there are settings in `{found[0].file}` and in `{found[1].file}`"
            raise SettingsError((Problem(found[1].at(()), what, "Keep one of the two."),))
        if found:
            return _Reader(found[0], findings).settings()
        if not folder:
            return Settings()
        folder = posixpath.dirname(folder)


def value_name(key: str) -> str:
    """The variable's name in `os.environ["NAME"]` and its like; any other key as it is."""
    for call in _CALLS:
        if key.startswith(call):
            inner = key.removeprefix(call).rstrip(")]").strip()
            if len(inner) > 2 and inner[0] in "'\"" and inner[-1] == inner[0]:
                return inner[1:-1]
    return key


def _table(tree: Tree, file: str) -> Table | None:
    """None where the file is not there or says nothing about remit. Raises SettingsError."""
    found = table(tree, file, own=posixpath.basename(file) == OWN)
    if isinstance(found, Problem):
        raise SettingsError((found,))
    return found


class _Reader:
    """Turns one table into settings; collects everything that is wrong before it raises."""

    def __init__(self, table: Table, findings: Collection[str]) -> None:
        self.table = table
        self.findings = findings
        self.problems: list[Problem] = []

    def settings(self) -> Settings:
        """The settings. Raises SettingsError."""
        content = self.table.content
        self._known(content, _TOP, ())
        stages = {
            name: self._stage(name, part) for name, part in self._part(content, "stage").items()
        }
        ignores = content.get("ignore", [])
        if not isinstance(ignores, list):
            self._say(("ignore",), "`ignore` must be a list", "Write `[[tool.remit.ignore]]`.")
            ignores = []
        silenced = [self._ignore(index, part) for index, part in enumerate(ignores)]
        values = self._values(content, ())
        resources = self._files(content, "resources")
        if self.problems:
            raise SettingsError(tuple(sorted(self.problems, key=lambda p: p.span)))
        kept = tuple(ignore for ignore in silenced if ignore is not None)
        return Settings(self.table.file, Tellings(values, stages), kept, resources)

    def _stage(self, name: str, part: object) -> Told:
        path = ("stage", name)
        if not isinstance(part, dict):
            self._say(path, f"`{name}` must be a table", f"Write `[tool.remit.stage.{name}]`.")
            return Told()
        self._known(part, _STAGE, path)
        account = self._string(part, "account", path)
        if account is not None and not (len(account) == 12 and account.isdecimal()):
            what = f"`{account}` is no account: it must have twelve digits"
            self._say((*path, "account"), what, "Take it from the AWS console.")
        return Told(account, self._string(part, "region", path), self._values(part, path))

    def _ignore(self, index: int, part: object) -> Ignore | None:
        path: Path = ("ignore", index)
        if not isinstance(part, dict):
            self._say(
                path, "an entry of `ignore` must be a table", "Write `[[tool.remit.ignore]]`."
            )
            return None
        self._known(part, _IGNORE, path)
        told = {key: self._string(part, key, path) for key in _IGNORE}
        finding, reason = told.pop("finding"), told.pop("reason")
        if "finding" not in part:
            self._say(path, "`finding` is missing", 'Write `finding = "unused-permission"`.')
        elif finding and self.findings and finding not in self.findings:
            hint = _nearest(finding, self.findings)
            self._say((*path, "finding"), f"there is no finding `{finding}`", hint)
        if "reason" not in part or (reason is not None and not reason.strip()):
            what = "a finding is silenced without a reason"
            self._say(path, what, 'Add `reason = "..."`: the next reader will want to know.')
        return Ignore(finding or "", reason or "", self.table.at(path), **told)

    def _values(self, part: Mapping[str, Any], path: Path) -> dict[str, str]:
        found: dict[str, str] = {}
        written = self._part(part, "values", path)
        for key in written:
            value = self._string(written, key, (*path, "values"))
            if value is not None:
                found[value_name(key)] = value
        return found

    def _files(self, part: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """Paths, which begin at the folder of the settings."""
        found = part.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            hint = f'Write `{key} = ["{key}.json"]`.'
            self._say((key,), f"`{key}` must be a list of paths", hint)
            return ()
        folder = posixpath.dirname(self.table.file)
        return tuple(posixpath.normpath(posixpath.join(folder, one)) for one in found)

    def _part(self, part: Mapping[str, Any], key: str, path: Path = ()) -> Mapping[str, Any]:
        found = part.get(key, {})
        if isinstance(found, dict):
            return found
        self._say((*path, key), f"`{key}` must be a table", f"Write `{key} = {{...}}`.")
        return {}

    def _string(self, part: Mapping[str, Any], key: str, path: Path) -> str | None:
        value = part.get(key)
        if value is None or isinstance(value, str):
            return value
        self._say((*path, key), f"`{key}` must be a string", f'Write `{key} = "..."`, in quotes.')
        return None

    def _known(self, part: Mapping[str, Any], known: Collection[str], path: Path) -> None:
        for key in part:
            if key not in known:
                what = f"remit knows no `{key}` here"
                self._say((*path, key), what, _nearest(key, known))

    def _say(self, path: Path, message: str, hint: str) -> None:
        self.problems.append(Problem(self.table.at(path), message, hint))


def _nearest(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    listed = ", ".join(f"`{name}`" for name in known)
    return f"Did you mean `{near[0]}`?" if near else f"It knows {listed}."


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _fits(pattern: str | None, text: str | None) -> bool:
    """Whether `text` is what the pattern stands for; a pattern that is None stands for all."""
    return pattern is None or (text is not None and Pattern.parse(pattern).matches(text))
