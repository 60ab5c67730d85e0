"""A Chalice project in a dict: stages, roles and policies, what is packaged, what is broken.

Sections are those of topics/configfile in Chalice's documentation; "source" is its code, 1.33.
"""

from __future__ import annotations

import json

import pytest

from remit.core.tree import MemoryTree
from remit.deploy import NoProject, choose, find
from remit.deploy.chalice import function_name, read
from remit.deploy.model import Project, Role, Stage

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
)


def project(config: object, files: dict[str, str | bytes] | None = None) -> Project:
    text = config if isinstance(config, str) else json.dumps(config)
    contents: dict[str, str | bytes] = {".chalice/config.json": text, "app.py": ""}
    return read(MemoryTree(contents | (files or {})))


def stage(found: Project, name: str) -> Stage:
    return next(s for s in found.stages if s.name == name)


def actions(role: Role) -> set[str]:
    return {a.value for p in role.policies for s in p.statements for a in s.actions}


def problems(found: Project) -> list[str]:
    return [f"{p.span}: {p.message}" for p in found.problems]


def test_the_documentations_three_stages() -> None:
    """ "IAM Roles and Policies": generated, from a file, and managed elsewhere."""
    found = project(
        {
            "version": "2.0",
            "app_name": "app",
            "stages": {
                "dev": {"autogen_policy": True, "api_gateway_stage": "dev"},
                "beta": {"autogen_policy": False, "iam_policy_file": "beta-app-policy.json"},
                "prod": {
                    "manage_iam_role": False,
                    "iam_role_arn": "arn:aws:iam::444455556666:role/prod-role",
                },
            },
        },
        {".chalice/beta-app-policy.json": POLICY},
    )
    dev, beta, prod = (stage(found, n).default.role for n in ("dev", "beta", "prod"))
    assert (dev.name, dev.generated, dev.file, dev.unknown) == ("app-dev", True, None, None)
    assert (beta.name, beta.file, actions(beta)) == (
        "app-beta-*",
        ".chalice/beta-app-policy.json",
        {"s3:GetObject"},
    )
    assert prod.name == "arn:aws:iam::444455556666:role/prod-role"
    assert prod.unknown == f"role `{prod.name}` is managed outside the project"
    assert stage(found, "dev").facts["api_gateway_stage"] == "dev"
    assert stage(found, "beta").facts["api_gateway_stage"] == "api"
    assert stage(found, "prod").account == "444455556666", "Lambda takes no other account's role"
    assert problems(found) == []


def test_the_default_file_of_a_stage() -> None:
    """`autogen_policy`: `.chalice/policy-<stage-name>.json`."""
    found = project(
        {"app_name": "app", "autogen_policy": False, "stages": {"dev": {}, "prod": {}}},
        {".chalice/policy-dev.json": POLICY},
    )
    assert stage(found, "dev").default.role.file == ".chalice/policy-dev.json"
    lacking = stage(found, "prod").default.role
    assert lacking.missing == ".chalice/policy-prod.json"
    assert (lacking.policies, lacking.unknown) == ((), None)
    assert lacking.span == stage(found, "prod").span
    assert problems(found) == []


def test_a_missing_file_that_is_named_is_shown_where_it_is_named() -> None:
    text = '{"app_name": "a", "autogen_policy": false,\n "iam_policy_file": "absent.json"}'
    role = project(text).stages[0].default.role
    assert role.missing == ".chalice/absent.json"
    assert str(role.span) == ".chalice/config.json:2:21"


def test_no_stages_is_dev() -> None:
    [only] = project({"app_name": "app"}).stages
    assert (only.name, only.default.role.name) == ("dev", "app-dev")


FUNCTIONS = {
    "app_name": "app",
    "autogen_policy": False,
    "lambda_functions": {"nightly": {"iam_policy_file": "nightly.json"}},
    "stages": {
        "dev": {
            "environment_variables": {"A": "1"},
            "lambda_functions": {
                "quick": {"lambda_timeout": 3, "environment_variables": {"B": "2"}},
                "same": {"iam_policy_file": "policy-dev.json"},
                "twin": {"iam_policy_file": "nightly.json"},
                "auto": {"autogen_policy": True},
                "auto2": {"autogen_policy": True},
                "own": {"manage_iam_role": False, "iam_role_arn": "arn:aws:iam::1:role/own"},
            },
        }
    },
}


