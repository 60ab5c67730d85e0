"""`remit check` from the outside: status, output, messages. The use case is a stand-in."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from remit import __version__, wiring
from remit.app.model import CheckResult, InputError, Progress
from remit.app.project import unknown_stage
from remit.cli.main import main
from remit.cli.progress import Bar
from remit.cli.sources import reader
from remit.core.finding import Severity
from remit.core.span import Span
from tests.report.orders import FILES, RESULT, missing

CLEAN = CheckResult("orders-api", "chalice")
NOTE = replace(CLEAN, findings=(replace(missing("dev"), severity=Severity.NOTE),))
WARNING = replace(CLEAN, findings=(replace(missing("dev"), severity=Severity.WARNING),))
OPEN = replace(CLEAN, unresolved=RESULT.unresolved)

UseCase = Callable[[Path, tuple[str, ...], str | None, Progress], CheckResult]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[CheckResult | UseCase], None]]:
    """Make `remit.wiring.check` give a result, or do what a function does."""

    def give(what: CheckResult | UseCase) -> None:
        use_case = what if callable(what) else lambda *_: what
        monkeypatch.setattr(wiring, "check", use_case, raising=False)

    yield give


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


# --- exit status


@pytest.mark.parametrize(
    ("result", "status", "strict"),
    [
        (CLEAN, 0, 0),
        (NOTE, 0, 0),
        (WARNING, 1, 1),
        (RESULT, 1, 1),
        (OPEN, 0, 3),
        (replace(CLEAN, problems=RESULT.problems), 0, 3),
        (replace(CLEAN, unattributed=RESULT.unattributed), 0, 3),
        (replace(CLEAN, silenced=RESULT.silenced), 0, 0),
        (replace(OPEN, findings=WARNING.findings), 1, 1),
    ],
)
def test_exit_status(answer, result: CheckResult, status: int, strict: int, capsys) -> None:
    answer(result)
    assert main(["check"]) == status
    assert main(["check", "--strict"]) == strict
    assert main(["check", "--strict", "--format", "json"]) == strict


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "required: VERB"),
        (["chekc"], "invalid choice: 'chekc'"),
        (["check", "a", "b"], "unrecognized arguments: b"),
        (["check", "--format", "xml"], "invalid choice: 'xml'"),
        (["check", "--stage"], "expected one argument"),
    ],
)
def test_bad_usage(arguments: list[str], said: str, capsys) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--version"], f"remit {__version__}\n"),
        (["--help"], "check "),
        (["check", "--help"], "  3    something could not be told, and --strict was given\n"),
    ],
)
def test_version_and_help(arguments: list[str], said: str, capsys) -> None:
    assert main(arguments) == 0
    assert said in capsys.readouterr().out


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from remit.cli.main import main; main(['check', '--help']);"
        "print(sorted(m for m in sys.modules if m.startswith('remit.')), file=sys.stderr);"
        "print([m for m in ('rich', 'boto3', 'botocore', 'yaml', 'ast') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    own = "exits main policy_flags project_flags server_flags verbs".split()
    assert done.stderr.strip() == str(["remit.cli", *(f"remit.cli.{name}" for name in own)])


# --- what the use case is asked, and what is printed


def test_the_use_case_is_asked_for_the_project_and_its_stages(answer, capsys) -> None:
    asked = []

    def use_case(
        root: Path, stages: tuple[str, ...], _framework: str | None, progress: Progress
    ) -> CheckResult:
        asked.append((root, stages))
        progress(1, 2, "app.py")
        return CLEAN

    answer(use_case)
    assert main(["check", "some/where", "--stage", "dev", "--stage", "prod"]) == 0
    assert main(["check"]) == 0
    assert asked == [(Path("some/where"), ("dev", "prod")), (Path(), ())]


def test_text_with_excerpts_from_the_project(answer, project: Path, capsys) -> None:
    answer(RESULT)
    assert main(["check", str(project)]) == 1
    shown = capsys.readouterr().out
    assert "6 │ >         return self.table.update_item(" in shown
    assert "\x1b" not in shown  # not a terminal


def test_json_is_json_and_nothing_else(answer, capsys) -> None:
    answer(RESULT)
    main(["check", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["project"] == "orders-api"


class Terminal(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("arguments", "environment", "colour"),
    [
        ([], {"TERM": "xterm"}, True),
        (["--no-color"], {"TERM": "xterm"}, False),
        ([], {"TERM": "xterm", "NO_COLOR": "1"}, False),
        ([], {"TERM": "xterm", "NO_COLOR": ""}, True),
        ([], {"TERM": "dumb"}, False),
    ],
)
def test_colour_on_a_terminal(answer, monkeypatch, arguments, environment, colour) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    answer(RESULT)
    main(["check", *arguments])
    assert ("\x1b[1;31merror" in terminal.getvalue()) is colour


# --- what goes wrong


def test_unusable_input(answer, capsys) -> None:
    def use_case(*_: object) -> CheckResult:
        raise InputError("broken \x1b[31m", "mend it", Span(".chalice/config.json", 3, 5, 3, 6))

    answer(use_case)
    assert main(["check"]) == 2
    assert capsys.readouterr() == (
        "",
        "remit: .chalice/config.json:3:5: broken \\x1b[31m\n  hint: mend it\n",
    )


@pytest.mark.parametrize(
    ("known", "hint"),
    [
        (("dev", "prod"), "did you mean `prod`? its stages are `dev`, `prod`"),
        (("staging", "live"), "its stages are `staging`, `live`"),
        ((), "it has no stages at all"),
    ],
)
def test_an_unknown_stage(answer, capsys, known: tuple[str, ...], hint: str) -> None:
    def use_case(*_: object) -> CheckResult:
        raise unknown_stage("prd", known)

    answer(use_case)
    assert main(["check", "--stage", "prd"]) == 2
    assert capsys.readouterr().err == (f"remit: the project has no stage `prd`\n  hint: {hint}\n")


def test_an_interrupt_says_so_in_one_line(answer, capsys) -> None:
    def use_case(*_: object) -> CheckResult:
        raise KeyboardInterrupt

    answer(use_case)
    assert main(["check"]) == 130
    assert capsys.readouterr() == ("", "remit: interrupted\n")


def test_a_fault_of_remit_is_one_line_with_its_place(answer, capsys, monkeypatch) -> None:
    def use_case(*_: object) -> CheckResult:
        raise IndexError("no\x1bsuch")

    monkeypatch.delenv("REMIT_DEBUG", raising=False)
    answer(use_case)
    assert main(["check"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "at remit.cli.check:" in printed.err
    assert "IndexError: no\\x1bsuch -- please report it" in printed.err

    monkeypatch.setenv("REMIT_DEBUG", "1")
    assert main(["check"]) == 2
    assert "Traceback" in capsys.readouterr().err


MUCH = (
    "import sys; from remit import wiring; from remit.cli.main import main;"
    "from tests.report.orders import RESULT; from dataclasses import replace;"
    "wiring.check = lambda *_: replace(RESULT, findings=RESULT.findings * 400);"
    "sys.exit(main(['check']))"
)


def print_to(descriptor: int) -> tuple[int, bytes]:
    try:
        done = subprocess.run(
            [sys.executable, "-c", MUCH], stdout=descriptor, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(descriptor)
    return done.returncode, done.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    assert print_to(writing) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
def test_a_full_disk_is_said() -> None:
    said = b"remit: cannot print the report: No space left on device\n"
    assert print_to(os.open("/dev/full", os.O_WRONLY)) == (2, said)


# --- --output


def test_output_replaces_the_file_in_one_step(answer, project: Path, capsys) -> None:
    answer(RESULT)
    file = project / "report.txt"
    file.write_text("old")
    assert main(["check", str(project), "--output", str(file)]) == 1
    assert "error[missing-permission]" in file.read_text("utf-8")
    assert capsys.readouterr() == ("", "")
    assert main(["check", str(project), "--output", str(file), "--format", "json"]) == 1
    assert json.loads(file.read_text("utf-8"))["version"] == 1
    assert not list(project.glob(".report.txt*"))


def test_output_goes_through_a_link(answer, tmp_path: Path) -> None:
    answer(CLEAN)
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    assert main(["check", "--output", str(tmp_path / "link")]) == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() != "old"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing/report.txt", "no folder for `--output {}`"),
        ("", "`--output {}` is not a regular file"),
        ("a\0b", "cannot use `--output"),
        ("x" * 300, "cannot use `--output {}`: File name too long"),
    ],
)
def test_output_that_cannot_be_written_stops_before_the_work(
    answer, tmp_path: Path, name: str, said: str, capsys
) -> None:
    def use_case(*_: object) -> CheckResult:
        raise AssertionError("the work was started")

    answer(use_case)
    target = str(tmp_path / name)
    assert main(["check", "--output", target]) == 2
    assert said.format(target) in capsys.readouterr().err


def test_a_failed_write_leaves_the_old_file(answer, tmp_path: Path, monkeypatch, capsys) -> None:
    answer(CLEAN)
    file = tmp_path / "report.txt"
    file.write_text("old")

    def full(self: Path, other: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert main(["check", "--output", str(file)]) == 2
    assert capsys.readouterr().err == f"remit: cannot write `{file}`: No space left on device\n"
    assert [p.name for p in tmp_path.iterdir()] == ["report.txt"]
    assert file.read_text() == "old"


# --- sources and progress


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"a\nb\r\nc\rd", ["a", "b", "c", "d"]),
        ("a\x0cb\u2028c\x1cd\n".encode(), ["a\x0cb\u2028c\x1cd", ""]),
        (b"\xef\xbb\xbfa", ["a"]),
        (b"caf\xe9\n", ["caf\ufffd", ""]),
    ],
)
def test_lines_are_counted_as_parsers_count_them(
    tmp_path, content: bytes, lines: list[str]
) -> None:
    (tmp_path / "a.py").write_bytes(content)
    assert reader(tmp_path)("a.py") == lines


@pytest.mark.parametrize(
    "name", ["gone.py", "../outside.py", "/etc/hostname", "", "folder", "loop", "a\0b", "x" * 999]
)
def test_files_that_are_not_shown(tmp_path: Path, name: str) -> None:
    root = tmp_path / "project"
    (root / "folder").mkdir(parents=True)
    (root / "loop").symlink_to("loop")
    (tmp_path / "outside.py").write_text("secret")
    assert reader(root)(name) is None


def test_the_bar_waits_and_then_keeps_to_one_line() -> None:
    now = [0.0]
    terminal = Terminal()
    bar = Bar(terminal, 50, clock=lambda: now[0])
    bar(1, 4, "app.py")
    bar.clear()
    assert terminal.getvalue() == ""
    now[0] = 0.6
    bar(2, 4, "evil\x1b[2J.py")
    now[0] = 0.65
    bar(3, 4, "too soon to be drawn")
    now[0] = 0.8
    bar(3, 4, "a/very/long/path/that/does/not/fit.py")
    bar.clear()
    assert terminal.getvalue().split("\r\x1b[K")[1:] == [
        "[############............] 2/4 evil\\x1b[2J.py",
        "[##################......] 3/4 a/very/long/path/t",
        "",
    ]


@pytest.mark.parametrize(("done", "total", "full"), [(0, 0, 0), (5, 4, 24), (-1, 4, 0), (1, 3, 8)])
def test_the_bar_takes_any_numbers(done: int, total: int, full: int) -> None:
    terminal = Terminal()
    ticks = iter([0.0, 1.0])
    Bar(terminal, 80, clock=lambda: next(ticks))(done, total, "")
    assert terminal.getvalue().count("#") == full


def test_no_bar_where_there_is_no_terminal(answer, capsys, monkeypatch) -> None:
    monkeypatch.setattr("remit.cli.progress.PATIENCE", -1.0)

    def use_case(
        _root: Path, _stages: tuple[str, ...], _framework: str | None, progress: Progress
    ) -> CheckResult:
        progress(1, 2, "app.py")
        return CLEAN

    answer(use_case)
    assert main(["check"]) == 0
    assert capsys.readouterr().err == ""
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["check"]) == 0
    assert "] 1/2 app.py" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp932", "utf-8"])
def test_every_encoding_of_standard_output_will_do(project: Path, encoding: str) -> None:
    script = (
        "import sys; from remit import wiring; from remit.cli.main import main;"
        "from tests.report.orders import RESULT, missing; from dataclasses import replace;"
        "odd = replace(missing('dev'), message='\\u6ce8\\u6587 \\udc80 \\x1b[31m \\u0434');"
        "wiring.check = lambda *_: replace(RESULT, findings=(odd,));"
        f"sys.exit(main(['check', {str(project)!r}]))"
    )
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"")
    shown = done.stdout.decode(encoding)
    assert "error[missing-permission]: " in shown
    assert "\\udc80 \\x1b[31m" in shown
    assert ("│" in shown) is (encoding in ("utf-8", "cp932"))
