"""Account, region and partition of a stage, as its `provider "aws"` says.

Source: the AWS provider's documentation, "Argument Reference" (`region`, `allowed_account_ids`,
`assume_role`); Terraform language, providers/configuration (`alias`).
"""

from __future__ import annotations

from remit.core.text import Hole, HoleKind
from remit.deploy.chalice_deployed import account_of
from remit.deploy.terraform.evaluate import evaluate
from remit.deploy.terraform.module import Module
from remit.deploy.terraform.nodes import Block, Expression
from remit.deploy.terraform.run import Run
from remit.deploy.terraform.scope import Scope
from remit.deploy.terraform.values import Fault, Value

PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
"""By how a region begins: AWS General Reference, aws-arns-and-namespaces."""


def settle(root: Module) -> None:
    """Fill account, region and partition of the root module's run. A variable without a value
    that is the provider's region or account is from then on that symbol."""
    run = root.run
    run.region = run.told.region or run.known_region
    run.account = run.told.account or run.known_account
    for block in root.body.of("provider"):
        if block.labels[:1] == ("aws",) and "alias" not in block.body.attributes:
            _region(root, block, run)
            _account(root, block, run)
        elif block.labels[:1] == ("aws",):
            _alias_region(root, block, run)
    region = run.region or ""
    run.partition = next((p for start, p in PARTITIONS.items() if region.startswith(start)), "aws")


def _region(root: Module, block: Block, run: Run) -> None:
    value = _value(root, block.body.expression("region"))
    if value is None:
        return
    if run.region is None and value.literal:
        run.region = value.literal
    _alias(run, value, "region", run.region)


def _alias_region(root: Module, block: Block, run: Run) -> None:
    """The region of what names this provider by its alias."""
    alias = _value(root, block.body.expression("alias"))
    region = _value(root, block.body.expression("region"))
    if alias is not None and alias.literal and region is not None and region.literal:
        run.other_regions[alias.literal] = region.literal


def _account(root: Module, block: Block, run: Run) -> None:
    listed = _value(root, block.body.expression("allowed_account_ids"))
    items = listed.data if listed is not None and isinstance(listed.data, tuple) else ()
    if len(items) == 1:
        if run.account is None and items[0].literal:
            run.account = items[0].literal
        _alias(run, items[0], "account", run.account)
    for role in block.body.of("assume_role"):
        arn = _value(root, role.body.expression("role_arn"))
        if run.account is None and arn is not None and arn.literal:
            run.account = account_of(arn.literal)


def _alias(run: Run, value: Value, name: str, known: str | None) -> None:
    hole = value.hole
    if hole is not None and known is None:
        run.aliases[hole.name] = Hole(HoleKind.ASSIGNED, name)
        run.given.discard(hole.name)


def _value(root: Module, expression: Expression | None) -> Value | None:
    if expression is None:
        return None
    try:
        return evaluate(expression, Scope(root))
    except Fault:
        return None
