"""Where the code of a function is.

Source: Serverless Framework, providers/aws/guide/functions, guide/packaging, guide/layers,
guide/python; the plugins serverless-python-requirements (`module`) and serverless-wsgi (`app`).
"""

from __future__ import annotations

import posixpath

from remit.deploy import lambda_code
from remit.deploy.model import Code
from remit.deploy.serverless.service import Declared, Service, at, items, normalized, text_of
from remit.syntax.nodes import Mapping
from remit.syntax.source import shown

_DEFAULT_RUNTIME = "nodejs"
"""serverless.yml reference, `provider.runtime`: a Node.js, which one changes with the versions."""
_WSGI_HANDLERS = ("wsgi_handler.handler", "wsgi.handler")
_SUFFIXES = {
    "python": (".py", "/__init__.py"),
    "javascript": (".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".tsx", ".jsx"),
}


def code(service: Service, declared: Declared) -> Code | str:
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
    runtime = runtime or text_of(service.get("provider")).removeprefix("aws")
    if "{" in runtime:
        return f"its runtime {shown(runtime)} is not known here"
    app = text_of(service.get("custom", "wsgi", "app"))
    if handler in _WSGI_HANDLERS and app:
        handler = app
    found = lambda_code.code(runtime or _DEFAULT_RUNTIME, handler, _roots(service, declared))
    if isinstance(found, Code) and not _is_there(service, found):
        return f"its handler {shown(handler)} names no file in {shown(found.roots[0] or '.')}"
    return found


def _is_there(service: Service, found: Code) -> bool:
    tree = service.resolver.files.tree
    return any(
        tree.exists(posixpath.join(root, found.module + suffix))
        for root in found.roots
        for suffix in _SUFFIXES[found.language]
    )


def _roots(service: Service, declared: Declared) -> tuple[str, ...]:
    """The folder of the package (`module` of the plugin moves it), and of the layers' code."""
    files = service.resolver.files
    module = text_of(declared.get("module"))
    own = files.path(module) if module else service.folder
    roots = [own if own and own != "." else ""]
    layers = {
        f"{normalized(key.text)}LambdaLayer": text_of(at(settings, "path"))
        for part in items(service.get("layers"))
        if isinstance(part, Mapping)
        for key, settings in part.entries
    }
    for one in items(declared.get("layers") or service.get("provider", "layers")):
        path = layers.get(text_of(at(one, "Ref")))
        folder = files.path(path) if path else None
        if folder is not None:
            roots.append(posixpath.join(folder, "python"))
    return tuple(dict.fromkeys(roots))
