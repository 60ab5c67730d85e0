"""The flags `--baseline` and `--write-baseline`: which file they mean, reading and writing it."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from remit.app import baseline
from remit.app.errors import InputError
from remit.app.fingerprint import Fingerprint, Lines
from remit.app.model import CheckResult
from remit.cli.output import save, target
from remit.report.lines import some
from remit.report.terminal import Screen
from remit.syntax.document import MAX_SIZE


@dataclass(frozen=True, slots=True)
class Given:
    """The baseline that the flags name: its entries (none where the file is yet to be made)."""

    name: str
    entries: tuple[Fingerprint, ...]
    goal: Path | None = None
    """Where it is to be written to; None where it is only read."""


def given(arguments: Namespace, root: Path) -> Given:
    """What the flag names, read. Raises InputError when it can't be used."""
    writing = arguments.write_baseline is not None
    option = "--write-baseline" if writing else "--baseline"
    # By default it belongs to the project, from wherever that is checked.
    name = (arguments.write_baseline or arguments.baseline) or str(root / baseline.NAME)
    if writing:
        goal = target(name, option)
        return Given(name, _read(name, option) if goal.exists() else (), goal)
    return Given(name, _read(name, option))


def applied(result: CheckResult, known: Given, lines: Lines, whole: bool) -> CheckResult:
    """`result` seen through the baseline, which is written first where that was asked for."""
    entries = known.entries
    if known.goal is not None:
        made = baseline.written(result, entries, lines, whole)
        save(known.goal, made.text)
        entries = made.entries
        said = f"{some(len(entries), 'finding')}, {made.added} new, {made.gone} gone"
        print(Screen().clean(f"remit: wrote `{known.name}`: {said}"), file=sys.stderr)  # noqa: T201  a message for people, beside the report
    return baseline.apply(result, entries, known.name, lines, whole)


def _read(name: str, option: str) -> tuple[Fingerprint, ...]:
    try:
        if Path(name).is_dir():
            hint = f"write `{option}=FILE`, or the project before `{option}`"
            raise InputError(f"`{option} {name}` is a folder", hint)
        with Path(name).open("rb") as stream:
            data = stream.read(MAX_SIZE + 1)
    except FileNotFoundError:
        hint = "make it with `--write-baseline`"
        raise InputError(f"there is no baseline `{name}`", hint) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read the baseline `{name}`: {reason}") from None
    return baseline.parse(data, name)
