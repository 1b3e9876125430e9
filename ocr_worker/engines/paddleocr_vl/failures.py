"""What the library raises, as the engine's own failures."""

from __future__ import annotations

from documents.errors import EngineFailed
from documents.messages import Message

from .recognisers import RecogniserOutOfMemory


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out: Paddle reports it by message, in several types of error."""
    text = str(error).lower()
    return isinstance(error, (MemoryError, RecogniserOutOfMemory)) or any(
        word in text for word in ("out of memory", "resourceexhausted", "cudnn_status_alloc_failed")
    )


def to_engine_failed(error: Exception) -> EngineFailed:
    return EngineFailed(
        Message(
            "PaddleOCR-VL failed on this page: {problem}",
            problem=f"{type(error).__name__}: {error}"[:1000],
        )
    )
