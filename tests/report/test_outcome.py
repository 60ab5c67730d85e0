"""The three formats take what any verb found, not only a check: here, as a validator would."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.finding import Confidence, Finding, Severity
from remit.report import github, junit, sarif
from remit.report.outcome import Outcome
from remit.report.rules import Rule
from tests.report import schemas
from tests.report.orders import missing, on
from tests.report.pipelines import HERE, outcome

FINDING = Finding(
    id="invalid-effect",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    stage="",
    span=on("policy.json", 3, 7, 15),
    message="`Effect` is neither `Allow` nor `Deny`",
)
VALIDATED = Outcome((Rule("invalid-effect"), Rule("missing-action")), (FINDING,))


def test_what_has_no_stage_speaks_of_none() -> None:
    report = json.loads(sarif.render(VALIDATED, HERE))
    assert list(schemas.sarif().iter_errors(report)) == []
    (result,) = report["runs"][0]["results"]
    assert result["message"]["text"] == "`Effect` is neither `Allow` nor `Deny`."
    assert result["properties"] == {"confidence": "certain"}
    assert github.render(VALIDATED, HERE).startswith(
        "::error file=policy.json,line=3,endLine=3,col=7,title=invalid-effect (certain)::"
        "`Effect` is neither `Allow` nor `Deny`.\nremit: 1 error"
    )
    text = junit.render(VALIDATED, HERE)
    assert '<testsuite name="remit" failures="1" errors="0" skipped="0" tests="2">' in text
    assert "Stage" not in text


@given(st.text(st.characters(), max_size=30), st.booleans())
@settings(max_examples=60)
def test_any_text_fits_the_schema(text: str, known: bool) -> None:
    odd = replace(
        missing("dev"), message=text, why=text, fix=text, patch=text, action=text, id=text
    )
    told = outcome(known=(odd,)) if known else outcome(odd)
    data = sarif.render(told, HERE)
    assert data.isascii()
    assert list(schemas.sarif().iter_errors(json.loads(data))) == []
