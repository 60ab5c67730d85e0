"""Variables in a stage: what each source yields, and what is said of those that yield nothing.

Source: Serverless Framework, guides/variables, guides/parameters.
"""

from __future__ import annotations

import pytest

from remit.core.tree import MemoryTree
from remit.deploy.model import Told
from remit.deploy.serverless.files import Files
from remit.deploy.serverless.variables import Resolver, TooMuch
from remit.syntax.document import load
from remit.syntax.nodes import Mapping, plain

FILES = {
    "app/env.yml": "dev: {TABLE: orders-dev}\nprod: {TABLE: '${self:service}-prod'}\n",
    "app/config.prod.json": '{"size": 3}',
    "app/text.txt": "words\n",
    "app/code.js": "module.exports = {a: 1}",
    "app/broken.yml": "a: [",
    "app/list.yml": "- one\n- two\n",
    "app/self.yml": "inner: ${self:custom.whole.other}\nother: here\n",
}


def value(
    text: str, stage: str | None = "prod", told: Told | None = None, more: str = ""
) -> object:
    """What the text stands for as `custom.it`."""
    return _resolved(text, stage, told or Told(), more)[0]


def _resolved(text: str, stage: str | None, told: Told, more: str = "") -> tuple[object, Resolver]:
    document = f"""
service: shop
provider: {{name: aws, stage: dev, region: eu-west-1}}
params: {{default: {{domain: example.org, only: d}}, prod: {{domain: example.com}}}}
stages: {{default: {{params: {{new: n}}}}}}
custom:
  a: {{b: {{c: deep}}, list: [x, y], nothing: null, off: false}}
  tables: {{dev: orders-dev, prod: orders}}
  whole: ${{file(self.yml)}}
  it: {text}
{more}"""
    tree = MemoryTree({"app/serverless.yml": document, **FILES})
    root = load(document, "app/serverless.yml")
    assert isinstance(root, Mapping)
    resolver = Resolver(Files(tree, "app"), root, stage, told)
    found = resolver.get("custom", "it")
    return (None if found is None else plain(found)), resolver


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${self:service}", "shop"),
        ("${self:service.name}", "shop"),
        ("${self:custom.a.b.c}", "deep"),
        ("${self:custom.a.b}", {"c": "deep"}),
        ("${self:custom.a.list.1}", "y"),
        ("x-${self:custom.a.off}", "x-false"),
        ("${self:custom.a.nothing, 'other'}", "other"),
        ("${self:custom.none, self:custom.a.b.c}", "deep"),
        ("${self:custom.none, null}", None),
        ("${self:custom.tables.${sls:stage}}", "orders"),
        ("${self:custom.tables.${opt:stage, 'dev'}}", "orders"),
        # `--stage` does not change what stands in the file.
        ("${self:provider.stage}", "dev"),
        ("${sls:stage}", "prod"),
        ("${opt:region, 'us-west-2'}", "us-west-2"),
        ("${opt:none, 'x'}", "x"),
        ("${env:NONE, 'x'}", "x"),
        ("${aws:region}", "eu-west-1"),
        ("${param:domain}", "example.com"),
        ("${param:only}", "d"),
        ("${param:new}", "n"),
        ("${file(env.yml):${sls:stage}.TABLE}", "shop-prod"),
        ("${file(./config.${sls:stage}.json):size}", 3),
        ("${file(text.txt)}", "words"),
        ("${file(list.yml):0}", "one"),
        ("${file(none.yml):x, 'd'}", "d"),
        ("${self:custom.whole.inner}", "here"),
        ("${strToBool('1')}", True),
        ("${strToBool(${self:custom.a.off})}", False),
        ("arn:${AWS::Partition}:${self:service}", "arn:${AWS::Partition}:shop"),
    ],
)  # fmt: skip
def test_known(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${env:NAME}", "{env NAME}"),
        ("${opt:name}", "{opt name}"),
        ("${param:none}", "{param none}"),
        ("${ssm:/app/${sls:stage}/key~true}", "{ssm app prod key~true}"),
        ("${ssm:/a, 'd'}", "{ssm a}"),
        ("${cf:other-${sls:stage}.Out}", "{cf other-prod.Out}"),
        ("${s3:bucket/key}", "{s3 bucket key}"),
        ("${git:branch}", "{git branch}"),
        ("${vault:secret.x}", "{vault secret.x}"),
        ("${aws:accountId}", "{account}"),
        ("${sls:instanceId}", "{sls instanceId}"),
        ("${file(code.js):a}", "{file code.js a}"),
        ("${file(none.yml):x}", "{file none.yml x}"),
        ("${self:custom.none}", "{self custom.none}"),
        ("a-${env:NAME, ssm:/b}-c", "a-{ssm b}-c"),
        ("${file(../../above.yml):x}", "{file .. .. above.yml x}"),
        ("${file(broken.yml):x}", "{file broken.yml x}"),
    ],
)  # fmt: skip
def test_not_known(text: str, expected: str) -> None:
    found, resolver = _resolved(text, "prod", Told())
    assert found == expected
    assert expected.partition("{")[2].partition("}")[0] in resolver.given


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("${env:NAME}", {"NAME": "x"}, "x"),
        ("${env:NAME, 'd'}", {"NAME": "x"}, "x"),
        ("${ssm:/a/b}", {"ssm:/a/b": "x"}, "x"),
        ("${ssm:/a/b}", {"ssm a b": "x"}, "x"),
        ("${opt:name}", {"opt:name": "x"}, "x"),
        ("${param:domain}", {"param domain": "x"}, "x"),
        ("${opt:region}-${aws:region}-${aws:accountId}", {}, "us-east-2-us-east-2-111122223333"),
    ],
)
def test_told(text: str, values: dict[str, str], expected: str) -> None:
    told = Told("111122223333", "us-east-2", values)
    assert value(text, told=told) == expected


