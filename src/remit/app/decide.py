"""The use case `decide`: one request with its documents. Opens nothing: who calls brings them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from remit.app.documents import read_policy
from remit.app.policies import Compiled, compile_layers, notes_of
from remit.core.decision import Decision, Determining, Layer, Verdict
from remit.core.policy import Policy, Statement
from remit.core.request import Request


@dataclass(frozen=True, slots=True)
class Document:
    """A policy's file: its content, and the name that places in it bear."""

    data: bytes
    file: str


Documents: TypeAlias = Mapping[Layer, Sequence[Sequence[Document]]]
"""The documents of each layer that is there, by level, root first; a layer that has no levels of
its own is one level."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, and the policies in the order in which `Determining` counts them."""

    request: Request
    decision: Decision
    policies: Mapping[Layer, tuple[Policy, ...]]

    def statement(self, named: Determining) -> Statement:
        """The statement that `named` names."""
        return self.policies[named.layer][named.policy].statements[named.statement]


def decide(request: Request, documents: Documents) -> Decided:
    """Decide one request. Raises PolicyError when a document holds no policy, ValueError when the
    engine cannot decide about what was given."""
    layers, notes = _layers(documents)
    decision = compile_layers(layers, notes).decide(request)
    flat = {
        layer: tuple(policy for level in levels for policy in level)
        for layer, levels in layers.items()
    }
    return Decided(request, decision, flat)


def compiled(documents: Documents) -> Compiled:
    """The policies in the documents, ready to decide with. Raises PolicyError, ValueError."""
    return compile_layers(*_layers(documents))


def _layers(
    documents: Documents,
) -> tuple[dict[Layer, tuple[tuple[Policy, ...], ...]], tuple[str, ...]]:
    """The policies by layer and level, and what the parser had to note."""
    notes: list[str] = []
    layers: dict[Layer, tuple[tuple[Policy, ...], ...]] = {}
    for layer, levels in documents.items():
        layers[layer] = tuple(
            tuple(_policy(document, notes) for document in level) for level in levels
        )
    return layers, tuple(notes)


def _policy(document: Document, notes: list[str]) -> Policy:
    policy, problems = read_policy(document.data, document.file)
    notes.extend(notes_of(problems, lambda problem: str(problem.span)))
    return policy


def met(verdict: Verdict, expected: str | None) -> bool:
    """Whether the verdict is what was expected: `allowed`, `denied`, or None for either."""
    return expected is None or (expected == "allowed") is (verdict is Verdict.ALLOWED)
