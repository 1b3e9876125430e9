"""What PaddleOCR-VL requires of a machine, and why it can't run there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from documents.errors import EngineUnavailable
from documents.messages import Message

from . import gpu, library, models

GIB = 2**30

NO_GPU = Message(
    "There is no GPU for PaddleOCR-VL on this machine. Run it where there is one and give the "
    "container access to it."
)


def find_obstacle(device: str = gpu.DEVICE, homes: Sequence[Path] | None = None) -> Message | None:
    """Why PaddleOCR-VL can't run on this machine, as a sentence; None where it seems possible.

    `homes`: where its models may lie; None: as the settings say. Checks only what can be checked
    without importing the library.
    """
    if not library.is_installed():
        return Message("PaddleOCR is not installed.")
    try:
        models.find_models(
            settings.OCRSITE_PADDLE_MODEL_DIRS if homes is None else homes,
            library.known_versions(),
        )
    except EngineUnavailable as error:
        return error.message
    if device != "cpu" and not gpu.is_present():
        return NO_GPU
    return None


def require_gpu() -> None:
    """Raises EngineUnavailable where there is no GPU, or too little of its memory is free."""
    if not gpu.is_present():
        raise EngineUnavailable(NO_GPU)
    memory = gpu.query_memory()
    if memory is not None and memory.free < gpu.NEEDED_BYTES:
        raise EngineUnavailable(
            describe_memory_shortage(
                Message(
                    "{free} of {total} GiB are free, and {needed} are needed",
                    free=f"{memory.free / GIB:.1f}",
                    total=f"{memory.total / GIB:.1f}",
                    needed=f"{gpu.NEEDED_BYTES / GIB:.0f}",
                )
            )
        )


def require_cuda(paddle: Any) -> None:
    """Raises EngineUnavailable where the imported `paddle` can't use the GPU."""
    if not paddle.is_compiled_with_cuda():
        raise EngineUnavailable(
            Message(
                "The installed paddlepaddle knows no GPU. Install paddlepaddle-gpu in its place."
            )
        )
    if paddle.device.cuda.device_count() == 0:
        raise EngineUnavailable(
            Message(
                "Paddle sees no GPU. Give the container access to it, and a driver for its CUDA."
            )
        )


def describe_memory_shortage(reason: Message) -> Message:
    return Message(
        "The GPU has too little free memory for PaddleOCR-VL: {reason}. Stop what else uses it, "
        "or set OCRSITE_WORKERS to fewer workers.",
        reason=reason,
    )
