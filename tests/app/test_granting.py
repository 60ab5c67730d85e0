"""Which denials a statement can mend, and which statement: without a server."""

from __future__ import annotations

import json

import pytest

from remit.app import granting
from remit.app.project import Asked
from remit.app.running import Denied, Plan, plan, told
from remit.cli.generate import snippet
from remit.core.decision import Layer
from remit.core.pattern import Pattern
from remit.core.tree import MemoryTree
from remit.report import denied as report
from remit.report.terminal import Screen
from tests.app.test_running import QUEUE, TREE, planned

Layers = tuple[Layer, ...]


def denied(
    resource: str, by: Layers | None, *, explicit: bool = False, action: str = "sqs:SendMessage"
) -> Denied:
    return Denied("sqs", "SendMessage", action, resource, "why", {}, by, explicit)


def proposals(at: Plan, *found: Denied) -> list[granting.Proposed]:
    return granting.proposed(at, told(TREE, at, found))


# (by, by a Deny, resource, whether a statement helps, what is said where it does not)
# facts/iam.md 4.2: a Deny of any layer wins; boundary, session policy, SCP and RCP must all allow.
CASES: list[tuple[Layers | None, bool, str, bool, str]] = [
    ((Layer.IDENTITY,), False, "other", True, ""),
    ((Layer.IDENTITY,), True, "jobs-1", False, "Narrow or remove that Deny"),
    ((Layer.BOUNDARY,), False, "other", False, "The permissions boundary does not allow it"),
    ((Layer.IDENTITY, Layer.BOUNDARY), False, "other", False, "policies and the permissions boundary do not allow it"),
    ((Layer.SCP,), False, "other", False, "A service control policy does not allow it"),
    ((Layer.SCP,), True, "other", False, "A Deny in a service control policy decides"),
    ((Layer.RCP,), True, "other", False, "A Deny in a resource control policy decides"),
    ((Layer.SESSION,), False, "other", False, "The session policy does not allow it"),
    ((Layer.RESOURCE, Layer.IDENTITY), False, "other", False, "The policy of the resource and the role's own"),
    ((Layer.RESOURCE,), True, "other", False, "A Deny in the policy of the resource decides"),
    ((), False, "other", False, "No policy could allow it"),
    (None, False, "other", True, ""),  # a server that does not tell: by the project's own policies
    (None, False, "jobs-1", False, "Narrow or remove that Deny"),
]  # fmt: skip


@pytest.mark.parametrize(("by", "explicit", "name", "helps", "said"), CASES)
def test_what_a_statement_can_mend(
    by: Layers | None, explicit: bool, name: str, helps: bool, said: str
) -> None:
    one = denied(QUEUE + name, by, explicit=explicit)
    assert bool(proposals(planned(), one)) is helps
    shown = " ".join(report.render(told(TREE, planned(), [one]), Screen()).split())
    assert said in shown
    assert ("1 statement to add" in shown) is helps


def test_a_call_of_which_no_permission_is_known_has_no_statement() -> None:
    assert proposals(planned(), Denied("sqs", "Unheard", None, None, "why")) == []


def test_the_statement_is_the_smallest() -> None:
    """One action on one resource, also where more is denied on it; the project's account is not
    known, and the local server's must not end in its policy."""
    both = [
        denied(QUEUE + "other", (Layer.IDENTITY,)),
        denied(QUEUE + "other", (Layer.IDENTITY,), action="sqs:PurgeQueue"),
    ]
    made = proposals(planned(), *both)
    assert [one.action for one in made] == ["sqs:SendMessage", "sqs:PurgeQueue"]
    for one in made:
        assert "123456789012" not in one.resource
        assert one.resource.endswith(":other")
        assert "Sid" not in one.text


def test_what_cannot_be_granted_hides_nothing() -> None:
    """Of the same operation one call is denied by a Deny, another by silence."""
    made = proposals(
        planned(),
        denied(QUEUE + "other", (Layer.RESOURCE,), explicit=True),
        denied(QUEUE + "other", (Layer.IDENTITY,)),
    )
    assert len(made) == 1


def test_a_policy_of_any_size() -> None:
    """It may go into several documents; that is said, and nothing is lost."""
    at = planned()
    many = [denied(f"{QUEUE}{number}-{'x' * 80}", (Layer.IDENTITY,)) for number in range(150)]
    made = granting.policy(at, proposals(at, *many))
    assert "a role's inline policies may have 10,240 together" in made.proposal.split
    [part] = made.proposal.parts
    assert sum(len(grant.resources) for grant in part) == 150


def test_what_the_local_server_gets_covers_the_call() -> None:
    """Also where the project's region is another than the one that the server stands for."""
    at = planned()
    for called in (QUEUE + "other", "arn:aws:sqs:eu-north-1:123456789012:far", "*"):
        [one] = proposals(at, denied(called, (Layer.IDENTITY,)))
        assert any(Pattern.parse(here).matches(called) for here in one.here)
        [statement] = json.loads(granting.document([one]))["Statement"]
        assert statement == {"Effect": "Allow", "Action": one.action, "Resource": list(one.here)}


def test_a_region_that_only_the_policies_name() -> None:
    """The project's statement names its region; the local server stands in another, and its
    statement must hold there."""
    own = {"Effect": "Allow", "Action": "sqs:*", "Resource": "arn:aws:sqs:eu-west-1:*:jobs"}
    stage = {"autogen_policy": False, "iam_policy_file": "policy.json"}
    tree = MemoryTree(
        {
            "app.py": "from chalice import Chalice\napp = Chalice(app_name='x')\n",
            ".chalice/config.json": json.dumps({"app_name": "x", "stages": {"dev": stage}}),
            ".chalice/policy.json": json.dumps({"Version": "2012-10-17", "Statement": [own]}),
        }
    )
    far = plan(tree, Asked(""))
    assert far.seeds.region == "us-east-1"
    found = told(tree, far, [denied(QUEUE + "other", (Layer.IDENTITY,))])
    [one] = granting.proposed(far, found)
    assert one.resource == "arn:aws:sqs:eu-west-1:*:other"
    assert one.here == (one.resource, QUEUE + "other")


def test_one_policy_in_the_language_of_the_project() -> None:
    at = planned()
    agreed = proposals(
        at,
        denied(QUEUE + "other", (Layer.IDENTITY,)),
        denied(QUEUE + "other", (Layer.IDENTITY,), action="sqs:PurgeQueue"),
    )
    text = snippet(granting.policy(at, agreed), "cloudformation")
    assert text.count("Effect: Allow") == 1
    assert "sqs:PurgeQueue" in text
    assert "sqs:SendMessage" in text
    assert granting.place(at).startswith("The role is in a template: put this there, at ")
