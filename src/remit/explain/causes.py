"""Why a decision fell, as a tree of plain values: layers, their levels, statements, elements.

What may live here: the values only. trace.py grows the tree; notes.py puts what failed into words;
drawing it is somebody else's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from remit.core.decision import Decision, Determining, Layer
from remit.core.policy import Condition, Effect, Item, Policy, Statement
from remit.core.request import Request, Value
from remit.engine.naming import Form
from remit.engine.policyset import PolicySet
from remit.engine.statement import Rule


class Element(StrEnum):
    """The parts of a statement that a request must meet."""

    ACTION = "Action"
    RESOURCE = "Resource"
    PRINCIPAL = "Principal"
    CONDITION = "Condition"
    STATEMENT = "Statement"
    """The statement as a whole: it holds something that is not understood, so it never grants."""


# Every trace makes many of the next two, and named tuples are made quickest.


class Miss(NamedTuple):
    """An element that a request did not meet.

    `wanted` is what the policy lists, `seen` what the request has: None for a context key that is
    not in it. `index` is the condition's place in the statement.
    """

    element: Element
    wanted: tuple[Item, ...]
    seen: Value | None
    index: int = -1  # type: ignore[assignment]  # hides tuple.index, which nobody asks for


class Step(NamedTuple):
    """One statement, asked. It applies when nothing was missed, and nearly applies when one
    element was. `forms` is as what its Principal names the caller, where it has one."""

    layer: Layer
    rule: Rule
    misses: tuple[Miss, ...] = ()
    forms: frozenset[Form] = frozenset()

    @property
    def named(self) -> Determining:
        """The statement as decisions name it."""
        sid = self.rule.source.sid
        return Determining(
            self.layer, self.rule.policy, self.rule.source.index, sid.value if sid else None
        )

    @property
    def statement(self) -> Statement:
        """The statement as parsed."""
        return self.rule.source

    @property
    def applies(self) -> bool:
        """Whether it speaks of the request."""
        return not self.misses

    @property
    def denies(self) -> bool:
        """Whether its effect is Deny."""
        return self.rule.source.effect is Effect.DENY

    def condition(self, miss: Miss) -> Condition | None:
        """The condition that was missed."""
        return self.statement.conditions[miss.index] if miss.index >= 0 else None


class Stance(StrEnum):
    """What a layer says."""

    ABSENT = "absent"
    """There is none: it restricts nothing and grants nothing."""
    EXEMPT = "exempt"
    """It does not bind this caller."""
    ALLOWS = "allows"
    DENIES = "denies"
    """A Deny in it applies."""
    SILENT = "silent"
    """No Allow in it applies, and that is what denies the request."""
    OVERRULED = "overruled"
    """No Allow in it applies, and that does not matter."""


@dataclass(frozen=True, slots=True)
class LevelCause:
    """A level of an organisation, or a whole other layer. `steps` are the statements that name the
    action, and `unnamed` is the number of those that do not."""

    steps: tuple[Step, ...]
    unnamed: int

    @property
    def allows(self) -> bool:
        """Whether an Allow in it applies."""
        return any(step.applies and not step.denies for step in self.steps)


@dataclass(frozen=True, slots=True)
class LayerCause:
    """A layer's part in the decision. `because` says why it is exempt or overruled."""

    layer: Layer
    stance: Stance
    levels: tuple[LevelCause, ...] = ()
    because: str = ""

    def applying(self, *, denies: bool) -> tuple[Step, ...]:
        """The Deny, or the Allow, statements that apply."""
        return tuple(
            step
            for level in self.levels
            for step in level.steps
            if step.applies and step.denies is denies
        )

    def near(self) -> tuple[Step, ...]:
        """The statements that name the action and miss one element only."""
        return tuple(step for level in self.levels for step in level.steps if len(step.misses) == 1)


@dataclass(frozen=True, slots=True)
class Trace:
    """The way to a decision: the layers in the order in which AWS asks them.

    `action` is the one that decided: that of the request, or one that its parameters ask for too
    (sts:TagSession). `context` is the request's under lowered keys, with what follows from the
    principal. `blocking` are the layers that deny, the one that AWS reports first; empty for an
    allowed request, and for one that no policy can allow (`rule` says then why not, and for one
    that needs no policy why that is). `foreign`: the resource is another account's.
    """

    request: Request
    policies: PolicySet = field(repr=False)
    action: str
    context: Mapping[str, Value]
    decision: Decision
    layers: tuple[LayerCause, ...]
    blocking: tuple[Layer, ...] = ()
    rule: str = ""
    foreign: bool = False

    def layer(self, layer: Layer) -> LayerCause:
        """The part of one layer."""
        return next(cause for cause in self.layers if cause.layer is layer)

    def policy(self, step: Step) -> Policy:
        """The document that a statement stands in."""
        return documents(self.policies, step.layer)[step.rule.policy]


def documents(policies: PolicySet, layer: Layer) -> Sequence[Policy]:
    """The documents of a layer as `Determining` counts them: through all levels, root first."""
    return [policy for level in levels(policies, layer) or () for policy in level]


def levels(policies: PolicySet, layer: Layer) -> Sequence[Sequence[Policy]] | None:
    """The documents of a layer by level; None when it is not there."""
    match layer:
        case Layer.SCP:
            return policies.scp
        case Layer.RCP:
            return policies.rcp
        case Layer.RESOURCE:
            return None if policies.at_resource is None else [policies.at_resource]
        case Layer.IDENTITY:
            return [policies.identity]
        case Layer.BOUNDARY:
            return None if policies.boundary is None else [policies.boundary]
        case Layer.SESSION:
            return None if policies.session is None else [policies.session]
        case Layer.VPC_ENDPOINT:
            return None if policies.vpc_endpoint is None else [policies.vpc_endpoint]
