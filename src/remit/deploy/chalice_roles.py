"""Which role each function of a stage runs as, and what its policies are.

Source: Chalice's documentation, topics/configfile ("IAM Roles and Policies", `autogen_policy`,
`iam_policy_file`, `manage_iam_role`), and chalice/deploy/appgraph.py, `_create_role_reference`:

- `manage_iam_role` false: the role `iam_role_arn`; Chalice never touches its policies;
- `autogen_policy` false: a role for each function, named `<app>-<stage>-<function>`, with the
  policy in `.chalice/<iam_policy_file>`, by default `.chalice/policy-<stage>.json`;
- otherwise one role `<app>-<stage>` for all such functions, with a policy made from `app.py`.

A policy file beside an `autogen_policy` that is not set is read only by `chalice deploy
--no-autogen-policy`, and nothing in the project tells whether that is how it is deployed. Such a
role is taken to hold both policies: what neither of them grants is denied either way.

Roles that Chalice makes from one policy file are one `Role` here: they may do the same, and they
are mended in one place.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from remit.core.policy import Policy
from remit.core.span import Problem, Span
from remit.core.tree import Tree
from remit.deploy.chalice_config import Config, string, truth
from remit.deploy.model import Role
from remit.syntax.policy import parse_text
from remit.syntax.source import shown

DEFAULT = "*"
"""Stands for every function that has no settings of its own."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What decides about a function's role: `kind` is `external`, `file` or `generated`.

    `value` is the role's ARN, or the policy file as seen from `.chalice`; of a `generated` one the
    file that `--no-autogen-policy` would take, unless the configuration asks for a generated one.
    """

    kind: str
    value: str | None = None


class Policies:
    """Reads every policy file of a project once. `problems` are those of the files."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._read: dict[str, Policy | None] = {}
        self.problems: list[Problem] = []

    def exists(self, path: str) -> bool:
        """Whether the file is there."""
        return self._tree.exists(path)

    def get(self, path: str) -> Policy | None:
        """The policy in the file `path`; None when it holds none (a problem says why)."""
        if path not in self._read:
            self._read[path] = self._load(path)
        return self._read[path]

    def _load(self, path: str) -> Policy | None:
        try:
            data = self._tree.read(path)
        except OSError as error:
            self.problems.append(Problem(Span.whole(path), str(error), "Make it readable."))
            return None
        policy, problems = parse_text(data, path, name=path, kind="identity", keep=True)
        self.problems += problems
        return policy


def choose(config: Config, stage: str, function: str | None) -> Choice:
    """How Chalice finds the role of `function`; None asks for functions without settings."""
    if not truth(config.lookup("manage_iam_role", stage, function), default=True):
        return Choice("external", string(config.lookup("iam_role_arn", stage, function)))
    autogen = config.lookup("autogen_policy", stage, function)
    written = string(config.lookup("iam_policy_file", stage, function))
    file = f"policy-{stage}.json" if written is None else written
    if autogen is None:
        return Choice("generated", file)
    return Choice("generated") if truth(autogen, default=True) else Choice("file", file)


def roles(
    config: Config,
    stage: str,
    span: Span,
    base: str,
    policies: Policies,
    generate: Callable[[str, Span], Policy | None],
) -> Mapping[str, Role]:
    """The role of each function with settings in `stage`, and of all others under `DEFAULT`.

    `base` is the `.chalice` folder with a slash at its end; `generate` makes the policy that
    Chalice would generate, given a name and a place, or None when that can't be told.
    """
    spans = {DEFAULT: span, **config.functions(stage)}
    groups: dict[Choice, list[str]] = {}
    for name in spans:
        asked = None if name == DEFAULT else name
        groups.setdefault(choose(config, stage, asked), []).append(name)
    made: dict[str, Role] = {}
    for choice, names in groups.items():
        first = None if names[0] == DEFAULT else names[0]
        place = spans[names[0]]
        app = f"{config.app_name}-{stage}"
        if choice.kind == "external":
            role = _external(choice, place, stage, base, policies)
        elif choice.kind == "generated":
            role = _generated(app, place, stage, generate)
            role = _with_file(role, choice.value, base, policies)
        else:
            setting = config.lookup("iam_policy_file", stage, first)
            at = setting.span if setting is not None else place
            listed = ", ".join(f"{app}-{name}" for name in names if first or name == DEFAULT)
            role = _from_file(listed, choice.value or "", at, base, policies)
        made.update(dict.fromkeys(names, role))
    return made


def _external(choice: Choice, span: Span, stage: str, base: str, policies: Policies) -> Role:
    if not choice.value:
        why = "`manage_iam_role` is false and no `iam_role_arn` names the role"
        return Role(f"(no role for {stage})", span, unknown=why)
    why = f"role {shown(choice.value)} is managed outside the project"
    # A policy file beside it may be a copy of that role's policy or a leftover: Chalice does not
    # read it. It is handed on so that it can be validated, and no verdict is built on it.
    path = f"{base}policy-{stage}.json"
    policy = policies.get(path) if policies.exists(path) else None
    if policy is None:
        return Role(choice.value, span, unknown=why)
    why += f"; Chalice does not attach {shown(path)} to it"
    return Role(choice.value, span, (policy,), file=path, unknown=why)


def _generated(
    name: str, span: Span, stage: str, generate: Callable[[str, Span], Policy | None]
) -> Role:
    policy = generate(f"policy that Chalice generates for stage {shown(stage)}", span)
    if policy is None:
        why = "Chalice generates its policy from `app.py`, which can't be read"
        return Role(name, span, unknown=why, generated=True)
    return Role(name, span, (policy,), generated=True)


def _with_file(role: Role, written: str | None, base: str, policies: Policies) -> Role:
    path = posixpath.normpath(base + written) if written else ""
    if role.unknown or path in ("", "..") or path.startswith(("/", "../")):
        return role
    if not policies.exists(path):
        return role
    what = f"Chalice does not read {shown(path)}: `autogen_policy` is not false"
    hint = "Set it to false. `chalice deploy --no-autogen-policy` does the same for one deployment."
    policies.problems.append(Problem(role.span, what, hint))
    policy = policies.get(path)
    return replace(role, policies=(*role.policies, policy)) if policy is not None else role


def _from_file(name: str, written: str, span: Span, base: str, policies: Policies) -> Role:
    path = posixpath.normpath(base + written)
    if written.startswith("/") or path.startswith("../"):
        return Role(
            name, span, unknown=f"policy file {shown(written)} is outside the project's folder"
        )
    if not policies.exists(path):
        return Role(name, span, file=path, missing=path)
    policy = policies.get(path)
    if policy is None:
        return Role(name, span, file=path, unknown=f"policy file {shown(path)} can't be read")
    return Role(name, span, (policy,), file=path)
