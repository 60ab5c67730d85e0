"""CloudFormation: what a stack makes is made with the rights of the stack's role, or the caller's.

Sources: CloudFormation User Guide, using-iam-servicerole; facts/iam.md 3.5 (aws:CalledVia); AWS
re:Post, cfn-resolve-missing-permissions (the sentence in a resource's status). A resource that is
denied is CREATE_FAILED, and what was made before it is taken back, unless the caller said otherwise
(CloudFormation API Reference, CreateStack: OnFailure, DisableRollback).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from remit.app.between import Delivery
from remit.core.http import HttpRequest
from remit.core.request import Value
from remit.enforce.calls import Around, asking
from remit.enforce.recognize import Recognized
from remit.server.between.seams import Function, Seam
from remit.server.between.sending import Sending
from remit.server.between.stack_calls import Properties, calls
from remit.server.names import LOOKUPS

_SERVICE = "cloudformation.amazonaws.com"
_CALLED: Mapping[str, Value] = {
    "aws:CalledVia": (_SERVICE,),
    "aws:CalledViaFirst": _SERVICE,
    "aws:CalledViaLast": _SERVICE,
    "aws:UserAgent": _SERVICE,
}
_PLAIN = HttpRequest("POST", "/", scheme="https")


class Refused(Exception):  # noqa: N818 - the answer "denied"
    """A resource may not be made. `why` is AWS's sentence."""

    def __init__(self, logical: str, kind: str, why: str) -> None:
        super().__init__(why)
        self.logical, self.kind, self.why = logical, kind, why


@dataclass(frozen=True, slots=True)
class _Work:
    """What is being done: with which role, and which resource is being made."""

    role: str
    logical: str = ""


_WORK: ContextVar[_Work | None] = ContextVar("remit_stack", default=None)


@contextmanager
def _working(work: _Work | None) -> Iterator[None]:
    token = _WORK.set(work)
    try:
        yield
    finally:
        _WORK.reset(token)


# --- resources ----------------------------------------------------------------------------------


def _create(now: Sending, moto: Function, logical_id: str, *args: Any, **more: Any) -> Any:
    """Remember what is being made: its name is known only in the middle."""
    work = _WORK.get()
    if work is None:
        return moto(logical_id, *args, **more)
    with _working(replace(work, logical=logical_id)):
        return moto(logical_id, *args, **more)


def _name(
    now: Sending, moto: Function, logical_id: str, resource_json: Any, resources_map: Any
) -> Any:
    """The class, properties and name of a resource; if it is about to be made, it may be."""
    found = moto(logical_id, resource_json, resources_map)
    work = _WORK.get()
    if found and work is not None and work.logical == logical_id:
        _, resolved, name = found
        kind, properties = resource_json["Type"], resolved.get("Properties") or {}
        region = resources_map._region_name
        for delivery in _deliveries(now, work.role, region, kind, str(name), properties):
            denied = now.denial(delivery)
            if denied is not None:
                raise Refused(logical_id, kind, denied.why)
    return found


def _deliveries(
    now: Sending, role: str, region: str, kind: str, name: str, properties: Properties
) -> Iterator[Delivery]:
    for service, operation, parameters in calls(kind, name, properties):
        call = Recognized(service, operation, "", parameters)
        asked = asking(call, Around(_PLAIN, now.caller, region), LOOKUPS).asked
        if asked:
            yield _delivery(now, role, region, asked)


def _delivery(now: Sending, role: str, region: str, asked: Any) -> Delivery:
    account = now.caller.account
    if role:
        return Delivery((_SERVICE,), account, region, asked, "", role, "AWSCloudFormation")
    keys: dict[str, Value] = {**_CALLED, "aws:SourceIp": now.request.source}
    return Delivery((_SERVICE,), account, region, asked, caller=now.caller, keys=keys)


# --- stacks -------------------------------------------------------------------------------------


_DECIDED = frozenset({"CreateStack", "UpdateStack", "ExecuteChangeSet"})
"""Stack sets work with a role of the target account, which moto does not know."""


def _create_stack(now: Sending, moto: Function, backend: Any, **given: Any) -> Any:
    if now.call.operation not in _DECIDED:
        return moto(backend, **given)
    outer = _WORK.get()  # that of the stack around this one
    role = str(given.get("role_arn") or "") if outer is None else outer.role
    if outer is None:
        _check_role(now, role, backend.region_name)
    with _working(_Work(role)):
        try:
            return moto(backend, **given)
        except Refused as refused:
            stack = next(one for one in backend.stacks.values() if one.name == given["name"])
            _failed(now, backend, stack, refused)
            if outer is not None:
                raise
            return stack


def _update_stack(now: Sending, moto: Function, backend: Any, **given: Any) -> Any:
    stack = backend.get_stack(given["name"])
    role = given.get("role_arn") or stack.role_arn  # a stack keeps its role
    _check_role(now, role or "", backend.region_name)
    before = _Before(stack)
    with _working(_Work(role or "")):
        try:
            return moto(backend, **{**given, "role_arn": role})
        except Refused as refused:
            before.restore(stack, refused)
            return stack


