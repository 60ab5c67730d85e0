"""Where AWS's simulator is known to differ from live authorization: all of it, and only here.

Everything else is the engine's. Sources: facts/iam.md 2.2 and 8.3; botocore's IAM model [M];
recording A, its published notes on simulation and on conditions [O]. What follows from these is in
docs/simulate.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from remit.core.arn import Arn
from remit.core.decision import Layer
from remit.core.policy import Condition, Effect, Item, Policy, Principals, Statement
from remit.core.request import Request, Value
from remit.core.span import Span
from remit.engine import values
from remit.engine.condition import Check, compile_check
from remit.engine.context import Facts, gather
from remit.engine.layers import Answer
from remit.engine.services import terms_of
from remit.engine.variables import Context

_NOWHERE = Span.whole("stand-in")
STUB = "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"
"""aws:userid where nobody is named (8.3 [O])."""


# --- who calls ----------------------------------------------------------------------------------


def default_keys(caller: str | None, account: str) -> dict[str, Value]:
    """The context keys that the simulator fills in, lowered; those that are given go before.

    No others: what AWS knows of a live caller (tags, the type of principal) it does not know here.
    """
    if caller is None:
        return {"aws:principalaccount": account, "aws:userid": STUB}
    arn = Arn.parse(caller)
    found: dict[str, Value] = {
        "aws:principalarn": caller,
        "aws:principalaccount": account if arn is None else arn.account,
        "aws:userid": caller,
    }
    if arn is not None and arn.resource.startswith("user/"):
        found["aws:username"] = arn.resource.rpartition("/")[2]
    return found


def principal(caller: str | None, account: str) -> str:
    """As whom the engine is asked. A group, and nobody, are somebody of the account whom no policy
    names."""
    arn = None if caller is None else Arn.parse(caller)
    if caller is not None and arn is not None and not arn.resource.startswith("group/"):
        return caller
    return f"arn:aws:iam::{account if arn is None else arn.account}:user/{STUB}"


def facts_of(request: Request, keys: Mapping[str, Value]) -> Facts:
    """A request as the simulator sees it: with these keys instead of those that follow from a live
    caller and resource."""
    found = gather(request)
    return replace(found, ground=replace(found.ground, keys=keys, owned=False))


# --- the resource's policy ----------------------------------------------------------------------


def standing_in(account: str) -> Policy:
    """In place of a resource's policy that was not given: the resource hands the question to the
    caller's account, so that the policies that were given decide.

    [M]: the simulation does not retrieve the policies of resources. The engine would deny where a
    service needs one (a key's policy, a role's trust policy).
    """
    star = (Item("*", _NOWHERE),)
    principals = Principals((("AWS", Item(account, _NOWHERE)),), False, _NOWHERE)
    statement = Statement(0, None, Effect.ALLOW, star, None, _NOWHERE, principals=principals)
    return Policy("2012-10-17", (statement,), _NOWHERE, "stand-in")


def grants_alone(facts: Facts, answers: Mapping[Layer, Answer]) -> bool:
    """Whether the resource's policy alone allows: in one account its Allow is enough for the
    simulator, whomever of the caller it names (the account's root too), in spite of identity
    policies and boundaries that say nothing (8.3 [O])."""
    found = answers.get(Layer.RESOURCE)
    if found is None or facts.foreign or terms_of(facts).refused:
        return False
    return bool(found.allows)


# --- conditions ---------------------------------------------------------------------------------


def as_simulated(policy: Policy, context: Context) -> Policy:
    """The policy in which conditions that the simulator reads otherwise stand as what they come to
    with this context (lowered)."""
    statements = tuple(_statement(one, policy, context) for one in policy.statements)
    return policy if statements == policy.statements else replace(policy, statements=statements)


def _statement(statement: Statement, policy: Policy, context: Context) -> Statement:
    conditions = tuple(
        _condition(one, statement.effect, policy, context) for one in statement.conditions
    )
    return statement if conditions == statement.conditions else _with(statement, conditions)


def _with(statement: Statement, conditions: tuple[Condition, ...]) -> Statement:
    return replace(statement, conditions=conditions)


def _condition(condition: Condition, effect: Effect, policy: Policy, context: Context) -> Condition:
    check = compile_check(condition, effect, variables=policy.has_variables)
    match None if check.operator is None else check.operator.name:
        case "NumericNotEquals":
            return _numbers(condition, check, context)
        case "IpAddress":
            return _networks(condition)
        case "NotIpAddress":
            return _not_networks(condition, check, context)
        case _:
            return condition


def _numbers(condition: Condition, check: Check, context: Context) -> Condition:
    """Text that is no number does not match NumericNotEquals; live it does (2.2 [O])."""
    if check.operator is None:
        return condition
    exacting = replace(check.operator.kind, exacting=True)
    simulated = replace(check, operator=replace(check.operator, kind=exacting))
    differs = check.holds(context) and not simulated.holds(context)
    return _never(condition) if differs else condition


def _networks(condition: Condition) -> Condition:
    """A listed value that is no network ends the comparison: what comes after it is not looked at
    (recording A [O])."""
    first = _unreadable(condition)
    return condition if first is None else replace(condition, values=condition.values[:first])


def _not_networks(condition: Condition, check: Check, context: Context) -> Condition:
    """... and makes the negated operator false, unless the key is not there (recording A [O])."""
    if _unreadable(condition) is None:
        return condition
    if check.key in context:
        return _never(condition)
    return replace(condition, values=(Item("0.0.0.0/32", condition.key.span),))


def _unreadable(condition: Condition) -> int | None:
    """The index of the first value that is no network."""
    readable = (values.network(one.value) is not None for one in condition.values)
    return next((index for index, good in enumerate(readable) if not good), None)


def _never(condition: Condition) -> Condition:
    """One that does not hold: an empty list under an operator without prefix (2.5)."""
    operator = Item("StringEquals", condition.operator.span)
    return replace(condition, operator=operator, values=())
