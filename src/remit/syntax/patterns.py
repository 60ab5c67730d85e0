"""The form of `Action` and `Resource` strings, without asking whether such a thing exists.

An entry that is none spoils no neighbour: AWS refuses the document, and the engine leaves the
entry out ("malformed or unknown parts never grant", facts/iam.md 4.1). So it is no fault of the
statement.

Source: IAM User Guide, reference_policies_elements_action, reference_policies_elements_resource,
reference-arns; facts/iam.md 1.4 and 1.7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from remit.core.span import Span
from remit.syntax import variables
from remit.syntax.nodes import Scalar
from remit.syntax.notes import Notes, part
from remit.syntax.source import shown

_ACTION = re.compile(r"[A-Za-z0-9.*?-]+:[A-Za-z0-9_*?-]+")
_ACTION_CHARACTER = re.compile(r"[A-Za-z0-9_.:*?-]")
_WILDCARD = re.compile(r"[*?]")
_OPEN = re.compile(r"[*?$]")  # where a resource's fixed beginning ends
_PARTITION = re.compile(r"aws(-[a-z]+)*")
_ACCOUNT_SLIP = re.compile(r"[0-9-]+")  # digits, but not twelve; dashes as people print them
_ACCOUNT = re.compile(r"[0-9]{12}")
_ARN_HINT = "write `arn:partition:service:region:account:resource`, or `*`"

# S3's resources that have a region or account; buckets and objects have neither.
# Source: Service Authorization Reference, list_amazons3.
_S3_REGIONAL = (
    "accesspoint/", "access-grants/", "async-request/", "job/", "storage-lens/",
    "storage-lens-group/",
)  # fmt: skip


def check_action(scalar: Scalar, notes: Notes) -> None:
    """`prefix:Name` with exactly one colon, or `*`; wildcards anywhere in the name."""
    text = scalar.text
    if text == "*":
        return
    if _ACTION.fullmatch(text) is not None:
        wild = _WILDCARD.search(text, 0, text.index(":"))
        if wild is not None:
            notes.advise(
                part(scalar, 0, text.index(":")),
                "wildcard-in-service-name",
                f"the service in {shown(text)} is a pattern",
                "name the service",
            )
        return
    start, end, code, message, hint = _wrong_action(text)
    notes.advise(part(scalar, start, end), code, message, hint)


def _wrong_action(text: str) -> tuple[int, int, str, str, str]:
    """What is wrong with an action: where in it, code, message, hint."""
    form = "write `service:Action`, such as `s3:GetObject`"
    variable = text.find("${")
    if variable >= 0:
        message = f"a variable in the action {shown(text)}"
        return variable, len(text), "variable-unsupported-in-element", message, "name the action"
    for index, character in enumerate(text):
        if not _ACTION_CHARACTER.match(character):
            message = f"{shown(character)} cannot stand in an action"
            return index, index + 1, "invalid-action", message, form
    colons = text.count(":")
    if colons > 1:
        second = text.index(":", text.index(":") + 1)
        message = f"the action {shown(text)} has more than one colon"
        return second, second + 1, "invalid-action", message, form
    if colons == 0:
        message = f"the action {shown(text)} names no service"
    else:
        message = (
            f"the action {shown(text)} lacks its {'name' if text.endswith(':') else 'service'}"
        )
    return 0, len(text), "invalid-action", message, form


def check_resource(scalar: Scalar, notes: Notes, replaced: bool | None) -> None:
    """An ARN, perhaps with wildcards and variables, or `*`."""
    text = scalar.text
    if text == "*":
        return
    fields = text.split(":", 5)
    if fields[0] != "arn":
        message = f"the resource {shown(text)} is neither an ARN nor `*`"
        notes.advise(scalar.span, "invalid-arn-prefix", message, _ARN_HINT)
        return
    variables.check(scalar, notes, replaced)
    if replaced and "${" in ":".join(fields[:5]):
        start = text.index("${")
        notes.fault(
            part(scalar, start, len(text)),
            "variable-unsupported-in-element",
            "a variable before the fifth colon of an ARN",
            "variables may stand in the last part of an ARN only",
        )
        return
    # A `*` at the end may stand for all the parts that are not written: `arn:aws:sns:*`.
    if len(fields) < 6 and not text.endswith("*"):
        message = f"the ARN {shown(text)} has {len(fields)} of 6 parts"
        notes.advise(scalar.span, "missing-arn-field", message, _ARN_HINT)
        return
    _check_names(_Fields(scalar, fields), notes)
    if len(fields) == 6:
        _check_presence(_Fields(scalar, fields), notes)


@dataclass(frozen=True, slots=True)
class _Fields:
    """The parts of an ARN in a document, each with its place."""

    scalar: Scalar
    values: list[str]

    def __getitem__(self, index: int) -> str:
        return self.values[index] if index < len(self.values) else ""

    def place(self, index: int) -> Span:
        """Where the part is; parts are separated by one colon."""
        start = sum(len(value) + 1 for value in self.values[:index])
        return part(self.scalar, start, start + len(self[index]))


def _check_names(fields: _Fields, notes: Notes) -> None:
    """Partition, service and account by themselves."""
    partition, service, account = fields[1], fields[2], fields[4]
    if not _WILDCARD.search(partition) and not _PARTITION.fullmatch(partition):
        message = f"{shown(partition)} is no partition of AWS"
        notes.advise(fields.place(1), "invalid-partition", message, "write `aws`")
    if not service or _WILDCARD.search(service):
        notes.advise(
            fields.place(min(2, len(fields.values) - 1)),
            "invalid-service",
            "the service of an ARN must be named in full",
            "name the service, or write `*` for the whole resource",
        )
    elif service != service.lower():
        message = f"the service {shown(service)} is not in lower case"
        hint = f"write `{service.lower()}`"
        notes.advise(fields.place(2), "invalid-arn-service-case", message, hint)
    if _ACCOUNT_SLIP.fullmatch(account) and not _ACCOUNT.fullmatch(account):
        message = f"{shown(account)} is no account id"
        hint = "an account id has twelve digits and no dashes"
        notes.advise(fields.place(4), "invalid-arn-account", message, hint)


def _check_presence(fields: _Fields, notes: Notes) -> None:
    """IAM's ARNs have no region, those of S3's buckets and objects no region and no account.

    A `*` there matches the empty part too, so it is left alone.
    """
    service, region, account = fields[2], fields[3], fields[4]
    is_bucket = service == "s3" and not _may_be_regional(fields[5])
    what = "an S3 bucket or object" if is_bucket else "IAM"
    if region.strip("*") and (is_bucket or service == "iam"):
        message = f"the ARN of {what} has no region"
        notes.advise(fields.place(3), "arn-region-not-allowed", message, "leave the part empty")
    if account.strip("*") and is_bucket:
        message = f"the ARN of {what} has no account"
        notes.advise(fields.place(4), "arn-account-not-allowed", message, "leave the part empty")
    if not account and service == "iam":
        message = "the ARN of IAM lacks its account: it matches nothing"
        notes.advise(fields.scalar.span, "missing-arn-account", message, "write the account id")


def _may_be_regional(resource: str) -> bool:
    """Whether some S3 resource with a region or account can match."""
    literal = _OPEN.split(resource, maxsplit=1)[0]
    return any(p.startswith(literal) or literal.startswith(p) for p in _S3_REGIONAL)
