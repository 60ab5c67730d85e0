"""The report for people: golden texts, written by hand and compared to the letter."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.app.fingerprint import Fingerprint
from remit.app.model import CheckResult, Compared, StageSummary, Stats
from remit.core.finding import Confidence, Finding, Related, Severity, Unresolved
from remit.core.span import Problem, Span
from remit.report.terminal import cells
from remit.report.text import LISTED, render
from remit.scan.model import Unattributed
from tests.report.orders import RESULT, ineffective, masked, missing, on, receipt, sources

NOTHING = CheckResult("orders-api", "chalice")


def report(*findings: Finding, width: int = 80, encoding: str = "utf-8") -> str:
    """What is shown of `findings`, without the closing."""
    text = render(replace(NOTHING, findings=findings), sources, width, False, encoding)
    return text.rsplit("\n\n", 1)[0] + "\n"


def expected(text: str) -> str:
    return dedent(text).lstrip("\n")


def test_a_call_that_two_stages_deny() -> None:
    assert report(missing("dev"), missing("prod")) == expected("""
        error[missing-permission]: `dynamodb:UpdateItem` on table `orders-dev` is
          denied: no statement of role `orders-api-dev` allows it
         --> chalicelib/repository.py:6:16
        6 │ >         return self.table.update_item(
        7 │ >             Key={"id": id},
        8 │ >             AttributeUpdates=changes,
        9 │ >         )
         ::: .chalice/policy-dev.json:6:17
        6 │       "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
          │                 ----------------------------------------
          │                 the resource fits, these actions do not
          │
          = stage:  dev
          = path:   PUT /orders/{id} → update_order → Orders.save
          = why:    The call raises AccessDeniedException on every request that reaches
                    it.
          = fix:    Add this statement to `.chalice/policy-dev.json`:
                    {
                      "Effect": "Allow",
                      "Action": "dynamodb:UpdateItem",
                      "Resource": "arn:aws:dynamodb:*:*:table/orders-dev"
                    }
          │
          = also in prod: `dynamodb:UpdateItem` on table `orders-prod` is
                    denied: no statement of role `orders-api-prod` allows it
         ::: .chalice/policy-prod.json:6:17
        6 │       "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
          │                 ----------------------------------------
          │                 the resource fits, these actions do not
          = fix:    Add this statement to `.chalice/policy-prod.json`:
                    {
                      "Effect": "Allow",
                      "Action": "dynamodb:UpdateItem",
                      "Resource": "arn:aws:dynamodb:*:*:table/orders-prod"
                    }
    """)


def test_the_same_words_for_all_stages_are_said_once() -> None:
    assert report(masked("dev"), masked("prod")) == expected("""
        warning[masked-failure] (conditional): `update_order` answers HTTP 200 when it
          fails
          --> app.py:15:16
        15 │         return {"statusCode": 500, "body": "failed"}
           │                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           │
           = stages: dev, prod
           = path:   PUT /orders/{id} → update_order
           = why:    Chalice sends a plain dict as the body of a response with status
                     200: clients and alarms see a success.
           = fix:    Return `Response(body={"message": "failed"}, status_code=500)`, or
                     let the exception pass: Chalice answers 500 itself.
    """)


def test_the_same_flaw_in_the_policies_of_two_stages() -> None:
    assert report(ineffective("dev"), ineffective("prod")) == expected("""
        error[ineffective-grant]: `ses:SendEmail` is granted on no resource it can
          match
          --> .chalice/policy-dev.json:11:34
        11 │       "Action": ["s3:GetObject", "ses:SendEmail"],
           │                                  ^^^^^^^^^^^^^^^
          ::: .chalice/policy-dev.json:12:19
        12 │       "Resource": "arn:aws:s3:::receipts/*"
           │                   ------------------------ an object of S3
           │
           = stage:  dev
           = why:    An SES action is checked against an identity; the statement lists
                     S3 objects only.
           = fix:    Grant it in a statement of its own, on the sender's identity.
           = also in prod: at .chalice/policy-prod.json:11:34
    """)


def test_ascii_where_the_encoding_has_no_box_characters() -> None:
    assert report(masked("dev"), encoding="ascii") == expected("""
        warning[masked-failure] (conditional): `update_order` answers HTTP 200 when it
          fails
          --> app.py:15:16
        15 |         return {"statusCode": 500, "body": "failed"}
           |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           |
           = stage:  dev
           = path:   PUT /orders/{id} -> update_order
           = why:    Chalice sends a plain dict as the body of a response with status
                     200: clients and alarms see a success.
           = fix:    Return `Response(body={"message": "failed"}, status_code=500)`, or
                     let the exception pass: Chalice answers 500 itself.
    """)


def test_what_could_not_be_told_and_the_closing() -> None:
    assert render(replace(RESULT, findings=()), sources, 80, False) == expected("""
        cannot tell: `os.environ["RECEIPTS"]` is not known
          --> app.py:20:12
              s3:GetObject on arn:aws:s3:::{os.environ["RECEIPTS"]}/{id} (dev, prod)
              path: GET /receipts/{id}
          = to settle it, add below `[tool.remit]` in `pyproject.toml`:
              [tool.remit.values]
              RECEIPTS = "..."

        not followed: 1 call of the SDK could not be attributed
          --> app.py:13:16
              `orders.save`: `orders` may be of two classes

        not read: 1 part of the project could not be used
          --> chalicelib/old.py:3:7
              `chalicelib/old.py` does not parse as Python 3: missing parentheses. Its
              calls are not in this report.

        silenced: 1 finding, by `[[tool.remit.ignore]]`
          --> .chalice/policy-prod.json:6:18
              unused-permission in prod: the console of the support team uses it

        stage  functions  needs  denied  cannot tell  errors  warnings
        ──────────────────────────────────────────────────────────────
        dev            1      3       1            1       2         1
        prod           1      3       1            1       2         1

        no finding in 2 stages; 2 calls followed of 3; 2 needs cannot be told; 1 file
        could not be read
    """)


def test_what_the_baseline_knows_is_a_line() -> None:
    entry = Fingerprint("app.py", "masked-failure")
    baseline = Compared(".remit-baseline.json", (masked("dev"),) * 2, (entry,) * 3)
    text = render(replace(NOTHING, baseline=baseline), sources, 80, False)
    assert text == expected("""
        baseline: 2 known findings in `.remit-baseline.json`; 3 entries fit no finding
          any more: write the baseline anew with `--write-baseline`

        no new finding in 0 stages; 0 calls followed of 0
    """)
    baseline = Compared("mine.json")
    text = render(replace(NOTHING, baseline=baseline, stats=Stats()), sources, 80, False)
    assert text.startswith("baseline: 0 known findings in `mine.json`\n\nNothing to mend: ")


def test_the_closing_counts_what_is_shown() -> None:
    last = render(RESULT, sources, 200, False).splitlines()[-2:]
    assert " ".join(last).startswith("2 errors, 1 warning in 2 stages; 2 calls followed of 3;")


WELL = Stats(
    calls_found=5, calls_followed=5, files=3, entries=2, needs=12, needs_allowed=12
)  # fmt: skip
TWO = (StageSummary("dev"), StageSummary("prod"))


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (
            replace(NOTHING, stages=TWO, stats=WELL),
            "Nothing to mend: 5 calls of AWS from 2 entry points in 3 files need 12\n"
            "permissions in 2 stages, and every one is granted.\n",
        ),
        (
            replace(NOTHING, stages=TWO[:1], stats=replace(WELL, needs_allowed=11, needs_denied=1)),
            "Nothing to mend: 5 calls of AWS from 2 entry points in 3 files need 12\n"
            "permissions in 1 stage, and 11 are granted and 1 denied.\n",
        ),
        (
            replace(NOTHING, stages=TWO, stats=Stats(files=1, entries=1)),
            "Nothing to mend: no call of AWS is made from 1 entry point in 1 file (2 stages\n"
            "checked).\n",
        ),
    ],
)
def test_nothing_wrong_is_said_and_what_was_checked(result: CheckResult, line: str) -> None:
    assert render(result, sources, 80, False) == line


# --- odd sources


def one(line: str, column: int, end: int, **more: object) -> str:
    """The excerpt of a note on one line of a file."""
    width = int(str(more.get("width", 80)))
    finding = Finding(
        "note-rule", Severity.NOTE, Confidence.CERTAIN, "dev", on("a.py", 1, column, end), "m"
    )
    text = render(
        replace(NOTHING, findings=(finding,)),
        lambda _: [line],
        width,
        False,
        str(more.get("encoding", "utf-8")),
    )
    return "\n".join(text.split("\n")[2:4])


@pytest.mark.parametrize(
    ("line", "column", "end", "shown"),
    [
        ("f(x)", 1, 5, "1 │ f(x)\n  │ ^^^^"),
        ("\tf(x)", 2, 6, "1 │     f(x)\n  │     ^^^^"),
        ("f(\tx)", 1, 6, "1 │ f(    x)\n  │ ^^^^^^^^"),
        ("名 = f(x)", 5, 9, "1 │ 名 = f(x)\n  │      ^^^^"),
        ('f("注文")', 1, 8, '1 │ f("注文")\n  │ ^^^^^^^^^'),
        ("ＡＢ = f()", 6, 9, "1 │ ＡＢ = f()\n  │        ^^^"),  # full-width Latin letters
        ("e\u0301 = f()", 6, 9, "1 │ e\u0301 = f()\n  │     ^^^"),
        ("f('\x1b[31m')", 1, 11, "1 │ f('\\x1b[31m')\n  │ ^^^^^^^^^^^^^"),
        ("f('\u202e')", 1, 7, "1 │ f('\\u202e')\n  │ ^^^^^^^^^^^"),
        ("f()", 9, 12, "1 │ f()\n  │    ^"),  # the file is not what was checked: no crash
        ("", 1, 2, "1 │\n  │ ^"),
    ],
)
def test_odd_characters_keep_the_underline_in_place(
    line: str, column: int, end: int, shown: str
) -> None:
    got = "\n".join(row.rstrip() for row in one(line, column, end).split("\n"))
    assert got == shown


@pytest.mark.parametrize(
    ("line", "column", "end", "shown"),
    [
        # room for 36 cells of the line: a quarter of it, 9, stands before the span
        (
            "a" * 50 + "CALL" + "b" * 50,
            51,
            55,
            "1 │ …aaaaaaaaaCALLbbbbbbbbbbbbbbbbbbbbb…\n  │           ^^^^",
        ),
        (
            "CALL" + "b" * 50,
            1,
            5,
            "1 │ CALLbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…\n  │ ^^^^",
        ),
        (
            "a" * 50 + "CALL",
            51,
            55,
            "1 │ …aaaaaaaaaCALL\n  │           ^^^^",
        ),
        (
            "    " + "c" * 50,
            5,
            55,
            "1 │     ccccccccccccccccccccccccccccccc…\n  │     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        ),
        ("a" * 32 + "CALL", 33, 37, f"1 │ {'a' * 32}CALL\n  │ {' ' * 32}^^^^"),
    ],
)
def test_long_lines_are_cut_around_the_span(line: str, column: int, end: int, shown: str) -> None:
    assert one(line, column, end, width=40) == shown


def test_a_line_of_megabytes_shows_its_span() -> None:
    line = "x" * 3_000_000 + "CALL" + "y" * 3_000_000
    shown, under = one(line, 3_000_001, 3_000_005).split("\n")
    assert cells(shown) <= 80
    assert shown[under.index("^") : under.rindex("^") + 1] == "CALL"


def test_characters_that_cannot_be_encoded_are_escaped() -> None:
    shown = one("注 = f()", 5, 8, encoding="latin-1")
    assert shown == "1 | \\u6ce8 = f()\n  |          ^^^"


def test_a_long_span_shows_its_head_and_its_end() -> None:
    lines = [f"line {n}" for n in range(1, 10)]
    finding = replace(masked("dev"), span=Span("a.py", 1, 1, 9, 7), why="", fix="", path=())
    shown = render(replace(NOTHING, findings=(finding,)), lambda _: lines, 80, False)
    assert shown.split("\n")[2:9] == [
        " --> a.py:1:1",
        "1 │ > line 1",
        "2 │ > line 2",
        "3 │ > line 3",
        "  │ > …",
        "9 │ > line 9",
        "  │",
    ]


@pytest.mark.parametrize(
    ("span", "head"),
    [
        (on("gone.py", 3, 5, 9), " --> gone.py:3:5"),
        (on("app.py", 999, 5, 9), "   --> app.py:999:5"),
        (Span("app.py", 2, 1, 1, 1), " --> app.py:2:1"),
        (Span.whole("app.py"), " --> app.py"),
        (on("a\nb\x1b.py", 1, 2, 3), " --> a\\nb\\x1b.py:1:2"),
    ],
)
def test_without_its_source_a_place_is_named(span: Span, head: str) -> None:
    finding = replace(masked("dev"), span=span, path=(), why="", fix="")
    lines = report(finding, width=120).split("\n")
    assert lines[1] == head
    assert lines[3].strip() == "= stage:  dev"


def test_a_related_place_without_source_keeps_its_note() -> None:
    related = Related(Span.whole("policy.json"), "this file is not there")
    lines = report(replace(masked("dev"), related=(related,))).split("\n")
    assert lines[5:7] == ["  ::: policy.json", "   │ this file is not there"]


# --- order, lists, colour


def test_what_fails_comes_first_and_then_the_file_and_line() -> None:
    def finding(rule: str, severity: Severity, line: int, action: str) -> Finding:
        span = on("app.py", line, 1, 2)
        return Finding(rule, severity, Confidence.CERTAIN, "dev", span, action, action=action)

    shown = report(
        finding("unused-permission", Severity.WARNING, 1, "e"),
        finding("a-later-rule", Severity.ERROR, 1, "d"),
        finding("ineffective-grant", Severity.ERROR, 1, "c"),
        finding("missing-permission", Severity.ERROR, 9, "b"),
        finding("missing-permission", Severity.ERROR, 2, "a"),
    )
    heads = [line[-1] for line in shown.split("\n") if "]: " in line]
    assert heads == ["a", "b", "c", "d", "e"]


def test_two_findings_of_one_stage_are_never_joined() -> None:
    shown = report(missing("dev"), replace(missing("dev"), resource="another"))
    assert shown.count("error[missing-permission]") == 2


def test_a_reason_is_given_once_in_a_row() -> None:
    other = replace(masked("dev"), span=on("app.py", 13, 9, 15), message="another")
    assert report(masked("dev"), other).count("= why:") == 1


def test_a_mended_statement_is_printed_once_in_a_row() -> None:
    other = replace(missing("dev"), span=on("app.py", 13, 16, 62), message="another")
    shown = report(missing("dev"), other)
    assert shown.count('"Effect": "Allow"') == 1
    assert shown.count("= fix:    the same as above") == 1


def test_many_related_places_are_not_all_drawn() -> None:
    places = tuple(Related(on("app.py", line, 1, 3), "needs it too") for line in range(1, 8))
    lines = report(replace(masked("dev"), related=places)).split("\n")
    assert sum(line.lstrip().startswith(":::") for line in lines) == 7
    assert sum(" --" in line and "-->" not in line for line in lines) == 3
    at = lines.index("  ::: app.py:4:1")
    assert lines[at + 1] == "   │ needs it too"


def test_a_place_that_stages_share_is_drawn_once() -> None:
    shared = Related(on("app.py", 7, 1, 7), "made here")
    dev, prod = (
        replace(missing(s), related=(*missing(s).related, shared)) for s in ("dev", "prod")
    )
    shown = report(dev, prod)
    assert shown.count("made here") == 1
    assert shown.count("the resource fits") == 2


def test_calls_that_are_not_the_roles_are_counted_apart() -> None:
    stats = Stats(calls_found=3, calls_followed=1, calls_foreign=2)
    shown = render(replace(RESULT, stats=stats), sources, 200, False)
    assert "1 call followed of 3; 2 with keys or an endpoint of their own" in shown


def test_what_no_configuration_settles_is_said_in_words() -> None:
    whole = replace(receipt("dev"), action="*", resource="*", path=(), fill="")
    role = replace(whole, hole="the role `arn:aws:iam::1:role/x` is not in this project")
    shown = render(replace(NOTHING, unresolved=(role, replace(whole, hole=""))), sources, 80, False)
    assert shown.split("\n\n")[:2] == [
        "cannot tell: the role `arn:aws:iam::1:role/x` is not in this project\n"
        "  --> app.py:20:12\n"
        "      every need (dev)",
        "cannot tell: nothing certain is known\n  --> app.py:20:12\n      every need (dev)",
    ]


def test_one_gap_lists_all_its_needs() -> None:
    put = replace(receipt("prod"), action="s3:PutObject", path=(), fill="[p]\nRECEIPTS = 1")
    other = replace(receipt("dev"), hole="id", fill="")
    shown = render(
        replace(NOTHING, unresolved=(receipt("dev"), other, put)), sources, 80, False
    ).split("\n\n")
    assert shown[0] == expected("""
        cannot tell: `os.environ["RECEIPTS"]` is not known
          --> app.py:20:12
              s3:GetObject on arn:aws:s3:::{os.environ["RECEIPTS"]}/{id} (dev)
              path: GET /receipts/{id}
          --> app.py:20:12
              s3:PutObject on arn:aws:s3:::{os.environ["RECEIPTS"]}/{id} (prod)
          = to settle it, add below `[tool.remit]` in `pyproject.toml`:
              [tool.remit.values]
              RECEIPTS = "..."
              [p]
              RECEIPTS = 1
    """).rstrip("\n")
    assert shown[1].startswith("cannot tell: id\n")
    assert "settle" not in shown[1]


def test_long_lists_say_how_much_they_leave_out() -> None:
    calls = tuple(Unattributed(on("a.py", n, 1, 2), f"c{n}", "?") for n in range(1, LISTED + 4))
    shown = render(replace(NOTHING, unattributed=calls), sources, 80, False)
    assert f"`c{LISTED}`" in shown
    assert f"`c{LISTED + 1}`" not in shown
    assert "  and 3 more: `--format json` lists all\n" in shown


def test_colour_changes_nothing_but_colour() -> None:
    import re

    plain, coloured = (render(RESULT, sources, 80, colour) for colour in (False, True))
    assert "\x1b[1;31merror[missing-permission]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert "\x1b" not in plain


@pytest.mark.parametrize("width", [1, 40, 80, 200])
def test_drawn_lines_keep_to_the_width(width: int) -> None:
    free = ("                  ", "Nothing")  # what is to be pasted is never wrapped
    for line in render(RESULT, sources, width, False).split("\n"):
        assert cells(line) <= max(width, 66) or line.startswith(free), line


ANY = st.text(max_size=30)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(ANY, max_size=4),
    st.tuples(*[st.integers(-2, 40)] * 4),
    st.tuples(ANY, ANY, ANY, ANY, ANY, ANY),
    st.sampled_from(["utf-8", "ascii", "latin-1", "cp932", "no such encoding"]),
    st.integers(1, 120),
)
def test_nothing_that_steers_a_terminal_gets_through(
    lines: list[str],
    place: tuple[int, int, int, int],
    texts: tuple[str, str, str, str, str, str],
    encoding: str,
    width: int,
) -> None:
    line, column, more_lines, end = place
    span = Span(texts[0], line, column, line + more_lines, end)
    finding = Finding(
        id="r",
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        stage=texts[1],
        span=span,
        message=texts[2],
        why=texts[3],
        fix=texts[4],
        patch=texts[5],
        related=(Related(span, texts[3]),),
    )
    result = CheckResult(
        texts[0],
        texts[1],
        stages=(StageSummary(texts[1]),),
        findings=(finding, replace(finding, stage="other", message=texts[5])),
        unresolved=(Unresolved(texts[1], span, texts[2], texts[3], texts[4], texts[5]),),
        problems=(Problem(span, texts[2], texts[3]),),
        unattributed=(Unattributed(span, texts[4], texts[5]),),
    )
    shown = render(result, lambda _: lines, width, False, encoding)
    assert all(
        char == "\n" or char.isprintable() or char in "\u200c\u200d" or char.isspace()
        for char in shown
    )
    assert not set(shown) & set("\x1b\r\x07\x08\x7f\x9b\u202e\u2028\t\v\f")
    if encoding != "no such encoding":
        shown.encode(encoding)
