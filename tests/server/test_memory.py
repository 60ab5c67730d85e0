"""What the server remembers of decisions never shows: the same calls in any order, with all that was
remembered before and with nothing remembered, are decided alike.

The laws: `permit` and AssumeRole answer as the engine does, which is asked anew each time in the
second run. Policies, trust policies, callers and what is handed over are drawn; a third of the
statements have conditions, or variables.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.account import applying
from remit.account.model import AccessKey, Account, Document, Role, User
from remit.app import authenticate, permit
from remit.app.ports import NO_RESOURCE, Resource
from remit.credentials.sessions import Claims
from remit.enforce.recognize import Recognized

pytest.importorskip("moto", reason="the extra `serve` is not installed")

HOME = "111122223333"
USERS, ROLES = ("ann", "bob"), ("app", "ops")
BUCKET = "arn:aws:s3:::things"
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket")
CONDITIONS: tuple[dict[str, Any], ...] = (
    *({},) * 24,
    {"StringEquals": {"aws:username": "ann"}},
    {"StringEquals": {"sts:ExternalId": "x"}},
    {"StringEquals": {"aws:PrincipalTag/team": "a"}},
    {"Null": {"aws:TokenIssueTime": "true"}},
    {"StringLike": {"aws:userid": "AROA*:work"}},
    {"Bool": {"aws:SecureTransport": "true"}},
)


def _arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::{HOME}:{kind}/{name}"


@dataclass
class State:
    """The port `State`, and what server/sts_state.py asks besides."""

    home_account: Account
    policy: Document | None = None
    home: str = HOME
    keys: dict[str, AccessKey] = field(default_factory=dict)

    def account(self, account: str) -> Account:
        return (
            self.home_account if account == HOME else _EMPTY.setdefault(account, Account(account))
        )

    def key(self, access_key: str) -> AccessKey | None:
        return self.keys.get(access_key)

    def resource(self, arn: str, account: str) -> Resource:
        return replace(NO_RESOURCE, account=HOME, policy=self.policy)

    def backend(self, account: str) -> Any:
        return None


_EMPTY: dict[str, Account] = {}

# --- what is drawn ------------------------------------------------------------------------------


@st.composite
def statements(draw: st.DrawFn, actions: tuple[str, ...], resource: str | None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Effect": draw(st.sampled_from(("Allow", "Allow", "Allow", "Deny"))),
        "Action": draw(st.lists(st.sampled_from((*actions, "*")), min_size=1, max_size=2)),
    }
    if resource is not None:
        names = ("*", f"{resource}ann", f"{resource}app", f"{resource}x*")
        variable = f"{resource}${{aws:username}}"
        made["Resource"] = draw(st.sampled_from((*names * 5, variable)))
    condition = draw(st.sampled_from(CONDITIONS))
    return made | ({"Condition": condition} if condition else {})


def _document(name: str, made: list[dict[str, Any]]) -> Document:
    return Document(name, json.dumps({"Version": "2012-10-17", "Statement": made}))


PRINCIPALS = (
    {"AWS": HOME},
    {"AWS": _arn("user", "ann")},
    {"AWS": _arn("role", "ops")},
    {"AWS": f"arn:aws:sts::{HOME}:assumed-role/ops/work"},
    "*",
)
_ASSUMING = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
_TAKEN = {"Effect": "Allow", "Action": "sts:AssumeRole"}
"""Most worlds let roles be taken on; what is handed over is another matter."""


@st.composite
def worlds(draw: st.DrawFn) -> State:
    """Two users, two roles, a bucket's policy."""

    def own() -> tuple[Document, ...]:
        objects, roles = statements(ACTIONS, f"{BUCKET}/"), statements(_ASSUMING, _arn("role", ""))
        usual = draw(st.sampled_from(([], [_TAKEN | {"Resource": "*"}])))
        return (_document("own", [*usual, *draw(st.lists(objects | roles, max_size=3))]),)

    def trust(among: tuple[str, ...]) -> Document:
        usual = draw(st.sampled_from(([], [_TAKEN], [_TAKEN])))
        made = [*usual, *draw(st.lists(statements(among, None), max_size=2))]
        return _document(
            "trust", [s | {"Principal": draw(st.sampled_from(PRINCIPALS))} for s in made]
        )

    tags = draw(st.sampled_from(((), (("team", "a"),))))
    users = {n: User(_arn("user", n), n, f"AIDA{n}", own(), tags=tags) for n in USERS}
    roles = {
        n: Role(_arn("role", n), n, f"AROA{n}", trust(_ASSUMING), own(), tags=tags) for n in ROLES
    }
    bucket = None
    if draw(st.booleans()):
        made = draw(st.lists(statements(ACTIONS, f"{BUCKET}/"), max_size=2))
        bucket = _document(
            "b", [s | {"Principal": draw(st.sampled_from(PRINCIPALS))} for s in made]
        )
    return State(Account(HOME, users, {}, roles), bucket)


