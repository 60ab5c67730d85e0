"""The tables of the decision: mutating any entry turns a case red."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import remit.engine
from remit.core.decision import Layer
from remit.core.request import Request
from remit.engine import combine, naming, organisation
from remit.engine.authorize import in_full
from remit.engine.context import gather
from remit.engine.naming import Form
from remit.engine.policyset import PolicySet
from remit.engine.principal import CallerKind
from remit.engine.services import SERVICES, kms, sqs, sts
from remit.engine.services.terms import COMMON
from remit.engine.unconfirmed import UNCONFIRMED
from tests.support import cases, policy_set, request

OWN = (Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION)


@cache
def _compiled() -> list[tuple[Request, PolicySet, str]]:
    """The cases in which more than identity policies has a say."""
    return [
        (request(case["request"]), policy_set(case["policies"]), case["expect"])
        for case in cases()
        if set(case["policies"]) != {"identity"} or ":role/app" not in case["request"]["principal"]
    ]


def a_case_fails() -> bool:
    """Decided without what the policy sets remember of earlier requests."""
    return any(
        in_full(gather(asked), held).verdict != expect for asked, held, expect in _compiled()
    )


def test_unchanged_no_case_fails() -> None:
    assert not a_case_fails()


# A caller without an identity side has no boundary and no session policy either; a user with a
# session policy is the issuer of a federated session.
EQUIVALENT = {
    (form, layer)
    for form in (Form.SERVICE, Form.PROVIDER)
    for layer in (Layer.BOUNDARY, Layer.SESSION)
} | {(Form.USER, Layer.SESSION)}


@pytest.mark.parametrize(("form", "layer"), list(itertools.product(combine.BLOCKS, OWN)))
def test_every_entry_of_the_decision_table(
    form: Form, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if (form, layer) in EQUIVALENT:
        return
    monkeypatch.setitem(combine.BLOCKS, form, combine.BLOCKS[form] ^ {layer})  # type: ignore[arg-type]
    assert a_case_fails(), f"{form}: {layer} goes unnoticed"


@pytest.mark.parametrize(("kind", "layer"), list(itertools.product(CallerKind, OWN)))
def test_what_a_caller_brings(
    kind: CallerKind, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind is CallerKind.PROVIDER and layer is not Layer.IDENTITY:
        return  # said once for callers without an identity side
    monkeypatch.setitem(combine._BRINGS, kind, combine._BRINGS[kind] ^ {layer})  # type: ignore[arg-type]
    assert a_case_fails(), f"{kind}: {layer} goes unnoticed"


@pytest.mark.parametrize(
    ("kind", "form"),
    [(kind, form) for kind, forms in naming._EXEMPT.items() for form in sorted(forms, key=str)],
)
def test_every_form_that_an_exemption_needs(
    kind: CallerKind, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind in (CallerKind.ANONYMOUS, CallerKind.PROVIDER):
        return  # nothing but `*` lists the one; the other comes to trust policies, without it
    monkeypatch.setitem(naming._EXEMPT, kind, naming._EXEMPT[kind] - {form})  # type: ignore[arg-type]
    assert a_case_fails()


# Sets of which each element must be missed when it is gone.
SETS: list[tuple[Any, str]] = [
    (organisation, "RCP_SERVICES"),
    (kms, "_WITHOUT_KEY"),
    (sqs, "_OWN_ACCOUNT_ONLY"),
    (sts, "_FREE"),
    (sts, "_LONG_TERM_ONLY"),
]


@pytest.mark.parametrize(
    ("module", "name", "gone"),
    [(module, name, gone) for module, name in SETS for gone in sorted(getattr(module, name))],
)
def test_every_entry_of_a_set(
    module: Any, name: str, gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, getattr(module, name) - {gone})
    assert a_case_fails(), f"{name}: {gone} is not missed"


@pytest.mark.parametrize("action", sts._CALLERS)
def test_every_caller_of_sts(action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    callers = dict(sts._CALLERS)
    del callers[action]
    monkeypatch.setattr(sts, "_CALLERS", callers)
    assert a_case_fails()


@pytest.mark.parametrize("prefix", SERVICES)
def test_every_service(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SERVICES, prefix, lambda _: COMMON)  # type: ignore[arg-type]
    assert a_case_fails()


# --- what is not confirmed ------------------------------------------------------------------------

ENGINE = Path(remit.engine.__file__).parent


def test_what_is_unconfirmed_is_where_the_table_says() -> None:
    for entry in UNCONFIRMED:
        text = (ENGINE / entry.where).read_text(encoding="utf-8")
        assert f"unconfirmed: {entry.name}" in " ".join(text.replace("#", " ").split()), entry.name


def test_the_table_holds_all_that_is_unconfirmed() -> None:
    named = {
        words[0].rstrip(').,;:"')
        for path in ENGINE.rglob("*.py")
        if path.name != "unconfirmed.py"
        for part in path.read_text(encoding="utf-8").split("unconfirmed:")[1:]
        if (words := part.replace("#", " ").split())
    }
    assert named == {entry.name for entry in UNCONFIRMED}
    assert len({entry.name for entry in UNCONFIRMED}) == len(UNCONFIRMED)


def test_the_page_on_fidelity_lists_what_is_not_confirmed() -> None:
    page = (Path(__file__).parents[2] / "docs/fidelity.md").read_text()
    for entry in UNCONFIRMED:
        assert f"| `{entry.name}` | {entry.question} | {entry.chosen} |" in page, entry.name
