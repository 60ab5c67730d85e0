"""The use case `decide` for a batch: a line of the case format in, an answer line out."""

from __future__ import annotations

from dataclasses import dataclass, field

from remit.app import answers
from remit.app.cases import read
from remit.app.memo import Memo
from remit.app.requests import CaseError, Name
from remit.core.decision import Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of a batch, answered. `verdict` is None where it could not be decided."""

    text: str
    verdict: Verdict | None


@dataclass(slots=True)
class Batch:
    """Answers cases one after the other; remembers the policies of those that came before."""

    _memo: Memo = field(default_factory=Memo)

    def answer(self, line: bytes, number: int) -> Answer:
        """The answer to `line`, the batch's line `number`. Never raises for what is in it."""
        try:
            case = read(line, number, self._memo)
        except CaseError as error:
            return self.refuse(error.message, error.where, error.name)
        try:
            decision = case.compiled.decide(case.request)
        except ValueError as error:
            return self.refuse(str(error), "/policies", case.name)
        return Answer(answers.decided(case.name, decision), decision.verdict)

    def refuse(self, error: str, where: str, name: Name = None) -> Answer:
        """The answer to a line that cannot be decided."""
        return Answer(answers.refused(name, error, where), None)
