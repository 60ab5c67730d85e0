"""One policy document to a `Policy`, in one step: text, bytes, or plain values.

`parse_policy` is part of the library's face (`from remit import parse_policy`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remit.core.policy import Policy
from remit.core.span import Problem, Span
from remit.syntax.codes import Level, level
from remit.syntax.json_reader import read
from remit.syntax.policy import Parsed, parse, parse_text
from remit.syntax.source import MAX_DEPTH, MAX_SIZE, DocumentError, Source

_UNNAMED = "policy"


class PolicyError(ValueError):
    """A document in which there is no policy. `problems` says where and why, `file:line:column`
    each; so does the error's own text."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(f"{problem.span}: {problem.message}" for problem in problems))
        self.problems = tuple(problems)


def parse_policy(document: str | bytes | Mapping[str, object], name: str = "") -> Policy:
    """Read a policy document.

    `document` is JSON or YAML text, or the same as plain values (a `dict` as boto3 gives it).
    `name` is what people call it: places in the policy bear it, and where it ends with `.json`,
    `.yml` or `.yaml` it says how text is read. In plain values, places are those in the text
    that `json.dumps(document, indent=2)` writes.

    A document that AWS would refuse is read all the same: what cannot be understood in it never
    grants, and decisions warn of it. Raises PolicyError only when there is no policy in it at all.
    """
    policy, _ = read_policy(document, name)
    return policy


def read_policy(
    document: str | bytes | Mapping[str, object], name: str = ""
) -> tuple[Policy, tuple[Problem, ...]]:
    """The policy, and everything that is wrong with it. Raises PolicyError."""
    policy, problems = _parsed(document, name)
    if policy is None:
        raise PolicyError([one for one in problems if level(one.code) is Level.ERROR])
    return policy, problems


def _parsed(document: str | bytes | Mapping[str, object], name: str) -> Parsed:
    file = name or _UNNAMED
    if isinstance(document, str | bytes):
        return parse_text(document, file, name)
    import json  # needed for plain values only

    try:
        text = json.dumps(_plain(document, file, 0), indent=2, ensure_ascii=False, allow_nan=False)
        if len(text) > MAX_SIZE:
            raise _no_policy(file, "the document is too large")
        return parse(read(Source(text, file)), name)
    except DocumentError as error:
        return None, (error.problem,)
    except ValueError as error:  # NaN and infinity; integers of thousands of digits
        if isinstance(error, PolicyError):
            raise
        raise _no_policy(file, f"a value that JSON does not have: {error}") from None


def _plain(value: object, file: str, depth: int) -> object:
    """`value` in the types that JSON has; other mappings and tuples are taken too."""
    if depth > MAX_DEPTH:
        raise _no_policy(file, f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise _no_policy(file, "a key that is no text")
        return {key: _plain(inner, file, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, file, depth + 1) for item in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    kind = type(value).__name__
    raise _no_policy(file, f"a value of type `{kind}`, which JSON does not have; give the text")


def _no_policy(file: str, message: str) -> PolicyError:
    return PolicyError((Problem(Span.whole(file), message),))
