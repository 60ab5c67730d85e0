"""Every documented form of a policy is read, without a problem, with what it says at its place.

Source: IAM User Guide; the page stands with each test, and the section of facts/iam.md.
"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.policy import Effect, Policy
from remit.syntax.names import OPERATORS, SET_PREFIXES, Operator, nearest
from remit.syntax.policy import parse_text
from remit.syntax.variables import malformed

from .support import underlined


def read(document, kind=None, file="p.json") -> Policy:
    text = document if isinstance(document, str) else json.dumps(document)
    policy, problems = parse_text(text, file, "the name", kind)
    assert problems == ()
    assert policy is not None
    return policy


def one(kind=None, **elements):
    """The statement with these elements in an otherwise sound document."""
    body = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*", **elements}
    body = {name: value for name, value in body.items() if value is not None}
    policy = read({"Version": "2012-10-17", "Statement": [body]}, kind)
    (statement,) = policy.statements
    assert statement.faults == ()
    return statement


def values(items):
    return None if items is None else [item.value for item in items]


@pytest.mark.parametrize("version", ["2012-10-17", "2008-10-17"])
def test_version(version):
    # reference_policies_elements_version; facts 1.2
    policy = read({"Version": version, "Statement": [], "Id": "x"} | {"Statement": [BODY]})
    assert policy.version == version
    assert policy.has_variables == (version == "2012-10-17")
    assert policy.id == "x"
    assert policy.name == "the name"


BODY = {"Effect": "Deny", "Action": "*", "Resource": "*"}


def test_an_absent_version_is_that_of_2008():
    # reference_policies_elements_version; facts 1.2
    policy, problems = parse_text(json.dumps({"Statement": BODY}), "p.json")
    assert [problem.code for problem in problems] == ["missing-version"]
    assert policy is not None
    assert policy.version == "2008-10-17"
    assert not policy.has_variables


def test_a_single_value_needs_no_brackets():
    # reference_policies_grammar; facts 1.1: "also Statement itself and every condition value"
    condition = {"StringEquals": {"aws:PrincipalTag/team": "a"}}
    many = {"StringEquals": {"aws:PrincipalTag/team": ["a"]}}
    short = read({"Version": "2012-10-17", "Statement": {**BODY, "Condition": condition}})
    long = read(
        {
            "Statement": [
                {"Resource": ["*"], "Condition": many, "Action": ["*"], "Effect": "Deny"}
            ],
            "Version": "2012-10-17",
        }
    )
    for policy in (short, long):
        (statement,) = policy.statements
        assert statement.effect is Effect.DENY
        assert values(statement.actions) == ["*"]
        assert values(statement.resources) == ["*"]
        (test,) = statement.conditions
        assert (test.operator.value, test.key.value) == ("StringEquals", "aws:PrincipalTag/team")
        assert values(test.values) == ["a"]


def test_not_elements():
    # reference_policies_elements_notaction, ..._notresource; facts 1.1, 1.4
    statement = one(Action=None, NotAction=["iam:*", "sts:*"], Resource=None, NotResource="*")
    assert statement.not_action
    assert statement.not_resource
    assert values(statement.actions) == ["iam:*", "sts:*"]
    assert values(statement.resources) == ["*"]
    plain = one()
    assert not plain.not_action
    assert not plain.not_resource
    assert plain.principals is None
    assert plain.sid is None


@pytest.mark.parametrize("sid", ["A", "Abc123", "x" * 300])
def test_sid(sid):
    # reference_policies_elements_sid; facts 1.3
    statement = one(Sid=sid)
    assert statement.sid is not None
    assert statement.sid.value == sid


def test_some_services_take_more_in_a_sid():
    # facts 1.3: "some services allow spaces and other characters in Sid"
    assert one("resource", Principal="*", Sid="a b").faults == ()
    assert one(None, Principal="*", Sid="a-b").faults == ()


@pytest.mark.parametrize(
    "action",
    ["*", "s3:GetObject", "S3:getobject", "s3:*", "s3:G?t*", "s3:*Object*", "dynamodb:?",
     "execute-api:Invoke", "a4b:Get*", "vpc-lattice:AssociateViaAWSService-EventsAndStates"],
)  # fmt: skip
def test_actions(action):
    # reference_policies_elements_action; facts 1.4
    assert values(one(Action=[action]).actions) == [action]


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b/a:b/c", "arn:aws-cn:s3:::b",
        "arn:aws-us-gov:s3:::b", "arn:*:s3:::b", "arn:aws:s3:*:*:b",
        "arn:aws:s3:eu-west-1:111122223333:accesspoint/a/object/*",
        "arn:aws:s3::111122223333:accesspoint/a.mrap", "arn:aws:s3:eu-west-1:111122223333:*",
        "arn:aws:s3:eu-west-1:111122223333:job/*", "arn:aws:s3:eu-west-1:111122223333:acc*",
        "arn:aws:s3:eu-west-1:111122223333:storage-lens/x",
        "arn:aws:s3:eu-west-1:111122223333:access-grants/default",
        "arn:aws:sns:*", "arn:aws:sns:eu-west-1:*", "arn:aws:sns:eu-west-?:1111????????:t",
        "arn:aws:iam::111122223333:role/path/r", "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:iam::*:role/r", "arn:aws:iam:*:111122223333:role/r",
        "arn:aws:ec2:eu-west-1::image/ami-1", "arn:aws:bedrock:us-east-1::foundation-model/*",
        "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/x:*",
        "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/${aws:PrincipalTag/a b, 'x y'}",
        "arn:aws:s3:::b/${*}${?}${$}", "arn:aws:s3:::${aws:username}", "arn:aws:s3:::$b$",
    ],
)  # fmt: skip
def test_resources(resource):
    # reference_policies_elements_resource, reference-arns, reference_policies_variables; facts 1.4
    assert values(one(Resource=[resource]).resources) == [resource]


@pytest.mark.parametrize("kind", [None, "resource", "trust"])
@pytest.mark.parametrize(
    ("principal", "entries"),
    [
        ("*", [("*", "*")]),
        ({"AWS": "*"}, [("AWS", "*")]),
        ({"Service": ["ec2.amazonaws.com", "states.eu-west-1.amazonaws.com"]},
         [("Service", "ec2.amazonaws.com"), ("Service", "states.eu-west-1.amazonaws.com")]),
        ({"Federated": "cognito-identity.amazonaws.com", "CanonicalUser": "79a5"},
         [("Federated", "cognito-identity.amazonaws.com"), ("CanonicalUser", "79a5")]),
        *(({"AWS": [text]}, [("AWS", text)]) for text in (
            "111122223333",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/path/Name",
            "arn:aws:iam::111122223333:role/path/Name",
            "arn:aws:sts::111122223333:assumed-role/RoleName/SessionName",
            "arn:aws:sts::111122223333:federated-user/Name",
            "AIDAIOSFODNN7EXAMPLE",
            "AROAIOSFODNN7EXAMPLEAB",
        )),
    ],
)  # fmt: skip
def test_principals(kind, principal, entries):
    # reference_policies_elements_principal; facts 1.5
    statement = one(
        kind,
        Action="sts:AssumeRole",
        Principal=principal,
        Resource=None if kind == "trust" else "*",
    )
    assert statement.principals is not None
    assert not statement.principals.negated
    assert [(name, item.value) for name, item in statement.principals.entries] == entries


def test_notprincipal_with_deny():
    # reference_policies_elements_notprincipal; facts 1.6
    statement = one("resource", Effect="Deny", NotPrincipal={"AWS": ["111122223333"]})
    assert statement.principals is not None
    assert statement.principals.negated


def test_a_statement_with_a_principal_may_have_no_resource():
    # facts 1.1: trust policies must have none, a few resource policies may omit it
    for kind in (None, "resource", "trust"):
        assert one(kind, Principal="*", Resource=None).resources is None


def test_every_operator_with_its_prefixes_and_suffix():
    # reference_policies_elements_condition_operators; facts 2.2
    assert len(OPERATORS) == 27
    for name in OPERATORS:
        for prefix in ("", *(f"{word}:" for word in SET_PREFIXES)):
            for suffix in ("", "IfExists"):
                if name == "Null" and (prefix or suffix):
                    continue
                operator = prefix + name + suffix
                (test,) = one(Condition={operator: {"a:b": "1"}}).conditions
                assert test.operator.value == operator
                assert str(Operator.split(operator)) == operator


def test_condition_values_keep_their_text():
    # facts 1.1: "numbers / booleans may be written unquoted"
    text = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",'
        ' "Condition": {"NumericEquals": {"a:b": [1e400, 1.50, -0, "x", true, false]}}}}'
    )
    (test,) = read(text).statements[0].conditions
    assert [(item.value, underlined(text, item.span)) for item in test.values] == [
        ("1e400", "1e400"),
        ("1.50", "1.50"),
        ("-0", "-0"),
        ("x", '"x"'),
        ("true", "true"),
        ("false", "false"),
    ]


def test_condition_values_of_yaml_are_those_of_json():
    text = """
