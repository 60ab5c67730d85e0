"""A second engine, as plain as can be: written from facts/iam.md alone, sentence by sentence, over
the case format. It shares nothing with remit.engine and knows only what `making` makes."""

from __future__ import annotations

import re
from typing import Any

WEB = ("www.amazon.com", "graph.facebook.com", "accounts.google.com")
COGNITO = "cognito-identity.amazonaws.com"
ASSUME = ("sts:assumerole", "sts:assumerolewithwebidentity", "sts:assumerolewithsaml")
RCP_PREFIXES = """s3 sts kms sqs secretsmanager cognito-idp logs dynamodb appconfig appstream
autoscaling codebuild codecommit comprehend comprehendmedical dax ecr health kinesisvideo
opensearch signin support textract transcribe translate
aoss autoscaling-plans budgets clouddirectory cloudfront cloudsearch cloudtrail-data codeartifact
codepipeline cognito-identity compute-optimizer cost-optimization-hub dsql ecr-public events firehose
fis fms gamelift inspector-scan kendra memorydb networkmonitor notifications pca-connector-ad
personalize polly pricing resource-groups rolesanywhere servicediscovery swf timestream-influxdb
transfer wafv2 workspaces xray""".split()
SQS_OWN = """addpermission createqueue deletequeue listqueues listqueuetags removepermission
setqueueattributes tagqueue untagqueue""".split()


def decide(case: dict[str, Any]) -> str:
    """`allowed`, `explicitDeny` or `implicitDeny`."""
    request, policies = case["request"], case["policies"]
    action = request["action"].lower()
    context = {key.lower(): value for key, value in request.get("context", {}).items()}
    verdict = _one(request, policies, action, context)
    if verdict != "allowed" or action not in ASSUME:
        return verdict
    # 4.11: TagSession and SetSourceIdentity are needed too
    if any(key.endswith(":tagkeys") or key.startswith("aws:requesttag/") for key in context):
        verdict = _one(request, policies, "sts:tagsession", context)
    if verdict == "allowed" and "aws:sourceidentity" in context:
        verdict = _one(request, policies, "sts:setsourceidentity", context)
    return verdict


