"""Places in files: where a person should look."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a text file.

    Lines and columns start at 1; columns count characters; the end is exclusive
    (`end_column` is the column after the last character). `file` is as the user would write it,
    relative to the project's root where there is one.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def whole(cls, file: str) -> Span:
        """The first character of `file`: for what concerns the file as a whole."""
        return cls(file, 1, 1, 1, 1)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the input that remit could not use: never fatal by itself, never silent.

    `message` says what is wrong, with user text in backticks; `hint` says what to do about it.
    `code` is its stable name for machines (`invalid-effect`); empty where it has none.
    """

    span: Span
    message: str
    hint: str = ""
    code: str = ""
