"""Calls of the account itself, made in process: what a deployment does before the first request.

botocore writes the request and reads the answer; between them there is no network and no
decision, as with server/seed.py.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from remit.app.provision.making import make
from remit.app.provision.model import Perform, Provisioned, Refused
from remit.app.provision.policies import put
from remit.app.seeding import Seeds, localized
from remit.core.http import HttpRequest
from remit.enforce.recognize import Unrecognized, recognize
from remit.server import emulator
from remit.server.emulator import Identity, Unsupported
from remit.server.hosts import path_style

_KEY = "AKIAIOSFODNN7EXAMPLE"  # the documentation's; nothing is signed with it


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.read()


def provision(seeds: Seeds) -> tuple[Provisioned, Seeds]:
    """Make what the stage of `seeds` deploys beside roles; and the seeds, in which the names of
    what was made stand. `policies` is for afterwards, when the roles are there."""
    if seeds.deployed is None:
        return Provisioned(seeds.local), seeds
    perform = performer(seeds.account)
    made = make(seeds.deployed, seeds.project, seeds.known, perform)
    return made, localized(seeds, made.local)


def policies(made: Provisioned, seeds: Seeds) -> Provisioned:
    """Put the resource policies of the stage on what was made; the same with more notes."""
    if seeds.deployed is None:
        return made
    perform = performer(seeds.account)
    notes = put(seeds.deployed, made, seeds.known, seeds.local.whole, perform)
    return replace(made, notes=(*made.notes, *notes))


def performer(account: str) -> Perform:
    """What makes calls in the emulator as the account."""
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

    session = _session()
    clients: dict[tuple[str, str], Any] = {}

    def perform(
        service: str, operation: str, parameters: dict[str, Any], region: str
    ) -> Mapping[str, Any]:
        if (service, region) not in clients:
            clients[service, region] = _client(session, service, account, region)
        client = clients[service, region]
        try:
            call = getattr(client, _method(operation))
            answer: Mapping[str, Any] = call(**parameters)
        except ClientError as error:
            told = error.response.get("Error", {})
            raise Refused(told.get("Code", "Error"), told.get("Message", "")) from None
        except ParamValidationError as error:
            raise Refused("ValidationError", _without_values(error)) from None
        except BotoCoreError as error:
            raise Refused(type(error).__name__, "the call cannot be written or read") from None
        return answer

    return perform


def _session() -> Any:
    """A session that reads no profile and no file of the machine."""
    from botocore.session import Session

    nothing = {"profile": None, "config_file": os.devnull, "credentials_file": os.devnull}
    return Session(session_vars={name: (None, None, v, None) for name, v in nothing.items()})


def _method(operation: str) -> str:
    from botocore import xform_name

    name: str = xform_name(operation)
    return name


def _without_values(error: Exception) -> str:
    """What botocore says of parameters, without the values that it quotes."""
    lines = str(error).splitlines()[1:]
    return "; ".join(line.partition(", value:")[0].strip() for line in lines)


def _client(session: Any, service: str, account: str, region: str) -> Any:
    from botocore.config import Config

    client = session.create_client(
        service,
        region_name=region,
        aws_access_key_id=_KEY,
        aws_secret_access_key="x",  # noqa: S106 - nothing is signed with it
        endpoint_url=f"https://{service}.{region}.amazonaws.com",
        config=Config(
            retries={"max_attempts": 0},
            s3={"addressing_style": "path"},
        ),
    )
    signing = client.meta.service_model.signing_name
    who = Identity(account, region, _KEY)

    def send(request: Any, **_: Any) -> Any:
        return _answer(request, signing, who)

    client.meta.events.register_last("before-send", send)
    return client


def _answer(request: Any, signing: str, who: Identity) -> Any:
    """What the emulator answers to a request that botocore has written."""
    from botocore.awsrequest import AWSResponse

    raw = path_style(_read(request))
    try:
        found = emulator.call(recognize(raw, signing), raw, who)
    except (Unrecognized, Unsupported) as error:
        raise Refused("NotImplemented", str(error)) from None
    except Exception as error:  # a fault of the emulator's is no reason to end
        raise Refused("InternalFailure", f"the emulator failed: {error!r:.200}") from None
    return AWSResponse(request.url, found.status, _headers(found.headers), _Raw(found.body))


def _headers(headers: tuple[tuple[str, str], ...]) -> Any:
    from botocore.compat import HTTPHeaders

    made = HTTPHeaders()
    for name, value in headers:
        made[name] = value
    return made


def _read(request: Any) -> HttpRequest:
    parts = urlsplit(request.url)
    headers = [("host", parts.netloc)]
    for name, value in request.headers.items():
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        headers.append((name.lower(), text))
    body = request.body or b""
    if not isinstance(body, bytes):
        body = body.encode() if isinstance(body, str) else body.read()
    return HttpRequest(
        request.method, parts.path or "/", parts.query, tuple(headers), body, parts.scheme
    )
