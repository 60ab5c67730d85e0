"""What is remembered of needs is what the catalog would say anew."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from remit.catalog.needs import needs
from remit.core.call import Call, Place
from remit.core.span import Span
from remit.enforce.plans import Noting, needed
from tests.enforce.wire import service, skeleton

PLACE = Place("aws", "eu-west-1", "111122223333")
OPERATIONS = [
    (name, operation)
    for name in ("dynamodb", "s3", "sqs", "sns", "kms", "lambda", "iam", "sts", "ssm", "secretsmanager", "logs", "events", "ecs", "glue")
    for operation in service(name).operation_names
]  # fmt: skip
TEXTS = st.sampled_from(
    ["x", "y", "", "a/b", "arn:aws:sns:eu-west-1:111122223333:x", "arn:aws:kms:eu-west-1:111122223333:key/1",
     "alias/a", "arn:aws:iam::111122223333:role/r", "https://sqs.eu-west-1.amazonaws.com/111122223333/q"]
)  # fmt: skip


def spoiled(value: Any, texts: list[str]) -> Any:
    """The value with other texts in it."""
    if isinstance(value, dict):
        return {key: spoiled(one, texts) for key, one in value.items()}
    if isinstance(value, list):
        return [spoiled(one, texts) for one in value]
    return texts.pop() if isinstance(value, str) and texts else value


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(OPERATIONS), st.lists(TEXTS, min_size=12, max_size=12), st.randoms())
def test_the_remembered_answer_is_the_catalogs(
    operation: tuple[str, str], texts: list[str], chance: Any
) -> None:
    name, called = operation
    whole = skeleton(service(name).operation_model(called))
    for _ in range(3):  # the first is kept, the others meet it
        chance.shuffle(texts)
        params = {k: v for k, v in spoiled(whole, list(texts)).items() if chance.random() < 0.8}
        fresh = needs(Call(name, called, dict(params), Span.whole("x")), PLACE)
        assert needed(name, called, params, PLACE) == fresh
        assert needed(name, called, params, PLACE) == fresh


def test_what_is_read_is_noted() -> None:
    noting = Noting({"a": 1, "b": 2})
    assert ("a" in noting, list(noting), len(noting)) == (True, ["a", "b"], 2)
    assert noting.read == set()
    assert (noting["a"], noting.get("c")) == (1, None)
    assert noting.read == {"a", "c"}


def test_whoever_takes_all_has_read_all() -> None:
    for take in (
        dict,
        lambda noting: {**noting},
        lambda noting: list(noting.items()),
        lambda noting: list(noting.values()),
        lambda noting: noting.copy(),
        lambda noting: noting | {},
        lambda noting: {} | noting,
    ):
        noting = Noting({"a": 1, "b": 2})
        take(noting)
        assert noting.read == {"a", "b"}, take
