"""One function of a service: its code, its environment, and what AWS itself does with its role.

Source: Serverless Framework, providers/aws/guide/functions, guide/packaging, guide/layers,
guide/python; the plugins serverless-python-requirements (`module`) and serverless-wsgi.
"""

from __future__ import annotations

import posixpath
import re

from remit.core.need import Need
from remit.core.text import Text
from remit.deploy import lambda_code, lambda_needs
from remit.deploy.model import Code, Function, Role
from remit.deploy.serverless import generated
from remit.deploy.serverless.deployed import Deployed
from remit.deploy.serverless.service import Declared, Service, at, is_null, is_set, items, text_of
from remit.syntax.nodes import Mapping, Node, Scalar
from remit.syntax.source import shown

_DEFAULT_RUNTIME = "nodejs"
"""serverless.yml reference, `provider.runtime`: a Node.js, which one changes with the versions."""
_WSGI_HANDLERS = ("wsgi_handler.handler", "wsgi.handler")
_SUFFIXES = {
    "python": (".py", "/__init__.py"),
    "javascript": (".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".tsx", ".jsx"),
}


def function(service: Service, deployed: Deployed, declared: Declared, role: Role) -> Function:
    """The function as all readers have it."""
    found = _code(service, declared)
    return Function(
        name=declared.key,
        environment=environment(service, deployed, declared),
        role=role,
        span=declared.span,
        needs=_needs(service, deployed, declared),
        code=found if isinstance(found, Code) else None,
        unread=found if isinstance(found, str) else "",
        deployed_as=Text.of(deployed.text(declared.full_name)),
    )


def environment(service: Service, deployed: Deployed, declared: Declared) -> dict[str, str | Text]:
    """The variables of the service and of the function, which wins; `null` unsets one.

    Source: guide/functions, "Environment Variables".
    """
    merged: dict[str, Node] = {}
    for section in (service.get("provider", "environment"), declared.get("environment")):
        if isinstance(section, Mapping):
            merged |= {key.text: node for key, node in section.entries}
        elif section is not None and not is_null(section):
            what = f"the environment is {shown(text_of(section))}, which is not known here"
            hint = "Tell its variables in `[tool.remit.values]`."
            service.say(section.span, what, hint)
    found: dict[str, str | Text] = {}
    for name, node in merged.items():
        if not is_null(node):
            found[name] = _value(deployed, name, node)
    return found


def _value(deployed: Deployed, name: str, node: Node) -> str | Text:
    resolved = deployed.resolved(node)
    if isinstance(resolved, Scalar):
        written = resolved.value
        return deployed.text(str(written).lower() if isinstance(written, bool) else resolved.text)
    return deployed.text("{" + deployed.open(name) + "}")


def _needs(service: Service, deployed: Deployed, declared: Declared) -> tuple[Need, ...]:
    place = service.place
    found: tuple[Need, ...] = ()
    if generated.in_network(service, declared):
        found += lambda_needs.network(place)
    if generated.is_traced(service, declared):
        found += lambda_needs.tracing()
    for event in generated.events(declared, "sqs"):
        found += lambda_needs.needs("on_sqs_message", _arn(deployed, event), place)
    for event in generated.events(declared, "stream"):
        arn = _arn(deployed, event)
        is_table = text_of(at(event, "type")) == "dynamodb" or ":dynamodb:" in str(arn)
        if is_table or not is_set(at(event, "consumer")):
            kind = "on_dynamodb_record" if is_table else "on_kinesis_record"
            found += lambda_needs.needs(kind, arn, place)
    return found


def _arn(deployed: Deployed, event: Node) -> Text:
    node = at(event, "arn") or event
    resolved = deployed.resolved(node)
    text = resolved.text if isinstance(resolved, Scalar) else "{" + deployed.open("event") + "}"
    return Text.of(deployed.text(text))


# --- code -----------------------------------------------------------------------------------------


def _code(service: Service, declared: Declared) -> Code | str:
    """The function's code, or why it is not read, as the end of a sentence."""
    if declared.get("image") is not None:
        return "it runs from a container image"
    artifact = text_of(declared.get("package", "artifact")) or text_of(
        service.get("package", "artifact")
    )
    if artifact:
        return f"it is packaged elsewhere, as {shown(artifact)}"
    handler = text_of(declared.get("handler"))
    if "{" in handler:
        return f"its handler {shown(handler)} is not known here"
    runtime = text_of(declared.get("runtime")) or text_of(service.get("provider", "runtime"))
    app = text_of(service.get("custom", "wsgi", "app"))
    if handler in _WSGI_HANDLERS and app:
        handler = app
    found = lambda_code.code(runtime or _DEFAULT_RUNTIME, handler, _roots(service, declared))
    if isinstance(found, Code) and not _is_there(service, found):
        return f"its handler {shown(handler)} names no file in {shown(found.roots[0] or '.')}"
    return found


def _is_there(service: Service, code: Code) -> bool:
    tree = service.resolver.files.tree
    return any(
        tree.exists(posixpath.join(root, code.module + suffix))
        for root in code.roots
        for suffix in _SUFFIXES[code.language]
    )


def _roots(service: Service, declared: Declared) -> tuple[str, ...]:
    """The folder of the package (`module` of the plugin moves it), and of the layers' code."""
    module = text_of(declared.get("module"))
    own = service.resolver.files.path(module) if module else service.folder
    roots = [own if own not in (None, ".") else ""]
    layers = {
        _layer_id(key.text): text_of(at(settings, "path"))
        for part in items(service.get("layers"))
        if isinstance(part, Mapping)
        for key, settings in part.entries
    }
    used = declared.get("layers") or service.get("provider", "layers")
    for one in items(used):
        path = layers.get(text_of(at(one, "Ref")) or text_of(one))
        folder = service.resolver.files.path(path) if path else None
        if folder:
            roots.append(posixpath.join(folder, "python"))
    return tuple(dict.fromkeys(root for root in roots if root is not None))


def _layer_id(name: str) -> str:
    return f"{normalized(name)}LambdaLayer"


def normalized(name: str) -> str:
    """A name as it stands in logical ids: guide/resources, "AWS CloudFormation Resource
    Reference": `Dash`, `Underscore`, and a capital first letter."""
    spelled = name.replace("-", "Dash").replace("_", "Underscore")
    return re.sub(r"[^0-9A-Za-z]", "", spelled[:1].upper() + spelled[1:])
