"""The GPU: is there one, how much of its memory is free."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20

#: The GPU that a reader uses, as Paddle names it: the first that its process sees.
DEVICE = "gpu:0"

#: What must be free for one process: 2 GB of weights (0.96 G parameters in bfloat16), and what the
#: attention over one block of a million pixels, the layout model and the libraries' own kernels
#: take besides. From the sizes, not measured: no machine with a GPU was at hand.
NEEDED_BYTES = 6 * 1024 * MIB

_DEVICES = ("/dev/nvidiactl", "/dev/dxg")


@dataclass(frozen=True)
class GpuMemory:
    """Bytes of the first GPU that this process sees."""

    free: int
    total: int


def is_present() -> bool:
    """Whether this machine seems to have a GPU for us; costs nothing."""
    return any(Path(device).exists() for device in _DEVICES)


def query_memory() -> GpuMemory | None:
    """Of the first GPU; None where nobody says (nvidia-smi comes with the driver, and platforms
    put it into containers together with it)."""
    try:
        answer = subprocess.run(
            ["nvidia-smi", "--query-gpu=memory.free,memory.total", "--format=csv,noheader,nounits"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=10,
            check=True,
        ).stdout
        free, total = (int(value) for value in answer.decode().splitlines()[0].split(","))
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
    return GpuMemory(free * MIB, total * MIB)
