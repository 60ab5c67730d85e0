"""Policies as YAML for CloudFormation's relatives: SAM, CloudFormation, the Serverless Framework.

Written line by line, since what is wanted is a snippet to paste: two blanks a level, one entry a
line, `!Sub` only where something is spelled.
Sources: CloudFormation User Guide, intrinsic function Fn::Sub (`${!Literal}` for a plain `${`);
SAM, sam-resource-function `Policies`; Serverless Framework, providers/aws/guide/iam.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from remit.deploy.formats.model import Grant, Spelling

_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_.*?+=@/:-]*[A-Za-z0-9_*?/])?")
_WORDS = frozenset("true false yes no on off null y n".split())
_SINGLE = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.]+))?\}")


def statement(grant: Grant, spelling: Spelling) -> str:
    """One statement as an entry of a list."""
    return "\n".join(_statement(grant, spelling))


def sam(grants: Sequence[Grant], spelling: Spelling, name: str = "") -> str:
    """For the properties of an `AWS::Serverless::Function`."""
    return _lines(["Policies:", *_indented(_document("- ", grants, spelling), 1)])


def cloudformation(grants: Sequence[Grant], spelling: Spelling, name: str = "") -> str:
    """For the properties of an `AWS::IAM::Role`."""
    inner = ["PolicyDocument:", *_indented(_document("", grants, spelling), 1)]
    return _lines(["Policies:", f"  - PolicyName: {scalar(name or 'remit')}", *_indented(inner, 2)])


def serverless(grants: Sequence[Grant], spelling: Spelling, name: str = "") -> str:
    """For `serverless.yml`."""
    head = ["provider:", "  iam:", "    role:", "      statements:"]
    return _lines([*head, *_indented(_statements(grants, spelling), 4)])


def managed(parts: Sequence[Sequence[Grant]], spelling: Spelling, name: str = "") -> str:
    """Several managed policies, to be attached to the role by `!Ref`."""
    stem = "".join(c for c in name.title() if c.isascii() and c.isalnum()) or "Remit"
    made = ["Resources:"]
    for number, grants in enumerate(parts, 1):
        made += [f"  {stem}Policy{number}:", "    Type: AWS::IAM::ManagedPolicy", "    Properties:"]
        made += ["      PolicyDocument:", *_indented(_document("", grants, spelling), 4)]
    return _lines(made)


def scalar(value: str) -> str:
    """A string as YAML: plain where that is safe, else in double quotes (which are JSON's)."""
    plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
    return value if plain else _quoted(value)


def _quoted(value: str) -> str:
    """In double quotes. YAML takes JSON's escapes, and no character that is not printable."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in text)


def spelled(value: str, spelling: Spelling) -> str:
    """A string in which symbols are written as the template names them."""
    pieces = spelling.pieces(value)
    if not any(own for _, own in pieces):
        return scalar(value)
    if len(pieces) == 1 and (only := _SINGLE.fullmatch(pieces[0][0])):
        resource, attribute = only.groups()
        return f"!GetAtt {resource}.{attribute}" if attribute else f"!Ref {resource}"
    text = "".join(one if own else one.replace("${", "${!") for one, own in pieces)
    return "!Sub " + _quoted(text)


def _document(lead: str, grants: Sequence[Grant], spelling: Spelling) -> Iterator[str]:
    beside = " " * len(lead)
    yield f'{lead}Version: "2012-10-17"'
    yield f"{beside}Statement:"
    for line in _statements(grants, spelling):
        yield f"{beside}  {line}"


def _statements(grants: Sequence[Grant], spelling: Spelling) -> Iterator[str]:
    for grant in grants:
        yield from _statement(grant, spelling)


def _statement(grant: Grant, spelling: Spelling) -> Iterator[str]:
    lead = "- "
    if grant.sid:
        yield f"{lead}Sid: {scalar(grant.sid)}"
        lead = "  "
    yield f"{lead}Effect: Allow"
    yield from _entries("  Action:", [scalar(one) for one in grant.actions], 4)
    yield from _entries("  Resource:", [spelled(one, spelling) for one in grant.resources], 4)
    if grant.conditions:
        yield "  Condition:"
        blocks: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for operator, key, values in grant.conditions:
            blocks.setdefault(operator, []).append((key, values))
        for operator, tests in blocks.items():
            yield f"    {operator}:"
            for key, values in tests:
                lines = [spelled(one, spelling) for one in values]
                yield from _entries(f"      {scalar(key)}:", lines, 8)


def _entries(head: str, values: Sequence[str], depth: int) -> Iterator[str]:
    if len(values) == 1:
        yield f"{head} {values[0]}"
        return
    yield head
    for value in values:
        yield f"{' ' * depth}- {value}"


def _indented(lines: Sequence[str] | Iterator[str], levels: int) -> list[str]:
    return [f"{'  ' * levels}{line}" for line in lines]


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
