"""Plain Lambda functions and programs: what is started, and what a router in it runs.

Source: AWS Lambda Developer Guide, python-handler. Routers (Powertools' resolvers, Flask or FastAPI
behind an adapter, the commands of a program) call the functions that were registered with them; any
of them may run. Of a program, all that runs is its own: nothing of it is an import that AWS makes.
Source: Python's documentation, `__main__`, "top-level code environment".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from remit.core.span import Span
from remit.scan.machine import Activation
from remit.scan.model import Entry
from remit.scan.values import Arguments, External, FunctionV, ModuleV, Value, data

if TYPE_CHECKING:
    from remit.scan.machine import Machine


def run(machine: Machine, module: ModuleV | None, handler: str, function: str, start: Span) -> None:
    """Run `handler` of `module` and then every function that was registered with a library."""
    recorder = machine.recorder
    if module is None:
        recorder.missed(start, handler, f"there is no module for the handler of `{function}`")
        return
    if module.source is None:
        return  # the library's problems say why the file can't be used
    value = module.scope.vars.get(handler)
    if value is None:
        recorder.missed(start, handler, f"`{module.file}` defines no `{handler}`")
        return
    span = _place(value, start)
    recorder.entries.append(Entry(handler, function, "handler", span))
    recorder.function = function
    machine.steps = 0
    frame = Activation(handler, module, module.scope, span)
    for one in (value, *machine.registered):
        machine.stack[:] = [frame]
        _call(machine, one, span, first=one is value)
    machine.stack.clear()
    recorder.function = ""


def begin(machine: Machine, entry: str, function: str, start: Span) -> None:
    """Prepare to load the module `entry` as the program that `function` runs."""
    machine.program = entry
    machine.importing = False
    machine.recorder.function = function
    machine.recorder.entries.append(Entry("__main__", function, "program", start))


def end(machine: Machine, module: ModuleV | None, function: str, start: Span) -> None:
    """Run what the program registered with a library, once the program itself has run."""
    if module is None:
        machine.recorder.missed(start, "__main__", f"there is no module for `{function}`")
    elif module.source is not None:
        machine.steps = 0
        frame = Activation("__main__", module, module.scope, start)
        for one in machine.registered:
            machine.stack[:] = [frame]
            _call(machine, one, start, first=False)
        machine.stack.clear()
    machine.recorder.function = ""


def _call(machine: Machine, value: Value, span: Span, *, first: bool) -> None:
    if isinstance(value, External):
        return  # an adapter around an application: what is registered with that runs next
    node = value.node if isinstance(value, FunctionV) else machine.frame.module.source.tree
    given = Arguments((data("event"), data("context"))) if first else Arguments(open=True)
    machine.guarded(span, machine.frame.name, lambda: machine.call(value, given, node))


def _place(value: Value, start: Span) -> Span:
    if isinstance(value, FunctionV):
        span: Span = value.module.source.span(value.node)
        return span
    return start
