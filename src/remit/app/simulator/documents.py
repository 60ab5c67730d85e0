"""Policies as a simulation takes them: parsed, with the places of their statements, and the context
keys that they look at.

A policy that is given to the simulator must be one that IAM would store: what the syntax floor
calls an error is refused, with its place. Values are not looked at: one that cannot be read matches
as the engine says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from remit.app.simulator.errors import invalid, unevaluable
from remit.app.simulator.model import Position, Source
from remit.core.policy import Policy, Statement
from remit.core.span import Problem, Span
from remit.engine.condition import compile_check
from remit.engine.variables import Template
from remit.syntax.codes import Level, level
from remit.syntax.document import load
from remit.syntax.names import Kind
from remit.syntax.nodes import Mapping, Node, Sequence
from remit.syntax.policy import parse
from remit.syntax.source import DocumentError

_FILE = "policy.json"  # the name tells that it is JSON
# Errors to Access Analyzer of which nothing says that IAM refuses them: in a document of 2008 `${`
# is text (1.2), and whether incomplete ARNs are stored is not known (1.4). They are decided.
_STORED = frozenset(
    {
        "variable-unsupported-in-version",
        "missing-arn-field",
        "missing-arn-account",
        "invalid-arn-service-case",
    }
)
Places = tuple[tuple[Position, Position], ...]
NOTHING = Policy("2012-10-17", (), Span.whole(_FILE))
"""A policy without statements: it allows nothing."""


def given(text: str, name: str, what: str, id_: str, kind: str, grammar: Kind) -> Source:
    """A policy that came with the call. `what` names it in a refusal. Raises SimulationError."""
    node, policy, problems = _parsed(text, name, grammar)
    wrong = [one for one in problems if _is_refused(one)]
    if node is None or policy is None or wrong:
        raise invalid(f"{what} has invalid content: {_told(wrong or problems)}")
    return Source(id_, kind, policy, places(node))


def stored(text: str, name: str, id_: str, kind: str) -> Source:
    """A policy of the live state: what is wrong in it grants nothing, as when it is enforced.
    Raises SimulationError when there is no policy in it at all."""
    node, policy, problems = _parsed(text, name, "identity")
    if node is None or policy is None:
        raise unevaluable(f"the policy `{name}` cannot be read: {_told(problems)}")
    return Source(id_, kind, policy, places(node))


def _parsed(
    text: str, name: str, grammar: Kind | None
) -> tuple[Node | None, Policy | None, tuple[Problem, ...]]:
    try:
        node = load(text, _FILE)
    except DocumentError as error:
        return None, None, (error.problem,)
    policy, problems = parse(node, name, grammar)
    return node, policy, problems


def _is_refused(problem: Problem) -> bool:
    return level(problem.code) is Level.ERROR and problem.code not in _STORED


def _told(problems: Iterable[Problem]) -> str:
    first = next(iter(problems), None)
    if first is None:
        return "it is no policy"
    return f"line {first.span.line}, column {first.span.column}: {first.message}"


def places(document: Node) -> Places:
    """Where each statement begins and ends.

    AWS points behind the bracket that opens the list, and for later statements behind the one
    before, white space and comma included; behind the brace where the statement stands alone. The
    end is behind the closing brace (published answers, such as that of the AWS CLI's example of
    simulate-principal-policy; recording A [O]).
    """
    value = document.get("Statement") if isinstance(document, Mapping) else None
    if isinstance(value, Sequence):
        return tuple(_each(value))
    if isinstance(value, Mapping):
        span = value.span
        start = Position(span.line, span.column + 1)
        return ((start, Position(span.end_line, span.end_column)),)
    return ()


def _each(statements: Sequence) -> Iterator[tuple[Position, Position]]:
    start = Position(statements.span.line, statements.span.column + 1)
    for one in statements.items:
        end = Position(one.span.end_line, one.span.end_column)
        yield start, end
        start = end


# --- context keys -------------------------------------------------------------------------------


def keys(policies: Iterable[Policy]) -> tuple[str, ...]:
    """The context keys in conditions and variables, each once, as first spelled, in order of
    their names."""
    found: dict[str, str] = {}
    for policy in policies:
        for statement in policy.statements:
            for key in _keys(statement, variables=policy.has_variables):
                found.setdefault(key.lower(), key)
    return tuple(sorted(found.values()))


def _keys(statement: Statement, *, variables: bool) -> Iterator[str]:
    for condition in statement.conditions:
        yield condition.key.value
        yield from compile_check(condition, statement.effect, variables=variables).variables
    for resource in statement.resources or ():
        yield from Template.read(resource.value, variables).names


def context_keys(text: str, what: str) -> Policy:
    """A policy of which only the keys are asked: it may be incomplete (recording A [O]). Raises
    SimulationError when there is none in it."""
    _, policy, problems = _parsed(text, _FILE, None)
    if policy is None:
        raise invalid(f"{what} has invalid content: {_told(problems)}")
    return policy
