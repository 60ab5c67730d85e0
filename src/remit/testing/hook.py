"""Where the SDK is watched: two methods of botocore's base client, patched while anybody watches.

Every call of every client goes through `_make_api_call`: those of resources, paginators, waiters
and transfers, and of clients that were made long before. Parameters are checked by botocore in
`_convert_to_request_dict`, after which come Stubber's answer (`before-call`), moto's
(`before-send`) and the network. So a watcher is asked right after that check: a call that botocore
itself refuses is none, and nothing is sent that is denied. Signing a URL goes through the second
method only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from botocore.client import BaseClient


class Watcher(Protocol):
    """Is asked about each call before anything is sent."""

    def call(self, client: BaseClient, operation: str, params: Mapping[str, object]) -> None:
        """Raise what the call is to end with, or return to let it through."""
        ...

    def signed(self, client: BaseClient, operation: str, params: Mapping[str, object]) -> None:
        """Take note of a URL that is being signed."""
        ...


_lock = threading.Lock()
_watchers: list[Watcher] = []
redirect: Callable[[BaseClient], BaseClient] | None = None
"""Says which client makes the call that was asked of another."""
_patched: dict[str, tuple[Any, Any]] = {}
"""By name of a method: botocore's own (or whatever stood there), and ours."""


class _Thread(threading.local):
    """The call that this thread is in: not asked about yet, and whether there is one."""

    pending: tuple[str, Mapping[str, object]] | None = None
    inside = False


_thread = _Thread()


def push(watcher: Watcher) -> None:
    """Let `watcher` be asked, in place of all others, until it is popped."""
    with _lock:
        if not _watchers:
            _patch()
        _watchers.append(watcher)


def pop(watcher: Watcher) -> None:
    """Take away what `push` put there, wherever in the pile it is by now."""
    with _lock:
        for at in range(len(_watchers) - 1, -1, -1):
            if _watchers[at] is watcher:
                del _watchers[at]
                break
        if not _watchers:
            _restore()


def _patch() -> None:
    from botocore.client import BaseClient

    for name, make in (("_make_api_call", _calling), ("_convert_to_request_dict", _converting)):
        original = getattr(BaseClient, name)
        ours = make(original)
        _patched[name] = (original, ours)
        setattr(BaseClient, name, ours)


def _restore() -> None:
    """Where others have patched over us meanwhile, ours stays below theirs and does nothing."""
    from botocore.client import BaseClient

    for name, (original, ours) in _patched.items():
        if getattr(BaseClient, name) is ours:
            setattr(BaseClient, name, original)
    _patched.clear()


def _calling(original: Any) -> Any:
    def _make_api_call(self: BaseClient, operation_name: str, api_params: Any) -> Any:
        __tracebackhide__ = True  # pytest shows the code that called, and AWS's error
        # A call inside another is the SDK's own (finding a bucket's region, fetching
        # credentials) or an emulator's.
        if not _watchers or _thread.inside:
            return original(self, operation_name, api_params)
        _thread.inside, _thread.pending = True, (operation_name, api_params)
        try:
            client = self if redirect is None else redirect(self)
            return original(client, operation_name, api_params)
        finally:
            _thread.inside, _thread.pending = False, None

    return _make_api_call


def _converting(original: Any) -> Any:
    def _convert_to_request_dict(self: BaseClient, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        made = original(self, *args, **kwargs)
        pending, _thread.pending = _thread.pending, None
        try:
            watcher = _watchers[-1]
        except IndexError:
            return made
        if pending is not None:
            watcher.call(self, *pending)
        elif not _thread.inside and _is_signing(kwargs.get("context")):
            watcher.signed(self, kwargs["operation_model"].name, kwargs["api_params"])
        return made

    return _convert_to_request_dict


def _is_signing(context: Any) -> bool:
    return isinstance(context, dict) and bool(context.get("is_presign_request"))
