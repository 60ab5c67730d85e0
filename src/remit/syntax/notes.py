"""What the policy parser notices, and the small steps all its parts share.

`Notes` collects; the functions below read one string or a list of strings and say what else
stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TypeAlias

from remit.core.policy import Item
from remit.core.span import Problem, Span
from remit.syntax.names import nearest
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence
from remit.syntax.source import shown

_MAX_SUGGESTED = 500  # problems; searching a name costs more than all else


class Notes:
    """Problems of the whole document, and the faults of the statement at hand."""

    __slots__ = ("faults", "problems")

    def __init__(self, problems: list[Problem], faults: Iterable[str] = ()) -> None:
        self.problems = problems
        self.faults = list(faults)

    def advise(self, span: Span, code: str, message: str, hint: str = "") -> None:
        """A problem that leaves the meaning clear."""
        self.problems.append(Problem(span, message, hint, code))

    def fault(self, span: Span, code: str, message: str, hint: str = "") -> None:
        """A problem for which AWS refuses the statement, or which leaves its meaning open."""
        self.advise(span, code, message, hint)
        self.faults.append(message)

    def suggest(self, name: str, known: Collection[str]) -> str | None:
        """The known name nearest to `name`; none any more in a document that is all problems."""
        return nearest(name, known) if len(self.problems) < _MAX_SUGGESTED else None


Check: TypeAlias = Callable[[Scalar, Notes], None]
Found: TypeAlias = dict[str, tuple[Scalar, Node]]


def part(scalar: Scalar, start: int, end: int) -> Span:
    """The place of `scalar.text[start:end]`; the whole token where escapes hide it."""
    span = scalar.span
    quotes = span.end_column - span.column - len(scalar.text)
    if span.line != span.end_line or scalar.tag is not None or quotes not in {0, 2}:
        return span
    first = span.column + quotes // 2
    return Span(span.file, span.line, first + start, span.line, first + end)


def describe(node: Node) -> str:
    """What stands there, in the reader's words."""
    if node.tag is not None:
        return f"the unresolved tag {shown(node.tag)}"
    if isinstance(node, Mapping):
        return "an object"
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node.value, bool):
        return f"the boolean {shown(node.text)}"
    if node.value is None:
        return "null"
    return "text" if isinstance(node.value, str) else f"the number {shown(node.text)}"


def as_text(node: Node, what: str, notes: Notes) -> Scalar | None:
    """`node` where it is a string that AWS can be sent; else None, and a fault."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str) or node.tag is not None:
        message = f"{what} must be text, not {describe(node)}"
        notes.fault(node.span, "data-type-mismatch", message, f"write {what} as text in quotes")
        return None
    if not node.text.isascii() and any("\ud800" <= c <= "\udfff" for c in node.text):
        notes.fault(
            node.span, "invalid-character", f"half a surrogate pair in {what}", "remove the escape"
        )
        return None
    return node


def texts(
    node: Node, what: str, empty_code: str, notes: Notes, check: Check, negated: bool = False
) -> tuple[Item, ...]:
    """One string, or a list of strings. What is neither is left out, and noted as a fault.

    An empty list applies to nothing. What a negated element (`NotAction`) with an empty list
    means is not documented, so there it is a fault (facts/iam.md 1.4).
    """
    if isinstance(node, Sequence) and node.tag is None:
        if not node.items:
            note = notes.fault if negated else notes.advise
            message = f"an empty list where {what} must stand"
            note(node.span, empty_code, message, "name at least one, or remove the statement")
        nodes = node.items
    else:
        nodes = (node,)
    items = []
    for one in nodes:
        scalar = as_text(one, what, notes)
        if scalar is not None:
            check(scalar, notes)
            items.append(Item(scalar.text, scalar.span))
    return tuple(items)


def elements(
    node: Mapping, known: Collection[str], where: str, notes: Notes
) -> tuple[Found, set[str]]:
    """The known elements of an object, last duplicate first, and those that were misspelled."""
    note_duplicates(node, notes)
    found: Found = {}
    meant: set[str] = set()
    for key, value in node.entries:
        if key.text in known:
            found[key.text] = (key, value)
            continue
        near = notes.suggest(key.text, known)
        if near is not None and near.lower() == key.text.lower():
            hint = f"write `{near}`: upper and lower case count"
        else:
            hint = f"did you mean `{near}`?" if near else f"remove it; {where} has " + listed(known)
        if near is not None:
            meant.add(near)
        message = f"{shown(key.text)} is no element of {where}"
        notes.fault(key.span, "invalid-policy-element", message, hint)
    return found, meant


def note_duplicates(node: Mapping, notes: Notes) -> None:
    """One fault for each key that stands in one object again (facts/iam.md 1.1)."""
    for key, first in node.duplicates():
        place = f"line {first.span.line}, column {first.span.column}"
        notes.fault(
            key.span,
            "duplicate-key",
            f"{shown(key.text)} is written twice in one object",
            f"the first is at {place}: keep one of them",
        )


def listed(names: Iterable[str]) -> str:
    """Names for a sentence."""
    return ", ".join(f"`{name}`" for name in names)
