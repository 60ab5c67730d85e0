"""The baseline: what is known, what is new, what is gone; the file, whole and broken."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.app.baseline import apply, compare, parse, written
from remit.app.errors import InputError
from remit.app.fingerprint import Fingerprint, fingerprint
from remit.app.model import CheckResult, StageSummary
from remit.core.finding import Finding, Severity
from remit.core.span import Span
from remit.report.outcome import no_lines
from tests.report.orders import RESULT, ineffective, masked, missing, sources

NAME = ".remit-baseline.json"


def prints(*findings: Finding, lines=no_lines) -> list[Fingerprint]:
    return [fingerprint(finding, lines) for finding in findings]


def at(line: int, **more: object) -> Finding:
    """A denied call on one line of `app.py`."""
    return replace(missing("dev"), **{"span": Span("app.py", line, 1, line, 9), **more})


def source(*lines: str):
    return lambda file: lines if file == "app.py" else None


# --- comparing


def test_the_same_findings_are_known() -> None:
    assert compare(RESULT.findings, prints(*RESULT.findings), no_lines) == ((), RESULT.findings, ())


def test_a_finding_more_is_new_and_one_less_is_gone() -> None:
    old = prints(missing("dev"), masked("dev"))
    new, known, absent = compare([masked("dev"), ineffective("dev")], old, no_lines)
    assert (new, known, absent) == ((ineffective("dev"),), (masked("dev"),), (old[0],))


def test_moved_lines_change_nothing() -> None:
    old = prints(at(1), lines=source("save(a, b)"))
    assert compare([at(3)], old, source("", "", "save(a, b)"))[0] == ()


def test_an_edited_call_that_needs_the_same_is_known() -> None:
    old = prints(at(1), lines=source("save(a, b)"))
    assert compare([at(1)], old, source("load(a, b)"))[0] == ()
    # But not what is known by its source alone: it may be something else altogether.
    bare = at(1, action=None, resource=None)
    old = prints(bare, lines=source("save(a, b)"))
    assert compare([bare], old, source("load(a, b)"))[0] == (bare,)


def test_two_edited_calls_are_two_known_ones() -> None:
    old = prints(at(1), at(2), lines=source("save(a)", "save(b)"))
    now = source("load(a)", "load(b)", "load(c)")
    assert compare([at(1), at(2), at(3)], old, now) == ((at(3),), (at(1), at(2)), ())


def test_of_two_calls_that_need_the_same_the_new_one_is_new() -> None:
    old = prints(at(1), lines=source("save(a, b)"))
    now = source("make(a, b)", "save(a, b)")
    assert compare([at(1), at(2)], old, now)[:2] == ((at(1),), (at(2),))


def test_an_entry_stands_for_one_finding() -> None:
    old = prints(at(1), at(1))
    assert compare([at(1)] * 3, old, no_lines) == ((at(1),), (at(1),) * 2, ())
    assert compare([at(1)], old, no_lines) == ((), (at(1),), (old[0],))


@pytest.mark.parametrize(
    "change",
    [
        {"id": "denied-at-import"},
        {"stage": "prod"},
        {"action": "dynamodb:PutItem"},
        {"resource": "*"},
        {"path": ()},
        {"span": Span("other.py", 1, 1, 1, 9)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_makes_it_another_finding(change: dict[str, object]) -> None:
    assert compare([at(1, **change)], prints(at(1)), no_lines)[0] == (at(1, **change),)


@pytest.mark.parametrize("lines", [no_lines, source("another(a)")])
@pytest.mark.parametrize("was", Severity)
@pytest.mark.parametrize("now", Severity)
def test_what_has_become_worse_is_new(was: Severity, now: Severity, lines) -> None:
    order = [Severity.NOTE, Severity.WARNING, Severity.ERROR]
    new, _, _ = compare([at(1, severity=now)], prints(at(1, severity=was)), lines)
    assert bool(new) is (order.index(now) > order.index(was))


FINDINGS = st.lists(
    st.builds(
        lambda id_, stage, action, line, severity: replace(
            missing(stage),
            id=id_,
            action=action,
            span=Span("app.py", line, 1, line, 5),
            severity=severity,
        ),
        st.sampled_from("ab"),
        st.sampled_from(["dev", "prod"]),
        st.sampled_from([None, "s3:A", "s3:B"]),
        st.integers(1, 4),
        st.sampled_from(Severity),
    ),
    max_size=12,
)
TEXT = source("aaaa", "bbbb", "cccc", "aaaa")


@given(FINDINGS, FINDINGS)
@settings(max_examples=150)
def test_nothing_is_lost_and_nothing_is_counted_twice(
    was: list[Finding], now: list[Finding]
) -> None:
    entries = prints(*was, lines=TEXT)
    new, known, absent = compare(now, entries, TEXT)
    assert sorted(map(repr, (*new, *known))) == sorted(map(repr, now))
    assert len(known) + len(absent) == len(was)
    assert compare(now, prints(*now, lines=TEXT), TEXT) == ((), tuple(now), ())
    assert compare([], entries, TEXT)[2] == tuple(sorted(entries))
    # Whatever moves as a whole stays what it is.
    moved = [
        replace(f, span=replace(f.span, line=f.span.line + 3, end_line=f.span.line + 3))
        for f in now
    ]
    below = source("", "", "", "aaaa", "bbbb", "cccc", "aaaa")
    assert len(compare(moved, entries, below)[0]) == len(new)


# --- a check and its baseline


def test_the_result_keeps_what_is_new_and_counts_it() -> None:
    entries = prints(*(f for f in RESULT.findings if f.stage == "dev"))
    seen = apply(RESULT, entries, NAME, no_lines, whole=True)
    assert {finding.stage for finding in seen.findings} == {"prod"}
    assert [(s.name, s.errors, s.warnings, s.denied) for s in seen.stages] == [
        ("dev", 0, 0, 1),
        ("prod", 2, 1, 1),
    ]
    assert seen.wrong
    assert seen.baseline is not None
    assert len(seen.baseline.known) == 3
    assert not apply(RESULT, prints(*RESULT.findings), NAME, no_lines, whole=True).wrong
    assert seen.open, "what cannot be told is no finding and in no baseline"


ONE_STAGE = CheckResult("p", "chalice", (StageSummary("dev"),), (missing("dev"),))
OLD = prints(missing("dev"), masked("dev"), missing("prod"))


def test_stages_that_were_not_checked_are_not_gone() -> None:
    seen = apply(ONE_STAGE, OLD, NAME, no_lines, whole=False)
    assert seen.baseline is not None
    assert seen.baseline.absent == (OLD[1],)
    every = apply(ONE_STAGE, OLD, NAME, no_lines, whole=True)
    assert every.baseline is not None
    assert every.baseline.absent == tuple(sorted(OLD[1:]))


def test_stages_that_were_not_checked_stay_in_the_file() -> None:
    made = written(ONE_STAGE, OLD, no_lines, whole=False)
    assert made.entries == tuple(sorted([OLD[0], OLD[2]]))
    assert (made.added, made.gone) == (0, 1)
    made = written(ONE_STAGE, OLD[1:], no_lines, whole=True)
    assert (made.entries, made.added, made.gone) == ((OLD[0],), 1, 2)


def test_nothing_is_forgotten_when_nothing_could_be_seen() -> None:
    seen = apply(replace(ONE_STAGE, blind=True), OLD, NAME, no_lines, whole=True)
    assert seen.baseline is not None
    assert seen.baseline.absent == ()
    with pytest.raises(InputError, match="the baseline was not written"):
        written(replace(ONE_STAGE, blind=True), OLD, no_lines, whole=True)


# --- the file


def test_the_file_to_the_letter() -> None:
    made = written(replace(ONE_STAGE, findings=(masked("dev"), missing("dev"))), [], sources, True)
    assert made.text == (
        '{\n"version": 1,\n"findings": [\n'
        '{"file": "app.py", "id": "masked-failure", "stage": "dev", "function": "update_order",'
        ' "source": "c79ab8344574bee6", "severity": "warning"},\n'
        '{"file": "chalicelib/repository.py", "id": "missing-permission", "stage": "dev",'
        ' "function": "Orders.save", "action": "dynamodb:UpdateItem",'
        ' "resource": "arn:aws:dynamodb:{region}:{account}:table/orders-dev",'
        ' "source": "53b59362c5407f9c", "severity": "error"}\n]\n}\n'
    )


def test_the_empty_file() -> None:
    made = written(replace(ONE_STAGE, findings=()), [], no_lines, True)
    assert made.text == '{\n"version": 1,\n"findings": []\n}\n'
    assert parse(made.text.encode(), NAME) == ()


@given(FINDINGS, st.text(max_size=20))
@settings(max_examples=100)
def test_what_is_written_is_read_again(findings: list[Finding], text: str) -> None:
    odd = [replace(f, resource=text, stage=text) for f in findings[:1]]
    result = replace(ONE_STAGE, findings=(*findings, *odd))
    made = written(result, [], TEXT, True)
    assert made.text.isascii()
    assert parse(made.text.encode(), "base") == made.entries
    assert written(replace(result, findings=result.findings[::-1]), [], TEXT, True) == made


def test_ten_thousand_findings() -> None:
    many = [at(line, action=f"s3:A{line % 50}") for line in range(1, 10_001)]
    made = written(replace(ONE_STAGE, findings=tuple(many)), [], no_lines, True)
    entries = parse(made.text.encode(), NAME)
    new, known, absent = compare(many[:-1], entries, no_lines)
    assert (len(new), len(known), len(absent)) == (0, 9_999, 1)


def test_no_baseline_is_written_that_could_not_be_read() -> None:
    many = tuple(at(line, resource="x" * 1024 * 1024) for line in range(1, 5))
    with pytest.raises(InputError, match="4 findings are more than a baseline of 4 MiB holds"):
        written(replace(ONE_STAGE, findings=many), [], no_lines, True)


ENTRY = '{"file": "a", "id": "b", "severity": "note"}'


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("", "1:1", "the document is empty"),
        ("{", "1:2", "the document ends inside the object"),
        ("[]", "1:1", "a baseline must be an object"),
        ("{}", "1:1", "`version` is missing"),
        ('{"version": 1}', "1:1", "`findings` is missing"),
        ('{"version": 2, "findings": []}', "1:13", "`2` is no version of a baseline"),
        ('{"version": [], "findings": []}', "1:13", "this is no version of a baseline"),
        ('{"version": 1, "findings": {}}', "1:28", "`findings` must be a list"),
        ('{"version": 1,\n"findings": [3]}', "2:14", "an entry must be an object"),
        ('{"version": 1, "findings": [],\n"more": 1}', "2:1", "a baseline has no `more`"),
        ('{"version": 1, "version": 1}', "1:16", "`version` is there twice"),
        (f'{{"version": 1, "findings": [{ENTRY},\n{{"id": "b"}}]}}', "2:1", "`file` is missing"),
        ('{"version": 1, "findings": [\n{"file": "a", "id": "b"}]}', "2:1", "`severity` is missing"),
        ('{"version": 1, "findings": [\n{"file": "a", "id": 3}]}', "2:1", "`severity` is missing"),
        (f'{{"version": 1, "findings": [\n{ENTRY.replace(chr(34) + "b" + chr(34), "3")}]}}', "2:21", "`id` must be a string"),
        (f'{{"version": 1, "findings": [\n{ENTRY.replace("note", "x")}]}}', "2:38", "`x` is no severity"),
        (f'{{"version": 1, "findings": [\n{ENTRY[:-1]}, "line": 3}}]}}', "2:46", "an entry has no `line`"),
        ("<<<<<<< HEAD\n", "1:1", ""),
        ('{"version": 1, "findings": ' + "[" * 200, "", ""),
    ],
)  # fmt: skip
def test_a_broken_file(text: str, where: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text.encode(), "base")
    assert str(caught.value.span).startswith(f"base:{where}")
    assert caught.value.message.startswith(f"the baseline is broken: {said}")
    assert caught.value.hint


@pytest.mark.parametrize("data", [b"\xff\xfe{}", b'{"a": "\xe9"}', b" " * 5_000_000])
def test_bytes_that_are_no_text(data: bytes) -> None:
    with pytest.raises(InputError, match="the baseline is broken"):
        parse(data, NAME)


def test_a_file_in_another_order_reads_the_same() -> None:
    told = {"findings": [json.loads(ENTRY)], "version": 1}
    assert parse(json.dumps(told, indent=4).encode(), NAME) == (
        Fingerprint("a", "b", severity="note"),
    )