def _one(request: dict, policies: dict, action: str, context: dict) -> str:
    me = _caller(request["principal"], context)
    resource = request["resource"]
    service = action.split(":")[0]
    owner = request.get("resourceAccount")
    if owner is None and resource.count(":") >= 5 and resource.split(":")[4].isdigit():
        owner = resource.split(":")[4]
    if owner is None:
        owner = context.get("aws:resourceaccount")
    keys = {**_keys(me, context), **({"aws:resourceaccount": owner} if owner else {}), **context}
    is_role = ":role/" in resource and resource.startswith("arn:aws:iam:")
    trust = action in ASSUME or (action in ("sts:tagsession", "sts:setsourceidentity") and is_role)
    ask = {
        "me": me, "action": action, "resource": resource, "keys": keys, "trust": trust,
        "bounded": "permissionsBoundary" in policies,
    }  # fmt: skip

    # 4.12: operations that policies do not touch, callers that cannot call
    kind = me["kind"]
    refused = False
    if action == "sts:getcalleridentity":
        if kind in ("user", "role", "federated", "root"):
            return "allowed"
        refused = True
    if action == "sts:getsessiontoken":
        if kind in ("user", "root") and "aws:tokenissuetime" not in keys:
            return "allowed"
        refused = True
    if action == "sts:getfederationtoken":
        refused = kind not in ("user", "root") or "aws:tokenissuetime" in keys
    if action == "sts:assumerole":
        refused = kind not in ("user", "role", "service")
    if action in ("sts:assumerolewithwebidentity", "sts:assumerolewithsaml"):
        refused = kind != "provider"
    if action == "sts:assumeroot":
        refused = kind not in ("user", "role")
    if kind == "federated" and service in ("sts", "iam"):
        refused = True

    # 4.1: which layers apply
    has_identity_side = kind in ("user", "role", "federated")
    layers: dict[str, list[list[dict]]] = {}
    if has_identity_side:
        layers["identity"] = [policies.get("identity", [])]
        for layer in ("permissionsBoundary", "session"):
            if layer in policies:
                layers[layer] = [policies[layer]]
    if kind == "root" and "session" in policies:
        layers["session"] = [policies["session"]]
    if "scp" in policies and (has_identity_side or kind == "root") and not me["linked"]:
        layers["scp"] = policies["scp"]
    if "rcp" in policies and not _rcp_exempt(me, service, action, resource, trust):
        layers["rcp"] = policies["rcp"]
    if "vpcEndpoint" in policies:
        layers["vpcEndpoint"] = [policies["vpcEndpoint"]]
    no_resource_policy = (
        service == "iam"
        or action in ("ecr:getauthorizationtoken", "sts:assumeroot", "kms:listkeys")
        or (service == "kms" and ":alias/" in resource)
    )
    if "resource" in policies and not no_resource_policy:
        layers["resource"] = [[policies["resource"]]]

    # 4.2, 1: an explicit Deny anywhere
    for name, levels in layers.items():
        for level in levels:
            for document in level:
                for statement in document["Statement"]:
                    if statement["Effect"] == "Deny" and _matches(name, statement, ask):
                        return "explicitDeny"
    if refused:
        return "implicitDeny"

    # 4.2, 2 and 3, and the endpoint: an Allow at every level
    for name in ("rcp", "scp", "vpcEndpoint"):
        for level in layers.get(name, []):
            if not _allows(name, level, ask):
                return "implicitDeny"

    # The caller's own side
    identity = has_identity_side and _allows("identity", layers["identity"][0], ask)
    boundary = session = True
    if kind != "root":
        if "permissionsBoundary" in layers:
            boundary = _allows("permissionsBoundary", layers["permissionsBoundary"][0], ask)
        if "session" in layers:
            session = _allows("session", layers["session"][0], ask)
        elif kind == "federated":
            session = False
    if kind == "root":
        identity = True
    own = identity and boundary and session

    # The resource's side
    named: set[str] = set()
    if "resource" in layers:
        for statement in layers["resource"][0][0]["Statement"]:
            if statement["Effect"] == "Allow" and _matches("resource", statement, ask):
                named |= _named(statement, ask)
    if kind == "federated" and "session" not in layers:
        named &= {"federated"}
    through_endpoint = "vpcEndpoint" in layers or "aws:sourcevpce" in keys
    if action == "execute-api:invoke" and through_endpoint and "resource" not in layers:
        return "implicitDeny"

    # 4.5: across accounts both
    if me["account"] and owner and me["account"] != owner:
        if service == "sqs" and action.split(":")[1] in SQS_OWN:
            return "implicitDeny"
        if action == "sts:assumeroot":
            return "allowed" if own else "implicitDeny"
        return "allowed" if own and named else "implicitDeny"

    # 4.4: one account
    ways = []
    if "account" in named:
        ways.append(own)
    if "user" in named:
        federated_session_of_user = kind == "user" and "session" in layers
        ways.append(boundary and session if federated_session_of_user else True)
    if "role" in named:
        ways.append(boundary and session)
    if named & {"session", "federated", "everyone", "service", "provider"}:
        ways.append(True)
    needs_resource_policy = trust or (service == "kms" and not no_resource_policy)
    if not needs_resource_policy:
        ways.append(own)
    return "allowed" if any(ways) else "implicitDeny"


def _rcp_exempt(me: dict, service: str, action: str, resource: str, trust: bool) -> bool:
    if service not in RCP_PREFIXES or me["linked"] or action == "kms:retiregrant":
        return True
    if trust and ":role/aws-service-role/" in resource:
        return True
    return service == "kms" and ":alias/aws/" in resource


