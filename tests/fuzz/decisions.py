"""Targets of the engine: made-up policies and requests, decided and compared.

`layers` has few conditions and all layers, and a second engine to compare with. `vocabulary` has
every operator, set prefix, key and kind of value, variables, and garbage; what it is compared with
is the definition of a match, rule by rule, and laws.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from bench.agree import compare
from remit.app.cases import Case, read
from remit.app.memo import Memo
from remit.app.requests import CaseError
from remit.engine.authorize import authorize, in_full
from remit.engine.context import gather
from remit.engine.operators import OPERATORS
from remit.explain.trace import trace
from tests.engine import making, reference
from tests.fuzz.choices import Choices
from tests.fuzz.texts import FREE
from tests.support import policy_set, request

ALLOWED = "allowed"
_BASES = (*OPERATORS, *OPERATORS, "StringEqual", "", "Not", "stringequals", "NullIfExists")
_PREFIXES = ("",) * 5 + ("ForAllValues:", "ForAnyValue:", "ForAllvalues:", ":", "ForAnyValue::")
_SUFFIXES = ("",) * 4 + ("IfExists", "ifExists")
_KEYS = (
    "aws:PrincipalTag/team", "aws:username", "aws:userid", "AWS:USERID", "aws:TagKeys",
    "aws:CurrentTime", "aws:EpochTime", "aws:SourceIp", "aws:VpcSourceIp", "aws:PrincipalArn",
    "aws:SourceArn", "aws:MultiFactorAuthPresent", "aws:SecureTransport", "s3:max-keys", "s3:prefix",
    "aws:CalledVia", "aws:PrincipalOrgPaths", "aws:ResourceAccount", "aws:PrincipalIsAWSService",
    "k:binary", "aws:SourceVpce", "", "no-colon", "aws:RequestTag/", "aws:RequestTag/é\u0130",
)  # fmt: skip
_VALUES = (
    "", "a", "A", "a*", "*", "?", "${aws:username}", "${aws:PrincipalTag/team, 'x'}", "${*}", "${$}",
    "${", "${}", "${aws:TagKeys}", "${AWS:userid}x", "true", "false", "True", "yes", "0", "1",
    "-0", "1.0", "1e400", "-1e400", "1e-400", "NaN", "Infinity", "0x10", "1_0", "١", " 1", "9" * 40,
    "2020-01-01", "2020-01-01T00:00:00Z", "2020-02-30T00:00:00Z", "9999-12-31T23:59:60Z",
    "10000-01-01T00:00:00Z", "0000-01-01", "-0001-01-01T00:00:00Z", "1577836800", "1577836800000",
    "2020-W01-1", "2020-01-01T24:00:00Z", "2020-01-01T00:00:00+99:99", "10.0.0.0/8", "10.0.0.1",
    "10.0.0.1/33", "010.0.0.1", "::1", "fe80::1%eth0", "fe80::/10", "::ffff:10.0.0.1", "::/0",
    "0.0.0.0/0", "1.2.3", "YQ==", "YQ", "a===", "arn:aws:iam::111122223333:role/app",
    "arn:aws:iam::*:role/*", "arn:aws:s3:::b", "arn:*", "arn:::::", "\x00", "\ud800", "😀", "é", "ı",
    "x" * 300,
)  # fmt: skip
_ACTIONS = ("*", "s3:*", "s3:GetObject", "S3:getobject", "s3:?et*", "s3", "", "*:*", "sqs:Send*")
_RESOURCES = (
    "*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/x", "arn:*:x", "",
    "arn:aws:s3:::b/${aws:PrincipalTag/team, '*'}", "arn:aws:sqs:*:*:*", "b/x", "arn:aws:s3:::${*}",
)  # fmt: skip
_FLAT = ("identity", "permissionsBoundary", "session", "vpcEndpoint")
_FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_STAR = {"Principal": "*"}


def layers(data: bytes) -> None:
    """The engine and the plain reference agree, also when the policy set has been asked before."""
    choices = Choices(data)
    case = making.case(choices.pick)
    held = policy_set(case["policies"])
    for again in range(3):
        thing = case["request"]["action"], case["request"]["resource"]
        asked = making.asking(choices.pick, thing) if again else case["request"]
        found = authorize(request(asked), held)
        wanted = reference.decide({"request": asked, "policies": case["policies"]})
        assert found.verdict == wanted, f"the engine says {found}, the reference {wanted}"
        assert trace(request(asked), held).decision == found, "the trace decides otherwise"


def vocabulary(data: bytes) -> None:
    """The index finds what the definition finds, and laws hold."""
    choices = Choices(data)
    made = _case(choices)
    case = _read(made)
    if case is None:
        return
    found = _decided(case)
    difference, _ = compare(case.compiled.policies, case.request)
    assert not difference, difference
    assert case.compiled.decide(case.request) == found, "asked again, it answers otherwise"
    facts = gather(case.request)
    assert in_full(facts, case.compiled.policies).verdict == found.verdict, "memory decides"
    told = trace(case.request, case.compiled.policies).decision
    assert told.verdict == found.verdict, f"the engine says {found}, its trace {told}"
    _laws(made, found.verdict)


def _laws(made: dict[str, Any], verdict: str) -> None:
    turned = copy.deepcopy(made)
    for _, document in _documents(turned["policies"]):
        document["Statement"].reverse()
    assert _verdict(turned) == verdict, "the order of statements counts"

    denied = copy.deepcopy(made)
    for layer, document in _documents(denied["policies"]):
        more = _STAR if layer in making.WITH_PRINCIPAL else {}
        document["Statement"].append(_FULL | more | {"Effect": "Deny"})
    added = next(iter(_documents(denied["policies"])), None) is not None
    free = made["request"]["action"].lower() in FREE
    if added and "identity" in denied["policies"] and not free:
        assert _verdict(denied) == "explicitDeny", "a Deny of everything does not deny"

    silent = copy.deepcopy(made)
    for _, document in _documents(silent["policies"]):
        document["Statement"] = [one for one in document["Statement"] if one["Effect"] == "Deny"]
    assert free or _verdict(silent) != ALLOWED, "allowed, and nobody allows"

    if verdict == ALLOWED:
        wider = copy.deepcopy(made)
        for layer, document in _documents(wider["policies"]):
            document["Statement"].insert(
                0, _FULL | (_STAR if layer in making.WITH_PRINCIPAL else {})
            )
        assert _verdict(wider) == ALLOWED, "one more Allow denies"


def _documents(policies: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = [(layer, one) for layer in _FLAT for one in policies.get(layer, ())]
    found += [
        (name, one) for name in making.LEVELS for level in policies.get(name, ()) for one in level
    ]
    return found + ([("resource", policies["resource"])] if "resource" in policies else [])


def _read(made: dict[str, Any]) -> Case | None:
    try:
        return read(json.dumps(made).encode(), 1, Memo())
    except CaseError:
        return None


def _decided(case: Case) -> Any:
    return case.compiled.decide(case.request)


def _verdict(made: dict[str, Any]) -> str:
    case = _read(made)
    assert case is not None, "a case that could be read cannot be read when changed"
    return _decided(case).verdict


def _case(choices: Choices) -> dict[str, Any]:
    pick = choices.pick
    asked: dict[str, Any] = {
        "principal": pick((making.USER, making.ROLE, making.SESSION, making.PATHED)),
        "action": pick(("s3:GetObject", "s3:PutObject", "sqs:SendMessage", "x:y")),
        "resource": pick(("arn:aws:s3:::b/x", "arn:aws:s3:::b/alice", "*", making.QUEUE, "b/x")),
        "context": {_key(choices): _values(choices) for _ in range(choices.byte() % 5)},
    }
    policies: dict[str, Any] = {"identity": [_document(choices, "identity", 4)]}
    for layer in choices.some(("permissionsBoundary", "session", "scp", "resource", "rcp"), 2):
        document = _document(choices, layer, 2)
        if layer != "resource" and pick((True, False)):
            more = _STAR if layer in making.WITH_PRINCIPAL else {}
            document["Statement"].append(_FULL | more)
        shape = {"resource": document, "scp": [[document]], "rcp": [[document]]}
        policies[layer] = shape.get(layer, [document])
    return {"request": asked, "policies": policies}


def _document(choices: Choices, layer: str, most: int) -> dict[str, Any]:
    version = choices.pick(("2012-10-17",) * 5 + ("2008-10-17",))
    listed = [_statement(choices, layer) for _ in range(choices.byte() % (most + 1))]
    return {"Version": version, "Statement": listed}


def _statement(choices: Choices, layer: str) -> dict[str, Any]:
    pick = choices.pick
    made: dict[str, Any] = {
        "Effect": pick(("Allow", "Allow", "Deny")),
        pick(("Action",) * 6 + ("NotAction",)): choices.some(_ACTIONS, 2) or "*",
        pick(("Resource",) * 6 + ("NotResource",)): choices.some(_RESOURCES, 2) or "*",
    }
    if layer in making.WITH_PRINCIPAL:
        made[pick(("Principal",) * 5 + ("NotPrincipal",))] = making.element(pick)
    if condition := [_test(choices) for _ in range(choices.byte() % 4)]:
        made["Condition"] = dict(condition)
    return made


def _test(choices: Choices) -> tuple[str, dict[str, Any]]:
    operator = choices.pick(_PREFIXES) + choices.pick(_BASES) + choices.pick(_SUFFIXES)
    return operator, {_key(choices): _values(choices) for _ in range(1 + choices.byte() % 2)}


def _key(choices: Choices) -> str:
    return choices.text() if choices.byte() > 245 else str(choices.pick(_KEYS))


def _values(choices: Choices) -> Any:
    def value() -> Any:
        kind = choices.byte()
        return choices.text(40) if kind > 200 else True if kind > 195 else choices.pick(_VALUES)

    return [value() for _ in range(choices.byte() % 4)] if choices.byte() % 3 == 0 else value()
