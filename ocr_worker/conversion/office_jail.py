"""What LibreOffice needs in the jail: more files to read and more system calls than drawing a page.

Its libraries are loaded in the jail, and make code of their own (the bridge between UNO and C++):
memory may become code here. Network, other processes, programs and files elsewhere stay closed.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

from ocr_worker.rendering.jail.call_rules import (
    NEW_NAMESPACE,
    THREAD,
    ArgumentRule,
    Rule,
    Verdict,
    call_rules,
)

_PR_SET_NAME = 15

#: Libraries, fonts, time zones, and what LibreOffice looks at of the machine: nothing of the site.
_READABLE = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/etc/localtime",
    "/usr/share/fonts",
    "/usr/share/fontconfig",
    "/usr/share/X11/fonts",
    "/usr/share/liblangtag",
    "/usr/share/hunspell",
    "/usr/share/hyphen",
    "/usr/share/mythes",
    "/usr/share/zoneinfo",
    "/usr/local/share/fonts",
    "/var/cache/fontconfig",
    "/dev/null",
    "/dev/urandom",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
)

#: Within its own directory, as Landlock has it.
_OF_FILES = [
    "creat",
    "mkdir",
    "mkdirat",
    "unlink",
    "unlinkat",
    "rmdir",
    "rename",
    "renameat",
    "renameat2",
    "ftruncate",
    "fallocate",
    "fsync",
    "fdatasync",
    "fcntl",
    "flock",
    "umask",
    "statfs",
    "fstatfs",
    "getcwd",
    "pwrite64",
    "fadvise64",
]
_OF_ITSELF = [
    "uname",
    "sysinfo",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getppid",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "pipe",
    "pipe2",
    "eventfd2",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "dup2",
    "dup3",
    "memfd_create",
    "sched_getparam",
    "sched_getscheduler",
    "arch_prctl",
    "set_tid_address",
    "getpriority",
    "timer_create",
    "timer_settime",
    "timer_delete",
]

#: LibreOffice tries these where it would talk to printers, key rings or other programs, and goes on
#: without.
_TRIED = ["socketpair", "connect", "accept", "accept4", "fork", "vfork", "execve"]

#: Where it has the socket at which a second LibreOffice of its profile would knock: it does not
#: start without. It may listen there, and connect to nothing. Its own choice: sal/osl/unx/pipe.cxx.
SOCKETS = ("/tmp", "/var/tmp")  # noqa: S108  # nosec B108
_LISTENING = ["bind", "listen"]


def readable_paths(kit: Path) -> tuple[str, ...]:
    """What may be read where LibreOffice's library is `kit`."""
    return (
        *_READABLE,
        str(kit.parent.parent),
        "/etc/libreoffice",
        "/usr/share/libreoffice",
        "/var/lib/libreoffice",
        "/var/spool/libreoffice",
    )


def office_rules(pid: int) -> Mapping[str, Rule]:
    """As `call_rules`, for the process `pid` in which LibreOffice runs."""
    return {
        **call_rules(pid),
        **dict.fromkeys((*_OF_FILES, *_OF_ITSELF), Verdict.ALLOW),
        # Landlock says which files; code may be loaded.
        **dict.fromkeys(("open", "openat", "mmap", "mprotect"), Verdict.ALLOW),
        # The name of a thread, nothing of what the jail has set.
        "prctl": ArgumentRule(0, Verdict.REFUSE, if_equal=((_PR_SET_NAME, Verdict.ALLOW),)),
        "clone": ArgumentRule(
            0, Verdict.REFUSE, if_any=((NEW_NAMESPACE, Verdict.KILL), (THREAD, Verdict.ALLOW))
        ),
        **dict.fromkeys(_LISTENING, Verdict.ALLOW),
        "socket": ArgumentRule(0, Verdict.REFUSE, if_equal=((socket.AF_UNIX, Verdict.ALLOW),)),
        **dict.fromkeys(_TRIED, Verdict.REFUSE),
    }
