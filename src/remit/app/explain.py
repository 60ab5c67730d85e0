"""The use case `explain`: why a request is decided as it is, or what a pasted denial says.

Opens nothing: who calls brings the documents and the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from remit.app import cases
from remit.app.decide import Documents, compiled
from remit.app.errors import InputError
from remit.app.memo import Memo
from remit.app.requests import CaseError
from remit.core.request import Request, Value
from remit.explain.advice import Advice, advise
from remit.explain.denied import Denied
from remit.explain.explanation import Explanation, explain
from remit.explain.message import parse

__all__ = ["Explained", "Told", "explain_case", "explain_request", "read_message", "told"]


@dataclass(frozen=True, slots=True)
class Told:
    """A message that was read, and what it says by itself."""

    denied: Denied
    advice: Advice


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision explained; `warnings` is what was not understood in the documents. `told` is the
    message that it started from, if any; `explanation` is None where only that is explained."""

    explanation: Explanation | None
    warnings: tuple[str, ...] = ()
    told: Told | None = None

    @property
    def contradicts(self) -> bool:
        """Whether the message says denied and the policies given allow: something is missing in
        them, or has changed since."""
        if self.told is None or self.explanation is None:
            return False
        return self.explanation.trace.decision.allowed


def explain_request(
    request: Request, documents: Documents, message: Told | None = None
) -> Explained:
    """Explain one request. Raises PolicyError when a document holds no policy, ValueError when the
    engine cannot decide about what was given."""
    ready = compiled(documents)
    decision = ready.decide(request)
    return Explained(explain(request, ready.policies), decision.warnings, message)


def explain_case(case: bytes) -> Explained:
    """Explain one case of the case format. Raises InputError for a case that is none."""
    try:
        found = cases.read(case, 1, Memo())
        decision = found.compiled.decide(found.request)
        explanation = explain(found.request, found.compiled.policies)
    except CaseError as error:
        raise InputError(f"{error.where}: {error.message}") from None
    except ValueError as error:
        raise InputError(f"cannot decide: {error}") from None
    return Explained(explanation, decision.warnings)


def read_message(text: str) -> Told | None:
    """Read a pasted denial; None when there is none in it."""
    denied = parse(text)
    return None if denied is None else Told(denied, advise(denied))


def told(message: Told) -> Explained:
    """What a message says by itself."""
    return Explained(None, (), message)


def merged(context: Mapping[str, Value], message: Told | None) -> dict[str, Value]:
    """The context given, and below it what a decoded message tells."""
    known = {key.lower() for key in context}
    more = {} if message is None else message.denied.context
    return {k: v for k, v in more.items() if k.lower() not in known} | dict(context)
