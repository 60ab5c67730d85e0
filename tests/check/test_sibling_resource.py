"""stage-drift, second half: a policy that names what belongs to a sibling stage."""

from __future__ import annotations

import json

import pytest

from .support import ANY_TABLE, TABLE, Staged, World, allow, need, policy, stage, world

ID = "stage-drift"
POOL = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/"
API = "arn:aws:execute-api:eu-west-1:111122223333:"


def get(name: str) -> object:
    return need("dynamodb:GetItem", TABLE + "orders-" + name, 9)


def with_table(name: str, *tables: str, **more: object) -> Staged:
    document = policy(allow("dynamodb:GetItem", on=[ANY_TABLE + one for one in tables]))
    return stage(name, document, get(name), **more)  # type: ignore[arg-type]


def with_pool(name: str, listed: str, own: str, **more: object) -> Staged:
    document = policy(allow("cognito-idp:AdminGetUser", on=POOL + listed))
    return stage(name, document, env={"USER_POOL_ID": own}, **more)  # type: ignore[arg-type]


def with_api(name: str, listed: str, own: str | None) -> Staged:
    document = policy(allow("execute-api:ManageConnections", on=f"{API}{listed}/api/*"))
    wanted = need(
        "execute-api:ManageConnections",
        "arn:aws:execute-api:{region}:{account}:{api}/api/POST/@connections/{data:id}",
    )
    return stage(name, document, wanted, apis={"websocket": own} if own else {})


def test_the_siblings_table() -> None:
    made = world(with_table("dev", "orders-dev"), with_table("prod", "orders-dev"))
    (line,) = made.said(ID)  # it stands for "granted in dev and not in prod" as well
    assert line == (
        f'error prod policy-prod.json:8 <"{ANY_TABLE}orders-dev">: the policy of stage `prod` names'
        f" `{ANY_TABLE}orders-dev` of stage `dev`; its own is `{ANY_TABLE}orders-prod`"
    )


def mixups(made: World) -> list[str]:
    return [line for line in made.said(ID) if "the policy of stage" in line]


def test_what_the_statement_does_not_hold_is_drift_all_the_same() -> None:
    document = policy(allow("dynamodb:GetItem", "dynamodb:PutItem", on=ANY_TABLE + "orders-dev"))
    dev = stage("dev", document, get("dev"), need("dynamodb:PutItem", TABLE + "orders-dev", 10))
    own = policy(allow("dynamodb:GetItem", on=ANY_TABLE + "orders-dev"))
    prod = stage("prod", own, get("prod"), need("dynamodb:PutItem", TABLE + "orders-prod", 10))
    found = world(dev, prod).findings(ID)
    assert [(one.severity, one.action) for one in found] == [
        ("warning", "dynamodb:PutItem"),
        ("error", None),
    ]


def test_its_own_is_there_as_well() -> None:
    made = world(with_table("dev", "orders-dev"), with_table("prod", "orders-prod", "orders-dev"))
    (line,) = mixups(made)
    assert line.startswith("warning prod policy-prod.json:9")
    (finding,) = made.findings(ID)
    assert finding.why == "Stage `prod` may reach what belongs to `dev`."
    assert json.loads(finding.patch) == allow("dynamodb:GetItem", on=ANY_TABLE + "orders-prod")


def test_the_siblings_user_pool() -> None:
    """The incident: one stage's user pool in the other's policy."""
    dev = with_pool("dev", "eu-west-1_DevDevDev", "eu-west-1_DevDevDev")
    made = world(dev, with_pool("prod", "eu-west-1_DevDevDev", "eu-west-1_PrdPrdPrd"))
    assert made.said(ID) == [
        f'error prod policy-prod.json:7 <"{POOL}eu-west-1_DevDevDev">: the policy of stage `prod`'
        " names `eu-west-1_DevDevDev` of stage `dev`;"
        f" its own is `{POOL}eu-west-1_PrdPrdPrd`"
    ]
    (finding,) = made.findings(ID)
    assert finding.related[0].note == "`USER_POOL_ID` is `eu-west-1_DevDevDev` here"
    assert [f.stage for f in made.findings("unused-permission")] == ["dev"]


def test_the_siblings_api() -> None:
    """The incident: production's policy names the development stage's API id."""
    made = world(with_api("dev", "aaaaaaaaaa", "aaaaaaaaaa"), with_api("prod", "aaaaaaaaaa", "bbb"))
    assert mixups(made) == [
        f'error prod policy-prod.json:7 <"{API}aaaaaaaaaa/api/*">: the policy of stage `prod` names'
        f" the API `aaaaaaaaaa` of stage `dev`; its own is `{API}bbb/api/*`"
    ]


def test_the_siblings_api_where_the_own_id_is_not_known() -> None:
    """infinitas_bpl_server before its fix: only the development stage's deployment is recorded."""
    made = world(with_api("dev", "aaaaaaaaaa", "aaaaaaaaaa"), with_api("prod", "aaaaaaaaaa", None))
    assert mixups(made) == [
        f'error prod policy-prod.json:7 <"{API}aaaaaaaaaa/api/*">: the policy of stage `prod` names'
        " the API `aaaaaaaaaa` of stage `dev`; its own is another one"
    ]


