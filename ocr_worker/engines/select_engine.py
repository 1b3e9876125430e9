"""Select the engine of a process: the one asked for, or the best that this machine can run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from documents.engines.names import AUTO, OCR_ENGINES, PLUG_INS, EngineName
from documents.errors import EngineUnavailable
from documents.messages import Message, PluralMessage
from ocr_worker.engines import paddleocr_vl
from ocr_worker.engines.paddleocr_vl import PaddleOCRVLEngine
from ocr_worker.engines.paddleocr_vl.gpu import DEVICE

from .base import Engine, report_of
from .plug_ins import create_plug_in
from .second_reader import WithSecondReader
from .tesseract import TesseractEngine

log = structlog.get_logger(__name__)

#: Values of OCRSITE_ENGINE.
ENGINE_CHOICES = (AUTO, *OCR_ENGINES)

#: Processes that died while loading PaddleOCR-VL before `auto` falls back to Tesseract.
MOST_DEATHS = 2


#: Why `auto` must not take a version of an engine: the argument is the engine, which is loaded.
FindObjection = Callable[[Engine], "Message | None"]


@dataclass(frozen=True)
class LoadedEngine:
    """A loaded engine. `warning`: why it is not the expected one, or not at its best; None where it
    is."""

    engine: Engine
    warning: Message | None = None


def create_engine(
    choice: str, languages: str, *, device: str = DEVICE, second_reader: bool = True
) -> Engine:
    """Create the engine `choice` (one of ENGINE_CHOICES except "auto"), not loaded yet.

    `languages`: Tesseract's codes joined by "+", the most likely first ("rus+eng"). `device`: where
    PaddleOCR-VL runs ("gpu:0", "cpu"). `second_reader`: whether Tesseract, where it can be loaded,
    checks what PaddleOCR-VL reads. Raises ValueError for an unknown choice.
    """
    if choice == EngineName.TESSERACT:
        return TesseractEngine(languages)
    if choice == EngineName.PADDLEOCR_VL:
        first = PaddleOCRVLEngine(device)
        second = _load_second_reader(languages) if second_reader else None
        return first if second is None else WithSecondReader(first, second)
    if choice in PLUG_INS.engines:
        return create_plug_in(choice, languages)
    raise ValueError(f"unknown engine {choice!r}: choose one of {', '.join(ENGINE_CHOICES[1:])}")


def load_engine(
    choice: str,
    languages: str,
    *,
    device: str = DEVICE,
    second_reader: bool = True,
    deaths: int = 0,
    find_objection: FindObjection = lambda engine: None,
) -> LoadedEngine:
    """Create and load the engine `choice` (one of ENGINE_CHOICES); PaddleOCR-VL takes minutes.

    "auto" is PaddleOCR-VL where the package, its models and a GPU are present, else Tesseract.
    `deaths`: how many earlier processes died while loading it. `find_objection`: asked about
    PaddleOCR-VL once its version is known; where it objects, Tesseract is taken. Raises
    EngineUnavailable, which says what to do.
    """
    if choice != AUTO:
        engine = create_engine(choice, languages, device=device, second_reader=second_reader)
        engine.load()
        return LoadedEngine(engine, report_of(engine).remark)
    warning: Message | None = None
    if paddleocr_vl.is_installed():
        obstacle = paddleocr_vl.find_obstacle(device)
        if obstacle is None and deaths >= MOST_DEATHS:
            obstacle = PluralMessage(
                "The process ended {count} time while it loaded the engine.",
                "The process ended {count} times while it loaded the engine.",
                count=deaths,
            )
        if obstacle is None:
            try:
                loaded = load_engine(
                    EngineName.PADDLEOCR_VL, languages, device=device, second_reader=second_reader
                )
                obstacle = find_objection(loaded.engine)
                if obstacle is None:
                    return loaded
                loaded.engine.close()
            except EngineUnavailable as error:
                obstacle = error.message
        warning = Message(
            "PaddleOCR-VL is not used, Tesseract reads in its place. {reason}", reason=obstacle
        )
        log.warning("engine_fallback", reason=obstacle)
    return LoadedEngine(load_engine(EngineName.TESSERACT, languages).engine, warning)


def _load_second_reader(languages: str) -> TesseractEngine | None:
    """Load Tesseract; None where it is unavailable: PaddleOCR-VL reads without it."""
    engine = TesseractEngine(languages)
    try:
        engine.load()
    except EngineUnavailable as error:
        log.warning("second_reader_unavailable", code=error.code, reason=error.detail)
        return None
    return engine
