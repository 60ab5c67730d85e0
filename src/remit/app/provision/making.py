"""Making a stage's resources: which calls, made by a caller that is given, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from remit.app.local import Local
from remit.app.provision import texts
from remit.app.provision.model import (
    Made,
    Making,
    Note,
    Perform,
    Provisioned,
    Refused,
    Step,
)
from remit.app.provision.of import Of, within
from remit.app.provision.order import ordered
from remit.app.provision.parameters import Unfit, fitted, required
from remit.app.provision.table import ELSEWHERE, KINDS, NOT_MADE, UNKNOWN
from remit.core.text import Text
from remit.deploy.model import Data, Resource, Stage


def planned(stage: Stage) -> tuple[list[Making], list[Note]]:
    """The resources of a stage with the calls that make them, in order, and what is not made."""
    makings: list[Making] = []
    notes: list[Note] = []
    unknown: dict[str, list[Resource]] = {}
    for one in stage.resources():
        kind = KINDS.get(one.type)
        if kind is None:
            if one.type not in ELSEWHERE:
                unknown.setdefault(_service(one.type), []).append(one)
            continue
        of = Of(one)
        why = kind.not_here(of) if kind.not_here is not None else ""
        if why:
            notes.append(Note(one.type, one.name, one.span, why))
            continue
        makings.append(Making(one, tuple(kind.make(of)), of.unused))
    notes += [_unknown(ones) for _, ones in sorted(unknown.items())]
    return ordered(makings), notes


def _service(type_: str) -> str:
    """The service of a CloudFormation or a Terraform type, as far as its name says."""
    mark = "::" if "::" in type_ else "_"
    first, *rest = type_.split(mark)
    return first if first == "Custom" else mark.join((first, *rest[:1]))


def _unknown(ones: list[Resource]) -> Note:
    """One note for the resources of a service whose types are not in the table."""
    types = list(dict.fromkeys(one.type for one in ones))
    service = _service(types[0])
    short = [types[0], *(one.removeprefix(f"{service}::") for one in types[1:])]
    why = NOT_MADE.get(service, UNKNOWN)
    return Note(", ".join(short), ones[0].name, ones[0].span, why, len(ones) - 1)


def make(stage: Stage, project: str, known: Mapping[str, str], perform: Perform) -> Provisioned:
    """Make the resources of a stage. `known` are the values of `region`, `account` and `partition`;
    `project` is its name. What cannot be made is among the notes, and the rest is made."""
    makings, notes = planned(stage)
    stack = texts.stack(texts.stack_name(project, stage.name))
    work = _Work(f"{project} {stage.name}", perform, {**stack, **known}, notes)
    resources = stage.resources()
    work.others = frozenset(one.name for one in resources)
    work.owned = frozenset(
        hole.name
        for one in resources
        for text in (one.title, *one.attributes.values())
        for hole in text.holes
    )
    for one in makings:
        work.make(one)
    notes += _left_out(makings, work)
    local = Local(work.values, urls=tuple(work.urls))
    return Provisioned(local, tuple(work.made), tuple(notes))


@dataclass(slots=True)
class _Work:
    """What has been made so far."""

    seed: str
    perform: Perform
    values: dict[str, str]
    notes: list[Note]
    urls: list[str] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    left: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    owned: frozenset[str] = frozenset()

    def make(self, one: Making) -> None:
        """Make one resource. What goes wrong is noted."""
        resource = one.resource
        values = {**self.values, **self._chosen(one)}
        there = False
        for step in one.steps:
            done = self._done(one, step, values)
            if not done and not there:
                return
            if done and not there and not step.before:
                self._settle(resource, values)
                there = True

    def _chosen(self, one: Making) -> dict[str, str]:
        """Values for what its name needs, where the calls take a name; where the answer gives it,
        there is nothing to choose."""
        resource = one.resource
        making = next((n for n, step in enumerate(one.steps) if not step.before), -1)
        texts_ = [t for step in one.steps[: making + 1] for t in texts.leaves(step.parameters)]
        named = {hole.name for text in texts_ for hole in text.holes}
        found = texts.chosen(resource.title, self.values, self.seed, resource.name)
        own = {name: value for name, value in found.items() if name in named}
        # What belongs to no resource (a random id of Terraform's) may be anything here.
        for text in texts_:
            free = Text.of(*(hole for hole in text.holes if hole.name not in self.owned))
            own |= texts.chosen(free, {**self.values, **own}, self.seed, "")
        return own

    def _done(self, one: Making, step: Step, values: dict[str, str]) -> bool:
        """Whether a call was made. What its answer gives is added to `values`."""
        left: list[str] = []
        try:
            data = self._plain(one, step, values)
            region = self._region(one.resource, values)
            parameters = _parameters(step, data, left)
            answer = self.perform(step.service, step.operation, parameters, region)
        except texts.Missing as missing:
            self._note(one, self._missing(missing.name))
            return False
        except Unfit as error:
            self._note(one, f"{step.operation}: {error}")
            return False
        except Refused as error:
            why = error.code if step.secret else f"{error.code}: {error.message}"
            self._note(one, f"{step.operation} was refused: {why}")
            return False
        self.left.setdefault((one.resource.type, one.resource.name), []).extend(left)
        for path, text in step.gives.items():
            actual = within(answer, *path.split("."))
            if isinstance(actual, str):
                values |= texts.read_off(text, actual, values)
        return True

    def _plain(self, one: Making, step: Step, values: Mapping[str, str]) -> dict[str, Data]:
        """The parameters, without those of which a symbol is not known and that the call does not
        need. Raises texts.Missing."""
        needed = required(step.service, step.operation)
        found: dict[str, Data] = {}
        for name, value in step.parameters.items():
            try:
                found[name] = texts.plain(value, values)
            except texts.Missing as missing:
                if name in needed:
                    raise
                if name == "Attributes" and isinstance(value, Mapping):
                    found[name] = self._attributes(one, value, values)
                else:
                    self._note(one, f"made without `{name}`: {self._missing(missing.name)}")
        return found

    def _attributes(
        self, one: Making, given: Mapping[str, Data], values: Mapping[str, str]
    ) -> dict[str, Data]:
        found: dict[str, Data] = {}
        for name, value in given.items():
            try:
                found[name] = texts.plain(value, values)
            except texts.Missing as missing:
                self._note(one, f"made without `{name}`: {self._missing(missing.name)}")
        return found

    def _region(self, one: Resource, values: Mapping[str, str]) -> str:
        """The region that its ARN names, which may be another than the stage's."""
        arn = one.attributes.get("Arn")
        parts = [] if arn is None else str(texts.partly(arn, values)).split(":")
        found = parts[3] if len(parts) > 5 else ""
        return found if found and "{" not in found else self.values["region"]

    def _settle(self, one: Resource, values: Mapping[str, str]) -> None:
        """Take over what is known since the resource is there."""
        secret = f"value of {one.name}"
        self.values |= {name: value for name, value in values.items() if name != secret}
        arn = ""
        for name, text in one.attributes.items():
            try:
                here = texts.filled(text, self.values)
            except texts.Missing:
                continue
            arn = here if name == "Arn" else arn
            if KINDS[one.type].url and here.startswith("https://") and here not in self.urls:
                self.urls.append(here)
        if one.open:
            self.notes.append(Note(one.type, one.name, one.span, f"made, though {one.open}"))
        try:
            title = texts.filled(one.title, self.values)
        except texts.Missing:  # of a type that nobody names (a subscription)
            title = ""
        generated = bool(title) and any(texts.is_own(hole) for hole in one.title.holes)
        self.made.append(Made(one.type, one.name, title, arn, generated))

    def _missing(self, name: str) -> str:
        """Why a symbol has no value."""
        if any(name == other or name.startswith(f"{other} ") for other in self.others):
            return f"it hangs on `{name}`, which was not made"
        hint = "tell it in the settings, `[tool.remit.values]`"
        return f"it hangs on `{name}`, which is not known here: {hint}"

    def _note(self, one: Making, why: str) -> None:
        of = one.resource
        self.notes.append(Note(of.type, of.name, of.span, why))


def _parameters(step: Step, data: Any, left: list[str]) -> dict[str, Any]:
    found = fitted(step.service, step.operation, data, left)
    place = found.get("CreateBucketConfiguration")
    # S3 API Reference, CreateBucket: this region is the one that must not be named.
    if place == {"LocationConstraint": "us-east-1"}:
        del found["CreateBucketConfiguration"]
    return found


def _left_out(makings: Iterable[Making], work: _Work) -> Iterator[Note]:
    """One note a type for the properties that were not taken over, of what was made."""
    there = {(one.type, one.name) for one in work.made}
    found: dict[str, dict[str, list[str]]] = {}
    spans: dict[tuple[str, str], Making] = {}
    for one in makings:
        of = one.resource
        names = [*one.unused, *work.left.get((of.type, of.name), ())]
        if names and (of.type, of.name) in there:
            found.setdefault(of.type, {})[of.name] = names
            spans[of.type, of.name] = one
    for type_, by_name in sorted(found.items()):
        first = next(iter(by_name))
        listed = sorted({f"`{name}`" for names in by_name.values() for name in names})
        span = spans[type_, first].resource.span
        yield Note(type_, first, span, f"not taken over: {', '.join(listed)}", len(by_name) - 1)
