"""What is kept over restarts, as rows: moto's IAM and organisations, the server's own keys, spent
MFA codes. Which attribute is a row of its own stands here, and what can be made anew is left out.

A row of IAM is one user, role, policy and so on, by its key in moto's dict, or one other attribute
of an account; that of an organisation is all of it. So a write is small however large an account
is, and what has changed is told by comparing (graph.py), not by trusting the name of a call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from remit.app.errors import InputError
from remit.server import graph
from remit.server.graph import Malformed, Node, Written

_KINDS = (
    "users",
    "groups",
    "roles",
    "instance_profiles",
    "managed_policies",
    "access_keys",
    "certificates",
    "virtual_mfa_devices",
    "saml_providers",
    "open_id_providers",
    "inline_policies",
    "tags",
)
"""Attributes of moto's IAM that are dicts: a row for each value. `tags` are those of its tagger."""
_MADE_ANEW = frozenset(
    {
        "region_name",
        "account_id",
        "partition",
        "aws_managed_policies",  # moto's data
        "policy_arn_regex",
        "account_summary",  # counts what is there
        "tagger",  # but not its tags
    }
)
_OTHER = "-"
"""The kind of all other attributes of IAM: a row each."""
_NEVER = (
    "iam.IAMBackend",
    "iam.AccountSummary",
    "iam.AWSManagedPolicy",
    "organizations.OrganizationsBackendDict",
)
"""Classes of which no row holds an object."""
_NOTHING = ["dict"]
_MEMBERS = "organizations/members"
OWN = "server/own"
"""The row of the server's own keys."""
_CODES = "server/codes"


_Row: TypeAlias = tuple[Any, Written]
"""The value of a row, and what was written of it."""


@dataclass(slots=True)
class Kept:
    """All that is kept. `own` is the server's: plain values that do not change. `codes` are the MFA
    codes that were spent, by device."""

    own: dict[str, Any]
    codes: dict[str, int]
    _written: dict[str, dict[str, _Row]] = field(default_factory=dict)

    def changes(self) -> dict[str, str | None]:
        """The rows that are others than at the last call, None for those that are gone. Raises
        Unkept, and then the next call tells them all again."""
        found: dict[str, str | None] = {}
        now: dict[str, dict[str, _Row]] = {}
        for place, backend, rows in self._places():
            before = self._written.get(place, {})
            now[place] = before
            fresh, differing = _compared(before, rows)
            gone = before.keys() - rows.keys()
            if not (fresh or differing or gone):
                continue
            known = _known(backend)
            if fresh or gone:  # a user who was given another name is another row
                differing |= {
                    n for n in rows if n in before and not before[n][1].points_right(known)
                }
            made = {
                name: (rows[name], graph.write(rows[name], _classes().names, known))
                for name in rows
                if name in fresh or name in differing
            }
            now[place] = {name: made.get(name) or before[name] for name in rows}
            found |= dict.fromkeys(gone)
            found |= {name: written.text for name, (_, written) in made.items()}
        for place in self._written.keys() - now.keys():
            found |= dict.fromkeys(self._written[place])
        self._written = now
        return found

    def restore(self, rows: Mapping[str, str]) -> None:
        """Put what was kept into moto, which must be empty, and into this. Raises InputError."""
        parsed = {name: _parsed(name, text) for name, text in rows.items()}
        flat = {OWN: self.own, _CODES: self.codes, _MEMBERS: _organizations().master_accounts}
        for name, held in flat.items():
            held.clear()
            held.update(_flat(name, parsed.pop(name, _NOTHING)))
        _restore(parsed)

    def _places(self) -> Iterator[tuple[str, Any, dict[str, Any]]]:
        """The rows there are, by name; together those that may point to each other, with the
        backend of IAM whose they are."""
        yield "server", None, {OWN: self.own, _CODES: self.codes}
        for account, partition, backend in _backends(_iam()):
            place = f"iam/{account}/{partition}"
            yield place, backend, dict(_of_iam(place, backend))
        for account, partition, backend in _backends(_organizations()):
            place = f"organizations/{account}/{partition}"
            yield place, None, {place: backend}
        yield "organizations", None, {_MEMBERS: _organizations().master_accounts}