def _caller(principal: str, context: dict) -> dict[str, Any]:
    me: dict[str, Any] = {
        "kind": "", "arn": principal, "account": None, "role": None, "name": "", "session": None,
        "linked": False, "id": None,
    }  # fmt: skip
    if principal == "anonymous" and "aws:federatedprovider" in context:
        me.update(kind="provider", arn=context["aws:federatedprovider"])
        return me
    if principal == "anonymous":
        me["kind"] = "anonymous"
        return me
    if principal in WEB or principal == COGNITO or "-provider/" in principal:
        me["kind"] = "provider"
        return me
    if not principal.startswith("arn:"):
        me["kind"] = "service"
        return me
    account, tail = principal.split(":", 5)[4:]
    me["account"] = account
    me["name"] = tail.split("/")[-1]
    userid = context.get("aws:userid", "")
    if tail == "root":
        me["kind"] = "root"
    elif tail.startswith("user/"):
        me["kind"] = "user"
        if userid.startswith("AIDA"):
            me["id"] = userid
    elif tail.startswith("federated-user/"):
        me["kind"] = "federated"
    elif tail.startswith("role/"):
        me.update(kind="role", role=principal, linked=tail.startswith("role/aws-service-role/"))
    else:
        _, name, session = tail.split("/")
        me.update(kind="role", name=name, session=session)
        me["linked"] = name.startswith("AWSServiceRoleFor")
        told = context.get("aws:principalarn", "")
        if told.startswith(f"arn:aws:iam::{account}:role/") and told.endswith("/" + name):
            me.update(role=told, linked=":role/aws-service-role/" in told)
    if me["kind"] == "role" and userid.startswith("AROA"):
        me["id"] = userid.split(":")[0]
        me["session"] = me["session"] or userid.split(":")[1]
    return me


def _keys(me: dict[str, Any], context: dict) -> dict[str, str]:
    """3.6"""
    kind, account = me["kind"], me["account"]
    if kind == "service":
        return {"aws:principalisawsservice": "true", "aws:principalservicename": me["arn"]}
    if kind == "provider":
        return {"aws:federatedprovider": me["arn"]}
    if kind == "anonymous":
        return {
            "aws:principaltype": "Anonymous",
            "aws:principalaccount": "anonymous",
            "aws:userid": "anonymous",
        } | {}
    types = {"root": "Account", "user": "User", "role": "AssumedRole", "federated": "FederatedUser"}
    keys = {"aws:principaltype": types[kind], "aws:principalaccount": account}
    keys["aws:principalisawsservice"] = "false"
    if kind == "role":
        if me["role"]:
            keys["aws:principalarn"] = me["role"]
        elif not me["name"].startswith("AWSServiceRoleFor"):
            keys["aws:principalarn"] = f"arn:aws:iam::{account}:role/{me['name']}"
    else:
        keys["aws:principalarn"] = me["arn"]
    if kind == "user":
        keys["aws:username"] = me["name"]
    if kind == "root":
        keys["aws:userid"] = account
    if kind == "federated":
        keys["aws:userid"] = f"{account}:{me['name']}"
    if "aws:assumedroot" in context:
        keys.pop("aws:userid", None)
        keys.pop("aws:principaltype", None)
    return keys


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _allows(layer: str, level: list[dict], ask: dict) -> bool:
    return any(
        statement["Effect"] == "Allow" and _matches(layer, statement, ask)
        for document in level
        for statement in document["Statement"]
    )


def _matches(layer: str, statement: dict, ask: dict) -> bool:
    deny = statement["Effect"] == "Deny"
    for name, asked in (("Action", ask["action"]), ("Resource", ask["resource"])):
        listed = _list(statement.get(name, statement.get("Not" + name, "*")))
        lowered = [text.lower() if name == "Action" else text for text in listed]
        if any(_like(text, asked) for text in lowered) is ("Not" + name in statement):
            return False
    for operator, block in statement.get("Condition", {}).items():
        for key, listed in block.items():
            if not _holds(operator, ask["keys"].get(key.lower()), _list(listed)):
                return False
    if layer == "rcp":
        # 1.7: an RCP's Principal is "*"; anything else is not understood
        listed = statement.get("Principal", {})
        return deny or listed == "*" or "*" in _list(listed.get("AWS", []))
    if layer in ("resource", "vpcEndpoint"):
        if layer == "vpcEndpoint":
            # 4.12: who does not sign is anonymous to it; trust is no matter of the endpoint
            me = ask["me"]
            if me["kind"] == "provider":
                me = {**me, "kind": "anonymous"}
            ask = {**ask, "trust": False, "me": me}
        if ask["trust"] and not deny and ("Resource" in statement or "NotResource" in statement):
            return False
        return bool(_named(statement, ask))
    return True


