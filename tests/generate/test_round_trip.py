"""What was generated, fed back: no rule of `remit check` has anything to say about it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.catalog import iam
from remit.check.rules import run
from remit.cli.main import main
from remit.core.pattern import Pattern
from remit.deploy.formats import FORMATS, Spelling
from remit.generate.grouping import Pair, distinct, grouped, pairs_of
from remit.generate.model import Deployment
from tests.check.support import log_needs, need, stage, world
from tests.generate.support import HERE, NOWHERE, proposed
from tests.generate.support import wanted as wanting

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders-api"
ACTIONS = {
    "dynamodb:{region}:{account}:table/": "GetItem PutItem Query Scan UpdateItem BatchWriteItem",
    "sqs:{region}:{account}:": "SendMessage ReceiveMessage GetQueueUrl",
    "s3:::": "ListBucket GetBucketLocation",
    "sns:{region}:{account}:": "Publish",
    "secretsmanager:{region}:{account}:secret:": "GetSecretValue PutSecretValue",
    "lambda:{region}:{account}:function:": "InvokeFunction",
    "states:{region}:{account}:stateMachine:": "StartExecution",
}
NAMES = ["a", "orders-{env:STAGE}", "orders-prod", "{env:NAME}", "{data:x}", "{code:y}-x", "ab"]
PLAIN = [
    (f"{arn.partition(':')[0]}:{action}", f"arn:aws:{arn}{name}")
    for arn, actions in ACTIONS.items()
    for action in actions.split()
    for name in NAMES
]
MORE = [
    *((f"s3:{a}Object", f"arn:aws:s3:::{n}/{k}") for a in ("Get", "Put", "Delete") for n in NAMES for k in ("x", "{data:key}", "in/{data:key}")),
    *(("dynamodb:Query", f"arn:aws:dynamodb:{{region}}:{{account}}:table/{n}/index/{i}") for n in NAMES for i in ("i", "{env:I}")),
    ("ec2:DescribeInstances", "*"), ("sts:GetCallerIdentity", "*"), ("dynamodb:ListTables", "*"),
    ("rekognition:DetectLabels", "*"), ("s3:ListAllMyBuckets", "*"),
    ("kms:Decrypt", "arn:aws:kms:{region}:{account}:key/{key}"),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:{region}:{account}:secret:db-{6:suffix}"),
    ("ssm:GetParameter", "arn:aws:ssm:{region}:{account}:parameter/a/b"),
    ("iam:PassRole", "arn:aws:iam::{account}:role/worker"),
]  # fmt: skip
NEEDS = st.lists(st.sampled_from(PLAIN + MORE), min_size=1, max_size=12, unique=True)


@settings(max_examples=150, deadline=None)
@given(NEEDS, st.sampled_from([HERE, NOWHERE]), st.booleans())
def test_check_has_nothing_to_say(
    needs: list[tuple[str, str]], at: Deployment, conditions: bool
) -> None:
    found = [need(action, resource, 3 + number) for number, (action, resource) in enumerate(needs)]
    wanted = [wanting(a, r, 3 + n) for n, (a, r) in enumerate(needs)]
    group = "arn:aws:logs:{region}:{account}:log-group:/aws/lambda/app-dev:log-stream:x"
    logs = [wanting(one.need.action, group, origin="logs") for one in log_needs()]
    made = proposed(*wanted, *logs, at=at, conditions=conditions)
    assert not made.unmet
    text = FORMATS["policy"].document(made.parts[0], Spelling(), "")
    account = {"region": at.region, "account": at.account}
    facts = world(stage("dev", text, *found, *log_needs(), **account)).facts  # type: ignore[arg-type]
    # With conditions the rules are asked too: a key that they cannot tell is no finding.
    assert [(one.id, one.message) for one in run(facts)] == []


@settings(max_examples=150, deadline=None)
@given(NEEDS)
def test_statements_grant_what_is_needed_and_nothing_else(needs: list[tuple[str, str]]) -> None:
    """Each permission is there, and each that is there is needed or nothing that AWS checks."""
    made = proposed(*(wanting(action, resource) for action, resource in needs))
    pairs = {
        Pair(one.need.action, resource)
        for written in made.statements
        for action, served in written.why.items()
        for one in served
        for resource in written.grant.resources
        if one.need.action == action
    }
    listed = [
        Pair(action, resource)
        for written in made.statements
        for action in written.grant.actions
        for resource in written.grant.resources
    ]
    assert all(pair in pairs or idle(pair) for pair in listed)
    assert all(any(written.why[a] for a in written.grant.actions) for written in made.statements)


def idle(pair: Pair) -> bool:
    return iam.action_fits_resource(pair.action, pair.resource) is False


PAIRS = st.lists(
    st.builds(
        Pair,
        st.sampled_from(["s3:GetObject", "s3:PutObject", "s3:ListBucket", "sqs:SendMessage"]),
        st.sampled_from(["arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x", "arn:aws:s3:::c/*", "arn:aws:sqs:*:*:q", "*"]),
        st.sampled_from([(), (("Bool", "aws:SecureTransport", ("true",)),)]),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(PAIRS)
def test_groups_are_the_pairs_without_those_that_others_grant(pairs: list[Pair]) -> None:
    kept = set(distinct(pairs))
    listed = {pair for group in grouped(pairs) for pair in pairs_of(group)}
    assert kept <= listed
    assert all(idle(pair) for pair in listed - kept)
    for pair in pairs:  # what was left out is granted by something that was kept
        assert any(
            one.action == pair.action
            and one.conditions in ((), pair.conditions)
            and Pattern.parse(one.resource).covers(Pattern.parse(pair.resource))
            for one in kept
        )


# --- whole projects -----------------------------------------------------------------------------


@pytest.fixture
def example(tmp_path: Path) -> Path:
    root = tmp_path / "orders-api"
    shutil.copytree(EXAMPLE, root)
    return root


def report(root: Path, *flags: str) -> dict[str, Any]:
    target = root.parent / "report.json"
    main(["check", str(root), "--format", "json", "--output", str(target), *flags])
    found: dict[str, Any] = json.loads(target.read_text())
    return found


@pytest.mark.parametrize("flags", [[], ["--conditions"]])
def test_the_example_with_generated_policies(example: Path, flags: list[str]) -> None:
    for name in ("dev", "staging", "prod"):
        target = example / ".chalice" / f"policy-{name}.json"
        asked = ["generate", str(EXAMPLE), "--stage", name, "--output", str(target), *flags]
        assert main(asked) == 0
    found = report(example)
    # What is left is about the code, not about policies.
    assert {one["id"] for one in found["findings"]} == {"masked-failure"}
    assert found["unresolved"] == []
    assert found["stats"]["needs"]["allowed"] == found["stats"]["needs"]["total"] == 48


def test_the_example_mended_in_place(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is missing and nothing unused but what the rules report in one statement that AWS
    refuses, which a person must take out."""
    # 0: every need is served; what prod's policy has that AWS refuses is told.
    assert main(["generate", str(example), "--write", "--yes", "--prune"]) == 0
    assert "AWS would refuse this part" in capsys.readouterr().out
    found = report(example)
    assert {one["id"] for one in found["findings"]} == {
        "masked-failure",
        "invalid-policy",  # the Principal that prod's policy has
        "over-broad-grant",  # the `dynamodb:*` that somebody wrote on purpose
    }
    assert main(["generate", str(example), "--write", "--yes", "--prune"]) == 0
    assert capsys.readouterr().out.count("nothing to change") == 3


def test_a_generated_policy_needs_no_change(example: Path) -> None:
    target = example / ".chalice" / "policy-dev.json"
    asked = ["generate", str(example), "--stage", "dev", "--output"]
    assert main([*asked, str(target)]) == 0
    before = target.read_bytes()
    assert main(["generate", str(example), "--stage", "dev", "--write", "--yes", "--prune"]) == 0
    assert target.read_bytes() == before


def test_what_becomes_idle_by_pruning_goes_too(example: Path) -> None:
    """A resource whose last action is taken out can match nothing any more (seen in whyphi/zap)."""
    target = example / ".chalice" / "policy-dev.json"
    policy = json.loads(target.read_text())
    shared = {
        "Sid": "Shared",
        "Effect": "Allow",
        "Action": ["dynamodb:Query", "sns:Publish"],
        "Resource": ["arn:aws:dynamodb:*:*:table/old", "arn:aws:sns:*:*:old"],
    }
    target.write_text(json.dumps({**policy, "Statement": [*policy["Statement"], shared]}, indent=2))
    assert main(["generate", str(example), "--stage", "dev", "--write", "--yes", "--prune"]) == 0
    assert "Shared" not in target.read_text()
