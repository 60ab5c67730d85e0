"""The pages that are made from the code: `python -m tests.validate.pages` writes them again."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

from moto.iam.aws_managed_policies import aws_managed_policies_data

from remit.syntax.codes import Level
from remit.syntax.document import load
from remit.validate.model import Asked, Family, Issue, PolicyType
from remit.validate.table import CHECKS, FAMILIES, LEFT_OUT
from remit.validate.validate import validate

ROOT = Path(__file__).parents[2]
CHECKS_PAGE = ROOT / "docs/validate/checks.md"
MANAGED_PAGE = ROOT / "docs/validate/managed.md"
MADE = (
    "<!-- made by `python -m tests.validate.pages`; the text above this line is written by hand -->"
)

WEIGHTS = {
    Level.ERROR: "error",
    Level.SECURITY_WARNING: "security warning",
    Level.WARNING: "warning",
    Level.SUGGESTION: "suggestion",
}


def checks() -> str:
    """A section for each family with a table of its checks, then what is left out."""
    sections = [_section(family) for family in FAMILIES]
    left = [
        "## Checks of Access Analyzer that remit leaves out",
        "",
        "| Check | Why |",
        "|---|---|",
    ]
    left += [f"| {code} | {why} |" for code, why in sorted(LEFT_OUT.items())]
    return "\n\n".join([*sections, "\n".join(left)]) + "\n"


def _section(family: Family) -> str:
    lines = [f"## {family.name}", ""]
    if family.optional:
        lines += ["Only with `--least-privilege`.", ""]
    lines += ["| Check | Weight | What | Why it matters | Remedy |", "|---|---|---|---|---|"]
    for check in family.checks:
        cells = (check.code, WEIGHTS[check.level], check.what, check.why, check.remedy)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


@cache
def managed() -> dict[str, tuple[Issue, ...]]:
    """What is found in each AWS managed policy."""
    found = {}
    for name, policy in json.loads(aws_managed_policies_data).items():
        node = load(json.dumps(policy["Document"]), name + ".json")
        found[name] = validate(node, Asked(PolicyType.IDENTITY), name).issues
    return found


def summary() -> str:
    """The counts by check, and every error by name."""
    issues: Counter[str] = Counter()
    policies: dict[str, set[str]] = defaultdict(set)
    for name, found in managed().items():
        for issue in found:
            issues[issue.code] += 1
            policies[issue.code].add(name)
    lines = [
        f"{len(managed()):,} policies.",
        "",
        "| Weight | Check | Findings | Policies |",
        "|---|---|---|---|",
    ]
    for code in sorted(issues, key=lambda one: (list(Level).index(CHECKS[one].level), one)):
        weight = WEIGHTS[CHECKS[code].level]
        lines.append(f"| {weight} | {code} | {issues[code]} | {len(policies[code])} |")
    lines += ["", "| Error | Policy | What |", "|---|---|---|"]
    for name, found in sorted(managed().items()):
        for issue in found:
            if issue.level is Level.ERROR:
                lines.append(f"| {issue.code} | {name} | {issue.message} |")
    return "\n".join(lines) + "\n"


def written(page: Path) -> tuple[str, str]:
    """What stands above the mark, by hand, and what stands below it."""
    above, mark, below = page.read_text("utf-8").partition(MADE + "\n\n")
    assert mark, f"{page.name} has lost its mark"
    return above, below


def main() -> None:
    """Write both pages again below their marks."""
    for page, text in ((CHECKS_PAGE, checks()), (MANAGED_PAGE, summary())):
        above, _ = written(page)
        page.write_text(f"{above}{MADE}\n\n{text}", "utf-8")


if __name__ == "__main__":
    main()
