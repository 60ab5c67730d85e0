"""The rows of the checks that the parser makes. One line a check: code, weight, what, remedy."""

from __future__ import annotations

from remit.syntax.codes import Level
from remit.validate.model import Check

GRAMMAR = "AWS refuses the document, so nothing in it takes effect."
_NOTHING = "It takes up room and readers think that it does something."
_VARIABLE = "What is not a well-formed variable is refused, or compared as plain text."
_NEVER = "An ARN that cannot exist matches no request, so the statement does not do what it says."

E, W, S = Level.ERROR, Level.WARNING, Level.SUGGESTION


CHECKS = (
    Check("JSON_SYNTAX_ERROR", E, "The text is not JSON.", GRAMMAR, "Mend it at the place named."),
    Check("REMIT_YAML_SYNTAX_ERROR", E, "The text is not YAML.", GRAMMAR, "Mend it at the place named."),
    Check("REMIT_UNREADABLE", E, "The file is too large, nested too deeply, or not UTF-8.", GRAMMAR, "Save it as UTF-8 text of a sensible size."),
    Check("REMIT_DUPLICATE_KEY", E, "A key is there twice in one object.", "IAM refuses it, and other readers take one of the two without a word.", "Keep one."),
    Check("REMIT_INVALID_CHARACTER", E, "A string holds half a surrogate pair.", GRAMMAR, "Remove the escape."),
    Check("DATA_TYPE_MISMATCH", E, "A value is of another JSON type than the element takes.", GRAMMAR, "Write a value of the type named."),
    Check("INVALID_POLICY_ELEMENT", E, "An element that the policy language does not have.", GRAMMAR, "Remove it or spell it right; case counts."),
    Check("INVALID_VERSION", E, "`Version` is neither 2012-10-17 nor 2008-10-17.", GRAMMAR, "Write 2012-10-17."),
    Check("MISSING_VERSION", W, "There is no `Version`.", "The document is then read as 2008-10-17, in which variables are plain text.", "Add `\"Version\": \"2012-10-17\"`."),
    Check("MISSING_STATEMENT", E, "There is no `Statement`.", GRAMMAR, "Add one."),
    Check("REMIT_NO_STATEMENTS", S, "`Statement` is an empty list.", _NOTHING, "Write a statement or delete the document."),
    Check("MISSING_EFFECT", E, "A statement without `Effect`.", GRAMMAR, "Say `Allow` or `Deny`."),
    Check("INVALID_EFFECT", E, "`Effect` is neither `Allow` nor `Deny`, in that case.", GRAMMAR, "Write one of the two exactly."),
    Check("MISSING_ACTION", E, "A statement without `Action` or `NotAction`.", GRAMMAR, "Add `Action`."),
    Check("MISSING_RESOURCE", E, "A statement without `Resource` or `NotResource` in a policy that needs it.", GRAMMAR, "Add `Resource`."),
    Check("MISSING_PRINCIPAL", E, "A statement of a resource or trust policy without a principal.", GRAMMAR, "Add `Principal`."),
    Check("UNSUPPORTED_PRINCIPAL", E, "An identity policy names a principal.", GRAMMAR, "Remove it: the policy applies to whom it is attached to."),
    Check("SCP_SYNTAX_ERROR_PRINCIPAL", E, "A service control policy names a principal.", GRAMMAR, "Remove it; use a condition on `aws:PrincipalArn`."),
    Check("UNSUPPORTED_ELEMENT_COMBINATION", E, "An element and its `Not` form in one statement.", GRAMMAR, "Keep one, or make two statements."),
    Check("UNSUPPORTED_SID", E, "A Sid with other characters than letters and digits, where IAM stores it.", GRAMMAR, "Use A-Z, a-z and 0-9."),
    Check("EMPTY_SID_VALUE", S, "An empty Sid.", _NOTHING, "Name the statement or leave `Sid` out."),
    Check("UNIQUE_SIDS_REQUIRED", E, "Two statements with one Sid, where IAM stores it.", GRAMMAR, "Give each its own."),
    Check("UNIQUE_SIDS_RECOMMENDED", W, "Two statements with one Sid in a resource policy.", "Tools and logs tell statements apart by their Sid.", "Give each its own."),
    Check("INVALID_PRINCIPAL_FORMAT", E, "A principal that has none of the known forms.", GRAMMAR, "Write an account, an ARN, or a kind and a name."),
    Check("INVALID_PRINCIPAL_KEY", E, "A kind of principal that there is not.", GRAMMAR, "Write AWS, Service, Federated or CanonicalUser."),
    Check("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", E, "A wildcard inside a principal.", GRAMMAR, "Name it in full, or write `*` and a condition on `aws:PrincipalArn`."),
    Check("REMIT_GROUP_PRINCIPAL", E, "A group as principal.", GRAMMAR, "Name its users, or a role."),
    Check("ALLOW_WITH_NOT_PRINCIPAL", Level.SECURITY_WARNING, "`Allow` with `NotPrincipal`.", "Everybody else is let in, strangers without an account too.", "Name those who may in `Principal`."),
    Check("ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", E, "`NotPrincipal` in a trust policy.", GRAMMAR, "Write `Principal`."),
    Check("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", E, "`Resource` in a trust policy.", GRAMMAR, "Remove it: the resource is the role."),
    Check("EMPTY_ARRAY_ACTION", S, "An empty list of actions.", _NOTHING, "Name actions."),
    Check("EMPTY_ARRAY_RESOURCE", S, "An empty list of resources.", _NOTHING, "Name resources."),
    Check("EMPTY_ARRAY_PRINCIPAL", S, "An empty list of principals.", _NOTHING, "Name principals."),
    Check("EMPTY_OBJECT_PRINCIPAL", S, "An empty `Principal` object.", _NOTHING, "Name principals."),
    Check("EMPTY_OBJECT_CONDITION", S, "An empty `Condition`.", _NOTHING, "Remove it, or write a test."),
    Check("EMPTY_ARRAY_CONDITION", S, "A test without values.", "It is never true, so the statement never applies.", "Name values."),
    Check("EMPTY_ARRAY_CONDITION_FORALLVALUES", S, "`ForAllValues` without values.", "It is true only where the key is absent.", "Write `Null` with `true`."),
    Check("EMPTY_ARRAY_CONDITION_FORANYVALUE", S, "`ForAnyValue` without values.", "It is never true, so the statement never applies.", "Name values."),
    Check("EMPTY_ARRAY_CONDITION_IFEXISTS", S, "`...IfExists` without values.", "It is true only where the key is absent.", "Write `Null` with `true`."),
    Check("INVALID_CONDITION_OPERATOR", E, "A condition operator that there is not.", GRAMMAR, "Spell it as AWS does."),
    Check("INVALID_CONDITION_KEY_FORMAT", E, "A condition key that is not `service:name`.", GRAMMAR, "Write the service before the colon."),
    Check("DUPLICATE_KEYS_WITH_DIFFERENT_CASE", E, "Two condition keys that differ in letter case only.", "They are one key to AWS, which refuses it twice.", "Keep one."),
    Check("NULL_WITH_IF_EXISTS", E, "`NullIfExists`.", GRAMMAR, "Write `Null`."),
    Check("NULL_WITH_QUALIFIER", S, "`Null` with `ForAllValues` or `ForAnyValue`.", "It is then always true, or always false.", "Write `Null` alone."),
    Check("INVALID_VARIABLE_FOR_OPERATOR", E, "A variable under an operator that takes none.", _VARIABLE, "Write the value, or use a String or ARN operator."),
    Check("MISSING_BRACE_IN_VARIABLE", E, "A variable without its closing brace.", _VARIABLE, "Close it."),
    Check("MISSING_QUOTE_IN_VARIABLE", E, "A variable's default without single quotes.", _VARIABLE, "Write `${key, 'default'}`."),
    Check("UNSUPPORTED_SPACE_IN_VARIABLE", E, "A space in a variable.", _VARIABLE, "Remove it."),
    Check("EMPTY_VARIABLE", E, "A variable without a name.", _VARIABLE, "Name a condition key."),
    Check("VARIABLE_UNSUPPORTED_IN_ELEMENT", E, "A variable outside of `Resource` and `Condition`.", _VARIABLE, "Write the value itself."),
    Check("REMIT_VARIABLE_BEFORE_FIFTH_COLON", W, "A variable in the first five parts of an ARN.", "AWS documents variables in the last part only; elsewhere the ARN may match nothing.", "Write the region or account, or `*`."),
    Check("VARIABLE_UNSUPPORTED_IN_VERSION", E, "A variable in a document of 2008-10-17.", "It is compared as plain text, so it matches nothing.", "Set `Version` to 2012-10-17."),
    Check("INVALID_ARN_PREFIX", E, "A resource that is neither an ARN nor `*`.", GRAMMAR, "Write `arn:partition:service:region:account:resource`."),
    Check("MISSING_ARN_FIELD", E, "An ARN with fewer than six parts.", GRAMMAR, "Write all six; some may be empty."),
    Check("INVALID_PARTITION", E, "A partition that AWS does not have.", _NEVER, "Write `aws`, `aws-cn` or `aws-us-gov`."),
    Check("INVALID_SERVICE", E, "An ARN of a service that AWS does not have.", _NEVER, "Spell the service as its ARNs do."),
    Check("INVALID_ARN_SERVICE_CASE", E, "The service of an ARN is not in lower case.", _NEVER, "Write it in lower case."),
    Check("INVALID_ARN_ACCOUNT", E, "The account of an ARN is not twelve digits.", _NEVER, "Write twelve digits without dashes."),
    Check("ARN_REGION_NOT_ALLOWED", E, "An ARN with a region, of a resource that has none.", _NEVER, "Leave the part empty."),
    Check("ARN_ACCOUNT_NOT_ALLOWED", E, "An ARN with an account, of a resource that has none.", _NEVER, "Leave the part empty."),
    Check("MISSING_ARN_ACCOUNT", E, "An ARN without the account that its resource has.", _NEVER, "Write the account, or `*`."),
    Check("WILDCARD_IN_SERVICE_NAME", S, "A wildcard in the service of an action.", "It takes in services that are not yet known.", "Name the service."),
    Check("INVALID_ACTION", E, "An action that its service does not have.", "The entry allows or denies nothing.", "Write the action's name."),
)  # fmt: skip

BY_CODE = {check.code: check for check in CHECKS}