Version: 2012-10-17
Statement:
  Effect: Allow
  Action: "*"
  Resource: "*"
  Condition:
    Bool: {aws:SecureTransport: yes}
    NumericLessThan: {s3:max-keys: [010, 0x1F, 1_0, 2.50]}
    DateLessThan: {aws:CurrentTime: 2020-01-01T00:00:00Z}
"""
    policy = read(text, file="p.yaml")
    assert policy.version == "2012-10-17"
    tests = policy.statements[0].conditions
    assert [values(test.values) for test in tests] == [
        ["true"],
        ["8", "31", "10", "2.50"],
        ["2020-01-01T00:00:00Z"],
    ]


def test_every_element_has_its_place():
    text = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "A", "Effect": "Allow", "Action": ["s3:Get*", "s3:Put*"],
     "Principal": {"AWS": "111122223333"},
     "Resource": "arn:aws:s3:::b",
     "Condition": {"Bool": {"aws:SecureTransport": true}}}
  ]
}"""
    policy = read(text)
    assert underlined(text, policy.span) == text
    (statement,) = policy.statements
    assert underlined(text, statement.span) == text[text.index('{"Sid') : text.index("\n  ]\n")]
    assert statement.sid is not None
    assert statement.principals is not None
    assert statement.resources is not None
    (test,) = statement.conditions
    items = [
        (statement.sid, "4:13", '"A"'),
        (statement.actions[0], "4:48", '"s3:Get*"'),
        (statement.actions[1], "4:59", '"s3:Put*"'),
        (statement.principals.entries[0][1], "5:27", '"111122223333"'),
        (statement.resources[0], "6:18", '"arn:aws:s3:::b"'),
        (test.operator, "7:20", '"Bool"'),
        (test.key, "7:29", '"aws:SecureTransport"'),
        (test.values[0], "7:52", "true"),
    ]
    for item, place, held in items:
        assert str(item.span) == f"p.json:{place}"
        assert underlined(text, item.span) == held
    assert underlined(text, statement.principals.span) == '{"AWS": "111122223333"}'


