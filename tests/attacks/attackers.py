"""Clients that hold connections: each opens another as soon as the server closes one."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

#: Bounds: no attack has more connections, or lasts longer.
MOST_CONNECTIONS, LONGEST = 200, 180.0


@dataclass(frozen=True)
class Attack:
    """What each connection sends: `head` at once, then `drop` every `every` seconds."""

    head: bytes
    drop: bytes
    every: float


@contextlib.contextmanager
def attacking(port: int, attack: Attack, connections: int) -> Iterator[None]:
    """`connections` of them attack 127.0.0.1:`port` while the block runs."""
    assert connections <= MOST_CONNECTIONS
    stop = threading.Event()

    def run() -> None:
        asyncio.run(_attack(port, attack, connections, stop))

    thread = threading.Thread(target=run, name="attackers", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)


async def _attack(port: int, attack: Attack, connections: int, stop: threading.Event) -> None:
    tasks = [asyncio.create_task(_hold(port, attack)) for _ in range(connections)]
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST
    while not stop.is_set() and loop.time() < end:
        await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _hold(port: int, attack: Attack) -> None:
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(attack.head)
                closed = asyncio.ensure_future(reader.read())
                while not closed.done():
                    await asyncio.wait([closed], timeout=attack.every)
                    writer.write(attack.drop)
            finally:
                writer.close()
        # A refused attacker comes back, but is no flood.
        await asyncio.sleep(0.5)
