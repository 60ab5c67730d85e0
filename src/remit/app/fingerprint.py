"""What makes a finding the same one tomorrow: all of it that survives moved lines.

The baseline matches findings by it, and SARIF's `partialFingerprints` are made of it. What counts
and what does not is promised to people in docs/pipelines.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from remit.core.finding import Finding, Severity
from remit.core.span import Span

Lines = Callable[[str], Sequence[str] | None]
"""A file's lines without their ends, or None when it is not at hand."""

MOST_LINES = 100
"""Of a longer stretch of source, the first so many lines tell it from others."""

_DIGITS = 16  # hexadecimal: 64 bits, and collisions matter within one rule and one file only

# Formatters change these and nothing else: spaces, line ends, trailing commas, kinds of quotes.
_UNSTABLE = str.maketrans({**dict.fromkeys(" \t\n\r\f\v,"), "'": '"'})


@dataclass(frozen=True, slots=True, order=True)
class Fingerprint:
    """A finding without its place in the file.

    `function` is the function that the finding is in (that of the last step of its path), empty
    where there is none. `source` is a digest of the marked stretch of source. `severity` tells
    how bad it was: what is known as a note is not known as an error.
    """

    file: str
    id: str
    stage: str = ""
    function: str = ""
    action: str = ""
    resource: str = ""
    source: str = ""
    severity: str = Severity.ERROR.value

    @property
    def loose(self) -> Fingerprint | None:
        """The same without the source; None where too little is left to know a finding by."""
        return replace(self, source="") if self.action or self.resource else None


def fingerprint(finding: Finding, lines: Lines) -> Fingerprint:
    """The fingerprint of `finding`; `lines` gives the source that it stands in."""
    text = _source(finding.span, lines) or finding.message
    return Fingerprint(
        file=finding.span.file,
        id=finding.id,
        stage=finding.stage,
        function=finding.path[-1].function if finding.path else "",
        action=finding.action or "",
        resource=finding.resource or "",
        source=digest(text),
        severity=finding.severity.value,
    )


def digest(*parts: str | int) -> str:
    """A short name for `parts`: the same on every machine and in every version."""
    import hashlib  # 5 ms that only a baseline and SARIF cost

    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()[:_DIGITS]


def _source(span: Span, lines: Lines) -> str:
    """What `span` covers, without what a formatter may change. Empty when it is not at hand."""
    text = None if span == Span.whole(span.file) else lines(span.file)
    if text is None or not 1 <= span.line <= span.end_line <= len(text):
        return ""
    # The last line first: where there is one line only, cutting its start would move its end.
    covered = list(text[span.line - 1 : span.end_line])
    covered[-1] = covered[-1][: span.end_column - 1]
    covered[0] = covered[0][span.column - 1 :]
    return "".join(covered[:MOST_LINES]).translate(_UNSTABLE)
