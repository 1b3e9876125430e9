"""The GPU: is there one, and how much of its memory is free?"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20

#: Paddle's name of the GPU that a worker uses: the first that its process sees.
DEVICE = "gpu:0"

#: Memory that must be free for one process: 2 GB of weights (0.96 G parameters in bfloat16), and
#: room for the attention over one block of a million pixels, the layout model and the libraries'
#: kernels. Computed from these sizes, not measured on a GPU.
NEEDED_BYTES = 6 * 1024 * MIB

_DEVICES = ("/dev/nvidiactl", "/dev/dxg")


@dataclass(frozen=True)
class GpuMemory:
    """Memory of the first GPU that this process sees, bytes."""

    free: int
    total: int


def is_present() -> bool:
    """Whether this machine seems to have a GPU; checks device files only."""
    return any(Path(device).exists() for device in _DEVICES)


def query_memory() -> GpuMemory | None:
    """Ask nvidia-smi for the memory of the first GPU; None where it is missing or gives no figures.

    It comes with the driver, and container platforms mount it together with the driver.
    """
    try:
        answer = subprocess.run(  # nosec B603 B607 # fixed words; the PATH is the site's own
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
