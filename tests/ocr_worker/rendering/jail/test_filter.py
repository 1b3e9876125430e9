"""The filter of system calls: right numbers, and what each rule means to the kernel."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from ocr_worker.conversion.office_jail import office_rules
from ocr_worker.rendering.jail.call_numbers import ARCHITECTURES, CALLS
from ocr_worker.rendering.jail.call_rules import call_rules
from ocr_worker.rendering.jail.seccomp import compile_filter

PID = 4711
ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
WRITE_ONLY, THREAD, NEW_USER, EXECUTABLE = 1, 0x10000, 0x10000000, 4

#: Kernel headers with the numbers of an architecture, where they are installed.
HEADERS = (
    (0, Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")),
    (1, Path("/usr/include/asm-generic/unistd.h")),
)


@pytest.mark.parametrize(("column", "header"), HEADERS, ids=["x86_64", "aarch64"])
def test_the_numbers_are_those_of_the_kernel(column: int, header: Path) -> None:
    if not header.exists():
        pytest.skip("the kernel's headers are not installed")
    text = header.read_text()
    known = {
        name: int(number)
        for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)
    }
    known.setdefault("newfstatat", known.get("fstatat", -1))  # the generic name
    ours = {name: numbers[column] for name, numbers in CALLS.items()}

    # An older header does not know the newest calls.
    assert {name: number for name, number in ours.items() if name in known} == {
        name: known.get(name) for name in ours if name in known
    }


def verdict(machine: str, call: str, *arguments: int, architecture: int | None = None) -> int:
    """What the kernel answers to the call: the filter, run here."""
    known = ARCHITECTURES[machine]
    number = known.number(call)
    assert number is not None
    words = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("=iIQ6Q", number, architecture or known.audit, 0, *words)
    return run(compile_filter(call_rules(PID), known), data)


def run(program: bytes, data: bytes) -> int:
    """A machine for the instructions of BPF that filters of system calls are made of."""
    instructions = list(struct.iter_unpack("=HBBI", program))
    at, accumulator = 0, 0
    while True:
        code, jump, otherwise, value = instructions[at]
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif code == 0x06:
            return int(value)
        else:
            holds = {
                0x15: accumulator == value,
                0x35: accumulator >= value,
                0x45: accumulator & value != 0,
            }[code]
            at += jump if holds else otherwise


@pytest.mark.parametrize("machine", ARCHITECTURES)
@pytest.mark.parametrize(
    ("call", "arguments", "answer"),
    [
        ("read", (), ALLOW),
        ("openat", (0, 0, 0), ALLOW),
        ("openat", (0, 0, WRITE_ONLY), EPERM),
        ("mmap", (0, 4096, 3), ALLOW),
        ("mmap", (0, 4096, 3 | EXECUTABLE), EPERM),
        ("mprotect", (0, 4096, EXECUTABLE), EPERM),
        ("clone", (THREAD,), ALLOW),
        ("clone", (17,), KILL),  # SIGCHLD: a process
        ("clone", (THREAD | NEW_USER,), KILL),
        ("clone3", (), ENOSYS),
        ("tgkill", (PID, PID, 6), ALLOW),
        ("tgkill", (1, 1, 9), EPERM),
        ("prlimit64", (0, 0), ALLOW),
        ("prlimit64", (1, 0), EPERM),
        ("socket", (), KILL),
        ("execve", (), KILL),
        ("ptrace", (), KILL),
    ],
)
def test_a_call_is_answered_by_its_rule(
    machine: str, call: str, arguments: tuple[int, ...], answer: int
) -> None:
    assert verdict(machine, call, *arguments) == answer


def test_a_call_in_another_processors_language_ends_the_process() -> None:
    i386 = 0x40000003
    assert verdict("x86_64", "read", architecture=i386) == KILL


def test_what_no_rule_names_is_refused() -> None:
    known = ARCHITECTURES["x86_64"]
    data = struct.pack("=iIQ6Q", 9999, known.audit, 0, *[0] * 6)
    assert run(compile_filter({}, known), data) == EPERM
    x32 = struct.pack("=IIQ6Q", 0x40000000, known.audit, 0, *[0] * 6)
    assert run(compile_filter(call_rules(PID), known), x32) == KILL


def test_every_rule_has_a_number_somewhere() -> None:
    assert set(office_rules(PID)) == set(CALLS)
