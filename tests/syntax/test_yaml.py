"""YAML with positions: YAML 1.1 values, tags kept, aliases bounded, PyYAML's complaints placed."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.syntax import yaml_reader
from remit.syntax.document import DocumentError, load
from remit.syntax.nodes import Mapping, Scalar, plain

from .support import problem, underlined, walk


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def loader(request, monkeypatch):
    """Both of PyYAML's parsers; the slower one is used where the C library is missing."""
    if not hasattr(yaml, request.param):
        pytest.skip("PyYAML was built without libyaml")
    monkeypatch.setattr(yaml_reader, "_LOADER", getattr(yaml, request.param))


BROKEN = [
    # Document, place, underlined text, message, hint.
    ("a:\n\t- b\n", "2:1", "\t", "this is not YAML", "spaces"),
    ("a: b: c\n", "1:5", ":", "mapping values are not allowed", "quotes"),
    ("Resource: *\n", "1:11", "*", "`*` begins an alias", '`"*"`'),
    ("Action:\n  - *\n", "2:5", "*", "`*` begins an alias", '`"*"`'),
    ("Action: [*, a]\n", "1:10", "*", "`*` begins an alias", '`"*"`'),
    ("a: *b\n", "1:4", "*b", "`*b` names nothing", "`&b`"),
    ("a: &b [*b]\n", "1:8", "*b", "`*b` names nothing that ends before it", ""),
    ("a: 1\n---\nb: 2\n", "2:1", "---", "a second YAML document", "one"),
    ("a: {{x}}\n", "1:5", "{x}", "a key that is a list or an object", "quotes"),
    ("? [a]\n: b\n", "1:3", "[a]", "a key that is a list or an object", "quotes"),
    ("a: @b\n", "1:4", "@", "this is not YAML", "`@`"),
    ("a: \x07b\n", "1:4", "\x07", "U+0007", "remove"),
    ("é😀: \x00", "1:5", "\x00", "U+0000", "remove"),
    ("a: \ud800\n", "1:4", "\ud800", "U+D800", "remove"),
    ("a: [1, 2\n", "2:1", "", "this is not YAML", ""),
    ("<<: 5\n", "1:5", "5", "`<<` merges something", "mapping"),
]


@pytest.mark.parametrize(("text", "place", "marked", "message", "hint"), BROKEN)
def test_a_broken_document_says_where_and_what(text, place, marked, message, hint):
    found = problem(text, "p.yaml")
    assert str(found.span) == f"p.yaml:{place}"
    assert underlined(text, found.span) == marked
    assert message in found.message
    assert hint in found.hint
    assert found.code == "yaml-syntax-error"


def test_every_part_has_its_place():
    text = (
        "Statement:\n"
        "  - Effect: Allow  # why\n"
        "    Action: ['s3:*', \"a\\tb\"]\n"
        "    é😀: !Ref X\n"
        "\n"
        "  # a comment after the block\n"
        "Note: |\n"
        "  one\n"
        "  two\n"
        "\n"
        "End: ~\n"
    )
    places = {(str(n.span)[7:], underlined(text, n.span)) for n in walk(load(text, "p.yaml"))}
    assert places == {
        ("1:1", text.rstrip("\n")),
        ("1:1", "Statement"),
        ("2:3", "\n".join(text.split("\n")[1:4])[2:]),
        ("2:5", "\n".join(text.split("\n")[1:4])[4:]),
        ("2:5", "Effect"),
        ("2:13", "Allow"),
        ("3:5", "Action"),
        ("3:13", "['s3:*', \"a\\tb\"]"),
        ("3:14", "'s3:*'"),
        ("3:22", '"a\\tb"'),
        ("4:5", "é😀"),
        ("4:9", "!Ref X"),
        ("7:1", "Note"),
        ("7:7", "|\n  one\n  two"),
        ("11:1", "End"),
        ("11:6", "~"),
    }


# YAML 1.1 (yaml.org/type): integers, floats, booleans, null. All else is text, dates too: a
# policy's Version is written without quotes more often than with.
VALUES = [
    ("2012-10-17", "2012-10-17"),
    ("5", 5), ("-5", -5), ("0x1F", 31), ("017", 15), ("1_000", 1000), ("0b11", 3), ("1:30", 90),
    ("1.5", 1.5), (".5", 0.5), ("1.5e+3", 1500.0), (".inf", float("inf")),
    ("1e3", "1e3"), ("0x_", "0x_"), ("08", "08"),
    ("true", True), ("Yes", True), ("off", False), ("y", "y"),
    ("~", None), ("null", None), ("", None),
    ("'5'", "5"), ('"true"', "true"), ("!!str 5", "5"), ("!!int '5'", 5),
    ("!!int x", "x"), ("=", "="), ("a#b", "a#b"), ("arn:aws:s3:::b", "arn:aws:s3:::b"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_scalars_follow_yaml_1_1(text, value):
    found = plain(load(f"k: {text}\n", "p.yml"))
    assert found == {"k": value}
    assert type(found["k"]) is type(value)


def test_tags_stay_on_the_node():
    node = load("a: !Sub 'x-${Y}'\nb: !GetAtt [T, Arn]\nc: !If {x: 1}\nd: !!set {e}\n", "t.yaml")
    assert isinstance(node, Mapping)
    assert [value.tag for _, value in node.entries] == [
        "!Sub", "!GetAtt", "!If", "tag:yaml.org,2002:set",
    ]  # fmt: skip
    assert plain(node) == {"a": "x-${Y}", "b": ["T", "Arn"], "c": {"x": 1}, "d": {"e": None}}


def test_python_tags_construct_nothing():
    node = load("!!python/object/apply:os.getcwd []", "p.yaml")
    assert node.tag == "tag:yaml.org,2002:python/object/apply:os.getcwd"
    assert plain(node) == []


def test_aliases_and_merge_keys():
    text = (
        "base: &b {x: 1, y: 2}\nmore: &m {y: 5, z: 6}\n"
        "one:\n  <<: *b\n  y: 3\nmany: {<<: [*b, *m]}\nquoted: {'<<': 1}\nagain: *b\n"
    )
    node = load(text, "p.yaml")
    assert plain(node) == yaml.safe_load(text.replace("quoted: {'<<': 1}\n", "")) | {
        "quoted": {"<<": 1}
    }
    assert isinstance(node, Mapping)
    assert node.get("again") is node.get("base")


def test_duplicate_keys_stay_visible():
    node = load("a: 1\nb: 2\na: 3\n", "p.yaml")
    assert isinstance(node, Mapping)
    assert node.keys == ("a", "b", "a")
    assert isinstance(node.get("a"), Scalar)
    assert plain(node) == {"a": 3, "b": 2}


YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcé😀"), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(YAML, st.booleans())
@settings(max_examples=60, deadline=None)
def test_values_are_those_of_pyyaml(value, flow):
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow)
    if yaml.safe_load(text) is None and not text.strip():
        return
    assert plain(load(text, "p.yaml")) == value


@given(st.text(alphabet="ab-:[]{},*&!|>'\"#%@ \n\t?~<0.", max_size=16))
@settings(max_examples=400, deadline=None)
def test_it_refuses_what_pyyaml_refuses_and_never_crashes(text):
    try:
        node = load(text, "p.yaml")
    except DocumentError as error:
        assert underlined(text, error.problem.span) is not None
        return
    for one in walk(node):
        assert underlined(text, one.span) is not None
    list(yaml.parse(text, Loader=yaml_reader._LOADER))
