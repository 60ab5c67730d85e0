"""`python -m bench agree [PAIRS] [SEED]`: the engine against its own definition.

The engine finds rules by an index, runs compiled tests and remembers what several requests share.
The definition below asks every rule, element by element; and every request is decided a second
time without what was remembered. All must name the same statements.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from random import Random

from bench import random_policies
from bench.documents import policy_set, request
from remit.core.request import Request
from remit.engine.authorize import authorize, in_full
from remit.engine.context import Facts, gather
from remit.engine.policyset import PolicySet
from remit.engine.statement import Rule

PAIRS = 1_000_000
REQUESTS = 25  # for each policy set


def main(arguments: Sequence[str] = ()) -> int:
    """Compare, and print what differs. Returns 1 if anything does."""
    pairs, seed = [*map(int, arguments), *(PAIRS, 1)[len(arguments) :]][:2]
    started, matched = time.perf_counter(), 0
    for number in range(seed, seed + -(-pairs // REQUESTS)):
        random = Random(number)  # noqa: S311 - not a secret
        raw = random_policies.policies(random)
        compiled = policy_set(raw)
        for _ in range(REQUESTS):
            asked = random_policies.request(random)
            difference, count = compare(compiled, request(asked))
            matched += count
            if difference:
                print(f"seed {number}: {difference}\n{asked}\n{raw}")
                return 1
    took = time.perf_counter() - started
    print(f"{pairs:,} pairs agree, {matched:,} matches; {took:.0f} s")
    return 0


def compare(policies: PolicySet, asked: Request) -> tuple[str, int]:
    """What differs, empty when nothing does; and how many rules match."""
    facts, count = gather(asked), 0
    decision, remembered = authorize(asked, policies), authorize(asked, policies)
    if not decision == remembered == in_full(facts, policies):
        return f"remembered {remembered}, in full {in_full(facts, policies)}", count
    for rules in policies.layers:
        for level in rules.levels:
            wanted = [rule for rule in level.rules if defined(rule, facts)]
            found = level.matching(facts)
            count += len(wanted)
            if found != wanted:
                both = [[rule.source.index for rule in one] for one in (found, wanted)]
                return f"{rules.layer}: found {both[0]}, by definition {both[1]}", count
    return "", count


def defined(rule: Rule, facts: Facts) -> bool:
    """Whether a rule matches, word for word."""
    listed = any(entry.pattern.matches(facts.action) for entry in rule.actions)
    patterns = [target.pattern(facts.context) for target in rule.targets]
    reached = any(pattern is not None and pattern.matches(facts.resource) for pattern in patterns)
    return (
        rule.grants
        and listed is not rule.source.not_action
        and (rule.source.resources is None or reached is not rule.source.not_resource)
        and (rule.principal is None or bool(rule.principal(facts.who)))
        and all(check.holds(facts.context) for check in rule.checks)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
