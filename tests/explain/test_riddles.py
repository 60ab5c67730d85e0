"""The riddles, explained: the whole text at 80 columns, and the same words at 200."""

from __future__ import annotations

from pathlib import Path

import pytest

from remit.app.decide import Document
from remit.app.explain import Explained, explain_request
from remit.core.decision import Layer
from remit.core.request import Request
from remit.engine.authorize import authorize
from remit.report.explanation import render
from remit.report.terminal import cells
from tests.explain.riddles import RIDDLES, Riddle

FOLDER = Path(__file__).parent / "riddles"


def asked(riddle: Riddle) -> Request:
    return Request(riddle.principal, riddle.action, riddle.resource, riddle.account, riddle.context)


def files(riddle: Riddle) -> dict[str, str]:
    return {
        f"{layer}{level or ''}.yml": f"Version: '{riddle.version}'\nStatement:\n  - {text}\n"
        for (layer, level), text in riddle.documents.items()
    }


def explained(riddle: Riddle) -> Explained:
    documents: dict[Layer, list[list[Document]]] = {}
    for (layer, _), (name, text) in zip(riddle.documents, files(riddle).items(), strict=True):
        document = Document(text.encode(), name)
        documents.setdefault(layer, []).append([document])
    return explain_request(asked(riddle), documents)


def text(riddle: Riddle, width: int) -> str:
    lines = {name: content.split("\n") for name, content in files(riddle).items()}
    return render(explained(riddle), lines.get, width, False)


@pytest.mark.parametrize("name", RIDDLES)
def test_riddle(name: str) -> None:
    riddle = RIDDLES[name]
    found = explained(riddle).explanation
    assert found is not None
    assert found.trace.decision.verdict is riddle.verdict, riddle.rule
    assert text(riddle, 80) == (FOLDER / f"{name}.txt").read_text("utf-8")
    for flip in found.flips:
        assert authorize(flip.request, flip.policies).allowed


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("name", RIDDLES)
def test_every_width(name: str, width: int) -> None:
    shown = text(RIDDLES[name], width)
    long = [line for line in shown.splitlines() if cells(line) > width]
    # A word that cannot be broken (an ARN) and what is to be pasted may be wider.
    assert all(len(line.split()) <= 3 or '"' in line for line in long) or width < 80
    assert " ".join(shown.split()).count("AWS says:") == (0 if "allowed:" in shown else 1)


def test_no_golden_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(RIDDLES)
