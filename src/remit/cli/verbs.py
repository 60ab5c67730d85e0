"""All verbs: one row each. The module of a verb is imported when it runs."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from typing import NamedTuple

from remit.cli import policy_flags, project_flags, server_flags


class Verb(NamedTuple):  # a dataclass would cost 20 ms at every start
    """A verb: `remit.cli.NAME` has its `run(arguments)`. `exits` explains its exit statuses."""

    name: str
    help: str
    description: str
    flags: Callable[[ArgumentParser], None]
    exits: str = ""


VERBS = (
    Verb(
        "check",
        "which calls of a project its roles will be denied, and which grants are unused",
        project_flags.CHECK,
        project_flags.check,
        project_flags.EXITS,
    ),
    Verb(
        "generate",
        "the smallest policy that a project's code, or a recording of calls, needs",
        project_flags.GENERATE,
        project_flags.generate,
        project_flags.GENERATE_EXITS,
    ),
    Verb(
        "review",
        "one page for people before a release: granted, needed, missing, unused, changed",
        project_flags.REVIEW,
        project_flags.review,
        project_flags.EXITS,
    ),
    Verb(
        "decide",
        "whether a request is allowed, and by which statement",
        policy_flags.DECIDE,
        policy_flags.decide,
        policy_flags.DECIDE_EXITS,
    ),
    Verb(
        "explain",
        "why a request is allowed or denied, and what would change that",
        policy_flags.EXPLAIN,
        policy_flags.explain,
        policy_flags.EXPLAIN_EXITS,
    ),
    Verb(
        "validate",
        "what is wrong with policy documents, and how to mend it",
        policy_flags.VALIDATE,
        policy_flags.validate,
        policy_flags.VALIDATE_EXITS,
    ),
    Verb(
        "log",
        "the decisions that were enforced",
        server_flags.LOG,
        server_flags.log,
        server_flags.LOG_EXITS,
    ),
    Verb(
        "serve",
        "a local AWS that refuses what AWS would refuse",
        server_flags.SERVE,
        server_flags.serve,
        server_flags.SERVE_EXITS,
    ),
    Verb(
        "mcp",
        "serve coding assistants (Model Context Protocol) on standard input and output",
        server_flags.MCP,
        server_flags.mcp,
    ),
)
