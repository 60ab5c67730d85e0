"""Access control lists and Object Ownership of S3, as boto3 and strangers see them.

Expectations: S3 User Guide, acl-overview, about-object-ownership, object-ownership-error-responses,
access-control-auth-workflow-bucket-operation and ...-object-operation; facts/iam.md 4.12.
"""

from __future__ import annotations

import itertools
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from remit.app.access.acl import ALL_USERS, AUTHENTICATED, canonical_id
from tests.server.live import ACCOUNT, HEAD, REGION, Keys, Live, allow, deny, document, refused
from tests.server.others import OTHER, THIRD, user_of

_NUMBERS = itertools.count(1)
ALL = allow("s3:*")


def open_bucket(live: Live, ownership: str = "ObjectWriter", *, blocked: bool = False) -> str:
    """A new bucket whose lists count, public ones too."""
    name, s3 = f"lists-{next(_NUMBERS)}", live.client("s3")
    s3.create_bucket(Bucket=name, ObjectOwnership=ownership)
    if not blocked:
        s3.delete_public_access_block(Bucket=name)
    return name


def unsigned(live: Live) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=live.url,
        region_name=REGION,
        config=Config(signature_version=UNSIGNED, retries={"max_attempts": 0}),
    )


def may(call: Any, **params: Any) -> bool:
    """Whether a call is let through. Anything but a denial is a fault."""
    try:
        call(**params)
    except ClientError as error:
        assert error.response["Error"]["Code"] in {"AccessDenied", "403"}, error
        return False
    return True


@pytest.fixture(scope="module")
def visitors(live: Live) -> dict[str, Keys]:
    """A user of another account and one of a third, whose own policies allow all of S3; one of the
    other account without policies; and two of the bucket's account, alike."""
    return {
        "other": user_of(live, OTHER, ALL)[1],
        "powerless": user_of(live, OTHER)[1],
        "third": user_of(live, THIRD, ALL)[1],
        "own": live.user(ALL)[1],
        "nobody": live.user()[1],
    }


# --- what a new bucket has ----------------------------------------------------------------------


