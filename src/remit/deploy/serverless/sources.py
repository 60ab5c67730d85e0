"""What the sources of a variable yield: a table, one function for each type.

A source yields a node, or None for nothing, so that the next source is asked. What only the
deployment's machine, another service or AWS knows is a token (`Resolver.unknown`), or nothing
where the framework itself takes what comes after the comma: an option, an environment variable or
a parameter that is not given.
Source: Serverless Framework, guides/variables and guides/parameters.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from typing import Protocol

from remit.deploy.model import Told
from remit.deploy.serverless.expressions import Lookup, Pieces
from remit.deploy.serverless.files import Files
from remit.syntax.nodes import Node, Scalar
from remit.syntax.source import shown

DEFAULT_REGION = "us-east-1"
"""serverless.yml reference, `provider.region`."""
ANY_STAGE = "\ue000stage\ue000"
"""Stands for the stage while the stages are looked for; no configuration holds it."""
_UNREAD = (".js", ".ts", ".cjs", ".mjs", ".cts", ".mts")


class Resolver(Protocol):
    """What a source can ask: a document in a stage (variables.py)."""

    files: Files
    root: Node
    stage: str | None
    told: Told
    candidates: dict[str, None]

    def get(self, *path: str) -> Node | None:
        """A value of the document."""
        ...

    def walk(self, node: Node | None, path: tuple[str, ...]) -> Node | None:
        """What stands below `node`."""
        ...

    def text(self, pieces: Pieces | None) -> str:
        """The text that pieces make."""
        ...

    def constant(self, value: str | int | bool | None) -> Scalar:
        """A value where the variable is written."""
        ...

    def token(self, name: str) -> Node:
        """The token of a name."""
        ...

    def unknown(self, kind: str, address: str) -> Node:
        """The token for what is not asked, or what is told of it."""
        ...

    def complain(self, message: str, hint: str = "") -> None:
        """Notes what is wrong with the variable."""
        ...


def look_up(resolver: Resolver, lookup: Lookup) -> Node | None:
    """What the source yields; None when it yields nothing."""
    return _SOURCES.get(lookup.kind, _elsewhere)(resolver, lookup)


def is_discovering(resolver: Resolver) -> bool:
    """Whether the stages are being looked for: then it says nothing that a key is not there."""
    return resolver.stage == ANY_STAGE


def note_candidates(resolver: Resolver, key: str, keys: Iterable[str]) -> None:
    """Keeps the stages among `keys`, when the one that is looked for has the stage in it."""
    before, mark, after = key.partition(ANY_STAGE)
    if not mark:
        return
    for one in keys:
        if one.startswith(before) and one.endswith(after) and len(one) > len(before + after):
            resolver.candidates[one[len(before) : len(one) - len(after)]] = None


def _address(resolver: Resolver, lookup: Lookup) -> str:
    return resolver.text(lookup.address).strip()


def _self(resolver: Resolver, lookup: Lookup) -> Node | None:
    """guides/variables/self: a path in the configuration. `--stage` does not change it."""
    address = _address(resolver, lookup)
    path = tuple(address.split(".")) if address else ()
    found = resolver.walk(resolver.root, path)
    if path in (("service",), ("service", "name")):
        # `service: name` and `service: {name: name}` are one, whichever way they are looked up.
        named = resolver.walk(resolver.root, ("service", "name"))
        return named or resolver.walk(resolver.root, ("service",))
    if found is None and path in _FILLED_IN:
        return resolver.constant(_FILLED_IN[path])
    return found


_FILLED_IN = {("provider", "stage"): "dev", ("provider", "region"): DEFAULT_REGION}
"""What version 1 and 2 put into the configuration where it says nothing."""


def _opt(resolver: Resolver, lookup: Lookup) -> Node | None:
    """guides/variables/cli-options."""
    address = _address(resolver, lookup)
    told = {"stage": resolver.stage, "region": resolver.told.region}.get(address)
    if told is not None:
        return resolver.constant(told)
    return _told(resolver, "opt", address)


def _sls(resolver: Resolver, lookup: Lookup) -> Node | None:
    """guides/variables/core: the stage, and an id that is made anew at each run."""
    address = _address(resolver, lookup)
    if address != "stage":
        return resolver.unknown("sls", address)
    if resolver.stage is not None:
        return resolver.constant(resolver.stage)
    return resolver.get("provider", "stage") or resolver.constant("dev")


def _aws(resolver: Resolver, lookup: Lookup) -> Node | None:
    """guides/variables/aws: the account and the region of the deployment."""
    address = _address(resolver, lookup)
    if address == "accountId":
        account = resolver.told.account
        return resolver.token("account") if account is None else resolver.constant(account)
    if address == "region":
        return resolver.constant(region(resolver))
    return resolver.unknown("aws", address)


def region(resolver: Resolver) -> str:
    """The region of the deployment: what is told, `provider.region`, or the framework's default."""
    if resolver.told.region is not None:
        return resolver.told.region
    written = resolver.get("provider", "region")
    if isinstance(written, Scalar) and written.is_string:
        return written.text
    return DEFAULT_REGION


