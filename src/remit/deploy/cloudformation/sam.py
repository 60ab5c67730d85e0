"""Serverless templates: `aws-sam-translator` makes plain CloudFormation of them.

The translator works on plain data. Texts, lists and objects are handed to it as values that
remember their place, so that what passes through it unchanged is found again where it was written;
what it makes itself stands at the place of the nearest thing around it.

It is asked for as AWS would be: local paths are first put where uploaded packages stand (as
`sam package` does), in the bucket `LOCAL`. Applications are replaced by nested stacks before it
sees them, since for these it asks AWS. It uses no session and no network here.
Source: AWS SAM Developer Guide, sam-specification.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from remit.catalog import managed
from remit.core.span import Problem, Span
from remit.deploy.cloudformation.template import SERVERLESS, Template
from remit.syntax.nodes import Mapping, Node, Scalar, Sequence

LOCAL = "remit-local"
"""The bucket that stands for the template's folder."""
INSTALL = 'Install it with `pip install "remit[sam]"` (the package `aws-sam-translator`).'
READY_MADE = "SAM policy template "
"""How the name of a policy begins that is made of a policy template's name."""
_ROUNDS = 8
_PATHS = {
    "AWS::Serverless::Function": ("CodeUri",),
    "AWS::Serverless::LayerVersion": ("ContentUri",),
    "AWS::Serverless::Api": ("DefinitionUri",),
    "AWS::Serverless::HttpApi": ("DefinitionUri",),
    "AWS::Serverless::StateMachine": ("DefinitionUri",),
}
_APPLICATION = "AWS::Serverless::Application"
_REMOTE = ("s3://", "https://", "http://")


def is_serverless(template: Template) -> bool:
    """Whether the template has to be translated."""
    return SERVERLESS in template.transforms


def translate(
    template: Template, parameters: Table[str, str], region: str | None, partition: str
) -> tuple[Node, list[Problem]]:
    """The template as CloudFormation, and what could not be translated.

    `parameters` are the values that are known by name. A resource that the translator refuses is
    left out, with its reason at its place. Raises ModuleNotFoundError without the translator.
    """
    from samtranslator.model.exceptions import InvalidDocumentException

    problems: list[Problem] = []
    data: dict[str, Any] = _plain(template.root)
    data.pop("Transform", None)
    _prepare(data)
    for _ in range(_ROUNDS):
        try:
            made = _run(copy.deepcopy(data), parameters, region, partition)
            _put_in_place(made["Resources"], data["Resources"])
            return _node(made, template.root.span), problems
        except InvalidDocumentException as error:
            found = list(_refused(error, data, template))
        except Exception as error:  # a library's fault on somebody's odd input
            found = [_Refusal(None, f"{type(error).__name__}: {error}", template.root.span)]
        dropped = {one.id for one in found if one.id is not None}
        for one in found:
            what = f"the SAM translator refuses it: {one.reason}"
            problems.append(Problem(one.span, what, "It is left out of this check."))
        if not dropped:
            break
        for name in dropped:
            data["Resources"][name] = {"Type": "Custom::Refused"}
    return Mapping((), template.root.span), problems


@dataclass(frozen=True, slots=True)
class _Refusal:
    """One complaint of the translator. `id` is the resource that it is about, if that is known."""

    id: str | None
    reason: str
    span: Span


def _refused(error: Any, data: dict[str, Any], template: Template) -> Iterator[_Refusal]:
    keys = {key.text: key.span for key, _ in template.entries("Resources")}
    for cause in error.causes:
        name = str(getattr(cause, "_logical_id", None) or getattr(cause, "_event_id", None) or "")
        reason = str(cause.message).strip().rstrip(".")
        if name not in data["Resources"]:
            # The error of an event names the resource and the event as one word.
            name = next(
                (
                    one
                    for one in sorted(data["Resources"], key=len, reverse=True)
                    if name.startswith(one) and name
                ),
                "",
            )
        yield _Refusal(name or None, reason, keys.get(name, template.root.span))


def _run(
    data: dict[str, Any], parameters: Table[str, str], region: str | None, partition: str
) -> dict[str, Any]:
    from samtranslator.metrics.metrics import DummyMetricsPublisher, Metrics
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.arn_generator import ArnGenerator
    from samtranslator.translator.translator import Translator

    # An object with a region is all that it takes of a session; a real one would read credentials.
    session: Any = SimpleNamespace(region_name=region or "us-east-1")
    arns = {name: managed.arn(name) for name in managed.names()}
    values = {**parameters, "AWS::Region": region or "{region}", "AWS::Partition": partition}
    # Without a handler of its own the translator's warnings, which are none to its users, would
    # appear on the terminal.
    logging.getLogger("samtranslator").addHandler(logging.NullHandler())
    metrics = Metrics("remit", DummyMetricsPublisher())
    before = ArnGenerator.BOTO_SESSION_REGION_NAME
    try:
        translator = Translator(arns, Parser(), boto_session=session, metrics=metrics)
        made: dict[str, Any] = translator.translate(data, values, passthrough_metadata=True)
    finally:
        ArnGenerator.BOTO_SESSION_REGION_NAME = before
        metrics.publish()  # to nobody; it complains on the terminal when that is left out
    return made


