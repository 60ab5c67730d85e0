"""The state of one reading of one stage: problems, symbols, the budget, what a person told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from remit.core.span import Problem, Span
from remit.core.text import Hole, HoleKind, Symbols, Text
from remit.core.tree import Tree
from remit.deploy.model import Told
from remit.deploy.terraform import parser
from remit.deploy.terraform.nodes import Attribute, Block, Body
from remit.deploy.terraform.values import Fault, Value
from remit.syntax.source import DocumentError

MAX_STEPS = 300_000
"""Evaluated expressions of one stage, some seconds; loops in loops end here."""
STEPS_OF_RESOURCE = 200
"""What each resource of a plan adds to that."""
MAX_DEPTH = 120
"""Expressions inside each other, through locals, variables and outputs."""
MAX_INSTANCES = 2_000
"""Instances of one `count` or `for_each`."""
_FORBIDDEN = str.maketrans(dict.fromkeys("{}*?$:/", "_"))


def named(name: str) -> str:
    """`name` as the name of a symbol: without the characters that mean something in a policy."""
    return name.translate(_FORBIDDEN)


@dataclass(slots=True)
class Files:
    """The parsed files of a tree, each read once for all stages."""

    tree: Tree
    problems: list[Problem] = field(default_factory=list)
    _bodies: dict[str, Body | None] = field(default_factory=dict)
    _folders: dict[str, Body] = field(default_factory=dict)

    def body(self, path: str) -> Body | None:
        """The body of a file, None when it can't be used (a problem says why)."""
        if path not in self._bodies:
            self._bodies[path] = self._parsed(path)
        return self._bodies[path]

    def folder(self, folder: str) -> Body:
        """The bodies of all `.tf` files directly in a folder as one."""
        if folder not in self._folders:
            self._folders[folder] = self._together(folder)
        return self._folders[folder]

    def names(self, folder: str) -> list[str]:
        """The `.tf` files directly in a folder."""
        prefix = folder + "/" if folder else ""
        found = self.tree.files(folder, ".tf")
        return [path for path in found if "/" not in path.removeprefix(prefix)]

    def _parsed(self, path: str) -> Body | None:
        try:
            return parser.parse(self.tree.read(path), path)
        except DocumentError as error:
            self.problems.append(error.problem)
        except OSError as error:
            self.problems.append(Problem(Span.whole(path), str(error), "Make it readable."))
        return None

    def _together(self, folder: str) -> Body:
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        for path in self.names(folder):
            body = self.body(path)
            if body is not None:
                attributes |= body.attributes
                blocks += body.blocks
        prefix = folder + "/" if folder else ""
        for path in self.tree.files(folder, ".tf.json"):
            if "/" not in path.removeprefix(prefix):
                what = "Terraform's JSON syntax is not read"
                hint = "Check a plan instead: `terraform show -json`."
                self.problems.append(Problem(Span.whole(path), what, hint))
        return Body(attributes, tuple(blocks))


class Overlay(Protocol):
    """What a plan knows of the deployment, by the addresses of its parts."""

    def keys(self, address: str) -> list[str | int | None] | None:
        """The instance keys of a resource or a module without its own; None when not planned."""
        ...

    def attribute(
        self,
        address: str,
        name: str,
        written: Value | None,
        span: Span,
        symbol: Callable[[str], Value],
    ) -> Value | None:
        """An attribute of an instance: what is known, filled from what is written."""
        ...

    def body(self, address: str) -> Body | None:
        """The configuration of the module at an address, without keys, as the plan has it."""
        ...


@dataclass(slots=True)
class Run:
    """What all modules of one stage share. `planned` overlays what a plan knows."""

    files: Files
    stage: str
    told: Told
    base: str = ""
    workspace: str | None = None
    problems: dict[Problem, None] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=lambda: {"region", "account"})
    budget: int = MAX_STEPS
    steps: int = 0
    given_up: bool = False
    depth: int = 0
    aliases: dict[str, Hole] = field(default_factory=dict)
    known_account: str | None = None
    known_region: str | None = None
    account: str | None = None
    region: str | None = None
    partition: str = "aws"
    other_regions: dict[str, str] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    overlay: Overlay | None = None

    @property
    def symbols(self) -> Symbols:
        """The symbols used so far."""
        return Symbols(frozenset(self.own), frozenset(self.given))

    def problem(self, span: Span, message: str, hint: str = "") -> None:
        """Note what could not be used."""
        self.problems.setdefault(Problem(span, message, hint))

    def fault(self, fault: Fault) -> None:
        """Note an expression that has no value; of those that came too late only the first."""
        late = self.steps > self.budget
        if not (late and self.given_up):
            self.problem(fault.span, fault.message)
        self.given_up = late

    def assigned(self, name: str) -> Hole:
        """A symbol for what AWS gives to one of the deployment's own resources."""
        name = named(name)
        self.own.add(name)
        return Hole(HoleKind.ASSIGNED, name)

    def setting(self, name: str) -> Hole:
        """A symbol for what may be anything."""
        name = named(name)
        if name in self.aliases:
            return self.aliases[name]
        self.given.add(name)
        return Hole(HoleKind.ENV, name)

    def unknown(self, name: str, span: Span) -> Value:
        """A value of which nothing is known."""
        told = self.told.values.get(named(name))
        return Value(Text.of(self.setting(name)) if told is None else told, span)

    def place(self, name: str) -> str | Hole:
        """`region` or `account`, as far as it is known."""
        known = self.region if name == "region" else self.account
        return known or Hole(HoleKind.ASSIGNED, name)

    def step(self, span: Span, count: int = 1) -> None:
        """Count work. Raises Fault when it becomes too much."""
        self.steps += count
        if self.steps > self.budget:
            what = f"evaluating takes more than {self.budget} steps; it was given up here"
            raise Fault(span, what)
