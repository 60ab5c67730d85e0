"""CDK apps as they were synthesised: a cloud assembly (`cdk.out`) to stages.

An assembly's `manifest.json` lists stacks, the manifests of their assets, and nested assemblies
(CDK stages). The stacks of one assembly with one environment are one stage of remit: they are
deployed together and import from each other. A template is what CDK made: it is mended in the app,
so roles and functions bear the paths of their constructs.

Source: AWS CDK Developer Guide, "Cloud assembly"; the schema is that of the package
`@aws-cdk/cloud-assembly-schema`: `aws:cloudformation:stack`, `cdk:asset-manifest`,
`cdk:cloud-assembly`; asset files have a `source.path` and `destinations` with an `objectKey`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from remit.core.span import Problem, Span
from remit.core.tree import Tree
from remit.deploy.cloudformation.deployment import Deployment, Files, Wanted
from remit.deploy.cloudformation.names import Names
from remit.deploy.cloudformation.template import mapping, string
from remit.deploy.model import Project, Stage, Tellings
from remit.syntax.document import DocumentError, load
from remit.syntax.nodes import Mapping, Node
from remit.syntax.source import shown

MANIFEST = "manifest.json"
_STACK, _ASSETS, _NESTED = (
    "aws:cloudformation:stack",
    "cdk:asset-manifest",
    "cdk:cloud-assembly",
)
# How the constructs begin with which CDK deploys code of its own, beside the app's: providers of
# custom resources (aws-cdk-lib: custom-resources, aws-s3, aws-s3-deployment, aws-logs, aws-eks).
_CDKS_OWN = (
    "Custom::",
    "@aws-cdk--",
    "framework-",
    "AWS679f53fac002430cb0da5b7982bd2287",
    "BucketNotificationsHandler050a0587b7544547bf325f094a3db834",
    "LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a",
)
_DEFAULT = "default"
_DEEPEST = 5
"""Assemblies in assemblies. CDK itself nests stages in stages, seldom more than twice."""


@dataclass(frozen=True, slots=True)
class _Stack:
    """A stack of an assembly: its name in the app, its template, where it goes."""

    id: str
    span: Span
    template: str
    name: str
    account: str | None
    region: str | None


@dataclass(slots=True)
class _Assembly:
    """One assembly. `assets` leads from the key of an upload to a path in the tree."""

    name: str
    span: Span
    stacks: list[_Stack] = field(default_factory=list)
    assets: dict[str, str] = field(default_factory=dict)

    def locate(self, bucket: str, key: str) -> str | None:
        """The path of an asset by its key, or by the address that ends with it."""
        return self.assets.get(key) or self.assets.get(posixpath.basename(key))


def read(tree: Tree, marker: str, told: Tellings) -> Project:
    """The app whose assembly has the manifest `marker`.

    Never raises for what is in the files. Without a stack there are no stages, and `problems` says
    why.
    """
    problems: list[Problem] = []
    files = Files(tree)
    stages: list[Stage] = []
    for assembly in _assemblies(tree, marker, "", problems, 0):
        groups: dict[tuple[str | None, str | None], list[_Stack]] = {}
        for stack in assembly.stacks:
            groups.setdefault((stack.account, stack.region), []).append(stack)
        for stacks in groups.values():
            name = _title(assembly, stacks, len(groups), {one.name for one in stages})
            stages += _stage(files, assembly, name, stacks, told, problems)
    if not stages:
        what = f"{shown(marker)} lists no stack that can be read"
        problems.append(Problem(Span.whole(marker), what, "Run `cdk synth` again."))
    folder = posixpath.dirname(marker)
    home = posixpath.dirname(folder) if posixpath.basename(folder) == "cdk.out" else folder
    return Project(
        framework="cdk",
        name=posixpath.basename(home),
        entry="",
        sources=(),
        roots=(),
        stages=tuple(stages),
        problems=tuple(dict.fromkeys((*files.problems, *problems))),
    )


def is_cdks_own(path: str) -> bool:
    """Whether a construct's path leads to what CDK adds to an app by itself."""
    return any(part.startswith(_CDKS_OWN) for part in path.split("/"))


