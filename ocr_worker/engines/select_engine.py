"""Which engine a process has: the one that was asked for, or the best that this machine can run."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from documents.engine_name import OCR_ENGINES, EngineName
from documents.errors import EngineUnavailable
from documents.messages import Message, PluralMessage
from ocr_worker.engines import paddleocr_vl
from ocr_worker.engines.paddleocr_vl import PaddleOCRVLEngine
from ocr_worker.engines.paddleocr_vl.gpu import DEVICE

from .base import Engine
from .second_reader import WithSecondReader
from .tesseract import TesseractEngine

log = structlog.get_logger(__name__)

#: What OCRSITE_ENGINE may be.
ENGINE_CHOICES = ("auto", *OCR_ENGINES)

#: How often a process may have died while it loaded PaddleOCR-VL before `auto` gives it up.
MOST_DEATHS = 2


@dataclass(frozen=True)
class LoadedEngine:
    """A loaded engine. `warning`: why it is not the expected one; None where it is."""

    engine: Engine
    warning: Message | None = None


def create_engine(
    choice: str, languages: str, *, device: str = DEVICE, second_reader: bool = True
) -> Engine:
    """The engine for `choice` (one of ENGINE_CHOICES but "auto"), not loaded yet.

    `languages`: Tesseract's codes joined by "+", the most likely first ("rus+eng"). `device`: where
    PaddleOCR-VL runs. `second_reader`: whether Tesseract, where it can be loaded, checks what
    PaddleOCR-VL reads. Raises ValueError for no choice.
    """
    if choice == EngineName.TESSERACT:
        return TesseractEngine(languages)
    if choice == EngineName.PADDLEOCR_VL:
        first = PaddleOCRVLEngine(device)
        second = _second_reader(languages) if second_reader else None
        return first if second is None else WithSecondReader(first, second)
    raise ValueError(f"unknown engine {choice!r}: choose one of {', '.join(ENGINE_CHOICES[1:])}")


def load_engine(
    choice: str,
    languages: str,
    *,
    device: str = DEVICE,
    second_reader: bool = True,
    deaths: int = 0,
) -> LoadedEngine:
    """The engine for `choice` (one of ENGINE_CHOICES), loaded: minutes, for PaddleOCR-VL.

    "auto" is PaddleOCR-VL where it is installed with its models beside a GPU, else Tesseract.
    `deaths`: how many processes before this one died while they loaded it. Raises
    EngineUnavailable, saying what to do.
    """
    if choice != "auto":
        engine = create_engine(choice, languages, device=device, second_reader=second_reader)
        engine.load()
        return LoadedEngine(engine)
    warning: Message | None = None
    if paddleocr_vl.is_installed():
        why_not = paddleocr_vl.find_obstacle(device)
        if why_not is None and deaths >= MOST_DEATHS:
            why_not = PluralMessage(
                "The process ended {count} time while it loaded the engine.",
                "The process ended {count} times while it loaded the engine.",
                count=deaths,
            )
        if why_not is None:
            try:
                return load_engine(
                    EngineName.PADDLEOCR_VL, languages, device=device, second_reader=second_reader
                )
            except EngineUnavailable as error:
                why_not = error.message
        warning = Message(
            "PaddleOCR-VL is not used, Tesseract reads in its place. {reason}", reason=why_not
        )
        log.warning("tesseract_in_place_of_paddleocr_vl", reason=why_not)
    return LoadedEngine(load_engine(EngineName.TESSERACT, languages).engine, warning)


def _second_reader(languages: str) -> TesseractEngine | None:
    """Tesseract, loaded; None where it can't be: PaddleOCR-VL reads without it."""
    engine = TesseractEngine(languages)
    try:
        engine.load()
    except EngineUnavailable as error:
        log.warning("no_second_reader", reason=error.detail)
        return None
    return engine
