"""Whether a policy's resource pattern and an ARN format can meet in one ARN.

Both are turned into sequences of tokens: one character of a set, or any number of them. Two
sequences meet when a walk over the product of both reaches the end of both (at most
len(pattern) x len(format) steps, no backtracking).
IAM User Guide, reference_policies_elements_resource: `*` is any run of characters, `?` one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

Test: TypeAlias = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Token:
    """One character, or (`many`) any number of characters, of a set.

    `text` is the character; None means every character for which `allows` holds.
    """

    text: str | None
    allows: Test
    many: bool = False


def _anything(_: str) -> bool:
    return True


def _no_colon(character: str) -> bool:
    return character != ":"


def _digit(character: str) -> bool:
    return character in "0123456789"


def _lower(character: str) -> bool:
    return character in "abcdefghijklmnopqrstuvwxyz-"


def _name(character: str) -> bool:
    return character not in "/:"


_STAR = Token(None, _anything, many=True)
_ONE = Token(None, _anything)
_REGION = (Token(None, _no_colon), Token(None, _no_colon, many=True))
_DIGITS = (Token(None, _digit),) * 12
# What AWS owns has `aws` (or another word) in place of an account: iam::aws:policy/...
_OWNER = (Token(None, _lower), Token(None, _lower, many=True))
_NAME = (Token(None, _name), Token(None, _name, many=True))
# Names that can hold neither `/` nor `:`. S3 User Guide, bucketnamingrules; DynamoDB,
# HowItWorks.NamingRulesDataTypes; SQS, quotas-queues. All other variables take any text.
_PLAIN = frozenset({"BucketName", "TableName", "IndexName", "QueueName"})


def meet(pattern: str, arn_format: str) -> bool:
    """Whether some ARN has the format `arn_format` and is matched by `pattern`."""
    tokens = _pattern(pattern)
    return any(_meet(tokens, one) for one in _formats(arn_format))


def same_service(pattern: str, service: str) -> bool:
    """Whether the ARN pattern is of that service (or of any, by a wildcard)."""
    parts = pattern.split(":")
    return len(parts) < 3 or "*" in parts[2] or parts[2] == service


def _pattern(pattern: str) -> list[Token]:
    found: list[Token] = []
    for literal, variable in pieces(pattern):
        for character in literal:
            found.append(
                _STAR if character == "*" else _ONE if character == "?" else _literal(character)
            )
        if variable is not None:
            found.append(_STAR)
    return found


@cache
def _literal(character: str) -> Token:
    return Token(character, character.__eq__)


@cache
def _formats(arn_format: str) -> tuple[tuple[Token, ...], ...]:
    """The format's token sequences: one with an account number, one with an owner's name."""
    return tuple(tuple(_format(arn_format, account)) for account in (_DIGITS, _OWNER))


def _format(arn_format: str, account: tuple[Token, ...]) -> Iterator[Token]:
    for literal, variable in pieces(arn_format):
        for character in literal:
            yield _STAR if character == "*" else _literal(character)
        if variable is None:
            continue
        if variable.endswith(("Account", "AccountId")):
            yield from account
        elif variable in ("Region", "Partition"):
            yield from _REGION
        elif variable in _PLAIN:
            yield from _NAME
        else:
            yield _STAR


def pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """(literal text, name of the `${...}` after it or None), in order."""
    rest = text
    while rest:
        literal, opened, after = rest.partition("${")
        name, closed, tail = after.partition("}")
        if not opened or not closed:
            yield rest, None
            return
        yield literal, name
        rest = tail


def _meet(left: list[Token], right: tuple[Token, ...]) -> bool:
    seen = {(0, 0)}
    work = [(0, 0)]
    while work:
        at, to = work.pop()
        if at == len(left) and to == len(right):
            return True
        for step in _steps(left, right, at, to):
            if step not in seen:
                seen.add(step)
                work.append(step)
    return False


def _steps(
    left: list[Token], right: tuple[Token, ...], at: int, to: int
) -> Iterator[tuple[int, int]]:
    one = left[at] if at < len(left) else None
    other = right[to] if to < len(right) else None
    if one is not None and one.many:
        yield at + 1, to
    if other is not None and other.many:
        yield at, to + 1
    if one is None or other is None or not _share(one, other):
        return
    yield at + (not one.many), to + (not other.many)


def _share(one: Token, other: Token) -> bool:
    """Whether a character is in both sets. Two open sets always share one: all hold `a` or `1`."""
    if one.text is not None:
        return other.allows(one.text)
    if other.text is not None:
        return one.allows(other.text)
    return True
