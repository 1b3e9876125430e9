"""The web process: Granian in front of Django, on the socket that the supervisor opened.

    python -m ocrsite.runtime.web DESCRIPTOR

Granian's own process stays small and starts one worker, which loads Django. HTTP/1.1 only: TLS and
HTTP/2 are left to a gateway. Bodies are streamed in both directions.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from ocr_worker.process_death import die_with_parent
from ocrsite import logging
from ocrsite.runtime import WEB_THREADS, concurrency_limits, idle_connections
from ocrsite.runtime.listener import BACKLOG

#: Seconds in which requests that are being answered may finish when the site stops.
STOP_TIMEOUT = 2


class _Server(MPServer):
    """Granian on an open listening socket; by itself it only binds addresses."""

    _shd: Any
    _sso: Any

    def __init__(self, listener: socket.socket, **options: Any) -> None:
        super().__init__("ocrsite.wsgi:application", **options)
        self._listener = listener

    def _init_shared_socket(self) -> None:
        # Granian's workers find the socket by its descriptor, which a fork inherits.
        self._ssp = self._sso = None
        holder: Any = SocketHolder
        self._shd = holder(self._listener.fileno(), False, BACKLOG)


def _build_loader(server_pid: int, port: int) -> Callable[[], Any]:
    def load() -> Any:
        """Runs in Granian's worker."""
        die_with_parent(server_pid)
        from ocrsite.wsgi import application

        idle_connections.start_closing(port, concurrency_limits.refused_recently)
        return application

    return load


def main() -> None:
    logging.configure()
    listener = socket.socket(fileno=int(sys.argv[1]))
    host, port = listener.getsockname()
    _Server(
        listener,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        websockets=False,
        backlog=BACKLOG,
        backpressure=BACKLOG,
        blocking_threads=WEB_THREADS,
        workers_kill_timeout=STOP_TIMEOUT,
        log_dictconfig=logging.build_logging_config(),
        log_level=LogLevels.error,
    ).serve(target_loader=_build_loader(os.getpid(), port), wrap_loader=False)


if __name__ == "__main__":
    main()