def _prepare(data: dict[str, Any]) -> None:
    """Local paths go where `sam package` would put the address of the upload."""
    defaults = data.get("Globals")
    shared = defaults.get("Function") if isinstance(defaults, dict) else None
    has_code = isinstance(shared, dict) and "CodeUri" in shared
    if isinstance(shared, dict):
        _upload(shared, "CodeUri")
    resources = data.get("Resources")
    if not isinstance(resources, dict):
        return
    for name in [key for key in resources if key.startswith("Fn::")]:
        del resources[name]  # told by template.py; the translator takes them for resources
    for body in list(resources.values()):
        if not isinstance(body, dict):
            continue
        kind = str(body.get("Type"))
        if kind.startswith("AWS::Serverless::") and body.get("Properties") is None:
            body["Properties"] = {}
        of = body.get("Properties")
        if not isinstance(of, dict):
            continue
        if kind == "AWS::Serverless::Function":
            _complete(of, has_code)
        if kind == _APPLICATION:
            _nest(body, of)
        for name in _PATHS.get(kind, ()):
            _upload(of, name)


def _complete(function: dict[str, Any], has_code: bool) -> None:
    """What `sam build` fills in: the folder of the template, or the image that it makes."""
    if str(function.get("PackageType")) == "Image":
        function.setdefault("ImageUri", "built")
    elif not has_code and not {"CodeUri", "InlineCode", "ImageUri"} & set(function):
        function["CodeUri"] = "."


def _upload(of: dict[str, Any], name: str) -> None:
    path = of.get(name)
    if isinstance(path, str) and not path.startswith(_REMOTE):
        of[name] = _Text(f"s3://{LOCAL}/{path}", _place(path))


def _nest(body: dict[str, Any], of: dict[str, Any]) -> None:
    location = of.pop("Location", "")
    body["Type"] = "AWS::CloudFormation::Stack"
    of["TemplateURL"] = location if isinstance(location, str) else "application"


# --- the place of what the translator makes ------------------------------------------------------


def _put_in_place(made: dict[str, Any], written: dict[str, Any]) -> None:
    """What is made for a resource stands at its key, a role's policies where they are listed."""
    for name, body in list(made.items()):
        owner = _owner(name, written)
        at = _place(owner)
        if owner is None or at is None or _place(name) is not None:
            continue
        del made[name]
        made[_Text(name, at)] = _Object.at(body, at)
        if str(body.get("Type")) == "AWS::IAM::Role" and name == f"{owner}Role":
            _put_policies(body.get("Properties", {}), written[owner].get("Properties"), at)


def _owner(name: str, written: dict[str, Any]) -> str | None:
    """The resource for which `name` was made: names are made by adding to its own."""
    found = [key for key in written if name.startswith(key)]
    return max(found, key=len, default=None)


def _put_policies(role: dict[str, Any], function: Any, at: Span) -> None:
    listed = function.get("Policies") if isinstance(function, dict) else None
    entries = listed if isinstance(listed, list) else [listed]
    places = [_place(one) or at for one in entries]
    for policy in (policies := role.get("Policies") or []):
        number = str(policy.get("PolicyName", "")).rpartition("RolePolicy")[2]
        if number.isdecimal() and int(number) < len(places):
            index = policies.index(policy)
            entry = entries[int(number)]
            policies[index] = _Object.at(policy, places[int(number)])
            if isinstance(entry, dict) and len(entry) == 1 and "Statement" not in entry:
                policies[index]["PolicyName"] = READY_MADE + next(iter(entry))
    for index, one in enumerate(arns := role.get("ManagedPolicyArns") or []):
        if isinstance(one, str) and _place(one) is None:
            found = (_place(e) for e in entries if isinstance(e, str) and one.endswith("/" + e))
            arns[index] = _Text(one, next(found, None) or at)


# --- values that remember their place -----------------------------------------------------------


class _Text(str):
    """A text with the place where it was written."""

    __slots__ = ("span",)

    def __new__(cls, value: str, span: Span | None) -> _Text:
        made = super().__new__(cls, value)
        made.span = span
        return made

    span: Span | None

    def __deepcopy__(self, memo: dict[int, Any]) -> _Text:
        return self


class _Object(dict[str, Any]):
    """An object with its place."""

    __slots__ = ("span",)
    span: Span

    @classmethod
    def at(cls, value: Table[str, Any], span: Span) -> _Object:
        """The same object at a place."""
        made = cls(value)
        made.span = span
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> _Object:
        made = _Object((key, copy.deepcopy(value, memo)) for key, value in self.items())
        made.span = self.span
        return made


class _List(list[Any]):
    """A list with its place."""

    __slots__ = ("span",)
    span: Span

    def __deepcopy__(self, memo: dict[int, Any]) -> _List:
        made = _List(copy.deepcopy(value, memo) for value in self)
        made.span = self.span
        return made


def _plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return _Text(node.text, node.span) if node.is_string else node.value
    made: _List | _Object
    if isinstance(node, Sequence):
        made = _List(_plain(one) for one in node.items)
    else:
        made = _Object((_Text(key.text, key.span), _plain(value)) for key, value in node.entries)
    made.span = node.span
    return made


def _place(value: Any) -> Span | None:
    return value.span if isinstance(value, _Text | _Object | _List) else None


def _node(value: Any, around: Span) -> Node:
    """The value as a node; what has no place of its own has that of its parts, or `around`."""
    at = _place(value)
    if isinstance(value, dict):
        span = at or _of_parts(value.values()) or around
        return Mapping(
            tuple(
                (_key(str(key), _place(key) or span), _node(one, _place(key) or span))
                for key, one in value.items()
            ),
            span,
        )
    if isinstance(value, list | tuple):
        span = at or _of_parts(value) or around
        return Sequence(tuple(_node(one, span) for one in value), span)
    if isinstance(value, str):
        return _key(str(value), at or around)
    if value is None or isinstance(value, bool):
        return Scalar(value, {None: "null", True: "true", False: "false"}[value], around)
    return Scalar(value, str(value), around)


def _key(value: str, span: Span) -> Scalar:
    return Scalar(value, value, span)


def _of_parts(values: Any) -> Span | None:
    """The place of the first part that has one."""
    return next((found for found in map(_place, values) if found is not None), None)
