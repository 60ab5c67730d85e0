"""Policy documents of resources: from values to parsed policies, or why they can't be told.

A symbol may stand in a resource or a condition's value. Where it stands for the effect, an
action, a whole statement or the whole document, nothing can be told of the policy.
"""

from __future__ import annotations

from collections.abc import Iterator

from remit.catalog import managed
from remit.core.policy import Policy
from remit.core.span import Problem, Span
from remit.core.text import Symbols
from remit.deploy.terraform import places
from remit.deploy.terraform.run import Run
from remit.deploy.terraform.values import Value
from remit.syntax.names import Kind
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence
from remit.syntax.policy import parse
from remit.syntax.source import DocumentError, shown

_DECISIVE = ("Version", "Effect", "Action", "NotAction", "Condition", "Sid")
_FORM = frozenset(
    "invalid-arn-prefix invalid-partition invalid-service invalid-arn-account missing-arn-field"
    " invalid-arn-service-case arn-region-not-allowed missing-arn-account invalid-principal"
    " arn-account-not-allowed".split()
)
"""Problems about the form of an ARN: a symbol in it may well be of that form."""


def policy(value: Value, run: Run, name: str, kind: Kind) -> Policy | str:
    """The policy in a string, or why it can't be told, as the end of a sentence."""
    hole = value.hole
    if hole is not None and value.node is None:
        return f"what `{name}` holds hangs on `{hole.name}`"
    try:
        node = places.document(value)
    except DocumentError as error:
        holes = value.text.holes if value.text is not None else ()
        if holes:
            return f"what `{name}` holds hangs on `{holes[0].name}`"
        run.problems.setdefault(error.problem)
        return f"`{name}` holds no policy that can be read"
    symbol = next(_undecided(node, run.symbols), None)
    if symbol is not None:
        return f"what `{name}` grants hangs on `{symbol}`"
    found, problems = parse(node, name, kind, keep=True)
    for problem in problems:
        if not _of_symbol(problem, run.symbols):
            run.problems.setdefault(problem)
    return found if found is not None else f"`{name}` holds no policy that can be read"


def aws_managed(arn: str, span: Span) -> Policy | str:
    """The policy of AWS with that ARN or name, or why there is none."""
    _, _, after = arn.partition(":iam::aws:policy/")
    found = managed.document(f"arn:aws:iam::aws:policy/{after}" if after else arn, span)
    return found if found is not None else f"the policy {shown(arn)} is not known"


def _undecided(node: Node, symbols: Symbols) -> Iterator[str]:
    """Symbols on which it hangs what a document says at all."""
    statements = node.get("Statement") if isinstance(node, Mapping) else node
    if isinstance(statements, Scalar):
        yield from symbols.used(statements.text)
        return
    listed = statements.items if isinstance(statements, Sequence) else (statements,)
    for statement in listed:
        if isinstance(statement, Scalar):
            yield from symbols.used(statement.text)
        if not isinstance(statement, Mapping):
            continue
        for key, value in statement.entries:
            if key.text in _DECISIVE:
                yield from _in_names(value, symbols, key.text == "Condition")


def _in_names(node: Node, symbols: Symbols, condition: bool) -> Iterator[str]:
    """Symbols in an element, of a condition in its operators and keys only."""
    if isinstance(node, Scalar):
        yield from symbols.used(node.text)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _in_names(item, symbols, condition)
    else:
        for key, value in node.entries:
            yield from symbols.used(key.text)
            if condition and isinstance(value, Mapping):
                yield from (name for inner, _ in value.entries for name in symbols.used(inner.text))
            elif condition and isinstance(value, Scalar):
                yield from symbols.used(value.text)


def _of_symbol(problem: Problem, symbols: Symbols) -> bool:
    return problem.code in _FORM and "{" in problem.message and bool(symbols)