CALLERS = (*USERS, "session", "other session", "tagged session")
HANDED: tuple[dict[str, Any], ...] = (
    {},
    {"ExternalId": "xx"},
    {"SourceIdentity": "me"},
    {"Tags": [{"Key": "team", "Value": "a"}]},
)
CALLS: tuple[tuple[Any, ...], ...] = (
    *(
        (who, action, f"{BUCKET}/{key}")
        for who in CALLERS
        for action in ACTIONS[:2]
        for key in ("ann", "x")
    ),
    *(
        (who, {"RoleArn": _arn("role", name), "RoleSessionName": "work", **more})
        for who in CALLERS
        for name in (*ROLES, "none")
        for more in HANDED
    ),
)
"""Who calls what: a permission asked for, or a role taken on with something handed over."""


def _caller(state: State, who: str) -> authenticate.Caller | None:
    account = state.home_account
    if who in USERS:
        return authenticate.of_key(account, AccessKey(f"AKIA{who}", "s", HOME, who))
    name = "play" if who == "other session" else "work"
    claims = Claims("role", HOME, _arn("role", "ops"), "AROAops", name, 0.0, 3600.0)
    if who == "tagged session":
        claims = replace(claims, tags=(("team", "a"),), transitive=("team",), source_identity="me")
    return authenticate.of_session(account, "ASIA", claims)


def _answered(state: State, call: tuple[Any, ...]) -> Any:
    """The verdict with the statements that determined it; of a role taken on the answer's text."""
    from remit.server.sts import Asked, Sts

    caller = _caller(state, call[0])
    assert caller is not None
    context = {"aws:SecureTransport": "true"}
    if len(call) == 3:
        found = permit.permit(caller, (permit.Asked(call[1], call[2]),), state, lambda: context)
        assert found.decision is not None
        return found.allowed, found.decision.verdict, found.decision.determining
    called: Any = Recognized("sts", "AssumeRole", "query", call[1])
    kept: Any = state
    sts = Sts(kept, random.Random(1).randbytes, bytes(32))  # noqa: S311 - no secret
    return sts.answer(Asked(called, caller, lambda: context, "id", 100.0), None)


def _of_sts() -> tuple[Any, ...]:
    from remit.server import sts, sts_state

    return sts._told_who, sts_state._policies_of


def _forget() -> None:
    for remembering in (
        applying.compiled, applying.parsed, authenticate.of_key, authenticate.of_session,
        permit._compiled, *_of_sts(),
    ):  # fmt: skip
        remembering.cache_clear()


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_what_is_remembered_changes_no_answer(state: State, dice: random.Random) -> None:
    asked = dice.sample(CALLS, len(CALLS))
    _forget()
    remembering = [_answered(state, call) for call in asked]
    for call, found in zip(asked, remembering, strict=True):
        _forget()
        assert found == _answered(state, call), call


