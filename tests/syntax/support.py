"""What the tests of this room share: the text that a span underlines."""

from remit.core.span import Problem, Span
from remit.syntax.document import DocumentError, load
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence


def underlined(text: str, span: Span) -> str:
    """The stretch of `text` that `span` names, found without the code under test."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = lines[span.line - 1 : span.end_line]
    rows[-1] = rows[-1][: span.end_column - 1]
    rows[0] = rows[0][span.column - 1 :]
    return "\n".join(rows)


def problem(text: str | bytes, file: str) -> Problem:
    """The problem for which `text` is refused."""
    try:
        node = load(text, file)
    except DocumentError as error:
        return error.problem
    raise AssertionError(f"accepted: {node}")


def walk(node: Node) -> list[Node]:
    """All nodes, keys included, without recursion."""
    found, todo = [], [node]
    while todo:
        one = todo.pop()
        found.append(one)
        if isinstance(one, Sequence):
            todo.extend(one.items)
        elif isinstance(one, Mapping):
            todo.extend(part for entry in one.entries for part in entry)
        else:
            assert isinstance(one, Scalar)
    return found


def marked(text: str) -> tuple[str, tuple[int, int], str]:
    """A text without its one pair of marks `«»`: the text, where they stood, what they held."""
    start, end = text.index("«"), text.index("»") - 1
    before = text[:start]
    place = (before.count("\n") + 1, start - before.rfind("\n"))
    bare = text.replace("«", "").replace("»", "")
    return bare, place, bare[start:end]
