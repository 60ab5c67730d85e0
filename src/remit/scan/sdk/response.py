"""Responses: what code finds in them is data, deeper and deeper; pages; lists of unknown length."""

from __future__ import annotations

from remit.scan.sdk.arguments import as_param, literal
from remit.scan.sdk.known import known
from remit.scan.sdk.objects import Arguments, Bound, Many, Outcome, Pages, Response, Value

ANY = "[]"
"""The path step into a list, whatever the index."""

_DEEPEST = 12  # a loop that walks into a response must come to rest

_SAME = frozenset({"copy", "items", "keys", "values"})
_INTO = frozenset({"get", "pop", "setdefault"})


def deeper(response: Response, *steps: str) -> Value:
    """The part of `response` that `steps` lead to, or its value where that is known."""
    path = (response.path + steps)[:_DEEPEST]
    value = known(response.connection, response.operation, path, response.params)
    return part(response, *steps) if value is None else value


def part(response: Response, *steps: str) -> Response:
    """The part of `response` that `steps` lead to."""
    path = (response.path + steps)[:_DEEPEST]
    return Response(response.connection, response.operation, path, response.params)


def attribute(response: Response, name: str) -> Outcome:
    """Methods of dicts, lists, strings and streams: not known which, so every name is one."""
    return Outcome(Bound(response, name))


def invoke(response: Response, name: str, args: Arguments) -> Outcome:
    """`.get(key)` goes deeper, views are the thing itself, anything else (`.read()`) is data."""
    if name in _SAME:
        return Outcome(response)
    if name in _INTO and args.positional:
        return subscript(response, args.positional[0])
    return Outcome(as_param(response))


def subscript(response: Response, key: Value) -> Outcome:
    """A known string is a member; everything else is an index."""
    name = literal(key)
    return Outcome(deeper(response, ANY if name is None else name))


def iterate(response: Response) -> Outcome:
    """One element."""
    return Outcome(deeper(response, ANY))


def pages_attribute(pages: Pages, name: str) -> Outcome:
    """Methods of a page iterator."""
    return Outcome(Bound(pages, name))


def pages_invoke(pages: Pages, name: str, *_: object) -> Outcome:
    """`build_full_result()` is like one page; `search(...)` yields data from the pages."""
    return Outcome(Many(part(pages.page, ANY)) if name == "search" else pages.page)


def pages_iterate(pages: Pages) -> Outcome:
    """One page."""
    return Outcome(pages.page)


def many_attribute(many: Many, name: str) -> Outcome:
    """Methods of a list."""
    return Outcome(Bound(many, name))


def many_invoke(many: Many, name: str, *_: object) -> Outcome:
    """`pop()` takes an element; the others change the list or return one like it."""
    return Outcome(many.element if name == "pop" else many)


def many_element(many: Many, *_: object) -> Outcome:
    """The representative element, for an index as for a loop."""
    return Outcome(many.element)
