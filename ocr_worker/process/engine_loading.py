"""Load an engine in a background thread, and retry where it is unavailable."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable

import structlog

from documents.errors import EngineUnavailable
from documents.messages import Message
from documents.models.worker import EngineState
from ocr_worker.engines import Engine
from ocr_worker.engines.select_engine import LoadedEngine

log = structlog.get_logger(__name__)

#: Seconds after which loading an unavailable engine is retried: what it lacks may have been
#: installed meanwhile.
RETRY_SECONDS = 60.0


class EngineLoading:
    """An engine on its way: `engine` is set when `state` is READY.

    `detail`: one sentence, why the engine is not ready or not the preferred one; while it loads,
    why the last attempt failed. `deaths`: how many earlier processes died while loading it.

    `load` gets `deaths`, and returns the engine or raises EngineUnavailable. `on_failure` is called
    in the loading thread where the first attempt raises any other exception.
    """

    def __init__(
        self,
        load: Callable[[int], LoadedEngine],
        *,
        stopping: threading.Event,
        on_failure: Callable[[], None],
    ) -> None:
        self.engine: Engine | None = None
        self.state = EngineState.LOADING
        self.detail: Message | None = None
        self.deaths = 0
        self._load = load
        self._stopping, self._on_failure = stopping, on_failure

    def start(self) -> None:
        # Loading may take minutes: meanwhile the main thread sends heartbeats.
        threading.Thread(target=self._run, name="engine-loader", daemon=True).start()

    def _run(self) -> None:
        try:
            self._load_once()
        except Exception as error:
            log.exception("engine_load_failed")
            self.detail = _describe_failure(error)
            self._on_failure()
            return
        while self.engine is None and not self._stopping.wait(RETRY_SECONDS):
            try:
                self._load_once()
            except Exception as error:
                # The worker goes on: it may be reading a page from its text layer.
                log.exception("engine_load_failed")
                self.detail = _describe_failure(error)

    def _load_once(self) -> None:
        try:
            loaded = self._load(self.deaths)
        except EngineUnavailable as error:
            # Text layers can still be read; a page that needs OCR fails with this reason.
            if self.state != EngineState.ABSENT or self.detail != error.message:
                log.error(
                    "engine_unavailable",
                    code=error.code,
                    reason=error.detail,
                    retry_seconds=RETRY_SECONDS,
                )
            self.detail, self.state = error.message, EngineState.ABSENT
        else:
            self.deaths = 0
            self.engine, self.detail, self.state = loaded.engine, loaded.warning, EngineState.READY
            # What is loaded stays: looking through it for garbage takes 1 to 2% of a page's time.
            gc.freeze()
            log.info("engine_ready", engine=self.engine.name, version=self.engine.version)


def _describe_failure(error: Exception) -> Message:
    return Message(
        "The OCR engine did not load: {problem}", problem=f"{type(error).__name__}: {error}"
    )
