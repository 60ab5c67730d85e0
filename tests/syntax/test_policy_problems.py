"""Every problem of a policy: its code, and exactly the text that it underlines.

`«»` stand around what must be underlined. `FAULTY` statements never grant; of the others the
meaning is clear, and AWS refuses or warns all the same.
Source: IAM User Guide; the pages are named above each group, with the section of facts/iam.md.
"""

import pytest

from remit.syntax.codes import Level, level
from remit.syntax.policy import parse_text

from .support import marked, underlined

FAULTY, CLEAR = True, False


def policy(elements, kind=None):
    """A policy of one statement."""
    return f'{{"Version": "2012-10-17",\n "Statement": [\n  {{{elements}}}\n]}}', kind


def allow(elements, kind=None):
    """A sound Allow, and the element at hand."""
    return policy(f'"Effect": "Allow", "Action": "s3:*", "Resource": "*", {elements}', kind)


def resource(text):
    return policy(f'"Effect": "Allow", "Action": "s3:*", "Resource": {text}')


def action(text):
    return policy(f'"Effect": "Allow", "Action": {text}, "Resource": "*"')


def condition(text):
    return allow(f'"Condition": {text}')


CASES = [
    # reference_policies_elements_effect; facts 1.1: exact case.
    (policy('"Effect": «"allow"», "Action": "a:B", "Resource": "*"'), "invalid-effect",
     "`allow` is no effect", "write `Allow`: upper and lower case", FAULTY),
    (policy('"Effect": «"Dney"», "Action": "a:B", "Resource": "*"'), "invalid-effect",
     "`Dney`", "did you mean `Deny`?", FAULTY),
    (policy('"Effect": «"Permit"», "Action": "a:B", "Resource": "*"'), "invalid-effect",
     "`Permit`", "write `Allow` or `Deny`", FAULTY),
    (policy('"Effect": «["Allow"]», "Action": "a:B", "Resource": "*"'), "invalid-effect",
     "a list", "", FAULTY),
    (policy('"Effect": «true», "Action": "a:B", "Resource": "*"'), "invalid-effect",
     "`true`", "", FAULTY),
    # reference_policies_grammar; facts 1.1: required elements, exclusive pairs, unknown elements.
    (('{"Version": "2012-10-17", "Statement": «{"Action": "a:B", "Resource": "*"}»}', None),
     "missing-effect", "no `Effect`", "", FAULTY),
    (('{"Version": "2012-10-17", "Statement": «{"Effect": "Deny", "Resource": "*"}»}', None),
     "missing-action", "no `Action`", "", FAULTY),
    (('{"Version": "2012-10-17", "Statement": «{"Effect": "Deny", "Action": "*"}»}', None),
     "missing-resource", "no `Resource`", "", FAULTY),
    (('{"Version": "2012-10-17", "Statement": «{"Effect": "Deny", "Action": "*"}»}', "identity"),
     "missing-resource", "no `Resource`", "", FAULTY),
    (allow('«"NotAction"»: "s3:Get*"'), "unsupported-element-combination",
     "`Action` and `NotAction`", "keep one", FAULTY),
    (allow('«"NotResource"»: "*"'), "unsupported-element-combination",
     "`Resource` and `NotResource`", "keep one", FAULTY),
    (allow('"NotPrincipal": "*", «"Principal"»: "*"', "resource"),
     "unsupported-element-combination", "`Principal` and `NotPrincipal`", "", FAULTY),
    (policy('"Effect": "Allow", "Action": "a:B", «"Resouce"»: "*"'), "invalid-policy-element",
     "`Resouce` is no element of a statement", "did you mean `Resource`?", FAULTY),
    (policy('"Effect": "Allow", «"action"»: "a:B", "Resource": "*"'), "invalid-policy-element",
     "`action`", "write `Action`: upper and lower case", FAULTY),
    (policy('"Effect": "Allow", «"Actions"»: "a:B", "Resource": "*"'), "invalid-policy-element",
     "`Actions`", "did you mean `Action`?", FAULTY),
    (allow('«"Comment"»: "why"'), "invalid-policy-element", "`Comment`", "remove it", FAULTY),
    (('{"Version": "2012-10-17", «"Comment"»: "x", "Statement": {"Effect": "Deny", "Action": "*",'
      ' "Resource": "*"}}', None), "invalid-policy-element", "no element of a policy",
     "`Version`, `Id`, `Statement`", CLEAR),
    (('{«"version"»: "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource":'
      ' "*"}}', None), "invalid-policy-element", "`version`", "write `Version`", CLEAR),
    # facts 1.1: the same key twice in one object.
    (allow('«"Effect"»: "Deny"'), "duplicate-key", "`Effect` is written twice",
     "line 3, column 4", FAULTY),
    (('{"Version": "2012-10-17", "Statement": [], «"Statement"»: {"Effect": "Deny", "Action":'
      ' "*", "Resource": "*"}}', None), "duplicate-key", "`Statement`", "", FAULTY),
    (('{"Version": "2008-10-17", «"Version"»: "2012-10-17", "Statement": {"Effect": "Deny",'
      ' "Action": "*", "Resource": "*"}}', None), "duplicate-key", "`Version`", "", FAULTY),
    (condition('{"Bool": {"a:b": "true"}, «"Bool"»: {"c:d": "true"}}'), "duplicate-key",
     "`Bool`", "", FAULTY),
    (condition('{"Bool": {"a:b": "true", «"a:b"»: "false"}}'), "duplicate-key", "`a:b`", "",
     FAULTY),
    # reference_policies_elements_version; facts 1.2.
    (('«{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}»', None),
     "missing-version", "2008-10-17", '`"Version": "2012-10-17"`', CLEAR),
    (('{"Version": «"2012-10-18"», "Statement": {"Effect": "Deny", "Action": "*", "Resource":'
      ' "*"}}', None), "invalid-version", "`2012-10-18`", "`2012-10-17`", CLEAR),
    (('{"Version": «2012», "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}', None),
     "invalid-version", "`2012`", "", CLEAR),
    (('{"Version": «null», "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}', None),
     "invalid-version", "`null`", "", CLEAR),
    (('{"Version": "2008-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource":'
      ' "arn:aws:s3:::b/«${aws:username}»/*"}}', None), "variable-unsupported-in-version",
     "plain text", "2012-10-17", CLEAR),
    # facts 1.1: no policy at all.
    (("«[]»", None), "data-type-mismatch", "an object, not a list", "", None),
    (("«null»", None), "data-type-mismatch", "an object, not null", "", None),
    (('«{"Version": "2012-10-17"}»', None), "missing-statement", "no `Statement`", "", None),
    (('{"Version": "2012-10-17", «"Statements"»: []}', None), "invalid-policy-element",
     "`Statements`", "did you mean `Statement`?", None),
    (('{"Version": "2012-10-17", "Statement": «"x"»}', None), "data-type-mismatch",
     "not text", "", None),
    (('{"Version": "2012-10-17", "Statement": «[]»}', None), "empty-array-statement",
     "no statements", "", None),
    (('{"Version": "2012-10-17", "Statement": [«5»]}', None), "data-type-mismatch",
     "a statement must be an object, not the number `5`", "", FAULTY),
    (('{"Version": "2012-10-17", "Id": «5», "Statement": {"Effect": "Deny", "Action": "*",'
      ' "Resource": "*"}}', None), "data-type-mismatch", "the Id must be text", "", CLEAR),
    # reference_policies_elements_sid; facts 1.3: no effect on a decision.
    (allow('"Sid": «"a-b"»'), "unsupported-sid", "`a-b`", "`A-Z`", CLEAR),
    (allow('"Sid": «"é"»', "identity"), "unsupported-sid", "`é`", "", CLEAR),
    (allow('"Sid": «""»'), "empty-sid-value", "empty", "", CLEAR),
    (allow('"Sid": «7»'), "data-type-mismatch", "a Sid must be text, not the number `7`", "",
     CLEAR),
    # reference_policies_elements_action; facts 1.4: prefix:Name, exactly one colon, or `*`.
    (action('«5»'), "data-type-mismatch", "an action must be text, not the number `5`", "", FAULTY),
    (action('["s3:*", «null»]'), "data-type-mismatch", "not null", "", FAULTY),
    (action('[«["s3:*"]»]'), "data-type-mismatch", "not a list", "", FAULTY),
    (action('«{"Ref": "X"}»'), "data-type-mismatch", "not an object", "", FAULTY),
    (action('"«GetObject»"'), "invalid-action", "names no service", "`s3:GetObject`", CLEAR),
    (action('"«**»"'), "invalid-action", "names no service", "", CLEAR),
    (action('"s3:Get«:»Object"'), "invalid-action", "more than one colon", "", CLEAR),
    (action('"«:GetObject»"'), "invalid-action", "lacks its service", "", CLEAR),
    (action('"«s3:»"'), "invalid-action", "lacks its name", "", CLEAR),
    (action('"s3:« »GetObject"'), "invalid-action", "` `", "", CLEAR),
    (action('"s3:Get«,»s3:Put"'), "invalid-action", "`,`", "", CLEAR),
    (action('«"s3:\\u0047\\u0000"»'), "invalid-action", "`\\u0000`", "", CLEAR),
    (action('"s3:«${aws:username}»"'), "variable-unsupported-in-element", "variable", "", CLEAR),
    (action('"«s*»:Get*"'), "wildcard-in-service-name", "`s*:Get*`", "", CLEAR),
    (action("«[]»"), "empty-array-action", "an empty list", "", CLEAR),
    (policy('"Effect": "Allow", "NotAction": «[]», "Resource": "*"'), "empty-array-action",
     "an empty list", "", FAULTY),
    # reference_policies_elements_resource, reference-arns; facts 1.4.
    (resource('«"orders"»'), "invalid-arn-prefix", "neither an ARN nor `*`", "arn:partition",
     CLEAR),
    (resource('["*", «"ARN:aws:s3:::b"»]'), "invalid-arn-prefix", "", "", CLEAR),
    (resource('«""»'), "invalid-arn-prefix", "", "", CLEAR),
    (resource('«"arn:aws:s3"»'), "missing-arn-field", "3 of 6 parts", "", CLEAR),
    (resource('«"arn:aws:dynamodb:eu-west-1:table/x"»'), "missing-arn-field", "5 of 6", "", CLEAR),
    (resource('"arn:aws:«*»"'), "invalid-service", "named in full", "", CLEAR),
    (resource('"arn:aws:«s*»:::b"'), "invalid-service", "named in full", "", CLEAR),
    (resource('"arn:aws:«»:::b"'), "invalid-service", "named in full", "", CLEAR),
    (resource('"arn:«awz»:s3:::b"'), "invalid-partition", "`awz`", "`aws`", CLEAR),
    (resource('"arn:aws:«S3»:::b"'), "invalid-arn-service-case", "`S3`", "`s3`", CLEAR),
    (resource('"arn:aws:sns:eu-west-1:«1234»:t"'), "invalid-arn-account", "`1234`", "twelve",
     CLEAR),
    (resource('"arn:aws:sns:eu-west-1:«1111-2222-3333»:t"'), "invalid-arn-account", "", "", CLEAR),
    (resource('"arn:aws:iam:«us-east-1»:111122223333:role/r"'), "arn-region-not-allowed",
     "IAM", "empty", CLEAR),
    (resource('«"arn:aws:iam:::role/r"»'), "missing-arn-account", "IAM", "", CLEAR),
    (resource('"arn:aws:s3:«eu-west-1»::b/*"'), "arn-region-not-allowed", "S3", "", CLEAR),
    (resource('"arn:aws:s3::«111122223333»:b"'), "arn-account-not-allowed", "S3", "", CLEAR),
    (resource('["arn:aws:s3:::b", «5»]'),
     "data-type-mismatch", "a resource must be text", "", FAULTY),
    (resource("«[]»"), "empty-array-resource", "an empty list", "", CLEAR),
    (policy('"Effect": "Deny", "Action": "*", "NotResource": «[]»'), "empty-array-resource",
     "an empty list", "", FAULTY),
    (resource('«"arn:aws:s3:::\\ud800"»'), "invalid-character", "surrogate", "", FAULTY),
    # reference_policies_variables; facts 2.6.
    (resource('"arn:aws:s3:::b/«${aws:username»"'), "missing-brace-in-variable", "brace", "${key}",
     FAULTY),
    (resource('"arn:aws:s3:::b/«${aws:userid/»${aws:username}"'), "missing-brace-in-variable", "",
     "", FAULTY),
    (resource('"arn:aws:s3:::b/«${}»"'), "empty-variable", "", "", FAULTY),
    (resource('"arn:aws:s3:::b/«${, \'x\'}»"'), "empty-variable", "", "", FAULTY),
    (resource('"arn:aws:s3:::b/${*}«${ aws:username}»"'), "unsupported-space-in-variable", "", "",
     FAULTY),
    (resource('"arn:aws:s3:::b/«${aws:username , \'x\'}»"'), "unsupported-space-in-variable", "",
     "",
     FAULTY),
    (resource('"arn:aws:s3:::b/«${aws:username,  \'x\'}»"'), "unsupported-space-in-variable", "",
     "",
     FAULTY),
    (resource('"arn:aws:s3:::b/«${aws:username, x}»"'), "missing-quote-in-variable", "", "",
     FAULTY),
    (resource('"arn:aws:s3:::b/«${aws:username, \'x}»"'), "missing-quote-in-variable", "", "",
     FAULTY),
    (resource('"arn:aws:s3:«${aws:RequestedRegion}::b»"'), "variable-unsupported-in-element",
     "fifth colon", "", FAULTY),
    (resource('«"${aws:username}"»'), "invalid-arn-prefix", "", "", CLEAR),
    (condition('{"StringLike": {"a:b": ["x", "«${aws:username»"]}}'), "missing-brace-in-variable",
     "", "", FAULTY),
    (condition('{"StringLike": {"a:b": «"\\u0024{aws:username"»}}'), "missing-brace-in-variable",
     "", "", FAULTY),
    (condition('{"NumericEquals": {"a:b": "«${aws:EpochTime}»"}}'), "invalid-variable-for-operator",
     "`NumericEquals`", "", FAULTY),
    (condition('{"IpAddressIfExists": {"a:b": "«${a:b}»"}}'), "invalid-variable-for-operator",
     "", "", FAULTY),
    # reference_policies_elements_condition, ..._condition_operators; facts 2.1, 2.2, 1.4.
    (condition("«5»"), "data-type-mismatch", "a condition must be an object", "", FAULTY),
    (condition("«[]»"), "data-type-mismatch", "a condition must be an object", "", FAULTY),
    (condition("«{}»"), "empty-object-condition", "holds always", "", CLEAR),
    (condition('{"StringEquals": «"a:b"»}'), "data-type-mismatch", "`StringEquals`", "", FAULTY),
    (condition('{"StringEquals": «[{"a:b": "c"}]»}'), "data-type-mismatch", "", "", FAULTY),
    (condition('{«"StringEqual"»: {"a:b": "c"}}'), "invalid-condition-operator", "`StringEqual`",
     "did you mean `StringEquals`?", FAULTY),
    (condition('{«"stringEquals"»: {"a:b": "c"}}'), "invalid-condition-operator", "",
     "did you mean `StringEquals`?", FAULTY),
    (condition('{«"ForAnyvalue:StringLike"»: {"a:b": "c"}}'), "invalid-condition-operator", "",
     "did you mean `ForAnyValue:StringLike`?", FAULTY),
    (condition('{«"ForAllValues:StringLikeIfExist"»: {"a:b": "c"}}'), "invalid-condition-operator",
     "", "", FAULTY),
    (condition('{«"Foo"»: {"a:b": "c"}}'), "invalid-condition-operator", "`Foo`", "see", FAULTY),
    (condition('{«"NullIfExists"»: {"a:b": "true"}}'), "null-with-if-exists", "`Null`",
     "write `Null`", FAULTY),
    (condition('{«"ForAnyValue:Null"»: {"a:b": "true"}}'), "null-with-qualifier", "", "", CLEAR),
    (condition('{"StringEquals": {«"SourceIp"»: "c"}}'), "invalid-condition-key-format",
     "`SourceIp`", "`aws:SourceIp`", FAULTY),
    (condition('{"StringEquals": {«" aws:SourceIp"»: "c"}}'), "invalid-condition-key-format", "",
     "", FAULTY),
    (condition('{"StringEquals": {"aws:x": "c", «"AWS:X"»: "c"}}'),
     "duplicate-keys-with-different-case", "`AWS:X` and `aws:x`", "line 3", FAULTY),
    (condition('{"StringEquals": {"a:b": «null»}}'), "data-type-mismatch", "not null", "", FAULTY),
    (condition('{"StringEquals": {"a:b": ["c", «["d"]»]}}'), "data-type-mismatch", "not a list", "",
     FAULTY),
    (condition('{"StringEquals": {"a:b": «[]»}}'), "empty-array-condition", "never true", "",
     CLEAR),
    (condition('{"ForAnyValue:StringEquals": {"a:b": «[]»}}'), "empty-array-condition-foranyvalue",
     "never true", "", CLEAR),
    (condition('{"ForAllValues:StringEquals": {"a:b": «[]»}}'),
     "empty-array-condition-forallvalues", "only when the key is absent", "", CLEAR),
    (condition('{"StringEqualsIfExists": {"a:b": «[]»}}'), "empty-array-condition-ifexists",
     "only when the key is absent", "", CLEAR),
    # reference_policies_elements_principal, ..._notprincipal; facts 1.5, 1.6, 1.7.
    (allow('«"Principal"»: "*"', "identity"), "unsupported-principal", "`Principal`", "remove",
     FAULTY),
    (allow('«"NotPrincipal"»: "*"', "identity"), "unsupported-principal", "", "", FAULTY),
    (allow('"Principal": «"111122223333"»'), "invalid-principal-format", "`111122223333`", "`AWS`",
     FAULTY),
    (allow('"Principal": «["*"]»'), "invalid-principal-format", "a list", "", FAULTY),
    (allow('"Principal": {«"Aws"»: "*"}'), "invalid-principal-key", "`Aws`", "`AWS`", FAULTY),
    (allow('"Principal": {«"Role"»: "x"}'), "invalid-principal-key", "`Role`", "`Federated`",
     FAULTY),
    (allow('"Principal": {"AWS": «111122223333»}'), "data-type-mismatch", "text", "quotes", FAULTY),
    (allow('"Principal": {"AWS": [«"arn:aws:iam::111122223333:user/*"»]}'),
     "unsupported-wildcard-in-principal", "", "aws:PrincipalArn", FAULTY),
    (allow('"Principal": {"Service": «"*.amazonaws.com"»}'), "unsupported-wildcard-in-principal",
     "", "", FAULTY),
    (allow('"Principal": {"AWS": «"arn:aws:iam::111122223333:group/g"»}'), "unsupported-principal",
     "group", "", FAULTY),
    (allow('"Principal": {"AWS": «"role/x"»}'), "invalid-principal-format", "`role/x`", "", FAULTY),
    (allow('"Principal": «{}»'), "empty-object-principal", "", "", CLEAR),
    (allow('"Principal": {"AWS": «[]»}'), "empty-array-principal", "", "", CLEAR),
    (allow('«"NotPrincipal"»: {"AWS": "111122223333"}', "resource"), "allow-with-notprincipal",
     "everybody else", "", CLEAR),
    (policy('"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"},'
            ' «"Resource"»: "*"', "trust"), "role-trust-policy-syntax-error-resource", "", "remove",
     FAULTY),
    (policy('"Effect": "Deny", "Action": "sts:AssumeRole", «"NotPrincipal"»: {"AWS": "*"}',
     "trust"),
     "role-trust-policy-syntax-error-notprincipal", "", "", FAULTY),
    (('{"Version": "2012-10-17", "Statement": [«{"Effect": "Allow", "Action": "sts:AssumeRole"}»]}',
      "trust"), "missing-principal", "no `Principal`", "", FAULTY),
    (('{"Version": "2012-10-17", "Statement": [«{"Effect": "Allow", "Action": "s3:*", "Resource":'
      ' "*"}»]}', "resource"), "missing-principal", "", "", FAULTY),
]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "code", "message", "hint", "faulty"),
    CASES,
    ids=[f"{number}-{case[1]}" for number, case in enumerate(CASES)],
)
def test_a_problem_has_its_code_and_place(document, code, message, hint, faulty):
    text, place, held = marked(document[0])
    policy, problems = parse_text(text, "p.json", kind=document[1])
    found = [one for one in problems if one.code == code]
    assert len(found) == 1, problems
    assert len(problems) == 1, problems
    span = found[0].span
    assert (span.line, span.column) == place
    assert underlined(text, span) == held
    assert message in found[0].message
    assert hint in found[0].hint
    if faulty is None:
        assert policy is None or not policy.statements
    else:
        assert policy is not None
        assert [bool(statement.faults) for statement in policy.statements] == [faulty]


