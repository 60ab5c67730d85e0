"""`remit serve` with the one thing that moto's tests need beside it: forgetting everything.

    python -m bench.moto_suite.server [flags of `remit serve`]

moto's decorators ask their server to forget its state before each test (POST /moto-api/reset) and
how many calls go unchecked (POST /moto-api/reset-auth). `remit serve` has neither address, and
checks every call from the first one on: the second is answered and changes nothing.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

from remit.cli.main import main
from remit.core.http import HttpAnswer
from remit.server import run
from remit.server.asgi import Application, Receive, Scope

RESET = "/moto-api/reset"
RESET_AUTH = "/moto-api/reset-auth"


@dataclass(frozen=True, slots=True)
class Forgetful(Application):
    """The application of `remit serve`, with moto's two addresses for tests."""

    async def _taken(self, scope: Scope, receive: Receive) -> HttpAnswer | None:
        path = scope["path"]
        if path == RESET:
            return self._forget()
        if path == RESET_AUTH:
            return _json({"PREVIOUS_INITIAL_NO_AUTH_ACTION_COUNT": "inf"})
        return await Application._taken(self, scope, receive)

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
    sys.exit(main(["serve", *sys.argv[1:]]))