def _title(assembly: _Assembly, stacks: list[_Stack], groups: int, taken: set[str]) -> str:
    """A stage's name: the assembly's, with the stack or the region where it has several."""
    base = assembly.name or _DEFAULT
    if groups > 1:
        part = stacks[0].id if len(stacks) == 1 else stacks[0].region or stacks[0].id
        base = f"{assembly.name}-{part}" if assembly.name else part
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name


def _stage(
    files: Files,
    assembly: _Assembly,
    name: str,
    stacks: list[_Stack],
    told: Tellings,
    problems: list[Problem],
) -> list[Stage]:
    of_stage = told.stage(name)
    first = stacks[0]
    account, region = of_stage.account or first.account, of_stage.region or first.region
    names = Names(of_stage.values, region, account)
    deployment = Deployment(
        files, names, of_stage, assembly.locate, generated=True, skip=is_cdks_own
    )
    for stack in stacks:
        label = f"{stack.id}." if len(stacks) > 1 else ""
        deployment.add(Wanted(stack.template, stack.name, label))
    return [deployment.stage(name, first.span, problems)] if deployment.stacks else []


# --- manifests ----------------------------------------------------------------------------------


def _assemblies(
    tree: Tree, manifest: str, name: str, problems: list[Problem], depth: int
) -> Iterator[_Assembly]:
    """The assembly of a manifest and those within it, in their order."""
    root = _load(tree, manifest, problems)
    if root is None:
        return
    folder = posixpath.dirname(manifest)
    made = _Assembly(name, root.span)
    nested: list[tuple[str, str]] = []
    for key, body in mapping(root.get("artifacts"), root.span).entries:
        of = mapping(mapping(body, key.span).get("properties"), key.span)
        kind = string(mapping(body, key.span).get("type"))
        if kind == _STACK:
            made.stacks.append(_stack(key.text, mapping(body, key.span), of, folder))
        elif kind == _ASSETS:
            file = posixpath.join(folder, string(of.get("file")))
            made.assets.update(_assets(tree, file, problems))
        elif kind == _NESTED:
            inner = posixpath.join(folder, string(of.get("directoryName")), MANIFEST)
            nested.append((string(of.get("displayName")) or key.text, posixpath.normpath(inner)))
    yield made
    for title, inner in nested:
        if depth < _DEEPEST and inner != manifest and not inner.startswith(".."):
            yield from _assemblies(tree, inner, title.replace("/", "-"), problems, depth + 1)


def _stack(key: str, body: Mapping, of: Mapping, folder: str) -> _Stack:
    where = string(body.get("environment")).removeprefix("aws://").partition("/")
    account, region = (part if not part.startswith("unknown-") else "" for part in where[::2])
    return _Stack(
        key,
        body.span,
        posixpath.normpath(posixpath.join(folder, string(of.get("templateFile")))),
        string(of.get("stackName")) or key,
        account or None,
        region or None,
    )


def _assets(tree: Tree, file: str, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """The keys under which files are uploaded, with their paths in the tree."""
    root = _load(tree, file, problems)
    for name, body in mapping(root.get("files"), root.span).entries if root is not None else ():
        source = mapping(mapping(body, name.span).get("source"), name.span)
        path = posixpath.normpath(
            posixpath.join(posixpath.dirname(file), string(source.get("path")))
        )
        places = mapping(mapping(body, name.span).get("destinations"), name.span)
        for _, place in places.entries:
            key = string(mapping(place, name.span).get("objectKey"))
            if key and not path.startswith(("..", "/")):
                yield key, path
                yield posixpath.basename(key), path


def _load(tree: Tree, file: str, problems: list[Problem]) -> Mapping | None:
    node: Node
    try:
        node = load(tree.read(file), file)
    except DocumentError as error:
        problems.append(error.problem)
        return None
    except OSError as error:
        problems.append(Problem(Span.whole(file), str(error), "Run `cdk synth` again."))
        return None
    if isinstance(node, Mapping):
        return node
    what = f"{shown(file)} must be an object"
    problems.append(Problem(node.span, what, "Run `cdk synth` again."))
    return None
