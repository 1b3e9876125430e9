"""Which system calls the rendering child may still make, as a table.

What is not named is refused with EPERM. The list is what pdfium, Pillow, libheif, qpdf and Python
were seen to call over the samples and the hostile files once everything is imported, and what the C
library calls in their place on other systems.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Union

#: Flags of clone(2): a thread (CLONE_THREAD); new namespaces (CLONE_NEWTIME ... CLONE_NEWNET,
#: CLONE_NEWNS).
THREAD = 0x00010000
NEW_NAMESPACE = 0x7E020000 | 0x00000080
_PROT_EXEC = 0x4
_F_DUPFD_CLOEXEC = 1030
_O_TMPFILE = 0o20000000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | _O_TMPFILE


class Verdict(Enum):
    ALLOW = "allow"
    REFUSE = "refuse"  # EPERM
    ABSENT = "absent"  # ENOSYS: the C library then uses an older call
    KILL = "kill"  # SIGSYS


@dataclass(frozen=True)
class ArgumentRule:
    """What to do by one argument's lower 32 bits: `otherwise`, unless one of these applies first.

    `if_any`: some of these bits are set; `if_equal`: it is this number.
    """

    argument: int
    otherwise: Verdict
    if_any: tuple[tuple[int, Verdict], ...] = ()
    if_equal: tuple[tuple[int, Verdict], ...] = ()


Rule = Union[Verdict, ArgumentRule]  # noqa: UP007 - evaluated on Python 3.10 too


def _names(text: str) -> list[str]:
    return text.split()


_ALLOWED = _names(
    """
    read readv pread64 preadv preadv2 write writev lseek close dup recvmsg recvfrom
    fstat newfstatat stat lstat statx getdents64 access faccessat faccessat2 readlink readlinkat
    munmap mremap madvise brk futex rseq set_robust_list sched_yield sched_getaffinity
    rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack getpid gettid
    getrlimit setrlimit getrusage getrandom
    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time restart_syscall
    exit exit_group
"""
)

#: No library calls these while it draws a page: whoever does is not the library any more.
_KILLED = _names(
    """
    fork vfork execve execveat ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd
    socket socketpair connect bind listen accept accept4
    unshare setns mount umount2 pivot_root chroot open_by_handle_at
    bpf userfaultfd perf_event_open io_uring_setup io_uring_enter io_uring_register
    keyctl add_key request_key init_module finit_module kexec_load
"""
)


def call_rules(pid: int) -> Mapping[str, Rule]:
    """The rules for the process `pid`, by the call's name."""
    reading = ((_WRITING, Verdict.REFUSE),)
    no_code = ((_PROT_EXEC, Verdict.REFUSE),)
    return {
        **dict.fromkeys(_ALLOWED, Verdict.ALLOW),
        "openat": ArgumentRule(2, Verdict.ALLOW, if_any=reading),
        "open": ArgumentRule(1, Verdict.ALLOW, if_any=reading),
        # No memory becomes code any more: not even what an overflow wrote.
        "mmap": ArgumentRule(2, Verdict.ALLOW, if_any=no_code),
        "mprotect": ArgumentRule(2, Verdict.ALLOW, if_any=no_code),
        # A thread (libde265 decodes HEIC in one), never a process. The flags of clone3 lie in
        # memory, where a filter can't see them.
        "clone": ArgumentRule(
            0, Verdict.KILL, if_any=((NEW_NAMESPACE, Verdict.KILL), (THREAD, Verdict.ALLOW))
        ),
        "clone3": Verdict.ABSENT,
        # A descriptor once more (Python's memory map of a file), as `dup`; nothing else of it.
        "fcntl": ArgumentRule(1, Verdict.REFUSE, if_equal=((_F_DUPFD_CLOEXEC, Verdict.ALLOW),)),
        # A signal to itself only (abort), and limits of its own only.
        "tgkill": ArgumentRule(0, Verdict.REFUSE, if_equal=((pid, Verdict.ALLOW),)),
        "prlimit64": ArgumentRule(
            0, Verdict.REFUSE, if_equal=((0, Verdict.ALLOW), (pid, Verdict.ALLOW))
        ),
        **dict.fromkeys(_KILLED, Verdict.KILL),
    }
