"""One stage of a project from its root module, and how Terraform writes its symbols."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from remit.core.policy import Policy
from remit.core.span import Span
from remit.core.text import Symbols
from remit.deploy.model import Attached, Function, Role, Stage
from remit.deploy.terraform.attached import attached
from remit.deploy.terraform.evaluate import evaluate
from remit.deploy.terraform.lambdas import functions
from remit.deploy.terraform.module import Module, every
from remit.deploy.terraform.resource_types import TYPES
from remit.deploy.terraform.resources import Instance
from remit.deploy.terraform.roles import Resources, Roles
from remit.deploy.terraform.run import Run
from remit.deploy.terraform.scope import Scope
from remit.deploy.terraform.values import Fault

NONE = "*"


def stage(root: Module, name: str, span: Span) -> Stage:
    """The stage that a root module describes."""
    run = root.run
    resources = gather(root)
    roles = Roles(resources, run)
    found, used = functions(resources, roles, run)
    idle = tuple(role for address, role in roles.made.items() if address not in used)
    bound = tuple(attached(resources, run))
    spelled = spellings(resources, root)
    symbols = run.symbols
    told: dict[int, Role] = {}
    for function in found.values():
        if id(function.role) not in told:
            told[id(function.role)] = _role(function.role, symbols)
    made = {key: replace(one, role=told[id(one.role)]) for key, one in found.items()}
    default = next(iter(made.values()), None) or _nobody(span)
    return Stage(
        name=name,
        default=default,
        span=span,
        functions=made,
        partition=run.partition,
        account=run.account,
        region=run.region,
        idle_roles=tuple(_role(role, symbols) for role in idle),
        attached=tuple(_attached(one, symbols) for one in bound),
        spellings=spelled,
    )


def gather(root: Module) -> Resources:
    """All resources and data sources of a module and those it calls."""
    found = Resources()
    for module in every(root):
        for mode in ("resource", "data"):
            for block in module.blocks(mode):
                for one in module.instances(block):
                    found.add(one)
        for block, called in module.children():
            if called is None:
                _outside(module, block.labels[0], block.span)
    return found


def _outside(module: Module, name: str, span: Span) -> None:
    block = next(b for b in module.body.of("module") if b.labels == (name,))
    source = block.body.expression("source")
    text = ""
    if source is not None:
        try:
            text = evaluate(source, Scope(module)).literal or ""
        except Fault:
            text = ""
    if not text.startswith(("./", "../")):
        what = f"the module `{name}` comes from `{text or '?'}` and is not followed"
        hint = "What it deploys is not checked; a plan (`terraform show -json`) holds it."
        module.run.problem(span, what, hint)


def _nobody(span: Span) -> Function:
    """Stands for the functions of a project that deploys none."""
    return Function(
        NONE, {}, Role("(no function)", span, unknown="the project has no function"), span
    )


def _role(role: Role, symbols: Symbols) -> Role:
    def told(policy: Policy | None) -> Policy | None:
        return None if policy is None else replace(policy, symbols=symbols)

    own = tuple(replace(policy, symbols=symbols) for policy in role.policies)
    return replace(role, policies=own, boundary=told(role.boundary), trust=told(role.trust))


def _attached(one: Attached, symbols: Symbols) -> Attached:
    return replace(one, policy=replace(one.policy, symbols=symbols))


def spellings(resources: Resources, root: Module) -> Mapping[str, str]:
    """How the root module writes symbols and the ARNs of its resources in a string."""
    found: dict[str, str] = {}
    for kind, name, token in _SYMBOLS:
        for one in resources.data.get(kind, ()):
            if not one.scope.module.address:
                found.setdefault(token, "${" + f"{one.address}.{name}" + "}")
    for one in _own(resources):
        try:
            arn = one.attribute("arn", one.span).text
        except Fault:
            continue
        if arn is not None and not one.open:
            found.setdefault(str(arn), "${" + f"{one.address}.arn" + "}")
    return found


def _own(resources: Resources) -> Iterator[Instance]:
    for kind in TYPES:
        for one in resources.managed.get(kind, ()):
            if not one.scope.module.address:
                yield one


_SYMBOLS = (
    ("aws_caller_identity", "account_id", "{account}"),
    ("aws_region", "name", "{region}"),
)

__all__ = ["Run", "gather", "stage"]
