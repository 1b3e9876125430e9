"""Rights that the child gives up: those it could gain, those it has, and its user.

prctl(2), capabilities(7), setresuid(2).
"""

from __future__ import annotations

import ctypes
import os
import resource

from . import system

_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38

_CAPABILITY_VERSION_3 = 0x20080522
_CAP_KILL = 5

#: User ids that neither Debian nor systemd gives to anybody (systemd's "Users, Groups, UIDs and
#: GIDs"). A child takes one of them by its process id, so that no two children share one.
_FIRST_UID, _UIDS = 60_578, 128

#: Processes and threads that the child's own user may have. Decoding HEIC takes a second thread.
_THREADS = 16


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def forbid_new_privileges() -> None:
    """Raises OSError. Landlock and seccomp ask for it."""
    system.prctl(_PR_SET_NO_NEW_PRIVS, 1)


def forbid_inspection() -> None:
    """Keep processes of the same user out of this one's memory and environment. Raises OSError."""
    system.prctl(_PR_SET_DUMPABLE, 0)


def become_another_user(own: str | None = None) -> None:
    """Take a user id that owns nothing but the directory `own`, without groups. Raises OSError
    where root may not.

    The kernel forgets PR_SET_PDEATHSIG then: the caller asks for it again.
    """
    if not _has_capability(_CAP_KILL):
        # The parent has what this process has, and must be able to end it.
        raise OSError("root may not end other users' processes here (CAP_KILL)")
    uid = _FIRST_UID + os.getpid() % _UIDS
    if own is not None:
        os.chown(own, uid, uid)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    _, most = resource.getrlimit(resource.RLIMIT_NPROC)
    allowed = _THREADS if most == resource.RLIM_INFINITY else min(most, _THREADS)
    resource.setrlimit(resource.RLIMIT_NPROC, (allowed, allowed))


def _has_capability(number: int) -> bool:
    with open("/proc/self/status", encoding="ascii") as status:
        effective = next(line.split()[1] for line in status if line.startswith("CapEff:"))
    return bool(int(effective, 16) >> number & 1)


def drop_capabilities() -> None:
    """Give up every capability. Raises OSError."""
    header = _CapabilityHeader(_CAPABILITY_VERSION_3, 0)
    system.capset(header, (ctypes.c_uint32 * 6)())
