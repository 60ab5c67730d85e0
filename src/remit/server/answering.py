"""Operations that remit answers itself, beside those of STS: IAM's simulator and Access Analyzer.

One table from service and operation to a function. Whether the caller may call has been decided
before; what a function is told of the outside is the live state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from remit.app.ports import State
from remit.app.simulator import operations
from remit.app.simulator.errors import SimulationError
from remit.core.http import HttpAnswer
from remit.enforce import denials, query_xml
from remit.enforce.denials import Refusal, Speech
from remit.enforce.recognize import Recognized
from remit.server import analyzer

Answering: TypeAlias = Callable[[Recognized, str, State, str], HttpAnswer]
"""Call, account of the caller, state and request id to the answer."""


def _simulated(call: Recognized, account: str, state: State, number: str) -> HttpAnswer:
    try:
        members = operations.answer(call.operation, call.params, state.account(account))
    except SimulationError as error:
        refusal = Refusal(error.code, error.message, error.status)
        return denials.answer(refusal, Speech(call.service, call.protocol), number)
    body = query_xml.result(call.service, call.operation, members, number)
    headers = (("content-type", query_xml.CONTENT_TYPE), ("x-amzn-requestid", number))
    return HttpAnswer(200, headers, body)


def _analyzed(call: Recognized, _account: str, _state: State, number: str) -> HttpAnswer:
    return analyzer.answer(call.operation, call.params, number)


ANSWERS: Mapping[tuple[str, str], Answering] = {
    **{("iam", name): _simulated for name in operations.OPERATIONS},
    **{("accessanalyzer", name): _analyzed for name in analyzer.OPERATIONS},
}