@pytest.mark.parametrize(
    ("function", "role"),
    [
        # A role for each function, all with the stage's file: one to mend.
        ("api_handler", "app-dev-*"),
        ("quick", "app-dev-*"),
        ("same", "app-dev-*"),
        # Files of their own; two roles with one policy are one here.
        ("nightly", "app-dev-nightly, app-dev-twin"),
        ("twin", "app-dev-nightly, app-dev-twin"),
        # source, `_create_role_reference`: generated policies share the role `<app>-<stage>`.
        ("auto", "app-dev"),
        ("auto2", "app-dev"),
        ("own", "arn:aws:iam::1:role/own"),
    ],
)
def test_which_function_runs_as_which_role(function: str, role: str) -> None:
    files: dict[str, str | bytes] = {
        ".chalice/policy-dev.json": POLICY,
        ".chalice/nightly.json": POLICY,
    }
    found = stage(project(FUNCTIONS, files), "dev")
    assert found.function(function).role.name == role


def test_roles_of_a_stage_and_environment_of_a_function() -> None:
    found = stage(project(FUNCTIONS, {".chalice/policy-dev.json": POLICY}), "dev")
    assert len(found.roles()) == 4
    assert found.function("quick").environment == {"A": "1", "B": "2"}
    assert found.function("api_handler").environment == {"A": "1"}
    assert found.function("nightly").role.missing == ".chalice/nightly.json"


def test_names_in_aws() -> None:
    """source, appgraph: the API's function carries no name of its own."""
    found = project({"app_name": "app"})
    names = [function_name(found, found.stages[0], f) for f in ("api_handler", "nightly")]
    assert names == ["app-dev", "app-dev-nightly"]


def test_external_role_with_a_policy_file_beside_it() -> None:
    """Chalice does not read it: it is handed on, and no verdict is built on it."""
    arn = "arn:aws:iam::444455556666:role/r"
    found = project(
        {"app_name": "a", "manage_iam_role": False, "iam_role_arn": arn},
        {".chalice/policy-dev.json": POLICY},
    )
    role = found.stages[0].default.role
    assert role.unknown is not None
    assert "Chalice does not attach `.chalice/policy-dev.json`" in role.unknown
    assert actions(role) == {"s3:GetObject"}


def test_external_role_without_a_name() -> None:
    """`manage_iam_role`: "you must specify an iam_role_arn"."""
    role = project({"app_name": "a", "manage_iam_role": False}).stages[0].default.role
    assert role.unknown == "`manage_iam_role` is false and no `iam_role_arn` names the role"


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("policies/dev.json", ".chalice/policies/dev.json"),
        ("../iam/dev.json", "iam/dev.json"),
        ("./policy-dev.json", ".chalice/policy-dev.json"),
    ],
)
def test_where_a_policy_file_is(written: str, path: str) -> None:
    """`iam_policy_file`: "relative to the .chalice directory"."""
    config = {"app_name": "a", "autogen_policy": False, "iam_policy_file": written}
    role = project(config, {path: POLICY}).stages[0].default.role
    assert (role.file, len(role.policies)) == (path, 1)


@pytest.mark.parametrize("written", ["/etc/policy.json", "../../other/policy.json"])
def test_a_policy_file_outside(written: str) -> None:
    config = {"app_name": "a", "autogen_policy": False, "iam_policy_file": written}
    role = project(config).stages[0].default.role
    assert role.unknown == f"policy file `{written}` is outside the project's folder"


def test_a_broken_policy_file_is_told_once() -> None:
    found = project(
        {
            "app_name": "a",
            "autogen_policy": False,
            "iam_policy_file": "p.json",
            "stages": {"dev": {}, "prod": {}},
        },
        {".chalice/p.json": '{"Version": "2012-10-17",\n "Statement": [}'},
    )
    [problem] = found.problems
    assert str(problem.span) == ".chalice/p.json:2:16"
    assert stage(found, "prod").default.role.unknown == (
        "policy file `.chalice/p.json` can't be read"
    )


