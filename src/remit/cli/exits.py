"""What the exit status says. The one place for it."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The statuses of every verb."""

    OK = 0
    """Nothing wrong."""
    FINDINGS = 1
    """Something must be mended: an error or a warning was found."""
    UNUSABLE = 2
    """Bad usage, input that cannot be read, or a fault of remit itself."""
    UNTOLD = 3
    """It ran and found nothing wrong, but something could not be told and `--strict` was given."""
    INTERRUPTED = 130
    """Stopped from the keyboard (128 + SIGINT, as shells have it)."""
