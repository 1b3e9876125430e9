"""Of all files, only some and those below some directories, to be read (landlock(7), Linux 5.13).

What the kernel can restrict beyond files is restricted, too: TCP (6.7), abstract Unix sockets and
signals to processes outside (6.12).
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterable

from . import system

# System call numbers are the same on every architecture from 424 on.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1

_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_MAKE_SOCKET = 1 << 9
#: Write, read and list; remove and make directories and regular files; move and truncate. Nothing
#: to run, no device, no socket, no link.
_OWN = sum(1 << right for right in (1, 2, 3, 4, 5, 7, 8, 13, 14))

#: How many rights over files the kernel's ABI version knows, the lowest bits of the mask.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_ALL_FILE_RIGHTS = 16
_BIND_AND_CONNECT_TCP = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


def restrict_files(
    readable: Iterable[str], own: str | None = None, sockets: Iterable[str] = ()
) -> None:
    """Let this process open nothing but `readable`, to read it: files, and directories with what is
    below them; and what lies below its `own` directory, to change it. In the directories `sockets`
    it may make Unix sockets, and nothing else.

    What is not there is left out. Raises OSError where the kernel has no Landlock, or
    the container's runtime keeps it away. Needs no_new_privs. Applies to the calling thread and to
    what it starts: call it before any other thread is started.
    """
    abi = system.syscall(_CREATE_RULESET, None, 0, _CREATE_RULESET_VERSION)
    # struct landlock_ruleset_attr: files, network, scopes. An older kernel knows a shorter one, and
    # takes what it does not know where that is zero.
    handled = (1 << _FILE_RIGHTS.get(abi, _ALL_FILE_RIGHTS)) - 1
    ruleset = struct.pack(
        "=QQQ",
        handled,
        _BIND_AND_CONNECT_TCP if abi >= 4 else 0,
        _ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 else 0,
    )
    rules = system.syscall(_CREATE_RULESET, ruleset, len(ruleset), 0)
    try:
        for path in readable:
            _allow(rules, path, _READ_FILE, _READ_DIR)
        if own is not None:
            _allow(rules, own, 0, _OWN & handled)
        for path in sockets:
            _allow(rules, path, 0, _MAKE_SOCKET)
        system.syscall(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: str, rights: int, of_directories: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return
    try:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights |= of_directories
        rule = struct.pack("=Qi", rights, descriptor)  # struct landlock_path_beneath_attr
        system.syscall(_ADD_RULE, rules, _RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
