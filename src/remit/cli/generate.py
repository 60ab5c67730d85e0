"""The verb `generate`: run the use case, print the policy or edit the file, choose the status."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from remit import wiring
from remit.app.errors import InputError
from remit.app.generate import Base, Generated, Target, Wish
from remit.app.policy_file import Changed
from remit.cli.check import watched
from remit.cli.exits import Exit
from remit.cli.output import save, show, target
from remit.core.call import Call
from remit.core.span import Problem
from remit.deploy.formats import BY_FRAMEWORK, FORMATS
from remit.report.terminal import Screen
from remit.syntax.source import MAX_SIZE
from remit.usage import recording

_REPORTS = ("text", "json")


def run(arguments: Namespace) -> int:
    """Generate for `arguments.project`; returns the exit status. Raises InputError."""
    output = target(arguments.output) if arguments.output else None
    root = Path(arguments.project)
    with _calls(arguments.recording) as calls, watched(sys.stderr) as progress:
        wish = Wish(
            role=arguments.role,
            function=arguments.function,
            calls=calls,
            conditions=arguments.conditions,
            base=_base(arguments),
            write=arguments.write,
            prune=arguments.prune,
        )
        stages = tuple(arguments.stage)
        result = wiring.generate(root, wish, stages, arguments.framework, progress)
    if arguments.write:
        return _write(result, root.parent if root.is_file() else root, arguments)
    text = _printed(result, arguments.format)
    if output is None:
        show(text)
    else:
        save(output, text)
    _remarks(result, arguments.format)
    return _status(result, arguments.strict)


def _status(result: Generated, strict: bool) -> Exit:
    """Findings are needs that a policy does not serve: a Deny of its own stands against them."""
    unmet = [one.proposal.unmet for one in result.targets] if not result.changes else []
    if any(unmet) or any(one.unmet for one in result.changes):
        return Exit.FINDINGS
    told = not result.lost and not any(one.gaps for one in result.targets)
    told = told and not any(one.untold or one.problems for one in result.changes)
    return Exit.UNTOLD if strict and not told else Exit.OK


# --- what is given ------------------------------------------------------------------------------


@contextmanager
def _calls(name: str | None) -> Iterator[Iterable[Call | Problem] | None]:
    if name is None:
        yield None
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115  closed below; only opening is guarded
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read `{name}`: {reason}") from None
    with stream:
        yield recording.read(iter(lambda: stream.readline(recording.LONGEST + 2), b""), name)


def _base(arguments: Namespace) -> Base | None:
    if arguments.prune and not (arguments.write or arguments.base):
        raise InputError("`--prune` needs a policy", "add `--base FILE` or `--write`")
    if arguments.base is None:
        return None
    if arguments.write:
        raise InputError("`--base` does not go with `--write`", "`--write` starts from the file")
    try:
        with Path(arguments.base).open("rb") as stream:
            return Base(arguments.base, stream.read(MAX_SIZE + 1))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read `{arguments.base}`: {reason}") from None


# --- printing -----------------------------------------------------------------------------------


def _printed(result: Generated, wanted: str) -> str:
    if wanted == "json":
        from remit.report import generated_json

        return generated_json.render(result)
    if wanted == "text":
        from remit.report import generated

        return generated.render(result, Screen(encoding=sys.stdout.encoding or "utf-8"))
    if result.changes:
        return result.changes[0].after
    return snippet(_only(result), wanted)


def _only(result: Generated) -> Target:
    """The one policy to print; the caller must choose where there are several."""
    if len(result.targets) == 1:
        return result.targets[0]
    stages = dict.fromkeys(f"`{one.stage}`" for one in result.targets)
    roles = ", ".join(f"`{one.role}`" for one in result.targets)
    hint = f"name a stage with `--stage`: {', '.join(stages)}"
    if len(stages) == 1:
        hint = f"name one with `--role`: {roles}"
    hint += "; or use `--format text` for all"
    raise InputError(f"{len(result.targets)} roles have policies of their own", hint)


def snippet(one: Target, wanted: str) -> str:
    """The policy in the language of a framework. Raises InputError where it has no place there."""
    written = FORMATS[wanted]
    name = one.role.rstrip("-*") or "remit"
    parts = one.proposal.parts
    if len(parts) < 2:
        return written.document(parts[0] if parts else (), one.spelling, name)
    if written.documents is None:
        raise InputError(one.proposal.split, "use `--format policy` and a role of your own")
    return written.documents(parts, one.spelling, name)


def _remarks(result: Generated, wanted: str) -> None:
    """What must not be lost when only a policy is printed: on standard error."""
    if wanted in _REPORTS:
        return
    from remit.report import generated

    for one in result.targets:
        if one.proposal.split and not result.changes:
            _say(f"remit: {one.proposal.split}")
        if not FORMATS[wanted].spells and one.symbolic:
            own = BY_FRAMEWORK.get(result.framework, "policy")
            _say(f"remit: `*` stands for names of the template: `--format {own}` writes them")
        counts = ((len(one.blanks), "wildcards"), (len(one.gaps), "places not covered"))
        said = ", ".join(f"{number} {what}" for number, what in counts if number)
        if said:
            _say(f"remit: {said}: `--format text` says which")
    for change in result.changes:
        for line in generated.changed(change):
            _say(line)
    if result.lost:
        first = result.lost[0]
        _say(f"remit: {len(result.lost)} lines hold no call; {first.span}: {first.message}")


# --- writing ------------------------------------------------------------------------------------


def _write(result: Generated, root: Path, arguments: Namespace) -> Exit:
    """Edit or make the policy files, each after its diff was shown and agreed to."""
    changes = [*result.changes, *_new(result)]
    _elsewhere(result, changes)
    if not changes and all(one.kept_by for one in result.targets):
        return Exit.UNUSABLE
    agreed = True
    for change in changes:
        if change.before == change.after:
            show(f"{change.file}: nothing to change\n")
        elif _agreed(change, arguments.yes):
            _replace(root / change.file, change)
            show(f"{change.file}: written\n")
        else:
            agreed = False
            show(f"{change.file}: not written\n")
    if not agreed and not sys.stdin.isatty():
        _say("remit: nobody to ask: give `--yes` to write")
        return Exit.UNUSABLE
    return _status(result, arguments.strict)


def _new(result: Generated) -> Iterator[Changed]:
    """Policy files that are named and not there yet."""
    for one in result.targets:
        if one.file is not None and one.missing:
            text = snippet(one, BY_FRAMEWORK.get(result.framework, "policy"))
            yield Changed(one.file, "", text)


def _elsewhere(result: Generated, changes: list[Changed]) -> None:
    """Policies that are in no file that remit edits: what to put where."""
    files = {change.file for change in changes}
    for one in result.targets:
        if one.file in files:
            continue
        role = f"role `{one.role}` of stage `{one.stage}`"
        if one.kept_by:
            _say(f"remit: nothing to write for {role}: {one.kept_by}")
        else:
            show(snippet(one, BY_FRAMEWORK.get(result.framework, "policy")))
            _say(f"remit: {role} is in a template: put this there, at {one.span}")


def _agreed(change: Changed, yes: bool) -> bool:
    from remit.report import generated

    screen = Screen(encoding=sys.stdout.encoding or "utf-8")
    lines = [*generated.diff(change).splitlines(), *generated.changed(change)]
    show("".join(screen.clean(line) + "\n" for line in lines))
    if yes:
        return True
    if not sys.stdin.isatty():
        return False
    show(f"Write {screen.clean(change.file)}? [y/N] ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _replace(path: Path, change: Changed) -> None:
    """Replace the file in one step, unless somebody changed it meanwhile; its mode stays."""
    path = path.resolve()
    mode = None
    if change.before:
        try:
            mode = path.stat().st_mode
            same = path.read_bytes() == change.before.encode()
        except OSError as error:
            raise InputError(f"cannot read `{path}`: {error.strerror or error}") from None
        if not same:
            raise InputError(f"`{change.file}` was changed meanwhile", "run it once more")
    elif path.exists():
        raise InputError(f"`{change.file}` was made meanwhile", "run it once more")
    save(path, change.after)
    if mode is not None:
        path.chmod(mode)


def _say(line: str) -> None:
    print(Screen().clean(line), file=sys.stderr)  # noqa: T201  remarks beside the policy
