"""What every reader yields: a project, its stages, their functions and the roles these run as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from remit.core.need import Need
from remit.core.policy import Policy
from remit.core.span import Problem, Span
from remit.core.text import Text


@dataclass(frozen=True, slots=True)
class Told:
    """What a person tells of one stage in the settings: it fills what the project leaves open.

    `values` are by name: a template's parameters, environment variables, holes of the report.
    """

    account: str | None = None
    region: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tellings:
    """What a person tells of all stages (`values`) and of single ones."""

    values: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, Told] = field(default_factory=dict)

    def stage(self, name: str) -> Told:
        """What is told about a stage, the values of all stages included."""
        own = self.stages.get(name, Told())
        return Told(own.account, own.region, {**self.values, **own.values})


@dataclass(frozen=True, slots=True)
class Role:
    """A role that functions run as.

    `policies` are its identity policies. `file` is where a person mends them. When the project
    does not hold the policy (an external role, a generated policy), `unknown` says why, and no
    verdict is given for this role. `missing` is set when the project names a policy file that is
    not there: such a stage cannot be deployed. `generated` marks a policy that the framework
    makes from the code at deployment, in the reader's own reconstruction.

    `boundary` is the permissions boundary, None where none is set; `trust` the trust policy, where
    the project holds it. `arn` is its ARN, with symbols, where the framework tells.
    """

    name: str
    span: Span
    policies: tuple[Policy, ...] = ()
    file: str | None = None
    unknown: str | None = None
    missing: str | None = None
    generated: bool = False
    boundary: Policy | None = None
    trust: Policy | None = None
    arn: Text | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """Where the code of one function is and where AWS starts it.

    `language` is `python` or `javascript` (TypeScript too). `roots` are the folders from which its
    imports resolve, the package's own first, then those of its layers. `module` is the file to
    start from, as a path below the first root without its suffix (`src/app`), and `handler` the
    name in it, empty for a program that is run as such. `inline` is a source file that stands in
    the template itself, by the path under which the other fields name it.
    """

    language: str
    roots: tuple[str, ...]
    module: str
    handler: str
    inline: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """One deployed function, or the stage's default for all that have no settings of their own.

    `name` is the framework's (`api_handler`, a scheduled function's name, a logical id; `*` for
    the default). `environment` is the merged set of environment variables: text, or a `Text` whose
    holes are symbols of the stage. `needs` is what AWS itself does with the function's role
    because of its settings (a VPC, tracing, event sources); no call in the code shows it.

    `code` is the function's own code, where the framework has code for each function; when that
    is not to be had, `unread` says why (another language, an image, a bucket). `deployed_as` is
    the function's name in AWS, as far as it is known. `in_lambda` is False for a program that runs
    elsewhere (a container, a machine): AWS writes no log for it.
    """

    name: str
    environment: Mapping[str, str | Text]
    role: Role
    span: Span
    needs: tuple[Need, ...] = ()
    code: Code | None = None
    unread: str = ""
    deployed_as: Text | None = None
    in_lambda: bool = True


@dataclass(frozen=True, slots=True)
class Attached:
    """A resource policy of the project: `resource` is the ARN of what it is attached to, with
    symbols, `kind` its CloudFormation type (`AWS::S3::Bucket`)."""

    resource: Text
    kind: str
    policy: Policy
    span: Span


Data: TypeAlias = (
    "str | Text | bool | int | float | tuple[Data, ...] | list[Data] | Mapping[str, Data] | None"
)
"""A property's value: texts may have symbols."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What a stage deploys beside functions and roles: a table, a bucket, a queue.

    `type` is its CloudFormation type and `properties` are named as CloudFormation names them,
    whatever the framework; `name` is what the project calls it. `title` is its name or id in AWS,
    `attributes` what the project may name of it, as `Ref` and `Fn::GetAtt` do (`Ref`, `Arn`,
    `StreamArn`): their symbols stand for it in policies and environments. `open` says why it may
    not be there.
    """

    type: str
    name: str
    span: Span
    properties: Mapping[str, Data]
    title: Text
    attributes: Mapping[str, Text] = field(default_factory=dict)
    open: str = ""


def no_resources() -> tuple[Resource, ...]:
    """Those of a stage that has none."""
    return ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One deployment. `functions` holds those with settings of their own, `default` all others.
    Where each function has code of its own, `functions` holds them all and `default` is any.

    `account`, `region` and `apis` (kind `rest` or `websocket` to API id) come from what was
    deployed and are None or empty where that is not known.

    `idle_roles` are roles that no function runs as, `attached` the resource policies.
    `spellings` says how the framework writes, inside an interpolated string, what symbols stand
    for: from an ARN or a token (`{account}`) to its text (`${Orders.Arn}`, `${AWS::AccountId}`).
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
    idle_roles: tuple[Role, ...] = ()
    attached: tuple[Attached, ...] = ()
    spellings: Mapping[str, str] = field(default_factory=dict)
    resources: Callable[[], tuple[Resource, ...]] = field(
        default=no_resources, compare=False, repr=False
    )

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

    `entry` is the module at which the framework starts, for one that has a single program
    (Chalice); empty where every function has `code` of its own. `sources` are the source files
    that are packaged, relative to the tree's root; `roots` the folders from which imports resolve.
    """

    framework: str
    name: str
    entry: str
    sources: tuple[str, ...]
    roots: tuple[str, ...]
    stages: tuple[Stage, ...]
    problems: tuple[Problem, ...] = ()
