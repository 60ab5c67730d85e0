"""Random requests and policy sets on all layers, for properties of explanations."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from remit.core.request import Request
from remit.engine.policyset import PolicySet
from tests.support import document

ACCOUNT, OTHER = "111122223333", "444455556666"
PRINCIPALS = [
    f"arn:aws:iam::{ACCOUNT}:role/app",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s",
    f"arn:aws:iam::{ACCOUNT}:user/ann",
    f"arn:aws:iam::{ACCOUNT}:root",
    f"arn:aws:sts::{ACCOUNT}:federated-user/fay",
    f"arn:aws:iam::{OTHER}:role/app",
    "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
    "lambda.amazonaws.com",
    "anonymous",
]
THINGS = [
    ("s3:GetObject", "arn:aws:s3:::b/x", ACCOUNT),
    ("s3:GetObject", "arn:aws:s3:::b/x", None),
    ("s3:ListAllMyBuckets", "*", None),
    ("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q", None),
    ("kms:Decrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k", None),
    ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/other", None),
    ("sts:GetCallerIdentity", "*", None),
    ("iam:ListUsers", "*", None),
]
actions = st.sampled_from(
    ["*", "s3:*", "s3:GetObject", "s3:PutObject", "sqs:*", "kms:Decrypt", "sts:*", "sts:AssumeRole"]
)
resources = st.sampled_from(
    [
        "*",
        "*",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b",
        "arn:aws:s3:::b/${k:one}",
        f"arn:aws:sqs:*:{ACCOUNT}:q*",
        "nonsense",
    ]
)
operators = st.sampled_from(
    [
        "StringEquals",
        "StringNotEquals",
        "StringLikeIfExists",
        "Null",
        "Bool",
        "NumericLessThan",
        "IpAddress",
        "NotIpAddress",
        "DateGreaterThan",
        "ArnNotLike",
        "ForAnyValue:StringEquals",
        "ForAllValues:StringNotLike",
        "Unknown",
    ]
)
keys = st.sampled_from(["k:one", "K:Two", "aws:TagKeys", "aws:PrincipalArn", "aws:username"])
values = st.sampled_from(
    ["x", "y*", "true", "5", "10.0.0.0/8", "2020-01-01", "${k:one}", PRINCIPALS[0]]
)
principals = st.sampled_from(
    [
        "*",
        {"AWS": ACCOUNT},
        {"AWS": PRINCIPALS[0]},
        {"AWS": PRINCIPALS[1]},
        {"AWS": [PRINCIPALS[2], PRINCIPALS[5]]},
        {"AWS": PRINCIPALS[4]},
        {"Service": "lambda.amazonaws.com"},
    ]
)


@st.composite
def statements(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    effect = draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"]))
    found: dict[str, Any] = {"Effect": effect}
    name = draw(st.sampled_from(["Action"] * 5 + ["NotAction"]))
    found[name] = draw(st.lists(actions, min_size=1, max_size=2))
    name = draw(st.sampled_from(["Resource"] * 5 + ["NotResource"]))
    found[name] = draw(st.lists(resources, min_size=1, max_size=2))
    if kind == "principal":
        name = draw(st.sampled_from(["Principal"] * 4 + ["NotPrincipal"]))
        found[name] = draw(principals)
        if draw(st.booleans()):
            found.pop("Resource", None)
            found.pop("NotResource", None)
    if draw(st.booleans()):
        pairs = draw(st.lists(st.tuples(operators, keys), min_size=1, max_size=2))
        listed = st.lists(values, min_size=1, max_size=2)
        found["Condition"] = {operator: {key: draw(listed)} for operator, key in pairs}
    return found


def documents(kind: str) -> st.SearchStrategy[Any]:
    version = st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17"])
    listed = st.lists(statements(kind), max_size=4)
    return st.builds(lambda v, found: document(*found, version=v), version, listed)


own = st.lists(documents("plain"), max_size=2)
maybe = st.one_of(st.none(), st.none(), own)
hierarchy = st.one_of(st.none(), st.none(), st.lists(own, min_size=1, max_size=2))
everything = st.just(document({"Effect": "Allow", "Action": "*", "Resource": "*"}))

policy_sets = st.builds(
    PolicySet,
    identity=st.lists(st.one_of(documents("plain"), everything), max_size=2),
    resource=st.one_of(st.none(), documents("principal")),
    boundary=maybe,
    session=maybe,
    scp=hierarchy,
    rcp=hierarchy,
    vpc_endpoint=st.one_of(st.none(), st.none(), st.lists(documents("principal"), max_size=1)),
)

contexts = st.dictionaries(
    st.sampled_from(["k:one", "k:two", "aws:TagKeys"]),
    st.sampled_from(["x", "y", "true", "3", "10.1.2.3", ("x", "y")]),
    max_size=2,
)


def _request(
    principal: str, thing: tuple[str, str, str | None], context: dict[str, Any]
) -> Request:
    return Request(principal, *thing, context=context)


requests = st.builds(_request, st.sampled_from(PRINCIPALS), st.sampled_from(THINGS), contexts)
