"""Templates to texts: literal pieces, interpolations, `%{ if }` and `%{ for }`.

Evaluating what stands in them is handed in: evaluate.py knows every kind of node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from remit.core.span import Span
from remit.core.text import Hole, Text
from remit.deploy.terraform.nodes import Choice, Expression, Part, Piece, Repeat
from remit.deploy.terraform.operations import pairs, rounds, truth
from remit.deploy.terraform.places import at
from remit.deploy.terraform.scope import Scope
from remit.deploy.terraform.values import Fault, Value

Evaluate: TypeAlias = Callable[[Expression, Scope], Value]


@dataclass(slots=True)
class Writing:
    """One template being written. `pieces` gathers which part of the text stands where."""

    evaluate: Evaluate
    pieces: list[Piece] = field(default_factory=list)

    def texts(self, parts: tuple[Part, ...], scope: Scope) -> Iterator[str | Hole | Text]:
        """The texts of the parts, in order. Raises Fault."""
        for part in parts:
            if isinstance(part, Piece):
                self.pieces.append(part)
                yield part.text
            elif isinstance(part, Choice):
                yield from self._chosen(part, scope)
            elif isinstance(part, Repeat):
                yield from self._repeated(part, scope)
            else:
                yield self._interpolated(part, scope)

    def _interpolated(self, part: Expression, scope: Scope) -> Text:
        value = self.evaluate(part, scope)
        text = value.text
        if text is None:
            raise Fault(part.span, "a text can't hold a list, an object or null")
        scope.module.run.step(part.span, len(text.parts) + len(value.pieces))
        if value.pieces:
            self.pieces += value.pieces
        else:
            self._place(str(text), part.span)
        return text

    def _place(self, text: str, span: Span) -> None:
        """A piece without a text of its own in the file: it stands where the expression does."""
        self.pieces.append(Piece(text, at(span), 0, plain=False))

    def _chosen(self, part: Choice, scope: Scope) -> Iterator[str | Hole | Text]:
        known = truth(self.evaluate(part.condition, scope))
        if known is None:
            return self._unknown("a template's choice", part.span, scope)
        return self.texts((part.then if known else part.otherwise).parts, scope)

    def _repeated(self, part: Repeat, scope: Scope) -> Iterator[str | Hole | Text]:
        collection = pairs(self.evaluate(part.collection, scope), part.collection.span)
        if collection is None:
            yield from self._unknown("a template's loop", part.span, scope)
            return
        for inner in rounds(part.key, part.value, collection, scope):
            scope.module.run.step(part.span)
            yield from self.texts(part.body.parts, inner)

    def _unknown(self, what: str, span: Span, scope: Scope) -> Iterator[Text]:
        text = scope.unknown(what, span).text
        self._place(str(text), span)
        return iter(() if text is None else (text,))
