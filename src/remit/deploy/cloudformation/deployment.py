"""One deployment: the stacks of a stage, put together into a `Stage`.

A deployment has one account and region; its stacks share exports, and a nested stack's outputs are
its parent's to use.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace

from remit.core.span import Problem, Span
from remit.core.tree import Tree
from remit.deploy.cloudformation import sam
from remit.deploy.cloudformation.attached import attached
from remit.deploy.cloudformation.functions import Locate, Reader, Skip
from remit.deploy.cloudformation.names import STACK_NAME, Names
from remit.deploy.cloudformation.policies import Documents
from remit.deploy.cloudformation.resources import of_stack
from remit.deploy.cloudformation.roles import Roles, with_symbols
from remit.deploy.cloudformation.stack import Stack
from remit.deploy.cloudformation.template import Template, mapping, of, read, string
from remit.deploy.model import Function, Resource, Role, Stage, Told
from remit.syntax.nodes import Mapping, Node
from remit.syntax.source import shown

NO_FUNCTION = "*"
_NESTED = "AWS::CloudFormation::Stack"
_DEEPEST = 8
"""Stacks within stacks."""
_TYPES_FIRST = "AWS::SSM::Parameter::Value"


def never(name: str) -> bool:
    """No function is the tool's own."""
    return False


