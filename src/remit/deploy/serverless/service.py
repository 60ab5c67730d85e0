"""One service in one stage: its document with all variables replaced, and what every part asks it.

What may live here: the service's name, place and functions, and the tokens of what is not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from remit.core.call import Place
from remit.core.span import Problem, Span
from remit.deploy.cloudformation.names import partition
from remit.deploy.cloudformation.template import long_form
from remit.deploy.model import Told
from remit.deploy.serverless import sources
from remit.deploy.serverless.files import Files
from remit.deploy.serverless.making import sub, text
from remit.deploy.serverless.variables import Resolver
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence
from remit.syntax.source import shown

_PSEUDO = re.compile(r"#\{([A-Za-z][A-Za-z0-9:.]*)\}")
OPEN_STAGE = "default"
"""What the stage is called of which the project shows no name: what deploys it gives one."""
_TOKEN = re.compile(r"\{[^{}]+\}")
_PLUGIN_PSEUDO = "serverless-pseudo-parameters"


@dataclass(frozen=True, slots=True)
class Declared:
    """A function of the service: its key, where that stands, its settings, its name in AWS."""

    key: str
    span: Span
    settings: Mapping
    full_name: str

    def get(self, *path: str) -> Node | None:
        """A setting."""
        return at(self.settings, *path)


@dataclass(slots=True)
class Service:
    """The service in one stage. `problems` grows while it is read."""

    file: str
    stage: str
    resolver: Resolver
    document: Mapping
    problems: dict[Problem, None] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """Where the configuration stands: paths in it begin here."""
        return self.resolver.files.folder

    @property
    def name(self) -> str:
        """`service`, in version 1 also `service.name`."""
        return text_of(self.get("service", "name")) or text_of(self.get("service")) or "service"

    @property
    def stack(self) -> str:
        """The stack's name: serverless.yml reference, `provider.stackName`."""
        return text_of(self.get("provider", "stackName")) or f"{self.name}-{self.deployed_as}"

    @property
    def deployed_as(self) -> str:
        """The stage as it stands in names; a token where only the deployment knows it."""
        return self.resolver.stage or text_of(self.get("provider", "stage")) or "dev"

    @property
    def region(self) -> str | None:
        """The region, None where only the deployment knows it."""
        found = sources.region(self.resolver)
        return None if "{" in found else found

    @property
    def place(self) -> Place:
        """Where the stage is deployed."""
        return Place(partition(self.region), self.region, self.told.account)

    @property
    def told(self) -> Told:
        """What a person tells of this stage."""
        return self.resolver.told

    @property
    def plugins(self) -> frozenset[str]:
        """The names of the plugins."""
        listed = self.get("plugins", "modules") or self.get("plugins")
        return frozenset(text_of(item) for item in items(listed))

    @property
    def major(self) -> str:
        """The framework's major version, empty where `frameworkVersion` does not tell it."""
        found = re.search(r"[0-9]+", text_of(self.get("frameworkVersion")))
        return found[0] if found else ""

    def get(self, *path: str) -> Node | None:
        """A value of the document."""
        return at(self.document, *path)

    def functions(self) -> list[Declared]:
        """All functions. A list of objects is one object, as version 1 to 3 have it."""
        listed = self.get("functions")
        found: dict[str, Declared] = {}
        for part in items(listed) if isinstance(listed, Sequence) else (listed,):
            if part is None or is_null(part):
                continue
            if not isinstance(part, Mapping):
                what = f"`functions` holds {shown(text_of(part))}, which is not an object"
                hint = "Write each function as `name: {handler: ...}`."
                self.say(part.span, what, hint)
                continue
            for key, settings in part.entries:
                if not isinstance(settings, Mapping):
                    what = f"the settings of function {shown(key.text)} are not known"
                    self.say(settings.span, what, "Write them as an object.")
                    settings = Mapping((), settings.span)
                found[key.text] = self._declared(key, settings)
        for key, construct in self.constructs():
            worker = at(construct, "worker")
            if isinstance(worker, Mapping):
                name = f"{key.text}Worker"
                found[name] = self._declared(text(name, key.span), worker)
        return list(found.values())

    def _declared(self, key: Scalar, settings: Mapping) -> Declared:
        name = text_of(at(settings, "name")) or f"{self.name}-{self.deployed_as}-{key.text}"
        return Declared(key.text, key.span, settings, name)

    def constructs(self) -> tuple[tuple[Scalar, Node], ...]:
        """What the plugin serverless-lift makes; a queue has its worker function in it."""
        found = self.get("constructs")
        is_used = "serverless-lift" in self.plugins and isinstance(found, Mapping)
        return found.entries if is_used and isinstance(found, Mapping) else ()

    def say(self, span: Span, message: str, hint: str = "") -> None:
        """Notes a problem."""
        self.problems[Problem(span, message, hint)] = None


