"""`python -m bench.roundtrip PATH...`: generate every role's policy, put it in place, check again.

Each project below each PATH is read, the smallest policy of each of its roles is generated from the
code, the roles' own policies and boundaries are replaced by it (in memory), and the project is
checked once more. A policy that was made from the needs must serve all of them and nothing else:
every finding about it is a fault of remit's. The exit status says whether there was one.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from remit.app.check import result_of
from remit.app.errors import InputError
from remit.app.facts import gather
from remit.app.generate import Generated, Target, Wish, generate
from remit.app.model import CheckResult
from remit.app.project import Asked, Opened, open_project
from remit.check import rules
from remit.core.finding import Finding
from remit.core.policy import Policy
from remit.core.text import Symbols
from remit.core.tree import Tree
from remit.deploy import Found
from remit.deploy.formats import Spelling, iam_json
from remit.deploy.locate import find
from remit.deploy.model import Function, Role, Stage
from remit.store.files import FolderTree
from remit.syntax.policy import parse_text

ABOUT_CODE = frozenset(("masked-failure", "invalid-policy"))
"""Rules that speak of the code and not of the policy, or of files that cannot be read."""


@dataclass(frozen=True, slots=True)
class Trip:
    """One project there and back: what `check` says of it as it is, what it says of the generated
    policies (`left`, empty when all is well), and the needs that these do not serve (`unmet`)."""

    found: Found
    before: CheckResult
    generated: Generated
    left: tuple[Finding, ...]
    unmet: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is missing and nothing is too much."""
        return not self.left and not self.unmet


def trip(tree: Tree, found: Found) -> Trip:
    """The round trip of one project. Raises InputError when it cannot be read."""
    asked = Asked(found.marker, found.framework)
    opened = open_project(tree, asked, [name for name, _ in rules.RULES])
    before = result_of(gather(tree, opened), opened.settings, ())
    made = generate(tree, asked, Wish())
    again = gather(tree, _with(opened, made))
    after = list(rules.run(again.facts))
    return Trip(
        found,
        before,
        made,
        tuple(one for one in after if one.id not in ABOUT_CODE and not _by_resource(one)),
        tuple(
            f"{target.stage}: {one.wanted.need.action} on {one.wanted.need.resource}"
            for target in made.targets
            for one in target.proposal.unmet
        ),
    )


def _by_resource(finding: Finding) -> bool:
    """Whether a resource's own policy denies: no policy of a role can help that."""
    return finding.id == "missing-permission" and "explicitly denied" in finding.message


# --- the generated policies in place of the written ones ------------------------------------------


def _with(opened: Opened, made: Generated) -> Opened:
    targets = {(one.stage, one.role): one for one in made.targets}
    stages = tuple(_stage(stage, targets) for stage in opened.project.stages)
    return replace(opened, project=replace(opened.project, stages=stages, problems=()))


def _stage(stage: Stage, targets: Mapping[tuple[str, str], Target]) -> Stage:
    symbols = _symbols(stage)

    def changed(function: Function) -> Function:
        target = targets.get((stage.name, function.role.name))
        if target is None:
            return function
        return replace(function, role=_role(function.role, target, symbols))

    return replace(
        stage,
        default=changed(stage.default),
        functions={name: changed(one) for name, one in stage.functions.items()},
        idle_roles=(),
    )


def _role(role: Role, target: Target, symbols: Symbols) -> Role:
    policies = tuple(_policies(target, symbols))
    return Role(role.name, role.span, policies, file="generated", trust=role.trust)


def _policies(target: Target, symbols: Symbols) -> Iterator[Policy]:
    """The generated documents, read as the framework would read them, symbols and all."""
    spelled = frozenset(token.strip("{}") for token in target.spelling.tokens)
    known = Symbols(symbols.own, symbols.given | (spelled - symbols.own))
    for number, grants in enumerate(target.proposal.parts, 1):
        name = f"generated-{target.stage}-{target.role}-{number}"
        policy, problems = parse_text(iam_json.document(grants, Spelling()), name, kind="identity")
        if policy is None:
            raise AssertionError(f"{name} cannot be read: {problems}")
        yield replace(policy, name=name, symbols=known)


def _symbols(stage: Stage) -> Symbols:
    """Every symbol of the stage, as its policies have them."""
    roles = (*stage.roles(), *stage.idle_roles)
    policies = [policy for role in roles for policy in role.policies]
    policies += [role.boundary for role in roles if role.boundary is not None]
    policies += [one.policy for one in stage.attached]
    own = frozenset(name for policy in policies for name in policy.symbols.own)
    return Symbols(own, frozenset(n for p in policies for n in p.symbols.given) - own)


# --- the command ----------------------------------------------------------------------------------


def main(paths: Iterable[str]) -> int:
    """One JSON line for each project; 1 when a trip did not come out."""
    failed = 0
    for path in paths:
        tree = FolderTree(Path(path))
        # The first framework that knows a file is the one that `remit check` takes.
        for found in {one.marker: one for one in reversed(find(tree))}.values():
            line = _line(tree, found)
            failed += not line.get("ok", True)
            print(json.dumps({"path": path, "marker": found.marker, **line}), flush=True)
    return 1 if failed else 0


def _line(tree: Tree, found: Found) -> dict[str, object]:
    """What is told of one project; a crash is told, and the run goes on."""
    started = time.perf_counter()
    head: dict[str, object] = {"framework": found.framework}
    try:
        made = trip(tree, found)
    except InputError as error:
        return {**head, "unusable": str(error)}
    except Exception:
        return {**head, "ok": False, "crash": traceback.format_exc(limit=-4)}
    stats = made.before.stats
    return {
        **head,
        "functions": max((stage.functions for stage in made.before.stages), default=0),
        "calls": [stats.calls_found, stats.calls_followed],
        "needs": [stats.needs, stats.needs_denied, stats.needs_unresolved],
        "findings": _counts(made.before.findings),
        "unresolved": len(made.before.unresolved),
        "ok": made.ok,
        "left": [f"{one.id} {one.stage}: {one.message}" for one in made.left],
        "unmet": list(made.unmet),
        "seconds": round(time.perf_counter() - started, 2),
    }


def _counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How often each rule speaks with each severity, each place once."""
    places = {(f"{one.severity} {one.id}", one.span, one.action) for one in findings}
    counts: dict[str, int] = {}
    for what, _, _ in sorted(places, key=str):
        counts[what] = counts.get(what, 0) + 1
    return counts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
