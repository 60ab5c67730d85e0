"""The trial of the clock: it is put on and back under a live server with a log."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

from botocore import auth, compat
from botocore.credentials import Credentials

from bench.faults.target import BODY, FORM, Target, answer_of, serving, status_in, told
from remit.app.decision_log import Filter
from remit.wiring import decision_log

_CLOCK = "get_current_datetime"
"""What botocore's signers ask for the time."""
HOUR, DAY = 3600.0, 86_400.0
_TRUST = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",'
    '"Principal":{"AWS":"arn:aws:iam::123456789012:root"}}}'
)
_ROLE = "arn:aws:iam::123456789012:role/timely"


def set_back() -> bool:
    """Signatures hold for 15 minutes of the server's clock, sessions until their end; the log keeps
    its order."""
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder, "log.sqlite"))
        with serving("--log", place) as target:
            seen = _seen(target, _session(target))
        with closing(decision_log(place)) as log:
            times = [entry.time for entry in log.query(Filter())]
    wanted = {
        "right": (200, 200), "an hour on, signed now": (403, 403),
        "an hour on, signed then": (200, 403), "a day back, signed now": (403, 403),
        "a day back, signed then": (200, 200), "right again": (200, 200),
    }  # fmt: skip
    back = sum(later < one for one, later in pairwise(times))
    said = f"administrator and session of 15 minutes: {seen}; the log's times go back {back} times"
    return told("set_back", seen == wanted and back == 1, said)


def _seen(target: Target, session: Credentials) -> dict[str, tuple[int, int]]:
    """What is answered to the administrator and to the session, by the server's clock."""
    seen = {}
    for when, wrong in (("right", 0.0), ("an hour on", HOUR), ("a day back", -DAY)):
        target.clock.write_text(str(wrong))
        target.process.send_signal(signal.SIGUSR1)
        _settled(target, wrong)
        seen[f"{when}, signed now" if wrong else when] = _statuses(target, session)
        if wrong:
            with _signing(wrong):
                seen[f"{when}, signed then"] = _statuses(target, session)
    target.clock.write_text("0")
    target.process.send_signal(signal.SIGUSR1)
    _settled(target, 0.0)
    seen["right again"] = _statuses(target, session)
    return seen


def _settled(target: Target, wrong: float) -> None:
    """Wait until the server has heard of its new time."""
    for _ in range(200):
        with _signing(wrong):
            if _status(target, target.keys) == 200:
                return
    raise SystemExit("the server's clock does not change")


def _statuses(target: Target, session: Credentials) -> tuple[int, int]:
    return _status(target, target.keys), _status(target, session)


def _status(target: Target, keys: Credentials) -> int:
    data = target.request("sts", body=BODY, keys=keys, content_type=FORM)
    return status_in(asyncio.run(answer_of(target, data)))


def _session(target: Target) -> Credentials:
    """A session of 15 minutes."""
    _called(target, "iam", f"Action=CreateRole&Version=2010-05-08&RoleName=timely"
            f"&AssumeRolePolicyDocument={quote(_TRUST, safe='')}")  # fmt: skip
    answer = _called(target, "sts", "Action=AssumeRole&Version=2011-06-15&RoleSessionName=one"
                     f"&DurationSeconds=900&RoleArn={quote(_ROLE, safe='')}")  # fmt: skip
    found = {one.tag.rpartition("}")[2]: one.text or "" for one in answer.iter()}
    return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])


def _called(target: Target, service: str, body: str) -> ElementTree.Element:
    data = target.request(service, body=body.encode(), content_type=FORM)
    answer = asyncio.run(answer_of(target, data))
    assert status_in(answer) == 200, answer
    return ElementTree.fromstring(answer.partition(b"\r\n\r\n")[2])  # noqa: S314  our own server's


@contextmanager
def _signing(wrong: float) -> Iterator[None]:
    """Sign as of another time."""
    true = compat.get_current_datetime
    setattr(auth, _CLOCK, lambda *some: true(*some) + timedelta(seconds=wrong))
    try:
        yield
    finally:
        setattr(auth, _CLOCK, true)
