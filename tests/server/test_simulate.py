"""SimulateCustomPolicy through boto3: every input, by the decision that it leads to.

Sources: facts/iam.md 2.2, 8.1 and 8.3; botocore's IAM model [M]; recording A's published notes on
simulation [O]; public issues where named.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.live import ACCOUNT, HEAD, Live, allow, deny, document
from tests.server.simulating import (
    ANN,
    FAR,
    FAR_QUEUE,
    GET,
    KEY,
    NOTHING,
    QUEUE,
    SEND,
    A,
    E,
    I,
    custom,
    entry,
    sent,
    shared,
    when,
)

Row = tuple[str, dict[str, Any], str]

DECISIONS: list[Row] = [
    # --- policies, resources, actions (8.3)
    ("no policy at all [O]", {}, I),
    ("nothing that allows", {"PolicyInputList": [NOTHING]}, I),
    ("an Allow", {"PolicyInputList": [GET], "ResourceArns": [KEY]}, A),
    ("an Allow in the second policy", {"PolicyInputList": [NOTHING, GET], "ResourceArns": [KEY]}, A),
    ("`*` is what is asked for, no wildcard", {"PolicyInputList": [GET]}, I),
    ("an Allow for everything", {"PolicyInputList": [document(allow("s3:*"))]}, A),
    ("a Deny wins", {"PolicyInputList": [document(allow("s3:*")), document(deny("s3:Get*"))]}, E),
    ("odd names are taken literally [O]",
     {"PolicyInputList": [document(allow("s3:Get*"))], "ActionNames": ["s3:Get*"]}, A),
    ("... and are no wildcards [O]",
     {"PolicyInputList": [document(allow("s3:GetObject"))], "ActionNames": ["s3:Get*"]}, I),
    ("an action that AWS has not [O]",
     {"PolicyInputList": [document(allow("xx:*"))], "ActionNames": ["xx:Yy"]}, A),
    ("letter case of actions (1.4)",
     {"PolicyInputList": [document(allow("S3:gETobject"))]}, A),
    ("a key without its policy: what was given decides [M]",
     {"PolicyInputList": [document(allow("kms:Decrypt"))], "ActionNames": ["kms:Decrypt"],
      "ResourceArns": [f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"]}, A),
    ("a role without its trust policy [M]",
     {"PolicyInputList": [document(allow("sts:AssumeRole"))], "ActionNames": ["sts:AssumeRole"],
      "ResourceArns": [f"{HEAD}role/r"]}, A),
    ("another account's resource without its policy [M]",
     {"PolicyInputList": [SEND], "ActionNames": ["sqs:SendMessage"],
      "ResourceArns": [FAR_QUEUE]}, A),
    ("a document of 2008 has no variables (1.2)",
     {"PolicyInputList": [GET.replace("2012", "2008").replace("b/*", "b/${aws:username}")],
      "ResourceArns": ["arn:aws:s3:::b/${aws:username}"]}, A),
    ("an ARN with too few parts is decided, and grants nothing (1.4)",
     {"PolicyInputList": [document(allow("sqs:SendMessage", resource="arn:aws:sqs:q"))],
      "ActionNames": ["sqs:SendMessage"], "ResourceArns": [QUEUE]}, I),
    # --- boundaries (4.8)
    ("a boundary that allows",
     {"PolicyInputList": [document(allow("s3:*"))], "PermissionsBoundaryPolicyInputList": [GET],
      "ResourceArns": [KEY]}, A),
    ("a boundary that is silent",
     {"PolicyInputList": [document(allow("s3:*"))],
      "PermissionsBoundaryPolicyInputList": [NOTHING]}, I),
    ("a boundary that denies",
     {"PolicyInputList": [document(allow("s3:*"))],
      "PermissionsBoundaryPolicyInputList": [document(allow("*"), deny("s3:*"))]}, E),
    ("a boundary grants nothing", {"PermissionsBoundaryPolicyInputList": [GET]}, I),
    # --- SCPs (4.6, [M])
    ("every level allows", {
        "PolicyInputList": [document(allow("s3:*"))],
        "OrderedOrganizationPolicyInputList": [
            {"ServiceControlPolicyInputList": [document(allow("*"))]},
            {"ServiceControlPolicyInputList": [NOTHING, document(allow("s3:*"))]},
        ]}, A),
    ("a level is silent", {
        "PolicyInputList": [document(allow("s3:*"))],
        "OrderedOrganizationPolicyInputList": [
            {"ServiceControlPolicyInputList": [document(allow("*"))]},
            {"ServiceControlPolicyInputList": [NOTHING]},
        ]}, I),
    ("a level denies", {
        "PolicyInputList": [document(allow("s3:*"))],
        "OrderedOrganizationPolicyInputList": [
            {"ServiceControlPolicyInputList": [document(allow("*"), deny("s3:*"))]},
        ]}, E),
    ("where SCPs are silent nobody else is asked [M]", {
        "PolicyInputList": [document(deny("s3:*"))],
        "OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": [NOTHING]}]}, I),
    # --- resource policies (4.4, 4.5, 8.3)
    ("it names the user", sent(ResourcePolicy=shared({"AWS": ANN})), A),
    ("it names another", sent(ResourcePolicy=shared({"AWS": f"{HEAD}user/bob"})), I),
    ("it names everybody", sent(ResourcePolicy=shared("*")), A),
    ("it names the account: enough for the simulator [O]",
     sent(ResourcePolicy=shared({"AWS": ACCOUNT})), A),
    ("... in spite of a boundary that is silent [O]",
     sent(ResourcePolicy=shared({"AWS": f"{HEAD}root"}),
          PermissionsBoundaryPolicyInputList=[NOTHING]), A),
    ("... not of one that denies [O]",
     sent(ResourcePolicy=shared({"AWS": f"{HEAD}root"}),
          PermissionsBoundaryPolicyInputList=[document(allow("*"), deny("sqs:*"))]), E),
    ("its Deny wins",
     sent(ResourcePolicy=shared("*", effect="Deny"), PolicyInputList=[SEND]), E),
    ("it is about another resource",
     sent(ResourcePolicy=shared("*", resource=f"{QUEUE}2")), I),
    ("a role calls [O]",
     sent(CallerArn=f"{HEAD}role/p/r", ResourcePolicy=shared({"AWS": f"{HEAD}role/p/r"})), A),
    ("a group calls: no policy can name it (1.5)",
     sent(CallerArn=f"{HEAD}group/g", ResourcePolicy=shared({"AWS": f"{HEAD}user/g"})), I),
    ("... but its account can [O]",
     sent(CallerArn=f"{HEAD}group/g", ResourcePolicy=shared({"AWS": ACCOUNT})), A),
    ("between accounts both must allow: only there",
     sent(ResourceArns=[FAR_QUEUE], ResourcePolicy=shared({"AWS": ANN}, resource=FAR_QUEUE)), I),
    ("... only here",
     sent(ResourceArns=[FAR_QUEUE], PolicyInputList=[SEND],
          ResourcePolicy=shared({"AWS": f"{HEAD}user/bob"}, resource=FAR_QUEUE)), I),
    ("... both",
     sent(ResourceArns=[FAR_QUEUE], PolicyInputList=[SEND],
          ResourcePolicy=shared({"AWS": ANN}, resource=FAR_QUEUE)), A),
    ("the owner of a bucket is told [M]", {
        "ResourceArns": [KEY], "CallerArn": ANN, "ResourceOwner": f"arn:aws:iam::{FAR}:root",
        "ResourcePolicy": document({**allow("s3:GetObject", resource="arn:aws:s3:::b/*"),
                                    "Principal": {"AWS": ANN}})}, I),
    ("... else it is the caller's account [M]", {
        "ResourceArns": [KEY], "CallerArn": ANN,
        "ResourcePolicy": document({**allow("s3:GetObject", resource="arn:aws:s3:::b/*"),
                                    "Principal": {"AWS": ANN}})}, A),
    # --- context, of every type (2.2 to 2.5, 8.3)
    ("string", {"PolicyInputList": [document(when("StringEquals", "aws:SourceVpc", "v"))],
                "ContextEntries": [entry("aws:SourceVpc", "v")]}, A),
    ("the letter case of a key (1.4)",
     {"PolicyInputList": [document(when("StringEquals", "aws:SourceVpc", "v"))],
      "ContextEntries": [entry("AWS:sourcevpc", "v")]}, A),
    ("an absent key", {"PolicyInputList": [document(when("StringEquals", "aws:SourceVpc", "v"))]}, I),
    ("an absent key under a negated operator",
     {"PolicyInputList": [document(when("StringNotEquals", "aws:SourceVpc", "v"))]}, A),
    ("stringList", {
        "PolicyInputList": [document(when("ForAnyValue:StringEquals", "aws:TagKeys", "team"))],
        "ContextEntries": [entry("aws:TagKeys", "env", "team", kind="stringList")]}, A),
    ("a list of one is a list [O]", {
        "PolicyInputList": [document(when("StringEquals", "s3:prefix", "p"))],
        "ContextEntries": [entry("s3:prefix", "p", kind="stringList")]}, I),
    ("numeric", {"PolicyInputList": [document(when("NumericLessThan", "s3:max-keys", "10"))],
                 "ContextEntries": [entry("s3:max-keys", "9", kind="numeric")]}, A),
    ("numericList", {
        "PolicyInputList": [document(when("ForAllValues:NumericLessThan", "s3:max-keys", "10"))],
        "ContextEntries": [entry("s3:max-keys", "9", "11", kind="numericList")]}, I),
    ("boolean, in any letter case (2.2 [O])", {
        "PolicyInputList": [document(when("Bool", "aws:SecureTransport", "true"))],
        "ContextEntries": [entry("aws:SecureTransport", "TRUE", kind="boolean")]}, A),
    ("a boolean is true or false", {
        "PolicyInputList": [document(when("StringEquals", "aws:SecureTransport", "false"))],
        "ContextEntries": [entry("aws:SecureTransport", "no", kind="boolean")]}, A),
    ("booleanList", {
        "PolicyInputList": [document(when("ForAnyValue:Bool", "aws:SecureTransport", "true"))],
        "ContextEntries": [entry("aws:SecureTransport", "false", "true", kind="booleanList")]}, A),
    ("ip", {"PolicyInputList": [document(when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))],
            "ContextEntries": [entry("aws:SourceIp", "203.0.113.7", kind="ip")]}, A),
    ("ipList", {
        "PolicyInputList": [document(when("ForAnyValue:IpAddress", "aws:SourceIp", "10.0.0.0/8"))],
        "ContextEntries": [entry("aws:SourceIp", "203.0.113.7", "10.1.1.1", kind="ipList")]}, A),
    ("an address stays text [O]", {
        "PolicyInputList": [document(when("StringEquals", "aws:SourceIp", "::ffff:10.0.0.1"))],
        "ContextEntries": [entry("aws:SourceIp", "::ffff:10.0.0.1", kind="ip")]}, A),
    ("date", {"PolicyInputList": [document(when("DateLessThan", "aws:CurrentTime", "2027-01-01"))],
              "ContextEntries": [entry("aws:CurrentTime", "2026-12-31T23:59:59Z", kind="date")]}, A),
    ("dateList", {
        "PolicyInputList": [document(when("ForAllValues:DateLessThan", "aws:CurrentTime", "2027"))],
        "ContextEntries": [entry("aws:CurrentTime", "2026", "2028", kind="dateList")]}, I),
    ("binary", {"PolicyInputList": [document(when("BinaryEquals", "xx:Token", "cmVtaXQ="))],
                "ContextEntries": [entry("xx:Token", "cmVtaXQ=", kind="binary")]}, A),
    ("binaryList", {
        "PolicyInputList": [document(when("ForAnyValue:BinaryEquals", "xx:Token", "cmVtaXQ="))],
        "ContextEntries": [entry("xx:Token", "YQ==", "cmVtaXQ=", kind="binaryList")]}, A),
    ("an empty text is there (2.5 [O])", {
        "PolicyInputList": [document(when("Null", "aws:SourceVpc", "false"))],
        "ContextEntries": [entry("aws:SourceVpc", "")]}, A),
    ("a variable (2.6)", {
        "PolicyInputList": [document(allow("s3:GetObject",
                                           resource="arn:aws:s3:::b/${aws:username}"))],
        "ResourceArns": ["arn:aws:s3:::b/ann"], "CallerArn": ANN}, A),
    # --- what the simulator fills in (8.3 [O])
    ("a caller's ARN", {"PolicyInputList": [document(when("ArnEquals", "aws:PrincipalArn", ANN))],
                        "CallerArn": ANN}, A),
    ("a caller's id is its ARN", {
        "PolicyInputList": [document(when("StringEquals", "aws:userid", ANN))],
        "CallerArn": ANN}, A),
    ("nobody's id", {"PolicyInputList": [document(
        when("StringEquals", "aws:userid", "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"))]}, A),
    ("nobody's account is that of whoever asks", {"PolicyInputList": [document(
        when("StringEquals", "aws:PrincipalAccount", ACCOUNT))]}, A),
    ("nobody has no ARN", {"PolicyInputList": [document(when("Null", "aws:PrincipalArn", "true"))]}, A),
    ("what is given goes before", {
        "PolicyInputList": [document(when("StringEquals", "aws:userid", "AIDA1"))],
        "CallerArn": ANN, "ContextEntries": [entry("aws:userid", "AIDA1")]}, A),
    # --- numbers and addresses that are none (2.2 [O]; recording A on IP conditions [O])
    ("text is no number: NumericNotEquals", {
        "PolicyInputList": [document(when("NumericNotEquals", "s3:max-keys", "10"))],
        "ContextEntries": [entry("s3:max-keys", "ten")]}, I),
    ("... in a Deny", {
        "PolicyInputList": [document(allow("s3:*"),
                                     when("NumericNotEquals", "s3:max-keys", "10", effect="Deny"))],
        "ContextEntries": [entry("s3:max-keys", "ten")]}, A),
    ("... and numbers in a list still count", {
        "PolicyInputList": [document(
            when("ForAnyValue:NumericNotEquals", "s3:max-keys", "10"))],
        "ContextEntries": [entry("s3:max-keys", "ten", "9", kind="stringList")]}, A),
    ("text is no date: DateNotEquals as live", {
        "PolicyInputList": [document(when("DateNotEquals", "aws:CurrentTime", "2027-01-01"))],
        "ContextEntries": [entry("aws:CurrentTime", "soon")]}, A),
    ("text is no address: NotIpAddress as live", {
        "PolicyInputList": [document(when("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"))],
        "ContextEntries": [entry("aws:SourceIp", "here")]}, I),
    ("a network that is none ends the list: before it", {
        "PolicyInputList": [document(
            when("IpAddress", "aws:SourceIp", "10.0.0.0/8", "x", "203.0.113.0/24"))],
        "ContextEntries": [entry("aws:SourceIp", "10.1.1.1", kind="ip")]}, A),
    ("... after it", {
        "PolicyInputList": [document(
            when("IpAddress", "aws:SourceIp", "10.0.0.0/8", "x", "203.0.113.0/24"))],
        "ContextEntries": [entry("aws:SourceIp", "203.0.113.7", kind="ip")]}, I),
    ("... and makes NotIpAddress false", {
        "PolicyInputList": [document(allow("s3:*"), when(
            "NotIpAddress", "aws:SourceIp", "10.0.0.0/8", "x", effect="Deny"))],
        "ContextEntries": [entry("aws:SourceIp", "203.0.113.7", kind="ip")]}, A),
    ("... unless there is no address", {
        "PolicyInputList": [document(allow("s3:*"), when(
            "NotIpAddress", "aws:SourceIp", "10.0.0.0/8", "x", effect="Deny"))]}, E),
]  # fmt: skip


@pytest.mark.parametrize(("params", "decision"), [row[1:] for row in DECISIONS],
                         ids=[row[0] for row in DECISIONS])  # fmt: skip
def test_decisions(live: Live, params: dict[str, Any], decision: str) -> None:
    assert custom(live, **params)["EvalDecision"] == decision
