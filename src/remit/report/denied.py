"""What `remit run` says to people at its end: each denial, why, and the statement to add."""

from __future__ import annotations

from collections.abc import Sequence

from remit.app.running import Told
from remit.report.lines import head, indented, paste, path, some
from remit.report.terminal import Screen

_OTHER = "The role's own policies allow it: a policy of the resource, or another layer, denies."


def render(found: Sequence[Told], screen: Screen) -> str:
    """The whole report; "" when nothing was denied."""
    lines: list[str] = []
    shown: set[str] = set()
    for told in found:
        lines += [*_one(told, screen, shown), ""]
    if found:
        calls = some(sum(told.times for told in found), "call")
        verb = "was" if calls.startswith("1 ") else "were"
        kinds = f", {len(found)} different ones" if len(found) > 1 else ""
        missing = f"; {some(len(shown), 'statement')} to add" if shown else ""
        lines.append(screen.paint("strong", f"{calls} {verb} denied{kinds}{missing}"))
    return "".join(line + "\n" for line in lines)


def _one(told: Told, screen: Screen, shown: set[str]) -> list[str]:
    denied, finding = told.denied, told.finding
    said = f"{denied.service} {denied.operation}"
    if denied.action is not None:
        said += f" needs `{denied.action}` on `{denied.resource}`"
    if told.others:
        said += f" and {told.others} more like it"
    if told.times > 1:
        said += f" ({told.times} times)"
    lines = head(screen, "denied", "error", said)
    lines += _labelled(screen, "why", denied.why)
    if finding is None:
        if denied.action is not None:
            lines += _labelled(screen, "fix", _OTHER)
        return lines
    near = finding.related[0]
    if finding.path:
        lines += _labelled(screen, "code", f"{finding.span} ({path(screen, finding.path)})")
    lines += _labelled(screen, "near", f"{near.span}: {near.note}")
    lines += _labelled(screen, "fix", finding.fix)
    if finding.patch and finding.patch not in shown:
        shown.add(finding.patch)
        lines += paste(screen, finding.patch, 9)
    return lines


def _labelled(screen: Screen, label: str, text: str) -> list[str]:
    if not text:
        return []
    lines = indented(screen, text, 9)
    lines[0] = f"  {label}:".ljust(9) + lines[0][9:]
    return lines
