"""The functions of a stack: code, environment, and what AWS itself does with their roles.

Source: CloudFormation Template Reference, AWS::Lambda::Function, AWS::Lambda::EventSourceMapping,
AWS::Lambda::EventInvokeConfig; AWS SAM Developer Guide, "Default build with AWS SAM".
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from remit.catalog import iam
from remit.core.need import Need
from remit.core.text import Hole, HoleKind, Text
from remit.core.tree import Tree
from remit.deploy import lambda_code, lambda_needs
from remit.deploy.cloudformation.roles import Roles, title
from remit.deploy.cloudformation.sam import LOCAL
from remit.deploy.cloudformation.stack import Stack, listed
from remit.deploy.cloudformation.template import Resource, items, mapping, string
from remit.deploy.model import Code, Function, Role
from remit.syntax.nodes import Mapping, Scalar
from remit.syntax.source import shown

FUNCTION = "AWS::Lambda::Function"
_INVOKES, _POLLS = "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping"
_SUFFIXES = {
    "python": (".py", "/__init__.py"),
    "javascript": (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx"),
}
_INLINE = {"python": "index.py", "javascript": "index.js"}
_ARCHIVES = (".zip", ".jar")

Locate = Callable[[str, str], str | None]
"""From bucket and key of a package to its folder in the tree; None where it is not there."""
Skip = Callable[[str], bool]
"""Whether a function, by its name for people, is the tool's own and nobody's code."""


@dataclass(slots=True)
class Reader:
    """What reads the functions of one stack; `locate` knows the packages of a CDK app, `skip` the
    functions that CDK adds."""

    tree: Tree
    stack: Stack
    roles: Roles
    locate: Locate
    skip: Skip
    about: dict[str, list[Resource]] = field(default_factory=dict)

    def functions(self) -> Iterator[Function]:
        """All functions of the stack, in order."""
        for one in self.stack.of_type(_INVOKES, _POLLS):
            self.about.setdefault(self.stack.text(one.properties.get("FunctionName")), []).append(
                one
            )
        for resource in self.stack.of_type(FUNCTION):
            if not self.skip(title(self.stack, resource)):
                yield self.function(resource)

    def function(self, resource: Resource) -> Function:
        """One function."""
        of, names = resource.properties, self.stack.names
        code = self.code(resource)
        role = self.roles.of(self.stack.text(of.get("Role")), resource.key.span)
        title_ = names.text(self.stack.title(resource))
        return Function(
            name=title(self.stack, resource),
            environment=self.environment(of),
            role=role,
            span=resource.key.span,
            needs=_likely(_distinct(self.needs(resource)), role),
            code=None if isinstance(code, str) else code,
            unread=code if isinstance(code, str) else "",
            deployed_as=title_ if isinstance(title_, Text) else Text.of(title_),
        )

    def environment(self, of: Mapping) -> dict[str, str | Text]:
        """The environment variables; one whose value is no text is not known."""
        block = self.stack.value(mapping(of.get("Environment"), of.span).get("Variables"))
        if not isinstance(block, Mapping):
            return {}
        return {
            key.text: self.stack.names.text(value.text)
            if isinstance(value, Scalar)
            else Text.of(Hole(HoleKind.ENV, key.text))
            for key, value in block.entries
        }

    # --- needs ------------------------------------------------------------------------------

    def needs(self, resource: Resource) -> Iterator[Need]:
        """What AWS does with the role because of the function's settings."""
        of, stack = resource.properties, self.stack
        place = stack.names.place
        network = mapping(stack.value(of.get("VpcConfig")), of.span)
        if items(network.get("SubnetIds")):
            yield from lambda_needs.network(place)
        tracing = mapping(stack.value(of.get("TracingConfig")), of.span)
        if string(tracing.get("Mode")) == "Active":
            yield from lambda_needs.tracing()
        queue = mapping(stack.value(of.get("DeadLetterConfig")), of.span)
        yield from self._sends(string(queue.get("TargetArn")))
        for one in self._of(resource):
            if one.type == _POLLS:
                yield from self._polls(one)
            to = mapping(stack.value(one.properties.get("DestinationConfig")), of.span)
            for outcome in ("OnSuccess", "OnFailure"):
                yield from self._sends(string(mapping(to.get(outcome), of.span).get("Destination")))

    def _of(self, function: Resource) -> Iterator[Resource]:
        """The event sources and settings of a function, which name it, its ARN, or an alias."""
        arn = self.stack.arn(function)
        for name, resources in self.about.items():
            if name in (self.stack.title(function), arn) or name.startswith(arn + ":"):
                yield from resources

    def _polls(self, source: Resource) -> Iterator[Need]:
        of, names = source.properties, self.stack.names
        arn = self.stack.text(of.get("EventSourceArn"))
        if arn:
            yield from lambda_needs.polls(_as_text(names.text(arn)), names.place)

    def _sends(self, arn: str) -> Iterator[Need]:
        if arn:
            yield from lambda_needs.sends(_as_text(self.stack.names.text(arn)))

    # --- code -------------------------------------------------------------------------------

    def code(self, resource: Resource) -> Code | str:
        """Where the function's code is, or why it is not read."""
        of, stack = resource.properties, self.stack
        runtime, handler = stack.text(of.get("Runtime")), stack.text(of.get("Handler"))
        if stack.text(of.get("PackageType")) == "Image":
            return "it is deployed as an image"
        spoken = lambda_code.language(runtime)
        if spoken is None:
            return str(lambda_code.code(runtime, handler, ()))
        package = mapping(stack.value(of.get("Code")), of.span)
        source = package.get("ZipFile")
        if isinstance(source, Scalar):
            virtual = f"{resource.key.span.file}#{resource.id}"
            if stack.names.is_open(source.text) and not source.text.strip("{}"):
                return "its inline code is not known"
            inline = (
                (f"{virtual}/{_INLINE[spoken]}", _at_its_lines(source).encode("utf-8", "replace")),
            )
            return lambda_code.code(runtime, handler, (virtual, *self.layers(resource)), inline)
        root, why = self._folder(stack.value(of.get("Code")), resource)
        if root is None:
            return why
        found = lambda_code.code(runtime, handler, (root, *self.layers(resource)))
        return found if isinstance(found, str) else self._built(resource, found)

    def _folder(self, code: object, resource: Resource) -> tuple[str | None, str]:
        """The package's folder in the tree, or why it has none."""
        # CDK Developer Guide, "Assets": the path for tools that run functions on a laptop.
        metadata = mapping(resource.body.get("Metadata"), resource.key.span)
        asset = string(metadata.get("aws:asset:path"))
        if isinstance(code, Scalar):
            path = code.text
        elif isinstance(code, Mapping):
            bucket, key = string(code.get("S3Bucket")), string(code.get("S3Key"))
            if bucket != LOCAL:
                known = self.locate(bucket, key)
                if known is not None or asset:
                    return self._in_tree(known, asset)
                return None, f"its code is in the bucket {shown(bucket)}" if bucket else (
                    "the template does not say where its code is"
                )
            path = key
        else:
            return None, "the template does not say where its code is"
        return self._local(path)

    def _local(self, path: str) -> tuple[str | None, str]:
        base = posixpath.dirname(self.stack.template.file)
        return self._in_tree(posixpath.normpath(posixpath.join(base, path or ".")), path)

    def _in_tree(self, folder: str | None, path: str) -> tuple[str | None, str]:
        """A folder that is packaged, by its path in the tree and as the template writes it."""
        if folder is None:
            return self._local(path)
        path = path or folder
        if path.startswith(("/", "s3://", "https://")) or folder.startswith(".."):
            return None, f"its code {shown(path)} is outside the project"
        folder = "" if folder == "." else folder
        if folder.endswith(_ARCHIVES):
            return None, f"its code is the archive {shown(path)}"
        if self.tree.exists(folder):  # one file, which is packaged alone
            return posixpath.dirname(folder), ""
        if not self.tree.files(folder):
            return None, f"its code folder {shown(path)} is not there"
        return folder, ""

    def _built(self, resource: Resource, code: Code) -> Code | str:
        """The code when its file is there, perhaps as the source that a build starts from."""
        entry = self._entry_point(resource)
        found = next((one for one in (code.module, *entry) if self._is_there(code, one)), None)
        if found is None:
            where = posixpath.join(code.roots[0], code.module)
            return f"its handler's file {shown(where + _SUFFIXES[code.language][0])} is not there"
        return Code(code.language, code.roots, found, code.handler, code.inline)

    def _is_there(self, code: Code, module: str) -> bool:
        where = posixpath.join(code.roots[0], module)
        return any(self.tree.exists(where + end) for end in _SUFFIXES[code.language])

    def _entry_point(self, resource: Resource) -> list[str]:
        """The entry points of a build by esbuild (SAM Developer Guide, "TypeScript")."""
        metadata = mapping(self.stack.value(resource.body.get("Metadata")), resource.key.span)
        settings = mapping(metadata.get("BuildProperties"), metadata.span)
        points = items(settings.get("EntryPoints"))
        return [posixpath.normpath(posixpath.splitext(string(one))[0]) for one in points]

    def layers(self, resource: Resource) -> tuple[str, ...]:
        """The folders of the layers that are in the tree; below `python` where that is there."""
        wanted = {one.text for one in listed(self.stack, resource.properties.get("Layers"))}
        found: list[str] = []
        for layer in self.stack.of_type("AWS::Lambda::LayerVersion"):
            if self.stack.arn(layer) not in wanted:
                continue
            folder, _ = self._folder(self.stack.value(layer.properties.get("Content")), layer)
            if folder is not None:
                inner = posixpath.join(folder, "python")
                found.append(inner if self.tree.files(inner) else folder)
        return tuple(found)


def _at_its_lines(source: Scalar) -> str:
    """Inline code after as many empty lines as stand above it in the template, so that its lines
    have the template's numbers; only a literal block (`|`) is laid out as it is written."""
    lines = source.text.rstrip("\n").count("\n") + 1
    literal = source.span.end_line - source.span.line == lines
    return "\n" * source.span.line + source.text if literal else source.text


def _distinct(needs: Iterable[Need]) -> tuple[Need, ...]:
    return tuple({(one.action, one.resource): one for one in needs}.values())


def _likely(needs: tuple[Need, ...], role: Role) -> tuple[Need, ...]:
    """Without those of a target whose service is not known, but for what the role allows: that is
    what the target is."""
    granted = {
        item.value.lower()
        for policy in role.policies
        for statement in policy.statements
        for item in statement.actions
    }
    return tuple(
        need
        for need in needs
        if not (need.condition or "").startswith(lambda_needs.UNSEEN)
        or any(iam.glob(one, need.action.lower()) for one in granted)
    )


def _as_text(value: str | Text) -> Text:
    return value if isinstance(value, Text) else Text.of(value)
