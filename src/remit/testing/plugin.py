"""The pytest plugin: `--remit-stage`, `@pytest.mark.remit(...)`, the fixture `remit`, a summary.

Every test run of an environment in which remit is installed loads this file, so it imports
nothing but pytest until remit is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from remit.testing.enforcement import Enforcement
    from remit.testing.record import Recorder
    from remit.testing.subject import Subject
    from remit.testing.tally import Tally

_OPTIONS = (
    ("stage", "refuse every AWS call that this stage's role would be refused"),
    ("project", "the project's folder or template (default: where pytest is configured, or here)"),
    ("function", "the deployed function to run as, where the stage has several roles"),
    ("role", "the role to run as, instead of a function"),
)
_OBSERVE = "let denied calls through, and only report them"
_FOREIGN = "judge calls with credentials given in code, too"
_RECORDING = "save the calls as JSON lines, for `remit generate --recording`"
_MARKER = (
    "remit(stage, function, role, project, policies, principal, observe, tests, foreign): run the "
    "test as a deployed role; what AWS would deny is denied"
)
_OUTPUT = "remit"
_RUN = "REMIT_RUN"  # remit.app.within.VARIABLE: importing that would cost every test run


@dataclass(slots=True)
class _State:
    """What this run does. `session` is the whole run's enforcement, None where none was asked
    for; `marked` are those of markers, each made once; `sent` came from other processes.
    `reported`: `remit run` shows the session's denials."""

    session: Enforcement | None = None
    marked: dict[str, Enforcement] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    reported: bool = False

    def all(self) -> list[Enforcement]:
        """Everything that judges."""
        return [*([self.session] if self.session else []), *self.marked.values()]


