"""Imports: the project's modules are executed, the others become `External` names."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from remit.scan.machine import Activation
from remit.scan.values import External, ModuleV, Value

if TYPE_CHECKING:
    from remit.scan.machine import Machine

CALLS_AWS = {
    "aioboto3": "it wraps boto3 for asyncio",
    "aiobotocore": "it wraps botocore for asyncio",
    "awswrangler": "it calls AWS itself",
    "boto": "it is the SDK before boto3",
    "dynamorm": "it calls DynamoDB itself",
    "flywheel": "it calls DynamoDB itself",
    "pynamodb": "it calls DynamoDB itself",
    "s3fs": "it calls S3 itself",
    "smart_open": "it calls S3 itself for `s3://` addresses",
    "watchtower": "it calls CloudWatch Logs itself",
    "aws_encryption_sdk": "it calls KMS itself",
    "kappa": "it calls AWS itself",
    "warrant": "it calls Cognito itself",
    "pycognito": "it calls Cognito itself",
}
"""Libraries that call AWS where remit does not look. Importing one is told in the report."""


def import_module(machine: Machine, node: ast.Import, frame: Activation) -> bool:
    """`import a.b as c`."""
    for alias in node.names:
        value = _module(machine, alias.name, node)
        if alias.asname is not None:
            machine.assign(ast.Name(alias.asname, ast.Store()), value, frame)
        else:
            top = alias.name.partition(".")[0]
            machine.assign(ast.Name(top, ast.Store()), _module(machine, top, node), frame)
    return True


def import_from(machine: Machine, node: ast.ImportFrom, frame: Activation) -> bool:
    """`from .a import b as c`."""
    name = _absolute(node, frame.module)
    module = _module(machine, name, node)
    for alias in node.names:
        if alias.name == "*":
            _star(machine, module, frame)
            continue
        value = _member(machine, module, name, alias.name, node)
        machine.assign(ast.Name(alias.asname or alias.name, ast.Store()), value, frame)
    return True


def _absolute(node: ast.ImportFrom, module: ModuleV) -> str:
    if not node.level:
        return node.module or ""
    parts = module.package.split(".") if module.package else []
    parts = parts[: len(parts) - (node.level - 1)] if node.level > 1 else parts
    return ".".join([*parts, *([node.module] if node.module else [])])


def _module(machine: Machine, name: str, node: ast.AST) -> Value:
    machine.frame.at = node
    found = machine.load(name)
    if found is not None:
        return found
    top = name.partition(".")[0]
    if top in CALLS_AWS and top not in machine.told:
        machine.told.add(top)
        machine.recorder.missed(
            machine.span(node), f"import {top}", f"`{top}` is not followed: {CALLS_AWS[top]}"
        )
    return machine.external(name, node)


def _member(machine: Machine, module: Value, name: str, wanted: str, node: ast.AST) -> Value:
    if isinstance(module, ModuleV):
        if wanted in module.scope.vars:
            return module.scope.vars[wanted]
        found = machine.load(f"{name}.{wanted}")
        return found if found is not None else External(f"{name}.{wanted}")
    return machine.attribute(module, wanted, node)


def _star(machine: Machine, module: Value, frame: Activation) -> None:
    if not isinstance(module, ModuleV):
        return
    listed = module.scope.vars.get("__all__")
    names = getattr(listed, "items", None) or [
        n for n in module.scope.vars if not n.startswith("_")
    ]
    for name in names:
        if name in module.scope.vars:
            frame.scope.vars[name] = module.scope.vars[name]
