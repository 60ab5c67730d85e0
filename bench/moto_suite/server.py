"""`remit serve` with what moto's tests need beside it: forgetting everything, and their time.

    python -m bench.moto_suite.server [flags of `remit serve`]

moto's decorators ask their server to forget its state before each test (POST /moto-api/reset) and
how many calls go unchecked (POST /moto-api/reset-auth). `remit serve` has neither address, and
checks every call from the first one on: the second is answered and changes nothing. Tests that stop
their clock (freezegun) say so (POST /moto-api/clock, by plugin.py), and the server's stops with it:
what is signed then is as old as it would be for AWS.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from functools import partial

from remit.cli.main import main
from remit.core.http import HttpAnswer, HttpRequest
from remit.server import run
from remit.server.asgi import Application, Later

RESET = "/moto-api/reset"
RESET_AUTH = "/moto-api/reset-auth"
CLOCK = "/moto-api/clock"
_stopped: list[float] = []
"""When the clock stands, in seconds since the epoch; empty while it goes."""


def _now() -> float:
    return _stopped[-1] if _stopped else time.time()


@dataclass(frozen=True, slots=True)
class Forgetful(Application):
    """The application of `remit serve`, with moto's two addresses for tests."""

    def at_once(self, request: HttpRequest) -> HttpAnswer | Later:
        """The answers for tests, else the server's."""
        if request.path == RESET:
            return self._forget()
        if request.path == RESET_AUTH:
            return _json({"PREVIOUS_INITIAL_NO_AUTH_ACTION_COUNT": "inf"})
        if request.path == CLOCK:
            _stopped[:] = [float(at) for at in [request.query] if at]
            return _json({"status": "ok"})
        return Application.at_once(self, request)

    def _forget(self) -> HttpAnswer:
        from moto.core.base_backend import BackendDict
        from moto.moto_api._internal.models import moto_api_backend

        moto_api_backend.reset()
        BackendDict.reset()
        self.enforcer.state.forget()
        return _json({"status": "ok"})


def _json(value: object) -> HttpAnswer:
    return HttpAnswer(200, (("content-type", "application/json"),), json.dumps(value).encode())


if __name__ == "__main__":
    setattr(run, "Application", Forgetful)  # noqa: B010  what `run.build` makes
    setattr(run, "build", partial(run.build, clock=_now))  # noqa: B010  the same
    sys.exit(main(["serve", *sys.argv[1:]]))
