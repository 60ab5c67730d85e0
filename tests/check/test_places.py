"""What is looked up by the beginning of a resource is what asking every need would find."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from remit.check.match import Places, reaches
from remit.check.model import Needed
from remit.core.need import Need
from remit.core.policy import Item, Policy
from remit.core.span import Span
from remit.core.text import Hole, HoleKind, Symbols, Text
from remit.explain.model import Judgement, Standing

_SPAN = Span.whole("policy.json")
_HOLES = [Hole(HoleKind.ENV, "Own"), Hole(HoleKind.DATA, "given"), Hole(HoleKind.ASSIGNED, "x")]
_names = st.text("ab/", max_size=3)
_part = st.one_of(_names, st.sampled_from(_HOLES))
_text = st.builds(
    lambda head, parts: Text.of(head, *parts),
    st.sampled_from(["arn:aws:s3:::", "arn:aws:sqs:eu:1:", "arn:aws:sqs:", "", "*"]),
    st.lists(_part, max_size=3),
)
_item = st.builds(
    lambda head, parts: Item(head + "".join(parts), _SPAN),
    st.sampled_from(["arn:aws:s3:::", "arn:aws:sqs:eu:*:", "arn:*:*:*:*:", "", "*", "{Own}"]),
    st.lists(
        st.one_of(_names, st.sampled_from(["*", "?", "{Own}", "{given}", "${aws:x}"])), max_size=3
    ),
)
_need = st.builds(
    lambda text, others: Need("s3:GetObject", text, alternatives=tuple(others)),
    _text,
    st.lists(_text, max_size=1),
)
_POLICY = Policy("2012-10-17", (), _SPAN, symbols=Symbols(frozenset({"Own"}), frozenset({"given"})))


@settings(max_examples=300, deadline=None)
@given(st.lists(_need, max_size=6), st.lists(_item, min_size=1, max_size=6))
def test_finds_what_asking_each_finds(needs: list[Need], items: list[Item]) -> None:
    needed = [Needed(one, None, "f", Judgement(Standing.ALLOWED)) for one in needs]
    places = Places(needed)
    for item in items:
        expected = [one for one in needed if reaches(_POLICY, item, one.need)]
        assert list(places.reached(_POLICY, item)) == expected
