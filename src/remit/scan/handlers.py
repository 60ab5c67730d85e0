"""`except` clauses that hide a failure: what they catch, and what they do with it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from remit.scan.machine import Activation, Machine

_BROAD = frozenset({"Exception", "BaseException"})
_AWS = frozenset({"ClientError", "BotoCoreError", "Boto3Error"})
_LOGS = frozenset(
    [
        "critical",
        "debug",
        "error",
        "exception",
        "info",
        "log",
        "print",
        "print_exc",
        "print_exception",
        "warn",
        "warning",
        "capture_exception",
        "capture_message",
    ]
)


def swallows(machine: Machine, handler: ast.ExceptHandler, _frame: Activation) -> bool:
    """Whether an AWS denial raised in the `try` ends in this clause and goes no further.

    Notes for the report how the clause deals with it: `logs`, `silent`, or "" when it reports
    the failure in some way of its own (it looks at the error, or answers with something built).
    """
    names = _caught(handler.type)
    if not names & (_BROAD | _AWS):
        return False
    if any(isinstance(node, ast.Raise) or _exits(node) for node in _nodes(handler)):
        return False
    machine.recorder.handling[machine.span(handler)] = _dealing(handler, bool(names & _BROAD))
    return True


def _caught(node: ast.expr | None) -> set[str]:
    if node is None:
        return {"BaseException"}
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return {
        part.attr if isinstance(part, ast.Attribute) else getattr(part, "id", "") for part in parts
    }


def _nodes(handler: ast.ExceptHandler) -> list[ast.AST]:
    return [node for statement in handler.body for node in ast.walk(statement)]


def _exits(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and (
        (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in ("exit", "abort", "_exit", "fail")
        )
        or (isinstance(node.func, ast.Name) and node.func.id in ("exit", "abort", "quit"))
    )


def _dealing(handler: ast.ExceptHandler, broad: bool) -> str:
    nodes = _nodes(handler)
    if not broad and any(isinstance(n, ast.Attribute) and n.attr == "response" for n in nodes):
        return ""
    for node in nodes:
        if isinstance(node, ast.Return) and node.value is not None and not _plain(node.value):
            return ""
    called = {
        n.func.attr if isinstance(n.func, ast.Attribute) else getattr(n.func, "id", "")
        for n in nodes
        if isinstance(n, ast.Call)
    }
    logs = called & _LOGS or any("log" in name.lower().split("_") for name in called)
    used = any(isinstance(n, ast.Name) and n.id == handler.name for n in nodes)
    return "logs" if logs else "" if used else "silent"


def _plain(value: ast.expr) -> bool:
    """Whether a returned value can't carry a failure: a constant, or a collection of no status."""
    if isinstance(value, ast.Constant):
        return True
    if isinstance(value, ast.Dict):
        keys = {key.value for key in value.keys if isinstance(key, ast.Constant)}
        return not keys & {
            "statusCode",
            "status_code",
            "status",
            "error",
            "errors",
            "Error",
            "code",
            "message",
            "success",
            "ok",
        }
    return isinstance(value, (ast.List, ast.Tuple)) and not value.elts
