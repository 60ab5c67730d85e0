"""`remit run --grant-on-denial`: run, ask about each statement that is missing, grant, run again.

What may live here: the rounds and the questions. What can be granted, and by which statement, is
app/granting.py's; how it looks is the report's.
"""

from __future__ import annotations

import os
import secrets
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from remit import wiring
from remit.app import granting
from remit.app.errors import InputError
from remit.app.granting import Proposed
from remit.app.running import Denied, Plan, Told
from remit.cli import question
from remit.cli.administering import Administrator
from remit.cli.exits import Exit
from remit.cli.generate import snippet
from remit.cli.output import save, show
from remit.deploy.formats import BY_FRAMEWORK
from remit.report import denied as report
from remit.report.lines import some
from remit.report.terminal import Screen

MOST = 25
"""Runs with `--yes`: a command that makes up new names each time would never come to an end."""

_YES, _NO, _ALL, _QUIT = "yes", "no", "all", "quit"
_ANSWERS = {
    "y": _YES, "yes": _YES, "n": _NO, "no": _NO, "a": _ALL, "all": _ALL, "q": _QUIT, "quit": _QUIT,
}  # fmt: skip

Once = Callable[[str], tuple[int, Sequence[Denied]]]
"""Runs the command as a role that has this policy besides ("" for none); its exit status, and what
was denied to it."""


def check(arguments: Namespace) -> None:
    """Raises InputError where the flags do not go together."""
    if arguments.yes and not arguments.grant_on_denial:
        raise InputError("`--yes` needs `--grant-on-denial`")
    if not arguments.grant_on_denial:
        return
    if arguments.learn:
        raise InputError(
            "`--learn` and `--grant-on-denial` do not go together",
            "`--learn` refuses nothing; `--grant-on-denial` asks about each denial",
        )
    if not arguments.yes and not question.at_terminal():
        raise InputError(
            "`--grant-on-denial` asks, and standard input is no terminal",
            "`--yes` agrees to every statement: read what comes out before you deploy it",
        )


@dataclass(slots=True)
class Rounds:
    """The runs of one command until nothing new can be granted.

    `administrator` changes the role in the local server. `agreed` holds what was agreed to, `asked`
    the keys of all that was asked about.
    """

    plan: Plan
    project: Path
    administrator: Administrator
    yes: bool
    screen: Screen
    agreed: list[Proposed] = field(default_factory=list)
    asked: set[tuple[str, str]] = field(default_factory=set)
    stopped: bool = False
    puts: int = 0
    name: str = field(default_factory=lambda: f"remit-run-{secrets.token_hex(4)}")

    def run(self, once: Once) -> int:
        """Run, ask, run again; the exit status of the last run, 1 where it was 0 and calls were
        denied."""
        self.administrator.may(self.plan.name)
        granted = ""
        with self._granted():
            for number in range(1, MOST + 1 if self.yes else sys.maxsize):
                with question.kept():
                    status, denied = once(granted)
                found = wiring.denials(self.project, self.plan, denied)
                if not self._more(found):
                    break
                granted = granting.document(self.agreed)
                self.puts += 1
                self.administrator.put(self.plan.name, self.name, granted)
                if self.yes and number == MOST:
                    say(f"remit: stopped after {MOST} runs: each was denied something new")
                    break
                count = some(len(self.agreed), "statement")
                say(f"remit: granted {count} in the local server; running the command again")
        if self.agreed and not found:
            say("remit: nothing was denied this time")
        if self.agreed and self.stopped:
            say("remit: stopped before the command was run with all that was agreed to")
        return Exit.FINDINGS if found and status == 0 else status

    def _more(self, found: Sequence[Told]) -> bool:
        """Show the denials of a run and ask about what is new; whether to run again."""
        new = [one for one in granting.proposed(self.plan, found) if one.key not in self.asked]
        waiting = {id(one.told) for one in new}
        others = [one for one in found if id(one) not in waiting]
        sys.stderr.write(report.render(others, self.screen, summed=False))
        before = len(self.agreed)
        try:
            self._ask(new)
        except (EOFError, KeyboardInterrupt):
            self.stopped = True
            sys.stderr.write("\n")
        if len(self.agreed) > before and not self.stopped:
            return True
        sys.stderr.write(report.summary(found, self.screen))
        return False

    def _ask(self, new: Sequence[Proposed]) -> None:
        agreed_to_all = self.yes
        if new and not self.yes:
            question.forget_typed()
        for number, one in enumerate(new, 1):
            sys.stderr.write(report.proposal(one, self.plan.name, self.screen))
            answer = _ALL
            if not agreed_to_all:
                count = f" ({number} of {len(new)})" if len(new) > 1 else ""
                text = f"Grant this in the local server{count}? [y/N/all/quit] "
                answer = question.choose(text, _ANSWERS, _NO)
                sys.stderr.write("\n")
            if answer == _QUIT:
                self.stopped = True
                return
            self.asked.add(one.key)
            agreed_to_all = agreed_to_all or answer == _ALL
            if answer != _NO:
                self.agreed.append(one)

    @contextmanager
    def _granted(self) -> Iterator[None]:
        """What was granted is taken away at the end: a server that goes on has the project's roles
        as they are deployed."""
        try:
            yield
        finally:
            if self.puts:
                try:
                    self.administrator.remove(self.plan.name, self.name)
                except InputError as error:  # what was agreed to must still be told
                    say(f"remit: `{self.name}` is still on the role: {error.message}")


def deliver(rounds: Rounds, output: Path | None) -> None:
    """Print or write the agreed statements as one policy, and say where it belongs."""
    plan, agreed = rounds.plan, rounds.agreed
    if not agreed:
        return
    form = BY_FRAMEWORK.get(plan.opened.project.framework, "policy")
    made = granting.policy(plan, agreed)
    text = snippet(made, form)
    role = f"role `{plan.name}` of stage `{plan.stage.name}`"
    say(f"remit: agreed to {some(len(agreed), 'statement')} for {role}, as one policy:")
    if output is None:
        show(text)
    else:
        save(output, text)
        say(f"remit: written to `{output}`")
    if made.proposal.split:
        say(f"remit: {made.proposal.split}")
    say(f"remit: {granting.place(plan)} The project was not changed.")


def screen() -> Screen:
    """Standard error as it is."""
    terminal = sys.stderr.isatty()
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return Screen(
        width=os.get_terminal_size(sys.stderr.fileno()).columns or 80 if terminal else 80,
        colour=terminal and not plain,
        encoding=sys.stderr.encoding or "utf-8",
    )


def say(line: str) -> None:
    """A remark beside the command's output."""
    print(Screen().clean(line), file=sys.stderr, flush=True)  # noqa: T201  the same
