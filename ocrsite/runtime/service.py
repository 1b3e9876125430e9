"""What the supervisor runs: a service and when it is stopped."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

#: Called with an exit status (negative: the signal that ended the process) and the seconds that
#: the process lived.
ExitCallback = Callable[[int, float], None]


class StopOrder(IntEnum):
    """When a service is asked to stop: as soon as all services of earlier orders are gone, and at
    the latest this number of seconds after the site was asked to stop."""

    FIRST = 0  # workers: they release their leases through the database and the queue
    SECOND = 4  # the web: it finishes the requests that it has started to answer
    THIRD = 6  # the queue: no process needs it any more
    LAST = 7  # the copy of the database: no process can commit any more


@dataclass(frozen=True)
class Service:
    """A child process to keep running; with `once`, to run until it has succeeded.

    `on_exit` is called after each exit. `descriptors` are inherited. With `format_line`, each line
    of the child's output becomes an event `child_output` of the level `output_level`: the text
    that `format_line` returns (None: no event). `nice` and `oom_score` are the process's niceness
    and its oom_score_adj (proc(5)).
    """

    name: str
    command: Sequence[str]
    variables: Mapping[str, str]
    stop: StopOrder = StopOrder.FIRST
    nice: int = 0
    oom_score: int = 0
    once: bool = False
    format_line: Callable[[str], str | None] | None = None
    output_level: int = logging.INFO
    descriptors: Sequence[int] = ()
    on_exit: ExitCallback | None = None
