"""The case format: what a line must hold, what is said of one that does not, and where.

Source of the format: design.md, "The case format" (docs/decide.md says the same to users).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from remit.app.batch import Batch

PRINCIPAL = "arn:aws:iam::111122223333:role/app"
ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [ALLOW]}
REQUEST = {"principal": PRINCIPAL, "action": "s3:GetObject", "resource": "arn:aws:s3:::orders/1"}


def line(request: Any = REQUEST, policies: Any = None, **more: Any) -> str:
    policies = {"identity": [POLICY]} if policies is None else policies
    return json.dumps({"id": "x", "request": request, "policies": policies, **more})


def asked(**changes: Any) -> str:
    return line({key: value for key, value in {**REQUEST, **changes}.items() if value != ...})


def with_policies(**layers: Any) -> str:
    return line(policies=layers)


def answer(text: str | bytes, number: int = 7) -> dict[str, Any]:
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    answered: dict[str, Any] = json.loads(Batch().answer(data, number).text)
    return answered


NOT_JSON = [
    ("", "7:1", "the document is empty"),
    ("   ", "7:1", "the document is empty"),
    (
        "{",
        "7:2",
        "the document ends inside the object that begins at line 1, column 1; close it with `}`",
    ),
    (
        '{"id": "x",}',
        "7:11",
        "a comma before `}`; remove the comma: JSON allows none after the last entry",
    ),
    ('{"id": NaN}', "7:8", "`NaN` is no JSON number; write a finite number, or text"),
    ("{'id': 1}", "7:2", 'text in quotes that JSON does not know; put text in double quotes: `"`'),
    ('{"id": "x"} {}', "7:13", None),
    ('\r{"id": tru}', "7:9", "`tru` is no JSON value; put text in double quotes"),
    (b'{"id": "\xff"}', "7:9", "the byte 0xff is not UTF-8; save the file as UTF-8"),
    ("[" * 5000, "7:101", None),
    ('{"id": "a\x00b"}', "7:10", None),
    ("\ufeff", "7:1", "the document is empty"),
]


@pytest.mark.parametrize(("text", "where", "error"), NOT_JSON)
def test_a_line_that_is_not_json(text: str | bytes, where: str, error: str | None) -> None:
    said = answer(text)
    assert said["id"] is None
    assert said["where"] == where
    assert error in (None, said["error"])
    assert set(said) == {"id", "error", "where"}


WRONG_SHAPES = [
    ("3", None, "", "a case must be an object, not the number `3`"),
    ("[]", None, "", "a case must be an object, not a list"),
    ("{}", None, "/request", "the case has no `request`"),
    ('{"id": "x"}', "x", "/request", "the case has no `request`"),
    ('{"id": "x", "request": {}}', "x", "/policies", "the case has no `policies`"),
    ('{"id": 3.5}', None, "/id", "the `id` must be text or a whole number, not the number `3.5`"),
    (
        '{"id": true}',
        None,
        "/id",
        "the `id` must be text or a whole number, not the boolean `true`",
    ),
    ('{"id": "x", "id": "y"}', None, "/id", "`id` is written twice in one object"),
    (line([]), "x", "/request", "the request must be an object, not a list"),
    (line(policies=[]), "x", "/policies", "the policies must be an object, not a list"),
    # the request
    (asked(principal=...), "x", "/request/principal", "the request has no `principal`"),
    (asked(action=...), "x", "/request/action", "the request has no `action`"),
    (
        asked(resource=...),
        "x",
        "/request/resource",
        "the request has no `resource`; write `*` where the action has none",
    ),
    (asked(action=None), "x", "/request/action", "the `action` must be text, not null"),
    (asked(resource=[]), "x", "/request/resource", "the `resource` must be text, not a list"),
    (
        asked(resource=""),
        "x",
        "/request/resource",
        "the resource is empty: expected an ARN or `*`",
    ),
    (
        asked(action="GetObject"),
        "x",
        "/request/action",
        "`GetObject` is no action: expected `service:Name`, without wildcards",
    ),
    (
        asked(action="s3:*"),
        "x",
        "/request/action",
        "`s3:*` is no action: expected `service:Name`, without wildcards",
    ),
    (
        asked(principal="alice"),
        "x",
        "/request/principal",
        "`alice` is no principal: expected the ARN of a user, role, assumed-role session, "
        "federated user, account root or identity provider, a service principal, or `anonymous`",
    ),
    (
        asked(resourceAccount="1111"),
        "x",
        "/request/resourceAccount",
        "`1111` is no account: expected 12 digits",
    ),
    (
        asked(resourceAccount=111122223333),
        "x",
        "/request/resourceAccount",
        "the `resourceAccount` must be text, not the number `111122223333`",
    ),
    (
        asked(resourceAcount="111122223333"),
        "x",
        "/request/resourceAcount",
        "`resourceAcount` is no key of the request; did you mean `resourceAccount`?",
    ),
    (
        asked(zone="a"),
        "x",
        "/request/zone",
        "`zone` is no key of the request;"
        " expected principal, action, resource, resourceAccount, context",
    ),
    # the context
    (asked(context=[]), "x", "/request/context", "the context must be an object, not a list"),
    (
        asked(context={"aws:ResourceTag/a~b": None}),
        "x",
        "/request/context/aws:ResourceTag~1a~0b",
        "a context value must be text or a list of texts, not null",
    ),
    (
        asked(context={"aws:TagKeys": ["a", ["b"]]}),
        "x",
        "/request/context/aws:TagKeys/1",
        "a context value must be text or a list of texts, not a list",
    ),
    (
        asked(context={"aws:TagKeys": {"a": 1}}),
        "x",
        "/request/context/aws:TagKeys",
        "a context value must be text or a list of texts, not an object",
    ),
    (
        asked(context={"aws:SourceIp": "203.0.113.7", "aws:sourceip": "203.0.113.8"}),
        "x",
        "/request/context/aws:sourceip",
        "`aws:SourceIp` and `aws:sourceip` are the same key: case does not count",
    ),
    (
        line().replace('"action":', '"action": "s3:PutObject", "action":'),
        "x",
        "/request/action",
        "`action` is written twice in one object",
    ),
    # the policies
    (
        with_policies(scps=[]),
        "x",
        "/policies/scps",
        "`scps` is no key of the policies; did you mean `scp`?",
    ),
    (
        with_policies(identity=POLICY),
        "x",
        "/policies/identity",
        "`identity` must be a list of policies, not an object",
    ),
    (
        with_policies(identity=None),
        "x",
        "/policies/identity",
        "`identity` must be a list of policies, not null",
    ),
    (
        with_policies(identity=[POLICY, json.dumps(POLICY)]),
        "x",
        "/policies/identity/1",
        "a policy must be an object, not text",
    ),
    (
        with_policies(permissionsBoundary=[[POLICY]]),
        "x",
        "/policies/permissionsBoundary/0",
        "a policy must be an object, not a list",
    ),
    (
        with_policies(resource=[POLICY]),
        "x",
        "/policies/resource",
        "a policy must be an object, not a list",
    ),
    (
        with_policies(scp=POLICY),
        "x",
        "/policies/scp",
        "`scp` must be a list of levels, not an object",
    ),
    (
        with_policies(scp=[[POLICY], POLICY]),
        "x",
        "/policies/scp/1",
        "a level of `scp` must be a list of policies, not an object",
    ),
    (
        with_policies(rcp=[[POLICY, 4]]),
        "x",
        "/policies/rcp/0/1",
        "a policy must be an object, not the number `4`",
    ),
]


@pytest.mark.parametrize(("text", "name", "where", "error"), WRONG_SHAPES)
def test_a_case_of_a_wrong_shape(text: str, name: str | None, where: str, error: str) -> None:
    assert answer(text) == {"id": name, "error": error, "where": where}


def test_a_line_is_answered_the_same_whether_its_policies_are_known_or_not() -> None:
    """The memo only saves time: after a good line with the same policies, every line still gets
    the answer that it gets alone."""
    batch = Batch()
    assert json.loads(batch.answer(line().encode(), 1).text)["decision"] == "allowed"
    known = json.dumps({"identity": [POLICY]})
    tricks = [
        line(),
        "\ufeff" + line(),
        "\r" + line(),
        line() + "x",
        asked(context={"policies": "x"}),
        f'{{"policies": {known}, "policies": {known}, "id": "x", "request": {json.dumps(REQUEST)}}}',
        f'{{"policies": {known}, "id": "x", "request": {json.dumps(REQUEST)}}}',
        f'{{"id": "x", "request": {json.dumps(REQUEST)}, "more": {{"policies": {known}}}}}',
        f'{{"id": "x", "request": {json.dumps(REQUEST)}, "more": {{"policies": {known}}},'
        f' "policies": {{"identity": []}}}}',
        f'{{"id": "x", "request": {json.dumps(REQUEST)}, "policies": {known[:-1]}, "scp": []}}}}',
        line(id='"policies": ' + known),
        line(id="ü"),
        *(text for text, *_ in WRONG_SHAPES),
        *(text for text, *_ in NOT_JSON),
    ]
    for text in tricks:
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        assert json.loads(batch.answer(data, 7).text) == answer(text), text


@pytest.mark.parametrize(
    ("value", "operator", "listed"),
    [
        ("5", "StringEquals", "5"),
        (5, "StringEquals", "5"),
        (5, "NumericEquals", "5"),
        (1.50, "StringEquals", "1.5"),
        (True, "Bool", "true"),
        (False, "StringEquals", "false"),
        (["a", 5, True], "ForAnyValue:StringEquals", "5"),
        (["a", 5, True], "ForAnyValue:StringEquals", "true"),
        (["a"], "ForAllValues:StringEquals", ["a", "b"]),
    ],
)
def test_context_values(value: Any, operator: str, listed: Any) -> None:
    """Numbers and booleans count as their text; a list is a multivalued key."""
    condition = {operator: {"my:Key": listed}}
    policies = {"identity": [{**POLICY, "Statement": [{**ALLOW, "Condition": condition}]}]}
    request = {**REQUEST, "context": {"my:Key": value}}
    assert answer(line(request, policies))["decision"] == "allowed"


def test_a_number_counts_as_its_author_wrote_it() -> None:
    condition = {"StringEquals": {"my:Key": "1e400"}}
    policies = {"identity": [{**POLICY, "Statement": [{**ALLOW, "Condition": condition}]}]}
    request = {**REQUEST, "context": {"my:Key": "?"}}
    text = line(request, policies).replace('"?"', "1e400")
    assert answer(text)["decision"] == "allowed"


WARNED = [
    ({"identity": [{}]}, "implicitDeny", ["/policies/identity/0: the policy has no `Statement`"]),
    (
        {"identity": [{**POLICY, "Statement": [ALLOW, {**ALLOW, "Effect": "allow"}]}]},
        "allowed",
        ["/policies/identity/0/Statement/1/Effect: `allow` is no effect"],
    ),
    (
        {"identity": [{**POLICY, "Statement": {**ALLOW, "Efect": "Allow"}}]},
        "implicitDeny",
        ["/policies/identity/0/Statement/Efect: `Efect` is no element of a statement"],
    ),
    (
        {"identity": [POLICY], "scp": [[POLICY], [POLICY, {"Version": "2025-01-01"}]]},
        "allowed",
        [
            "/policies/scp/1/1: the policy has no `Statement`",
            "/policies/scp/1/1/Version: `2025-01-01` is no version of the policy language",
        ],
    ),
    (
        {
            "identity": [
                {**POLICY, "Statement": [{**ALLOW, "Condition": {"StringEqual": {"a:b": "c"}}}]}
            ]
        },
        "implicitDeny",
        [
            "/policies/identity/0/Statement/0/Condition/StringEqual:"
            " `StringEqual` is no condition operator"
        ],
    ),
    # no version: AWS stores that, so there is nothing to say
    ({"identity": [{"Statement": ALLOW}]}, "allowed", None),
]


@pytest.mark.parametrize(("policies", "decision", "warnings"), WARNED)
def test_what_aws_would_refuse_is_decided_with_a_warning(
    policies: Any, decision: str, warnings: list[str] | None
) -> None:
    said = answer(line(policies=policies))
    assert said["decision"] == decision
    if warnings is None:
        assert "warnings" not in said
    else:
        assert said["warnings"][: len(warnings)] == warnings


def test_the_warnings_of_one_answer_are_bounded() -> None:
    wrong = [{**ALLOW, "Effect": f"no{number}"} for number in range(500)]
    said = answer(line(policies={"identity": [{**POLICY, "Statement": wrong}]}))
    assert len(said["warnings"]) <= 51
    assert "more" in said["warnings"][-1]


def test_a_fault_is_told_once() -> None:
    """The parser and the engine both know it; the parser's words have the place."""
    wrong = {**POLICY, "Statement": {**ALLOW, "Effect": "allow"}}
    warnings = answer(line(policies={"identity": [wrong]}))["warnings"]
    assert len([one for one in warnings if "is no effect" in one]) == 1


@pytest.mark.parametrize("name", ["", "a", "ü\ud800\n\0", '"policies": {}'])
def test_the_id_is_echoed(name: str) -> None:
    assert answer(line(id=name))["id"] == name


def test_a_case_may_have_no_id() -> None:
    text = json.dumps({"request": REQUEST, "policies": {}})
    assert answer(text) == {"id": None, "decision": "implicitDeny", "determining": []}


def test_an_absent_layer_restricts_nothing_and_an_empty_one_allows_nothing() -> None:
    for key in ("permissionsBoundary", "session", "vpcEndpoint"):
        assert answer(with_policies(identity=[POLICY], **{key: []}))["decision"] == "implicitDeny"
    for key in ("scp", "rcp"):
        empty = with_policies(identity=[POLICY], **{key: [[]]})
        assert answer(empty)["decision"] == "implicitDeny"
    assert answer(with_policies(identity=[POLICY]))["decision"] == "allowed"
