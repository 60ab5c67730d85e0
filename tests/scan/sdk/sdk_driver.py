"""Runs the same Python code on the model and on real boto3, and says what each of them called.

The model is wrapped in objects whose attributes, calls, subscripts and loops ask `remit.scan.sdk`.
Real boto3 gets no network: a hook answers every request with a minimal response of its shape.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache, partial
from types import SimpleNamespace
from typing import Any

import boto3.session
from boto3.s3.transfer import TransferConfig
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.response import StreamingBody

from remit.core.text import Hole, HoleKind, Text
from remit.scan import sdk

Called = tuple[str, dict[str, Any]]


class Log:
    """Everything that a run yielded beside its value."""

    def __init__(self) -> None:
        self.calls: list[sdk.SdkCall] = []
        self.unattributed: list[str] = []
        self.foreign: list[str] = []

    @property
    def called(self) -> list[Called]:
        return [(call.operation, dict(call.params)) for call in self.calls]

    def take(self, outcome: sdk.Outcome) -> Any:
        self.calls += outcome.calls
        self.unattributed += [outcome.unattributed] if outcome.unattributed else []
        self.foreign += [outcome.foreign] if outcome.foreign else []
        return wrap(outcome.value, self)


class Model:
    """An SDK object that behaves like a Python object."""

    def __init__(self, obj: sdk.SdkObject, log: Log) -> None:
        self.__dict__.update(obj=obj, log=log)

    def __getattr__(self, name: str) -> Any:
        return self.log.take(sdk.attribute(self.obj, name))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        positional = tuple(unwrap(a) for a in args)
        keywords = {k: unwrap(v) for k, v in kwargs.items()}
        return self.log.take(sdk.call(self.obj, sdk.Arguments(positional, keywords)))

    def __getitem__(self, key: Any) -> Any:
        return self.log.take(sdk.subscript(self.obj, unwrap(key)))

    def __iter__(self) -> Iterator[Any]:
        yield self.log.take(sdk.iterate(self.obj))

    def __enter__(self) -> Any:
        return self.log.take(sdk.enter(self.obj))

    def __exit__(self, *_: object) -> None:
        return None


def wrap(value: Any, log: Log) -> Any:
    return Model(value, log) if isinstance(value, sdk.SdkObject) else value


def unwrap(value: Any) -> Any:
    if isinstance(value, Model):
        return value.obj
    if isinstance(value, list):
        return [unwrap(item) for item in value]
    if isinstance(value, dict):
        return {key: unwrap(item) for key, item in value.items()}
    return None if isinstance(value, io.IOBase | TransferConfig) else value


def on_model(snippet: Callable[[Any], Any]) -> tuple[Any, Log]:
    """The value of `snippet(boto3)` on the model, unwrapped, and its log."""
    log = Log()
    value = snippet(Model(sdk.Module("boto3"), log))
    return unwrap(value), log


class StopError(Exception):
    """Ends a run in front of a waiter's sleep."""


class Real:
    """Real boto3 without a network."""

    def __init__(self) -> None:
        self.session = boto3.session.Session("AKIDEXAMPLE", "secret", region_name="eu-west-1")
        self.called: list[Called] = []
        self.stop = False
        self.session.events.register_first("provide-client-params", self._note)
        self.session.events.register_first("before-call", self._answer)
        config = Config(parameter_validation=False)
        self.client = cache(partial(self.session.client, config=config))
        self.resource = cache(partial(self.session.resource, config=config))

    def run(self, snippet: Callable[[Any], Any], *, stop: bool = False) -> tuple[Any, list[Called]]:
        """The value of `snippet(boto3)` and the calls, ending at the first one if `stop`."""
        self.called, self.stop = [], stop
        face = SimpleNamespace(client=self.client, resource=self.resource)
        try:
            value = snippet(face)
        except StopError:
            value = None
        return value, self.called

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.called.append((model.name, dict(params)))
        if self.stop:
            raise StopError

    def _answer(self, model: Any, **_: Any) -> Any:
        parsed = sample(model.output_shape) if model.output_shape else {}
        parsed["ResponseMetadata"] = {"HTTPStatusCode": 200, "HTTPHeaders": {}}
        return AWSResponse("https://aws", 200, {}, None), parsed


_NEXT_PAGE = ("token", "marker")
# Left out: a last next-page mark, and a second list that stands beside `Versions`.
_LEFT_OUT = ("LastEvaluatedTableName", "DeleteMarkers")
_REALISTIC = {"TopicArn": "arn:aws:sns:eu-west-1:111122223333:t"}

_SCALARS: dict[str, Any] = {
    "boolean": False,
    "timestamp": datetime(2024, 1, 1, tzinfo=UTC),
    "string": "some",
    "character": "c",
}


def sample(shape: Any, depth: int = 0) -> Any:
    """A minimal value of a botocore shape: lists have one element, there is no next page."""
    if shape.type_name == "structure":
        return {
            name: _REALISTIC.get(name) or sample(member, depth + 1)
            for name, member in shape.members.items()
            if depth < 6 and name not in _LEFT_OUT and not name.lower().endswith(_NEXT_PAGE)
        }
    if shape.type_name == "list":
        return [sample(shape.member, depth + 1)] if depth < 6 else []
    if shape.type_name == "map":
        return {}
    if shape.type_name == "blob":
        streams = shape.serialization.get("streaming")
        return StreamingBody(io.BytesIO(b""), 0) if streams else b""
    return _SCALARS.get(shape.type_name, 0)


def fits(model: Any, real: Any) -> bool:
    """Whether what the model says may be what boto3 sent.

    A hole of data stands for anything; one of code would be something that the model lost.
    """
    if isinstance(model, Hole):
        return model.kind is not HoleKind.CODE
    if isinstance(model, Text):
        return isinstance(real, str) and all(p in real for p in model.parts if isinstance(p, str))
    if isinstance(model, dict):
        same = isinstance(real, dict) and model.keys() == real.keys()
        return same and all(fits(model[key], real[key]) for key in model)
    if isinstance(model, list):
        same = isinstance(real, list) and len(model) == len(real)
        return same and all(map(fits, model, real))
    return bool(model == real)


def same_calls(model: list[Called], real: list[Called]) -> bool:
    """Whether both made the same calls in the same order, with parameters that fit."""
    return [op for op, _ in model] == [op for op, _ in real] and all(
        fits(mine, theirs) for (_, mine), (_, theirs) in zip(model, real, strict=True)
    )
