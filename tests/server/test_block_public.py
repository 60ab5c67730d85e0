"""S3 Block Public Access, of buckets and of accounts, as boto3 and strangers see it.

Expectations: S3 User Guide, access-control-block-public-access; facts/iam.md 4.12, 6.1 and 9.4.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from remit.app.access.acl import ALL_USERS, canonical_id
from remit.core.http import HttpRequest
from remit.server.hosts import path_style
from tests.server.live import ACCOUNT, HEAD, Keys, Live, allow, document, refused
from tests.server.others import OTHER, user_of
from tests.server.test_acls import ALL, may, open_bucket, unsigned
from tests.server.test_resources import to

SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
BY_ACLS = (
    "because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access"
)
BY_POLICY = (
    "because public policies are prevented by the BlockPublicPolicy setting in "
    "S3 Block Public Access"
)


class Level:
    """Where switches are set: on a bucket or for its account."""

    def __init__(self, live: Live, name: str) -> None:
        self.live, self.name = live, name

    def set(self, bucket: str, *on: str) -> None:
        block = {switch: switch in on for switch in SWITCHES}
        if self.name == "bucket":
            self.live.client("s3").put_public_access_block(
                Bucket=bucket, PublicAccessBlockConfiguration=block
            )
        else:
            self.control().put_public_access_block(
                AccountId=ACCOUNT, PublicAccessBlockConfiguration=block
            )

    def control(self, keys: Keys | None = None) -> Any:
        """S3 Control's clients put the account in front of the host, which has no such name."""
        client = self.live.client("s3control", keys)

        def plain(request: Any, **_: Any) -> None:
            request.url = request.url.replace(f"//{ACCOUNT}.", "//")

        client.meta.events.register("before-sign.s3-control", plain)
        return client


@pytest.fixture(params=["bucket", "account"])
def level(live: Live, request: pytest.FixtureRequest) -> Iterator[Level]:
    yield Level(live, request.param)
    if request.param == "account":
        Level(live, "account").control().delete_public_access_block(AccountId=ACCOUNT)


def public(bucket: str, action: str = "s3:GetObject") -> str:
    return to("*", action, resource=f"arn:aws:s3:::{bucket}/*")


# --- defaults -----------------------------------------------------------------------------------


def test_a_new_bucket_has_all_four(live: Live) -> None:
    """S3 User Guide, create-bucket-faq: since April 2023."""
    s3 = live.client("s3")
    s3.create_bucket(Bucket="blocked")
    found = s3.get_public_access_block(Bucket="blocked")["PublicAccessBlockConfiguration"]
    assert found == dict.fromkeys(SWITCHES, True)
    _, message = refused(s3.put_bucket_policy, Bucket="blocked", Policy=public("blocked"))
    user = f"{HEAD}user/remit-administrator"
    asked = 's3:PutBucketPolicy on resource: "arn:aws:s3:::blocked"'
    assert message == f"User: {user} is not authorized to perform: {asked} {BY_POLICY}"
    s3.delete_public_access_block(Bucket="blocked")
    code, _ = refused(s3.get_public_access_block, Bucket="blocked")
    assert code == "NoSuchPublicAccessBlockConfiguration"
    s3.put_bucket_policy(Bucket="blocked", Policy=public("blocked"))


def test_lists_on_and_access_still_blocked(live: Live) -> None:
    name = open_bucket(live, blocked=True)
    s3 = live.client("s3")
    assert refused(s3.put_bucket_acl, Bucket=name, ACL="public-read")[1].endswith(BY_ACLS)
    s3.put_bucket_acl(Bucket=name, ACL="private")


# --- the switches -------------------------------------------------------------------------------

PUTS: list[tuple[str, dict[str, Any], bool]] = [
    ("put_bucket_acl", {"ACL": "public-read"}, True),
    ("put_bucket_acl", {"ACL": "authenticated-read"}, True),
    ("put_bucket_acl", {"GrantRead": f'uri="{ALL_USERS}"'}, True),
    ("put_bucket_acl", {"ACL": "log-delivery-write"}, False),
    ("put_bucket_acl", {"GrantRead": f"id={canonical_id(OTHER)}"}, False),
    ("put_object", {"Key": "k", "ACL": "public-read"}, True),
    ("put_object", {"Key": "k"}, False),
    ("put_object_acl", {"Key": "there", "ACL": "public-read"}, True),
    ("put_object_acl", {"Key": "there", "ACL": "private"}, False),
    ("copy_object", {"Key": "k", "ACL": "public-read"}, True),
    ("create_multipart_upload", {"Key": "k", "ACL": "public-read"}, True),
]


