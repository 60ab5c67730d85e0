"""Bare policies: `remit.toml` says which role runs which code (docs/bare.md)."""

from __future__ import annotations

from textwrap import dedent

import pytest

from remit.app.check import check
from remit.app.settings import load
from remit.core.tree import MemoryTree
from remit.deploy import NoProject, bare, choose
from remit.deploy.model import Project, Tellings, Told

ALLOW = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "%s", "Resource": "*"}]}'
)
FILES = {
    "src/worker.py": "import boto3\nboto3.client('sqs').receive_message(QueueUrl='https://sqs.eu-west-1.amazonaws.com/1/q')\n",
    "src/web.ts": "export const run = 1\n",
    "policies/a.json": ALLOW % "sqs:*",
    "policies/b.json": ALLOW % "s3:GetObject",
    "policies/prod/a.json": ALLOW % "sns:Publish",
    "policies/broken.json": "{",
    "trust.json": '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]}',
    "policy.yml": "Version: '2012-10-17'\nStatement:\n  - {Effect: Allow, Action: 'sqs:*', Resource: '*'}\n",
}
ROLE = '[[role]]\nname = "worker"\npolicies = ["policies/a.json"]\n'
FUNCTION = '[[function]]\nname = "worker"\nrole = "worker"\nentry = "src/worker.py"\n'


def read(text: str, file: str = "remit.toml", told: Tellings | None = None) -> Project:
    return bare.read(MemoryTree({file: dedent(text), **FILES}), file, told or Tellings())


def said(found: Project) -> list[str]:
    return [f"{one.span.file}:{one.span.line}: {one.message}" for one in found.problems]


def test_a_role_and_its_code() -> None:
    found = read(ROLE + FUNCTION + 'environment = {TABLE = "orders"}\n')
    assert said(found) == []
    (stage,) = found.stages
    function = stage.functions["worker"]
    assert stage.name == "default"
    assert function.environment == {"TABLE": "orders"}
    assert function.code is not None
    code = function.code
    assert (code.language, code.roots, code.module, code.handler) == (
        "python",
        ("src",),
        "worker",
        "",
    )
    assert not function.in_lambda
    assert (function.span.line, function.role.span.line) == (5, 2)
    assert [policy.name for policy in function.role.policies] == ["policies/a.json"]
    assert function.role.file == "policies/a.json"


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ('policies = ["policies/*.json"]', "broken"),
        ('policies = ["policies/?.json"]', ["policies/a.json", "policies/b.json"]),
        ('policies = "policies/b.json"', ["policies/b.json"]),
        ('policies = ["policies/{stage}/*.json"]\nstages = ["prod"]', ["policies/prod/a.json"]),
        ('policies = ["policy.yml"]', ["policy.yml"]),
        ('managed = ["AmazonSQSFullAccess"]', ["arn:aws:iam::aws:policy/AmazonSQSFullAccess"]),
        ('policies = []', []),
        ('policies = ["policies/none.json"]', "missing policies/none.json"),
        ('policies = ["policies/x*.json"]', "missing policies/x*.json"),
        ('managed = ["NoSuchPolicy"]', "no AWS managed policy `NoSuchPolicy`"),
        ('boundary = "policies/a.json"', "neither `policies` nor `managed`"),
        ('policies = []\nboundary = "none.json"', "its boundary `none.json` can't be read"),
    ],
)  # fmt: skip
def test_policies(role: str, expected: list[str] | str) -> None:
    made = read(f'[[role]]\nname = "worker"\n{role}\n{FUNCTION}').stages[0].functions["worker"].role
    if isinstance(expected, list):
        assert [policy.name for policy in made.policies] == expected
        assert (made.unknown, made.missing) == (None, None)
    else:
        assert expected in f"{made.unknown} missing {made.missing}"


def test_boundary_and_trust() -> None:
    text = ROLE + 'boundary = "policies/b.json"\ntrust = "trust.json"\n' + FUNCTION
    found = read(text)
    role = found.stages[0].functions["worker"].role
    assert said(found) == []
    assert role.boundary is not None
    assert role.trust is not None
    assert role.trust.statements[0].principals is not None


