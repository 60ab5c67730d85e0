"""Broken, huge, cyclic and hostile projects: bounded work, located problems, never a traceback."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.core.tree import MemoryTree
from remit.deploy.model import Project, Tellings
from remit.deploy.terraform import read

FUNCTION = """
resource "aws_lambda_function" "f" {
  function_name = VALUE
  role          = aws_iam_role.r.arn
  handler       = "app.handler"
  runtime       = "python3.12"
}
resource "aws_iam_role" "r" { name = "r" }
"""


def project(main: str | bytes, **files: str) -> Project:
    contents: dict[str, str | bytes] = {"main.tf": main}
    contents |= {name.replace("__", "/") + ".tf": text for name, text in files.items()}
    return read(MemoryTree(contents), "main.tf", Tellings())


def chain(length: int) -> str:
    lines = [f"  l{i} = local.l{i + 1}" for i in range(length)]
    return "locals {\n" + "\n".join(lines) + f'\n  l{length} = "end"\n}}\n'


def doubling(kind: str) -> str:
    joined = {"list": "concat(local.l{0}, local.l{0})", "text": '"${{local.l{0}}}${{local.l{0}}}"'}[
        kind
    ]
    lines = [f"  l{i + 1} = " + joined.format(i) for i in range(30)]
    first = {"list": '["a"]', "text": '"aaaaaaaaaa"'}[kind]
    return f"locals {{\n  l0 = {first}\n" + "\n".join(lines) + "\n}\n"


CASES = {
    "a local of itself": ("locals {\n  a = local.b\n  b = local.a\n}\n", "local.a", "`local.a` refers to itself"),
    "a resource of itself": ("", "aws_lambda_function.f.function_name", "`aws_lambda_function.f.function_name` refers to itself"),
    "a count of itself": ('resource "aws_sqs_queue" "q" {\n  count = length(aws_sqs_queue.q)\n}\n', "aws_sqs_queue.q[0].name", "there is no element 0: the list has 0"),
    "no such thing": ("", "aws_sqs_queue.none.name", "there is no `aws_sqs_queue.none`"),
    "no such variable": ("", "var.none", "there is no variable `none`"),
    "a long chain": (chain(5000), "local.l0", "references nest deeper than 120 levels"),
    "a list that doubles": (doubling("list"), "join(\"\", local.l30)", "this list has more than 20000 elements"),
    "a text that doubles": (doubling("text"), "local.l30", "this text has more than 1048576 characters"),
    "a large range": ("", 'join("", range(1000000000))', "this list has more than 20000 elements"),
    "a wide format": ("", 'format("%999999999d", 1)', None),
    "a large for_each": ('resource "aws_sqs_queue" "q" {\n  for_each = { for i in range(20000) : i => i }\n}\n', "aws_sqs_queue.q[\"1\"].name", "a `for_each` of 20000: remit follows 2000 at most"),
    "a large count": ('resource "aws_sqs_queue" "q" {\n  count = 100000\n}\n', "aws_sqs_queue.q[1].name", "a `count` of 100000: remit follows 2000 at most"),
    "a negative count": ('resource "aws_sqs_queue" "q" {\n  count = -1\n}\n', "aws_sqs_queue.q[0].name", "there is no element 0: the list has 0"),
    "a huge number": ("", "9 * " * 90 + "9", None),
    "loops in loops": ("", "[for a in range(2000) : [for b in range(2000) : [for c in range(2000) : c]]]", "evaluating takes more than 300000 steps; it was given up here"),
    "a module of itself": ('module "m" { source = "./m" }\n', "module.m.x", "the module `n` includes itself"),
    "a missing module": ('module "m" { source = "./none" }\n', "module.m.x", "the module's folder `./none` is not there"),
    "a module that leads out": ('module "m" { source = "../../etc" }\n', "module.m.x", "the module's folder `../../etc` is not there"),
    "a file that leads out": ("", 'file("../../etc/passwd")', None),
    "a file that is not there": ("", 'file("none.txt")', "none.txt"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_bounded_and_told(name: str) -> None:
    more, value, message = CASES[name]
    found = project(
        more + FUNCTION.replace("VALUE", value), m__main='module "n" { source = "../m" }\n'
    )
    assert set(found.stages[0].functions) == {"f"}
    if message is not None:
        told = [problem for problem in found.problems if message in problem.message]
        assert len(told) == 1, [problem.message for problem in found.problems]
        assert told[0].span.file in ("main.tf", "m/main.tf")


BROKEN = {
    "no HCL": "<html></html>",
    "half a block": 'resource "aws_iam_role" "r" {',
    "binary": b"\x00\x01\xff\xfe",
    "a block without labels": 'resource {\n}\nmodule {\n}\ndata "x" {\n}\nvariable {\n}\noutput {\n}\n',
    "blocks of other kinds": 'terraform {\n}\nmoved {\n}\nimport {\n}\ncheck "x" {\n}\n',
    "empty": "",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_leaves_the_others(name: str) -> None:
    found = project(BROKEN[name], other=FUNCTION.replace("VALUE", '"f"'))
    assert set(found.stages[0].functions) == {"f"}


def test_attributes_of_a_wrong_kind() -> None:
    main = """
resource "aws_lambda_function" "f" {
  function_name = ["x"]
  role          = {}
  handler       = 5
  runtime       = null
  filename      = true
  layers        = "x"
  environment   = "x"
  vpc_config    = 1
}
resource "aws_iam_role" "r" {
  name                = {}
  inline_policy       = "x"
  managed_policy_arns = { a = 1 }
  permissions_boundary = []
  assume_role_policy  = 1
}
resource "aws_iam_role_policy" "p" {
  role   = []
  policy = {}
}
resource "aws_iam_policy_attachment" "a" { roles = "r" }
resource "aws_lambda_permission" "l" { function_name = 1 }
data "aws_iam_policy_document" "d" {
  statement = 5
  source_policy_documents = "x"
}
resource "aws_s3_bucket_policy" "b" { policy = data.aws_iam_policy_document.d.json }
resource "aws_lambda_event_source_mapping" "m" {
  function_name    = "f"
  event_source_arn = 1
}
"""
    assert isinstance(project(main), Project)


def test_json_syntax_is_told() -> None:
    tree = MemoryTree({"main.tf": FUNCTION.replace("VALUE", '"f"'), "more.tf.json": "{}"})
    (problem,) = read(tree, "main.tf", Tellings()).problems
    assert problem.message == "Terraform's JSON syntax is not read"


_WORDS = st.sampled_from(
    ["var.x", "local.a", "local.b", "each.key", "count.index", "aws_iam_role.r", ".arn", "[0]", "[*]", '["k"]', "{", "}",
     "[", "]", "(", ")", '"', "${", "for k in", ":", "=>", "jsonencode(", "merge(", "file(", "toset(", ",", "1", '"a"',
     "==", "?", "null", "module.m", "data.aws_iam_policy_document.d.json", "path.module", "terraform.workspace"]
)  # fmt: skip


@settings(max_examples=150)
@given(
    st.lists(_WORDS, max_size=12).map(" ".join),
    st.sampled_from(["name", "policy", "count", "for_each", "role"]),
)
def test_any_expression_anywhere(text: str, attribute: str) -> None:
    main = f"""
variable "x" {{}}
locals {{
  a = {{ k = var.x }}
  b = [local.a]
}}
resource "aws_iam_role" "r" {{
  {attribute} = {text}
}}
resource "aws_iam_role_policy" "p" {{
  {attribute} = {text}
}}
"""
    found = project(main)
    assert len(found.stages) == 1
