"""The flags of the verbs that read policies: decide, explain, validate."""

from __future__ import annotations

from argparse import ArgumentParser

DECIDE = """\
Say whether AWS would let one request through, and by which statement; or decide a file of cases
line by line. Needs no AWS account and no network. Documents are JSON or YAML.
"""

DECIDE_EXITS = """\
exit status:
  0    decided; with --expect: as expected
  1    decided, and not as --expect says
  2    bad usage, input that cannot be read, or a line of a batch that cannot be decided
"""

EXPLAIN = """\
Say why AWS would allow or deny one request: layer by layer, with the statements that determined
it, those that nearly applied, and the smallest change that flips the verdict; or read a denial
that AWS sent. Needs no AWS account and no network. Documents are JSON or YAML.
"""

EXPLAIN_EXITS = """\
exit status:
  0    explained; with --expect: as expected
  1    explained, and not as --expect says
  2    bad usage, or input that cannot be read
"""

VALIDATE = """\
Say what is wrong with policy documents, where, and how to mend it: the checks of AWS's Access
Analyzer under its names, and remit's own. Needs no AWS account and no network. Documents are JSON
or YAML.
"""

VALIDATE_EXITS = """\
exit status:
  0    nothing wrong, or suggestions only
  1    errors, security warnings or warnings were found
  2    bad usage, or a file that cannot be read
"""

POLICY_TYPES = (
    "identity", "boundary", "session", "resource", "trust", "scp", "rcp", "vpc-endpoint",
    "api-gateway",
)  # fmt: skip

AUTHORIZATIONS = ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS")

DOCUMENTS = (
    ("--identity", "policies of the principal: inline, managed, of its groups"),
    ("--resource-policy", "the policy of the resource, for a role its trust policy"),
    ("--boundary", "the permissions boundary"),
    ("--session", "session policies"),
    ("--vpc-endpoint", "the policy of the VPC endpoint"),
)

HIERARCHIES = (
    ("--scp", "service control policies of one level, root first; once for each level"),
    ("--rcp", "resource control policies of one level, root first; once for each level"),
)


def decide(parser: ArgumentParser) -> None:
    """Those of `decide`."""
    _asked(parser)
    parser.add_argument(
        "--batch",
        metavar="FILE",
        help="decide the cases in FILE, one JSON object a line; `-`: stdin",
    )


def explain(parser: ArgumentParser) -> None:
    """Those of `explain`."""
    _asked(parser)
    parser.add_argument(
        "--message",
        metavar="TEXT",
        help="a denial that AWS sent, as pasted, to start from; `-`: stdin",
    )


def validate(parser: ArgumentParser) -> None:
    """Those of `validate`."""
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="a policy document; `-`: stdin")
    add(
        "--type",
        choices=POLICY_TYPES,
        help="what the documents are attached to (default: inferred, and said)",
    )
    add("--resource-type", metavar="TYPE", help="of what resource, such as AWS::S3::Bucket")
    add("--account", metavar="ID", help="your own account: trusting it is no finding")
    add(
        "--authorization",
        choices=AUTHORIZATIONS,
        help="how the methods of an API authorize their callers",
    )
    add(
        "--least-privilege",
        action="store_true",
        help="also say what is granted too widely, and what opens ways to more",
    )
    add(
        "--format",
        choices=("text", "json", "sarif", "junit", "github"),
        default="text",
        help="text for people (default), json for programs, sarif, junit or github for pipelines",
    )
    add("--output", metavar="FILE", help="write the report to FILE instead of printing it")


def _asked(parser: ArgumentParser) -> None:
    """The flags that `decide` and `explain` share."""
    request = parser.add_argument_group("the request").add_argument
    request("--principal", metavar="ARN", help="who calls: an ARN, a service, or `anonymous`")
    request("--action", metavar="ACTION", help="what is called, such as s3:GetObject")
    request("--resource", metavar="ARN", help="on what; `*` for an action that has no resource")
    request("--resource-account", metavar="ID", help="its account, where the ARN names none")
    request(
        "--context",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a condition key; KEY+=VALUE adds to a key of many values; may be repeated",
    )
    policies = parser.add_argument_group("the policies").add_argument
    for option, text in DOCUMENTS:
        policies(option, action="extend", nargs="+", default=[], metavar="FILE", help=text)
    for option, text in HIERARCHIES:
        policies(option, action="append", default=[], metavar="FILE[,FILE]", help=text)
    add = parser.add_argument
    add("--expect", choices=("allowed", "denied"), help="end with status 1 where it is not so")
    add("--format", choices=("text", "json"), help="text for people (default), json for programs")
