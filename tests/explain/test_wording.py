"""Every row of the tables of denials (facts/iam.md 6.1 and 6.2), spelled out by hand."""

from __future__ import annotations

import pytest

from remit.core.decision import Layer
from remit.core.request import Request
from remit.explain.wording import Cause, PolicyType, denial, plain, policy_type

SESSION = "arn:aws:sts::111122223333:assumed-role/app/s"
TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/t"
READ = Request(SESSION, "dynamodb:GetItem", TABLE)
BASE = f"User: {SESSION} is not authorized to perform: dynamodb:GetItem on resource: {TABLE}"

# IAM User Guide, troubleshoot_access-denied (facts/iam.md 6.1): one line for each row.
IMPLICIT = [
    (PolicyType.IDENTITY, "because no identity-based policy allows the dynamodb:GetItem action"),
    (PolicyType.RESOURCE, "because no resource-based policy allows the dynamodb:GetItem action"),
    (PolicyType.BOUNDARY, "because no permissions boundary allows the dynamodb:GetItem action"),
    (PolicyType.SESSION, "because no session policy allows the dynamodb:GetItem action"),
    (PolicyType.VPC_ENDPOINT, "because no VPC endpoint policy allows the dynamodb:GetItem action"),
    (PolicyType.SCP, "because no service control policy allows the dynamodb:GetItem action"),
]
EXPLICIT = [
    (PolicyType.IDENTITY, "with an explicit deny in an identity-based policy"),
    (PolicyType.RESOURCE, "with an explicit deny in a resource-based policy"),
    (PolicyType.BOUNDARY, "with an explicit deny in a permissions boundary"),
    (PolicyType.SESSION, "with an explicit deny in a session policy"),
    (PolicyType.VPC_ENDPOINT, "with an explicit deny in a VPC endpoint policy"),
    (PolicyType.SCP, "with an explicit deny in a service control policy"),
    (PolicyType.RCP, "with an explicit deny in a resource control policy"),
    (
        PolicyType.ENDPOINT_BY_SCP,
        "with an explicit deny in a VPC endpoint policy transitively through a service control policy",
    ),
]


@pytest.mark.parametrize(("kind", "clause"), IMPLICIT)
def test_nothing_allows(kind: PolicyType, clause: str) -> None:
    assert denial(READ, Cause(kind, explicit=False)) == f"{BASE} {clause}"


@pytest.mark.parametrize(("kind", "clause"), EXPLICIT)
def test_a_deny_matches(kind: PolicyType, clause: str) -> None:
    assert denial(READ, Cause(kind, explicit=True)) == f"{BASE} {clause}"


ROLE = "arn:aws:iam::111122223333:role/app"
USER = "arn:aws:iam::111122223333:user/ann"
ASSUME = Request(USER, "sts:AssumeRole", ROLE)
ASSUMING = f"User: {USER} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
ARN = "arn:aws:organizations::444455556666:policy/o-abcd/service_control_policy/p-efgh"
RUN = Request(SESSION, "ec2:RunInstances", "arn:aws:ec2:us-east-1:111122223333:instance/*")
RUNNING = (
    "You are not authorized to perform this operation. "
    f"User: {SESSION} is not authorized to perform: ec2:RunInstances "
    "on resource: arn:aws:ec2:us-east-1:111122223333:instance/* "
    "with an explicit deny in a service control policy"
)


