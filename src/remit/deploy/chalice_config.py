"""`.chalice/config.json`: which value Chalice takes for a setting, and where it stands.

Source: Chalice's documentation, topics/configfile ("Stage Specific Configuration", "Lambda
Specific Configuration"), and where that is silent its `Config` class (chalice/config.py, 1.33).
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.core.span import Problem, Span
from remit.syntax.nodes import Mapping, Node, Scalar
from remit.syntax.source import shown

DEFAULT_STAGE = "dev"
"""configfile, `stages`: "Chalice assumes a default stage name of dev"."""

_KINDS = {
    "app_name": "a string",
    "api_gateway_stage": "a string",
    "autogen_policy": "true or false",
    "environment_variables": "an object",
    "iam_policy_file": "a string",
    "iam_role_arn": "a string",
    "lambda_functions": "an object",
    "manage_iam_role": "true or false",
    "stages": "an object",
    "xray": "true or false",
}
"""The settings that are read here and what each must be."""

_NEVER_NULL = ("lambda_functions", "stages")
"""Elsewhere Chalice takes `null` for absent; on these two it fails."""

_NEWEST_VERSION = 2.0


class Config:
    """The parsed file. `problems` holds everything in it that Chalice would refuse or ignore."""

    def __init__(self, document: Node, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._start = document.span
        self._whole = isinstance(document, Mapping)
        if not self._whole:
            self._say(document, "the configuration is not an object", "Write `{...}`.")
        self._top = _mapping(document)
        self._check()

    @property
    def app_name(self) -> str:
        """The application's name; empty where the file does not give it."""
        return string(self.lookup("app_name", None)) or ""

    def stages(self) -> list[tuple[str, Span]]:
        """Every stage and where its key stands; Chalice's default stage where none is listed.

        None at all when the file is no configuration, or its `stages` are no stages.
        """
        section = self._top.get("stages")
        if not self._whole or not (section is None or isinstance(section, Mapping)):
            return []
        listed = _mapping(section).entries
        # A key that is written twice is one stage: JSON keeps the last.
        found = {key.text: key.span for key, _ in listed}
        return list(found.items()) or [(DEFAULT_STAGE, Span.whole(self.file))]

    def functions(self, stage: str) -> dict[str, Span]:
        """The functions that have settings of their own in `stage`, and where these stand."""
        found: dict[str, Span] = {}
        for section in (self._top, self._stage(stage)):
            for key, _ in _mapping(section.get("lambda_functions")).entries:
                found[key.text] = key.span
        return found

    def lookup(self, name: str, stage: str | None, function: str | None = None) -> Node | None:
        """The value that counts: function in stage, stage, function at the top, top level.

        That is `Config._chain_lookup`. A `null` counts as absent.
        """
        for section in self._chain(stage, function):
            node = section.get(name)
            if node is not None and not _is_null(node):
                return node
        return None

    def environment(self, stage: str, function: str | None = None) -> dict[str, str]:
        """The merged variables: top level, then stage, then function in stage; the last wins.

        That is `Config._chain_merge`. It leaves out `lambda_functions` at the top level, although
        the documentation lists `environment_variables` among their settings.
        """
        sections = [self._top, self._stage(stage)]
        if function is not None:
            sections.append(_function(self._stage(stage), function))
        merged: dict[str, str] = {}
        for section in sections:
            for key, node in _mapping(section.get("environment_variables")).entries:
                merged[key.text] = _variable(node)
        return merged

    def _chain(self, stage: str | None, function: str | None) -> Iterator[Mapping]:
        in_stage = self._stage(stage) if stage is not None else None
        if in_stage is not None:
            if function is not None:
                yield _function(in_stage, function)
            yield in_stage
        if function is not None:
            yield _function(self._top, function)
        yield self._top

    def _stage(self, stage: str) -> Mapping:
        return _mapping(_mapping(self._top.get("stages")).get(stage))

    # What Chalice would refuse or, worse, ignore.

    def _check(self) -> None:
        self._check_section(self._top)
        self._check_version()
        if self._whole and not self.app_name:
            hint = 'Add `"app_name": "..."`: functions and roles are named after it.'
            self._say(self._start, "`app_name` is not set", hint)
        for key, node in _mapping(self._top.get("stages")).entries:
            self._check_object(node, f"the stage {shown(key.text)}")
            self._check_section(_mapping(node))
        for name, node in _named_functions(self._top):
            ignored = node.get("environment_variables")
            if ignored is not None:
                self._say(
                    ignored,
                    f"Chalice ignores the environment variables of {shown(name)} at the top level",
                    "Set them in `stages`, under the `lambda_functions` of each stage.",
                )

    def _check_version(self) -> None:
        version = self._top.get("version")
        if version is None:
            return
        try:
            known = isinstance(version, Scalar) and float(version.text) <= _NEWEST_VERSION
        except ValueError:
            known = False
        if not known:
            self._say(version, "Chalice knows no such version", 'Write `"version": "2.0"`.')

    def _check_section(self, section: Mapping) -> None:
        for name, kind in _KINDS.items():
            node = section.get(name)
            if node is None or (_is_null(node) and name not in _NEVER_NULL):
                continue
            if not _is(node, kind):
                self._say(node, f"`{name}` must be {kind}", f"Write {kind}.")
        for key, node in _mapping(section.get("environment_variables")).entries:
            if not _is(node, "a string"):
                what = f"the environment variable {shown(key.text)} is not a string"
                self._say(node, what, "Put the value in quotes: Chalice refuses any other.")
        for key, node in _mapping(section.get("lambda_functions")).entries:
            self._check_object(node, f"the function {shown(key.text)}")
        for _, node in _named_functions(section):
            self._check_section(node)

    def _check_object(self, node: Node, what: str) -> None:
        if not isinstance(node, Mapping):
            self._say(node, f"{what} is not an object", "Write `{...}`.")

    def _say(self, place: Node | Span, message: str, hint: str) -> None:
        span = place if isinstance(place, Span) else place.span
        self.problems.append(Problem(span, message, hint))


def string(node: Node | None) -> str | None:
    """The string that `node` is; None when it is none."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def truth(node: Node | None, default: bool) -> bool:
    """What Python makes of the value, as Chalice does: `"false"` in quotes is true."""
    if node is None:
        return default
    if isinstance(node, Scalar):
        return bool(node.value)
    return bool(node.entries if isinstance(node, Mapping) else node.items)


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _is(node: Node, kind: str) -> bool:
    if kind == "an object":
        return isinstance(node, Mapping)
    expected = str if kind == "a string" else bool
    return isinstance(node, Scalar) and isinstance(node.value, expected)


def _mapping(node: Node | None) -> Mapping:
    return node if isinstance(node, Mapping) else _EMPTY


_EMPTY = Mapping((), Span.whole(""))


def _function(section: Mapping, function: str) -> Mapping:
    return _mapping(_mapping(section.get("lambda_functions")).get(function))


def _named_functions(section: Mapping) -> Iterator[tuple[str, Mapping]]:
    for key, node in _mapping(section.get("lambda_functions")).entries:
        if isinstance(node, Mapping):
            yield key.text, node


def _variable(node: Node) -> str:
    # What is no string is a problem already; its text is what the author will put in quotes.
    return node.text if isinstance(node, Scalar) else ""
