"""LibreOffice's process, taken over: `python -m tests.attacks.jailed_office TARGETS OWN KIT`.

Closes the jail as `ocr_worker.conversion.child` does, and in a copy of itself, as LibreOffice runs,
does what an attacker would (`jailed_child.ATTEMPTS`). Prints what became of each attempt as JSON:
"done", "killed", or the name of the error.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ocr_worker.conversion.office_jail import SOCKETS, office_rules, readable_paths
from ocr_worker.rendering import jail
from ocr_worker.rendering.jail import seccomp
from tests.attacks.jailed_child import ATTEMPTS


def read_passwords(**_: Any) -> None:
    """The users of the machine, as a document that names the file would."""
    with open("/etc/passwd", "rb") as file:
        assert file.read()


def listen_on_network(**_: Any) -> None:
    """A server of its own."""
    socket.create_server(("127.0.0.1", 0)).close()


def write_own(own: str, **_: Any) -> None:
    """What it may: a file in its own directory."""
    with open(f"{own}/made", "w", encoding="ascii") as file:
        file.write("x")


TRIED: dict[str, Callable[..., None]] = {
    **ATTEMPTS,
    **{act.__name__: act for act in (read_passwords, listen_on_network, write_own)},
}


def main(argv: list[str]) -> None:
    targets, own, kit = json.loads(argv[0]), argv[1], Path(argv[2])
    layers = [layer for layer in jail.Layer if layer is not jail.Layer.SYSTEM_CALLS]
    jail.close_jail(
        os.getppid(), readable=readable_paths(kit), own=own, sockets=SOCKETS, layers=layers
    )
    print(json.dumps({name: attempt(name, own=own, **targets) for name in TRIED}))


def attempt(name: str, **targets: Any) -> str:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        seccomp.deny_calls_by_default(office_rules(os.getpid()))
        try:
            TRIED[name](file=0, **targets)
            said = "done"
        except OSError as error:
            said = errno.errorcode.get(error.errno or 0, str(error))
        except BaseException as error:
            said = repr(error)
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as answers:
        said = answers.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS:
        return "killed"
    return said


if __name__ == "__main__":
    main(sys.argv[1:])
