"""Running the command of `remit run`: its environment, its signals, its exit status."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

CANNOT_RUN, NOT_FOUND = 126, 127
"""As shells and env(1) have it."""

_FORWARDED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")

# What would lead a client past the role or the server (facts/iam.md 10.4: a profile removes the
# environment's credentials; AWS SDKs and Tools Reference Guide, "Service-specific endpoints").
_IN_THE_WAY = frozenset(
    {
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_SECURITY_TOKEN",
        "AWS_CREDENTIAL_EXPIRATION",
        "AWS_ACCOUNT_ID",
        "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_USE_DUALSTACK_ENDPOINT",
        "AWS_USE_FIPS_ENDPOINT",
    }
)
_ENDPOINT = "AWS_ENDPOINT_URL"
_LOCAL = "127.0.0.1,localhost"


def environment(
    own: Mapping[str, str], stage: Mapping[str, str], role: Mapping[str, str], url: str
) -> dict[str, str]:
    """The command's environment: this process's `own`, over it the `stage`'s variables, over these
    the credentials of the `role` and the server."""
    made = {**own, **stage}
    for name in [*made]:
        if name in _IN_THE_WAY or name.startswith(_ENDPOINT + "_"):
            del made[name]
    for name in ("NO_PROXY", "no_proxy"):  # a proxy must not be asked for what is here
        made[name] = f"{made[name]},{_LOCAL}" if made.get(name) else _LOCAL
    return {**made, **role, _ENDPOINT: url}


def wait_for(command: Sequence[str], variables: Mapping[str, str]) -> tuple[int, str]:
    """Run a command to its end, signals handed on; its exit status, 128 + N when the signal N ended
    it. What could not be started has 127 or 126, and the reason; else the reason is empty."""
    with _forwarding() as started:
        try:
            process = subprocess.Popen(command, env=dict(variables))  # noqa: S603  no shell; what to run is the user's to say
        except FileNotFoundError:
            return NOT_FOUND, f"there is no command `{command[0]}`"
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return CANNOT_RUN, f"cannot run `{command[0]}`: {reason}"
        started.of(process)
        status = process.wait()
    return (128 - status if status < 0 else status), ""


class _Started:
    """The process that signals go to. Those that come before it is there are kept for it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[Any] | None = None
        self._early: list[int] = []

    def of(self, process: subprocess.Popen[Any]) -> None:
        self._process = process
        for number in self._early:
            process.send_signal(number)

    def signalled(self, number: int, frame: FrameType | None) -> None:
        if number in _FROM_KEYS and _at_terminal():
            return  # the terminal has sent it to the command as well
        if self._process is None:
            self._early.append(number)
        else:
            self._process.send_signal(number)


_FROM_KEYS = frozenset({signal.SIGINT, getattr(signal, "SIGQUIT", signal.SIGINT)})


@contextmanager
def _forwarding() -> Iterator[_Started]:
    """Signals go to the command while the block lasts."""
    started = _Started()
    before = {}
    for name in _FORWARDED:
        number = getattr(signal, name, None)
        # One that is ignored (nohup) stays so, for the command as well.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, started.signalled)
    try:
        yield started
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _at_terminal() -> bool:
    """Whether this process is in the foreground of a terminal, whose keys reach all that is."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        try:
            number = stream.fileno()
            if os.isatty(number) and os.tcgetpgrp(number) == os.getpgrp():
                return True
        except (AttributeError, OSError, ValueError):
            continue
    return False