def test_a_new_bucket_has_lists_off(live: Live) -> None:
    s3 = live.client("s3")
    s3.create_bucket(Bucket="fresh")
    rules = s3.get_bucket_ownership_controls(Bucket="fresh")["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    owner = s3.list_buckets()["Owner"]["ID"]
    assert owner == canonical_id(ACCOUNT)
    found = s3.get_bucket_acl(Bucket="fresh")
    full = {"Grantee": {"Type": "CanonicalUser", "ID": owner}, "Permission": "FULL_CONTROL"}
    assert (found["Owner"]["ID"], found["Grants"]) == (owner, [full])


OFF = ("AccessControlListNotSupported", "The bucket does not allow ACLs")
SENT: list[tuple[str, dict[str, Any], bool]] = [
    ("put_object", {"ACL": "public-read"}, False),
    ("put_object", {"ACL": "private"}, False),
    ("put_object", {"ACL": "bucket-owner-full-control"}, True),
    ("put_object", {}, True),
    ("put_object", {"GrantRead": f'uri="{ALL_USERS}"'}, False),
    ("put_object", {"GrantFullControl": f"id={canonical_id(ACCOUNT)}"}, True),
    ("put_object_acl", {"ACL": "public-read"}, False),
    ("put_object_acl", {"ACL": "bucket-owner-full-control"}, True),
    ("copy_object", {"ACL": "public-read", "CopySource": "off/there"}, False),
    ("create_multipart_upload", {"ACL": "public-read"}, False),
    ("put_bucket_acl", {"ACL": "private"}, False),
    ("put_bucket_acl", {"ACL": "log-delivery-write"}, False),
]


@pytest.mark.parametrize(("method", "params", "taken"), SENT)
def test_where_lists_are_off_none_is_taken(
    live: Live, method: str, params: dict[str, Any], taken: bool
) -> None:
    s3 = live.client("s3")
    if "off" not in {one["Name"] for one in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket="off")
        s3.put_object(Bucket="off", Key="there", Body=b"1")
    at = {"Bucket": "off"} if "bucket" in method else {"Bucket": "off", "Key": "there"}
    call = getattr(s3, method)
    if taken:
        call(**at, **params)
        return
    with pytest.raises(ClientError) as caught:
        call(**at, **params)
    error = caught.value.response
    assert (error["Error"]["Code"], error["Error"]["Message"]) == OFF
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400


MADE: list[tuple[dict[str, Any], str | None]] = [
    ({"ACL": "private"}, None),
    ({"ACL": "log-delivery-write"}, "InvalidBucketAclWithObjectOwnership"),
    ({"ACL": "public-read"}, "InvalidBucketAclWithObjectOwnership"),
    ({"ACL": "private", "ObjectOwnership": "ObjectWriter"}, None),
    ({"ACL": "log-delivery-write", "ObjectOwnership": "ObjectWriter"}, None),
    (
        {"ACL": "public-read", "ObjectOwnership": "ObjectWriter"},
        "InvalidBucketAclWithBlockPublicAccessError",
    ),
    ({"ACL": "wide-open", "ObjectOwnership": "ObjectWriter"}, "InvalidArgument"),
    (
        {"GrantRead": 'emailAddress="x@example.com"', "ObjectOwnership": "ObjectWriter"},
        "UnresolvableGrantByEmailAddress",
    ),
    ({"GrantRead": "id=abc", "ObjectOwnership": "ObjectWriter"}, "InvalidArgument"),
]


@pytest.mark.parametrize(("params", "code"), MADE)
def test_making_a_bucket_with_a_list(live: Live, params: dict[str, Any], code: str | None) -> None:
    name, s3 = f"made-{next(_NUMBERS)}", live.client("s3")
    if code is None:
        s3.create_bucket(Bucket=name, **params)
        return
    assert refused(s3.create_bucket, Bucket=name, **params)[0] == code
    assert name not in {one["Name"] for one in s3.list_buckets()["Buckets"]}


def test_lists_are_turned_off_only_when_they_let_nobody_else_in(live: Live) -> None:
    s3 = live.client("s3")
    name = open_bucket(live)
    s3.put_bucket_acl(Bucket=name, ACL="public-read")
    enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    put = s3.put_bucket_ownership_controls
    code, _ = refused(put, Bucket=name, OwnershipControls=enforced)
    assert code == "InvalidBucketAclWithObjectOwnership"
    s3.put_bucket_acl(Bucket=name, ACL="private")
    put(Bucket=name, OwnershipControls=enforced)


# --- lists of buckets ---------------------------------------------------------------------------

BUCKET: list[tuple[dict[str, str], str, dict[str, bool]]] = [
    # list, call, who may
    ({"ACL": "private"}, "list_objects_v2", {"other": False, "anonymous": False, "own": True, "nobody": False}),
    ({"ACL": "public-read"}, "list_objects_v2", {"other": True, "powerless": False, "anonymous": True, "nobody": True}),
    ({"ACL": "public-read"}, "list_object_versions", {"other": True, "anonymous": True}),
    ({"ACL": "public-read"}, "list_multipart_uploads", {"other": True, "anonymous": True}),
    ({"ACL": "public-read"}, "get_bucket_acl", {"other": False, "anonymous": False}),
    ({"ACL": "public-read"}, "get_bucket_location", {"other": False, "anonymous": False}),
    ({"ACL": "authenticated-read"}, "list_objects_v2", {"other": True, "powerless": False, "anonymous": False, "nobody": True}),
    ({"ACL": "log-delivery-write"}, "get_bucket_acl", {"other": False, "anonymous": False}),
    ({"GrantRead": f"id={canonical_id(OTHER)}"}, "list_objects_v2", {"other": True, "powerless": False, "third": False, "anonymous": False}),
    ({"GrantReadACP": f"id={canonical_id(OTHER)}"}, "get_bucket_acl", {"other": True, "third": False}),
    ({"GrantReadACP": f"id={canonical_id(OTHER)}"}, "list_objects_v2", {"other": False}),
    ({"GrantFullControl": f"id={canonical_id(OTHER)}"}, "get_bucket_acl", {"other": True, "third": False}),
    ({"GrantFullControl": f"id={canonical_id(OTHER)}"}, "list_objects_v2", {"other": True, "third": False}),
    ({"GrantFullControl": f"id={canonical_id(ACCOUNT)}"}, "list_objects_v2", {"own": True, "nobody": False, "other": False}),
]  # fmt: skip


@pytest.mark.parametrize(("acl", "method", "who"), BUCKET)
def test_lists_of_buckets(
    live: Live, visitors: dict[str, Keys], acl: dict[str, str], method: str, who: dict[str, bool]
) -> None:
    name = open_bucket(live)
    live.client("s3").put_bucket_acl(Bucket=name, **acl)
    found = {}
    for one in who:
        s3 = unsigned(live) if one == "anonymous" else live.client("s3", visitors[one])
        found[one] = may(getattr(s3, method), Bucket=name)
    assert found == who


def test_a_list_as_xml(live: Live, visitors: dict[str, Keys]) -> None:
    s3, name = live.client("s3"), open_bucket(live)
    owner = {"ID": canonical_id(ACCOUNT)}
    grants = [
        {"Grantee": {"Type": "CanonicalUser", **owner}, "Permission": "FULL_CONTROL"},
        {"Grantee": {"Type": "CanonicalUser", "ID": canonical_id(OTHER)}, "Permission": "READ"},
        {"Grantee": {"Type": "Group", "URI": AUTHENTICATED}, "Permission": "READ_ACP"},
    ]
    s3.put_bucket_acl(Bucket=name, AccessControlPolicy={"Owner": owner, "Grants": grants})
    assert s3.get_bucket_acl(Bucket=name)["Grants"] == grants
    assert may(live.client("s3", visitors["other"]).list_objects_v2, Bucket=name)
    assert not may(live.client("s3", visitors["third"]).list_objects_v2, Bucket=name)
    assert may(live.client("s3", visitors["third"]).get_bucket_acl, Bucket=name)


def test_a_grantee_by_its_email(live: Live) -> None:
    org = live.client("organizations")
    org.create_organization(FeatureSet="ALL")
    made = org.create_account(Email="dora@example.com", AccountName="d")["CreateAccountStatus"]
    s3, name = live.client("s3"), open_bucket(live)
    s3.put_bucket_acl(Bucket=name, GrantRead='emailAddress="dora@example.com"')
    told = s3.get_bucket_acl(Bucket=name)["Grants"][0]["Grantee"]["ID"]
    assert told == canonical_id(made["AccountId"])


def test_write_makes_objects_but_leaves_those_of_others(
    live: Live, visitors: dict[str, Keys]
) -> None:
    """ "For the bucket and object owners of existing objects, also allows deletions and
    overwrites of those objects" (acl-overview)."""
    s3, name = live.client("s3"), open_bucket(live)
    s3.put_object(Bucket=name, Key="ours", Body=b"1")
    s3.put_bucket_acl(Bucket=name, GrantWrite=f'uri="{AUTHENTICATED}"')
    other, third = (live.client("s3", visitors[one]) for one in ("other", "third"))
    assert may(other.put_object, Bucket=name, Key="theirs", Body=b"2")
    assert may(other.put_object, Bucket=name, Key="theirs", Body=b"3")
    for key in ("ours", "theirs"):
        assert not may(third.put_object, Bucket=name, Key=key, Body=b"4")
        assert not may(third.delete_object, Bucket=name, Key=key)
    assert not may(other.delete_object, Bucket=name, Key="ours")
    assert not may(unsigned(live).put_object, Bucket=name, Key="new", Body=b"5")
    assert not may(other.list_objects_v2, Bucket=name)
    assert may(other.delete_object, Bucket=name, Key="theirs")


def test_full_control_of_a_bucket_is_writing_too(live: Live, visitors: dict[str, Keys]) -> None:
    s3, name = live.client("s3"), open_bucket(live)
    s3.put_bucket_acl(Bucket=name, GrantFullControl=f"id={canonical_id(OTHER)}")
    for who, able in (("other", True), ("powerless", False), ("third", False)):
        put = live.client("s3", visitors[who]).put_object
        assert may(put, Bucket=name, Key=who, Body=b"1") is able
    assert may(live.client("s3", visitors["other"]).put_bucket_acl, Bucket=name, ACL="private")
    assert not may(live.client("s3", visitors["other"]).list_objects_v2, Bucket=name)


def test_what_strangers_wrote_strangers_do_not_replace(live: Live) -> None:
    """Whoever does not sign is nobody in particular; the bucket's owner may delete it."""
    s3, name = live.client("s3"), open_bucket(live)
    s3.put_bucket_acl(Bucket=name, ACL="public-read-write")
    stranger = unsigned(live)
    assert may(stranger.put_object, Bucket=name, Key="k", Body=b"1")
    assert not may(stranger.put_object, Bucket=name, Key="k", Body=b"2")
    assert not may(stranger.delete_object, Bucket=name, Key="k")
    assert not may(s3.get_object, Bucket=name, Key="k")
    assert may(s3.delete_object, Bucket=name, Key="k")


# --- lists of objects ---------------------------------------------------------------------------

OBJECT: list[tuple[dict[str, str], str, dict[str, bool]]] = [
    ({}, "get_object", {"other": False, "anonymous": False, "own": True, "nobody": False}),
    ({"ACL": "public-read"}, "get_object", {"other": True, "powerless": False, "anonymous": True, "nobody": True}),
    ({"ACL": "public-read"}, "head_object", {"anonymous": True}),
    ({"ACL": "public-read"}, "get_object_acl", {"other": False, "anonymous": False}),
    ({"ACL": "public-read"}, "delete_object", {"other": False, "anonymous": False, "nobody": False}),
    ({"ACL": "public-read"}, "get_object_tagging", {"other": False, "anonymous": False}),
    ({"ACL": "authenticated-read"}, "get_object", {"other": True, "anonymous": False, "nobody": True}),
    ({"GrantRead": f"id={canonical_id(OTHER)}"}, "get_object", {"other": True, "powerless": False, "third": False, "anonymous": False}),
    ({"GrantReadACP": f"id={canonical_id(OTHER)}"}, "get_object_acl", {"other": True, "third": False}),
    ({"GrantFullControl": f"id={canonical_id(OTHER)}"}, "get_object_acl", {"other": True, "third": False}),
    ({"GrantRead": f'uri="{ALL_USERS}"'}, "get_object", {"anonymous": True}),
]  # fmt: skip


@pytest.mark.parametrize(("acl", "method", "who"), OBJECT)
def test_lists_of_objects(
    live: Live, visitors: dict[str, Keys], acl: dict[str, str], method: str, who: dict[str, bool]
) -> None:
    name = open_bucket(live)
    live.client("s3").put_object(Bucket=name, Key="dir/k", Body=b"1", **acl)
    live.client("s3").put_object(Bucket=name, Key="dir/other", Body=b"1")
    found = {}
    for one in who:
        s3 = unsigned(live) if one == "anonymous" else live.client("s3", visitors[one])
        found[one] = may(getattr(s3, method), Bucket=name, Key="dir/k")
        assert not may(unsigned(live).get_object, Bucket=name, Key="dir/other")
    assert found == who


def test_a_list_is_changed_and_counts_at_once(live: Live, visitors: dict[str, Keys]) -> None:
    s3, name = live.client("s3"), open_bucket(live)
    s3.put_object(Bucket=name, Key="k", Body=b"1")
    read = {"Bucket": name, "Key": "k"}
    assert not may(unsigned(live).get_object, **read)
    s3.put_object_acl(**read, ACL="public-read")
    assert may(unsigned(live).get_object, **read)
    s3.put_object(Bucket=name, Key="k", Body=b"2")  # a new object has a list of its own
    assert not may(unsigned(live).get_object, **read)
    s3.copy_object(**read, CopySource=f"{name}/k", ACL="public-read", MetadataDirective="REPLACE")
    assert may(unsigned(live).get_object, **read)
    s3.put_object_acl(**read, GrantWriteACP=f"id={canonical_id(OTHER)}")
    other = live.client("s3", visitors["other"])
    assert may(other.put_object_acl, **read, ACL="public-read")
    assert may(unsigned(live).get_object, **read)


def test_objects_do_not_inherit_the_buckets_list(live: Live) -> None:
    s3, name = live.client("s3"), open_bucket(live)
    s3.put_bucket_acl(Bucket=name, ACL="public-read")
    s3.put_object(Bucket=name, Key="k", Body=b"1")
    assert not may(unsigned(live).get_object, Bucket=name, Key="k")


def test_each_version_has_its_own_list(live: Live) -> None:
    s3, name = live.client("s3"), open_bucket(live)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=name, Key="k", Body=b"1", ACL="public-read")["VersionId"]
    second = s3.put_object(Bucket=name, Key="k", Body=b"2")["VersionId"]
    stranger = unsigned(live)
    read = {"Bucket": name, "Key": "k"}
    assert (may(stranger.get_object, **read), may(stranger.get_object, **read, VersionId=second)) == (False, False)  # fmt: skip
    assert may(stranger.get_object, **read, VersionId=first)
    s3.put_object_acl(**read, VersionId=first, ACL="private")
    assert not may(stranger.get_object, **read, VersionId=first)


