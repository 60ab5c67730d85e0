"""Tests below `remit run`: calls that an emulator in the test's own process answers.

The command of `remit run` talks to its server, which decides. Tests that use moto's `mock_aws` do
not: moto answers in the process, and knows no address but AWS's own. So while moto is active a
call goes to moto after all, and is decided here; `remit run` is told through a file. Every other
call is left to the server.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from remit.app import within
from remit.app.running import Denied
from remit.app.within import Within
from remit.core.call import Place
from remit.core.request import Value
from remit.core.text import Text
from remit.testing import hook
from remit.testing.enforcement import Enforcement
from remit.testing.errors import sentence
from remit.testing.record import Judged, Seen, Verdict, line
from remit.testing.subject import of_project

if TYPE_CHECKING:
    from botocore.client import BaseClient


def run() -> Within | None:
    """The run that this process is part of."""
    return Within.of(os.environ.get(within.VARIABLE, ""))


def enforcement(run: Within) -> Enforcement:
    """What decides the calls that stay in this process. Raises InputError."""
    subject = of_project(Path(run.project), run.stage, run.function, run.role, run.framework)
    made = Enforcement(subject, observe=run.learn, tests=False, environment=False)
    made.elsewhere = lambda client: _is_the_servers(run, client)
    made.told = lambda seen: _tell(run, seen, subject.principal, subject.place)
    return made


# --- what the run is told -----------------------------------------------------------------------


def _tell(run: Within, seen: Seen, principal: str, place: Place) -> None:
    """Add to the run's file: one write, so that several processes may do so at a time."""
    if seen.verdict is Verdict.SPARED:
        return
    lines = [within.call(line(seen.call, place))] if run.learn else []
    if seen.verdict is Verdict.DENIED and not run.learn:
        [first, *_] = [one for one in seen.needs if one.verdict is Verdict.DENIED]
        lines.append(within.denial(_denied(run, seen, first, principal)))
    if not lines:
        return
    report = os.open(run.report, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(report, "".join(lines).encode())
    finally:
        os.close(report)


def _denied(run: Within, seen: Seen, judged: Judged, principal: str) -> Denied:
    need = judged.needed.need
    context = {key: _value(run, value) for key, value in need.context.items()}
    said = sentence(principal, judged)
    resource = _filled(run, need.resource)
    return Denied(seen.service, seen.operation, judged.action, resource, said, context)


def _value(run: Within, value: Text | tuple[Text, ...]) -> Value:
    if isinstance(value, Text):
        return _filled(run, value)
    return tuple(_filled(run, one) for one in value)


def _filled(run: Within, text: Text) -> str:
    """A text as the run's server would have it."""
    parts = (one if isinstance(one, str) else run.known.get(one.name, "*") for one in text.parts)
    return "".join(parts)


# --- moto instead of the server -----------------------------------------------------------------


def install(run: Within) -> None:
    """While moto is active, let a client of AWS's own address make the calls of a client of the
    run's server. Holds as long as the process lives."""
    twins: WeakKeyDictionary[BaseClient, BaseClient] = WeakKeyDictionary()

    def redirect(client: BaseClient) -> BaseClient:
        if client.meta.endpoint_url != run.endpoint or not _moto_is_active():
            return client
        found = twins.get(client)
        if found is None:
            found = twins[client] = _twin(client)
        return found

    hook.redirect = redirect


def _is_the_servers(run: Within, client: BaseClient) -> bool:
    """Whether the run's server decides what this client asks for."""
    return client.meta.endpoint_url == run.endpoint and not _moto_is_active()


def _moto_is_active() -> bool:
    """Whether somebody is inside `mock_aws`; moto is not imported for that."""
    models: Any = sys.modules.get("moto.core.models")
    return models is not None and bool(models.botocore_stubber.enabled)


def _twin(client: BaseClient) -> BaseClient:
    """A client for the same service and region, with AWS's own address."""
    from botocore.config import Config
    from botocore.session import Session

    plain: Any = Config  # whose stubs know of fewer settings
    made: Any = Session().create_client(
        client.meta.service_model.service_name,
        region_name=client.meta.region_name,
        config=client.meta.config.merge(plain(ignore_configured_endpoint_urls=True)),
    )
    made.meta.events = client.meta.events  # what code, or a boto3 resource, has registered
    own: Any = client  # whether code gave it keys of its own decides about its calls
    made._request_signer._credentials = own._request_signer._credentials
    return cast("BaseClient", made)
