"""Which recogniser is used: "native", the library's own model, a block at a time; "batched", which
takes blocks of many pages together; "auto", the latter where it starts."""

from __future__ import annotations

from pathlib import Path

import structlog

from documents.errors import EngineUnavailable
from documents.messages import Message

from .batched import BatchedRecogniser
from .environment import require_python

log = structlog.get_logger(__name__)


def start_recogniser(
    choice: str, model: Path, device: str
) -> tuple[BatchedRecogniser | None, Message | None]:
    """The batched recogniser, loaded; or None where the library's own model is to recognise, and
    why that is, unless it was asked for.

    `choice`: "native", "batched" or "auto". `model`: the language model's directory. `device`: as
    Paddle names it ("gpu:0", "cpu"). Raises EngineUnavailable where "batched" does not start.
    """
    if choice == "native":
        return None, None
    try:
        recogniser = BatchedRecogniser(require_python(), model, device.replace("gpu", "cuda"))
        recogniser.start()
        return recogniser, None
    except EngineUnavailable as error:
        if choice == "batched":
            raise
        log.warning("recogniser_fallback", recogniser="native", reason=error.detail)
        return None, Message(
            "PaddleOCR-VL recognises one block at a time, which takes long. {reason}",
            reason=error.message,
        )