def test_an_upload_in_parts_keeps_its_list(live: Live) -> None:
    s3, name = live.client("s3"), open_bucket(live)
    at = {"Bucket": name, "Key": "k"}
    number = s3.create_multipart_upload(**at, ACL="public-read")["UploadId"]
    tag = s3.upload_part(**at, UploadId=number, PartNumber=1, Body=b"1")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": tag}]}
    s3.complete_multipart_upload(**at, UploadId=number, MultipartUpload=parts)
    assert may(unsigned(live).get_object, **at)


# --- objects of other accounts ------------------------------------------------------------------


def written(live: Live, keys: Keys, ownership: str, **params: Any) -> str:
    """A bucket with an object of another account's in it, `k`."""
    name = open_bucket(live, ownership)
    statement = {"Principal": {"AWS": OTHER}, "Resource": f"arn:aws:s3:::{name}/*"}
    policy = document({"Effect": "Allow", "Action": "s3:*", **statement})
    live.client("s3").put_bucket_policy(Bucket=name, Policy=policy)
    live.client("s3", keys).put_object(Bucket=name, Key="k", Body=b"1", **params)
    return name


FULL = {"ACL": "bucket-owner-full-control"}
OWNERS: list[tuple[str, dict[str, str], str, bool, bool]] = [
    # setting, list, owner, may the bucket's owner read, may the writer
    ("ObjectWriter", {}, OTHER, False, True),
    ("ObjectWriter", FULL, OTHER, True, True),
    ("ObjectWriter", {"ACL": "bucket-owner-read"}, OTHER, True, True),
    ("BucketOwnerPreferred", {}, OTHER, False, True),
    ("BucketOwnerPreferred", FULL, ACCOUNT, True, True),
    ("BucketOwnerEnforced", {}, ACCOUNT, True, True),
    ("BucketOwnerEnforced", FULL, ACCOUNT, True, True),
]