def test_block_public_acls(live: Live, level: Level) -> None:
    bucket, s3 = open_bucket(live), live.client("s3")
    s3.put_object(Bucket=bucket, Key="there", Body=b"1")
    s3.put_object(Bucket=bucket, Key="open", Body=b"1", ACL="public-read")
    level.set(bucket, "BlockPublicAcls")
    for method, params, is_public in PUTS:
        if method == "copy_object":
            params = {**params, "CopySource": f"{bucket}/there"}
        call = getattr(s3, method)
        if is_public:
            code, message = refused(call, Bucket=bucket, **params)
            assert (code, message.endswith(BY_ACLS)) == ("AccessDenied", True), (method, params)
        else:
            call(Bucket=bucket, **params)
    assert may(unsigned(live).get_object, Bucket=bucket, Key="open")  # those that are there stay


def test_ignore_public_acls(live: Live, level: Level) -> None:
    bucket, s3 = open_bucket(live), live.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"1", ACL="public-read")
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    s3.put_object(Bucket=bucket, Key="lent", Body=b"1", GrantRead=f"id={canonical_id(OTHER)}")
    other = live.client("s3", user_of(live, OTHER, ALL)[1])
    level.set(bucket, "IgnorePublicAcls")
    stranger = unsigned(live)
    assert not may(stranger.get_object, Bucket=bucket, Key="k")
    assert not may(stranger.list_objects_v2, Bucket=bucket)
    assert not may(other.get_object, Bucket=bucket, Key="k")
    _, message = refused(live.client("s3", live.user()[1]).get_object, Bucket=bucket, Key="k")
    assert "policy allows the s3:GetObject action" in message
    assert may(other.get_object, Bucket=bucket, Key="lent")  # that list is not public
    grants = s3.get_object_acl(Bucket=bucket, Key="k")["Grants"]
    assert [one["Grantee"].get("ID") for one in grants] == [canonical_id(ACCOUNT)]
    s3.put_object(Bucket=bucket, Key="more", Body=b"1", ACL="public-read")  # may still be set
    level.set(bucket)
    assert may(stranger.get_object, Bucket=bucket, Key="k")


def test_block_public_policy(live: Live, level: Level) -> None:
    bucket, s3 = open_bucket(live, "BucketOwnerEnforced"), live.client("s3")
    level.set(bucket, "BlockPublicPolicy")
    code, message = refused(s3.put_bucket_policy, Bucket=bucket, Policy=public(bucket))
    assert (code, message.endswith(BY_POLICY)) == ("AccessDenied", True)
    s3.put_bucket_policy(
        Bucket=bucket,
        Policy=to({"AWS": OTHER}, "s3:GetObject", resource=f"arn:aws:s3:::{bucket}/*"),
    )
    level.set(bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=public(bucket))
    level.set(bucket, "BlockPublicPolicy")
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    assert may(unsigned(live).get_object, Bucket=bucket, Key="k")  # the one that is there stays


def test_restrict_public_buckets(live: Live, level: Level) -> None:
    bucket, s3 = open_bucket(live, "BucketOwnerEnforced"), live.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    other = live.client("s3", user_of(live, OTHER, ALL)[1])
    name, keys = live.user()
    own = live.client("s3", keys)
    objects = {"Resource": f"arn:aws:s3:::{bucket}/*", "Effect": "Allow", "Action": "s3:GetObject"}
    fixed = {**objects, "Principal": {"AWS": [OTHER, f"{HEAD}user/{name}"]}}
    everybody = {**objects, "Principal": "*"}
    read = {"Bucket": bucket, "Key": "k"}
    stranger = unsigned(live)

    def who() -> list[bool]:
        return [may(one.get_object, **read) for one in (own, other, stranger)]

    s3.put_bucket_policy(Bucket=bucket, Policy=document(fixed))
    level.set(bucket, "RestrictPublicBuckets")
    assert who() == [True, True, False]  # not a public policy: as it is written
    level.set(bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=document(fixed, everybody))
    assert who() == [True, True, True]
    level.set(bucket, "RestrictPublicBuckets")
    # One public statement restricts all of them, also those for accounts by name.
    assert who() == [True, False, False]
    assert refused(stranger.get_object, **read)[0] == "AccessDenied"
    s3.get_object(**read)