def _holds(operator: str, seen: Any, values: list[str]) -> bool:
    if operator == "Null":
        return (seen is None) == (values == ["true"])
    if operator.endswith("IfExists"):
        if seen is None:
            return True
        operator = operator.removesuffix("IfExists")
    if seen is None:
        return "Not" in operator
    if operator in ("ArnEquals", "ArnNotEquals"):
        operator = operator.replace("Equals", "Like")
    if operator == "StringEquals":
        return seen in values
    if operator == "StringNotEquals":
        return seen not in values
    if operator == "StringLike":
        return any(_like(value, seen) for value in values)
    if operator == "Bool":
        return seen == values[0]
    parts = seen.split(":", 5)
    if len(parts) != 6:
        return False
    met = any(all(map(_like, value.split(":", 5), parts)) for value in values)
    return met if operator == "ArnLike" else not met


def _like(pattern: str, text: str) -> bool:
    wild = {"*": ".*", "?": "."}
    return bool(re.fullmatch("".join(wild.get(c, re.escape(c)) for c in pattern), text, re.DOTALL))


def _named(statement: dict, ask: dict) -> set[str]:
    """1.5, 1.6, 4.3: as what the statement names the caller. For a Deny: empty or not."""
    me, deny = ask["me"], statement["Effect"] == "Deny"
    element = statement.get("Principal", statement.get("NotPrincipal"))
    if element is None:
        return {"fires"} if deny else set()  # 1.1: it must have one
    if element == "*":
        element = {"AWS": "*"}
    entries = [(kind, text) for kind, texts in element.items() for text in _list(texts)]
    listed = {label for kind, text in entries if (label := _label(kind, text, ask))}
    sure = listed - {"perhaps"}
    if "Principal" in statement:
        return listed if deny else sure
    star = ("AWS", "*") in entries
    if not deny:
        if listed or star or ask["trust"] or me["kind"] == "provider":
            return set()
        return {"everyone"}
    if ask["bounded"] and me["kind"] in ("user", "role", "federated"):
        return {"fires"}
    needed = {
        "user": {"account", "user"}, "role": {"account", "role", "session"},
        "federated": {"account", "federated"}, "root": {"account"}, "service": {"service"},
        "provider": {"provider"}, "anonymous": {"nobody can list it"},
    }[me["kind"]]  # fmt: skip
    return set() if star or needed <= sure else {"fires"}


def _label(kind: str, text: str, ask: dict) -> str | None:
    me, account = ask["me"], ask["me"]["account"]
    if kind == "CanonicalUser":
        return "perhaps" if account else None
    if kind == "Service":
        if me["kind"] != "service":
            return None
        return "service" if text == me["arn"] else "perhaps" if text == "*" else None
    if kind == "Federated":
        return (
            "provider" if ask["trust"] and (me["kind"], me["arn"]) == ("provider", text) else None
        )
    if text == "*":
        if me["kind"] == "provider":
            return "perhaps"
        if not ask["trust"]:
            return "everyone"
        return "account" if account else "perhaps"
    if account is None:
        return None
    if text in (account, f"arn:aws:iam::{account}:root"):
        return "account"
    if me["kind"] == "user" and text in (me["arn"], me["id"]):
        return "user"
    if me["kind"] == "federated":
        if text.startswith(f"arn:aws:iam::{account}:user/"):
            return "perhaps"
        return "federated" if text == me["arn"] else None
    if me["kind"] == "role":
        session = f"arn:aws:sts::{account}:assumed-role/{me['name']}/{me['session']}"
        if me["session"] and text == session:
            return "session"
        if text in (me["role"], me["id"]):
            return "role"
        unknown_path = me["role"] is None and text.startswith(f"arn:aws:iam::{account}:role/")
        if unknown_path and text.split("/")[-1] == me["name"]:
            return "role"
    return None
