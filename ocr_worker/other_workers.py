"""The other OCR workers of the archive: can they read what this one can't?"""

from __future__ import annotations

from django.db.models import Q

from documents.models import WorkerKind, WorkerProcess
from documents.models.worker import EngineState


def another_worker_has_engine(owner: str, *, wanted: str = "") -> bool:
    """Whether a live OCR worker other than `owner` has an engine or is loading one.

    `wanted`: the name of the engine it must have; "": any.
    """
    ready = Q(engine_state=EngineState.READY)
    if wanted:
        ready &= Q(engine=wanted)
    workers = WorkerProcess.alive().filter(kind=WorkerKind.OCR).exclude(id=owner)
    return workers.filter(ready | Q(engine_state=EngineState.LOADING)).exists()