V2 = {
    "schema_version": "2.0",
    "backend": "api",
    "resources": [
        {
            "name": "default-role",
            "resource_type": "iam_role",
            "role_arn": "arn:aws:iam::111122223333:role/app-dev",
            "role_name": "app-dev",
        },
        {
            "name": "api_handler",
            "resource_type": "lambda_function",
            "lambda_arn": "arn:aws:lambda:eu-west-1:111122223333:function:app-dev",
        },
        {"name": "rest_api", "resource_type": "rest_api", "rest_api_id": "a1b2c3d4e5"},
        {"name": "websocket_api", "resource_type": "websocket_api", "websocket_api_id": "w1"},
        {"name": "t", "resource_type": "sns_event", "topic": "arn:aws:sns:us-east-1:9:t"},
    ],
}
V1 = {
    "dev": {
        "api_handler_name": "app-dev",
        "api_handler_arn": "arn:aws-cn:lambda:cn-north-1:111122223333:function:app-dev",
        "rest_api_id": "old1",
        "region": "cn-north-1",
        "lambda_functions": {
            "app-dev-one": {
                "arn": "arn:aws-cn:lambda:cn-north-1:111122223333:function:app-dev-one"
            },
            "app-dev-two": "arn:aws-cn:lambda:cn-north-1:111122223333:function:app-dev-two",
        },
    }
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"deployed/dev.json": V2},
            ("aws", "111122223333", "eu-west-1", {"rest": "a1b2c3d4e5", "websocket": "w1"}),
        ),
        ({"deployed.json": V1}, ("aws-cn", "111122223333", "cn-north-1", {"rest": "old1"})),
        # source, `deployed_resources`: the old file counts only where there is no new one.
        ({"deployed/dev.json": {**V2, "resources": []}, "deployed.json": V1}, None),
        ({"deployed/prod.json": V2}, None),
        ({"deployed.json": {"prod": V1["dev"]}}, None),
        ({}, None),
    ],
)
def test_what_was_deployed(
    files: dict[str, object], expected: tuple[str, str, str, dict[str, str]] | None
) -> None:
    written: dict[str, str | bytes] = {f".chalice/{n}": json.dumps(c) for n, c in files.items()}
    found = project({"app_name": "app"}, written)
    [dev] = found.stages
    facts = (dev.partition, dev.account, dev.region, dev.apis)
    assert facts == (expected or ("aws", None, None, {}))
    assert problems(found) == []


def test_facts_that_contradict_each_other_are_not_known() -> None:
    arns = [f"arn:aws:lambda:eu-west-1:{n * 12}:function:f" for n in "12"]
    content = {"schema_version": "2.0", "resources": [{"lambda_arn": arn} for arn in arns]}
    found = project({"app_name": "app"}, {".chalice/deployed/dev.json": json.dumps(content)})
    assert (found.stages[0].account, found.stages[0].region) == (None, "eu-west-1")


@pytest.mark.parametrize("account", ["", "xxxxxxxxxxxx", "12345", "<account>"])
def test_a_masked_account_is_not_known(account: str) -> None:
    content = {
        "schema_version": "2.0",
        "resources": [{"lambda_arn": f"arn:aws:lambda:eu-west-1:{account}:function:f"}],
    }
    found = project({"app_name": "app"}, {".chalice/deployed/dev.json": json.dumps(content)})
    assert found.stages[0].account is None


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("{", "1:2"),
        ("[]", "1:1"),
        ('{"resources": {}, "schema_version": "2.0"}', "1:1"),
        ('{"resources": [], "schema_version": "9"}', "1:1"),
        ("", "1:1"),
    ],
)
def test_a_broken_deployment_record(text: str, where: str) -> None:
    found = project({"app_name": "app"}, {".chalice/deployed/dev.json": text})
    [problem] = found.problems
    assert str(problem.span) == f".chalice/deployed/dev.json:{where}"
    assert found.stages[0].account is None


def test_what_is_packaged() -> None:
    """topics/packaging: `app.py`, `chalicelib`, and `vendor`, which goes to the root."""
    paths = (
        "lambda/app.py",
        "lambda/chalicelib/__init__.py",
        "lambda/chalicelib/deep/er.py",
        "lambda/chalicelib/data.json",
        "lambda/vendor/shared/util.py",
        "lambda/scripts/migrate.py",
        "app.py",
    )
    contents: dict[str, str | bytes] = dict.fromkeys(paths, "")
    contents["lambda/.chalice/config.json"] = '{"app_name": "a"}'
    found = read(MemoryTree(contents), "lambda/")
    assert found.sources == (
        "lambda/app.py",
        "lambda/chalicelib/__init__.py",
        "lambda/chalicelib/deep/er.py",
        "lambda/vendor/shared/util.py",
    )
    assert found.roots == ("lambda", "lambda/vendor")
    assert (found.framework, found.entry, found.name) == ("chalice", "app", "a")


