"""The user, group or role whose policies are simulated, and the policies that hang on it.

Source: facts/iam.md 8.3; recording A's notes for how answers call attached policies [O].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from remit.account.applying import managed
from remit.account.model import Account, Document, Group, Role, User
from remit.app.simulator.errors import NO_ENTITY, invalid, nobody
from remit.core.arn import Arn

KINDS = ("user", "group", "role")


@dataclass(frozen=True, slots=True)
class Attached:
    """A policy on an entity. `kind` and `holder` are that of the entity in which an inline policy
    stands, empty for a managed one, whose `document` bears its ARN."""

    document: Document
    kind: str = ""
    holder: str = ""

    @property
    def name(self) -> str:
        """The policy's own name."""
        return self.document.name if self.holder else self.document.name.rpartition("/")[2]

    @property
    def id(self) -> str:
        """What an answer calls it: `user_NAME_POLICY`, or a managed policy's name."""
        return f"{self.kind}_{self.holder}_{self.name}" if self.holder else self.name

    @property
    def type(self) -> str:
        """As an exclusion names it."""
        if self.holder:
            return "inline"
        arn = Arn.parse(self.document.name)
        return "aws-managed" if arn is not None and arn.account == "aws" else "user-managed"


@dataclass(frozen=True, slots=True)
class Entity:
    """A user, group or role with what hangs on it. `boundary` is None where there is none; a
    boundary whose policy is gone is empty, and allows nothing."""

    arn: str
    attached: tuple[Attached, ...]
    boundary: tuple[Attached, ...] | None = None


def parse(arn: str) -> tuple[Arn, str, str] | None:
    """An ARN of a user, group or role, with its kind and name; None for any other text."""
    found = Arn.parse(arn)
    if found is None or found.service != "iam" or found.region or not is_account(found.account):
        return None
    kind, _, rest = found.resource.partition("/")
    name = rest.rpartition("/")[2]
    return (found, kind, name) if kind in KINDS and name else None


def is_account(text: str) -> bool:
    """Whether it is an account's number."""
    return len(text) == 12 and text.isascii() and text.isdigit()


def find(account: Account, arn: str) -> Entity:
    """The entity of an ARN, by its name: the path may be wrong (8.3 [O]), and so may the letter
    case (8.1 [O]). Raises SimulationError."""
    parsed = parse(arn)
    if parsed is None:
        raise invalid(NO_ENTITY.format(arn))
    found, kind, name = parsed
    if found.account != account.id:
        raise invalid(f"PolicySourceArn must name somebody of the account {account.id}.")
    held: dict[str, Iterable[User | Group | Role]] = {
        "user": account.users.values(),
        "group": account.groups.values(),
        "role": account.roles.values(),
    }
    for one in held[kind]:
        if one.name.lower() == name.lower():
            return Entity(one.arn, tuple(_attached(account, one, kind)), _boundary(account, one))
    raise nobody(kind, name)


def _attached(account: Account, entity: User | Group | Role, kind: str) -> Iterator[Attached]:
    """Inline ones of its own and of its groups, then managed ones, each once: as `brought` has
    them, and so as they are enforced."""
    groups = []
    if isinstance(entity, User):
        groups = [account.groups[name] for name in entity.groups if name in account.groups]
    yield from (Attached(one, kind, entity.name) for one in entity.inline)
    for group in groups:
        yield from (Attached(one, "group", group.name) for one in group.inline)
    arns = dict.fromkeys((*entity.attached, *(arn for one in groups for arn in one.attached)))
    yield from map(Attached, managed(account, arns))


def _boundary(account: Account, entity: User | Group | Role) -> tuple[Attached, ...] | None:
    if isinstance(entity, Group) or entity.boundary is None:
        return None
    return tuple(map(Attached, managed(account, (entity.boundary,))))