@pytest.mark.parametrize(("ownership", "acl", "owner", "ours", "theirs"), OWNERS)
def test_who_owns_what_another_account_writes(
    live: Live, visitors: dict[str, Keys], ownership: str, acl: dict[str, str], owner: str,
    ours: bool, theirs: bool,
) -> None:  # fmt: skip
    name = written(live, visitors["other"], ownership, **acl)
    read = {"Bucket": name, "Key": "k"}
    assert may(live.client("s3").get_object, **read) is ours
    assert may(live.client("s3", visitors["other"]).get_object, **read) is theirs
    who = live.client("s3") if owner == ACCOUNT else live.client("s3", visitors["other"])
    assert who.get_object_acl(**read)["Owner"]["ID"] == canonical_id(owner)


def test_a_bucket_policy_lets_nobody_at_objects_of_others(
    live: Live, visitors: dict[str, Keys]
) -> None:
    """Its Denies hold (access-control-auth-workflow-object-operation, example 1)."""
    name = written(live, visitors["other"], "ObjectWriter")
    s3, read = live.client("s3"), {"Bucket": name, "Key": "k"}
    resource = f"arn:aws:s3:::{name}/*"
    principals = {"AWS": [ACCOUNT, OTHER, THIRD, f"{HEAD}user/remit-administrator"]}
    policy = {"Effect": "Allow", "Principal": principals, "Action": "s3:*", "Resource": resource}
    s3.put_bucket_policy(Bucket=name, Policy=document(policy))
    assert not may(s3.get_object, **read)
    assert not may(live.client("s3", visitors["third"]).get_object, **read)
    live.client("s3", visitors["other"]).put_object_acl(
        **read, GrantRead=f"id={canonical_id(THIRD)},id={canonical_id(ACCOUNT)}"
    )
    assert may(s3.get_object, **read)
    assert may(live.client("s3", visitors["third"]).get_object, **read)
    closed = {"Principal": "*", "Action": "s3:GetObject", "Resource": resource}
    s3.put_bucket_policy(Bucket=name, Policy=document(policy, {"Effect": "Deny", **closed}))
    for keys in (visitors["third"], visitors["other"]):
        assert not may(live.client("s3", keys).get_object, **read)
    _, message = refused(s3.get_object, **read)
    assert message.endswith("with an explicit deny in a resource-based policy")


