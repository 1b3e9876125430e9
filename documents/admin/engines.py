"""What reads the pages, as people call it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.actions.reprocess import ENGINES
from documents.models import WorkerProcess

#: By the names that the archive keeps and the API shows.
_NAMES: dict[str, str | Promise] = {
    "text-layer": _("text layer"),
    "tesseract": "Tesseract",
    "paddleocr-vl": "PaddleOCR-VL",
}


def engine_name(engine: str) -> str:
    """In the active language; an engine that is not known here keeps its name."""
    return str(_NAMES.get(engine, engine))


def engines_to_choose() -> list[tuple[str, str]]:
    """`(engine, its name)` of those that a reader has now: what others could be asked for, nobody
    would read."""
    alive = set(WorkerProcess.alive().values_list("engine", flat=True))
    return [(engine, engine_name(engine)) for engine in ENGINES if engine in alive]
