"""A CloudFormation template as nodes: its sections, with short intrinsics in their long form.

Source: AWS CloudFormation User Guide, template-anatomy, intrinsic-function-reference; short forms
are YAML tags (`!GetAtt A.b` is `Fn::GetAtt: [A, b]`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from remit.core.span import Problem, Span
from remit.core.tree import Tree
from remit.syntax.document import DocumentError, load
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence
from remit.syntax.source import shown

SERVERLESS = "AWS::Serverless-2016-10-31"
_SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs", "Globals")
_BARE = frozenset({"!Ref", "!Condition"})


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its logical id as a key, its type, and its body."""

    key: Scalar
    type: str
    body: Mapping

    @property
    def id(self) -> str:
        """The logical id."""
        return self.key.text

    @property
    def properties(self) -> Mapping:
        """`Properties`, empty where there are none."""
        return mapping(self.body.get("Properties"), self.key.span)


@dataclass(slots=True)
class Template:
    """A template that was read. `sections` holds what is an object; `problems` what is none."""

    file: str
    root: Mapping
    problems: list[Problem] = field(default_factory=list)
    _tables: dict[str, dict[str, Node]] = field(default_factory=dict)

    def table(self, name: str) -> dict[str, Node]:
        """A section's entries by key; of duplicates the last one."""
        if name not in self._tables:
            self._tables[name] = {key.text: value for key, value in self.section(name).entries}
        return self._tables[name]

    def section(self, name: str) -> Mapping:
        """A section by name; empty where it is absent or no object."""
        return mapping(self.root.get(name), self.root.span)

    def entries(self, name: str) -> Iterator[tuple[Scalar, Mapping]]:
        """The entries of a section that are objects; of duplicates the last one."""
        last = {key.text: (key, value) for key, value in self.section(name).entries}
        for key, value in last.values():
            if isinstance(value, Mapping):
                yield key, value

    def resources(self) -> dict[str, Resource]:
        """All resources by logical id."""
        return {
            key.text: Resource(key, string(body.get("Type")), body)
            for key, body in self.entries("Resources")
            if not key.text.startswith("Fn::")
        }

    @property
    def transforms(self) -> tuple[str, ...]:
        """The macros that the template as a whole goes through."""
        node = self.root.get("Transform")
        nodes = node.items if isinstance(node, Sequence) else (node,)
        return tuple(one.text for one in nodes if isinstance(one, Scalar))


def read(tree: Tree, file: str) -> Template | Problem:
    """The template in a file, or why there is none."""
    try:
        node = load(tree.read(file), file)
    except DocumentError as error:
        return error.problem
    except OSError as error:
        return Problem(Span.whole(file), str(error), "Make it readable.")
    if not isinstance(node, Mapping):
        what = f"{shown(file)} is no template: it must be an object"
        return Problem(node.span, what, "Write `Resources:` and what belongs to it.")
    return of(long_form(node), file)


def of(node: Node, file: str) -> Template | Problem:
    """A template of a node in which all intrinsics have their long form."""
    assert isinstance(node, Mapping)  # noqa: S101 - `long_form` of an object is one
    if not isinstance(node.get("Resources"), Mapping):
        what = f"{shown(file)} is no template: it has no `Resources`"
        return Problem(node.span, what, "Write `Resources:` with what is deployed.")
    return Template(file, node, list(_wrong(node)))


def _wrong(root: Mapping) -> Iterator[Problem]:
    """Sections that are no objects, entries that are none, and what stands there twice."""
    for key, value in root.entries:
        if key.text not in _SECTIONS:
            continue
        if not isinstance(value, Mapping):
            if not (isinstance(value, Scalar) and value.value is None):
                yield Problem(value.span, f"`{key.text}` must be an object", "Mend the template.")
            continue
        for again, first in value.duplicates():
            what = f"{shown(again.text)} is written twice; the last one counts"
            yield Problem(again.span, what, f"The first is at line {first.span.line}.")
        if key.text == "Resources":
            yield from _no_resources(value)


def _no_resources(section: Mapping) -> Iterator[Problem]:
    for key, value in section.entries:
        if key.text.startswith("Fn::"):
            what = f"{shown(key.text)} is not unrolled: the resources that it makes are not checked"
            yield Problem(key.span, what, "Check the template that CloudFormation made of it.")
            continue
        if not isinstance(value, Mapping):
            yield Problem(key.span, f"resource {shown(key.text)} must be an object", "Mend it.")
        elif not isinstance(value.get("Type"), Scalar):
            yield Problem(key.span, f"resource {shown(key.text)} has no `Type`", "Name its type.")


def long_form(node: Node) -> Node:
    """The node with every short intrinsic in its long form. Its span is that of the short one.

    An alias's node is one object wherever it stands, so each is done once.
    """
    return _long(node, {})


def _long(node: Node, done: dict[int, Node]) -> Node:
    known = done.get(id(node))
    if known is not None:
        return known
    made: Node = node
    tag = node.tag
    if isinstance(node, Sequence):
        made = Sequence(tuple(_long(one, done) for one in node.items), node.span)
    elif isinstance(node, Mapping):
        made = Mapping(tuple((key, _long(one, done)) for key, one in node.entries), node.span)
    elif tag is not None:
        made = Scalar(node.text, node.text, node.span)
    if tag is not None and tag.startswith("!"):
        made = _intrinsic(tag, made)
    done[id(node)] = made
    return made


def _intrinsic(tag: str, value: Node) -> Mapping:
    name = tag[1:] if tag in _BARE else "Fn::" + tag[1:]
    if name == "Fn::GetAtt" and isinstance(value, Scalar):
        first, _, rest = value.text.partition(".")
        value = Sequence((text(first, value.span), text(rest, value.span)), value.span)
    key = Scalar(name, name, value.span)
    return Mapping(((key, value),), value.span)


# --- small steps that every reader of templates shares ----------------------------------------


def text(value: str, span: Span) -> Scalar:
    """A string node."""
    return Scalar(value, value, span)


def mapping(node: Node | None, span: Span) -> Mapping:
    """`node` where it is an object, else an empty one."""
    return node if isinstance(node, Mapping) else Mapping((), span)


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; a single value is a list of one, nothing is none."""
    if node is None:
        return ()
    return node.items if isinstance(node, Sequence) else (node,)


def string(node: Node | None) -> str:
    """The text of a single value; "" for anything else."""
    return node.text if isinstance(node, Scalar) and node.value is not None else ""
