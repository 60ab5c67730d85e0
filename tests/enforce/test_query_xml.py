"""The query protocol's answers, read back by botocore's own parser."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.parsers import create_parser
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.app.simulator.operations import OPERATIONS
from remit.enforce.query_xml import result
from tests.enforce.wire import service

IAM = service("iam")
# What XML can hold, and botocore's parser keeps as it is: it reads line ends as XML does.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


def of(shape: Any) -> st.SearchStrategy[Any]:
    """Values of a shape of botocore's."""
    match shape.type_name:
        case "structure":
            members = {name: of(inner) for name, inner in shape.members.items()}
            return st.fixed_dictionaries({}, optional=members)
        case "list":
            return st.lists(of(shape.member), max_size=3)
        case "map":
            return st.dictionaries(TEXT, of(shape.value), max_size=3)
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(0, 10**9)
        case _:
            return TEXT


def read(operation: str, document: bytes) -> dict[str, Any]:
    parser = create_parser("query")
    shape = IAM.operation_model(operation).output_shape
    found = parser.parse({"body": document, "headers": {}, "status_code": 200}, shape)
    assert found.pop("ResponseMetadata")["RequestId"] == "id"
    return dict(found)


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_what_is_written_is_read(operation: str, data: st.DataObject) -> None:
    members = data.draw(of(IAM.operation_model(operation).output_shape))
    assert read(operation, result("iam", operation, members, "id")) == members


def test_what_xml_cannot_hold() -> None:
    document = result("iam", "SimulateCustomPolicy", {"Marker": "a\x00\ud800<&>\ufffe"}, "id")
    assert read("SimulateCustomPolicy", document) == {"Marker": "a\ufffd\ufffd<&>\ufffd"}
