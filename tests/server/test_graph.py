"""Object graphs as text and back: what comes back is what went in, and nothing else goes in."""

from __future__ import annotations

import json
from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.server import graph
from remit.server.graph import Malformed, Unkept, Written


class Thing:
    """Some class of which objects are kept. Reading must run nothing of it."""

    def __init__(self) -> None:
        raise AssertionError("run")

    def __setattr__(self, name: str, value: object) -> None:
        raise AssertionError("run")

    def __eq__(self, other: object) -> bool:
        return bool(self.name == other.name)  # type: ignore[attr-defined]  # as moto's policies do

    def __hash__(self) -> int:
        return 1


CLASSES = {"test.Thing": Thing}
NAMES = {Thing: "test.Thing"}


def thing(**attributes: Any) -> Any:
    made = object.__new__(Thing)
    vars(made).update(attributes)
    return made


def written(value: object, rows: Any = None) -> Written:
    return graph.write(value, NAMES, rows or {})


def no_row(kind: str, key: str) -> object:
    raise KeyError(kind, key)


def again(value: object) -> Any:
    return graph.read(graph.parse(written(value).text), CLASSES, no_row)


_TEXT = st.text(st.characters(exclude_categories=()), max_size=8)  # lone surrogates too
_PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT
    | st.sampled_from(["object", "same", "row", "dict"])
    | st.binary(max_size=8)
    | st.datetimes()
    | st.datetimes(timezones=st.just(timezone(timedelta(hours=2))))
    | st.dates()
)
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(_TEXT, inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.sets(_TEXT, max_size=3)
        | st.frozensets(_TEXT, max_size=3)
    ),
    max_leaves=20,
)


def _types(value: Any) -> Any:
    """What `==` does not tell apart."""
    if isinstance(value, dict):
        return dict, [(_types(k), _types(v)) for k, v in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [_types(one) for one in value]
    return type(value)


@settings(max_examples=150, deadline=None)
@given(_VALUES)
def test_values_come_back_as_they_were(value: Any) -> None:
    found = again(value)
    assert found == value
    assert _types(found) == _types(value)


def test_text_of_users_is_never_more_than_text() -> None:
    for value in (
        ["object", "test.Thing"],
        ["same", 0],
        {"row": ["users", "ann"]},
        ["bytes", "00"],
    ):
        assert again(value) == value


def test_what_is_one_stays_one() -> None:
    shared, tags = thing(name="shared"), [{"Key": "a"}]
    top = thing(name="top", first=shared, second=shared, tags=tags, more=(tags, tags))
    vars(shared)["owner"] = top
    found = again(top)
    assert found.first is found.second
    assert found.first.owner is found
    assert found.tags is found.more[0] is found.more[1]
    assert again([tags, tags]) == [tags, tags]


def test_other_rows_are_pointed_to() -> None:
    ann = thing(name="ann")
    group = thing(name="g", users=[ann, ann])
    rows = {id(ann): ("users", "ann"), id(group): ("groups", "g")}
    text = written(group, rows).text
    assert '["row","users","ann"]' in text
    into = graph.blank(graph.parse(text), CLASSES)
    found = graph.read(graph.parse(text), CLASSES, lambda kind, key: {"ann": ann}[key], into)
    assert found is into
    assert found.users[0] is ann


class Text(str):
    """No text that JSON tells from another."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"a": [object()]}, "a `builtins.object`"),
        (Written, "a `builtins.type`"),
        (print, "a `builtins.builtin_function_or_method`"),
        (OrderedDict(), "a `collections.OrderedDict`"),
        (Text("secret"), "a `tests.server.test_graph.Text`"),
        (timedelta(1), "a `datetime.timedelta`"),
        (float("nan"), "a number that is not finite"),
        (1j, "a `builtins.complex`"),
    ],
)
def test_what_is_not_known_is_refused_by_name(value: object, why: str) -> None:
    with pytest.raises(Unkept) as caught:
        written(value)
    assert str(caught.value) == why


def test_depth_has_an_end() -> None:
    deep: Any = []
    for _ in range(graph.DEEPEST + 2):
        deep = [deep]
    with pytest.raises(Unkept):
        written(deep)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[" * 100_000, '{"a": 1}', "[]", "[1]", '["list", {"a": 1}]', '["same", 0]',
        '["list", ["same", 1]]', '["list", ["same", -1]]', '["list", ["same", true]]', '["object"]',
        '["object", "os.system"]', '["object", "test.Thing", ["a"]]', '["object", "test.Thing", 1]',
        '["row", "users", "ann"]', '["row"]', '["bytes", "x"]', '["time", "now"]', '["pickle", "x"]',
        '["dict", [["list"], 1]]', '["set", ["list"]]', '["time"]', '["list", NaN, {}]',
        "[" + '"list",[' * 200 + "]" * 200 + "]",
    ],
)  # fmt: skip
def test_what_nobody_wrote_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        graph.read(graph.parse(text), CLASSES, no_row)


def _changes() -> list[tuple[str, Any]]:
    return [
        ("an attribute", lambda one: vars(one).update(name="x")),
        ("a new attribute", lambda one: vars(one).update(more=None)),
        ("one less", lambda one: vars(one).pop("when")),
        ("a list", lambda one: one.tags.append({})),
        ("an element", lambda one: one.tags[0].update(Value="2")),
        ("an object inside", lambda one: vars(one.part).update(status="Inactive")),
        ("another object in its place", lambda one: vars(one).update(part=thing(name="no"))),
        ("another kind", lambda one: vars(one).update(part=None)),
        ("a set", lambda one: one.some.add("y")),
    ]


@pytest.mark.parametrize("change", [pytest.param(one, id=name) for name, one in _changes()])
def test_a_change_anywhere_is_seen(change: Any) -> None:
    one = thing(
        name="a",
        when=datetime(2026, 1, 2, 3, tzinfo=UTC),
        day=date(2026, 1, 2),
        tags=[{"Key": "a", "Value": "1"}],
        part=thing(name="p", status="Active"),
        some={"x"},
    )
    found = written(one)
    assert found.still_holds()
    change(one)
    assert not found.still_holds()
    assert written(one).text != found.text


def test_the_text_is_json() -> None:
    assert json.loads(written({"é\udc80": [1, None]}).text) == [
        "dict",
        ["é\udc80", ["list", 1, None]],
    ]
