"""denied-at-import: a denied call that runs when the module is imported."""

from __future__ import annotations

from .support import LOG, allow, need, policy, stage, world

ID = "denied-at-import"
KEY = "arn:aws:ssm:{region}:{account}:parameter/app/key"
WRITTEN = "arn:aws:ssm:*:*:parameter/app/key"
# The incident: GetParameters was granted, GetParameter is what the code calls.
NEARLY = policy(LOG, allow("ssm:GetParameters", on="arn:aws:ssm:*:*:parameter/app/*"))


def test_one_denied_call_takes_every_route_down() -> None:
    made = world(
        stage("dev", NEARLY, need("ssm:GetParameter", KEY, 3, at_import=True, function=""))
    )
    assert made.said(ID) == [
        f"error dev app.py:3 <call>: `ssm:GetParameter` on `{WRITTEN}` is denied,"
        " and the call runs at import"
    ]
    (finding,) = made.findings(ID)
    assert finding.why == (
        "The import fails at each cold start, so every function is down as a whole: every route of"
        " the API answers 502 and no handler runs."
    )
    assert '"ssm:GetParameter"' in finding.patch
    assert made.said("missing-permission") == []


def test_a_function_that_is_no_api_has_no_routes() -> None:
    made = world(
        stage("dev", NEARLY, need("ssm:GetParameter", KEY, 3, at_import=True, function="nightly"))
    )
    (finding,) = made.findings(ID)
    assert finding.why == (
        "The import fails at each cold start, so function `nightly` is down as a whole:"
        " no handler runs."
    )


def test_each_call_is_a_finding_of_its_own() -> None:
    made = world(
        stage(
            "dev",
            NEARLY,
            need("ssm:GetParameter", KEY, 3, at_import=True),
            need("ssm:GetParameter", KEY, 4, at_import=True),
            need("ssm:GetParameter", KEY, 9),
        )
    )
    assert [one.span.line for one in made.findings(ID)] == [3, 4]
    assert [one.span.line for one in made.findings("missing-permission")] == [9]


def test_a_swallowed_denial_does_not_stop_the_import() -> None:
    made = world(stage("dev", NEARLY, need("ssm:GetParameter", KEY, at_import=True, swallowed=5)))
    assert made.said(ID) == []
    assert len(made.said("missing-permission")) == 1


def test_a_call_that_hangs_on_a_setting_is_conditional() -> None:
    wanted = need("ssm:GetParameter", KEY, 3, at_import=True, hangs_on=["env:REMOTE"])
    (line,) = world(stage("dev", NEARLY, wanted)).said(ID)
    assert line.startswith("warning? dev app.py:3")


def test_a_granted_call_is_silent() -> None:
    wanted = need("ssm:GetParameters", KEY, at_import=True)
    assert world(stage("dev", NEARLY, wanted)).said(ID) == []
