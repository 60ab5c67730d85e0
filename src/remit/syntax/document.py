"""From a file's bytes to nodes: decoding, the choice between JSON and YAML, the limits.

`load` is the one way in. It opens no files: the caller brings the bytes and the name.
"""

from __future__ import annotations

from remit.core.span import Problem, Span
from remit.syntax import json_reader
from remit.syntax.nodes import Node
from remit.syntax.source import MAX_DEPTH, MAX_NODES, MAX_SIZE, DocumentError, Source

__all__ = ["MAX_DEPTH", "MAX_NODES", "MAX_SIZE", "DocumentError", "load"]

_BOM = "\ufeff"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def load(data: bytes | str, file: str) -> Node:
    """The one value in the document `data`, which the user knows as `file`.

    `.json` is read as JSON, `.yml` and `.yaml` as YAML; any other name as JSON when the text
    begins with `{` or `[`, else as YAML. Bytes are UTF-8; a byte order mark is skipped.
    Raises DocumentError, with the place, for everything that is not such a document, that holds
    more than MAX_SIZE bytes or MAX_NODES values, or that nests deeper than MAX_DEPTH.
    """
    if len(data) > MAX_SIZE:
        raise _whole(
            file, f"the file is larger than {MAX_SIZE // 1024 // 1024} MiB", "document-too-large"
        )
    text = data if isinstance(data, str) else _decode(data, file)
    source = Source(text.removeprefix(_BOM), file)
    if not source.text.strip():
        raise _whole(file, "the document is empty", "empty-document")
    if _is_json(source):
        return json_reader.read(source)
    # Imported here because PyYAML costs 20 ms at start and most documents are JSON.
    from remit.syntax import yaml_reader

    return yaml_reader.read(source)


def _is_json(source: Source) -> bool:
    name = source.file.lower()
    if name.endswith((".json", ".yml", ".yaml")):
        return name.endswith(".json")
    return source.text.lstrip()[:1] in {"{", "["}


def _decode(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if data.startswith(_UTF16):
            raise _whole(file, "the file is UTF-16, not UTF-8", "not-utf-8") from error
        before = data[: error.start].decode("utf-8").removeprefix(_BOM)
        place = Source(before, file).span(len(before), len(before))
        span = Span(file, place.line, place.column, place.line, place.column + 1)
        problem = Problem(
            span,
            f"the byte 0x{data[error.start]:02x} is not UTF-8",
            "save the file as UTF-8",
            "not-utf-8",
        )
        raise DocumentError(problem) from error


def _whole(file: str, message: str, code: str) -> DocumentError:
    hint = "save the file as UTF-8" if code == "not-utf-8" else ""
    return DocumentError(Problem(Span.whole(file), message, hint, code))