def _compared(before: Mapping[str, _Row], rows: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """The rows of which the value is another one, and those of which it is another in itself."""
    fresh, differing = set(), set()
    for name, one in rows.items():
        row = before.get(name)
        if row is None or row[0] is not one:
            fresh.add(name)
        elif not row[1].still_holds():
            differing.add(name)
    return fresh, differing


def own(rows: Mapping[str, str]) -> dict[str, str]:
    """The server's own values among the rows. Raises InputError."""
    return _flat(OWN, _parsed(OWN, rows.get(OWN, "")))


# --- moto's backends ----------------------------------------------------------------------------


def _iam() -> Any:
    from moto.iam.models import iam_backends

    return iam_backends


def _organizations() -> Any:
    from moto.organizations.models import organizations_backends

    return organizations_backends


def _backends(held: Any) -> Iterator[tuple[str, str, Any]]:
    """All there are, by account and partition; asking moto's own way would make new ones."""
    for account, partitions in list(dict.items(held)):
        for partition, backend in list(dict.items(partitions)):
            yield account, partition, backend


def _of_iam(head: str, backend: Any) -> Iterator[tuple[str, Any]]:
    """The rows of an account."""
    ours = _classes().of_aws
    for kind in _KINDS:
        for key, one in list(_held(backend, kind).items()):
            if type(one) is not ours:
                yield f"{head}/{kind}/{key}", one
    for name, value in list(vars(backend).items()):
        if name not in _MADE_ANEW and name not in _KINDS:
            yield f"{head}/{_OTHER}/{name}", value


def _held(backend: Any, kind: str) -> dict[str, Any]:
    """What an account has of a kind."""
    found: dict[str, Any] = backend.tagger.tags if kind == "tags" else getattr(backend, kind)
    return found


def _known(backend: Any) -> dict[int, tuple[str, str]]:
    """The objects of an account that rows may point to. AWS's own policies are there again
    afterwards, even where moto let somebody delete one."""
    if backend is None:
        return {}
    known = {id(one): ("managed_policies", one.arn) for one in backend.aws_managed_policies}
    for kind in _KINDS:
        known |= {id(one): (kind, key) for key, one in list(_held(backend, kind).items())}
    return known


@dataclass(frozen=True, slots=True)
class _Classes:
    """Those of moto of which there may be objects. `of_aws`: policies that are moto's data."""

    types: Mapping[str, type]
    names: Mapping[type, str]
    of_aws: Any


@cache
def _classes() -> _Classes:
    """All that the two modules define."""
    from moto.iam import models as iam
    from moto.organizations import models as organizations

    types: dict[str, type] = {}
    for head, module in (("iam", iam), ("organizations", organizations)):
        for name, one in vars(module).items():
            if isinstance(one, type) and one.__module__ == module.__name__:
                types[f"{head}.{name}"] = one
    for name in _NEVER:
        del types[name]
    return _Classes(types, {one: name for name, one in types.items()}, iam.AWSManagedPolicy)


# --- back into moto -----------------------------------------------------------------------------


def _restore(parsed: Mapping[str, Node]) -> None:
    """First every object that has a row, as yet empty: rows point to each other. Then what is in
    them."""
    places = {name: _place(name) for name in parsed}
    blanks = {}
    for name, node in parsed.items():
        backend, kind, key = places[name]
        if kind in _KINDS:
            blanks[name] = _blank(name, node)
            _held(backend, kind)[key] = blanks[name]
    for name, node in parsed.items():
        backend, kind, key = places[name]
        if not kind:
            _value(name, node, into=backend)
        elif kind == _OTHER:
            vars(backend)[key] = _value(name, node, backend)
        else:
            _value(name, node, backend, blanks[name])
    for backend in {id(place[0]): place[0] for place in places.values()}.values():
        _count_attachments(backend)


def _place(name: str) -> tuple[Any, str, str]:
    """The backend, kind and key of a row; of an organisation there is one row without a kind."""
    parts = name.split("/", 4)
    try:
        if parts[0] == "iam" and len(parts) == 5 and parts[3] in (*_KINDS, _OTHER):
            return _iam()[parts[1]][parts[2]], parts[3], parts[4]
        if parts[0] == "organizations" and len(parts) == 3:
            return _organizations()[parts[1]][parts[2]], "", ""
    except KeyError:  # no partition of moto's
        pass
    raise strange(name, "this remit knows no such row")


def _count_attachments(backend: Any) -> None:
    """How often AWS's policies are attached follows from who has them."""
    if not hasattr(backend, "aws_managed_policies"):
        return
    for holders in (backend.users, backend.groups, backend.roles):
        for holder in holders.values():
            for policy in holder.managed_policies.values():
                if isinstance(policy, _classes().of_aws):
                    policy.attachment_count += 1


def _parsed(name: str, text: str) -> Node:
    try:
        return graph.parse(text)
    except Malformed as error:
        raise strange(name, str(error)) from None


def _blank(name: str, node: Node) -> Any:
    try:
        made = graph.blank(node, _classes().types)
    except Malformed as error:
        raise strange(name, str(error)) from None
    if made is None:
        raise strange(name, "it is no object")
    return made


def _flat(name: str, node: Node) -> dict[str, Any]:
    found = _value(name, node)
    if not isinstance(found, dict):
        raise strange(name, "it is no dict")
    return found


def _value(name: str, node: Node, backend: Any = None, into: Any = None) -> Any:
    def row(kind: str, key: str) -> Any:
        if kind not in _KINDS:
            raise KeyError(kind)
        return _held(backend, kind)[key]

    try:
        return graph.read(node, _classes().types, row, into)
    except (Malformed, AttributeError) as error:
        raise strange(name, str(error)) from None


def strange(name: str, why: str) -> InputError:
    """What to say of a row that cannot be one of these."""
    hint = "Another version of remit may have written it: use that one, or name another state."
    return InputError(f"the row `{name}` of the state can't be read: {why}", hint)
