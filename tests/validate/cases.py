"""The table: what a document is, and every code that it must give, no other.

Each row stands beside one that is right, so that a check which cannot keep silent is seen too.
Sources: IAM User Guide, access-analyzer-reference-policy-checks (each check's own section);
facts/iam.md as named; API Gateway Developer Guide for `api-gateway`.
"""

from __future__ import annotations

from typing import Any

from tests.validate.support import ACCOUNT, FAR, ROLE, allow, deny, document, trust

Row = tuple[str, Any, str, dict[str, Any], list[str]]

EC2 = "arn:aws:ec2:*:*:instance/*"
LISTS: dict[str, Any] = {"resource": "*", "action": "ec2:DescribeInstances"}


def when(
    condition: dict[str, Any], effect: str = "Allow", action: Any = "ec2:DescribeInstances"
) -> dict[str, Any]:
    return document({**allow(action, "*", Condition=condition), "Effect": effect})


def ids(*statements: dict[str, Any]) -> dict[str, Any]:
    return document(*statements)


BUCKET = {"resource_type": "AWS::S3::Bucket"}
ANY = {"Principal": "*"}
ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
GITLAB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/gitlab.com"
OWN_IDP = f"arn:aws:iam::{ACCOUNT}:oidc-provider/login.example.com"
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/office"
WEB = "sts:AssumeRoleWithWebIdentity"
SUB = "token.actions.githubusercontent.com:sub"


def github(operator: str, subject: str) -> dict[str, Any]:
    tests: dict[str, Any] = {operator: {SUB: subject}}
    return document(trust({"Federated": GITHUB}, WEB, Condition=tests))


API = "execute-api:Invoke"


def api(resource: str = "execute-api:/prod/GET/pets", **more: Any) -> dict[str, Any]:
    return document(allow(API, resource, **{**ANY, **more}))