def test_a_buckets_owner_deletes_what_it_may_not_read(
    live: Live, visitors: dict[str, Keys]
) -> None:
    name = written(live, visitors["other"], "ObjectWriter")
    s3, at = live.client("s3"), {"Bucket": name, "Key": "k"}
    _, message = refused(s3.get_object, **at)
    assert message.endswith("because no resource-based policy allows the s3:GetObject action")
    assert may(s3.get_object_tagging, **at)
    assert may(s3.delete_object, **at)


def test_strangers_to_an_object_do_not_replace_it(live: Live, visitors: dict[str, Keys]) -> None:
    """unconfirmed: foreign-object."""
    name = written(live, visitors["other"], "ObjectWriter")
    statement = {"Principal": {"AWS": [OTHER, THIRD]}, "Resource": f"arn:aws:s3:::{name}/*"}
    policy = document({"Effect": "Allow", "Action": "s3:*", **statement})
    live.client("s3").put_bucket_policy(Bucket=name, Policy=policy)
    third = live.client("s3", visitors["third"])
    assert may(third.put_object, Bucket=name, Key="new", Body=b"1")
    assert not may(third.put_object, Bucket=name, Key="k", Body=b"1")
    assert not may(third.delete_object, Bucket=name, Key="k")
    assert may(live.client("s3", visitors["other"]).delete_object, Bucket=name, Key="k")


