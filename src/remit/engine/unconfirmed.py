"""What nobody could confirm about AWS, and what this engine does instead: the safer reading.

What may live here: one entry for each such rule. The code that obeys it bears the comment
`unconfirmed: <name>`; a test ties the two together, and docs/fidelity.md lists the table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """`question` is what AWS was not seen to answer, `chosen` what is done; `where` is the file in
    this package, `facts` the section of the fact sheet."""

    name: str
    question: str
    chosen: str
    where: str
    facts: str


UNCONFIRMED: tuple[Unconfirmed, ...] = (
    Unconfirmed(
        "star-kinds",
        'Whether `{"Service": "*"}` and `{"Federated": "*"}` mean every service, every provider.',
        "An Allow does not grant; a Deny holds.",
        "naming.py",
        "1.5",
    ),
    Unconfirmed(
        "star-tokens",
        "Whether `*` takes in somebody who comes with an identity provider's token.",
        "An Allow does not grant, a provider must be named; a Deny holds.",
        "naming.py",
        "1.5, 4.11",
    ),
    Unconfirmed(
        "star-trust",
        "Whether `*` in a trust policy lets services assume the role.",
        "An Allow does not grant, the service must be named; a Deny holds.",
        "naming.py",
        "1.5, 4.11",
    ),
    Unconfirmed(
        "canonical-user",
        "Whose canonical user id it is: a request does not tell.",
        "An Allow does not grant; a Deny holds against every caller of an account.",
        "naming.py",
        "1.5",
    ),
    Unconfirmed(
        "federated-issuer",
        "Which user asked for the session of a federated user: its ARN does not tell.",
        "A user's ARN does not let a federated user in; a Deny for a user's ARN holds against "
        "every federated user of that account. A user's ARN as principal, together with a session "
        "policy, is read as the federated session of that user.",
        "naming.py",
        "4.4",
    ),
    Unconfirmed(
        "federated-star",
        "Whether a resource policy for `*` lets in a federated user that has no session policy.",
        "It must name the federated user's ARN.",
        "combine.py",
        "4.2, 4.4",
    ),
    Unconfirmed(
        "rcp-services",
        "Which services RCPs reach beyond those that the documentation lists.",
        "Those of the page and the 62 that were observed; a statement about others is not applied, "
        "and a warning names it.",
        "organisation.py",
        "4.7",
    ),
    Unconfirmed(
        "open-method",
        "Whether a method of an API is open to all: a request does not tell its authorization.",
        "An anonymous call needs an Allow of the API's resource policy.",
        "services/execute_api.py",
        "api-gateway 1.3",
    ),
    Unconfirmed(
        "put-events",
        "Which calls of events:PutEvents between accounts lack aws:ResourceAccount.",
        "The key is filled in for none of its calls.",
        "context.py",
        "3.4",
    ),
    Unconfirmed(
        "service-keys",
        "aws:PrincipalArn, aws:userid and aws:PrincipalType of a direct call by a service.",
        "Not filled in.",
        "context.py",
        "3.6",
    ),
    Unconfirmed(
        "assumed-root-keys",
        "aws:userid and aws:PrincipalType of an AssumeRoot session.",
        "Not filled in where aws:AssumedRoot says that it is one.",
        "context.py",
        "3.6",
    ),
    Unconfirmed(
        "no-principal",
        "Whether a VPC endpoint policy may do without Principal.",
        "Without it a statement does not grant; a Deny holds.",
        "layers.py",
        "1.1, 1.7",
    ),
    Unconfirmed(
        "resource-colon",
        "Whether a `*` within a segment of a Resource goes beyond its colon.",
        "It does; the ARNs of real resources give no occasion to tell.",
        "statement.py",
        "1.4",
    ),
    Unconfirmed(
        "public-keys",
        "Which further condition keys, such as aws:PrincipalArn, make a bucket policy not public.",
        "None: only the documented ones do.",
        "services/s3.py",
        "9.4",
    ),
    Unconfirmed(
        "bool-text",
        "Whether a Deny reads a Bool value that is neither true nor false.",
        "The Deny holds.",
        "operators.py",
        "2.2",
    ),
)
