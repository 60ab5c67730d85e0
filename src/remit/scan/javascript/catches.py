"""`catch` clauses and `.catch(...)` callbacks that hide a failure."""

from __future__ import annotations

from collections.abc import Iterator

from remit.core.span import Span
from remit.scan.javascript.syntax import Node
from remit.scan.record import Recorder

_LOGS = frozenset(
    "captureException captureMessage critical debug error info log trace warn warning".split()
)
# Calls that tell nobody. Any other may tell: a callback, a promise, an answer's `status(500)`.
_IDLE = frozenset("JSON.stringify String inspect toString join".split())
_FAILURE = frozenset(
    "statusCode status_code status error errors Error code message success ok".split()
)
# It throws, keeps something of the failure, or tells one error from another.
_TELLING = frozenset(
    ["throw_statement", "assignment_expression", "augmented_assignment_expression", "if_statement"]
)
_FUNCTIONS = frozenset(["function_declaration", "function_expression", "arrow_function"])
_PLAIN = frozenset("string number true false null undefined".split())


def clause(recorder: Recorder, node: Node | None) -> Span | None:
    """The place of a `catch` clause, or of a function given to `.catch`, that ends an AWS denial
    and tells nobody, but perhaps a log; None when it does anything else with it.

    Whoever looks at the error, answers with something built from it or throws, tells.
    """
    if node is None:
        return None
    if node.memo is None:
        node.memo = _dealing(node)
    if not node.memo:
        return None
    recorder.handling[node.span] = node.memo
    return node.span


def _dealing(node: Node) -> str:
    """`logs`, `silent`, or "" when the failure goes on in some way."""
    body = node.field("body")
    if body is None:
        return ""
    nodes = list(_nodes(body))
    called = {_called(one) for one in nodes if one.kind == "call_expression"}
    logs = {name for name in called if name in _LOGS or "log" in name.lower()}
    if called - logs - _IDLE or any(one.kind in _TELLING for one in nodes):
        return ""
    returned = [one.kids[0] for one in nodes if one.kind == "return_statement" and one.kids]
    if body.kind != "statement_block" and node.kind == "arrow_function":
        if body.kind == "call_expression":
            return "logs" if logs else ""
        returned = [body]
    if not all(_plain(one) for one in returned):
        return ""
    if logs:
        return "logs"
    names = _names(node)
    used = any(one.kind == "identifier" and one.text in names for one in nodes)
    return "" if used else "silent"


def _nodes(body: Node) -> Iterator[Node]:
    """The nodes that run when the clause does: none inside functions that it makes."""
    queue = [body]
    while queue:
        one = queue.pop()
        yield one
        queue.extend(kid for kid in one.kids if kid.kind not in _FUNCTIONS)


def _called(node: Node) -> str:
    function = node.field("function")
    if function is None:
        return ""
    named = function.field("property")
    return function.text if function.text in _IDLE else (named or function).text


def _names(node: Node) -> set[str]:
    parameter = node.field("parameter") or node.field("parameters")
    if parameter is None:
        return set()
    inner = [parameter, *parameter.walk()]
    kinds = ("identifier", "shorthand_property_identifier_pattern")
    return {one.text for one in inner if one.kind in kinds}


def _plain(value: Node) -> bool:
    """Whether a returned value can't carry a failure."""
    if value.kind in _PLAIN:
        return True
    while value.kind == "parenthesized_expression" and value.kids:
        value = value.kids[0]
    if value.kind == "object":
        named = {key.text.strip("'\"") for kid in value.kids if (key := kid.field("key"))}
        short = {k.text for k in value.kids if k.kind == "shorthand_property_identifier"}
        return not (named | short) & _FAILURE
    return value.kind == "array" and not value.kids
