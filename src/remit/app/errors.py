"""What ends a use case before it has an answer. Light: every verb imports it at its start."""

from __future__ import annotations

from remit.core.span import Span


class InputError(Exception):
    """The input cannot be used at all: nothing was checked (exit status 2).

    `message` says what is wrong, with user text in backticks; `hint` what to do about it; `span`
    is the place, where there is one.
    """

    def __init__(self, message: str, hint: str = "", span: Span | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.span = span
