"""The variables of a deployed function, as a program on this machine gets them."""

from __future__ import annotations

from collections.abc import Mapping

from remit.app.local import Local
from remit.app.seeding import Seeds
from remit.core.text import Text
from remit.deploy.model import Function


def environment(function: Function | None, seeds: Seeds) -> tuple[dict[str, str], list[str]]:
    """The variables that are known, and what is to be said of the others."""
    if function is None:
        return {}, ["no environment variables are set: name a function with `--function`"]
    made: dict[str, str] = {}
    notes: list[str] = []
    for name, value in function.environment.items():
        text = value if isinstance(value, str) else _filled(value, seeds)
        if text is None:
            notes.append(f"`{name}` is not set: `{value}` is known after deployment only")
        elif "\0" in text or "=" in name or not name:
            notes.append(f"`{name}` is not set: no process can have it")
        else:
            made[name] = text
    stage = seeds.deployed
    if notes and not seeds.local.values and stage is not None and stage.resources():
        notes.append("with `--provision` the variables of what it makes are set")
    return made, notes


def _filled(text: Text, seeds: Seeds) -> str | None:
    """What a variable is here, None where that is not known."""
    whole = seeds.local.whole.get(str(text))
    if whole is not None:
        return whole
    known = seeds.known
    parts = (p if isinstance(p, str) else known.get(p.name, p) for p in text.parts)
    return Text.of(*parts).literal


def addressed(environment: Mapping[str, str], local: Local, server: str) -> dict[str, str]:
    """The environment with the addresses of queues as the server at the URL `server` has them."""
    found = {}
    for name, value in environment.items():
        path = "/".join(value.split("/")[3:])
        found[name] = f"{server}/{path}" if value in local.urls else value
    return found