def test_a_restricted_bucket_denies_explicitly(live: Live) -> None:
    """Told to who is of the same organisation (facts 6.1)."""
    org = live.client("organizations")
    org.create_organization(FeatureSet="ALL")
    made = org.create_account(Email="r@example.com", AccountName="r")["CreateAccountStatus"]
    bucket, s3 = open_bucket(live, "BucketOwnerEnforced"), live.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    s3.put_bucket_policy(Bucket=bucket, Policy=public(bucket))
    Level(live, "bucket").set(bucket, "RestrictPublicBuckets")
    member = live.client("s3", user_of(live, made["AccountId"], ALL)[1])
    _, message = refused(member.get_object, Bucket=bucket, Key="k")
    assert message.endswith("with an explicit deny in a resource-based policy")


def test_the_more_restrictive_of_both_levels_counts(live: Live) -> None:
    bucket, s3 = open_bucket(live), live.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"1", ACL="public-read")
    Level(live, "account").set(bucket, "IgnorePublicAcls")
    try:
        assert not may(unsigned(live).get_object, Bucket=bucket, Key="k")
        assert may(s3.put_object_acl, Bucket=bucket, Key="k", ACL="public-read")
        Level(live, "bucket").set(bucket, "BlockPublicAcls")
        assert not may(s3.put_object_acl, Bucket=bucket, Key="k", ACL="public-read")
        assert not may(unsigned(live).get_object, Bucket=bucket, Key="k")
    finally:
        Level(live, "account").control().delete_public_access_block(AccountId=ACCOUNT)
    assert may(unsigned(live).get_object, Bucket=bucket, Key="k")


def test_switches_need_a_permission(live: Live) -> None:
    bucket = open_bucket(live)
    _, keys = live.user(allow("s3:PutBucketPolicy"))
    block = {"BlockPublicPolicy": False}
    put = live.client("s3", keys).put_public_access_block
    assert not may(put, Bucket=bucket, PublicAccessBlockConfiguration=block)
    control = Level(live, "account").control(keys)
    assert not may(
        control.put_public_access_block, AccountId=ACCOUNT, PublicAccessBlockConfiguration=block
    )


# --- what is public -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("principal", "condition", "is_public"),
    [
        ("*", {}, True),
        ({"AWS": OTHER}, {}, False),
        ("*", {"StringEquals": {"aws:SourceVpc": "vpc-1"}}, False),
        ("*", {"StringLike": {"aws:SourceVpc": "vpc-*"}}, True),
    ],
)
def test_the_status_of_a_policy(
    live: Live, principal: Any, condition: dict[str, Any], is_public: bool
) -> None:
    bucket, s3 = open_bucket(live), live.client("s3")
    assert refused(s3.get_bucket_policy_status, Bucket=bucket)[0] == "NoSuchBucketPolicy"
    resource = f"arn:aws:s3:::{bucket}/*"
    s3.put_bucket_policy(
        Bucket=bucket, Policy=to(principal, "s3:GetObject", resource=resource, Condition=condition)
    )
    status = s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]
    assert status == {"IsPublic": is_public}


@pytest.mark.parametrize(
    ("host", "path", "seen"),
    [
        (f"{ACCOUNT}.localhost:4566", "/v20180820/configuration/publicAccessBlock", False),
        (f"{ACCOUNT}.localhost:4566", "/v2018", True),
        ("files.localhost:4566", "/v20180820/x", True),
    ],
)
def test_an_account_in_front_of_the_host_is_no_bucket(host: str, path: str, seen: bool) -> None:
    request = HttpRequest("GET", path, headers=(("host", host),))
    assert (path_style(request).path != path) is seen


def test_a_bucket_of_a_template_is_as_it_says(live: Live) -> None:
    """CloudFormation User Guide, AWS::S3::Bucket."""
    own = {
        "BucketName": "of-template",
        "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "BlockPublicPolicy": False},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
    }
    kind = "AWS::S3::Bucket"
    resources = {
        "Own": {"Type": kind, "Properties": own},
        "Plain": {"Type": kind, "Properties": {"BucketName": "of-template-plain"}},
    }
    template = json.dumps({"Resources": resources})
    live.client("cloudformation").create_stack(StackName="s", TemplateBody=template)
    s3 = live.client("s3")
    found = s3.get_public_access_block(Bucket="of-template")["PublicAccessBlockConfiguration"]
    assert found == {**dict.fromkeys(SWITCHES, False), "BlockPublicAcls": True}
    controls = s3.get_bucket_ownership_controls(Bucket="of-template")["OwnershipControls"]
    assert controls == own["OwnershipControls"]
    plain = s3.get_public_access_block(Bucket="of-template-plain")
    assert plain["PublicAccessBlockConfiguration"] == dict.fromkeys(SWITCHES, True)