def _env(resolver: Resolver, lookup: Lookup) -> Node | None:
    """guides/variables/env-vars: of the machine that deploys, so only what is told is known."""
    return _told(resolver, "env", _address(resolver, lookup))


def _param(resolver: Resolver, lookup: Lookup) -> Node | None:
    """guides/parameters, "Inheritance and overriding": told, the stage's, the default's."""
    address = _address(resolver, lookup)
    found = _told(resolver, "param", address)
    for stage in (resolver.stage or "dev", "default"):
        for path in (("stages", stage, "params"), ("params", stage)):
            if found is None:
                found = resolver.walk(resolver.root, (*path, address))
    return found


def _told(resolver: Resolver, kind: str, address: str) -> Node | None:
    values = resolver.told.values
    for key in (f"{kind}:{address}", f"{kind} {address}", address):
        if key in values:
            return resolver.constant(values[key])
    return None


def _file(resolver: Resolver, lookup: Lookup) -> Node | None:
    """guides/variables/file: a value in a YAML or JSON file, or the text of another file."""
    written = resolver.text(lookup.parameters).strip().strip("'\"")
    address = _address(resolver, lookup)
    what = " ".join(part for part in (written, address) if part)
    path = resolver.files.path(written)
    if ANY_STAGE in written:
        _note_files(resolver, written)
        return None
    if path is None:
        where = "is outside of what remit was given to read"
        resolver.complain(f"the file {shown(written)} {where}", "Run remit on the folder above.")
        return resolver.unknown("file", what)
    if not resolver.files.tree.exists(path):
        return None
    if path.endswith(_UNREAD):
        return resolver.unknown("file", what)
    found = resolver.files.node(path)
    return resolver.walk(found, tuple(address.split("."))) if address else found


def _note_files(resolver: Resolver, written: str) -> None:
    path = resolver.files.path(written)
    if path is None or ANY_STAGE in posixpath.dirname(path):
        return
    folder = posixpath.dirname(path)
    names = [
        posixpath.basename(one)
        for one in resolver.files.tree.files(folder)
        if posixpath.dirname(one) == folder
    ]
    note_candidates(resolver, posixpath.basename(path), names)


def _truth(resolver: Resolver, lookup: Lookup) -> Node | None:
    """guides/variables, `strToBool`: true, false, 1, 0."""
    written = resolver.text(lookup.parameters).strip().strip("'\"").lower()
    if written in ("true", "1", "false", "0"):
        return resolver.constant(written in ("true", "1"))
    return resolver.unknown("strToBool", written)


def _elsewhere(resolver: Resolver, lookup: Lookup) -> Node | None:
    """SSM, other stacks, S3, git, a plugin's own source: known at deployment."""
    return resolver.unknown(lookup.kind, _address(resolver, lookup))


_SOURCES: dict[str, Callable[[Resolver, Lookup], Node | None]] = {
    "self": _self,
    "opt": _opt,
    "sls": _sls,
    "aws": _aws,
    "env": _env,
    "param": _param,
    "file": _file,
    "strToBool": _truth,
}