def test_every_code_is_tested():
    """The table above against the codes that the source writes, so that none goes untested."""
    import re
    from pathlib import Path

    import remit.syntax.policy

    room = Path(remit.syntax.policy.__file__).parent
    files = ("policy", "statements", "conditions", "principals", "patterns", "variables", "notes")
    source = "".join((room / f"{name}.py").read_text() for name in files)
    written = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', source))
    assert written - {case[1] for case in CASES} == {
        "unique-sids-required",
        "unique-sids-recommended",  # test_policy_grammar: they need two statements
    }


@pytest.mark.parametrize(
    ("kind", "principal", "code"),
    [
        (None, "", "unique-sids-required"),
        ("identity", "", "unique-sids-required"),
        ("trust", '"Principal": "*", ', "unique-sids-required"),
        ("resource", '"Principal": "*", ', "unique-sids-recommended"),
        (None, '"Principal": "*", ', "unique-sids-recommended"),
    ],
)
def test_a_sid_is_unique(kind, principal, code):
    # reference_policies_elements_sid; facts 1.3: IAM refuses it, other services do not.
    resource = "" if kind == "trust" else ', "Resource": "*"'
    rest = f'{principal}"Effect": "Deny", "Action": "sts:*"{resource}'
    text, place, held = marked(
        f'{{"Version": "2012-10-17", "Statement": [{{"Sid": "A", {rest}}},\n'
        f'{{"Sid": «"A"», {rest}}}, {{"Sid": "B", {rest}}}]}}'
    )
    policy, problems = parse_text(text, "p.json", kind=kind)
    assert [problem.code for problem in problems] == [code]
    assert (problems[0].span.line, problems[0].span.column) == place
    assert underlined(text, problems[0].span) == held
    assert "line 1" in problems[0].hint
    assert policy is not None
    assert not any(statement.faults for statement in policy.statements)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("invalid-effect", Level.ERROR),
        ("json-syntax-error", Level.ERROR),
        ("duplicate-key", Level.ERROR),
        ("missing-version", Level.WARNING),
        ("unique-sids-recommended", Level.WARNING),
        ("unique-sids-required", Level.ERROR),
        ("allow-with-notprincipal", Level.SECURITY_WARNING),
        ("empty-array-action", Level.SUGGESTION),
        ("null-with-qualifier", Level.SUGGESTION),
        ("null-with-if-exists", Level.ERROR),
    ],
)
def test_a_code_weighs_what_access_analyzer_gives_it(code, expected):
    # access-analyzer-reference-policy-checks; facts 9.2.
    assert level(code) is expected