@pytest.mark.parametrize(
    ("text", "more", "message"),
    [
        ("${self:custom.none}", "", "nothing stands where the variable `${self:custom.none}` looks"),
        ("${self:custom.it}", "", "the variable `${self:custom.it}` leads back to itself"),
        ("${self:custom.two}", "  two: ${self:custom.it}", "leads back to itself"),
        ("${file(none.yml):x}", "", "nothing stands where the variable `${file(none.yml):x}` looks"),
        ("x-${self:custom.a}", "", "`${self:custom.a}` is no text"),
        ("${file(../../a.yml)}", "", "is outside of what remit was given to read"),
    ],
)  # fmt: skip
def test_complaints(text: str, more: str, message: str) -> None:
    _, resolver = _resolved(text, "prod", Told(), more)
    assert any(message in one.message for one in resolver.problems), resolver.problems


def test_a_missing_environment_variable_is_no_fault_of_the_file() -> None:
    _, resolver = _resolved("${env:NAME}-${param:none}-${opt:x}", "prod", Told())
    assert not resolver.problems


def test_what_is_brought_in_keeps_its_place() -> None:
    tree = MemoryTree({"iam.yml": "- Effect: Allow\n  Action: s3:GetObject\n"})
    root = load("custom: {it: '${file(iam.yml)}'}\n", "serverless.yml")
    found = Resolver(Files(tree, ""), root, "dev", Told()).get("custom", "it", "0")
    assert found is not None
    assert (found.span.file, found.span.line) == ("iam.yml", 1)


@pytest.mark.parametrize(
    "document",
    [
        # Each line doubles the one before it.
        "\n".join(["a0: [x, x]", *(f"a{n}: ['${{self:a{n - 1}}}', '${{self:a{n - 1}}}']" for n in range(1, 40))]),
        "\n".join(["a0: xxxxxxxxxx", *(f"a{n}: ${{self:a{n - 1}}}${{self:a{n - 1}}}" for n in range(1, 40))]),
        "\n".join(["a0: x", *(f"a{n}: {{b: '${{self:a{n - 1}}}'}}" for n in range(1, 2000))]),
        "\n".join(["a0: x", *(f"a{n}: ${{self:a{n - 1}}}" for n in range(1, 2000))]),
    ],
    ids=["lists", "texts", "depth", "chain"],
)  # fmt: skip
def test_what_grows_without_bound_is_refused(document: str) -> None:
    root = load(document, "serverless.yml")
    with pytest.raises(TooMuch):
        Resolver(Files(MemoryTree({}), ""), root, "dev", Told()).value(
            Mapping(tuple(reversed(root.entries)), root.span)
        )
