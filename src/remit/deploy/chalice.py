"""Reads a Chalice project: its stages, their environments and roles, and what is packaged.

Source: Chalice's documentation (topics/configfile, topics/packaging, topics/stages) and, where it
is silent, its source (1.33). Nothing of the project is run.
"""

from __future__ import annotations

import posixpath
from dataclasses import replace

from remit.core.call import Place
from remit.core.need import Need
from remit.core.policy import Policy
from remit.core.span import Problem, Span
from remit.core.tree import Tree
from remit.deploy import chalice_autogen, chalice_deployed, lambda_needs
from remit.deploy.chalice_config import Config, string, truth
from remit.deploy.chalice_deployed import account_of
from remit.deploy.chalice_roles import DEFAULT, Policies, roles
from remit.deploy.locate import CHALICE
from remit.deploy.model import Function, Project, Role, Stage, Tellings

_API_STAGE = "api"
"""configfile, `api_gateway_stage`: the default of Chalice's command line."""


def read(tree: Tree, marker: str = CHALICE, _told: Tellings | None = None) -> Project:
    """The project whose `.chalice/config.json` is `marker`. What is broken is in its `problems`.

    What a person tells is not needed here: it fills environments, which is done for every reader.
    """
    return _Reader(tree, marker.removesuffix(CHALICE).strip("/")).project()


class _Reader:
    """One reading of one project. `problems` grows while it goes on."""

    def __init__(self, tree: Tree, folder: str) -> None:
        self.tree = tree
        self.folder = folder
        self.base = posixpath.join(folder, ".chalice") + "/"
        self.entry = posixpath.join(folder, "app.py")
        self.sources = _sources(tree, folder)
        self.policies = Policies(tree)
        self.problems: list[Problem] = []
        self._marks: frozenset[str] | None = None
        self.cdk = _cdk(tree, folder)

    def project(self) -> Project:
        """Everything, in the order in which it depends on each other."""
        file = self.base + "config.json"
        document = chalice_deployed.load_file(self.tree, file, self.problems)
        stages: tuple[Stage, ...] = ()
        name = ""
        if document is not None:
            config = Config(document, file)
            self.problems += config.problems
            name = config.app_name
            stages = tuple(self._stage(config, stage, span) for stage, span in config.stages())
        if self.entry not in self.sources:
            what = "there is no `app.py`; Chalice starts there"
            hint = "Add `app.py` beside `.chalice`, or name the folder that holds it."
            self.problems.append(Problem(Span.whole(self.entry), what, hint))
        return Project(
            framework="chalice",
            name=name or posixpath.basename(self.folder),
            entry="app",
            sources=self.sources,
            # Packaging copies `vendor` to the package's root, beside `app.py` (topics/packaging).
            roots=(self.folder, posixpath.join(self.folder, "vendor")),
            stages=stages,
            problems=tuple(dict.fromkeys((*self.problems, *self.policies.problems))),
        )

    def _stage(self, config: Config, name: str, span: Span) -> Stage:
        deployed = chalice_deployed.read(self.tree, self.base, name, self.problems)
        account = deployed.account or _account_of_role(config, name)
        place = Place(deployed.partition or "aws", deployed.region, account)

        def generate(title: str, at: Span) -> Policy | None:
            return self._generate(config, name, title, at)

        made = roles(config, name, span, self.base, self.policies, generate)
        if self.cdk is not None:
            made = {function: _by_cdk(role, self.cdk) for function, role in made.items()}
        functions = {
            function: _function(config, name, function, made[function], at, place)
            for function, at in config.functions(name).items()
        }
        return Stage(
            name=name,
            default=_function(config, name, None, made[DEFAULT], span, place),
            span=span,
            functions=functions,
            partition=place.partition,
            account=account,
            region=deployed.region,
            apis=deployed.apis,
            facts=_facts(config, name),
        )

    def _generate(self, config: Config, stage: str, title: str, span: Span) -> Policy | None:
        marks = set(self._decorators())
        for function in (None, *config.functions(stage)):
            marks |= _settings(config, stage, function)
        try:
            source = self.tree.read(self.entry)
        except OSError:
            return None
        return chalice_autogen.policy(source, frozenset(marks), title, span)

    def _decorators(self) -> frozenset[str]:
        """Handlers of the kinds that matter to a generated policy, in any packaged source.

        Read as plain text: a kind that is only mentioned makes the upper bound wider, not wrong.
        """
        if self._marks is None:
            found: set[str] = set()
            for path in self.sources:
                try:
                    data = self.tree.read(path)
                except OSError:
                    continue
                found.update(mark for mark in chalice_autogen.MARKS if mark.encode() in data)
            self._marks = frozenset(found)
        return self._marks


def function_name(project: Project, stage: Stage, function: str) -> str:
    """What AWS calls a function: `<app>-<stage>` for the API's, `<app>-<stage>-<name>` else.

    Source: chalice/deploy/appgraph.py, `_create_rest_api_model` and `_build_lambda_function`.
    """
    app = f"{project.name}-{stage.name}"
    return app if function == "api_handler" else f"{app}-{function}"


def _sources(tree: Tree, folder: str) -> tuple[str, ...]:
    """The Python files that are packaged: `app.py`, `chalicelib` and `vendor`."""
    entry = posixpath.join(folder, "app.py")
    found = [entry] if tree.exists(entry) else []
    for part in ("chalicelib", "vendor"):
        found += tree.files(posixpath.join(folder, part), ".py")
    return tuple(found)


def _cdk(tree: Tree, folder: str) -> str | None:
    """The file outside the project's folder that deploys it by Chalice's CDK construct.

    Source: topics/cdk: the construct gives the functions variables and their role permissions.
    """
    if not folder:
        return None
    for path in tree.files("", ".py"):
        if not path.startswith(folder + "/") and "/cdk.out/" not in f"/{path}":
            try:
                data = tree.read(path)
            except OSError:
                continue
            if b"chalice.cdk" in data:
                return path
    return None


def _by_cdk(role: Role, file: str) -> Role:
    why = f"the CDK app deploys this project and grants in `{file}`, which is not followed"
    return replace(role, policies=(), unknown=why) if role.generated else role


def _function(
    config: Config, stage: str, name: str | None, role: Role, span: Span, place: Place
) -> Function:
    settings = _settings(config, stage, name)
    needs: tuple[Need, ...] = ()
    if "vpc" in settings:
        needs += lambda_needs.network(place)
    if "xray" in settings:
        needs += lambda_needs.tracing()
    environment = config.environment(stage, name)
    return Function(name or DEFAULT, environment, role, span, needs)


def _settings(config: Config, stage: str, function: str | None) -> set[str]:
    """`vpc` and `xray`, where a function has them. A VPC takes subnets and security groups."""
    found: set[str] = set()
    network = ("subnet_ids", "security_group_ids")
    if all(truth(config.lookup(name, stage, function), default=False) for name in network):
        found.add("vpc")
    if truth(config.lookup("xray", stage, function), default=False):
        found.add("xray")
    return found


def _account_of_role(config: Config, stage: str) -> str | None:
    """The account in `iam_role_arn`: Lambda takes no role of another account."""
    if truth(config.lookup("manage_iam_role", stage), default=True):
        return None
    return account_of(string(config.lookup("iam_role_arn", stage)))


def _facts(config: Config, stage: str) -> dict[str, str]:
    api_stage = string(config.lookup("api_gateway_stage", stage))
    return {"api_gateway_stage": api_stage or _API_STAGE, "app_name": config.app_name}