def open_service(file: str, stage: str, files: Files, root: Mapping, told: Told) -> Service:
    """The service in `stage`. Raises variables.TooMuch."""
    resolver = Resolver(files, root, None if stage == OPEN_STAGE else stage, told)
    document = long_form(resolver.value(root))
    service = Service(file, stage, resolver, _object(document))
    written = sources.region(resolver)
    if _TOKEN.fullmatch(written):
        # The region by another name, so that what names the one means the other.
        service.document = _object(_renamed(document, written, "{region}"))
    if _PLUGIN_PSEUDO in service.plugins:
        service.document = _object(_pseudo(service.document))
    service.problems.update(resolver.problems)
    return service


def _object(node: Node) -> Mapping:
    return node if isinstance(node, Mapping) else Mapping((), node.span)


def at(node: Node | None, *path: str) -> Node | None:
    """What stands at `path` below `node`."""
    for key in path:
        if not isinstance(node, Mapping):
            return None
        node = node.get(key)
    return node


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; a single value is a list of one."""
    if isinstance(node, Sequence):
        return node.items
    return () if node is None or is_null(node) else (node,)


def text_of(node: Node | None) -> str:
    """The text of a single value; empty for anything else."""
    return node.text if isinstance(node, Scalar) and node.value is not None else ""


def is_null(node: Node | None) -> bool:
    """Whether it is `null`, or nothing is written after the colon."""
    return isinstance(node, Scalar) and node.value is None


def is_set(node: Node | None) -> bool:
    """Whether a setting is there and is not `false`, `null` or empty, as JavaScript sees it."""
    if isinstance(node, Scalar):
        return node.value not in (None, False, "", 0)
    return node is not None


def normalized(name: str) -> str:
    """A name as it stands in logical ids: `Dash`, `Underscore`, and a capital first letter.

    Source: providers/aws/guide/resources, "AWS CloudFormation Resource Reference".
    """
    spelled = name.replace("-", "Dash").replace("_", "Underscore")
    return re.sub(r"[^0-9A-Za-z]", "", spelled[:1].upper() + spelled[1:])


def _renamed(node: Node, token: str, other: str) -> Node:
    """The node with one token written as another one."""
    if isinstance(node, Sequence):
        return Sequence(tuple(_renamed(item, token, other) for item in node.items), node.span)
    if isinstance(node, Mapping):
        entries = ((key, _renamed(item, token, other)) for key, item in node.entries)
        return Mapping(tuple(entries), node.span)
    if not node.is_string or token not in node.text:
        return node
    return text(node.text.replace(token, other), node.span)


def _pseudo(node: Node) -> Node:
    """`#{AWS::AccountId}` as the plugin serverless-pseudo-parameters has it: an `Fn::Sub`."""
    if isinstance(node, Sequence):
        return Sequence(tuple(_pseudo(item) for item in node.items), node.span)
    if isinstance(node, Mapping):
        inner = node.get("Fn::Sub")
        if isinstance(inner, Scalar):  # it is one already
            return sub(_PSEUDO.sub(r"${\1}", inner.text), inner.span)
        return Mapping(tuple((key, _pseudo(item)) for key, item in node.entries), node.span)
    if not node.is_string or "#{" not in node.text:
        return node
    filled = _PSEUDO.sub(r"${\1}", node.text)
    return sub(filled, node.span) if filled != node.text else node
