"""Every policy that applies to one request, by layer, compiled once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from remit.core.decision import Layer
from remit.core.policy import Policy
from remit.engine.layers import Rules, compile_layer
from remit.engine.memory import Memory


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The documents that apply, as parsed.

    None says that a layer is not there and restricts nothing; an empty one allows nothing.
    `resource` is the policy of what is called: of a bucket, a key, a queue, and a role's trust
    policy where a role is assumed; None says that it has none. `scp` and `rcp` hold one sequence
    of documents for each level, root first. `beside` count with the resource's policy: what has
    been written in another form, such as grants of a key and access control lists.
    """

    identity: Sequence[Policy] = ()
    resource: Policy | None = None
    boundary: Sequence[Policy] | None = None
    session: Sequence[Policy] | None = None
    scp: Sequence[Sequence[Policy]] | None = None
    rcp: Sequence[Sequence[Policy]] | None = None
    vpc_endpoint: Sequence[Policy] | None = None
    beside: Sequence[Policy] = ()
    conditional: bool = field(default=True, compare=False)
    """False: who made it knows that none of its policies looks at a request's context."""
    layers: tuple[Rules, ...] = field(init=False, repr=False, compare=False)
    """The layers that are there, compiled, in the order in which AWS asks them."""
    warnings: tuple[str, ...] = field(init=False, repr=False, compare=False)
    memory: Memory = field(default_factory=Memory, init=False, repr=False, compare=False)

    @property
    def at_resource(self) -> tuple[Policy, ...] | None:
        """The resource's policy and those beside it, as they are counted; None where it has none
        at all."""
        own = () if self.resource is None else (self.resource,)
        return (*own, *self.beside) or None

    def __post_init__(self) -> None:
        given = (
            (Layer.RCP, self.rcp),
            (Layer.SCP, self.scp),
            (Layer.VPC_ENDPOINT, _level(self.vpc_endpoint)),
            (Layer.RESOURCE, _level(self.at_resource)),
            (Layer.IDENTITY, _level(self.identity)),
            (Layer.BOUNDARY, _level(self.boundary)),
            (Layer.SESSION, _level(self.session)),
        )
        bounded = self.boundary is not None
        layers = tuple(
            compile_layer(name, levels, bounded=bounded)
            for name, levels in given
            if levels is not None
        )
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "warnings", tuple(w for rules in layers for w in rules.warnings))


def _level(policies: Sequence[Policy] | None) -> tuple[Sequence[Policy], ...] | None:
    return None if policies is None else (policies,)
