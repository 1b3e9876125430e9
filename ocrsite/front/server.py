"""The web process: Granian and the front, on the socket that the supervisor opened.

    python -m ocrsite.front.server DESCRIPTOR PROCESSES

PROCESSES: how many such processes share the socket, and so the connections of the site.
Granian's own process stays small and starts one worker, which loads Django. HTTP/1.1 only: TLS and
HTTP/2 are left to a gateway. Granian reads heads, within a time limit, and moves bytes; what
happens to a request is decided in `application`.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
from collections.abc import Callable
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces, TaskImpl
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from ocr_worker.process_death import die_with_parent
from ocrsite import logging
from ocrsite.runtime.listener import BACKLOG

#: Seconds in which requests that are being answered may finish when the site stops.
STOP_TIMEOUT = 2
#: Milliseconds within which the head of a request must arrive; also how long a connection stays
#: open without a request.
HEAD_TIMEOUT = 15_000
#: Bytes that the server buffers of a connection at most, in each direction.
BUFFER = 256 * 1024
#: Connections of the site at the same time, where a process may open that many descriptors.
CONNECTIONS = 1024


class _Server(MPServer):
    """Granian on an open listening socket; by itself it only binds addresses."""

    _shd: Any
    _sso: Any

    def __init__(self, listener: socket.socket, **options: Any) -> None:
        super().__init__("ocrsite.front.application:Front", **options)
        self._listener = listener

    def _init_shared_socket(self) -> None:
        # Granian's workers find the socket by its descriptor, which a fork inherits.
        self._ssp = self._sso = None
        holder: Any = SocketHolder
        self._shd = holder(self._listener.fileno(), False, BACKLOG)


def _build_loader(server_pid: int) -> Callable[[], Any]:
    def load() -> Any:
        """Runs in Granian's worker."""
        die_with_parent(server_pid)
        from ocrsite.wsgi import application

        # After the fork, and after Django is set up.
        from documents.audit.reads import reads  # isort: skip
        from documents.sign_in.token_uses import token_uses  # isort: skip
        from ocrsite.front.written_later import write_later  # isort: skip

        write_later(reads.flush, token_uses.flush)
        token_uses.are_flushed = True

        from ocrsite.environment import read_environment  # isort: skip
        from ocrsite.monitoring.metrics import FIGURES  # isort: skip

        environment = read_environment()
        if environment.start_id is not None:
            FIGURES.share(environment.data_dir / "run", environment.start_id)

        # The event loop waits at most this long for a thread that computes (default 5 ms).
        sys.setswitchinterval(0.003)
        # It needs Django, which the line above has set up.
        from ocrsite.front.application import Front  # isort: skip

        return Front(application)

    return load


def _raise_descriptor_limit() -> int:
    """Allow as many open descriptors as this user may have; returns how many that are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS + 1024
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def main() -> None:
    logging.configure()
    listener = socket.socket(fileno=int(sys.argv[1]))
    connections = CONNECTIONS // int(sys.argv[2])
    host, port = listener.getsockname()
    _Server(
        listener,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_TIMEOUT, max_buffer_size=BUFFER),
        websockets=False,
        # The default is no real task: nothing could cancel it.
        task_impl=TaskImpl.asyncio,
        backlog=BACKLOG,
        # A connection that sends or downloads may have a file open, too.
        backpressure=min(connections, _raise_descriptor_limit() // 2),
        workers_kill_timeout=STOP_TIMEOUT,
        log_dictconfig=logging.build_logging_config(),
        log_level=LogLevels.error,
    ).serve(target_loader=_build_loader(os.getpid()), wrap_loader=False)


if __name__ == "__main__":
    main()
