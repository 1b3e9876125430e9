"""A list of system calls, all others denied: the rules compiled to a seccomp filter (BPF).

seccomp(2), linux/filter.h, linux/seccomp.h. x86_64 and aarch64, both little-endian.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Mapping

from . import system
from .call_numbers import ARCHITECTURES, Architecture
from .call_rules import Rule, Verdict

# BPF instructions: load a word of `struct seccomp_data`, jump, return.
_LOAD = 0x20
_JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT = 0x15, 0x35, 0x45
_RETURN = 0x06

# Offsets in `struct seccomp_data`.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

_ACTIONS = {
    Verdict.ALLOW: 0x7FFF0000,
    Verdict.REFUSE: 0x00050000 | errno.EPERM,
    Verdict.ABSENT: 0x00050000 | errno.ENOSYS,
    Verdict.KILL: 0x80000000,  # the process, not the thread alone
}

_SET_MODE_FILTER = 1
#: All threads of the process; and no slow-down of speculation, which Linux before 5.16 adds to
#: every filter: this process holds nobody's secrets.
_SYNCHRONISE, _ALLOW_SPECULATION = 1 << 0, 1 << 2


def deny_calls_by_default(rules: Mapping[str, Rule]) -> None:
    """Install `rules` for every thread of this process, for good. Needs no_new_privs.

    Raises OSError where the kernel or the container's runtime refuses, or where the rules do not
    know the processor.
    """
    machine = os.uname().machine
    architecture = ARCHITECTURES.get(machine)
    if architecture is None:
        raise OSError(f"the list of system calls is not known for {machine}")
    program = compile_filter(rules, architecture)
    instructions = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: how many instructions, padding, where they are.
    header = struct.pack("=H6xQ", len(program) // 8, ctypes.addressof(instructions))
    try:
        _install(architecture, _SYNCHRONISE | _ALLOW_SPECULATION, header)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        _install(architecture, _SYNCHRONISE, header)  # a kernel that knows no more


def _install(architecture: Architecture, flags: int, header: bytes) -> None:
    thread = system.syscall(architecture.seccomp, _SET_MODE_FILTER, flags, header)
    if thread:
        raise OSError(errno.EBUSY, f"thread {thread} can't be confined")


def compile_filter(rules: Mapping[str, Rule], architecture: Architecture) -> bytes:
    """The filter as `struct sock_filter`s, 8 bytes each."""
    program = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_JUMP_EQUAL, architecture.audit, jump=1),
        _answer(Verdict.KILL),
        _instruction(_LOAD, _NUMBER),
    ]
    if architecture.foreign_from is not None:
        program += [
            _instruction(_JUMP_AT_LEAST, architecture.foreign_from, otherwise=1),
            _answer(Verdict.KILL),
        ]
    for call, rule in rules.items():
        number = architecture.number(call)
        if number is None:
            continue
        block = _block(rule)
        program += [_instruction(_JUMP_EQUAL, number, otherwise=len(block)), *block]
    program.append(_answer(Verdict.REFUSE))
    return b"".join(program)


def _block(rule: Rule) -> list[bytes]:
    if isinstance(rule, Verdict):
        return [_answer(rule)]
    return [
        _instruction(_LOAD, _ARGUMENTS + 8 * rule.argument),
        *_tests(_JUMP_ANY_BIT, rule.if_any),
        *_tests(_JUMP_EQUAL, rule.if_equal),
        _answer(rule.otherwise),
    ]


def _tests(jump: int, tests: tuple[tuple[int, Verdict], ...]) -> list[bytes]:
    return [
        instruction
        for value, verdict in tests
        for instruction in (_instruction(jump, value, otherwise=1), _answer(verdict))
    ]


def _answer(verdict: Verdict) -> bytes:
    return _instruction(_RETURN, _ACTIONS[verdict])


def _instruction(code: int, value: int, *, jump: int = 0, otherwise: int = 0) -> bytes:
    """`jump`, `otherwise`: instructions to skip where a test holds, or does not."""
    return struct.pack("=HBBI", code, jump, otherwise, value)
