"""What every reader yields: a project, its stages, their functions and the roles these run as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from remit.core.need import Need
from remit.core.policy import Policy
from remit.core.span import Problem, Span


@dataclass(frozen=True, slots=True)
class Role:
    """A role that functions run as.

    `policies` are its identity policies. `file` is where a person mends them. When the project
    does not hold the policy (an external role, a generated policy), `unknown` says why, and no
    verdict is given for this role. `missing` is set when the project names a policy file that is
    not there: such a stage cannot be deployed. `generated` marks a policy that the framework
    makes from the code at deployment, in the reader's own reconstruction.
    """

    name: str
    span: Span
    policies: tuple[Policy, ...] = ()
    file: str | None = None
    unknown: str | None = None
    missing: str | None = None
    generated: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """One deployed function, or the stage's default for all that have no settings of their own.

    `name` is the framework's (`api_handler`, a scheduled function's name; `*` for the default).
    `environment` is the merged set of environment variables. `needs` is what AWS itself does
    with the function's role because of its settings (a VPC, tracing); no call in the code shows it.
    """

    name: str
    environment: Mapping[str, str]
    role: Role
    span: Span
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One deployment. `functions` holds those with settings of their own, `default` all others.

    `account`, `region` and `apis` (kind `rest` or `websocket` to API id) come from what was
    deployed and are None or empty where that is not known.
    """

    name: str
    default: Function
    span: Span
    functions: Mapping[str, Function] = field(default_factory=dict)
    partition: str = "aws"
    account: str | None = None
    region: str | None = None
    apis: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)

    def function(self, name: str) -> Function:
        """The settings that apply to the function `name`."""
        return self.functions.get(name, self.default)

    def roles(self) -> tuple[Role, ...]:
        """The different roles of this stage, the default's first."""
        found: dict[str, Role] = {}
        for function in (self.default, *self.functions.values()):
            found.setdefault(function.role.name, function.role)
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Project:
    """A deployed project as its files describe it.

    `entry` is the module at which the framework starts; `sources` are the source files that are
    packaged, relative to the tree's root; `roots` the folders from which imports resolve.
    """

    framework: str
    name: str
    entry: str
    sources: tuple[str, ...]
    roots: tuple[str, ...]
    stages: tuple[Stage, ...]
    problems: tuple[Problem, ...] = ()
