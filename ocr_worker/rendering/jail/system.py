"""System calls for which Python's library has no function. Linux only.

Each raises OSError with the kernel's reason.
"""

from __future__ import annotations

import ctypes
import os
import sys

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def prctl(option: int, *arguments: int) -> int:
    """prctl(2); options and their arguments stand where they are used."""
    words = [*arguments, 0, 0, 0, 0][:4]
    return _checked("prctl", ctypes.c_int(option), *(ctypes.c_ulong(word) for word in words))


def unshare(flags: int) -> None:
    """unshare(2)"""
    _checked("unshare", ctypes.c_int(flags))


def capset(header: ctypes.Structure, data: ctypes.Array[ctypes.c_uint32]) -> None:
    """capset(2)"""
    _checked("capset", ctypes.byref(header), ctypes.byref(data))


def syscall(number: int, *arguments: object) -> int:
    """syscall(2); numbers become C longs, anything else is passed as it is."""
    words = (ctypes.c_long(word) if isinstance(word, int) else word for word in arguments)
    return _checked("syscall", ctypes.c_long(number), *words)


def _checked(function: str, *arguments: object) -> int:
    if _libc is None:
        raise OSError("only Linux has it")
    result = int(getattr(_libc, function)(*arguments))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
