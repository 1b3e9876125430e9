"""Closes connections that have stalled, so that they release their threads.

The server limits only the time in which a request's head must arrive; it waits for a body as long
as the connection lives. The kernel knows when data last arrived and left on each connection
(TCP_INFO, tcp(7)); a thread checks every few seconds. A client that does not read is handled by
the kernel (ocrsite/runtime/listener.py). On systems other than Linux nothing is closed: there only
the shares of threads (ocrsite/runtime/concurrency_limits.py) protect other requests.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator

import structlog

#: Seconds without a byte in either direction after which a connection is closed: normally, and
#: while requests are being refused. The first is longer than any response takes to start.
IDLE_LIMIT, IDLE_LIMIT_UNDER_LOAD = 120.0, 30.0
#: Seconds between two checks.
_INTERVAL = 5.0

#: struct tcp_info of <linux/tcp.h>, offsets and size in bytes: the state is its first byte, the two
#: times are in milliseconds.
_STATE, _LAST_SENT, _LAST_RECEIVED, _SIZE = 0, 44, 52, 56
#: The client may send (ESTABLISHED), or only we may (CLOSE_WAIT); <net/tcp_states.h>.
_OPEN_STATES = (1, 8)

log = structlog.get_logger("ocrsite.web")


def start_closing(port: int, is_under_load: Callable[[], bool]) -> None:
    """Close this process's stalled connections on `port` from now on, in a thread of its own."""
    if sys.platform == "linux":
        threading.Thread(
            target=_close_forever, args=(port, is_under_load), name="idle-connections", daemon=True
        ).start()


def _close_forever(port: int, is_under_load: Callable[[], bool]) -> None:
    while True:
        time.sleep(_INTERVAL)
        limit = IDLE_LIMIT_UNDER_LOAD if is_under_load() else IDLE_LIMIT
        closed = close_stalled_connections(port, limit)
        if closed:
            log.info("stalled_connections_closed", count=closed, idle_limit=limit)


def close_stalled_connections(port: int, idle_limit: float) -> int:
    """Close what has been idle for `idle_limit` seconds; returns the number of connections."""
    closed = 0
    for connection in _iterate_accepted(port):
        if _measure_idle_seconds(connection) >= idle_limit:
            # If this fails, the connection is closed already.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
                closed += 1
    return closed


def _iterate_accepted(port: int) -> Iterator[socket.socket]:
    """This process's connections to `port`, each open only until the next one is requested.

    They are duplicates, because the server may close its own descriptor at any moment and another
    file may then get the number; a duplicate stays the connection that was examined. Nothing but a
    socket is ever duplicated and closed: a process that closes any descriptor of a file loses its
    locks on that file (fcntl(2)), and SQLite relies on such locks.
    """
    for name in os.listdir("/proc/self/fd"):
        try:
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            copy = os.dup(int(name))
        except OSError:
            continue
        if not stat.S_ISSOCK(os.fstat(copy).st_mode):
            # The number was reused just then. The duplicate stays open, which costs one
            # descriptor; closing it could release a lock of the database.
            continue
        with socket.socket(fileno=copy) as found:
            if _find_local_port(found) == port:
                yield found


def _find_local_port(found: socket.socket) -> int | None:
    if found.family not in (socket.AF_INET, socket.AF_INET6):
        return None
    try:
        return int(found.getsockname()[1])
    except OSError:
        return None


def _measure_idle_seconds(connection: socket.socket) -> float:
    """Seconds since data last arrived or left; 0 if the connection is not open."""
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _SIZE)
    except OSError:
        return 0.0
    if len(info) < _SIZE or info[_STATE] not in _OPEN_STATES:
        return 0.0
    [sent] = struct.unpack_from("=I", info, _LAST_SENT)
    [received] = struct.unpack_from("=I", info, _LAST_RECEIVED)
    return float(min(sent, received)) / 1000
