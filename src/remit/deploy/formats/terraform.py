"""Policies as Terraform: an `aws_iam_policy_document` and what hangs it on a role.

Sources: Terraform language, expressions/strings (`$${` is a plain `${`, `%%{` a plain `%{`);
provider aws, data source iam_policy_document (`&{...}` stands for IAM's own `${...}`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from remit.deploy.formats.model import Grant, Spelling

_REFERENCE = re.compile(r"\$\{([^{}]+)\}")


def statement(grant: Grant, spelling: Spelling) -> str:
    """One `statement` block of an `aws_iam_policy_document`."""
    return "\n".join(_statement(grant, spelling))


def document(grants: Sequence[Grant], spelling: Spelling, name: str = "") -> str:
    """The document and an inline policy of the role; whose role it is, the reader fills in."""
    label = identifier(name)
    made = [*_data(label, grants, spelling), ""]
    made += [
        f'resource "aws_iam_role_policy" "{label}" {{',
        f'  name   = "{label}"',
        "  role   = aws_iam_role.REPLACE_ME.id",
        f"  policy = data.aws_iam_policy_document.{label}.json",
        "}",
    ]
    return "\n".join(made) + "\n"


def documents(parts: Sequence[Sequence[Grant]], spelling: Spelling, name: str = "") -> str:
    """Several managed policies, each attached to the role."""
    made: list[str] = []
    for number, grants in enumerate(parts, 1):
        label = f"{identifier(name)}_{number}"
        made += [*_data(label, grants, spelling), ""]
        made += [
            f'resource "aws_iam_policy" "{label}" {{',
            f'  name   = "{label}"',
            f"  policy = data.aws_iam_policy_document.{label}.json",
            "}",
            "",
            f'resource "aws_iam_role_policy_attachment" "{label}" {{',
            "  role       = aws_iam_role.REPLACE_ME.name",
            f"  policy_arn = aws_iam_policy.{label}.arn",
            "}",
            "",
        ]
    return "\n".join(made[:-1]) + "\n"


def identifier(name: str) -> str:
    """A name that Terraform takes: letters, digits, `_` and `-`, a letter first."""
    made = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")
    return made if made[:1].isalpha() else f"policy_{made}".rstrip("_")


def quoted(value: str, spelling: Spelling) -> str:
    """A string expression; a bare reference where nothing else is in it."""
    pieces = spelling.pieces(value)
    if len(pieces) == 1 and pieces[0][1] and (only := _REFERENCE.fullmatch(pieces[0][0])):
        return only[1]
    text = "".join(one if own else _literal(one) for one, own in pieces)
    return f'"{text}"'


def _literal(text: str) -> str:
    escaped = json.dumps(text, ensure_ascii=False)[1:-1]
    return escaped.replace("${", "&{").replace("%{", "%%{")


def _data(label: str, grants: Sequence[Grant], spelling: Spelling) -> Iterator[str]:
    yield f'data "aws_iam_policy_document" "{label}" {{'
    for number, grant in enumerate(grants):
        if number:
            yield ""
        yield from (f"  {line}".rstrip() for line in _statement(grant, spelling))
    yield "}"


def _statement(grant: Grant, spelling: Spelling) -> Iterator[str]:
    yield "statement {"
    if grant.sid:
        yield f'  sid       = "{grant.sid}"'
    yield from _list("actions  ", [quoted(one, Spelling()) for one in grant.actions])
    yield from _list("resources", [quoted(one, spelling) for one in grant.resources])
    for operator, key, values in grant.conditions:
        listed = ", ".join(quoted(one, spelling) for one in values)
        yield ""
        yield "  condition {"
        yield f'    test     = "{operator}"'
        yield f'    variable = "{key}"'
        yield f"    values   = [{listed}]"
        yield "  }"
    yield "}"


def _list(name: str, values: Sequence[str]) -> Iterator[str]:
    if len(values) == 1:
        yield f"  {name} = [{values[0]}]"
        return
    yield f"  {name} = ["
    for value in values:
        yield f"    {value},"
    yield "  ]"
