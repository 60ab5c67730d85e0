"""The flags of the verbs that read a project: check, generate, review."""

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

GENERATE = """\
Write the smallest policy that a project's code needs, for each role of each stage; or the one that
recorded calls need. Prints it, or with --write edits the policy file. Needs no AWS account and no
network.
"""

GENERATE_EXITS = """\
exit status:
  0    generated
  1    a need is not served: a Deny statement of the policy stands against it
  2    bad usage, input that cannot be read, or nobody to ask before writing
  3    something could not be told, and --strict was given
"""

GENERATE_FORMATS = ("policy", "chalice", "sam", "cloudformation", "serverless", "terraform")
"""Those of deploy/formats, which only the verb itself imports."""

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


def generate(parser: ArgumentParser) -> None:
    """Those of `generate`."""
    add = parser.add_argument
    add("project", nargs="?", default=".", metavar="PROJECT", help="as in `remit check`")
    add("--framework", metavar="NAME", help="as in `remit check`")
    add("--stage", action="append", default=[], metavar="NAME", help="for this stage only")
    add("--role", metavar="NAME", help="for this role only")
    add("--function", metavar="NAME", help="for the role of this function only")
    add("--recording", metavar="FILE", help="for the calls recorded in FILE, not for the code")
    add("--base", metavar="FILE", help="extend this policy by what is missing in it")
    add("--prune", action="store_true", help="with --base or --write: take out what is unused")
    add("--conditions", action="store_true", help="add conditions that the code is seen to meet")
    add(
        "--format",
        choices=(*GENERATE_FORMATS, "text", "json"),
        default="policy",
        help="policy: JSON (default); a framework's own; text and json: with all reasons",
    )
    add("--output", metavar="FILE", help="write what is printed to FILE")
    add("--write", action="store_true", help="edit the policy files, after showing the diff")
    add("--yes", action="store_true", help="with --write: do not ask")
    add("--strict", action="store_true", help="exit 3 when something could not be told")