def _execute(
    now: Sending, moto: Function, backend: Any, change_set_name: str, stack_name: Any = None
) -> Any:
    change_set = backend.describe_change_set(change_set_name)
    stack = backend.stacks[change_set.stack_id]
    role = str(change_set.role_arn or stack.role_arn or "")
    _check_role(now, role, backend.region_name)
    before = _Before(stack)
    with _working(_Work(role)):
        try:
            return moto(backend, change_set_name=change_set_name, stack_name=stack_name)
        except Refused as refused:
            change_set.execution_status = "EXECUTE_FAILED"
            if change_set.change_set_type == "CREATE":
                _failed(now, backend, stack, refused)
            else:
                before.restore(stack, refused)
            return None


def _check_role(now: Sending, role: str, region: str) -> None:
    """The stack's role must be one that CloudFormation may take on."""
    if role and now.denial(_delivery(now, role, region, ())) is not None:
        from moto.cloudformation.exceptions import ValidationError

        raise ValidationError(message=f"Role {role} is invalid or cannot be assumed")


# --- when one is denied -------------------------------------------------------------------------


def _failed(now: Sending, backend: Any, stack: Any, refused: Refused) -> None:
    """A stack that could not be made: taken back, left as it is, or gone."""
    _tell(stack, refused)
    parameters: Mapping[str, Any] = now.call.params
    kept = parameters.get("DisableRollback") in (True, "true")
    wanted = "DO_NOTHING" if kept else parameters.get("OnFailure", "ROLLBACK")
    reason = f"The following resource(s) failed to create: [{refused.logical}]. "
    if wanted == "DO_NOTHING":
        stack._add_stack_event("CREATE_FAILED", reason)
        stack.status = "CREATE_FAILED"
        return
    if wanted == "DELETE":
        stack._add_stack_event("CREATE_FAILED", f"{reason}Delete requested by user.")
        with _working(None):
            backend.delete_stack(stack.stack_id)
        return
    stack._add_stack_event("ROLLBACK_IN_PROGRESS", f"{reason}Rollback requested by user.")
    with _working(None):
        stack.resource_map.delete()
    stack._add_stack_event("ROLLBACK_COMPLETE")
    stack.status = "ROLLBACK_COMPLETE"


class _Before:
    """A stack as it was before an update."""

    def __init__(self, stack: Any) -> None:
        self.template, self.parameters = stack.template, dict(stack.parameters)
        self.role = stack.role_arn

    def restore(self, stack: Any, refused: Refused) -> None:
        """Bring it back; nothing is decided, since it was allowed then."""
        from moto.cloudformation.models import Stack

        _tell(stack, refused)
        reason = f"The following resource(s) failed to create: [{refused.logical}]. "
        stack._add_stack_event("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        held = stack.resource_map
        held._resource_json_map = {
            one: told
            for one, told in held._resource_json_map.items()
            if one in held._parsed_resources  # moto warns of what it never made
        }
        with _working(None):
            held.update(Stack.parse_template(self.template), self.parameters)
        stack.template, stack.parameters, stack.role_arn = (
            self.template,
            self.parameters,
            self.role,
        )
        stack._parse_template()
        stack.output_map = stack._create_output_map()
        stack._add_stack_event("UPDATE_ROLLBACK_COMPLETE")
        stack.status = "UPDATE_ROLLBACK_COMPLETE"


def _tell(stack: Any, refused: Refused) -> None:
    """The event of the resource that was denied."""
    from moto.cloudformation.models import Event

    text = f'Resource handler returned message: "{refused.why}" (HandlerErrorCode: AccessDenied)'
    stack.events.append(
        Event(
            stack_id=stack.stack_id,
            stack_name=stack.name,
            logical_resource_id=refused.logical,
            physical_resource_id="",
            resource_type=refused.kind,
            resource_status="CREATE_FAILED",
            resource_status_reason=text,
            resource_properties=None,
        )
    )


_PARSING, _MODELS = "moto.cloudformation.parsing", "moto.cloudformation.models"
SEAMS = (
    Seam(
        _PARSING,
        "parse_and_create_resource",
        ("logical_id", "resource_json", "resources_map", "account_id", "region_name"),
        _create,
    ),
    Seam(
        _PARSING,
        "parse_resource_and_generate_name",
        ("logical_id", "resource_json", "resources_map"),
        _name,
    ),
    Seam(
        _MODELS,
        "CloudFormationBackend.create_stack",
        (
            "self",
            "name",
            "template",
            "parameters",
            "notification_arns",
            "tags",
            "role_arn",
            "enable_termination_protection",
            "timeout_in_mins",
            "stack_policy_body",
        ),
        _create_stack,
    ),
    Seam(
        _MODELS,
        "CloudFormationBackend.update_stack",
        ("self", "name", "template", "role_arn", "parameters", "tags"),
        _update_stack,
    ),
    Seam(
        _MODELS,
        "CloudFormationBackend.execute_change_set",
        ("self", "change_set_name", "stack_name"),
        _execute,
    ),
)
