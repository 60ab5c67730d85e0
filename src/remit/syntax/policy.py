"""Policy documents: from nodes to `core.policy.Policy`, keeping everything that is decidable.

What a statement holds that AWS would refuse, or that cannot be understood, is a Problem at its
exact place and an entry of that statement's `faults`; the rest of the document is read all the
same. What the engine is to do with faults:

- A statement with faults never grants.
- Elements of it hold what could be read: a value of a wrong type is left out, a string of a
  wrong form is kept as written, and so is an unknown operator or condition key. So a faulty
  Allow may look narrower or wider than its author meant, and a faulty Deny likewise.
- Whether a Deny still denies, where the faulty part is not needed to see that it matches, is the
  engine's choice. `effect` is Deny wherever that was plainly meant (`deny`, `Denny`), so that the
  engine has this choice; where nothing tells, it is Allow, which with a fault does nothing.

Source of the grammar: IAM User Guide, reference_policies_grammar; facts/iam.md section 1.
"""

from __future__ import annotations

from collections.abc import Iterable

from remit.core.policy import Policy, Statement
from remit.core.span import Problem
from remit.syntax import statements
from remit.syntax.document import load
from remit.syntax.names import POLICY_ELEMENTS, VERSIONS, Kind
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence
from remit.syntax.notes import Found, Notes, as_text, describe, elements
from remit.syntax.source import DocumentError, shown

Parsed = tuple[Policy | None, tuple[Problem, ...]]
"""The policy, None where the document is none, and everything that is wrong with it."""

_OLD, _CURRENT = "2008-10-17", "2012-10-17"


def parse_text(
    data: bytes | str, file: str, name: str = "", kind: Kind | None = None, *, keep: bool = False
) -> Parsed:
    """The policy in a file's content. Never raises: a broken document is a Problem.

    `file` is the name that spans bear and that tells JSON from YAML; the rest is as in `parse`.
    """
    try:
        node = load(data, file)
    except DocumentError as error:
        return None, (error.problem,)
    return parse(node, name, kind, keep=keep)


def parse(node: Node, name: str = "", kind: Kind | None = None, *, keep: bool = False) -> Parsed:
    """The policy in a document, and the problems in it by their place.

    `name` is what people call the policy. `kind` is what it is attached to: it decides whether a
    statement must, may or must not have a Principal and a Resource. None means not known: then
    only what is wrong in every kind is a problem. The policy is None when there is no object with
    a usable `Statement`. With `keep` it holds the document as its `source`.
    """
    problems: list[Problem] = []
    notes = Notes(problems)
    if not isinstance(node, Mapping) or node.tag is not None:
        message = f"a policy must be an object, not {describe(node)}"
        hint = 'write `{"Version": "2012-10-17", "Statement": [...]}`'
        notes.advise(node.span, "data-type-mismatch", message, hint)
        return None, tuple(problems)
    found, meant = elements(node, POLICY_ELEMENTS, "a policy", notes)
    version, replaced = _version(node, found, meant, notes)
    identifier = _id(found, notes)
    frame = statements.Frame(kind, replaced, _doubts(node))
    listed_statements = _statements(node, found, meant, frame, notes)
    policy = None
    if listed_statements is not None:
        _check_sids(listed_statements, kind, notes)
        source = node if keep else None
        policy = Policy(version, listed_statements, node.span, name, identifier, source=source)
    return policy, tuple(sorted(problems, key=lambda problem: problem.span))


def _version(node: Mapping, found: Found, meant: set[str], notes: Notes) -> tuple[str, bool | None]:
    """The version as written, and whether it replaces variables (None: it is no version)."""
    if "Version" not in found:
        if "Version" in meant:
            return _OLD, None
        notes.advise(
            node.span,
            "missing-version",
            f"the policy has no `Version`, so it is read as {_OLD}, without variables",
            f'write `"Version": "{_CURRENT}"`',
        )
        return _OLD, False
    value = found["Version"][1]
    text = value.text if isinstance(value, Scalar) and value.tag is None else ""
    if text in VERSIONS:
        return text, text == _CURRENT
    what = shown(value.text) if isinstance(value, Scalar) else describe(value)
    message = f"{what} is no version of the policy language"
    notes.advise(value.span, "invalid-version", message, f"write `{_CURRENT}`")
    return text, None


def _id(found: Found, notes: Notes) -> str | None:
    if "Id" not in found:
        return None
    scalar = as_text(found["Id"][1], "the Id", notes)
    return None if scalar is None else scalar.text


def _doubts(node: Mapping) -> tuple[str, ...]:
    """Faults of all statements: of two `Statement` or `Version` elements, which one counts?"""
    twice = {key.text for key, _ in node.duplicates()} & {"Statement", "Version"}
    return tuple(f"`{element}` is written twice in the policy" for element in sorted(twice))


def _statements(
    node: Mapping, found: Found, meant: set[str], frame: statements.Frame, notes: Notes
) -> tuple[Statement, ...] | None:
    """All statements, one for each entry of `Statement`; None where that is no list or object."""
    if "Statement" not in found:
        if "Statement" not in meant:
            hint = 'write `"Statement": [...]`; an object without it is no policy'
            message = "the policy has no `Statement`"
            notes.advise(node.span, "missing-statement", message, hint)
        return None
    value = found["Statement"][1]
    if value.tag is not None or isinstance(value, Scalar):
        message = f"`Statement` must be a list of objects, not {describe(value)}"
        notes.advise(value.span, "data-type-mismatch", message, "write a list of statements")
        return None
    nodes = value.items if isinstance(value, Sequence) else (value,)
    if not nodes:
        message = "the policy has no statements: it grants nothing"
        notes.advise(value.span, "empty-array-statement", message, "write a statement")
    return tuple(
        statements.parse(one, index, frame, notes.problems) for index, one in enumerate(nodes)
    )


def _check_sids(parsed: Iterable[Statement], kind: Kind | None, notes: Notes) -> None:
    """A Sid is unique in what IAM stores; other services only advise it (facts/iam.md 1.3)."""
    first: dict[str, Statement] = {}
    for statement in parsed:
        sid = statement.sid
        if sid is None or not sid.value:
            continue
        earlier = first.setdefault(sid.value, statement)
        if earlier is statement or earlier.sid is None:
            continue
        elsewhere = kind == "resource" or (kind is None and statement.principals is not None)
        notes.advise(
            sid.span,
            "unique-sids-recommended" if elsewhere else "unique-sids-required",
            f"the Sid {shown(sid.value)} is there twice",
            f"the first is at line {earlier.sid.span.line}: give each statement its own",
        )
