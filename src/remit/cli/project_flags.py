"""The flags of the verbs that read a project: check, review."""

from __future__ import annotations

from argparse import ArgumentParser

CHECK = """\
Read a project and say, for each stage, which AWS calls its roles will be denied and which grants
nothing uses. Needs no AWS account and no network.
"""

REVIEW = """\
Say on one page, for each stage, what is granted, needed, missing and unused, and what has changed
since an earlier commit: what to read before an important release. Writes nothing into the project.
"""

EXITS = """\
exit status:
  0    nothing wrong
  1    errors or warnings were found
  2    bad usage, or input that cannot be read
  3    something could not be told, and --strict was given
"""

FORMATS = ("text", "json", "sarif", "junit", "github")

BASELINES = (
    ("--baseline", "only findings that FILE does not know count (default: .remit-baseline.json)"),
    ("--write-baseline", "make FILE know all findings there are"),
)


def check(parser: ArgumentParser) -> None:
    """Those of `check`."""
    project(parser)
    add = parser.add_argument
    add(
        "--format",
        choices=FORMATS,
        default="text",
        help="text for people (default), json for programs, sarif, junit or github for pipelines",
    )
    baseline = parser.add_mutually_exclusive_group().add_argument
    for option, text in BASELINES:
        baseline(option, nargs="?", const="", metavar="FILE", help=text)
    add("--output", metavar="FILE", help="write the report to FILE instead of printing it")
    add("--strict", action="store_true", help="exit 3 when something could not be told")
    add("--no-color", action="store_true", help="no colour, even on a terminal")


def review(parser: ArgumentParser) -> None:
    """Those of `review`."""
    project(parser)
    add = parser.add_argument
    add("--since", metavar="COMMIT", help="compare with a commit, tag or branch of its repository")
    add("--format", choices=("markdown", "html"), help="markdown (default), or html")
    add("--output", metavar="FILE", help="write the page to FILE; `*.html` is written as HTML")


def project(parser: ArgumentParser) -> None:
    """Which project and which of its stages."""
    add = parser.add_argument
    add(
        "project",
        nargs="?",
        default=".",
        metavar="PROJECT",
        help="its folder, or its template (default: here)",
    )
    add(
        "--framework",
        metavar="NAME",
        help="read the project as this framework's, where a folder holds several",
    )
    add(
        "--stage",
        action="append",
        default=[],
        metavar="NAME",
        help="report on this stage only; may be repeated",
    )