@dataclass(frozen=True, slots=True)
class Wanted:
    """One stack that is to be deployed: its template, its name ("" for not known), parameters."""

    file: str
    name: str = ""
    label: str = ""
    parameters: Table[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Files:
    """Templates by file, each read once for all stages. `plain` are their translations."""

    tree: Tree
    problems: list[Problem] = field(default_factory=list)
    serverless: bool = False
    templates: dict[str, Template | None] = field(default_factory=dict)
    plain: dict[object, Template | None] = field(default_factory=dict)

    def template(self, file: str) -> Template | None:
        """The template in a file; None where there is none (a problem says why)."""
        if file not in self.templates:
            found = read(self.tree, file)
            if isinstance(found, Problem):
                self.problems.append(found)
                self.templates[file] = None
            else:
                self.problems += found.problems
                self.templates[file] = found
        return self.templates[file]

    def translated(
        self, template: Template, parameters: Table[str, str], names: Names
    ) -> Template | None:
        """The template without the Serverless transform."""
        if not sam.is_serverless(template):
            return template
        self.serverless = True
        region = names.place.region
        key = (template.file, tuple(sorted(parameters.items())), region)
        if key not in self.plain:
            self.plain[key] = self._translate(template, parameters, region, names.partition)
        return self.plain[key]

    def _translate(
        self, template: Template, parameters: Table[str, str], region: str | None, partition: str
    ) -> Template | None:
        try:
            node, problems = sam.translate(template, parameters, region, partition)
        except ModuleNotFoundError:
            what = "the template needs the SAM translator, which is not installed"
            key = template.root.get("Transform")
            span = key.span if key is not None else template.root.span
            self.problems.append(Problem(span, what, sam.INSTALL))
            return None
        self.problems += problems
        made = of(node, template.file)
        return None if isinstance(made, Problem) else made


@dataclass(slots=True)
class Deployment:
    """The stacks of one stage and what was read of them.

    `generated`: the templates are made by a tool, so nobody mends a role in them.
    """

    files: Files
    names: Names
    told: Told
    locate: Locate
    generated: bool = False
    skip: Skip = never
    stacks: list[Stack] = field(default_factory=list)
    exports: dict[str, tuple[Stack, str]] = field(default_factory=dict)
    siblings: dict[str, Stack] = field(default_factory=dict)

    def add(self, wanted: Wanted) -> None:
        """Adds a stack and those within it."""
        stack = self._stack(wanted, {}, 0, ())
        if stack is not None:
            self.siblings[stack.name] = stack

    def _stack(
        self, wanted: Wanted, passed: Table[str, Node | None], depth: int, above: tuple[str, ...]
    ) -> Stack | None:
        template = self.files.template(wanted.file)
        if template is None:
            return None
        parameters = {**wanted.parameters, **self.told.values}
        defaults = {**_defaults(template), **parameters}
        made = self.files.translated(template, defaults, self.names)
        if made is None:
            return None
        stack = Stack(
            made,
            self.names,
            wanted.name,
            wanted.label,
            parameters,
            passed,
            self.exports,
            siblings=self.siblings,
        )
        self.stacks.append(stack)
        self._export(stack)
        for resource in stack.of_type(_NESTED):
            child = self._nested(
                stack, resource.id, resource.properties, depth, (*above, wanted.file)
            )
            if child is not None:
                stack.nested[resource.id] = child
        return stack

    def _nested(
        self, stack: Stack, name: str, of_it: Mapping, depth: int, above: tuple[str, ...]
    ) -> Stack | None:
        where = of_it.get("TemplateURL")
        path = stack.text(where)
        file = posixpath.normpath(posixpath.join(posixpath.dirname(stack.template.file), path))
        known = self.locate("", path)
        file = known or file
        span = where.span if where is not None else of_it.span
        if not path or not self.files.tree.exists(file):
            stack.say(span, f"the template of the nested stack {shown(name)} is not in the project")
            return None
        if depth >= _DEEPEST or file in above:
            stack.say(span, f"{shown(path)} leads back to itself", "Break the circle.")
            return None
        values = mapping(of_it.get("Parameters"), of_it.span)
        passed = {key.text: stack.value(value) for key, value in values.entries}
        label = f"{stack.label}{name}."
        title = f"{stack.name}-{name}-{self.names.own(f'{stack.label}{name} id')}"
        return self._stack(Wanted(file, title, label), passed, depth + 1, above)

    def stage(self, name: str, span: Span, problems: list[Problem]) -> Stage:
        """The stage with all functions and roles of the stacks."""
        documents = Documents()
        roles = Roles(documents)
        roles.read(self.stacks)
        functions = [
            one
            for stack in self.stacks
            for one in Reader(self.files.tree, stack, roles, self.locate, self.skip).functions()
        ]
        policies = [one for stack in self.stacks for one in attached(stack, documents)]
        spellings = dict(pair for stack in self.stacks for pair in _spellings(stack))
        problems += [one for stack in self.stacks for one in stack.problems]
        problems += documents.problems
        symbols = self.names.symbols()
        last = self.stacks[-1] if self.stacks else None

        def whole(role: Role) -> Role:
            found = role if last is None else with_symbols(role, last)
            return replace(found, file=None) if self.generated else found

        found = {one.name: replace(one, role=whole(one.role)) for one in functions}
        # Without functions the template's roles are still there to be validated.
        file = last.template.file if last is not None and not self.generated else None
        nobody = Function(NO_FUNCTION, {}, Role("(no role)", span, (), file, "no function"), span)
        return Stage(
            name=name,
            default=next(iter(found.values()), nobody),
            span=span,
            functions=found,
            partition=self.names.partition,
            account=self.names.place.account,
            region=self.names.place.region,
            idle_roles=tuple(whole(role) for role in roles.idle()),
            attached=tuple(
                replace(one, policy=replace(one.policy, symbols=symbols)) for one in policies
            ),
            spellings=spellings,
            resources=self.resources,
        )

    def resources(self) -> tuple[Resource, ...]:
        """What the stacks deploy, but for what is the tool's own."""
        found = (one for stack in self.stacks for one in of_stack(stack))
        return tuple(one for one in found if not self.skip(one.name))

    def _export(self, stack: Stack) -> None:
        for key, body in stack.template.entries("Outputs"):
            name = stack.text(mapping(body.get("Export"), key.span).get("Name"))
            if name:
                self.exports[name] = (stack, key.text)


def _defaults(template: Template) -> dict[str, str]:
    """The parameters' defaults that are values, for the translator."""
    return {
        key.text: string(body.get("Default"))
        for key, body in template.entries("Parameters")
        if body.get("Default") is not None and not string(body.get("Type")).startswith(_TYPES_FIRST)
    }


def _spellings(stack: Stack) -> Iterator[tuple[str, str]]:
    """How the template writes what symbols and ARNs stand for."""
    names = stack.names
    if not stack.label:
        yield names.region, "${AWS::Region}"
        yield names.account, "${AWS::AccountId}"
        yield "{" + STACK_NAME + "}", "${AWS::StackName}"
        for key, _ in stack.template.entries("Parameters"):
            yield "{" + key.text + "}", "${" + key.text + "}"
    for resource in stack.resources.values():
        arn = stack.arn(resource)
        if arn and names.is_open(arn):
            yield arn, "${" + resource.id + ".Arn}"
