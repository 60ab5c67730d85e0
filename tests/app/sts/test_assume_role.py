"""AssumeRole: who may, for how long, with what. Each row names the rule it comes from."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from remit.app.sts.errors import StsError
from remit.app.sts.identity import caller as caller_of
from remit.app.sts.identity import check_issuer, keys
from remit.app.sts.ports import Caller
from remit.app.sts.service import assume_as_service
from remit.credentials.sessions import Claims
from tests.app.sts.world import (
    ALL,
    DEVICE,
    HERE,
    MIDDLE,
    NOW,
    ROLE,
    SECRET,
    STRANGER,
    THERE,
    USER,
    Desk,
    World,
    allow,
    claims_of,
    deny,
    of_role,
    policy,
    root,
    trust,
    user,
)

CLASSIC = "User: {} is not authorized to perform: {} on resource: " + ROLE
SESSION = f"arn:aws:sts::{HERE}:assumed-role/middle/job"
FEDERATED = caller_of(Claims("federated", HERE, USER, "AIDAEXAMPLEIDALICE", "bob", NOW, NOW + 900))


def external(value: str) -> dict[str, Any]:
    return trust(Condition={"StringEquals": {"sts:ExternalId": value}})


def world(trusted: Any, **more: Any) -> World:
    return World(trusts={ROLE: trusted}, **more)


# --- may it? ------------------------------------------------------------------------------------

NOBODY: dict[str, Any] = {"identity": {}}
S3 = json.dumps(policy(allow("s3:*", Resource="*")))
TAGS = [{"Key": "team", "Value": "blue"}]
BOTH = ("sts:AssumeRole", "sts:TagSession")
SOURCED = ("sts:AssumeRole", "sts:SetSourceIdentity")

ALLOWED: list[tuple[str, World, Caller, dict[str, Any], str]] = [
    ("trust names the user, who has no policies", world(trust(to=USER), **NOBODY), user(), {},
     "Appendix B"),
    ("trust names the account, identity allows", world(trust()), user(), {}, "4.11"),
    ("cross-account, both allow", world(trust(to=THERE), identity={STRANGER: (ALL,)}),
     user(STRANGER), {}, "4.11"),
    ("external id as asked for", world(external("x1")), user(), {"ExternalId": "x1"}, "3.7"),
    ("tags, both allowed", world(trust(*BOTH)), user(), {"Tags": TAGS}, "4.11"),
    ("source identity, both allowed", world(trust(*SOURCED)), user(), {"SourceIdentity": "ann"},
     "4.11"),
    ("trust by the role session's role", world(trust(to=MIDDLE), **NOBODY), of_role(), {}, "4.11"),
    ("trust by the session", world(trust(to=SESSION), **NOBODY), of_role(), {}, "4.3"),
    ("trust by the role's unique id", world(trust(to="AROAEXAMPLEIDMIDDLE"), **NOBODY), of_role(), {}, "1.5"),
    ("trust by the session, a session policy is silent", world(trust(to=SESSION), **NOBODY),
     of_role(policies=(S3,)), {}, "4.4"),
    ("session name by condition",
     world(trust(Condition={"StringEquals": {"sts:RoleSessionName": "session"}})), user(), {},
     "3.7"),
    ("tag by condition", world(trust(*BOTH, Condition={"StringEquals": {
        "aws:RequestTag/team": "blue"}})), user(), {"Tags": TAGS}, "IAM User Guide, id_session-tags"),
    ("the role's own tag", world(trust(Condition={"StringEquals": {"aws:ResourceTag/env": "dev"}}),
                                 tags={ROLE: {"env": "dev"}}), user(), {}, "3.4"),
    ("the user's tag",
     world(trust(Condition={"StringEquals": {"aws:PrincipalTag/env": "dev"}})),
     user(tags={"env": "dev"}), {}, "3.1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "caller", "params", "source"), ALLOWED)
def test_allowed(
    name: str, given: World, caller: Caller, params: dict[str, Any], source: str
) -> None:
    assert Desk(given).assume(caller, **params)["AssumedRoleUser"] == {
        "AssumedRoleId": "AROAEXAMPLEIDTARGET:session",
        "Arn": f"arn:aws:sts::{HERE}:assumed-role/target/session",
    }


BY = "with an explicit deny in"
DENIED: list[tuple[str, World, Caller, dict[str, Any], str, str]] = [
    ("trust names the account, user has no policies", world(trust(), **NOBODY), user(), {},
     CLASSIC.format(USER, "sts:AssumeRole"), "Appendix B"),
    ("no trust, an administrator", world(trust(to=MIDDLE)), user(), {},
     CLASSIC.format(USER, "sts:AssumeRole"), "4.11"),
    ("unknown role", World(trusts={}), user(), {}, CLASSIC.format(USER, "sts:AssumeRole"),
     "Appendix B, 5.4 [O]"),
    ("cross-account, identity silent", world(trust(to=STRANGER), **NOBODY), user(STRANGER), {},
     CLASSIC.format(STRANGER, "sts:AssumeRole"), "4.11"),
    ("no external id", world(external("x1")), user(), {}, CLASSIC.format(USER, "sts:AssumeRole"),
     "3.7"),
    ("another external id", world(external("x1")), user(), {"ExternalId": "x2"},
     CLASSIC.format(USER, "sts:AssumeRole"), "3.7"),
    ("root", world(trust(to="*")), root(), {}, "Roles may not be assumed by root accounts.",
     "5.4 [O]"),
    ("federated user", world(trust(to="*")), FEDERATED, {},
     CLASSIC.format(FEDERATED.arn, "sts:AssumeRole"), "5.2"),
    ("tags without sts:TagSession", world(trust()), user(), {"Tags": TAGS},
     CLASSIC.format(USER, "sts:TagSession"), "4.11"),
    ("source identity without its permission", world(trust()), user(), {"SourceIdentity": "ann"},
     CLASSIC.format(USER, "sts:SetSourceIdentity"), "4.11"),
    ("inherited source identity without permission", world(trust(to=MIDDLE)),
     of_role(source_identity="ann"), {}, CLASSIC.format(SESSION, "sts:SetSourceIdentity"), "4.11"),
    ("inherited tags without sts:TagSession", world(trust(to=MIDDLE)),
     of_role(tags=(("team", "blue"),), transitive=("team",)), {},
     CLASSIC.format(SESSION, "sts:TagSession"), "EKS Pod Identity, issues"),
    ("a Deny of the caller's", world(trust(), identity={USER: (ALL, policy(
        deny("sts:*", Resource="*")))}), user(), {},
     f"{CLASSIC.format(USER, 'sts:AssumeRole')} {BY} an identity-based policy", "6.1"),
    ("a Deny of the trust policy", world(policy(
        *trust(to=USER)["Statement"], deny("sts:AssumeRole", Principal="*"))), user(), {},
     f"{CLASSIC.format(USER, 'sts:AssumeRole')} {BY} the role trust policy", "6.1"),
    ("a Deny that another account must not read", world(policy(
        *trust(to=STRANGER)["Statement"], deny("sts:AssumeRole", Principal="*")),
        identity={STRANGER: (ALL,)}), user(STRANGER), {},
     CLASSIC.format(STRANGER, "sts:AssumeRole"), "6.1"),
    ("an RCP", world(trust(), rcp=(policy(deny("sts:AssumeRole", Resource="*", Principal="*")),)),
     user(), {}, f"{CLASSIC.format(USER, 'sts:AssumeRole')} {BY} a resource control policy", "4.7"),
    ("a context assertion that nobody gave", world(trust()), user(), {"ProvidedContexts": [
        {"ProviderArn": "arn:aws:iam::aws:contextProvider/x", "ContextAssertion": "abcd"}]},
     CLASSIC.format(USER, "sts:SetContext"), "docs/sts.md"),
    ("a session policy, trust by the role's ARN", world(trust(to=MIDDLE), **NOBODY),
     of_role(policies=(S3,)), {}, CLASSIC.format(SESSION, "sts:AssumeRole"), "4.4"),
    ("trust by the id that the role had before", world(trust(to="AROAEXAMPLEIDOTHER"), **NOBODY), of_role(),
     {}, CLASSIC.format(SESSION, "sts:AssumeRole"), "1.5"),
    ("a boundary, trust by the role's ARN", World(
        trusts={ROLE: trust(to=MIDDLE)}, identity={}, boundaries={MIDDLE: policy(
            allow("s3:*", Resource="*"))}), of_role(), {},
     CLASSIC.format(SESSION, "sts:AssumeRole"), "Appendix B"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "caller", "params", "message", "source"), DENIED)
def test_denied(
    name: str, given: World, caller: Caller, params: dict[str, Any], message: str, source: str
) -> None:
    with pytest.raises(StsError) as error:
        Desk(given).assume(caller, **params)
    assert (error.value.code, error.value.status) == ("AccessDenied", 403)
    assert error.value.message == message


def test_every_decision_is_heard() -> None:
    """For the log: allowed and denied, and those of other operations."""
    desk = Desk(World(identity={}))
    with pytest.raises(StsError):
        desk.assume()
    with pytest.raises(StsError):
        desk.call("GetAccessKeyInfo", user(), AccessKeyId="AKIAIOSFODNN7EXAMPLE")
    desk.world.trusts[ROLE] = trust(to=USER)
    desk.assume()
    assert desk.heard == [
        ("sts:AssumeRole", ROLE, False),
        ("sts:GetAccessKeyInfo", "*", False),
        ("sts:AssumeRole", ROLE, True),
    ]


# --- for how long? ------------------------------------------------------------------------------

ABOVE_ROLE = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
ABOVE_CHAIN = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
    " chaining."
)


@pytest.mark.parametrize(
    ("chained", "longest", "asked", "lasts"),
    [
        (False, 3600, None, 3600),
        (False, 43200, None, 3600),
        (False, 43200, "43200", 43200),
        (False, 3600, "+0900", 900),  # 5.1: a sign and zeros are accepted
        (False, 3600, "3601", ABOVE_ROLE),
        (True, 43200, "3600", 3600),
        (True, 43200, "3601", ABOVE_CHAIN),  # Appendix B
        (True, 3600, "3601", ABOVE_ROLE),  # the role's limit comes first (5.2 [O])
    ],
)
def test_duration(chained: bool, longest: int, asked: str | None, lasts: int | str) -> None:
    desk = Desk(World(trusts={ROLE: trust(to=[USER, MIDDLE])}, longest=longest))
    params = {} if asked is None else {"DurationSeconds": asked}
    caller = of_role() if chained else user()
    if isinstance(lasts, str):
        with pytest.raises(StsError) as error:
            desk.assume(caller, **params)
        assert (error.value.code, error.value.message) == ("ValidationError", lasts)
        return
    result = desk.assume(caller, **params)
    claims = claims_of(result)
    assert (claims.issued, claims.expires, claims.chained) == (NOW, NOW + lasts, chained)
    assert result["Credentials"].expires == NOW + lasts


def test_a_user_session_does_not_chain() -> None:
    own = Desk().call("GetSessionToken", user())
    caller = caller_of(claims_of(own))
    desk = Desk(World(longest=43200))
    assert claims_of(desk.assume(caller, DurationSeconds=43200)).expires == NOW + 43200


def test_a_denied_caller_does_not_learn_the_limit() -> None:
    with pytest.raises(StsError) as error:
        Desk(World(identity={})).assume(DurationSeconds=43200)
    assert error.value.code == "AccessDenied"


# --- tags ---------------------------------------------------------------------------------------


def tag(key: str, value: str = "x") -> dict[str, str]:
    return {"Key": key, "Value": value}


@pytest.mark.parametrize(
    ("caller", "params", "code", "message"),
    [
        (user(), {"Tags": [tag("team"), tag("Team")]}, "InvalidParameterValue",
         "Duplicate tag keys found. Please note that Tag keys are case insensitive."),
        (user(), {"Tags": [tag("team"), tag("team")]}, "InvalidParameterValue",
         "Duplicate tag keys found. Please note that Tag keys are case insensitive."),
        (user(), {"Tags": [tag("AWS:team")]}, "ValidationError",
         "Tag keys must not begin with the reserved prefix `aws:`."),
        (user(), {"Tags": [tag("team")], "TransitiveTagKeys": ["env"]}, "InvalidParameterValue",
         "The specified transitive tag key must be included in the requested tags."),
        (of_role(tags=(("team", "a"),), transitive=("team",)), {"Tags": [tag("TEAM")]},
         "InvalidParameterValue",
         "One of the specified transitive tag keys can't be set because it conflicts with a"
         " transitive tag key from the calling session."),
    ],
)  # fmt: skip
def test_tags_that_are_refused(
    caller: Caller, params: dict[str, Any], code: str, message: str
) -> None:
    with pytest.raises(StsError) as error:
        Desk(world(trust(*BOTH, to=[USER, MIDDLE]))).assume(caller, **params)
    assert (error.value.code, error.value.message, error.value.status) == (code, message, 400)


def test_transitive_tags_go_on_and_others_do_not() -> None:
    desk = Desk(World(trusts={MIDDLE: trust(*BOTH), ROLE: trust(*BOTH, to=MIDDLE)}))
    given = {"Tags": [tag("Team", "blue"), tag("cost")], "TransitiveTagKeys": ["team"]}
    first = claims_of(desk.assume(RoleArn=MIDDLE, **given))
    assert first.tags == (("Team", "blue"), ("cost", "x"))
    second = claims_of(desk.assume(caller_of(first), Tags=[tag("cost", "y")]))
    assert dict(second.tags) == {"Team": "blue", "cost": "y"}
    assert second.transitive == ("Team",)


def test_inherited_tags_are_no_request_tags() -> None:
    """Not known of AWS; CloudTrail lists them apart (docs/sts.md)."""
    blue = of_role(tags=(("team", "blue"),), transitive=("team",))
    for key in ("aws:RequestTag/team", "aws:TagKeys"):
        asked = trust(*BOTH, to=MIDDLE, Condition={"Null": {key: "false"}})
        with pytest.raises(StsError):
            Desk(world(asked)).assume(blue)
    asked = trust(*BOTH, to=MIDDLE, Condition={"ForAnyValue:StringEquals": {
        "sts:TransitiveTagKeys": "team"}})  # fmt: skip
    assert Desk(world(asked)).assume(blue)


def test_an_inherited_tag_stands_for_the_role_s_own_in_its_trust_policy() -> None:
    """facts/iam.md 5.2: transitive values are also used for aws:ResourceTag."""
    asked = trust(*BOTH, to=MIDDLE, Condition={"StringEquals": {"aws:ResourceTag/team": "blue"}})
    desk = Desk(World(trusts={ROLE: asked}, tags={ROLE: {"Team": "red"}}))
    blue = of_role(tags=(("team", "blue"),), transitive=("team",))
    assert desk.assume(blue)
    with pytest.raises(StsError):
        desk.assume(of_role())


# --- source identity ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "given", "after"),
    [
        (None, None, None),
        (None, "ann", "ann"),
        ("ann", None, "ann"),
        ("ann", "ann", "ann"),
        ("ann", "bob", None),
    ],
)
def test_source_identity(before: str | None, given: str | None, after: str | None) -> None:
    desk = Desk(world(trust(*SOURCED, to=MIDDLE)))
    params = {} if given is None else {"SourceIdentity": given}
    if before is not None and given not in (None, before):
        with pytest.raises(StsError) as error:
            desk.assume(of_role(source_identity=before), **params)
        text = "The source identity is already set for this assume role session"
        assert (error.value.code, error.value.message) == ("ValidationError", text)
        return
    result = desk.assume(of_role(source_identity=before), **params)
    assert claims_of(result).source_identity == after
    assert result.get("SourceIdentity") == after


# --- MFA ----------------------------------------------------------------------------------------

WITH_MFA = trust(
    Condition={
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": "300"},
    }
)


def code(now: float = NOW) -> str:
    from remit.credentials import totp

    return totp.code(SECRET, int(now) // totp.STEP)


def test_mfa_opens_a_trust_policy() -> None:
    desk = Desk(world(WITH_MFA))
    with pytest.raises(StsError):
        desk.assume()
    given = claims_of(desk.assume(SerialNumber=DEVICE, TokenCode=code()))
    assert given.mfa == NOW
    with pytest.raises(StsError) as error:  # each code once (5.2 [O])
        desk.assume(SerialNumber=DEVICE, TokenCode=code())
    text = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
    assert (error.value.code, error.value.message) == ("AccessDenied", text)


def test_mfa_of_a_user_session_opens_it_as_well() -> None:
    desk = Desk(world(WITH_MFA))
    own = claims_of(desk.call("GetSessionToken", user(), SerialNumber=DEVICE, TokenCode=code()))
    desk.now += 60
    assert claims_of(desk.assume(caller_of(own))).mfa is None
    desk.now += 300
    with pytest.raises(StsError):
        desk.assume(caller_of(own))


NOT_THEIRS = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial"
    " number is valid and associated with this user."
)


@pytest.mark.parametrize(
    ("caller", "params"),
    [
        (user(), {"SerialNumber": "arn:aws:iam::111122223333:mfa/nobody", "TokenCode": code()}),
        (user(f"arn:aws:iam::{HERE}:user/eve"), {"SerialNumber": DEVICE, "TokenCode": code()}),
        (of_role(), {"SerialNumber": DEVICE, "TokenCode": code()}),
        (user(), {"SerialNumber": DEVICE}),
        (user(), {"TokenCode": code()}),
    ],
)
def test_devices_that_are_not_the_caller_s(caller: Caller, params: dict[str, Any]) -> None:
    with pytest.raises(StsError) as error:
        Desk(world(trust(to="*"))).assume(caller, **params)
    assert (error.value.code, error.value.message) == ("AccessDenied", NOT_THEIRS)


def test_nine_attempts() -> None:
    desk = Desk(world(WITH_MFA))
    said = []
    for _ in range(10):
        with pytest.raises(StsError) as error:
            desk.assume(SerialNumber=DEVICE, TokenCode="000000")
        said.append(error.value.message)
    assert said[8].startswith("MultiFactorAuthentication failed with invalid")
    assert said[9] == NOT_THEIRS  # exhausted attempts (5.4 [O])
    desk.now += 181
    assert desk.assume(SerialNumber=DEVICE, TokenCode=code(desk.now))


# --- what happens to a role afterwards (Appendix B, 5.2 [O]) ------------------------------------


def test_a_deleted_role_ends_its_sessions() -> None:
    from remit.credentials.errors import AuthError

    desk = Desk()
    claims = claims_of(desk.assume())
    check_issuer(claims, desk.world)
    anew = replace(claims, issuer_id="AROABEFORE")
    for old in (anew, replace(claims, issuer=f"{ROLE}2")):
        with pytest.raises(AuthError) as error:
            check_issuer(old, desk.world)
        assert error.value.code == "InvalidClientTokenId"


def test_a_changed_trust_policy_ends_none() -> None:
    desk = Desk()
    claims = claims_of(desk.assume())
    desk.world.trusts[ROLE] = trust(to=MIDDLE)
    check_issuer(claims, desk.world)
    caller = caller_of(claims)
    assert desk.call("GetCallerIdentity", caller)["Arn"] == caller.arn


# --- services -----------------------------------------------------------------------------------

LAMBDA = {"Service": "lambda.amazonaws.com"}
FUNCTION = f"arn:aws:lambda:eu-west-1:{HERE}:function:f"


@pytest.mark.parametrize(
    ("trusted", "allowed"),
    [
        (trust(to=LAMBDA), True),
        (trust(to={"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}), True),
        (trust(to={"Service": "ec2.amazonaws.com"}), False),
        (trust(to="*"), False),  # unconfirmed: star-trust
        (trust(to=HERE), False),
        (trust(to=LAMBDA, Condition={"ArnLike": {"aws:SourceArn": FUNCTION}}), True),
        (trust(to=LAMBDA, Condition={"ArnLike": {"aws:SourceArn": f"{FUNCTION}2"}}), False),
    ],
)
def test_services(trusted: Any, allowed: bool) -> None:
    """facts/iam.md 1.5: a service must be named, and can be held to whom it acts for."""
    desk = Desk(world(trusted, **NOBODY))
    frozen = (("lambda:SourceFunctionArn", FUNCTION),)

    def asked() -> Any:
        return assume_as_service(
            "lambda.amazonaws.com", ROLE, "f", desk.means,
            context={"aws:SourceArn": FUNCTION}, frozen=frozen,
        )  # fmt: skip

    if not allowed:
        with pytest.raises(StsError):
            asked()
        return
    claims = claims_of(asked())
    assert (claims.issuer, claims.name, claims.expires) == (ROLE, "f", NOW + 3600)
    assert keys(caller_of(claims), NOW)["lambda:SourceFunctionArn"] == FUNCTION
