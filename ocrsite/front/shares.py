"""How many large bodies are in flight: a share for each account, and turns between accounts."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator

#: Large bodies in flight at the same time: of one account, and of all.
EACH, TOTAL = 6, 30
#: How many more of an account may wait, each for at most this many seconds.
WAITING, PATIENCE = 64, 45.0


class NoShare(Exception):
    """The account's share is taken, and its queue is full or stands still."""


class Shares:
    """Places for bodies in flight. A client that waits for one is not read from: it costs a
    connection. Places go to the accounts in turn, so none takes them all."""

    def __init__(
        self,
        each: int = EACH,
        total: int = TOTAL,
        waiting: int = WAITING,
        patience: float = PATIENCE,
    ) -> None:
        self._each, self._total, self._longest, self._patience = each, total, waiting, patience
        self._held: Counter[str] = Counter()
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @contextlib.asynccontextmanager
    async def hold(self, account: str) -> AsyncIterator[None]:
        """A place for `account` while the block runs. Raises NoShare."""
        await self._acquire(account)
        try:
            yield
        finally:
            self._held[account] -= 1
            if not self._held[account]:
                del self._held[account]
            self._hand_out()

    async def _acquire(self, account: str) -> None:
        queue = self._queues.setdefault(account, deque())
        if len(queue) >= self._longest:
            raise NoShare
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        self._hand_out()
        try:
            await asyncio.wait_for(asyncio.shield(turn), self._patience)
        except asyncio.TimeoutError:
            if not turn.done():  # else it was granted at the last moment
                self._withdraw(account, turn)
                raise NoShare from None

    def _withdraw(self, account: str, turn: asyncio.Future[None]) -> None:
        turn.cancel()
        queue = self._queues[account]
        queue.remove(turn)
        if not queue:
            del self._queues[account]

    def _hand_out(self) -> None:
        """Give free places to those who wait, to each account in turn."""
        while sum(self._held.values()) < self._total:
            for account in self._queues:
                if self._held[account] < self._each:
                    break
            else:
                return
            self._held[account] += 1
            queue = self._queues[account]
            queue.popleft().set_result(None)
            self._queues.move_to_end(account)
            if not queue:
                del self._queues[account]
