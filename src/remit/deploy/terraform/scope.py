"""Where an expression stands: the module, and the names that `for`, `each` and `count` give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from remit.core.span import Span
from remit.deploy.terraform.run import Run
from remit.deploy.terraform.values import Fault, Value


class Module(Protocol):
    """What an evaluation asks of the module in which the expression stands."""

    @property
    def run(self) -> Run:
        """The state of the stage."""
        ...

    @property
    def address(self) -> str:
        """`module.name`, empty for the root."""
        ...

    @property
    def folder(self) -> str:
        """Where its files are."""
        ...

    @property
    def modelled(self) -> bool:
        """Whether it is a model of a module that is not in the tree (models.py)."""
        ...

    def root(self, name: str, span: Span) -> Value:
        """`var`, `local`, `data`, `path`, a resource type, ... Raises Fault."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: its module and the names of `for`, `each`, `count`, `self`."""

    module: Module
    names: Mapping[str, Value] = field(default_factory=dict)

    def with_names(self, names: Mapping[str, Value]) -> Scope:
        """The scope with some names more."""
        return replace(self, names={**self.names, **names})

    def unknown(self, what: str, span: Span) -> Value:
        """A symbol for an expression: what it is and where, so that no other has its name."""
        file = span.file.rpartition("/")[2]
        own = [
            str(self.names[key].literal) for key in ("each.key", "count.index") if key in self.names
        ]
        name = f"{what} in {file} line {span.line} column {span.column}"
        if self.module.address:
            name += f" of {self.module.address}"
        loops = [
            f"{key}={value.literal}"
            for key, value in self.names.items()
            if value.literal is not None and key not in ("each.key", "count.index")
        ]
        for one in (*own, *loops):
            name += f" for {one}"
        return self.module.run.unknown(name, span)


@dataclass(frozen=True, slots=True)
class Closed:
    """The module of a template file: no name of the real one is seen in it."""

    module: Module

    @property
    def run(self) -> Run:
        """The same."""
        return self.module.run

    @property
    def address(self) -> str:
        """The same."""
        return self.module.address

    @property
    def folder(self) -> str:
        """The same."""
        return self.module.folder

    @property
    def modelled(self) -> bool:
        """The same."""
        return self.module.modelled

    def root(self, name: str, span: Span) -> Value:
        """Never: templates see their arguments only."""
        raise Fault(span, f"the template uses `{name}`, which it is not given")