def test_settings_that_need_permissions_of_their_own() -> None:
    found = project(
        {
            "app_name": "a",
            "xray": True,
            "lambda_functions": {
                "inside": {"subnet_ids": ["s"], "security_group_ids": ["g"]},
                "half": {"subnet_ids": ["s"], "security_group_ids": []},
            },
        }
    )
    dev = found.stages[0]

    def needed(name: str) -> set[str]:
        return {need.action.partition(":")[0] for need in dev.function(name).needs}

    assert needed("api_handler") == {"xray"}
    assert needed("half") == {"xray"}
    assert needed("inside") == {"xray", "ec2"}


def test_no_app() -> None:
    found = read(MemoryTree({".chalice/config.json": '{"app_name": "a"}'}))
    assert problems(found) == ["app.py:1:1: there is no `app.py`; Chalice starts there"]
    role = found.stages[0].default.role
    assert role.unknown == "Chalice generates its policy from `app.py`, which can't be read"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "1:1"),
        ('{"app_name": "a",\n "stages": {"dev": {},}}', "2:22"),
        (b'{"app_name": "\xff"}', "1:15"),
        ("[" * 100_000, "1:101"),
    ],
)
def test_a_broken_configuration(text: str | bytes, where: str) -> None:
    found = read(MemoryTree({".chalice/config.json": text, "app.py": ""}))
    [problem] = found.problems
    assert str(problem.span) == f".chalice/config.json:{where}"
    assert found.stages == ()


def test_find() -> None:
    paths = ("lambda/.chalice/config.json", "other/deep/.chalice/config.json", "x/config.json")
    tree = MemoryTree(dict.fromkeys((*paths, "my.chalice/config.json"), "{}"))
    assert [one.folder for one in find(tree)] == ["lambda", "other/deep"]
    assert [one.folder for one in find(MemoryTree({".chalice/config.json": "{}"}))] == [""]
    with pytest.raises(NoProject) as error:
        choose(tree)
    assert str(error.value) == (
        "no project that remit reads in this folder itself. "
        "There is one in `lambda`, `other/deep`: name that folder."
    )
    assert choose(tree, "lambda").marker == choose(tree, paths[0]).marker == paths[0]
    with pytest.raises(NoProject, match=r"known by `\.chalice/config\.json` \(chalice\)"):
        choose(MemoryTree({}), "nowhere")


def test_a_policy_file_beside_the_default_counts_and_is_told() -> None:
    """Only `--no-autogen-policy` reads it: denied is what neither policy grants."""
    config: dict[str, object] = {"version": "2.0", "app_name": "app", "stages": {"dev": {}}}
    found = project(config, {".chalice/policy-dev.json": POLICY})
    role = stage(found, "dev").default.role
    assert role.generated
    assert "s3:GetObject" in actions(role)
    assert [one.partition(": ")[2] for one in problems(found)] == [
        "Chalice does not read `.chalice/policy-dev.json`: `autogen_policy` is not false"
    ]
    config["autogen_policy"] = True
    asked = project(config, {".chalice/policy-dev.json": POLICY})
    assert "s3:GetObject" not in actions(stage(asked, "dev").default.role)
    assert problems(asked) == []


def test_a_project_that_the_cdk_deploys() -> None:
    """topics/cdk: what `infrastructure` grants is not in the project's own policy."""
    tree = MemoryTree(
        {
            "runtime/.chalice/config.json": '{"version": "2.0", "app_name": "app"}',
            "runtime/app.py": "",
            "infrastructure/stack.py": "from chalice.cdk import Chalice\n",
        }
    )
    role = stage(read(tree, "runtime"), "dev").default.role
    assert role.unknown == (
        "the CDK app deploys this project and grants in `infrastructure/stack.py`,"
        " which is not followed"
    )