ROWS: list[Row] = [
    # --- right documents
    ("a plain Allow", document(allow()), "identity", {}, []),
    ("AWS's own star forms", document(allow("s3:*", "*")), "identity", {}, []),
    ("a bucket policy", document(allow(Principal={"AWS": ROLE})), "resource", BUCKET, []),
    ("a trust policy", document(trust({"AWS": ROLE})), "trust", {}, []),
    ("a queue policy", document(allow("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q", Principal={"AWS": ROLE})), "resource", {"resource_type": "AWS::SQS::Queue"}, []),
    # --- grammar (facts/iam.md 1.1 to 1.7)
    ("no Version", {"Statement": allow()}, "identity", {}, ["MISSING_VERSION"]),
    ("a wrong Version", {**document(allow()), "Version": "2012-10-18"}, "identity", {}, ["INVALID_VERSION"]),
    ("no Statement", {"Version": "2012-10-17"}, "identity", {}, ["MISSING_STATEMENT"]),
    ("no statements", document(), "identity", {}, ["REMIT_NO_STATEMENTS"]),
    ("no Effect", document({"Action": "s3:GetObject", "Resource": "*"}), "identity", {}, ["MISSING_EFFECT"]),
    ("a wrong Effect", document({**allow(), "Effect": "allow"}), "identity", {}, ["INVALID_EFFECT"]),
    ("no Action", document({"Effect": "Allow", "Resource": "*"}), "identity", {}, ["MISSING_ACTION"]),
    ("no Resource", document({"Effect": "Allow", "Action": "s3:GetObject"}), "identity", {}, ["MISSING_RESOURCE"]),
    ("a principal in an identity policy", document(allow(**ANY)), "identity", {}, ["UNSUPPORTED_PRINCIPAL"]),
    ("a principal in a boundary", document(allow(**ANY)), "boundary", {}, ["UNSUPPORTED_PRINCIPAL"]),
    ("a principal in an SCP", document(deny(**ANY)), "scp", {}, ["SCP_SYNTAX_ERROR_PRINCIPAL"]),
    ("no principal in a bucket policy", document(allow()), "resource", BUCKET, ["MISSING_PRINCIPAL"]),
    ("an element that there is not", document({**allow(), "Actions": "x"}), "identity", {}, ["INVALID_POLICY_ELEMENT"]),
    ("Action and NotAction", document({**allow(), "NotAction": "s3:PutObject"}), "identity", {}, ["UNSUPPORTED_ELEMENT_COMBINATION"]),
    ("a Sid with a dash", document(allow(Sid="a-b")), "identity", {}, ["UNSUPPORTED_SID"]),
    ("an empty Sid", document(allow(Sid="")), "identity", {}, ["EMPTY_SID_VALUE"]),
    ("a Sid twice", document(allow(Sid="a"), deny(Sid="a")), "identity", {}, ["UNIQUE_SIDS_REQUIRED"]),
    ("a Sid twice in a bucket policy", document(allow(Sid="a", **ANY), deny(Sid="a", **ANY)), "resource", BUCKET, ["UNIQUE_SIDS_RECOMMENDED"]),
    ("a number for an action", document(allow(7)), "identity", {}, ["DATA_TYPE_MISMATCH"]),
    ("Allow with NotPrincipal", document(allow(NotPrincipal={"AWS": ROLE})), "resource", BUCKET, ["ALLOW_WITH_NOT_PRINCIPAL"]),
    ("Deny with NotPrincipal", document(deny(NotPrincipal={"AWS": ROLE})), "resource", BUCKET, []),
    ("a group as principal", document(allow(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:group/g"})), "resource", BUCKET, ["REMIT_GROUP_PRINCIPAL"]),
    ("a kind of principal that there is not", document(allow(Principal={"IAM": ROLE})), "resource", BUCKET, ["INVALID_PRINCIPAL_KEY"]),
    ("text as principal", document(allow(Principal=ROLE)), "resource", BUCKET, ["INVALID_PRINCIPAL_FORMAT"]),
    ("a wildcard in a principal", document(allow(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"})), "resource", BUCKET, ["UNSUPPORTED_WILDCARD_IN_PRINCIPAL"]),
    ("an empty list of actions", document(allow([])), "identity", {}, ["EMPTY_ARRAY_ACTION"]),
    ("an empty list of resources", document(allow(resource=[])), "identity", {}, ["EMPTY_ARRAY_RESOURCE"]),
    ("an empty list of principals", document(allow(Principal={"AWS": []})), "resource", BUCKET, ["EMPTY_ARRAY_PRINCIPAL"]),
    ("an empty principal", document(allow(Principal={})), "resource", BUCKET, ["EMPTY_OBJECT_PRINCIPAL"]),
    ("an empty condition", document(allow(Condition={})), "identity", {}, ["EMPTY_OBJECT_CONDITION"]),
    ("a test without values", when({"StringEquals": {"aws:PrincipalTag/t": []}}), "identity", {}, ["EMPTY_ARRAY_CONDITION"]),
    ("IfExists without values", when({"StringEqualsIfExists": {"aws:PrincipalTag/t": []}}), "identity", {}, ["EMPTY_ARRAY_CONDITION_IFEXISTS"]),
    ("ForAllValues without values", when({"ForAllValues:StringEquals": {"aws:TagKeys": []}}), "identity", {}, ["EMPTY_ARRAY_CONDITION_FORALLVALUES"]),
    ("ForAnyValue without values", when({"ForAnyValue:StringEquals": {"aws:TagKeys": []}}), "identity", {}, ["EMPTY_ARRAY_CONDITION_FORANYVALUE"]),
    ("an operator that there is not", when({"StringMatches": {"aws:PrincipalTag/t": "x"}}), "identity", {}, ["INVALID_CONDITION_OPERATOR"]),
    ("a key without a service", when({"StringEquals": {"prefix": "x"}}), "identity", {}, ["INVALID_CONDITION_KEY_FORMAT"]),
    ("a key twice", when({"StringEquals": {"aws:Username": "x", "aws:username": "y"}}), "identity", {}, ["DUPLICATE_KEYS_WITH_DIFFERENT_CASE"]),
    ("NullIfExists", when({"NullIfExists": {"aws:Username": "true"}}), "identity", {}, ["NULL_WITH_IF_EXISTS"]),
    ("ForAllValues:Null", when({"ForAllValues:Null": {"aws:TagKeys": "true"}}), "identity", {}, ["NULL_WITH_QUALIFIER"]),
    ("a variable under Bool's kin", when({"NumericEquals": {"aws:MultiFactorAuthAge": "${aws:userid}"}}), "identity", {}, ["INVALID_VARIABLE_FOR_OPERATOR"]),
    ("a variable without brace", document(allow(resource="arn:aws:s3:::b/${aws:username")), "identity", {}, ["MISSING_BRACE_IN_VARIABLE"]),
    ("a default without quotes", document(allow(resource="arn:aws:s3:::b/${aws:username, x}")), "identity", {}, ["MISSING_QUOTE_IN_VARIABLE"]),
    ("a space in a variable", document(allow(resource="arn:aws:s3:::b/${ aws:username}")), "identity", {}, ["UNSUPPORTED_SPACE_IN_VARIABLE"]),
    ("an empty variable", document(allow(resource="arn:aws:s3:::b/${}")), "identity", {}, ["EMPTY_VARIABLE"]),
    ("a variable in an action", document(allow("s3:${aws:username}")), "identity", {}, ["VARIABLE_UNSUPPORTED_IN_ELEMENT"]),
    ("a variable for the account", document(allow("sqs:SendMessage", "arn:aws:sqs:*:${aws:PrincipalAccount}:q")), "identity", {}, ["REMIT_VARIABLE_BEFORE_FIFTH_COLON"]),
    ("a variable in 2008", {"Version": "2008-10-17", "Statement": allow(resource="arn:aws:s3:::b/${aws:username}")}, "identity", {}, ["VARIABLE_UNSUPPORTED_IN_VERSION"]),
    # --- actions
    ("an action that there is not", document(allow("s3:GetObjekt")), "identity", {}, ["INVALID_ACTION"]),
    ("an action with two colons", document(allow("s3:Get:Object")), "identity", {}, ["INVALID_ACTION"]),
    ("letter case does not count", document(allow("S3:getOBJECT")), "identity", {}, []),
    ("a service that there is not", document(allow("s4:GetObject", "*")), "identity", {}, ["INVALID_SERVICE_IN_ACTION"]),
    ("a service that was closed", document(allow("deepracer:ListModels", "*")), "identity", {}, ["REMIT_UNLISTED_ACTION"]),
    ("a pattern that matches nothing", document(allow("s3:Fetch*")), "identity", {}, ["REMIT_ACTION_MATCHES_NOTHING"]),
    ("a pattern as service", document(allow("s*:GetObject", "*")), "identity", {}, ["WILDCARD_IN_SERVICE_NAME"]),
    ("an action twice", document(allow(["iam:Get*", "iam:List*", "iam:GetCredentialReport"], "*")), "identity", {}, ["REDUNDANT_ACTION"]),
    ("patterns that only overlap", document(allow(["iam:Get*", "iam:*CredentialReport"], "*")), "identity", {}, []),
    # --- resources
    ("no ARN", document(allow(resource="b/*")), "identity", {}, ["INVALID_ARN_PREFIX"]),
    ("an ARN of five parts", document(allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1:q")), "identity", {}, ["MISSING_ARN_FIELD"]),
    ("a partition that there is not", document(allow(resource="arn:aws-moon:s3:::b")), "identity", {}, ["INVALID_PARTITION"]),
    ("a service in capitals", document(allow(resource="arn:aws:S3:::b")), "identity", {}, ["INVALID_ARN_SERVICE_CASE"]),
    ("ARNs of a service that there is not", document(allow("sqs:SendMessage", f"arn:aws:sqz:eu-west-1:{ACCOUNT}:q")), "identity", {}, ["INVALID_SERVICE"]),
    ("an account of eleven digits", document(allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1:11112222333:q")), "identity", {}, ["INVALID_ARN_ACCOUNT"]),
    ("a bucket with a region", document(allow(resource="arn:aws:s3:eu-west-1::b")), "identity", {}, ["ARN_REGION_NOT_ALLOWED"]),
    ("a bucket with an account", document(allow(resource=f"arn:aws:s3::{ACCOUNT}:b")), "identity", {}, ["ARN_ACCOUNT_NOT_ALLOWED"]),
    ("a role without account", document(allow("iam:GetRole", "arn:aws:iam:::role/r")), "identity", {}, ["MISSING_ARN_ACCOUNT"]),
    ("a region that there is not", document(allow("sqs:SendMessage", f"arn:aws:sqs:us-east-7:{ACCOUNT}:q")), "identity", {}, ["INVALID_ARN_REGION"]),
    ("a queue without region", document(allow("sqs:SendMessage", f"arn:aws:sqs::{ACCOUNT}:q")), "identity", {}, ["MISSING_ARN_REGION"]),
    ("a log group without its kind", document(allow("logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{ACCOUNT}:/aws/x")), "identity", {}, ["REMIT_ARN_OF_NO_RESOURCE"]),
    ("a resource twice", document(allow("iam:GetRole", [f"arn:aws:iam::{ACCOUNT}:role/jane-a", f"arn:aws:iam::{ACCOUNT}:role/jane*"])), "identity", {}, ["REDUNDANT_RESOURCE"]),
    ("a variable is not taken in", document(allow(resource=["arn:aws:s3:::b/${aws:username}*", "arn:aws:s3:::b/x"])), "identity", {}, []),
    # --- condition keys
    ("a global key that there is not", when({"StringEquals": {"aws:Principal": "x"}}), "identity", {}, ["INVALID_GLOBAL_CONDITION_KEY"]),
    ("a service key that there is not", when({"StringEquals": {"ec2:Colour": "x"}}), "identity", {}, ["INVALID_SERVICE_CONDITION_KEY"]),
    ("a key of no service", when({"StringEquals": {"ec3:Region": "x"}}), "identity", {}, ["INVALID_SERVICE"]),
    ("aws:ARN", when({"ArnLike": {"aws:arn": ROLE}}), "identity", {}, ["DEPRECATED_GLOBAL_CONDITION_KEY"]),
    ("a tag key without tag", when({"StringEquals": {"aws:ResourceTag": "x"}}), "identity", {}, ["MISSING_TAG_KEY_IN_CONDITION"]),
    ("a service's tag key without tag", when({"StringEquals": {"ec2:ResourceTag/": "x"}}), "identity", {}, ["MISSING_TAG_KEY_IN_CONDITION"]),
    ("an object's tag", document(allow(Condition={"StringEquals": {"s3:ExistingObjectTag/class": "x"}})), "identity", {}, []),
    ("TagKeys without qualifier", when({"StringEquals": {"aws:TagKeys": "x"}}), "identity", {}, ["MISSING_QUALIFIER"]),
    ("TagKeys with Null", when({"Null": {"aws:TagKeys": "false"}}), "identity", {}, []),
    ("ForAllValues on one value", when({"ForAllValues:StringEquals": {"aws:PrincipalTag/t": "x"}}), "identity", {}, ["FORALLVALUES_WITH_SINGLE_VALUED_KEY"]),
    ("the same, held by Null", when({"ForAllValues:StringEquals": {"aws:PrincipalTag/t": "x"}, "Null": {"aws:PrincipalTag/t": "false"}}), "identity", {}, []),
    ("the caller's own word", when({"StringLike": {"aws:UserAgent": "x*"}}), "identity", {}, ["UNTRUSTWORTHY_CONDITION_KEY"]),
    ("a private address without VPC", when({"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}), "identity", {}, ["MISSING_PAIRED_CONDITION_KEYS"]),
    ("with VPC", when({"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}, "StringEquals": {"aws:SourceVpc": "vpc-12345678"}}), "identity", {}, []),
    ("the endpoint's owner, everywhere", when({"StringNotEquals": {"aws:VpceAccount": ACCOUNT}}, "Deny", "*"), "scp", {}, ["USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES"]),
    ("the endpoint's owner, in S3", when({"StringNotEquals": {"aws:VpceAccount": ACCOUNT}}, "Deny", "s3:*"), "scp", {}, []),
    # --- condition values
    ("values of several types", when({"StringEquals": {"aws:PrincipalTag/t": ["a", 1]}}), "identity", {}, ["INVALID_CONDITION_DATA_TYPE"]),
    ("two booleans", when({"Bool": {"aws:SecureTransport": ["true", "false"]}}), "identity", {}, ["INVALID_CONDITION_MULTIPLE_BOOLEAN"]),
    ("a string for a boolean", when({"StringEquals": {"aws:ViaAWSService": "true"}}), "identity", {}, ["TYPE_MISMATCH"]),
    ("yes for true", when({"Bool": {"aws:SecureTransport": "yes"}}), "identity", {}, ["TYPE_MISMATCH_BOOLEAN"]),
    ("no date", when({"DateLessThan": {"aws:CurrentTime": "tomorrow"}}), "identity", {}, ["TYPE_MISMATCH_DATE"]),
    ("no number", when({"NumericLessThan": {"aws:MultiFactorAuthAge": "1h"}}), "identity", {}, ["TYPE_MISMATCH_NUMBER"]),
    ("no base64", when({"BinaryEquals": {"aws:PrincipalTag/t": "%%%"}}), "identity", {}, ["TYPE_MISMATCH", "TYPE_MISMATCH_STRING"]),
    ("no address", when({"IpAddress": {"aws:SourceIp": "203.0.113.0/33"}}), "identity", {}, ["TYPE_MISMATCH_IP_RANGE"]),
    ("seconds for a date", when({"DateLessThan": {"aws:CurrentTime": "1767225600"}}), "identity", {}, ["INVALID_DATE_VALUE"]),
    ("a date", when({"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}), "identity", {}, []),
    ("two limits", when({"NumericLessThan": {"aws:MultiFactorAuthAge": ["2700", "3600"]}}), "identity", {}, ["REDUNDANT_CONDITION_VALUE_NUM"]),
    ("a literal wildcard", when({"StringEquals": {"aws:PrincipalTag/t": "admin-*"}}), "identity", {}, ["WILDCARD_WITHOUT_LIKE_OPERATOR"]),
    ("an escaped wildcard", when({"StringEquals": {"aws:PrincipalTag/t": "admin-${*}"}}), "identity", {}, []),
    ("StringLike on an ARN", when({"StringLike": {"aws:PrincipalArn": ROLE}}), "identity", {}, ["STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS"]),
    ("ArnLike on an ARN", when({"ArnLike": {"aws:PrincipalArn": ROLE}}), "identity", {}, []),
    ("a star", when({"StringLike": {"aws:PrincipalTag/t": "*"}}), "identity", {}, ["EQUIVALENT_TO_NULL_FALSE"]),
    ("not a star", when({"StringNotLike": {"aws:PrincipalTag/t": "*"}}), "identity", {}, ["EQUIVALENT_TO_NULL_TRUE"]),
    ("a star if it exists", when({"StringLikeIfExists": {"aws:PrincipalTag/t": "*"}}), "identity", {}, ["REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION"]),
    ("any that is not a star", when({"ForAnyValue:StringNotLike": {"aws:TagKeys": "*"}}), "identity", {}, ["REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION"]),
    ("a region that is none", when({"StringEquals": {"aws:RequestedRegion": "eu-west-11"}}), "identity", {}, ["INVALID_REGION"]),
    ("a region", when({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}), "identity", {}, []),
    ("no VPC", when({"StringEquals": {"aws:SourceVpc": "vpc-123"}}), "identity", {}, ["INVALID_VPC_FORMAT"]),
    ("no endpoint", when({"StringEquals": {"aws:SourceVpce": "vpc-12345678"}}), "identity", {}, ["INVALID_VPCE_FORMAT"]),
    ("no service principal", when({"ForAnyValue:StringEquals": {"aws:CalledVia": "Athena"}}), "identity", {}, ["INVALID_SERVICE_PRINCIPAL_FORMAT"]),
    ("accounts that begin alike", document(allow(**ANY, Condition={"StringLike": {"aws:PrincipalAccount": "1111*"}})), "resource", BUCKET, ["WILDCARD_USAGE_TOO_PERMISSIVE"]),
    # --- addresses (facts/iam.md 2.3)
    ("private only", when({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.1.1"]}}), "identity", {}, ["PRIVATE_IP_ADDRESS"]),
    ("not private only", when({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "Deny"), "identity", {}, ["PRIVATE_NOT_IP_ADDRESS"]),
    ("private among others", when({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"]}}), "identity", {}, ["PRIVATE_IP_ADDRESS_SUBSET"]),
    ("not private among others", when({"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"]}}, "Deny"), "identity", {}, ["PRIVATE_NOT_IP_ADDRESS_SUBSET"]),
    ("bits too many", when({"IpAddress": {"aws:SourceIp": "203.0.113.7/24"}}), "identity", {}, ["IMPROVE_IP_RANGE"]),
    ("documentation addresses are public", when({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}}), "identity", {}, []),
    # --- tags
    ("a tag on what has none", when({"StringEquals": {"aws:ResourceTag/t": "x"}}, action="sts:GetCallerIdentity"), "identity", {}, ["ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"]),
    ("the same, denied", when({"StringEquals": {"aws:ResourceTag/t": "x"}}, "Deny", "sts:GetCallerIdentity"), "identity", {}, ["DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"]),
    ("a tag on what has none, if it exists", when({"StringEqualsIfExists": {"aws:ResourceTag/t": "x"}}, action="sts:GetCallerIdentity"), "identity", {}, []),
    ("another tag on what has none", when({"StringNotEquals": {"aws:ResourceTag/t": "x"}}, action="sts:GetCallerIdentity"), "identity", {}, []),
    ("a tag on what has one", when({"StringEquals": {"aws:ResourceTag/t": "x"}}, action="ec2:StartInstances"), "identity", {}, []),
    ("a tag and NotAction", document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::b", "Condition": {"StringEquals": {"aws:ResourceTag/t": "x"}}}), "identity", {}, ["ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"]),
    ("the same, denied", document({"Effect": "Deny", "NotAction": "iam:*", "Resource": "arn:aws:s3:::b", "Condition": {"StringEquals": {"aws:ResourceTag/t": "x"}}}), "identity", {}, ["DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"]),
    # --- passing roles
    ("any role", document(allow("iam:PassRole", "*")), "identity", {}, ["PASS_ROLE_WITH_STAR_IN_RESOURCE"]),
    ("any role of the account", document(allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/*")), "identity", {}, ["PASS_ROLE_WITH_STAR_IN_RESOURCE"]),
    ("roles by their names", document(allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/app-*")), "identity", {}, []),
    ("to one service", document(allow("iam:PassRole", "*", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}})), "identity", {}, []),
    ("to one service, perhaps", document(allow("iam:PassRole", "*", Condition={"StringEqualsIfExists": {"iam:PassedToService": "ec2.amazonaws.com"}})), "identity", {}, ["PASS_ROLE_WITH_STAR_IN_RESOURCE"]),
    ("linked roles of services that end alike", document(allow("iam:CreateServiceLinkedRole", "*", Condition={"StringLike": {"iam:AWSServiceName": "*a4b.amazonaws.com"}})), "identity", {}, ["CREATE_SLR_WITH_STAR_IN_RESOURCE"]),
    ("linked roles of one service", document(allow("iam:CreateServiceLinkedRole", "*", Condition={"StringLike": {"iam:AWSServiceName": "a4b.amazonaws.com"}})), "identity", {}, []),
    ("everything", document(allow("*", "*")), "identity", {}, ["CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE", "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE"]),
    ("passing is denied everywhere", document(deny("*", "*")), "identity", {}, []),
    ("all but one role", document({"Effect": "Allow", "Action": "iam:PassRole", "NotResource": ROLE}), "identity", {}, ["PASS_ROLE_WITH_NOT_RESOURCE"]),
    ("a pattern, all but one role", document({"Effect": "Allow", "Action": "iam:Pass*", "NotResource": ROLE}), "identity", {}, ["PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE"]),
    ("all but, all but", document({"Effect": "Allow", "NotAction": "iam:Create*", "NotResource": ROLE}), "identity", {}, ["PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE"]),
    ("all but one action, everywhere", document({"Effect": "Allow", "NotAction": "iam:Create*", "Resource": "*"}), "identity", {}, ["PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION"]),
    ("any linked role", document(allow("iam:CreateServiceLinkedRole", "*")), "identity", {}, ["CREATE_SLR_WITH_STAR_IN_RESOURCE"]),
    ("linked roles, all but one", document({"Effect": "Allow", "Action": "iam:CreateServiceLinkedRole", "NotResource": ROLE}), "identity", {}, ["CREATE_SLR_WITH_NOT_RESOURCE"]),
    ("linked roles by pattern, all but one", document({"Effect": "Allow", "Action": "iam:CreateS*", "NotResource": ROLE}), "identity", {}, ["CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE"]),
    ("linked roles, all but, all but", document({"Effect": "Allow", "NotAction": "iam:Pass*", "NotResource": ROLE}), "identity", {}, ["CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE"]),
    ("linked roles by NotAction", document({"Effect": "Allow", "NotAction": "iam:Pass*", "Resource": "*"}), "identity", {}, ["CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION"]),
    # --- principals (facts/iam.md 1.5, 3.5)
    ("a service for anybody", document(allow("sns:Publish", "*", Principal={"Service": "s3.amazonaws.com"})), "resource", {}, ["RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL"]),
    ("a service for one account", document(allow("sns:Publish", "*", Principal={"Service": "s3.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}})), "resource", {}, []),
    ("a service held to a referer", document(allow("sns:Publish", "*", Principal={"Service": "s3.amazonaws.com"}, Condition={"StringEquals": {"aws:Referer": ACCOUNT}})), "resource", {}, ["RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", "UNTRUSTWORTHY_CONDITION_KEY"]),
    ("a service and an organization", document(allow(Principal={"Service": "cloudfront.amazonaws.com"}, Condition={**ORG, "ArnLike": {"aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/*"}})), "resource", BUCKET, ["UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL"]),
    ("a provider at a bucket", document(allow(Principal={"Federated": SAML})), "resource", BUCKET, ["FEDERATED_PRINCIPAL_NOT_SUPPORTED"]),
    ("a role's id", document(allow(Principal={"AWS": "AROADBQP57FF2AEXAMPLE"})), "resource", BUCKET, ["INVALID_ROLE_REFERENCE"]),
    ("a user's id", document(allow(Principal={"AWS": "AIDACKCEVSQ6C2EXAMPLE"})), "resource", BUCKET, ["INVALID_USER_REFERENCE"]),
    ("the bucket's own account", document(allow(Principal={"AWS": ROLE}, Condition={"StringEquals": {"s3:ResourceAccount": ACCOUNT}})), "resource", BUCKET, ["IRRELEVANT_CONDITION_KEY_IN_POLICY"]),
    ("a key's action at a bucket", document(allow("kms:Decrypt", Principal={"AWS": ROLE})), "resource", BUCKET, ["UNSUPPORTED_ACTION_IN_POLICY"]),
    ("a key's ARN at a bucket", document(allow(resource=f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1", Principal={"AWS": ROLE})), "resource", BUCKET, ["UNSUPPORTED_RESOURCE_ARN_IN_POLICY"]),
    # --- trust (facts/iam.md 1.7, 4.11)
    ("a resource in a trust policy", document({**trust({"AWS": ROLE}), "Resource": "*"}), "trust", {}, ["ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE"]),
    ("NotPrincipal in a trust policy", document(allow("sts:AssumeRole", None, NotPrincipal={"AWS": ROLE})), "trust", {}, ["ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL"]),
    ("everybody", document(trust("*", Condition=ORG)), "trust", {}, ["ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL"]),
    ("every account", document(trust({"AWS": "*"})), "trust", {}, ["REMIT_TRUST_ANYONE"]),
    ("every account of the organization", document(trust({"AWS": "*"}, Condition=ORG)), "trust", {}, []),
    ("an action of S3", document(trust({"AWS": ROLE}, ["sts:AssumeRole", "s3:GetObject"])), "trust", {}, ["UNSUPPORTED_ACTION_IN_POLICY"]),
    ("SAML by the web's action", document(trust({"Federated": SAML}, WEB)), "trust", {}, ["MISMATCHED_ACTION_FOR_PRINCIPAL"]),
    ("SAML by its own", document(trust({"Federated": SAML}, "sts:AssumeRoleWithSAML")), "trust", {}, []),
    ("a role by the web's action", document(trust({"AWS": ROLE}, WEB)), "trust", {}, ["MISMATCHED_ACTION_FOR_PRINCIPAL"]),
    ("a provider that is none", document(trust({"Federated": "https://idp"}, WEB)), "trust", {}, ["INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY"]),
    ("Roles Anywhere in part", document(trust({"Service": "rolesanywhere.amazonaws.com"})), "trust", {}, ["MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY"]),
    ("Roles Anywhere", document(trust({"Service": "rolesanywhere.amazonaws.com"}, ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"])), "trust", {}, []),
    ("a source identity that cannot be set", document(trust({"AWS": ROLE}, Condition={"StringLike": {"sts:SourceIdentity": "a*"}})), "trust", {}, ["MISSING_ACTION_FOR_CONDITION_KEY"]),
    ("a session beside its role", document(trust({"AWS": [ROLE, f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s"]})), "trust", {}, ["REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY"]),
    ("another account", document(trust({"AWS": FAR})), "trust", {}, ["REMIT_TRUST_WITHOUT_EXTERNAL_ID"]),
    ("one's own account", document(trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})), "trust", {"account": ACCOUNT}, []),
    ("another account with an external id", document(trust({"AWS": FAR}, Condition={"StringEquals": {"sts:ExternalId": "x1"}})), "trust", {}, []),
    ("a scheduler for anybody", document(trust({"Service": "scheduler.amazonaws.com"})), "trust", {}, ["REMIT_TRUST_SERVICE_WITHOUT_SOURCE"]),
    ("a scheduler for one account", document(trust({"Service": "scheduler.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}})), "trust", {}, []),
    ("a function's role", document(trust({"Service": "lambda.amazonaws.com"})), "trust", {}, []),
    # --- OpenID Connect (facts/iam.md 3.7)
    ("any repository", document(trust({"Federated": GITHUB}, WEB)), "trust", {}, ["MISSING_GITHUB_REPO_CONDITION_KEY"]),
    ("one branch", github("StringEquals", "repo:octo/app:ref:refs/heads/main"), "trust", {}, []),
    ("all of an owner", github("StringLike", "repo:octo/*"), "trust", {}, ["SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED"]),
    ("a provider of one's own, untested", document(trust({"Federated": OWN_IDP}, WEB)), "trust", {}, ["MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL"]),
    ("a provider of one's own", document(trust({"Federated": OWN_IDP}, WEB, Condition={"StringEquals": {"login.example.com:aud": "app"}})), "trust", {}, []),
    ("GitLab by its audience", document(trust({"Federated": GITLAB}, WEB, Condition={"StringEquals": {"gitlab.com:aud": "x"}})), "trust", {}, ["REMIT_OIDC_SUBJECT_UNRESTRICTED"]),
    ("any audience", document(trust({"Federated": OWN_IDP}, WEB, Condition={"ForAnyValue:StringEquals": {"login.example.com:aud": "app"}})), "trust", {}, ["FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE"]),
    # --- organizations (facts/iam.md 1.7)
    ("an RCP", document(deny("s3:*", "*", **ANY, Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})), "rcp", {}, []),
    ("an RCP for one role", document(deny("s3:*", "*", Principal={"AWS": ROLE})), "rcp", {}, ["RCP_SYNTAX_ERROR_PRINCIPAL"]),
    ("an RCP that allows", document(allow("s3:*", "*", **ANY)), "rcp", {}, ["RCP_SYNTAX_ERROR_ALLOW"]),
    ("RCPFullAWSAccess", document(allow("*", "*", **ANY)), "rcp", {}, []),
    ("an RCP with NotAction", document({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*", **ANY}), "rcp", {}, ["RCP_SYNTAX_ERROR_NOTACTION"]),
    ("an RCP for everything", document(deny("*", "*", **ANY)), "rcp", {}, ["RCP_SYNTAX_ERROR_ACTION"]),
    ("an RCP for EC2", document(deny("ec2:*", "*", **ANY)), "rcp", {}, ["RCP_SYNTAX_ERROR_ACTION"]),
    ("an RCP that stops services", document(deny("s3:*", "*", **ANY, Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})), "rcp", {}, ["RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY"]),
    ("an RCP that stops principals", document(deny("s3:*", "*", **ANY, Condition={"StringNotEquals": {"aws:SourceAccount": ACCOUNT}})), "rcp", {}, ["RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY"]),
    ("an RCP without a source", document(deny("s3:*", "*", **ANY, Condition={"StringNotEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}, "Bool": {"aws:PrincipalIsAWSService": "true"}})), "rcp", {}, ["RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK"]),
    ("an SCP of the full language", document({"Effect": "Allow", "NotAction": "iam:*Role", "NotResource": ROLE, "Condition": ORG}), "scp", {}, []),
    # --- API Gateway (facts/api-gateway.md 2)
    ("the short form", api(), "api-gateway", {}, []),
    ("the full form", api("arn:aws:execute-api:eu-west-1:111122223333:a1b2c3/prod/GET/pets"), "api-gateway", {}, []),
    ("everything of the API", api("execute-api:/*"), "api-gateway", {}, []),
    ("another service's action", document(allow("apigateway:GET", "execute-api:/*", **ANY)), "api-gateway", {}, ["REMIT_API_ACTION"]),
    ("another service's ARN", api("arn:aws:s3:::b"), "api-gateway", {}, ["REMIT_API_ARN"]),
    ("ANY", api("execute-api:/prod/ANY/pets"), "api-gateway", {}, ["REMIT_API_VERB"]),
    ("a verb in small letters", api("execute-api:/prod/get/pets"), "api-gateway", {}, ["REMIT_API_VERB"]),
    ("a path parameter", api("execute-api:/prod/GET/pets/{id}"), "api-gateway", {}, ["REMIT_API_PATH_PARAMETER"]),
    ("a very long path", api("execute-api:/prod/GET/" + "x" * 1_600), "api-gateway", {}, ["REMIT_API_ARN_LENGTH"]),
    ("a role at an open API", api(Principal={"AWS": ROLE}), "api-gateway", {"authorization": "NONE"}, ["REMIT_API_PRINCIPAL"]),
    ("a role at an API of roles", api(Principal={"AWS": ROLE}), "api-gateway", {"authorization": "AWS_IAM"}, []),
    ("a role at an API", api(Principal={"AWS": ROLE}), "api-gateway", {}, ["REMIT_API_NEEDS_IAM"]),
    ("the caller's organization at an API of tokens", api(Condition=ORG), "api-gateway", {"authorization": "COGNITO_USER_POOLS"}, ["REMIT_API_CALLER_KEY"]),
    ("a key of the management", api(Condition={"Null": {"apigateway:Request/AuthorizerUri": "false"}}), "api-gateway", {}, ["REMIT_API_MANAGEMENT_KEY"]),
    ("no resource at an API", document({"Effect": "Allow", "Action": API, **ANY}), "api-gateway", {}, ["MISSING_RESOURCE"]),
    ("an authorizer's long ARN", document(allow(API, "arn:aws:execute-api:eu-west-1:111122223333:a1b2c3/prod/GET/" + "x" * 512)), "identity", {}, ["REMIT_API_ARN_LENGTH_AUTHORIZER"]),
    # --- statements, sizes (facts/iam.md 1.8)
    ("a statement twice", document(allow(Sid="a"), allow(Sid="b")), "identity", {}, ["REDUNDANT_STATEMENT"]),
    # --- least privilege, where asked for
    ("nothing said unasked", document(allow("s3:*", "arn:aws:s3:::b/*")), "identity", {}, []),
    ("a pattern that writes", document(allow("s3:Put*", "arn:aws:s3:::b/*")), "identity", {"least_privilege": True}, ["REMIT_WILDCARD_ACTION"]),
    ("a pattern that reads", document(allow("s3:GetObject*", "arn:aws:s3:::b/*")), "identity", {"least_privilege": True}, []),
    ("writing anywhere", document(allow("dynamodb:PutItem", "*")), "identity", {"least_privilege": True}, ["REMIT_WILDCARD_RESOURCE"]),
    ("listing anywhere", document(allow("s3:ListAllMyBuckets", "*")), "identity", {"least_privilege": True}, []),
    ("all but one", document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::b"}), "identity", {"least_privilege": True}, ["REMIT_NOT_ACTION_ALLOWED"]),
    ("permissions from anywhere", document(allow("s3:PutBucketPolicy", "arn:aws:s3:::b")), "identity", {"least_privilege": True}, ["REMIT_WRITE_WITHOUT_CONDITION"]),
    ("permissions with MFA", document(allow("s3:PutBucketPolicy", "arn:aws:s3:::b", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})), "identity", {"least_privilege": True}, []),
]  # fmt: skip
