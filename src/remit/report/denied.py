"""What `remit run` says to people at its end: each denial, why, and the statement to add; and what
it proposes with `--grant-on-denial`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remit.app.granting import Proposed
from remit.app.running import Denied, Told
from remit.core.decision import Layer
from remit.report.lines import head, indented, paste, path, some
from remit.report.terminal import Screen

_OTHER = "The role's own policies allow it: a policy of the resource, or another layer, denies."
_NEVER = "No policy could allow it."
_OWN = frozenset({Layer.IDENTITY, Layer.BOUNDARY})
"""What a project holds: only of these it can be said where they stand."""
_LAYERS: Mapping[Layer, str] = {
    Layer.IDENTITY: "the role's own policies",
    Layer.RESOURCE: "the policy of the resource",
    Layer.BOUNDARY: "the permissions boundary",
    Layer.SESSION: "the session policy",
    Layer.SCP: "a service control policy",
    Layer.RCP: "a resource control policy",
    Layer.VPC_ENDPOINT: "the policy of the VPC endpoint",
}
_TRUST = "the role's trust policy (if there is such a role)"


def render(found: Sequence[Told], screen: Screen, *, summed: bool = True) -> str:
    """The whole report, or with `summed` off all but its last line; "" when nothing was denied."""
    lines: list[str] = []
    shown: set[str] = set()
    for told in found:
        lines += [*_one(told, screen, shown), ""]
    body = "".join(line + "\n" for line in lines)
    return body + summary(found, screen) if summed else body


def summary(found: Sequence[Told], screen: Screen) -> str:
    """The last line: how much was denied, and what is missing."""
    if not found:
        return ""
    calls = some(sum(told.times for told in found), "call")
    verb = "was" if calls.startswith("1 ") else "were"
    kinds = f", {len(found)} different ones" if len(found) > 1 else ""
    patches = {told.finding.patch for told in found if told.finding and not _elsewhere(told.denied)}
    number = len(patches - {""})
    missing = f"; {some(number, 'statement')} to add" if number else ""
    return screen.paint("strong", f"{calls} {verb} denied{kinds}{missing}") + "\n"


def proposal(one: Proposed, role: str, screen: Screen) -> str:
    """A denial and the one statement that would grant it to `role`."""
    lines = [*_denial(one.told, screen), *_labelled(screen, "add", f"to role `{role}`:")]
    lines += [*paste(screen, one.text, 9), ""]
    return "".join(line + "\n" for line in lines)


def _one(told: Told, screen: Screen, shown: set[str]) -> list[str]:
    lines, finding = _denial(told, screen), told.finding
    elsewhere = _elsewhere(told.denied)
    if elsewhere or finding is None:
        fix = elsewhere or (_OTHER if told.denied.action is not None else "")
        return lines + _labelled(screen, "fix", fix)
    lines += _labelled(screen, "fix", finding.fix)
    if finding.patch and finding.patch not in shown:
        shown.add(finding.patch)
        lines += paste(screen, finding.patch, 9)
    return lines


def _denial(told: Told, screen: Screen) -> list[str]:
    """What was denied and why, and where that stands."""
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
    if finding is not None:
        if finding.path:
            lines += _labelled(screen, "code", f"{finding.span} ({path(screen, finding.path)})")
        if denied.by is None or _OWN & {*denied.by}:
            near = finding.related[0]
            lines += _labelled(screen, "near", f"{near.span}: {near.note}")
    return lines


def _elsewhere(denied: Denied) -> str:
    """Why a statement in the role's own policies would not be enough; "" where it would be, or
    where nobody told."""
    by = denied.by
    if by is None or by == (Layer.IDENTITY,):
        return ""
    trusts = (denied.action or "").startswith("sts:")
    names = [_TRUST if trusts and layer is Layer.RESOURCE else _LAYERS[layer] for layer in by]
    if not names:
        return _NEVER
    if denied.explicit:
        return f"A Deny in {' and in '.join(names)} decides: no statement that is added helps."
    those = " and ".join(names)
    verb = "does" if len(names) == 1 and not names[0].endswith("policies") else "do"
    text = f"{those} {verb} not allow it: a statement in the role's own policies is not enough."
    return text[:1].upper() + text[1:]


def _labelled(screen: Screen, label: str, text: str) -> list[str]:
    if not text:
        return []
    lines = indented(screen, text, 9)
    lines[0] = f"  {label}:".ljust(9) + lines[0][9:]
    return lines
