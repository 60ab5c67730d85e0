"""Which stages a service has.

The framework takes any name after `--stage`; a configuration shows the names that are meant: by
`params` and `stages`, by the stage that `provider.stage` gives when none is asked for, by the keys
of a map in which a variable looks up the stage (`${self:custom.tables.${sls:stage}}`), and by files
that are named after it (`${file(./config.${opt:stage}.yml)}`).
Source: Serverless Framework, guides/parameters, guides/variables/core; serverless.yml reference,
`provider.stage` ("Default stage to be used. Default is `dev`"). A stage whose name only the
deployment knows (`${env:STAGE}`) is called `default`.
"""

from __future__ import annotations

import re

from remit.core.span import Span
from remit.deploy.model import Tellings, Told
from remit.deploy.serverless.files import Files
from remit.deploy.serverless.service import OPEN_STAGE, text_of
from remit.deploy.serverless.sources import ANY_STAGE
from remit.deploy.serverless.variables import Resolver
from remit.syntax.nodes import Mapping

DEFAULT = "dev"
MOST = 25
"""More names than these are no stages, but data that is looked up by another key."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")
_NO_STAGES = frozenset(
    "default defaults other others common base global shared all sample example template".split()
)


def names(files: Files, root: Mapping, told: Tellings) -> dict[str, Span]:
    """The stages by name, with the place that shows each. Raises variables.TooMuch."""
    whole = root.span
    listed: dict[str, Span] = {}
    for section in ("params", "stages"):
        part = Resolver(files, root, None, Told()).get(section)
        if isinstance(part, Mapping):
            listed |= {key.text: key.span for key, _ in part.entries}
    asked = Resolver(files, root, ANY_STAGE, told.stage(""))
    asked.value(root)
    keys = list(asked.candidates)
    if len(keys) <= MOST:
        listed |= {key: listed.get(key, whole) for key in keys}
    written = Resolver(files, root, None, told.stage("")).get("provider", "stage")
    name = text_of(written)
    if _is_name(name):
        listed = {name: _place(root), **listed}
    found = {one: place for one, place in listed.items() if _is_name(one)}
    found |= {one: found.get(one, whole) for one in told.stages}
    return found or {OPEN_STAGE if "{" in name else DEFAULT: whole}


def _place(root: Mapping) -> Span:
    """Where the stage is written."""
    provider = root.get("provider")
    node = provider.get("stage") if isinstance(provider, Mapping) else None
    return root.span if node is None else node.span


def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and name.lower() not in _NO_STAGES