def test_two_apis_of_which_one_may_be_its_own() -> None:
    document = policy(
        allow(
            "execute-api:ManageConnections", on=[f"{API}{one}/*" for one in ("aaaaaaaaaa", "bbb")]
        )
    )
    wanted = need("execute-api:ManageConnections", API + "{api}/api/POST/@connections/{data:id}")
    made = world(with_api("dev", "aaaaaaaaaa", "aaaaaaaaaa"), stage("prod", document, wanted))
    (line,) = mixups(made)
    assert line.startswith("warning prod policy-prod.json:8")


def test_what_was_not_followed_may_want_it() -> None:
    dev = with_pool("dev", "eu-west-1_DevDevDev", "eu-west-1_DevDevDev")
    prod = with_pool("prod", "eu-west-1_DevDevDev", "eu-west-1_PrdPrdPrd", complete=False)
    (line,) = world(dev, prod).said(ID)
    assert line.startswith("warning? prod")
    assert line.endswith("; but not all code was followed")


SHARED = "eu-west-1_Shared123"


@pytest.mark.parametrize(
    "stages",
    [
        [with_table("dev", "orders-dev"), with_table("prod", "orders-prod")],
        [with_table("dev", "orders-dev"), with_table("prod", "orders-*")],
        [
            with_table("dev", "orders-dev", "orders-prod", file="policy.json"),
            with_table("prod", "orders-dev", "orders-prod", file="policy.json"),
        ],
        [with_pool("dev", SHARED, SHARED), with_pool("prod", SHARED, SHARED)],
        [
            with_pool("dev", "eu-west-1_DevDevDev", "eu-west-1_DevDevDev"),
            with_pool("prod", "x", ""),
        ],
        [
            with_pool("dev", "dev", "dev"),
            with_pool("prod", "dev", "prod"),
        ],
        [with_api("dev", "aaaaaaaaaa", "aaaaaaaaaa"), with_api("prod", "bbb", "bbb")],
        [with_api("dev", "aaaaaaaaaa", "aaaaaaaaaa"), with_api("prod", "*", "bbb")],
        [
            with_api("dev", "aaaaaaaaaa", "aaaaaaaaaa"),
            stage("prod", policy(allow("execute-api:Invoke", on=f"{API}aaaaaaaaaa/api/*"))),
        ],
        [
            with_pool("dev", "eu-west-1_DevDevDev", "eu-west-1_DevDevDev"),
            with_pool("prod", "eu-west-1_DevDevDev", "eu-west-1_PrdPrdPrd", unknown="elsewhere"),
        ],
        [
            with_pool("dev", "eu-west-1_DevDevDev", "eu-west-1_DevDevDev"),
            with_pool("prod", "eu-west-1_DevDevDev", "eu-west-1_PrdPrdPrd", generated=True),
        ],
    ],
    ids=[
        "each its own",
        "a wildcard over both",
        "one file for both",
        "one value in both",
        "nothing of its own",
        "a stage's name",
        "each its own api",
        "any api",
        "no need of an api of its own",
        "policy not known",
        "policy generated",
    ],
)
def test_silent(stages: list[Staged]) -> None:
    assert mixups(world(*stages)) == []


def test_silent_when_the_code_reads_the_siblings() -> None:
    """A stage may use its sibling's table on purpose: then a call says so."""
    document = policy(
        allow("dynamodb:GetItem", on=[ANY_TABLE + "orders-prod", ANY_TABLE + "orders-dev"])
    )
    both = need("dynamodb:GetItem", TABLE + "orders-dev", 20)
    prod = stage("prod", document, get("prod"), both)
    assert world(with_table("dev", "orders-dev"), prod).said(ID) == []


def test_silent_when_the_own_name_is_open() -> None:
    document = policy(allow("dynamodb:GetItem", on=ANY_TABLE + "orders-dev"))
    prod = stage("prod", document, need("dynamodb:GetItem", TABLE + "{env:TABLE}", 9))
    assert mixups(world(with_table("dev", "orders-dev"), prod)) == []


def test_silent_when_the_siblings_name_is_open() -> None:
    """The open name reaches every table: that shows nothing."""
    dev = stage("dev", policy(), need("dynamodb:GetItem", TABLE + "{code:name}", 9))
    assert mixups(world(dev, with_table("prod", "orders-prod", "orders-dev"))) == []


def test_silent_when_a_value_is_known_to_this_stage_under_another_name() -> None:
    dev = stage("dev", policy(allow("s3:GetObject", on="arn:aws:s3:::media/*")), env={"B": "media"})
    prod = stage(
        "prod",
        policy(allow("s3:GetObject", on="arn:aws:s3:::media/*")),
        env={"B": "media-prod", "SOURCE": "media"},
    )
    assert world(dev, prod).said(ID) == []


def test_silent_when_the_code_names_that_api() -> None:
    """The production stage may push to the development API on purpose."""
    prod = stage(
        "prod",
        policy(allow("execute-api:ManageConnections", on=f"{API}aaaaaaaaaa/api/*")),
        need("execute-api:ManageConnections", f"{API}aaaaaaaaaa/api/POST/@connections/{{data:id}}"),
        apis={"websocket": "bbb"},
    )
    assert mixups(world(with_api("dev", "aaaaaaaaaa", "aaaaaaaaaa"), prod)) == []
