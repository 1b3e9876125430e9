"""The other readers of the archive, as one without an engine sees them: they can read its pages."""

from __future__ import annotations

from django.db.models import Q

from documents.models import WorkerKind, WorkerProcess
from documents.models.worker import EngineState


def another_worker_has_engine(owner: str, *, wanted: str = "") -> bool:
    """Whether a living reader other than `owner` has an engine, or still loads one.

    `wanted`: the engine it must have; "" where any will do.
    """
    ready = Q(engine_state=EngineState.READY)
    if wanted:
        ready &= Q(engine=wanted)
    readers = WorkerProcess.alive().filter(kind=WorkerKind.OCR).exclude(id=owner)
    return readers.filter(ready | Q(engine_state=EngineState.LOADING)).exists()
