"""A module that is run as a program: all that runs is its own, and nothing is an import by AWS.

Source: Python's documentation, `__main__`, "top-level code environment".
"""

from __future__ import annotations

from textwrap import dedent

import pytest

from remit.core.tree import MemoryTree
from remit.scan.model import Scan
from remit.scan.scan import scan
from remit.scan.source import Library

HEAD = "import boto3, os\ns3 = boto3.client('s3')\n"


def run(text: str, **files: str) -> Scan:
    contents = {"job.py": HEAD + dedent(text), **{f"{k}.py": dedent(v) for k, v in files.items()}}
    library = Library(MemoryTree(contents), ("",))
    return scan(library, "job", {}, handler="", function="job")


def calls(found: Scan) -> list[str]:
    return [f"{one.call.operation} {one.function} {one.call.at_import}" for one in found.calls]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s3.list_buckets()", ["ListBuckets job False"]),
        ("if __name__ == '__main__':\n    s3.list_buckets()", ["ListBuckets job False"]),
        ("def main():\n    s3.list_buckets()\nif __name__ == '__main__':\n    main()", ["ListBuckets job False"]),
        ("def never():\n    s3.list_buckets()", []),
        # Another module's name is its own, whoever imports it.
        ("import other", ["GetObject job False"]),
        # What is registered with a library that is not followed may run.
        ("import click\n@click.command()\ndef main():\n    s3.list_buckets()\nif __name__ == '__main__':\n    main()", ["ListBuckets job False"]),
    ],
)  # fmt: skip
def test_what_runs(text: str, expected: list[str]) -> None:
    other = """
        import boto3
        boto3.client('s3').get_object(Bucket='b', Key='k')
        if __name__ == '__main__':
            boto3.client('s3').put_object(Bucket='b', Key='k')
        """
    found = run(text, other=other)
    assert calls(found) == expected
    assert [(one.name, one.function, one.kind) for one in found.entries] == [
        ("__main__", "job", "program")
    ]


def test_lambdas_own_variables_are_not_there() -> None:
    found = run("s3.get_object(Bucket=os.environ['AWS_LAMBDA_FUNCTION_VERSION'], Key='k')")
    assert "AWS_LAMBDA_FUNCTION_VERSION" in found.environment_read
    (one,) = found.calls
    assert "AWS_LAMBDA_FUNCTION_VERSION" in str(one.call.params["Bucket"])


def test_a_module_that_is_not_there() -> None:
    found = scan(Library(MemoryTree({}), ("",)), "job", {}, handler="", function="job")
    assert [one.why for one in found.unattributed] == ["there is no module for `job`"]


def test_a_handler_is_imported_as_before() -> None:
    library = Library(
        MemoryTree({"job.py": HEAD + "s3.list_buckets()\ndef main(e, c): pass\n"}), ("",)
    )
    found = scan(library, "job", {}, handler="main", function="job")
    assert calls(found) == ["ListBuckets  True"]