def test_a_broken_statement_leaves_the_others():
    # design.md: what cannot be understood never grants; the file as a whole still loads
    text = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                "x",
                {**BODY, "Effect": "deny", "Action": ["s3:*", 5], "Resource": {"Ref": "B"}},
                BODY,
            ],
        }
    )
    policy, problems = parse_text(text, "p.json")
    assert policy is not None
    assert len(problems) == 4
    broken, half, sound = policy.statements
    assert [statement.index for statement in policy.statements] == [0, 1, 2]
    assert broken.faults == ("a statement must be an object, not text",)
    assert half.effect is Effect.DENY  # plainly meant
    assert values(half.actions) == ["s3:*"]
    assert len(half.faults) == 3
    assert sound.faults == ()


def test_an_unknown_version_casts_doubt_on_variables_only():
    # facts 1.2: the version decides one thing, whether variables are replaced
    for version in ('"Version": "2013-01-01"', '"version": "2012-10-17"'):
        text = f"""{{{version}, "Statement": [
            {{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/${{aws:username}}"}},
            {{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b",
              "Condition": {{"StringNotLike": {{"a:b": "${{a:b}}"}}}}}},
            {{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/x"}}]}}"""
        policy, problems = parse_text(text, "p.json")
        assert policy is not None
        assert len(problems) == 1
        assert not policy.has_variables
        assert [bool(one.faults) for one in policy.statements] == [True, True, False]


def test_tags_of_templates_are_faults():
    text = (
        "Version: '2012-10-17'\nStatement:\n- Effect: Allow\n  Action: [s3:*, !Ref A]\n"
        "  Resource: !Sub 'arn:aws:s3:::${B}'\n- !Ref S\n"
    )
    policy, problems = parse_text(text, "p.yaml")
    assert policy is not None
    assert [underlined(text, problem.span) for problem in problems] == [
        "!Ref A",
        "!Sub 'arn:aws:s3:::${B}'",
        "!Ref S",
    ]
    assert all(statement.faults for statement in policy.statements)


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("Resouce", ("Resource", "NotResource"), "Resource"),
        ("RESOURCE", ("Resource", "NotResource"), "Resource"),
        ("Dney", ("Allow", "Deny"), "Deny"),
        ("Alow", ("Allow", "Deny"), "Allow"),
        ("StringLikes", OPERATORS, "StringLike"),
        ("StringNotLikee", OPERATORS, "StringNotLike"),
        ("IPAddress", OPERATORS, "IpAddress"),
        ("ArnLikeIfExist", OPERATORS, None),
        ("Foo", OPERATORS, None),
        ("", OPERATORS, None),
        ("x" * 10_000, OPERATORS, None),
    ],
)
def test_the_nearest_name(name, known, expected):
    assert nearest(name, known) == expected


@given(st.text(alphabet="${}a:, '*?", max_size=20))
@settings(max_examples=300, deadline=None)
def test_a_malformed_variable_is_found_where_it_is(text):
    # facts 2.6. What is left when all sound variables are cut out must hold no `${`.
    import re

    sound = r"\$\{[*?$]\}|\$\{(?![ ,}$])[^},$ ]+(?:, ?'[^']*')?\}"
    rest = re.sub(sound, "", text)
    bad = malformed(text)
    if bad is None:
        # Each opening is read from left to right, so nothing sound may hide in what is cut.
        assert "${" not in re.sub(r"'[^']*'", "", rest) or "'" in text
    else:
        assert text.startswith("${", bad.start)
        assert bad.start < bad.end <= len(text)
        assert not re.match(sound, text[bad.start :])
