"""The names of engines as people know them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.engines.names import OCR_ENGINES, EngineName
from documents.models import WorkerProcess

#: By the names in the database and the API.
_NAMES: dict[str, str | Promise] = {
    EngineName.TEXT_LAYER: _("text layer"),
    EngineName.TESSERACT: "Tesseract",
    EngineName.PADDLEOCR_VL: "PaddleOCR-VL",
}


def engine_name(engine: str) -> str:
    """In the active language; an unknown engine keeps its name."""
    return str(_NAMES.get(engine, engine))


def engines_to_choose() -> list[tuple[str, str]]:
    """`(engine, its name)` of the engines that OCR workers have now; others would read nothing."""
    alive = set(WorkerProcess.alive().values_list("engine", flat=True))
    return [(engine, engine_name(engine)) for engine in OCR_ENGINES if engine in alive]
