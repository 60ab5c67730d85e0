"""A resource's properties as the tables of types ask for them, with a record of what was asked."""

from __future__ import annotations

from collections.abc import Mapping

from remit.core.text import Text
from remit.deploy.cloudformation.kinds import KINDS
from remit.deploy.model import Data, Resource


class Of:
    """One resource. What is never asked for has no part in making it: `unused` names it."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self._asked: set[str] = set()

    def get(self, name: str, *path: str) -> Data:
        """A property, or what is within it; None where it is absent."""
        self._asked.add(name)
        return within(self.resource.properties.get(name), *path)

    def same(self, *names: str) -> dict[str, Data]:
        """The properties that the call has under the same name."""
        return {name: value for name in names if (value := self.get(name)) is not None}

    def renamed(self, **names: str) -> dict[str, Data]:
        """Properties by the name that the call has for them: `property="Parameter"`."""
        found = {to: self.get(name) for name, to in names.items()}
        return {to: value for to, value in found.items() if value is not None}

    def objects(self, name: str, *path: str) -> list[Mapping[str, Data]]:
        """The objects in a list."""
        value = self.get(name, *path)
        items = value if isinstance(value, tuple | list) else (value,)
        return [one for one in items if isinstance(one, Mapping)]

    def is_set(self, name: str, *path: str) -> bool:
        """Whether a boolean is true."""
        return said(self.get(name, *path))

    def pairs(self) -> dict[str, Data]:
        """The tags, by key."""
        value = self.get("Tags")
        if isinstance(value, Mapping):
            return dict(value)
        return {
            key: one.get("Value")
            for one in self.objects("Tags")
            if isinstance(key := one.get("Key"), str)
        }

    def tags(self, key: str = "Key", value: str = "Value") -> list[Data]:
        """The tags as a list of objects."""
        return [{key: name, value: text} for name, text in self.pairs().items()]

    @property
    def title(self) -> Text:
        """Its name in AWS."""
        return self.resource.title

    def attribute(self, name: str) -> Text:
        """What the project may name of it; empty where it can not."""
        return self.resource.attributes.get(name, Text.of())

    @property
    def unused(self) -> tuple[str, ...]:
        """The properties that nobody asked for, but for the one that names it."""
        kind = KINDS.get(self.resource.type)
        asked = {*self._asked, kind.naming if kind is not None else ""}
        return tuple(name for name in self.resource.properties if name not in asked)


def within(value: Data, *path: str) -> Data:
    """What a path of keys leads to; None where it leads nowhere."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def said(value: Data) -> bool:
    """Whether a value of a template is true."""
    return str(value).lower() == "true"


def without_nothing(values: Mapping[str, Data]) -> dict[str, Data]:
    """The values that are there."""
    return {key: value for key, value in values.items() if value not in (None, [], (), {})}
