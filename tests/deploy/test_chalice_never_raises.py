"""Whatever the files hold, `read` answers: broken parts are problems, never exceptions."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.tree import MemoryTree
from remit.deploy.chalice import read

NAMES = st.sampled_from(
    [
        "stages",
        "dev",
        "lambda_functions",
        "api_handler",
        "environment_variables",
        "autogen_policy",
        "manage_iam_role",
        "iam_policy_file",
        "iam_role_arn",
        "subnet_ids",
        "security_group_ids",
        "app_name",
        "version",
        "resources",
        "schema_version",
        "lambda_arn",
        "rest_api_id",
        "Statement",
        "Effect",
        "",
    ]
)
TEXTS = st.sampled_from(
    [
        "",
        "2.0",
        "../x",
        "/",
        "\0",
        "a\nb",
        "*",
        "\ud800",
        "policy-dev.json",
        "arn:aws:lambda:eu-west-1:111122223333:function:f",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 3) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)


def tree(config: str | bytes, other: str | bytes) -> MemoryTree:
    names = ("policy-dev.json", "policy-prod.json", "deployed/dev.json", "deployed.json")
    contents = {f".chalice/{name}": other for name in names}
    return MemoryTree(contents | {".chalice/config.json": config, "app.py": other})


@settings(max_examples=150, deadline=None)
@given(VALUES, VALUES)
def test_any_values(config: object, other: object) -> None:
    found = read(tree(json.dumps(config), json.dumps(other)))
    for stage in found.stages:
        for function in (stage.default, *stage.functions.values()):
            assert all(isinstance(value, str) for value in function.environment.values())
            role = function.role
            assert (role.unknown or "").isprintable()
            assert role.policies or role.unknown or role.missing
    for problem in found.problems:
        assert problem.message.isprintable()
        assert problem.span.line > 0


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=40), st.binary(max_size=40))
def test_any_bytes(config: bytes, other: bytes) -> None:
    read(tree(config, other))
    read(tree('{"app_name": "a", "autogen_policy": false}', other))
