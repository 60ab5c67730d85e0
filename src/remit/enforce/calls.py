"""From a recognized call to the permissions that it asks for.

The catalog says which actions on which resources; what the parameters leave open is looked up in
the state, and where that tells nothing it stays `*`, as AWS writes what it will name itself: only a
policy for all of them grants that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from remit.app.authenticate import Caller
from remit.app.permit import Asked
from remit.core.call import Place
from remit.core.http import HttpRequest
from remit.core.need import Need
from remit.core.request import Value
from remit.core.text import Text
from remit.credentials.signature import Signature
from remit.enforce.context import of_action
from remit.enforce.plans import needed
from remit.enforce.recognize import Recognized
from remit.enforce.seen import Seen


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the state tells of a call's parameters.

    `complete` finds the one ARN that fits a text with holes, None where there is none or several;
    `partition_key` the name of a DynamoDB table's partition key by the table's ARN.
    """

    complete: Callable[[Recognized, Text, str], str | None] = lambda call, text, account: None
    partition_key: Callable[[str], str | None] = lambda arn: None


@dataclass(slots=True)
class Asking:
    """What a call asks for. `unmapped` says why that is not known, else it is None. `unsettled`
    are permissions that AWS may ask for as well, on grounds that a request does not show. Not
    frozen, nor is `Around`: one is made for each call."""

    asked: tuple[Asked, ...] = ()
    unmapped: str | None = None
    unsettled: tuple[str, ...] = ()


@dataclass(slots=True)
class Around:
    """Where and by whom a call is made."""

    request: HttpRequest
    caller: Caller
    region: str
    signature: Signature | None = None


def asking(call: Recognized, around: Around, lookups: Lookups) -> Asking:
    """The permissions that a call asks for, with the context keys of each."""
    account = around.caller.account if around.caller.account.isdigit() else None
    place = Place("aws", around.region, account)
    found = needed(call.service, call.operation, call.params, place)
    if found.unmapped is not None:
        return Asking(unmapped=found.unmapped)
    asked: list[Asked] = []
    unsettled: list[str] = []
    for need in found.needs:
        if need.condition is None:
            asked.append(_asked(need, call, around, lookups))
        else:
            unsettled.append(f"{need.action} on {need.resource}, if {need.condition}")
    return Asking(tuple(asked), None, tuple(unsettled))


def _asked(need: Need, call: Recognized, around: Around, lookups: Lookups) -> Asked:
    resource = _settled(need.resource, call, around, lookups)
    alternatives: tuple[str, ...] = ()
    if need.alternatives:
        resource, alternatives = _among(need, resource, call, around, lookups)

    def context() -> dict[str, Value]:
        seen = Seen(
            around.request,
            call.operation,
            call.params,
            resource,
            around.region,
            around.caller.account,
            around.signature,
            lookups.partition_key,
        )
        own: dict[str, Value] = of_action(need.action, seen)
        return own | {key: value for key, text in need.context.items() if (value := _value(text))}

    return Asked(need.action, resource, alternatives, context, _about(need, call))


def _about(need: Need, call: Recognized) -> str:
    """The grant that is to be retired, by its token or its id; the version of an object, which for
    the source of a copy stands after its name."""
    params = call.params
    if call.operation == "RetireGrant" and call.service == "kms":
        return str(params.get("GrantToken") or params.get("GrantId") or "")
    if call.service != "s3":
        return ""
    if "CopySource" in params and need.action.startswith("s3:Get"):
        return str(params["CopySource"]).partition("?versionId=")[2]
    return str(params.get("VersionId") or "")


def _among(
    need: Need, resource: str, call: Recognized, around: Around, lookups: Lookups
) -> tuple[str, tuple[str, ...]]:
    """The resource and its alternatives. A user's ARN may have a path that the call does not tell:
    the one that is there is meant."""
    literal = [one.literal for one in need.alternatives if one.literal is not None]
    opened = (one for one in need.alternatives if one.literal is None)
    there = next(filter(None, (_found(one, call, around, lookups) for one in opened)), None)
    resource = there or resource
    return resource, tuple(one for one in literal if one != resource)


def _settled(text: Text, call: Recognized, around: Around, lookups: Lookups) -> str:
    found = _found(text, call, around, lookups)
    if found is not None:
        return found
    return "".join(part if isinstance(part, str) else "*" for part in text.parts)


def _found(text: Text, call: Recognized, around: Around, lookups: Lookups) -> str | None:
    """A text without holes; None where the state does not fill them."""
    literal = text.literal
    if literal is not None:
        return literal
    identity = around.caller.identity
    filled = Text.of(
        *(
            identity.name
            if not isinstance(part, str) and part.name == "caller" and identity is not None
            else part
            for part in text.parts
        )
    )
    return filled.literal or lookups.complete(call, filled, around.caller.account)


def _value(text: Text | tuple[Text, ...]) -> Value | None:
    """A context value; None where it is not known: then the key is absent."""
    if isinstance(text, Text):
        return text.literal
    known = [one.literal for one in text]
    return None if None in known else tuple(one for one in known if one is not None)
