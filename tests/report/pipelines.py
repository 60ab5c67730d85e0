"""What the tests of SARIF, JUnit and GitHub annotations share: outcomes, paths, ten thousand."""

from __future__ import annotations

from dataclasses import replace

from remit.app.fingerprint import Fingerprint
from remit.app.model import CheckResult, Compared
from remit.core.finding import Finding
from remit.report.outcome import Outcome, Places, of_check
from remit.report.rules import Rule
from tests.report.orders import RESULT, missing, on, sources

RULES = (
    Rule("missing-permission", "A call is denied.", "It is made and denied.", "# page\n\ntext"),
    Rule("over-broad-grant", "A grant is too wide."),
)
HERE = Places("", sources)
NOTHING = of_check(CheckResult("orders-api", "chalice"), RULES)
ORDERS = of_check(RESULT, RULES)

WEIRD = {
    "a b.py": "a%20b.py",
    "a#b?c.py": "a%23b%3Fc.py",
    "100%.py": "100%25.py",
    "päth/注文.py": "p%C3%A4th/%E6%B3%A8%E6%96%87.py",
    "line\nbreak.py": "line%0Abreak.py",
    "c:d,e.py": "c%3Ad%2Ce.py",
    "quo\"te'<&>.py": "quo%22te%27%3C%26%3E.py",
    "\x1b[31m.py": "%1B%5B31m.py",
    "lone\udc80.py": "lone%5Cudc80.py",
    "back\\slash.py": "back%5Cslash.py",
}
"""Paths, and how they are written in a URI (RFC 3986, section 2)."""


def at(path: str) -> Finding:
    """A finding in a file with the name `path`."""
    return replace(missing("dev"), span=on(path, 3, 5, 9), related=(), path=())


def outcome(*findings: Finding, known: tuple[Finding, ...] = ()) -> Outcome:
    """An outcome with these findings and nothing else."""
    return Outcome(RULES, findings, known, stages=("dev", "prod"), compared=bool(known))


def many(number: int) -> Outcome:
    """An outcome with so many findings, all different."""
    base = replace(missing("dev"), path=(), related=(), patch="")
    findings = [
        replace(base, span=on(f"src/f{index % 97}.py", index + 1, 1, 9), action=f"s3:A{index % 7}")
        for index in range(number)
    ]
    return outcome(*findings)


def compared() -> Outcome:
    """The orders with a baseline that knows the findings of `dev`, and one that is gone."""
    known = tuple(finding for finding in RESULT.findings if finding.stage == "dev")
    new = tuple(finding for finding in RESULT.findings if finding.stage != "dev")
    gone = (Fingerprint("old.py", "missing-permission"),)
    baseline = Compared(".remit-baseline.json", known, gone)
    return of_check(replace(RESULT, findings=new, baseline=baseline), RULES)
