"""Functions of a stage: code, environment, role, and what AWS does with the role.

Source: the AWS provider's documentation of `aws_lambda_function` and
`aws_lambda_event_source_mapping`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from remit.core.call import Place
from remit.core.need import Need
from remit.core.text import Text
from remit.deploy import lambda_needs
from remit.deploy.lambda_code import code
from remit.deploy.model import Code, Function
from remit.deploy.terraform.packages import Package, layers, package
from remit.deploy.terraform.resources import Instance
from remit.deploy.terraform.roles import Resources, Roles
from remit.deploy.terraform.run import Run
from remit.deploy.terraform.values import Value

_TYPE = "aws_lambda_function"


def functions(resources: Resources, roles: Roles, run: Run) -> tuple[dict[str, Function], set[str]]:
    """The functions by name, and the addresses of the roles that they run as."""
    found: dict[str, Function] = {}
    used: set[str] = set()
    for one in resources.of(_TYPE):
        name = short_name(one)
        address, role = roles.of(one.get("role"), name, one.span)
        used.add(address)
        known = package(one, resources, run)
        made = _code(one, known, resources, run)
        found[name] = Function(
            name=name,
            environment=_environment(one),
            role=role,
            span=one.span,
            needs=_needs(one, resources, run),
            code=made if isinstance(made, Code) else None,
            unread=made if isinstance(made, str) else "",
            deployed_as=one.get("function_name").text,
        )
    return found, used


def short_name(one: Instance) -> str:
    """A function's name for people: its address without the type."""
    module = one.scope.module
    return module.address if module.modelled else one.address.replace(f"{_TYPE}.", "", 1)


def _code(one: Instance, known: Package | str, resources: Resources, run: Run) -> Code | str:
    if isinstance(known, str):
        return known
    runtime, handler = one.get("runtime"), one.get("handler")
    for name, value in (("runtime", runtime), ("handler", handler)):
        if value.literal is None:
            why = value.hole.name if value.hole is not None else "nothing"
            return f"its {name} hangs on `{why}`"
    roots = (known.root, *known.more, *layers(one, resources, run))
    return code(runtime.literal or "", handler.literal or "", roots, known.inline)


def _environment(one: Instance) -> Mapping[str, str | Text]:
    found: dict[str, str | Text] = {}
    blocks = one.blocks("environment")
    for block in blocks or ():
        variables = block.get("variables")
        data = None if variables is None else variables.data
        for name, value in data.items() if isinstance(data, Mapping) else ():
            text = value.text
            if text is not None:
                found[name] = text if text.literal is None else text.literal
    return found


def _needs(one: Instance, resources: Resources, run: Run) -> tuple[Need, ...]:
    place = Place(run.partition, run.region, run.account)
    found: list[Need] = []
    if any(_filled(block.get("subnet_ids")) for block in one.blocks("vpc_config") or ()):
        found += lambda_needs.network(place)
    for block in one.blocks("tracing_config") or ():
        if "mode" in block and block["mode"].literal == "Active":
            found += lambda_needs.tracing()
    for mapping in resources.of("aws_lambda_event_source_mapping"):
        if resources.meant(mapping.get("function_name"), _TYPE, "arn", "function_name") is one:
            found += _polling(mapping, place)
    for target in _targets(one, resources):
        if _is_told(one, target, "where it sends to"):
            found += lambda_needs.sends(target)
    return tuple(found)


def _polling(mapping: Instance, place: Place) -> tuple[Need, ...]:
    arn = mapping.get("event_source_arn").text
    if arn is None or not _is_told(mapping, arn, "what it is polled from"):
        return ()
    return lambda_needs.polls(arn, place)


def _is_told(one: Instance, arn: Text, what: str) -> bool:
    """Whether it is known which service an ARN names, and that there is such a setting at all.

    Without that nobody is accused; the problem says what is not checked.
    """
    service = lambda_needs.service_of(arn)
    if service is not None and "{" not in service and not one.open:
        return True
    why = one.open or f"it hangs on `{arn.holes[0].name}`"
    message = f"what the role needs for `{one.address}` is not checked: {what} is not known"
    one.run.problem(one.span, message, f"In full: {why}.")
    return False


def _targets(one: Instance, resources: Resources) -> Iterator[Text]:
    """Where Lambda sends what fails or is done: dead letter queue and destinations."""
    blocks = list(one.blocks("dead_letter_config") or ())
    for config in resources.of("aws_lambda_function_event_invoke_config"):
        name = config.get("function_name")
        if not config.open and resources.meant(name, _TYPE, "arn", "function_name") is one:
            for outer in config.blocks("destination_config") or ():
                for kind in ("on_success", "on_failure"):
                    inner = outer.get(kind)
                    items = inner.data if inner is not None else ()
                    listed = items if isinstance(items, tuple) else ()
                    blocks += [item.data for item in listed if isinstance(item.data, Mapping)]
    for block in blocks:
        target = block.get("target_arn") or block.get("destination")
        if target is not None and target.text is not None:
            yield target.text


def _filled(value: Value | None) -> bool:
    """Whether a list has an element. One of which nothing is known may be empty."""
    return value is not None and isinstance(value.data, tuple) and bool(value.data)
