"""Ways to more power than a policy names: sets of actions that together give any other.

Each way is tried as its holder would: the engine decides every step against the document, with a
resource that nobody meant in particular. So a Deny, a named resource or a condition that is not
met closes the way, and what is reported replays.
Source: the public list of IAM privilege escalation methods (Rhino Security Labs, 2018, and
bishopfox/iam-vulnerable), the actions' own pages in the Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remit.core.decision import Verdict
from remit.core.pattern import Pattern
from remit.core.policy import Item, Policy
from remit.core.request import Request
from remit.engine.authorize import authorize
from remit.engine.policyset import PolicySet
from remit.syntax.codes import Level
from remit.validate.model import Check, Family, Issue, PolicyType, Subject

REMIT_PRIVILEGE_ESCALATION = Check(
    "REMIT_PRIVILEGE_ESCALATION",
    Level.SECURITY_WARNING,
    "Actions with which the holder can give itself any other permission.",
    "Whoever gets the principal's credentials gets the account.",
    "Take away one of the actions, name the resources, or set a permissions boundary.",
)

_ACCOUNT = "111122223333"
# What is acted on: a name that no policy means in particular, so only a wildcard takes it in.
_ON = {
    "user": "arn:aws:iam::{}:user/remit-witness",
    "group": "arn:aws:iam::{}:group/remit-witness",
    "role": "arn:aws:iam::{}:role/remit-witness",
    "policy": "arn:aws:iam::{}:policy/remit-witness",
    "profile": "arn:aws:iam::{}:instance-profile/remit-witness",
    "function": "arn:aws:lambda:us-east-1:{}:function:remit-witness",
    "mapping": "arn:aws:lambda:us-east-1:{}:event-source-mapping:remit-witness",
    "instance": "arn:aws:ec2:us-east-1:{}:instance/i-0123456789abcdef0",
    "stack": "arn:aws:cloudformation:us-east-1:{}:stack/remit-witness/1",
    "project": "arn:aws:codebuild:us-east-1:{}:project/remit-witness",
    "notebook": "arn:aws:sagemaker:us-east-1:{}:notebook-instance/remit-witness",
    "machine": "arn:aws:states:us-east-1:{}:stateMachine:remit-witness",
    "document": "arn:aws:ssm:us-east-1:{}:document/remit-witness",
    "cluster": "arn:aws:ecs:us-east-1:{}:cluster/remit-witness",
    "task": "arn:aws:ecs:us-east-1:{}:task-definition/remit-witness:1",
    "*": "*",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way: what the holder then can do, and its steps as (action, what it acts on)."""

    what: str
    steps: tuple[tuple[str, str], ...]


def _way(what: str, *steps: str) -> Way:
    """A way from steps such as `iam:PassRole role`."""
    pairs = [step.partition(" ") for step in steps]
    return Way(what, tuple((action, on or "*") for action, _, on in pairs))


_PASS = "iam:PassRole role"  # noqa: S105  the name of an action
WAYS = (
    _way("rewrite a policy that it has", "iam:CreatePolicyVersion policy"),
    _way("bring back an older version of a policy", "iam:SetDefaultPolicyVersion policy"),
    _way("attach any policy to a user", "iam:AttachUserPolicy user"),
    _way("attach any policy to a group", "iam:AttachGroupPolicy group"),
    _way("attach any policy to a role", "iam:AttachRolePolicy role"),
    _way("write a policy into a user", "iam:PutUserPolicy user"),
    _way("write a policy into a group", "iam:PutGroupPolicy group"),
    _way("write a policy into a role", "iam:PutRolePolicy role"),
    _way("join any group", "iam:AddUserToGroup group"),
    _way("make access keys of another user", "iam:CreateAccessKey user"),
    _way("set a first password of another user", "iam:CreateLoginProfile user"),
    _way("change the password of another user", "iam:UpdateLoginProfile user"),
    _way("take off a user's boundary", "iam:DeleteUserPermissionsBoundary user"),
    _way("take off a role's boundary", "iam:DeleteRolePermissionsBoundary role"),
    # A trust policy that names its principal needs no more (facts/iam.md 4.11).
    _way("let itself assume any role", "iam:UpdateAssumeRolePolicy role"),
    _way("run code with any role in a function", _PASS, "lambda:CreateFunction function",
         "lambda:InvokeFunction function"),
    _way("run code with any role in a function that a table calls", _PASS,
         "lambda:CreateFunction function", "lambda:CreateEventSourceMapping"),
    _way("replace the code of any function", "lambda:UpdateFunctionCode function"),
    _way("put code of its own before any function",
         "lambda:UpdateFunctionConfiguration function"),
    _way("start an instance with any role", _PASS, "ec2:RunInstances instance"),
    _way("build a stack with any role", _PASS, "cloudformation:CreateStack stack"),
    _way("run a build with any role", _PASS, "codebuild:CreateProject project",
         "codebuild:StartBuild project"),
    _way("open a notebook with any role", _PASS, "sagemaker:CreateNotebookInstance notebook",
         "sagemaker:CreatePresignedNotebookInstanceUrl notebook"),
    _way("open any notebook that there is",
         "sagemaker:CreatePresignedNotebookInstanceUrl notebook"),
    _way("run a Glue endpoint with any role", _PASS, "glue:CreateDevEndpoint"),
    _way("run a data pipeline with any role", _PASS, "datapipeline:CreatePipeline",
         "datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline"),
    _way("run a state machine with any role", _PASS, "states:CreateStateMachine machine",
         "states:StartExecution machine"),
    _way("run a container with any role", _PASS, "ecs:RegisterTaskDefinition",
         "ecs:RunTask task"),
    _way("run commands on any instance", "ssm:SendCommand document", "ssm:SendCommand instance"),
    _way("log in to any instance", "ssm:StartSession instance"),
)  # fmt: skip


def ways(subject: Subject) -> Iterator[Issue]:
    """Each way that the policy opens by itself."""
    if subject.type not in {PolicyType.IDENTITY, PolicyType.SESSION}:
        return
    account = _account(subject.policy)
    policies = PolicySet(identity=[subject.policy])
    for way in WAYS:
        if all(_may(policies, account, action, on) for action, on in way.steps):
            item = _place(subject, way.steps[-1][0])
            steps = " and ".join(f"`{action}`" for action in dict(way.steps))
            message = f"with {steps} the holder can {way.what}"
            check = REMIT_PRIVILEGE_ESCALATION
            yield Issue(check, item.span if item else subject.policy.span, message, check.remedy)


def _may(policies: PolicySet, account: str, action: str, on: str) -> bool:
    holder = f"arn:aws:iam::{account}:role/remit-holder"
    request = Request(holder, action, _ON[on].format(account), account)
    return authorize(request, policies).verdict is Verdict.ALLOWED


def _account(policy: Policy) -> str:
    """The account that the policy's own ARNs name, so that they can match; else any."""
    for statement in policy.statements:
        for item in statement.resources or ():
            part = item.value.split(":", 5)[4:5]
            if part and len(part[0]) == 12 and part[0].isdigit():
                return part[0]
    return _ACCOUNT


def _place(subject: Subject, action: str) -> Item | None:
    """The item of an Allow that takes in the action."""
    name = action.lower()
    for statement in subject.allows:
        for item in () if statement.not_action else statement.actions:
            if Pattern.parse(item.value.lower()).matches(name):
                return item
    return None


FAMILY = Family("Privilege escalation", (REMIT_PRIVILEGE_ESCALATION,), (ways,), optional=True)
