"""Documents to a policy set, and what a person must know of how they were understood.

What may live here: which layers there are and how the case format names them, parsing each
document, joining what the parser and the engine have to say. Documents that AWS would refuse are
decided all the same: what cannot be understood never grants, and a warning names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from remit.core.decision import Decision, Layer
from remit.core.policy import Policy
from remit.core.request import Request
from remit.core.span import Problem
from remit.engine.authorize import authorize
from remit.engine.policyset import PolicySet
from remit.syntax.codes import Level, level

MOST_WARNINGS = 50
"""In one answer. Who writes more mistakes than these has the number of the others."""

Levels: TypeAlias = Sequence[Sequence[Policy]]
"""The policies of one layer, root first; a layer that has no levels of its own is one level."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """Policies that were given, ready to decide with. `notes` is what the parser said of them."""

    policies: PolicySet
    notes: tuple[str, ...] = ()

    def decide(self, request: Request) -> Decision:
        """The engine's decision, with the parser's notes among its warnings.

        Raises what `authorize` raises.
        """
        decision = authorize(request, self.policies)
        if not self.notes and len(decision.warnings) <= MOST_WARNINGS:
            return decision
        return replace(decision, warnings=_joined(self.notes, decision.warnings))


def compile_layers(layers: Mapping[Layer, Levels], notes: tuple[str, ...] = ()) -> Compiled:
    """The policy set of those layers that are there. Raises what `PolicySet` raises."""

    def flat(layer: Layer) -> Sequence[Policy] | None:
        return layers[layer][0] if layer in layers else None

    resource = flat(Layer.RESOURCE)
    policies = PolicySet(
        identity=flat(Layer.IDENTITY) or (),
        resource=resource[0] if resource else None,
        boundary=flat(Layer.BOUNDARY),
        session=flat(Layer.SESSION),
        scp=layers.get(Layer.SCP),
        rcp=layers.get(Layer.RCP),
        vpc_endpoint=flat(Layer.VPC_ENDPOINT),
    )
    return Compiled(policies, notes)


def notes_of(problems: Sequence[Problem], place: Callable[[Problem], str]) -> Iterator[str]:
    """Those problems for which AWS refuses a document: `place: message`."""
    refused = [one for one in problems if level(one.code) is Level.ERROR]
    for problem in refused[:MOST_WARNINGS]:
        yield f"{place(problem)}: {problem.message}"
    if len(refused) > MOST_WARNINGS:
        yield f"{place(refused[MOST_WARNINGS])}: and {len(refused) - MOST_WARNINGS} more from here"


def _joined(notes: Sequence[str], said: Sequence[str]) -> tuple[str, ...]:
    """The notes, then what the engine says beyond them.

    The engine repeats the parser's words without the place, behind `policy 0, statement 1: `.
    """
    words = {note.partition(": ")[2] for note in notes}
    more = [one for one in said[: 4 * MOST_WARNINGS] if one.partition(": ")[2] not in words]
    more += said[4 * MOST_WARNINGS :]
    joined = (*notes, *more)
    if len(joined) <= MOST_WARNINGS:
        return joined
    return (*joined[:MOST_WARNINGS], f"and {len(joined) - MOST_WARNINGS} more warnings")
