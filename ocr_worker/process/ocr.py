"""A reader process: one engine, one page at a time."""

from __future__ import annotations

import os
import uuid

import structlog
from django.conf import settings
from django.db import close_old_connections

from documents.actions.claim_page import claim_page
from documents.actions.fail_page import fail_page
from documents.actions.release_page import release_page
from documents.actions.take_back_lost_pages import take_back_lost_pages
from documents.errors import EngineUnavailable, LeaseLost, ReadingTimeout
from documents.models import Page
from documents.models.claim import ClaimOwner
from documents.models.worker import EngineState, WorkerKind, WorkerProcess
from documents.signals import announce, pages_waiting
from ocr_worker import actors, pipeline
from ocr_worker.current_work import CurrentWork
from ocr_worker.engines import Engine, load_engine
from ocr_worker.engines.base import RECOGNITION_SECONDS
from ocr_worker.engines.select_engine import LoadedEngine
from ocr_worker.other_workers import another_worker_has_engine
from ocr_worker.process.base import WorkerBase
from ocr_worker.process.engine_loading import EngineLoading
from ocr_worker.process.recycling import find_recycling_reason
from ocr_worker.rendering import Renderer
from ocr_worker.rendering.types import Limits

log = structlog.get_logger(__name__)

#: What a page may take by the clock besides its recognition, seconds: it has its text layer read,
#: is drawn, and drawn for people, each within its own limit.
_AROUND_RECOGNITION = 3 * Limits().wall_seconds + 30

#: How long a reader without an engine leaves wake-ups to those that have one.
STAND_BACK_SECONDS = 5.0


def page_seconds(engine: Engine | None) -> float:
    """A page that takes longer than all of its limits together hangs where no limit reaches."""
    return _AROUND_RECOGNITION + (engine.needs.seconds if engine else RECOGNITION_SECONDS)


class OcrProcess(WorkerBase):
    kind = WorkerKind.OCR
    queue = actors.PAGES
    threads = 1

    def __init__(self, slot: int, start_id: uuid.UUID) -> None:
        super().__init__(slot, start_id)
        self.reader = ClaimOwner(self.owner, start_id)
        self.current_work = CurrentWork()
        self.loading = EngineLoading(
            self._load, stopping=self.stopping, broken=self._engine_is_broken
        )
        self._renderer: Renderer | None = None

    def begin(self) -> None:
        self.restore_load_failures()
        taken = take_back_lost_pages(of=self.reader)
        if taken:
            log.warning("pages_of_a_dead_reader_taken_back", pages=taken)
        actors.on_wake_up(self.queue, self.read_until_idle)
        self.loading.start()

    @property
    def engine(self) -> Engine | None:
        return self.loading.engine

    def ready_to_work(self) -> bool:
        return self.loading.state != EngineState.LOADING

    def report(self) -> dict[str, object]:
        return {
            "engine": self.engine.name if self.engine else "",
            "engine_version": self.engine.version if self.engine else "",
            "engine_state": self.loading.state,
            "engine_detail": self.loading.detail,
            "engine_deaths": self.loading.deaths,
            "gpu_bytes": getattr(self.engine, "gpu_bytes", 0),
            "pages_read": self.current_work.pages_read,
            "pages_per_second": self.current_work.pages_per_second,
        }

    def beat(self) -> None:
        work = self.current_work.current
        if work is None:
            return
        if work.seconds > page_seconds(self.engine):
            self._give_up_hanging_page()
        elif not work.claim.renew():
            log.warning("lease_not_renewed", document=str(work.claim.document_id))

    def is_busy(self) -> bool:
        return self.current_work.current is not None

    def give_back(self) -> None:
        work = self.current_work.current
        if work is not None and release_page(work.claim):
            log.info("page_given_back", document=str(work.claim.document_id),
                     page=work.claim.number)  # fmt: skip

    def read_until_idle(self) -> None:
        """Read page after page, until none waits or the process is to stop."""
        if self._renderer is None:
            self._renderer = Renderer()
        engines = (self.engine.name,) if self.engine else ()
        first = True
        while not self.stopping.is_set():
            close_old_connections()
            if self.engine is None and another_worker_has_engine(self.owner):
                # It would only hold their pages up: the wake-up is theirs.
                if Page.objects.claimable().exists():
                    announce(pages_waiting)
                self.stopping.wait(STAND_BACK_SECONDS)
                break
            claim = claim_page(self.reader, engines=engines)
            if claim is None:
                break
            with self.current_work.work_on(claim):
                if self.stopping.is_set():
                    release_page(claim)
                    break
                if first and Page.objects.claimable().exists():
                    # One wake-up wakes one reader; each that finds more work wakes another.
                    announce(pages_waiting)
                first = False
                if pipeline.read_claimed_page(claim, self._renderer, self.engine):
                    self.current_work.count_reading()
            self._end_if_worn()

    def _end_if_worn(self) -> None:
        why = (
            find_recycling_reason(self.engine.needs, self.current_work.pages_begun)
            if self.engine
            else None
        )
        if why is None:
            return
        log.info("reader_has_read_enough", reason=why, pages=self.current_work.pages_begun)
        self.followed = True
        if Page.objects.claimable().exists():
            announce(pages_waiting)  # this process's wake-up is spent
        self.stopping.set()

    def restore_load_failures(self) -> None:
        """Go on saying why the process before in this place could not load its engine."""
        before = WorkerProcess.objects.filter(id=self.owner, engine_state=EngineState.LOADING)
        for detail, deaths in before.values_list("engine_detail", "engine_deaths"):
            self.loading.detail, self.loading.deaths = detail, deaths + 1

    def _load(self, deaths: int) -> LoadedEngine:
        """The engine that the settings ask for. Raises EngineUnavailable."""
        chosen = load_engine(
            settings.OCRSITE_ENGINE,
            settings.OCRSITE_LANGUAGES,
            device=settings.OCRSITE_PADDLE_DEVICE,
            second_reader=settings.OCRSITE_SECOND_READER,
            deaths=deaths,
        )
        if chosen.warning and another_worker_has_engine(self.owner, wanted="paddleocr-vl"):
            # Else it were chance which of them reads a page, the better engine or the other.
            chosen.engine.close()
            raise EngineUnavailable(
                "This reader leaves its pages to another one, which has PaddleOCR-VL. "
                f"{chosen.warning}"
            )
        return chosen

    def _engine_is_broken(self) -> None:
        # It may load the next time: the supervisor starts another process, ever more rarely.
        try:
            self._safely(self._report)
        finally:
            os._exit(1)

    def _give_up_hanging_page(self) -> None:
        work = self.current_work.current
        if work is None:
            return
        log.error("page_hangs", document=str(work.claim.document_id), page=work.claim.number)
        try:
            fail_page(
                work.claim,
                ReadingTimeout(
                    f"The page was not read within {page_seconds(self.engine):.0f} s and its "
                    "reader was stopped. It is tried again."
                ),
            )
        except LeaseLost:
            log.info("lease_lost", document=str(work.claim.document_id), page=work.claim.number)
        # Only the end of the process frees the thread; the supervisor starts another.
        os._exit(1)
