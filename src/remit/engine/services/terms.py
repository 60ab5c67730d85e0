"""The terms on which a service decides a request: how its resource's policy counts.

Rules: facts/iam.md 4.5 and 4.12.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Terms:
    """How a request is decided.

    `free`: allowed, whatever policies say; `refused`: never allowed, whatever they say.
    `consults`: the resource has a policy that is asked. `requires`: that policy must let the
    caller in, or hand the question to its account, in one account too. `crosses`: callers of
    another account can be let in at all. `private`: through a VPC endpoint there is no way in
    without a resource's policy.
    """

    free: bool = False
    refused: bool = False
    consults: bool = True
    requires: bool = False
    crosses: bool = True
    private: bool = False


COMMON = Terms()
FREE = Terms(free=True)
REQUIRED = Terms(requires=True)
LOCAL = Terms(crosses=False)
"""As in common, but not for other accounts."""
IDENTITY_ONLY = Terms(consults=False, crosses=False)
"""The caller's identity policies alone, in its own account."""
IDENTITY_ANYWHERE = Terms(consults=False)
"""The caller's identity policies alone, for another account's resource too."""


def refused(terms: Terms) -> Terms:
    """The same, for a caller that cannot make such a call: policies can only deny it as well."""
    return replace(terms, refused=True)
