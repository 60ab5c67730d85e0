"""The identities of one account as immutable values: who there is and what hangs on whom.

A new state is a new `Account`; whoever changes one makes another. Documents are texts: they are
parsed when they are first asked, and once (applying.py).

Source: facts/iam.md 8.2 (the shape of GetAccountAuthorizationDetails), 5.3 (ids).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Tags: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A policy's text. `name` is its ARN where it has one, else what its owner calls it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class User:
    """`boundary` is the ARN of the permissions boundary, `groups` the names of the user's groups,
    `attached` the ARNs of managed policies, `inline` the policies of its own."""

    arn: str
    name: str
    id: str
    inline: tuple[Document, ...] = ()
    attached: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    boundary: str | None = None
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A group of users; it has policies, and is nobody."""

    arn: str
    name: str
    id: str
    inline: tuple[Document, ...] = ()
    attached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """`trust` is the document that says who may assume it; `longest` its MaxSessionDuration."""

    arn: str
    name: str
    id: str
    trust: Document
    inline: tuple[Document, ...] = ()
    attached: tuple[str, ...] = ()
    boundary: str | None = None
    tags: Tags = ()
    longest: int = 3600


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A long-term key. `user` is the name of its owner, None for the account's root."""

    id: str
    secret: str = field(repr=False)
    account: str
    user: str | None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Organisation:
    """The organisation of an account, and the account's place in it.

    `path` is as in aws:PrincipalOrgPaths (`o-1/r-1/ou-1/`). `scp` and `rcp` are the documents of
    each level, root first; None where they bind nobody: in the management account, and where the
    type of policy is not enabled.
    """

    id: str
    management: str
    path: str
    scp: tuple[tuple[Document, ...], ...] | None = None
    rcp: tuple[tuple[Document, ...], ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """One account at one moment, equal to itself only: what follows from it can be remembered.
    `managed` are the texts of managed policies by ARN, AWS's own included."""

    id: str
    users: Mapping[str, User] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    managed: Mapping[str, str] = field(default_factory=dict)
    organisation: Organisation | None = None
    partition: str = "aws"

    @property
    def root(self) -> str:
        """The ARN of the account's root."""
        return f"arn:{self.partition}:iam::{self.id}:root"

    def role(self, arn: str) -> Role | None:
        """The role of an ARN; one whose path is not the role's own is none."""
        found = self.roles.get(arn.rpartition("/")[2])
        return found if found is not None and found.arn == arn else None
