"""invalid-policy: what the parser finds in a stage's policy file becomes a finding."""

from __future__ import annotations

from dataclasses import replace

from remit.check.invalid_policy import is_policy_problem
from remit.core.span import Problem, Span

from .support import World, allow, policy, stage, world

ID = "invalid-policy"
FINE = allow("s3:GetObject", on="arn:aws:s3:::b/*")


def test_a_principal_in_an_identity_policy() -> None:
    """The incident: `Principal` belongs into resource policies only (facts/iam.md 1.1)."""
    made = world(stage("dev", policy({**FINE, "Principal": "*"})))
    (finding,) = made.findings(ID)
    assert finding.severity == "error"
    assert finding.span.file == "policy-dev.json"
    assert "Principal" in made.under(finding.span)
    assert finding.why == "AWS refuses the whole policy, so the deployment fails."


def test_broken_json() -> None:
    made = world(stage("dev", '{"Version": "2012-10-17",\n "Statement": [}'))
    (line,) = made.said(ID)
    assert line.startswith("error dev policy-dev.json:2")


def test_each_stage_that_uses_the_file() -> None:
    broken = policy({**FINE, "Principal": "*"})
    made = world(stage("dev", broken, file="p.json"), stage("prod", broken, file="p.json"))
    assert [one.stage for one in made.findings(ID)] == ["dev", "prod"]


def test_a_file_beside_an_external_role_is_not_sent() -> None:
    made = world(stage("dev", policy({**FINE, "Principal": "*"}), unknown="elsewhere"))
    (finding,) = made.findings(ID)
    assert finding.why == "AWS would refuse the whole policy."


def with_problem(problem: Problem) -> World:
    made = world(stage("dev", policy(FINE)))
    project = replace(made.facts.project, problems=(problem,))
    return replace(made, facts=replace(made.facts, project=project))


def test_other_problems_are_not_ours() -> None:
    elsewhere = Problem(Span.whole(".chalice/config.json"), "no", code="json-syntax-error")
    no_code = Problem(Span.whole("policy-dev.json"), "cannot be read")
    for problem in (elsewhere, no_code):
        made = with_problem(problem)
        assert made.said(ID) == []
        assert not is_policy_problem(made.facts, problem)


def test_what_aws_stores_all_the_same_weighs_less() -> None:
    ours = Problem(Span.whole("policy-dev.json"), "empty", code="empty-array-action")
    made = with_problem(ours)
    assert made.said(ID) == ["note dev policy-dev.json:1 <>: empty"]
    assert is_policy_problem(made.facts, ours)


def test_a_valid_policy_is_silent() -> None:
    assert world(stage("dev", policy(FINE))).said(ID) == []