_STATE = pytest.StashKey[_State]()
_ACTIVE = pytest.StashKey["Enforcement"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options, and settings of the same names for pytest's own configuration."""
    group = parser.getgroup("remit", "remit: tests as a deployed role")
    for name, text in _OPTIONS:
        group.addoption(f"--remit-{name}", metavar=name.upper(), help=text)
        parser.addini(f"remit_{name}", text)
    group.addoption("--remit-observe", action="store_true", help=_OBSERVE)
    group.addoption("--remit-recording", metavar="FILE", help=_RECORDING)
    parser.addini("remit_observe", _OBSERVE, type="bool", default=False)
    parser.addini("remit_foreign", _FOREIGN, type="bool", default=False)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Begin before any conftest is imported: modules read their environment at import."""
    _begin(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """Begin, where the plugin was loaded too late for that."""
    config.addinivalue_line("markers", _MARKER)
    _begin(config)


def _begin(config: pytest.Config) -> None:
    if _STATE in config.stash:
        return
    state = config.stash[_STATE] = _State()
    stage = _setting(config, "stage")
    if not stage:
        _below_a_run(config, state)
        return
    from remit.app.errors import InputError
    from remit.testing import enforce

    try:
        session = enforce(
            _project(config),
            stage,
            _setting(config, "function"),
            _setting(config, "role"),
            observe=_observe(config),
            tests=False,
            foreign=config.getini("remit_foreign"),
        )
    except InputError as error:
        raise pytest.UsageError(_said(error)) from None
    session.test_files = _test_files(config)
    state.session = session
    session.__enter__()


def _below_a_run(config: pytest.Config, state: _State) -> None:
    """`remit run -- pytest`: what its server does not see is decided here (within.py)."""
    if _RUN not in os.environ:
        return
    from remit.app.errors import InputError
    from remit.testing import within

    run = within.run()
    if run is None:
        return
    try:
        session = within.enforcement(run)
    except InputError as error:
        config.issue_config_time_warning(pytest.PytestWarning(_said(error)), 2)
        return
    session.test_files = _test_files(config)
    state.session, state.reported = session, True
    within.install(run)
    session.__enter__()


def _setting(config: pytest.Config, name: str) -> str | None:
    given = getattr(config.known_args_namespace, f"remit_{name}", None)
    return given or config.getini(f"remit_{name}") or None


def _test_files(config: pytest.Config) -> tuple[str, ...]:
    """The names of test files, as this run collects them."""
    return (*config.getini("python_files"), "conftest.py")


def _observe(config: pytest.Config) -> bool:
    given = getattr(config.known_args_namespace, "remit_observe", False)
    return bool(given or config.getini("remit_observe"))


def _project(config: pytest.Config) -> Path:
    """The option counts from where pytest was called, the setting from the file that it is in.

    Without such a file pytest takes the folder of the first test for its root, which is no place
    to look for a project.
    """
    called = config.invocation_params.dir
    given = getattr(config.known_args_namespace, "remit_project", None)
    if given:
        return Path(called, given)
    return Path(config.rootpath if config.inipath else called, config.getini("remit_project"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give botocore and the environment back."""
    state = config.stash.get(_STATE, None)
    if state is not None and state.session is not None:
        state.session.__exit__(None, None, None)


# --- single tests -------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin what the test's marker asks for, before its fixtures are made."""
    marker = item.get_closest_marker("remit")
    if marker is None:
        return
    enforcement = _marked(item.config, marker)
    enforcement.__enter__()
    item.stash[_ACTIVE] = enforcement


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """End it after the test's fixtures."""
    try:
        return (yield)
    finally:
        enforcement = item.stash.get(_ACTIVE, None)
        if enforcement is not None:
            del item.stash[_ACTIVE]
            enforcement.__exit__(None, None, None)


def _marked(config: pytest.Config, marker: pytest.Mark) -> Enforcement:
    """The marker's enforcement; equal markers share one. Fails the test for a faulty marker."""
    from remit.app.errors import InputError
    from remit.testing import enforce

    state = config.stash[_STATE]
    key = repr((marker.args, sorted(marker.kwargs.items())))
    if key in state.marked:
        return state.marked[key]
    asked = {"tests": False, "observe": _observe(config), **marker.kwargs}
    place = asked.pop("project", None)
    project = _project(config) if place is None else Path(config.rootpath, place)
    if "policies" not in asked:
        asked.setdefault("stage", _setting(config, "stage"))
    wrong = '`remit` takes names only: `@pytest.mark.remit(stage="prod")`'
    if not marker.args:
        try:
            made = state.marked[key] = enforce(project, **asked)
            made.test_files = _test_files(config)
            return made
        except (InputError, TypeError) as error:
            wrong = _said(error)
    pytest.fail(wrong, pytrace=False)


@pytest.fixture(name="remit")
def _remit() -> Iterator[Recorder]:
    """A recorder of the calls that are made while this test runs."""
    from remit.testing.enforcement import listeners
    from remit.testing.record import Recorder

    recorder = Recorder()
    listeners.append(recorder)
    yield recorder
    listeners[:] = [one for one in listeners if one is not recorder]


# --- the end ------------------------------------------------------------------------------------


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a worker of pytest-xdist: send what was seen."""
    output = getattr(session.config, "workeroutput", None)
    state = session.config.stash[_STATE]
    if output is not None and state.all():
        from remit.testing.tally import packed

        output[_OUTPUT] = {
            "tallies": {title: packed(found) for title, found in _tallies(state).items()},
            "recording": _recorded(session.config, state),
        }


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist has ended: take what it sent."""
    sent = getattr(node, "workeroutput", {}).get(_OUTPUT)
    if sent:
        node.config.stash[_STATE].sent.append(sent)


def _tallies(state: _State) -> dict[str, Tally]:
    """What was seen, by subject."""
    from remit.testing.tally import Tally, tally, unpacked

    found: dict[str, Tally] = {}
    for one in state.all():
        found.setdefault(one.subject.title, Tally()).add(tally(one.recorder.calls, one.subject))
    for sent in state.sent:
        for title, values in sent["tallies"].items():
            found.setdefault(title, Tally()).add(unpacked(values))
    return found


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print what was denied, and what no test exercised."""
    state = config.stash[_STATE]
    if not state.all() and not state.sent:
        return
    from remit.testing import summary

    observe = _observe(config)
    for title, found in _tallies(state).items():
        lines: list[str] = []
        own = state.session is not None and state.session.subject.title == title
        if own and state.reported:
            if not found.judged:  # the server has decided everything, or there was nothing
                continue
            shown = summary.counts(found)
        else:
            shown = summary.lines(found, observe)
            if own and state.session is not None:
                lines = _compared(state.session.subject, found)
        terminalreporter.write_sep("=", f"remit: {title}")
        for line in (*shown, *lines):
            terminalreporter.write_line(line)
    _save(config, state)


def _compared(subject: Subject, found: Tally) -> list[str]:
    """What no test exercised. Improves the remedies in `found`."""
    from remit.testing import compare, summary

    needs = subject.needs()
    compare.mended(found, needs, subject)
    return list(summary.not_exercised(compare.unexercised(needs, found)))


def _recorded(config: pytest.Config, state: _State) -> list[str]:
    """The lines of a recording, where one is asked for; each once."""
    if not _target(config) or state.session is None:
        return []
    sent = [line for one in state.sent for line in one["recording"]]
    return list(dict.fromkeys([*state.session.recorder.lines(), *sent]))


def _save(config: pytest.Config, state: _State) -> None:
    if target := _target(config):
        text = "".join(f"{line}\n" for line in _recorded(config, state))
        Path(config.invocation_params.dir, target).write_text(text, encoding="utf-8")


def _target(config: pytest.Config) -> str | None:
    return getattr(config.known_args_namespace, "remit_recording", None)


def _said(error: Exception) -> str:
    """An InputError as a line for people."""
    hint = getattr(error, "hint", "")
    return f"remit: {error}" + (f" ({hint})" if hint else "")