def test_turning_lists_off_gives_everything_to_the_buckets_owner(
    live: Live, visitors: dict[str, Keys]
) -> None:
    """And on again: as it was (about-object-ownership, "Re-enabling ACLs")."""
    name = written(live, visitors["other"], "ObjectWriter")
    s3, read = live.client("s3"), {"Bucket": name, "Key": "k"}
    assert not may(s3.get_object, **read)
    for setting, ours in (("BucketOwnerEnforced", True), ("ObjectWriter", False)):
        controls = {"Rules": [{"ObjectOwnership": setting}]}
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=controls)
        assert may(s3.get_object, **read) is ours


def test_a_list_overrules_no_deny_of_ones_own(live: Live) -> None:
    s3, name = live.client("s3"), open_bucket(live)
    s3.put_object(Bucket=name, Key="k", Body=b"1", ACL="public-read")
    _, keys = live.user(deny("s3:GetObject"))
    _, message = refused(live.client("s3", keys).get_object, Bucket=name, Key="k")
    assert message.endswith("with an explicit deny in an identity-based policy")


def test_condition_keys_of_lists(live: Live) -> None:
    s3, name = live.client("s3"), open_bucket(live)
    wanted = {"StringEquals": {"s3:x-amz-grant-read": f"id={canonical_id(OTHER)}"}}
    _, keys = live.user(allow("s3:PutObject", "s3:PutObjectAcl", Condition=wanted))
    put = live.client("s3", keys).put_object
    at = {"Bucket": name, "Key": "k", "Body": b"1"}
    assert may(put, **at, GrantRead=f"id={canonical_id(OTHER)}")
    assert not may(put, **at, GrantRead=f"id={canonical_id(THIRD)}")
    assert not may(put, **at)
    owning = {"StringEquals": {"s3:x-amz-object-ownership": "BucketOwnerEnforced"}}
    more = allow("s3:PutBucketOwnershipControls")
    _, keys = live.user(allow("s3:CreateBucket", Condition=owning), more)
    made = live.client("s3", keys).create_bucket
    assert may(made, Bucket=f"{name}-1", ObjectOwnership="BucketOwnerEnforced")
    assert not may(made, Bucket=f"{name}-2", ObjectOwnership="ObjectWriter")
    del s3