def test_stages() -> None:
    text = """
        [[role]]
        name = "worker"
        policies = ["policies/a.json"]
        stages = ["dev", "prod"]
        [[role]]
        name = "idle"
        policies = ["policies/b.json"]
        [[function]]
        name = "worker"
        role = "worker"
        entry = "src/worker.py"
        stages = ["prod"]
        """
    told = Tellings(stages={"prod": Told("111122223333", "eu-west-1")})
    found = read(text, told=told)
    assert [
        (one.name, list(one.functions), [r.name for r in one.idle_roles]) for one in found.stages
    ] == [
        ("dev", [], ["worker", "idle"]),
        ("prod", ["worker"], ["idle"]),
    ]
    assert found.stages[1].account == "111122223333"


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ('entry = "src/worker.py"\nhandler = "main"', ("src", "worker", "main")),
        ('entry = "src/worker.py"\nroot = "."', ("", "src/worker", "")),
        ('entry = "src/web.ts"\nhandler = "run"', ("src", "web", "run")),
        ('entry = "src/none.py"', "there is no file `src/none.py`"),
        ('entry = "../x.py"', "there is no file `../x.py`"),
        ('entry = "policy.yml"', "`policy.yml` is in no language that remit reads"),
        ('entry = "src/worker.py"\nroot = "policies"', "is not below its root `policies`"),
        ("", "`entry` does not say where it is"),
    ],
)  # fmt: skip
def test_code(function: str, expected: tuple[str, str, str] | str) -> None:
    text = f'{ROLE}[[function]]\nname = "worker"\nrole = "worker"\n{function}\n'
    found = read(text).stages[0].functions["worker"]
    if isinstance(expected, str):
        assert expected in found.unread
    else:
        assert found.code is not None
        assert (found.code.roots[0], found.code.module, found.code.handler) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ROLE + '[[function]]\nname = "w"\nrole = "wroker"\nentry = "src/worker.py"\n', "remit.toml:6: there is no role `wroker` in this stage"),
        (ROLE + '[[function]]\nname = "w"\nentry = "src/worker.py"\n', "remit.toml:4: `role` is missing"),
        (ROLE + "colour = 1\n", "remit.toml:4: remit knows no `colour` in `[[role]]`"),
        (ROLE + ROLE, "remit.toml:4: a `[[role]]` has no name of its own"),
        ('[[role]]\npolicies = []\n', "remit.toml:1: a `[[role]]` has no name of its own"),
        ('[[role]]\nname = "w"\npolicies = [1]\n', "remit.toml:3: `policies` must be a list of strings"),
        ('[[role]]\nname = "w"\npolicies = ["../x.json"]\n', "remit.toml:3: `../x.json` leads out of the project"),
        ('[[role]]\nname = "w"\npolicies = ["*/x.json"]\n', "remit.toml:3: `*/x.json` has a pattern in a folder's name"),
        (ROLE + FUNCTION + "environment = 3\n", "`environment` must be a table"),
        (ROLE + FUNCTION + "environment = {A = 3}\n", "the variable `A` is not a string"),
        (ROLE + FUNCTION + "handler = 3\n", "`handler` must be a string"),
        ('[[role]]\nname = "w"\npolicies = ["policies/broken.json"]\n', "policies/broken.json:1"),
        ('role = 3\n', "`role` must be tables"),
    ],
)  # fmt: skip
def test_complaints(text: str, message: str) -> None:
    assert any(message in one for one in said(read(text))), said(read(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = [", "not TOML"),
        ("[values]\n", "it says neither `[[role]]` nor `[[function]]`"),
        ("tool = {remit = 3}\n", "`tool.remit` must be a table"),
    ],
)
def test_unusable(text: str, message: str) -> None:
    found = read(text)
    assert not found.stages
    assert message in found.problems[0].message


def test_in_pyproject_and_beside_settings() -> None:
    text = "\n".join(line.replace("[[", "[[tool.remit.") for line in (ROLE + FUNCTION).splitlines())
    more = '\n[tool.remit.stage.prod]\nregion = "eu-west-1"\n'
    tree = MemoryTree({"pyproject.toml": text + more, **FILES})
    found = choose(tree)
    assert (found.framework, found.marker) == ("bare", "pyproject.toml")
    told = load(tree, "").told  # the settings do not stumble over these tables
    project = bare.read(tree, found.marker, told)
    assert [(one.name, one.region) for one in project.stages] == [("prod", "eu-west-1")]


def test_a_file_with_settings_only_is_no_project() -> None:
    with pytest.raises(NoProject):
        choose(MemoryTree({"remit.toml": '[values]\nA = "b"\n', **FILES}))


def test_checked() -> None:
    """A program is judged by what it does when it is run, and needs no Lambda log."""
    files = {
        **FILES,
        "remit.toml": ROLE + FUNCTION,
        "policies/a.json": ALLOW % "sqs:SendMessage",
    }
    result = check(MemoryTree(files))
    assert [(one.id, str(one.span)) for one in result.findings] == [
        ("unused-permission", "policies/a.json:1:71"),
        ("missing-permission", "src/worker.py:2:1"),
    ]
