"""masked-failure: a failure that looks like a success.

`status-in-body`: a Chalice view that returns a plain dict answers HTTP 200 with the dict as JSON
body, whatever `statusCode` says in it; only `Response(...)` or a `ChaliceViewError` sets the
status (Chalice documentation, "Views"; the same trap one level down: facts/api-gateway.md 7.4).
`swallowed`: a broad `except` around AWS calls, so a denial leaves no trace, or none but in the log
(then a note, as long as nothing in it is denied).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from remit.check.denials import condition
from remit.check.grants import judged
from remit.check.model import Facts, Needed, StageFacts
from remit.check.wording import clause, listing, tick
from remit.core.finding import Confidence, Finding, Related, Severity
from remit.core.remember import remembered
from remit.explain.model import Standing
from remit.scan.model import Mask

ID = "masked-failure"


def rule(facts: Facts) -> Iterable[Finding]:
    """One finding for each mask that the scans saw, however many functions come to it."""
    for stage in facts.stages:
        found: dict[object, list[Mask]] = {}
        for mask in (one for scan in stage.scan for one in scan.masks):
            found.setdefault((mask.kind, mask.span, mask.detail), []).append(mask)
        for masks in found.values():
            calls = tuple(dict.fromkeys(span for one in masks for span in one.calls))
            entries = [name for name in dict.fromkeys(one.entry for one in masks) if name]
            yield _finding(stage, replace(masks[0], calls=calls), entries)


def _finding(stage: StageFacts, mask: Mask, entries: list[str]) -> Finding:
    hidden = _denied(stage, mask)
    in_body = mask.kind == "status-in-body"
    logged = not in_body and mask.detail == "logs"
    return Finding(
        id=ID,
        severity=Severity.NOTE if logged and not hidden else Severity.WARNING,
        confidence=Confidence.CERTAIN,
        stage=stage.stage.name,
        span=mask.span,
        message=_in_body(mask) if in_body else _swallowed(mask, hidden, entries),
        why=_WHY_BODY if in_body else _WHY_LOGGED if logged else _WHY_SWALLOWED,
        fix=_FIX_BODY if in_body else _FIX_LOGGED if logged else _FIX_SWALLOWED,
        related=tuple(
            Related(span, f"{listing(hidden[span])} is denied here")
            if span in hidden
            else Related(span, "this call's errors end there")
            for span in mask.calls
        ),
    )


_WHY_BODY = "The client gets HTTP 200 and takes the failure for a success; no alarm counts it."
_FIX_BODY = "Return `Response(body=..., status_code=...)`, or raise a `ChaliceViewError`."
_WHY_SWALLOWED = "When AWS refuses a call in there, nobody sees it."
_WHY_LOGGED = "When AWS refuses a call in there, only the log tells; the caller sees a success."
_FIX_LOGGED = "Catch the error that is expected, and let the others through."
_FIX_SWALLOWED = "Catch the error that is expected, and let the others through or log them."


def _in_body(mask: Mask) -> str:
    what = f" {tick(mask.detail)}" if mask.detail else " a plain dict with an error's `statusCode`"
    return f"view {tick(mask.entry)} returns{what}: the client gets HTTP 200"


def _swallowed(mask: Mask, hidden: dict[object, list[str]], entries: list[str]) -> str:
    where = f" in {listing(entries, 3)}" if entries else ""
    text = f"this {clause(mask.span)}{where} swallows every AWS error"
    if hidden:
        actions = sorted({action for names in hidden.values() for action in names})
        text += f"; it hides that {listing(actions)} {'is' if len(actions) == 1 else 'are'} denied"
    return text


def _denied(stage: StageFacts, mask: Mask) -> dict[object, list[str]]:
    """The denied actions of the calls that the mask hides, by place."""
    denied = _denied_calls(stage)
    return {span: denied[span] for span in mask.calls if span in denied}


@remembered(8)
def _denied_calls(stage: StageFacts) -> dict[object, list[str]]:
    found: dict[object, list[str]] = {}
    for role in stage.roles:
        for one in role.needed if judged(role) else ():
            if _is_denied(one) and one.call is not None:
                actions = found.setdefault(one.call.span, [])
                if one.need.action not in actions:
                    actions.append(one.need.action)
    return found


def _is_denied(needed: Needed) -> bool:
    return needed.judgement.standing is Standing.DENIED and not condition(needed)
