"""A network namespace of one's own: no interface in it is up, not even the loopback one.

unshare(2), network_namespaces(7). Unix sockets that have a path in the file system are none of its
business: those are for `landlock` and `seccomp`.
"""

from __future__ import annotations

from . import system

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


def enter_empty_network() -> None:
    """As an administrator of the system may. Raises OSError where this process is none."""
    system.unshare(_CLONE_NEWNET)


def enter_empty_network_as_anybody() -> None:
    """In a user namespace, as anybody may where the system and the container allow it.

    This process then has every capability over that namespace alone: drop them. Raises OSError.
    """
    system.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
