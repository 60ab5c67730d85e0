"""ARN formats filled from parameters.

A variable is filled from the parameters that a rule names, else from parameters of the same or a
like name (`${TableName}`: TableName, table, tableArn, ...). A value that is itself an ARN of the
format stands for the format up to that variable; of another ARN the last segment is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from remit.catalog import overlap
from remit.catalog.pieces import is_arn
from remit.catalog.rules.model import Fills
from remit.catalog.scope import Scope
from remit.catalog.shapes import Around, last, shaped
from remit.core.text import Hole, HoleKind, Text


@dataclass(frozen=True, slots=True)
class Filled:
    """A format filled: the texts it stands for, how many of its variables were found, in all.

    `foreign`: a parameter holds the ARN of something else. `open_arn`: the hole of a parameter
    that holds an ARN of which nothing is known.
    """

    texts: tuple[Text, ...]
    found: int
    variables: int
    foreign: bool = False
    open_arn: Text | None = None

    @property
    def complete(self) -> bool:
        """Whether every variable was found."""
        return self.found == self.variables


@dataclass(frozen=True, slots=True)
class Filler:
    """What all formats of one permission are filled from.

    `type_name` is the resource type's name in the catalog, `operation` the operation's. `assigned`
    says that what is missing is named by AWS, `star` that it means all.
    """

    scope: Scope
    around: Around
    fills: Fills
    type_name: str = ""
    operation: str = ""
    assigned: bool = False
    star: bool = False

    def fill(self, arn_format: str) -> Filled:
        """Fill every variable of `arn_format`."""
        values = {variable: self._values(variable) for variable in _variables(arn_format)}
        found = len(values) if self.star else sum(bool(one) for one in values.values())
        rows = _rows({v: texts or (self._missing(v, found > 0),) for v, texts in values.items()})
        open_arn = self._open_arn(values)
        texts = tuple(self._text(arn_format, row, open_arn) for row in rows)
        foreign = any(
            is_arn(text) and not _fits(text, arn_format, variable)
            for variable, given in values.items()
            for text in given
        )
        return Filled(texts, found, len(values), foreign, open_arn)

    def _values(self, variable: str) -> tuple[Text, ...]:
        named = self.fills.get(f"{self.type_name}.{variable}") or self.fills.get(variable)
        for option in named.split() if named else self._guesses(variable):
            if option[0] in "=!":
                return (_fixed(option),)
            path, _, shape = option.partition("|")
            texts = self.scope.texts(path)
            if shape:
                texts = tuple(t for text in texts for t in shaped(shape, text, self.around))
            if texts:
                return texts
        return ()

    def context(self, source: str) -> tuple[Text, ...]:
        """The value of a condition key: `Param`, `Param|shape`, `=text`, or an ARN format."""
        if source.startswith("arn:"):
            return self.fill(source).texts
        return replace(self, fills={"": source})._values("")

    def _guesses(self, variable: str) -> Iterator[str]:
        by_key = {_plain(name): name for name in self.scope.params}
        for guess in _likely(variable, self.type_name, self.operation):
            if guess in by_key and not isinstance(self.scope.params[by_key[guess]], dict):
                yield by_key[guess]

    def _missing(self, variable: str, beside: bool) -> Text:
        """The text for a variable that no parameter fills.

        `beside` variables that were found it is an id that AWS assigned.
        """
        if self.star:
            return Text.of("*")
        named = self.fills.get(f"{self.type_name}.{variable}") or self.fills.get(variable)
        paths = [option.partition("|")[0] for option in named.split()] if named else [variable]
        for text in self.scope.texts(paths[0]):
            if text.holes:  # a shape could make nothing of it
                return Text.of(text.holes[0])
        name = paths[0]
        assigned = self.assigned or (beside and not self.scope.open)
        kind = HoleKind.ASSIGNED if assigned else HoleKind.CODE
        return Text.of(Hole(kind, name.lstrip("@")))

    def _open_arn(self, values: Mapping[str, tuple[Text, ...]]) -> Text | None:
        """The hole of a parameter that holds an ARN of which nothing is known: its region and
        account are as open as its name.
        """
        for path in self.scope.params:
            value = self.scope.params[path] if path.lower().endswith("arn") else None
            if isinstance(value, Hole):
                text = Text.of(value)
                if any(text in texts for texts in values.values()):
                    return text
        return None

    def _text(self, arn_format: str, row: Mapping[str, Text], open_arn: Text | None) -> Text:
        """The format with its variables replaced, left to right."""
        result, walked = Text.of(), ""
        for literal, variable in overlap.pieces(arn_format):
            result, walked = Text.of(result, literal), walked + literal
            if variable is None:
                continue
            walked += "${" + variable + "}"
            value = row.get(variable)
            if value is None:
                result = Text.of(result, self._surroundings(variable, open_arn))
            elif not is_arn(value):
                result = Text.of(result, _without_head(value, literal))
            elif overlap.meet(_as_pattern(value), walked):
                result = value
            else:
                result = Text.of(result, *last(value))
        return result

    def _surroundings(self, variable: str, open_arn: Text | None) -> Text:
        if variable == "Partition":
            return Text.of(self.around.partition)
        return open_arn or (self.around.region if variable == "Region" else self.around.account)


@cache
def _variables(arn_format: str) -> tuple[str, ...]:
    """The variables that parameters fill: all but partition, region and account."""
    found, colons = [], 0
    for literal, variable in overlap.pieces(arn_format):
        colons += literal.count(":")
        head = variable in ("Partition", "Region") or (
            colons == 4 and variable is not None and variable.endswith(("Account", "AccountId"))
        )
        if variable is not None and not head:
            found.append(variable)
    return tuple(found)


def _fixed(option: str) -> Text:
    """`=text` or `!name_of_what_is_assigned`."""
    rest = option[1:]
    return Text.of(rest if option[0] == "=" else Hole(HoleKind.ASSIGNED, rest.replace("_", " ")))


def _rows(values: dict[str, tuple[Text, ...]]) -> list[dict[str, Text]]:
    """One row for each element of the lists; lists of one length go side by side."""
    longest = max((len(texts) for texts in values.values()), default=1)
    return [
        {v: texts[i] if i < len(texts) else texts[-1] for v, texts in values.items()}
        for i in range(longest)
    ]


def _without_head(value: Text, literal: str) -> Text:
    """Formats such as `ou-${Id}` hold the beginning of ids that come complete."""
    head = literal.rpartition("/")[2].rpartition(":")[2]
    first = value.parts[0] if value.parts else ""
    if head and isinstance(first, str) and first.startswith(head):
        return Text.of(first.removeprefix(head), *value.parts[1:])
    return value


def _fits(arn: Text, arn_format: str, variable: str) -> bool:
    """Whether the ARN is of the format, or of the format's beginning up to the variable."""
    before, mark, _ = arn_format.partition("${" + variable + "}")
    pattern = _as_pattern(arn)
    return overlap.meet(pattern, before + mark) or overlap.meet(pattern, arn_format)


def _as_pattern(text: Text) -> str:
    return "".join(part if isinstance(part, str) else "*" for part in text.parts)


@cache
def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


_ENDINGS = ("", "name", "id", "identifier", "arn", "s", "names", "ids", "identifiers", "arns")
_VAGUE = frozenset({"", "resource"})


@cache
def _likely(variable: str, type_name: str, operation: str) -> tuple[str, ...]:
    """Plain parameter names that may fill the variable, best first."""
    name, kind, verb = _plain(variable), _plain(type_name), _plain(operation)
    stem = name
    for ending in ("name", "identifier", "id", "arn", "uuid"):
        if stem.endswith(ending):
            stem = stem.removesuffix(ending)
            break
    found = [] if name in ("name", "id", "identifier", "arn") else [name, name + "s"]
    related = stem in _VAGUE or stem in kind or kind in stem
    for base in (stem, kind) if related else (stem,):
        if base not in _VAGUE:
            found += [base + ending for ending in _ENDINGS]
    found += ["resourcearn", "resourcearns"]
    if any(base not in _VAGUE and base in verb for base in (stem, kind)):
        found += ["name", "id", "identifier", "arn", "names", "ids", "identifiers", "arns"]
    return tuple(dict.fromkeys(found))
