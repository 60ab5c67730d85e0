"""The use case `validate`: documents in, what is wrong with each out. Reads no files itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from remit.syntax.codes import Level
from remit.syntax.document import load
from remit.syntax.nodes import Node
from remit.syntax.source import DocumentError
from remit.validate import grammar
from remit.validate.model import Asked, Issue, PolicyType
from remit.validate.validate import validate

__all__ = ["Asked", "Checked", "Result", "check_document", "check_documents"]


@dataclass(frozen=True, slots=True)
class Checked:
    """One document: what it is and what is wrong with it. `node` is None where it could not be
    read at all; then `type` and `why` say nothing. `data` is its content."""

    file: str
    data: bytes
    node: Node | None
    type: PolicyType | None
    resource_type: str | None
    why: str
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """All documents, in the order in which they were given."""

    documents: tuple[Checked, ...]
    counts: Counter[Level] = field(init=False)

    def __post_init__(self) -> None:
        counted = Counter(issue.level for one in self.documents for issue in one.issues)
        object.__setattr__(self, "counts", counted)

    @property
    def wrong(self) -> bool:
        """Whether anything is more than a suggestion."""
        return any(self.counts[level] for level in Level if level is not Level.SUGGESTION)


def check_documents(documents: Iterable[tuple[str, bytes]], asked: Asked) -> Result:
    """Check documents, given as (name, content)."""
    return Result(tuple(check_document(name, data, asked) for name, data in documents))


def check_document(name: str, data: bytes, asked: Asked) -> Checked:
    """Check one document. Never raises: what cannot be read is an issue."""
    try:
        node = load(data, name)
    except DocumentError as error:
        kind = asked.type or PolicyType.IDENTITY
        issues = tuple(grammar.issues([error.problem], kind))
        return Checked(name, data, None, None, asked.resource_type, "", issues)
    found = validate(node, asked, name)
    return Checked(name, data, node, found.type, found.resource_type, found.why, found.issues)
