"""Whose turn it is: which documents the next claim of a process prefers.

Of eight turns, four go to documents of high priority, three to those of normal, one to those of
low; a turn whose documents don't wait goes to the next ones below. So documents of high priority
never have more than half of the capacity while others wait, however many there are; those of normal
priority have three eighths at least, those of low priority an eighth.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping

from documents.models import Priority

_HIGH_FIRST = (Priority.HIGH, Priority.NORMAL, Priority.LOW)
_TURNS = (
    Priority.HIGH, Priority.NORMAL, Priority.HIGH, Priority.NORMAL,
    Priority.HIGH, Priority.NORMAL, Priority.HIGH, Priority.LOW,
)  # fmt: skip


def count_turns(waiting: Mapping[Priority, int], priority: Priority, pages: int) -> float:
    """How many pages are read, of all priorities, until `pages` more of one are. `waiting`: the
    pages of each that wait."""
    others = {each: float(waiting.get(each, 0)) for each in Priority if each is not priority}
    served, left = 0.0, float(pages)
    while left > 0:
        still = {each for each, number in others.items() if number > 0}
        shares = _share_turns({*still, priority})
        # Until these are read, or all of another priority.
        step = min([left / shares[priority], *(others[each] / shares[each] for each in still)])
        served += step
        left = 0.0 if step == left / shares[priority] else left - step * shares[priority]
        for each in still:
            over = step == others[each] / shares[each]
            others[each] = 0.0 if over else others[each] - step * shares[each]
    return served


def _share_turns(waiting: Collection[Priority]) -> dict[Priority, float]:
    """Which part of the turns each priority gets while documents of all of these wait."""
    served = [
        turn if turn in waiting else next(each for each in _HIGH_FIRST if each in waiting)
        for turn in _TURNS
    ]
    return {each: served.count(each) / len(_TURNS) for each in waiting}


class Turns:
    """The turns of one process (or of a thread of it).

    They begin anywhere unless `first` says where: processes are replaced, and the last turn must
    come, too. `started_first`: whether the first claim prefers, among documents of one priority,
    those of which a page was read already to the new ones; the claims of a priority alternate.
    """

    def __init__(self, first: int | None = None, *, started_first: bool = False) -> None:
        self._number = random.randrange(len(_TURNS)) if first is None else first  # noqa: S311  # nosec B311
        self._started_first = dict.fromkeys(Priority, started_first)

    @property
    def priorities(self) -> tuple[Priority, ...]:
        """In the order in which they are served now."""
        turn = _TURNS[self._number % len(_TURNS)]
        return (turn, *(each for each in _HIGH_FIRST if each is not turn))

    def prefers_started(self, priority: Priority) -> bool:
        """Whether documents of this priority that were started come before the new ones now."""
        return self._started_first[priority]

    def serve(self, priority: Priority) -> None:
        """Go on to the next turn; a document of this priority was served."""
        self._number += 1
        self._started_first[priority] = not self._started_first[priority]
