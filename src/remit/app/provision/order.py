"""The order in which resources are made: what others name comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from remit.app.provision.model import Making
from remit.app.provision.texts import is_own, leaves
from remit.core.text import Text


def ordered(makings: Sequence[Making]) -> list[Making]:
    """The makings, each after those that its calls name; else in the order given. In a circle one
    is before what it names."""
    makers = _makers(makings)
    found: list[Making] = []
    state: dict[int, bool] = {}
    for start in range(len(makings)):
        waiting = [(start, False)]
        while waiting:
            number, done = waiting.pop()
            if done:
                found.append(makings[number])
            elif number not in state:
                state[number] = True
                waiting.append((number, True))
                before = sorted(_needs(makings[number], makers) - {number}, reverse=True)
                waiting += [(one, False) for one in before if one not in state]
    return found


def _makers(makings: Sequence[Making]) -> dict[str, int]:
    """Which making gives a symbol, an ARN or an address. What several names hold nobody gives."""
    symbols: dict[str, int] = {}
    count: Counter[str] = Counter()
    for number, one in enumerate(makings):
        mine = {hole.name for text in _identity(one) for hole in text.holes if is_own(hole)}
        count.update(mine)
        symbols |= dict.fromkeys(mine, number)
        for text in _identity(one):
            if ":" in str(text):
                symbols[str(text)] = number
    return {key: number for key, number in symbols.items() if count[key] < 2}


def _identity(one: Making) -> Iterable[Text]:
    return (one.resource.title, *one.resource.attributes.values())


def _needs(one: Making, makers: dict[str, int]) -> set[int]:
    texts = [text for step in one.steps for text in leaves(step.parameters)]
    named = {hole.name for text in texts for hole in text.holes}
    found = {makers[name] for name in named if name in makers}
    written = [str(text) for text in texts if ":" in str(text)]
    arns = [name for name in makers if ":" in name]
    return found | {makers[arn] for arn in arns for text in written if _names(text, arn)}


def _names(text: str, arn: str) -> bool:
    """Whether an ARN stands in a text, such as a document, and not only the start of a longer
    one."""
    _, found, after = text.partition(arn)
    return bool(found) and not (after[:1].isalnum() or after[:1] in tuple("-_."))
