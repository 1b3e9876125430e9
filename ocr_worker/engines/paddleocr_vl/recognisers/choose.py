"""Which recogniser is used: "native", the library's own model, a block at a time; "batched", which
takes blocks of many pages together; "auto", the latter where it starts."""

from __future__ import annotations

from pathlib import Path

import structlog

from documents.errors import EngineUnavailable

from .batched import BatchedRecogniser
from .environment import require_python

log = structlog.get_logger(__name__)


def start_recogniser(choice: str, model: Path, device: str) -> BatchedRecogniser | None:
    """The batched recogniser, loaded; None where the library's own model is to recognise.

    `choice`: "native", "batched" or "auto". `model`: the language model's directory. `device`: as
    Paddle names it ("gpu:0", "cpu"). Raises EngineUnavailable where "batched" does not start.
    """
    if choice == "native":
        return None
    try:
        recogniser = BatchedRecogniser(require_python(), model, device.replace("gpu", "cuda"))
        recogniser.start()
        return recogniser
    except EngineUnavailable as error:
        if choice == "batched":
            raise
        log.warning("recogniser_fallback", recogniser="native", reason=error.detail)
        return None
