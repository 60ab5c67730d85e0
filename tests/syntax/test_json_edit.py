"""Edits change what is meant and nothing else: laws over generated documents."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from remit.syntax import json_reader, nodes
from remit.syntax.json_edit import Edit, Editor, applied
from remit.syntax.source import Source

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
STATEMENTS = st.lists(
    st.fixed_dictionaries({"Action": st.lists(TEXTS, min_size=1, max_size=4), "Sid": TEXTS}),
    min_size=1,
    max_size=4,
)
LAYOUTS = st.sampled_from(
    [
        {"indent": 2},
        {"indent": 4},
        {"indent": "\t"},
        {"indent": None},
        {"separators": (",", ":")},
        {"indent": 1, "separators": (",", " : ")},
    ]
)
ENDS = st.sampled_from(["\n", "\r\n"])


def written(value: Any, layout: dict[str, Any], end: str) -> str:
    text = json.dumps(value, ensure_ascii=False, **layout)
    return text.replace("\n", end) + end


def read(text: str) -> tuple[Editor, nodes.Sequence]:
    source = Source(text, "p.json")
    root = json_reader.read(source)
    assert isinstance(root, nodes.Mapping)
    listed = root.get("Statement")
    assert isinstance(listed, nodes.Sequence)
    return Editor(source), listed


@settings(max_examples=120, deadline=None)
@given(STATEMENTS, LAYOUTS, ENDS, st.lists(TEXTS, min_size=1, max_size=3), st.data())
def test_strings_join_a_list(
    value: list[dict[str, Any]],
    layout: dict[str, Any],
    end: str,
    more: list[str],
    data: st.DataObject,
) -> None:
    text = written({"Statement": value}, layout, end)
    editor, listed = read(text)
    index = data.draw(st.integers(0, len(value) - 1))
    item = listed.items[index]
    assert isinstance(item, nodes.Mapping)
    held = item.get("Action")
    assert held is not None
    made = applied(text, [editor.extended(held, more)])
    value[index]["Action"] += more
    assert json.loads(made) == {"Statement": value}
    # In the layout of `json.dumps` the result is what `json.dumps` writes.
    if layout.get("separators") != (",", " : "):
        assert made == written({"Statement": value}, layout, end)


@settings(max_examples=120, deadline=None)
@given(STATEMENTS, LAYOUTS, ENDS, STATEMENTS)
def test_objects_join_a_list(
    value: list[dict[str, Any]], layout: dict[str, Any], end: str, more: list[dict[str, Any]]
) -> None:
    text = written({"Statement": value}, layout, end)
    editor, listed = read(text)
    made = applied(text, editor.appended(listed, more))
    assert json.loads(made) == {"Statement": [*value, *more]}
    assert made.startswith(text[: editor.end(listed.items[-1].span)])


@settings(max_examples=120, deadline=None)
@given(STATEMENTS, LAYOUTS, ENDS, st.data())
def test_items_leave_a_list(
    value: list[dict[str, Any]], layout: dict[str, Any], end: str, data: st.DataObject
) -> None:
    text = written({"Statement": value}, layout, end)
    editor, listed = read(text)
    removed = data.draw(st.sets(st.integers(0, len(value) - 1), max_size=len(value) - 1))
    made = applied(text, editor.without(listed.items, removed))
    kept = [one for index, one in enumerate(value) if index not in removed]
    assert made == written({"Statement": kept}, layout, end)


def test_edits_at_one_place_keep_their_order() -> None:
    assert applied("ab", [Edit(1, 1, "x"), Edit(1, 1, "y"), Edit(0, 1, "A")]) == "Axyb"
