"""Connections that have stalled are ended, so that they give back what they hold.

The server limits the time of a request's head only; it waits for a body as long as the connection
lives. The kernel knows when data last came and went on each one (TCP_INFO, tcp(7)), and a thread
looks every few seconds. A client that does not read is the kernel's own matter
(ocrsite/runtime/listener.py). Elsewhere than on Linux nothing is ended: there the shares of the
threads (ocrsite/middleware/concurrency_limits.py) are all that protects the rest.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import stat
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator

#: Seconds without a byte in either direction after which a connection is ended: ever, and while
#: there are clients turned away. The first is more than any answer takes to begin.
PATIENCE, PATIENCE_WHEN_SCARCE = 120.0, 30.0
#: Seconds between two looks.
_EVERY = 5.0

#: struct tcp_info of <linux/tcp.h>: the state is its first byte; two times in milliseconds.
_STATE, _LAST_SENT, _LAST_RECEIVED, _SIZE = 0, 44, 52, 56
#: The client may send (ESTABLISHED), or only we may (CLOSE_WAIT); <net/tcp_states.h>.
_OPEN_STATES = (1, 8)

log = logging.getLogger(__name__)


def watch(port: int, scarce: Callable[[], bool]) -> None:
    """End this process's stalled connections on `port` from now on, in a thread of its own."""
    if sys.platform == "linux":
        threading.Thread(target=_watch, args=(port, scarce), name="stalled", daemon=True).start()


def _watch(port: int, scarce: Callable[[], bool]) -> None:
    while True:
        time.sleep(_EVERY)
        ended = end_stalled(port, PATIENCE_WHEN_SCARCE if scarce() else PATIENCE)
        if ended:
            log.info("ended %d connections that had stalled", ended)


def end_stalled(port: int, patience: float) -> int:
    """End what has been idle for `patience` seconds; returns the number of connections."""
    ended = 0
    for connection in _accepted_on(port):
        if _idle_seconds(connection) >= patience:
            # It is gone already, if this fails.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
                ended += 1
    return ended


def _accepted_on(port: int) -> Iterator[socket.socket]:
    """This process's connections to `port`, each open only until the next is asked for.

    They are copies, because the server may close its own at any moment, and another file may then
    get the number; a copy stays the connection that was looked at. Nothing but a socket is ever
    copied and closed: with any descriptor of a file that a process closes it loses its locks on
    that file (fcntl(2)), and those of SQLite are what keeps the database whole.
    """
    for name in os.listdir("/proc/self/fd"):
        try:
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            copy = os.dup(int(name))
        except OSError:
            continue
        if not stat.S_ISSOCK(os.fstat(copy).st_mode):
            # The number changed hands just then. The copy stays open for good, which costs one
            # descriptor; closing it could cost the database.
            continue
        with socket.socket(fileno=copy) as found:
            if _local_port(found) == port:
                yield found


def _local_port(found: socket.socket) -> int | None:
    if found.family not in (socket.AF_INET, socket.AF_INET6):
        return None
    try:
        return int(found.getsockname()[1])
    except OSError:
        return None


def _idle_seconds(connection: socket.socket) -> float:
    """Since data last came or went; 0 for what is no open connection."""
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _SIZE)
    except OSError:
        return 0.0
    if len(info) < _SIZE or info[_STATE] not in _OPEN_STATES:
        return 0.0
    [sent] = struct.unpack_from("=I", info, _LAST_SENT)
    [received] = struct.unpack_from("=I", info, _LAST_RECEIVED)
    return float(min(sent, received)) / 1000