def test_a_change_of_the_state_counts_at_once() -> None:
    """The role's trust policy, its being there and the caller's policies, each after it was
    remembered that the role may be taken on."""
    let = _document("own", [{"Effect": "Allow", "Action": "*", "Resource": "*"}])
    trust = {"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "sts:AssumeRole"}
    users = {"ann": User(_arn("user", "ann"), "ann", "AIDAann", (let,))}
    role = Role(_arn("role", "app"), "app", "AROAapp", _document("trust", [trust]))
    call = ("ann", {"RoleArn": role.arn, "RoleSessionName": "work"})
    good = State(Account(HOME, users, {}, {"app": role}))
    barred = replace(role, trust=_document("trust", [trust | {"Effect": "Deny"}]))
    changes = (
        State(Account(HOME, users, {}, {"app": barred})),
        State(Account(HOME, users, {}, {})),
        State(Account(HOME, {"ann": replace(users["ann"], inline=())}, {}, {"app": role})),
    )
    for changed, status in zip(changes, (403, 403, 403), strict=True):
        assert [_answered(good, call).status for _ in range(3)] == [200] * 3
        assert _answered(changed, call).status == status
        assert _answered(good, call).status == 200


def test_what_is_handed_over_is_asked_for_after_the_role_is_known() -> None:
    """The trust policy lets the role be taken on, but neither tags nor a source identity in."""
    let = _document("own", [{"Effect": "Allow", "Action": "*", "Resource": "*"}])
    trust = {"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "sts:AssumeRole"}
    users = {"ann": User(_arn("user", "ann"), "ann", "AIDAann", (let,))}
    role = Role(_arn("role", "app"), "app", "AROAapp", _document("trust", [trust]))
    state = State(Account(HOME, users, {}, {"app": role}))
    plain = {"RoleArn": role.arn, "RoleSessionName": "work"}
    for more, status in (
        ({}, 200),
        ({"ExternalId": "anything"}, 200),
        ({"Tags": [{"Key": "team", "Value": "a"}]}, 403),
        ({"SourceIdentity": "me"}, 403),
        ({"SerialNumber": _arn("mfa", "ann"), "TokenCode": "000000"}, 403),
        ({}, 200),
    ):
        assert _answered(state, ("ann", {**plain, **more})).status == status, more


def test_the_longest_session_counts_at_once() -> None:
    """What is remembered is that the role may be taken on, not for how long."""
    let = _document("own", [{"Effect": "Allow", "Action": "*", "Resource": "*"}])
    trust = {"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "sts:AssumeRole"}
    users = {"ann": User(_arn("user", "ann"), "ann", "AIDAann", (let,))}
    role = Role(_arn("role", "app"), "app", "AROAapp", _document("trust", [trust]))
    asked = {"RoleArn": role.arn, "RoleSessionName": "work", "DurationSeconds": 7200}
    for longest, status in ((7200, 200), (3600, 400), (7200, 200), (3600, 400)):
        made = replace(role, longest=longest)
        state = State(Account(HOME, users, {}, {"app": made}))
        assert _answered(state, ("ann", asked)).status == status


@pytest.mark.parametrize("who", CALLERS)
def test_the_callers_identity_is_told_as_it_is_written_anew(who: str) -> None:
    """The document that is remembered by caller, with each request's own id, against the one that
    is written where somebody listens."""
    from remit.server.sts import Asked, Sts

    users = {name: User(_arn("user", name), name, f"AIDA{name}") for name in USERS}
    roles = {n: Role(_arn("role", n), n, f"AROA{n}", _document("trust", [])) for n in ROLES}
    state: Any = State(Account(HOME, users, {}, roles))
    caller = _caller(state, who)
    assert caller is not None
    call: Any = Recognized("sts", "GetCallerIdentity", "query")
    sts = Sts(state, random.Random(1).randbytes, bytes(32))  # noqa: S311 - no secret
    for number in ("00000000-0000-0000-0000-000000000000", "a", "b"):
        asked = Asked(call, caller, dict, number, 100.0)
        assert sts.answer(asked, None) == sts.answer(asked, lambda _: None)
        assert caller.principal.encode() in sts.answer(asked, None).body


def test_conditions_are_asked_each_time() -> None:
    let = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    own = _document("own", [let, let | {"Effect": "Deny", "Condition": condition}])
    users = {"ann": User(_arn("user", "ann"), "ann", "AIDAann", (own,))}
    state = State(Account(HOME, users, {}, {}))
    caller = _caller(state, "ann")
    assert caller is not None
    asked = (permit.Asked("s3:GetObject", f"{BUCKET}/a"),)
    for secure in ("true", "false", "true"):
        context = {"aws:SecureTransport": secure}
        found = permit.permit(caller, asked, state, lambda told=context: told)
        assert found.allowed is (secure == "true")