@pytest.mark.parametrize(
    ("request_", "cause", "encoded", "sentence"),
    [
        pytest.param(
            ASSUME,
            Cause(PolicyType.TRUST, explicit=False),
            "",
            f"{ASSUMING} because no role trust policy allows the sts:AssumeRole action",
            id="6.1 trust, implicit",
        ),
        pytest.param(
            ASSUME,
            Cause(PolicyType.TRUST, explicit=True),
            "",
            f"{ASSUMING} with an explicit deny in the role trust policy",
            id="6.1 trust, explicit",
        ),
        pytest.param(ASSUME, None, "", ASSUMING, id="5.4 classic, without a clause"),
        pytest.param(
            Request("anonymous", "sts:AssumeRoleWithWebIdentity", ROLE),
            Cause(PolicyType.TRUST, explicit=False),
            "",
            "Not authorized to perform sts:AssumeRoleWithWebIdentity",
            id="5.4 web identity [O]",
        ),
        pytest.param(
            Request(USER, "s3:GetObject", "arn:aws:s3:::b/k"),
            Cause(PolicyType.IDENTITY, explicit=False),
            "",
            f"User: {USER} is not authorized to perform: s3:GetObject on resource: "
            '"arn:aws:s3:::b/k" because no identity-based policy allows the s3:GetObject action',
            id="6.1 S3 puts the resource in quotes",
        ),
        pytest.param(
            Request(USER, "s3:PutBucketAcl", "arn:aws:s3:::b"),
            Cause(PolicyType.BLOCKED_ACLS, explicit=False),
            "",
            f"User: {USER} is not authorized to perform: s3:PutBucketAcl on resource: "
            '"arn:aws:s3:::b" because public ACLs are prevented by the BlockPublicAcls setting in '
            "S3 Block Public Access",
            id="6.1 S3 BPA, ACLs",
        ),
        pytest.param(
            Request(USER, "s3:PutBucketPolicy", "arn:aws:s3:::b"),
            Cause(PolicyType.BLOCKED_POLICIES, explicit=False),
            "",
            f"User: {USER} is not authorized to perform: s3:PutBucketPolicy on resource: "
            '"arn:aws:s3:::b" because public policies are prevented by the BlockPublicPolicy '
            "setting in S3 Block Public Access",
            id="6.1 S3 BPA, policies",
        ),
        pytest.param(
            Request(USER, "iam:ListUsers", "*"),
            Cause(PolicyType.IDENTITY, explicit=False),
            "",
            f"User: {USER} is not authorized to perform: iam:ListUsers "
            "because no identity-based policy allows the iam:ListUsers action",
            id="6.1 no resource",
        ),
        pytest.param(
            READ,
            Cause(PolicyType.SCP, explicit=True, arn=ARN),
            "",
            f"{BASE} with an explicit deny in a service control policy: {ARN}",
            id="6.1 the denying policy's ARN",
        ),
        pytest.param(
            READ,
            Cause(PolicyType.RESOURCE, explicit=True, arn=ARN),
            "",
            f"{BASE} with an explicit deny in a resource-based policy",
            id="6.1 no ARN of a resource policy",
        ),
        pytest.param(
            READ,
            Cause(PolicyType.SCP, explicit=False, arn=ARN),
            "",
            f"{BASE} because no service control policy allows the dynamodb:GetItem action",
            id="6.1 no ARN where nothing allows",
        ),
        pytest.param(
            READ, Cause(PolicyType.RCP, explicit=False), "", BASE, id="6.1 no row for a silent RCP"
        ),
        pytest.param(
            RUN, Cause(PolicyType.SCP, explicit=True), "", RUNNING, id="6.2 EC2, not encoded"
        ),
        pytest.param(
            RUN,
            Cause(PolicyType.SCP, explicit=True),
            "aZ09_-x",
            f"{RUNNING}. Encoded authorization failure message: aZ09_-x",
            id="6.2 EC2, encoded",
        ),
    ],
)
def test_forms(request_: Request, cause: Cause | None, encoded: str, sentence: str) -> None:
    assert denial(request_, cause, encoded) == sentence


def test_callers_from_elsewhere_read_less() -> None:
    assert plain(Request(USER, "s3:GetObject", "arn:aws:s3:::b/k")) == "Access Denied"
    assert plain(READ) is None


@pytest.mark.parametrize("layer", Layer)
def test_every_layer_has_a_name(layer: Layer) -> None:
    assert policy_type(layer, "s3:GetObject").name == layer.name


def test_the_resource_policy_of_a_role_is_its_trust_policy() -> None:
    assert policy_type(Layer.RESOURCE, "sts:assumeROLE") is PolicyType.TRUST
    assert policy_type(Layer.IDENTITY, "sts:AssumeRole") is PolicyType.IDENTITY
