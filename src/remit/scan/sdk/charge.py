"""Charging a call: every AWS call of every boto3 object is made here."""

from __future__ import annotations

from collections.abc import Mapping

from remit.core.text import Hole, Text
from remit.scan.sdk.arguments import as_params
from remit.scan.sdk.endpoint import Place, host_hole, place
from remit.scan.sdk.objects import Arguments, Connection, Outcome, Response, SdkCall, Value


def charge(
    connection: Connection,
    operation: str,
    params: Mapping[str, Value],
    *,
    via: str,
    open_params: bool = False,
    extra: Mapping[str, str] | None = None,
) -> Outcome:
    """One call of `operation`; its value is the response.

    The calls of a foreign connection are left out and its reason stands in `foreign`.
    """
    plain = as_params(params)
    response = Response(connection, operation, (), plain)
    if connection.foreign:
        return Outcome(response, foreign=connection.foreign)
    notes, holes = _circumstances(connection)
    call = SdkCall(
        service=connection.service,
        operation=operation,
        params=plain,
        open_params=open_params,
        region=connection.region,
        via=via,
        extra=notes | dict(extra or {}),
        hangs_on=holes,
    )
    return Outcome(response, (call,))


def keyword_params(args: Arguments) -> tuple[Mapping[str, Value], bool]:
    """Parameters of an operation, and whether there may be more.

    boto3 takes keywords only. Positional ones raise TypeError there: what was meant is not known.
    """
    return args.keywords, args.open or bool(args.positional)


def together(value: Value, *outcomes: Outcome) -> Outcome:
    """`value` with everything that `outcomes` charged or could not tell."""
    return Outcome(
        value,
        tuple(call for outcome in outcomes for call in outcome.calls),
        next((o.unattributed for o in outcomes if o.unattributed), None),
        next((o.foreign for o in outcomes if o.foreign), None),
    )


def _circumstances(connection: Connection) -> tuple[dict[str, str | Text], tuple[Hole, ...]]:
    notes: dict[str, str | Text] = {}
    holes: list[Hole] = [connection.doubt] if connection.doubt else []
    if connection.endpoint is not None:
        whole = Text.of(connection.endpoint)
        notes["endpoint"] = whole if whole.literal is None else whole.literal
        hole = host_hole(connection.endpoint)
        if hole and place(connection.endpoint, connection.service) is Place.UNKNOWN:
            notes["endpoint_hole"] = hole.name
            holes.append(hole)
    return notes, tuple(holes)
