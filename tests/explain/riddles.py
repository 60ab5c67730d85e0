"""Classic riddles of AWS authorization: a request, its policies, and the rule that answers it.

The explanation of each stands in `riddles/NAME.txt`, at 80 columns; it was judged by hand against
the named section of facts/iam.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from remit.core.decision import Layer, Verdict

APP = "arn:aws:iam::111122223333:role/app"
SESSION = "arn:aws:sts::111122223333:assumed-role/app/s"
ANN = "arn:aws:iam::111122223333:user/ann"
ORDER = "arn:aws:s3:::orders/1"


@dataclass(frozen=True)
class Riddle:
    """`documents` maps `layer` or `layer/level` to statements (YAML), `version` is theirs."""

    rule: str
    verdict: Verdict
    action: str
    resource: str
    documents: dict[tuple[Layer, int], str]
    principal: str = APP
    context: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    version: str = "2012-10-17"
    account: str | None = None


ALLOWED, EXPLICIT, IMPLICIT = Verdict.ALLOWED, Verdict.EXPLICIT_DENY, Verdict.IMPLICIT_DENY
EVERYTHING = '{Effect: Allow, Action: "*", Resource: "*"}'
READ = "{Sid: Read, Effect: Allow, Action: s3:GetObject, Resource: 'arn:aws:s3:::orders/*'}"

RIDDLES: dict[str, Riddle] = {
    "boundary-silent": Riddle(
        "4.2: identity and boundary must both allow",
        IMPLICIT,
        "s3:GetObject",
        ORDER,
        {
            (Layer.IDENTITY, 0): READ,
            (Layer.BOUNDARY, 0): "{Sid: Queues, Effect: Allow, Action: 'sqs:*', Resource: '*'}",
        },
    ),
    "scp-denies": Riddle(
        "4.6: a Deny at any level wins",
        EXPLICIT,
        "s3:GetObject",
        ORDER,
        {
            (Layer.IDENTITY, 0): READ,
            (Layer.SCP, 0): EVERYTHING,
            (Layer.SCP, 1): f"{EVERYTHING}\n  - {{Sid: Home, Effect: Deny, NotAction: 'iam:*', "
            "Resource: '*', Condition: {StringNotEquals: {'aws:RequestedRegion': eu-west-1}}}",
        },
        context={"aws:RequestedRegion": "us-east-1"},
    ),
    "scp-level-without-allow": Riddle(
        "4.6: every level needs an Allow",
        IMPLICIT,
        "s3:GetObject",
        ORDER,
        {
            (Layer.IDENTITY, 0): READ,
            (Layer.SCP, 0): EVERYTHING,
            (Layer.SCP, 1): "{Sid: NoS3Writes, Effect: Allow, Action: 's3:List*', Resource: '*'}",
        },
    ),
    "not-principal": Riddle(
        "1.6, 4.9: every form of the caller must be listed, the account's too",
        EXPLICIT,
        "s3:GetObject",
        ORDER,
        {
            (Layer.IDENTITY, 0): READ,
            (Layer.RESOURCE, 0): "{Sid: OnlyApp, Effect: Deny, NotPrincipal: {AWS: "
            f"'{APP}'}}, Action: 's3:*', Resource: 'arn:aws:s3:::orders/*'}}",
        },
        principal=SESSION,
    ),
    "for-all-values-absent": Riddle(
        "2.5: ForAllValues holds where the key is absent",
        ALLOWED,
        "ec2:CreateTags",
        "arn:aws:ec2:eu-west-1:111122223333:instance/i-1",
        {
            (
                Layer.IDENTITY,
                0,
            ): "{Sid: Tags, Effect: Allow, Action: ec2:CreateTags, Resource: '*', "
            "Condition: {'ForAllValues:StringEquals': {'aws:TagKeys': [team, env]}}}",
        },
    ),
    "variable-in-2008": Riddle(
        "1.2: documents of 2008 have no variables",
        IMPLICIT,
        "s3:GetObject",
        "arn:aws:s3:::home/ann/a.txt",
        {
            (Layer.IDENTITY, 0): "{Sid: Home, Effect: Allow, Action: s3:GetObject, "
            "Resource: 'arn:aws:s3:::home/${aws:username}/*'}",
        },
        principal=ANN,
        version="2008-10-17",
    ),
    "wrong-case": Riddle(
        "1.4: ARNs are compared with their letter case",
        IMPLICIT,
        "sqs:SendMessage",
        "arn:aws:sqs:eu-west-1:111122223333:Orders",
        {
            (Layer.IDENTITY, 0): "{Sid: Send, Effect: Allow, Action: SQS:sendmessage, "
            "Resource: 'arn:aws:sqs:eu-west-1:111122223333:orders'}",
        },
    ),
    "missing-star": Riddle(
        "1.4: a bucket's ARN is not its objects'",
        IMPLICIT,
        "s3:GetObject",
        ORDER,
        {
            (Layer.IDENTITY, 0): "{Sid: Bucket, Effect: Allow, Action: 's3:*', "
            "Resource: 'arn:aws:s3:::orders'}",
        },
    ),
    "session-policy": Riddle(
        "4.2 and 4.4: a session policy limits what a grant to the role gives",
        IMPLICIT,
        "s3:GetObject",
        ORDER,
        {
            (Layer.RESOURCE, 0): f"{{Sid: App, Effect: Allow, Principal: {{AWS: '{APP}'}}, "
            "Action: s3:GetObject, Resource: 'arn:aws:s3:::orders/*'}",
            (Layer.SESSION, 0): "{Sid: Own, Effect: Allow, Action: s3:GetObject, "
            "Resource: 'arn:aws:s3:::orders/2'}",
        },
        principal=SESSION,
    ),
    "grant-to-the-session": Riddle(
        "4.4: a grant to the session's ARN needs nobody else",
        ALLOWED,
        "s3:GetObject",
        ORDER,
        {
            (Layer.RESOURCE, 0): f"{{Sid: It, Effect: Allow, Principal: {{AWS: '{SESSION}'}}, "
            "Action: s3:GetObject, Resource: 'arn:aws:s3:::orders/*'}",
            (Layer.BOUNDARY, 0): "{Effect: Allow, Action: 'sqs:*', Resource: '*'}",
        },
        principal=SESSION,
    ),
    "deny-elsewhere": Riddle(
        "4.2: an explicit Deny anywhere wins",
        EXPLICIT,
        "s3:GetObject",
        ORDER,
        {
            (Layer.IDENTITY, 0): f"{READ}\n  - {{Sid: Legacy, Effect: Deny, Action: 's3:*', "
            "Resource: 'arn:aws:s3:::orders/1'}",
        },
    ),
    "delegation": Riddle(
        "4.3, 4.4: naming the account only hands the question over",
        IMPLICIT,
        "s3:GetObject",
        ORDER,
        {
            (Layer.RESOURCE, 0): "{Sid: Home, Effect: Allow, Principal: {AWS: '111122223333'}, "
            "Action: 's3:*', Resource: 'arn:aws:s3:::orders/*'}",
            (Layer.IDENTITY, 0): "{Sid: List, Effect: Allow, Action: s3:ListBucket, "
            "Resource: 'arn:aws:s3:::orders'}",
        },
    ),
    "mfa-if-exists": Riddle(
        "3.6, 2.5: long-term keys carry no MFA key, and IfExists holds without it",
        EXPLICIT,
        "s3:GetObject",
        ORDER,
        {
            (Layer.IDENTITY, 0): f"{READ}\n  - {{Sid: NeedsMfa, Effect: Deny, NotAction: 'iam:*', "
            "Resource: '*', Condition: {BoolIfExists: {'aws:MultiFactorAuthPresent': 'false'}}}",
        },
        principal=ANN,
    ),
    "ipv6": Riddle(
        "2.3: an IPv6 address is in no IPv4 network",
        IMPLICIT,
        "s3:GetObject",
        ORDER,
        {
            (Layer.IDENTITY, 0): "{Sid: Office, Effect: Allow, Action: s3:GetObject, "
            "Resource: '*', Condition: {IpAddress: {'aws:SourceIp': 0.0.0.0/0}}}",
        },
        context={"aws:SourceIp": "2001:db8::7"},
    ),
    "another-account": Riddle(
        "4.5: between accounts both sides must allow",
        IMPLICIT,
        "sqs:SendMessage",
        "arn:aws:sqs:eu-west-1:444455556666:q",
        {(Layer.IDENTITY, 0): "{Sid: Send, Effect: Allow, Action: 'sqs:*', Resource: '*'}"},
    ),
    "trust": Riddle(
        "4.11: assuming a role needs its trust policy",
        IMPLICIT,
        "sts:AssumeRole",
        APP,
        {
            (Layer.IDENTITY, 0): EVERYTHING,
            (Layer.RESOURCE, 0): "{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, "
            "Action: sts:AssumeRole}",
        },
        principal=ANN,
    ),
}
