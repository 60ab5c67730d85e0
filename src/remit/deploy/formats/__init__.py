"""Writers: statements in the language of each framework. One entry of `FORMATS` for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from remit.deploy.formats import iam_json, terraform, yaml
from remit.deploy.formats.model import Grant, Spelling, spelling_of

__all__ = ["BY_FRAMEWORK", "FORMATS", "Format", "Grant", "Spelling", "spelling_of"]

One = Callable[[Grant, Spelling], str]
Whole = Callable[[Sequence[Grant], Spelling, str], str]
Several = Callable[[Sequence[Sequence[Grant]], Spelling, str], str]


@dataclass(frozen=True, slots=True)
class Format:
    """How one framework writes a statement, a policy (with a name for it), and several managed
    policies; `documents` is None where only one inline policy has a place. `spells` says whether
    symbols can be written in it: elsewhere they are `*`."""

    statement: One
    document: Whole
    documents: Several | None
    spells: bool = False


FORMATS: Mapping[str, Format] = {
    "policy": Format(iam_json.statement, iam_json.document, iam_json.documents),
    # Chalice puts the file into one inline policy of the role (chalice/deploy/executor.py).
    "chalice": Format(iam_json.statement, iam_json.document, None),
    "sam": Format(yaml.statement, yaml.sam, yaml.managed, spells=True),
    "cloudformation": Format(yaml.statement, yaml.cloudformation, yaml.managed, spells=True),
    "serverless": Format(yaml.statement, yaml.serverless, yaml.managed, spells=True),
    "terraform": Format(terraform.statement, terraform.document, terraform.documents, spells=True),
}

BY_FRAMEWORK: Mapping[str, str] = {
    "chalice": "chalice",
    "sam": "sam",
    "cloudformation": "cloudformation",
    "cdk": "cloudformation",
    "serverless": "serverless",
    "terraform": "terraform",
}
"""The format of each framework that a reader knows; `policy` for all others."""
