"""A reader's engine: loaded behind the reader's back, and looked for again where it is absent."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from documents.errors import EngineUnavailable
from documents.models.worker import EngineState
from ocr_worker.engines import Engine
from ocr_worker.engines.select_engine import LoadedEngine

log = structlog.get_logger(__name__)

#: Seconds after which an engine that was absent is looked for again: somebody may have installed
#: what it lacks.
AGAIN_SECONDS = 60.0


class EngineLoading:
    """`engine` is there when `state` is READY. `detail`: one sentence, why it is not, or is not the
    one that could be expected; while it is loading, why the time before failed. `deaths`: how many
    processes before this one died while they loaded it.

    `load` is told `deaths`, and returns the engine or raises EngineUnavailable. `broken` is called,
    in the loading thread, when the engine fails in a way that nobody foresaw.
    """

    def __init__(
        self,
        load: Callable[[int], LoadedEngine],
        *,
        stopping: threading.Event,
        broken: Callable[[], None],
    ) -> None:
        self.engine: Engine | None = None
        self.state = EngineState.LOADING
        self.detail = ""
        self.deaths = 0
        self._load = load
        self._stopping, self._broken = stopping, broken

    def start(self) -> None:
        # Loading may take minutes: meanwhile the process reports that it lives.
        threading.Thread(target=self._run, name="engine-loader", daemon=True).start()

    def _run(self) -> None:
        try:
            self._try()
        except Exception as error:
            log.exception("engine_did_not_load")
            self.detail = _did_not_load(error)
            self._broken()
            return
        while self.engine is None and not self._stopping.wait(AGAIN_SECONDS):
            try:
                self._try()
            except Exception as error:
                # The reader goes on: it may be at a page that has its text layer.
                log.exception("engine_did_not_load")
                self.detail = _did_not_load(error)

    def _try(self) -> None:
        try:
            chosen = self._load(self.deaths)
        except EngineUnavailable as error:
            # Text layers can be read all the same; a page that needs OCR says why it can't be.
            if self.state != EngineState.ABSENT or self.detail != error.detail:
                log.error("no_engine", reason=error.detail, looked_for_again_after=AGAIN_SECONDS)
            self.detail, self.state = error.detail, EngineState.ABSENT
        else:
            self.deaths = 0
            self.engine, self.detail, self.state = chosen.engine, chosen.warning, EngineState.READY
            log.info("engine_ready", engine=self.engine.name, version=self.engine.version)


def _did_not_load(error: Exception) -> str:
    return f"The OCR engine did not load: {type(error).__name__}: {error}"
