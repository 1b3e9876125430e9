"""A rendering child that has been taken over: the program that tries to leave the jail.

It is the product's child in everything but this: it answers the action `attempt` by doing what an
attacker would, with Python's own functions. `JAIL_LAYERS` (names, separated by commas) closes only
these layers; `JAIL_START_AS` is the user that started the site.
"""

from __future__ import annotations

import ctypes
import encodings.idna  # noqa: F401 - nothing can be loaded in the jail
import errno
import mmap
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from ocr_worker.rendering import child, jail, pages
from ocr_worker.rendering.jail.close import close_jail

_PTRACE_SEIZE = 0x4206
_libc = ctypes.CDLL(None, use_errno=True)


def connect(port: int, **_: Any) -> None:
    """A TCP connection to a server on this machine."""
    socket.create_connection(("127.0.0.1", port), timeout=5).close()


def connect_to_queue(socket_path: str, **_: Any) -> None:
    """The Unix socket of the queue server."""
    with socket.socket(socket.AF_UNIX) as queue:
        queue.connect(socket_path)


def read_secret(secret: str, **_: Any) -> None:
    """The secret key in the data directory."""
    with open(secret, "rb") as file:
        assert file.read() == b"secret"


def read_environment(sibling: int, **_: Any) -> None:
    """What a process of the site was started with."""
    with open(f"/proc/{sibling}/environ", "rb") as file:
        assert b"SECRET=" in file.read()


def list_processes(**_: Any) -> None:
    """The other processes of the machine."""
    assert [name for name in os.listdir("/proc") if name.isdigit()]


def write_to_archive(directory: str, **_: Any) -> None:
    """A new file in the data directory."""
    with open(f"{directory}/planted", "w", encoding="ascii") as file:
        file.write("x")


def write_to_common(common: str, **_: Any) -> None:
    """A new file in a directory where everybody may write."""
    with open(f"{common}/planted-{os.getpid()}", "w", encoding="ascii") as file:
        file.write("x")


def change_original(file: int, **_: Any) -> None:
    """The rights of the file that is open."""
    os.fchmod(file, 0o777)


def signal_sibling(sibling: int, **_: Any) -> None:
    """A signal to a process of the site."""
    os.kill(sibling, 0)


def trace_sibling(sibling: int, **_: Any) -> None:
    """The memory of a process of the site, as a debugger."""
    if _libc.ptrace(_PTRACE_SEIZE, sibling, None, None) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def fork(**_: Any) -> None:
    """Another process."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def run_program(**_: Any) -> None:
    """Another program in this process's place."""
    os.execv("/bin/true", ["true"])


def make_code(**_: Any) -> None:
    """Memory that is written and run."""
    with mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC) as memory:
        memory.write(b"\xc3")


ATTEMPTS: dict[str, Callable[..., None]] = {
    attempt.__name__: attempt
    for attempt in (
        connect, connect_to_queue, read_secret, read_environment, list_processes, write_to_archive,
        write_to_common, change_original, signal_sibling, trace_sibling, fork, run_program,
        make_code,
    )
}  # fmt: skip


class HostilePages(pages.Pages):
    """As if a file had run its own code in here."""

    def __init__(self) -> None:
        super().__init__()
        self._original = -1
        self.actions["attempt"] = self.attempt

    def open(self, descriptor: int, mime_type: str) -> None:
        if mime_type == "attempt":
            self._original = descriptor
        else:
            super().open(descriptor, mime_type)

    def attempt(self, name: str, **targets: Any) -> tuple[dict[str, Any], bytes]:
        try:
            ATTEMPTS[name](file=self._original, **targets)
        except OSError as error:
            return {"refused": errno.errorcode.get(error.errno or 0, str(error))}, b""
        return {"refused": ""}, b""


def _close_jail(parent: int, **options: Any) -> list[jail.LayerReport]:
    start_as = int(os.environ.get("JAIL_START_AS", "0"))
    if start_as:
        os.setgroups([])
        os.setresgid(start_as, start_as, start_as)
        os.setresuid(start_as, start_as, start_as)
    names = os.environ.get("JAIL_LAYERS")
    if names is not None:
        options["layers"] = [jail.Layer(name) for name in names.split(",") if name]
    return close_jail(parent, **options)


if __name__ == "__main__":
    pages.Pages = HostilePages  # type: ignore[misc]
    jail.close_jail = _close_jail
    sys.exit(child.main(sys.argv[1:]))
