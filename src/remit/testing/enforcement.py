"""`enforce`: while it is active, every call of this process is decided as the deployed role's."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ContextDecorator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from remit.app.errors import InputError
from remit.core.call import Call
from remit.core.policy import Policy
from remit.core.span import Span
from remit.core.text import Hole, HoleKind
from remit.testing import caller, errors, hook
from remit.testing.judging import judge
from remit.testing.parameters import plain
from remit.testing.record import Recorder, Seen, Verdict
from remit.testing.subject import Subject, of_policies, of_project

if TYPE_CHECKING:
    from botocore.client import BaseClient

_NOWHERE = Span.whole("?")
listeners: list[Recorder] = []
"""Recorders that are told of every call, whoever judges it."""


def enforce(
    project: str | Path = ".",
    stage: str | None = None,
    function: str | None = None,
    role: str | None = None,
    *,
    policies: Sequence[Policy | str | bytes | Mapping[str, object]] | None = None,
    principal: str | None = None,
    boundary: Policy | str | bytes | Mapping[str, object] | None = None,
    observe: bool = False,
    tests: bool = True,
    foreign: bool = False,
    environment: bool = True,
) -> Enforcement:
    """Refuse what AWS would refuse: a context manager (and decorator) that yields its Recorder.

    Either `project` and `stage`, with `function` or `role` where the stage has several roles; or
    `policies`, the identity policies of the role `principal` (an ARN), with its `boundary`.

    A denied call raises the ClientError that AWS causes, before anything is sent; with `observe`
    it is let through, and recorded all the same. `tests=False` spares the calls that test code
    makes itself, `foreign=True` judges those with credentials given in code, too. `environment`:
    the function's variables, as deployed, are in `os.environ` meanwhile.

    Raises InputError when the project, the stage or the policies cannot be used.
    """
    if policies is not None:
        if stage or function or role or principal is None:
            what = "`policies` come with `principal`, and without `stage`, `function` and `role`"
            raise InputError(what, "Write `enforce(policies=[...], principal=ARN)`.")
        subject = of_policies(policies, principal, boundary)
    else:
        if stage is None:
            raise InputError("`stage` is missing", 'Write `enforce(stage="prod")`.')
        if principal is not None or boundary is not None:
            what = "`principal` and `boundary` come with `policies`: a stage has its own"
            raise InputError(what, "Leave them out.")
        subject = of_project(Path(project), stage, function, role)
    return Enforcement(subject, observe, tests, foreign, environment)


@dataclass(slots=True, repr=False)
class Enforcement(ContextDecorator):
    """What `enforce` gives. May be entered several times, in several threads: the innermost of
    all that are active decides, for every thread."""

    subject: Subject
    observe: bool = False
    tests: bool = True
    foreign: bool = False
    environment: bool = True
    test_files: tuple[str, ...] = caller.TEST_FILES
    elsewhere: Callable[[BaseClient], bool] | None = None
    """Says of which clients the calls are decided by somebody else."""
    told: Callable[[Seen], None] | None = None
    """Is told of each call that was decided."""
    recorder: Recorder = field(init=False)
    _kept: list[dict[str, str | None]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.subject.place)

    def __enter__(self) -> Recorder:
        variables = self.subject.environment if self.environment else {}
        self._kept.append({name: os.environ.get(name) for name in variables})
        os.environ.update(variables)
        hook.push(self)
        return self.recorder

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        hook.pop(self)
        for name, value in self._kept.pop().items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def call(self, client: BaseClient, operation: str, params: Mapping[str, object]) -> None:
        """Decide a call that is about to be sent. Raises the ClientError of a denial."""
        __tracebackhide__ = True
        if self.elsewhere is not None and self.elsewhere(client):
            return
        seen = self._seen(client, operation, params)
        self._tell(seen)
        if seen.verdict is Verdict.DENIED and not self.observe:
            raise errors.refusal(client, operation, self.subject.principal, seen.needs)

    def signed(self, client: BaseClient, operation: str, params: Mapping[str, object]) -> None:
        """Take note of a URL that is being signed: AWS judges it when it is used."""
        if self.elsewhere is not None and self.elsewhere(client):
            return
        if operation == "CreateBucket":  # as botocore begins a POST for an object of any name
            operation, params = "PutObject", {**params, "Key": Hole(HoleKind.DATA, "Key")}
        self._tell(self._seen(client, operation, params, presigned=True))

    def _tell(self, seen: Seen) -> None:
        for recorder in (self.recorder, *listeners):
            recorder.calls.append(seen)
        if self.told is not None:
            self.told(seen)

    def _seen(
        self,
        client: BaseClient,
        operation: str,
        params: Mapping[str, object],
        presigned: bool = False,
    ) -> Seen:
        place = caller.find()
        span = caller.span(*place, self.subject.root) if place is not None else None
        call = Call(
            client.meta.service_model.service_name,
            operation,
            plain(params),
            span or _NOWHERE,
            region=client.meta.region_name,
            via="presigned" if presigned else "client",
            extra=_extra(client),
        )
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        if why := self._spares(client, place):
            return Seen(call, Verdict.SPARED, span, (), why, presigned, test)
        verdict, needs, reason = judge(self.subject, call)
        return Seen(call, verdict, span, needs, reason, presigned, test)

    def _spares(self, client: BaseClient, place: tuple[str, int] | None) -> str:
        """Why the call is not the role's; "" when it is."""
        if place is None and caller.by_emulator():
            return "an emulator's own call"
        if not self.tests and place is not None and self._is_test(place[0]):
            return "made by test code itself"
        if not self.foreign and _has_own_credentials(client):
            return "made with credentials given in code"
        return ""

    def _is_test(self, file: str) -> bool:
        return caller.is_test(file, self.subject.root, self.test_files)


def _extra(client: BaseClient) -> dict[str, str]:
    """The endpoint, where it is part of what is called: a websocket API's."""
    endpoint = client.meta.endpoint_url
    return {"endpoint": endpoint} if ".execute-api." in endpoint else {}


def _has_own_credentials(client: Any) -> bool:
    """Whether the client was given keys, or told to sign nothing. botocore remembers where
    credentials come from; `explicit` is what code handed over."""
    from botocore import UNSIGNED

    if client.meta.config.signature_version is UNSIGNED:
        return True
    credentials = client._request_signer._credentials
    return getattr(credentials, "method", None) == "explicit"
