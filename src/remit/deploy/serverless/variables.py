"""Variables of one stage: `${...}` in a document replaced by what it stands for.

What may live here: walking, the limits, cycles, joining texts. What a source yields is in
sources.py.

What is not known stands in the result as the token `{name}`, and `given` holds the name. Nodes keep
their places: what a variable brings from elsewhere keeps the place where it is written.
Source: Serverless Framework, guides/variables; where that is silent, version 3.38 and 4.9.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from remit.core.span import Problem
from remit.deploy.cloudformation.names import clean
from remit.deploy.cloudformation.template import string
from remit.deploy.model import Told
from remit.deploy.serverless import sources
from remit.deploy.serverless.expressions import Constant, Lookup, Pieces, Source, Variable, parse
from remit.deploy.serverless.files import Files
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence
from remit.syntax.source import shown

MAX_NODES = 300_000
"""Values that variables may bring in, counted as often as they are brought."""
MAX_TEXT = 64 * 1024
MAX_HEIGHT = 100
_MAX_STEPS = 90  # nested values and variables that lead to each other; each takes some frames


class TooMuch(ValueError):  # noqa: N818 - the answer "this document has no bounded value"
    """What the variables of a document stand for is larger than any real project."""


class Resolver:
    """The values of one document in one stage.

    `stage` is what `--stage` says, None when it says nothing. `given` grows with the names that
    stand for what is not known, `candidates` with the keys among which the stage chooses, and
    `problems` with the variables that lead nowhere. Raises TooMuch, from any method.
    """

    def __init__(self, files: Files, root: Node, stage: str | None, told: Told) -> None:
        self.files = files
        self.root = root
        self.stage = stage
        self.told = told
        self.given: set[str] = set()
        self.candidates: dict[str, None] = {}
        self.problems: dict[Problem, None] = {}
        self.place = root.span
        self._shallow: dict[str, Node | None] = {}
        self._deep: dict[str, Node] = {}
        self._open: set[tuple[str, str]] = set()
        self._spent = 0
        self._steps = 0

    def get(self, *path: str) -> Node | None:
        """The value at a path of the document, with all its variables replaced."""
        found = self.walk(self.root, path)
        return None if found is None else self.value(found)

    def value(self, node: Node) -> Node:
        """`node` with all variables in it replaced."""
        if isinstance(node, Scalar):
            return self._scalar(node)
        with self._step():
            if isinstance(node, Sequence):
                return replace(node, items=tuple(self.value(item) for item in node.items))
            entries = tuple((key, self.value(item)) for key, item in node.entries)
            return replace(node, entries=entries)

    def walk(self, node: Node | None, path: tuple[str, ...]) -> Node | None:
        """What stands at `path` below `node`; variables are replaced on the way, not in it."""
        for key in path:
            node = self._bare(node)
            if isinstance(node, Mapping):
                sources.note_candidates(self, key, node.keys)
                node = node.get(key)
            elif isinstance(node, Sequence) and key.isdecimal() and len(key) < 6:
                node = node.items[int(key)] if int(key) < len(node.items) else None
            elif self._is_token(node):
                return self.unknown("", f"{string(node).strip('{}')} {key}")
            else:
                return None
        return node

    def _is_token(self, node: Node | None) -> bool:
        """Whether the value is not known as a whole, and so is what stands in it."""
        return string(node)[:1] == "{" and string(node)[1:-1] in self.given

    def unknown(self, kind: str, address: str) -> Node:
        """The token for what a source yields that remit does not ask; what is told counts."""
        name = clean(f"{kind} {address}")
        for key in (name, f"{kind}:{address}", address):
            if key in self.told.values:
                return self.constant(self.told.values[key])
        return self.token(name)

    def token(self, name: str) -> Node:
        """The token of a name that is known at deployment only."""
        self.given.add(name)
        return self.constant("{" + name + "}")

    def constant(self, value: str | int | bool | None) -> Scalar:
        """A value that stands where the variable is written."""
        text = value if isinstance(value, str) else _written(value)
        return Scalar(value, text, self.place)

    def complain(self, message: str, hint: str = "") -> None:
        """Notes what is wrong with the variable that is being replaced."""
        self.problems[Problem(self.place, message, hint)] = None

    def text(self, pieces: Pieces | None) -> str:
        """The text that pieces make; a list or an object in it is not known."""
        made = []
        for piece in pieces or ():
            if isinstance(piece, str):
                made.append(piece)
                continue
            node = self._evaluated(piece)
            if isinstance(node, Scalar):
                made.append("" if node.value is None else node.text)
            else:
                self.complain(f"{shown(piece.text)} is no text")
                made.append(self.unknown("value of", piece.text).text)  # type: ignore[union-attr]
        found = "".join(made)
        if len(found) > MAX_TEXT:
            raise TooMuch
        return found

    # --- one variable -------------------------------------------------------------------------

    def _scalar(self, node: Scalar) -> Node:
        if not node.is_string or "${" not in node.text:
            return node
        pieces = parse(node.text)
        if pieces == (node.text,):
            return node
        before, self.place = self.place, node.span
        try:
            if len(pieces) == 1 and isinstance(pieces[0], Variable):
                found = self._evaluated(pieces[0])
            else:
                text = self.text(pieces)
                found = Scalar(text, text, node.span)
        finally:
            self.place = before
        if not isinstance(found, Scalar):
            return found
        # A text stands where it is used: there a person sees it. The tag is CloudFormation's.
        return replace(found, span=node.span, tag=node.tag or found.tag)

    def _evaluated(self, variable: Variable) -> Node:
        """The value of a variable with everything in it replaced."""
        key = variable.text
        if key not in self._deep:
            with self._entered("deep", key) as free, self._step():
                found = self._source_of(variable) if free else None
                if found is None:
                    return self._nothing(variable, cyclic=not free)
                self._deep[key] = self.value(found)
        found = self._deep[key]
        self._count(found)
        return found

    def _bare(self, node: Node | None) -> Node | None:
        """`node`, or what the variable that it is stands for, itself not yet replaced."""
        while isinstance(node, Scalar) and node.is_string and "${" in node.text:
            pieces = parse(node.text)
            if len(pieces) != 1 or not isinstance(pieces[0], Variable):
                return node
            before, self.place = self.place, node.span
            try:
                with self._entered("bare", pieces[0].text) as free, self._step():
                    node = self._source_of(pieces[0]) if free else None
                    node = node or self._nothing(pieces[0], cyclic=not free)
            finally:
                self.place = before
        return node

    def _source_of(self, variable: Variable) -> Node | None:
        """What the first source that yields something yields."""
        if variable.text not in self._shallow:
            found: Node | None = None
            for source in variable.sources:
                found = self._asked(source)
                if found is not None and not _is_null(found):
                    break
            self._shallow[variable.text] = found
        return self._shallow[variable.text]

    def _asked(self, source: Source) -> Node | None:
        if isinstance(source, Constant):
            value = source.value
            return self.constant(self.text(value) if isinstance(value, tuple) else value)
        if isinstance(source, Variable):
            with self._entered("bare", source.text) as free, self._step():
                return self._source_of(source) if free else None
        return self._looked_up(source)

    def _looked_up(self, lookup: Lookup) -> Node | None:
        found = sources.look_up(self, lookup)
        # A variable that yields another variable yields what that stands for.
        return self._bare(found)

    def _nothing(self, variable: Variable, cyclic: bool) -> Node:
        """The token for a variable of which no source yields anything, and the complaint."""
        lookups = [one for one in variable.sources if isinstance(one, Lookup)]
        if cyclic:
            what = f"the variable {shown(variable.text)} leads back to itself"
            self.complain(what, "Write the value in one place.")
        elif all(one.kind in _OWN for one in lookups) and not sources.is_discovering(self):
            what = f"nothing stands where the variable {shown(variable.text)} looks"
            self.complain(what, "Add it there, or write a default after a comma.")
        for one in lookups[:1]:
            parts = (one.parameters, one.address)
            texts = [_literal(part) if cyclic else self.text(part) for part in parts]
            return self.unknown(one.kind, " ".join(text.strip() for text in texts if text))
        return self.unknown("value of", variable.text)

    # --- limits -------------------------------------------------------------------------------

    @contextmanager
    def _entered(self, how: str, key: str) -> Iterator[bool]:
        """Whether the variable was not being replaced already; it is, until the block ends."""
        mark = (how, key)
        if mark in self._open:
            yield False
            return
        self._open.add(mark)
        try:
            yield True
        finally:
            self._open.discard(mark)

    @contextmanager
    def _step(self) -> Iterator[None]:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise TooMuch
        try:
            yield
        finally:
            self._steps -= 1

    def _count(self, node: Node) -> None:
        """Counts what is brought in; bounded, so that counting itself is."""
        queue: list[tuple[Node, int]] = [(node, 0)]
        while queue:
            one, height = queue.pop()
            self._spent += 1
            if self._spent > MAX_NODES or height > MAX_HEIGHT:
                raise TooMuch
            if isinstance(one, Sequence):
                queue += [(item, height + 1) for item in one.items]
            elif isinstance(one, Mapping):
                queue += [(item, height + 1) for _, item in one.entries]


def _written(value: int | bool | None) -> str:
    """As YAML writes it."""
    return "null" if value is None else str(value).lower()


_OWN = ("self", "file")
"""Sources in the project: what these lack, nothing but an edit brings."""


def _literal(pieces: Pieces | None) -> str:
    return "".join(piece for piece in pieces or () if isinstance(piece, str))


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None
