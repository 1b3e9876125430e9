"""The OCR worker: one engine, and a thread for each page that it is given at the same time.

Most engines read one page at a time. One that keeps a GPU busy is given many: each thread claims,
draws, reads and records pages of its own, with leases, limits and turns as if it were alone, and
the engine gathers what they ask of it.
"""

from __future__ import annotations

import os
import threading
import uuid

import structlog
from django.conf import settings
from django.db import close_old_connections

from documents.actions.claim_page import claim_page
from documents.actions.claim_turns import Turns
from documents.actions.fail_page import fail_page
from documents.actions.release_page import release_page
from documents.actions.take_back_lost_pages import take_back_lost_pages
from documents.engines.names import EngineName
from documents.errors import EngineUnavailable, LeaseLost, ReadingTimeout
from documents.messages import Message, message_from_json
from documents.models import Page
from documents.models.claim import ClaimOwner
from documents.models.worker import EngineState, WorkerKind, WorkerProcess
from documents.signals import announce, pages_waiting
from ocr_worker import actors, pipeline
from ocr_worker.compare_engines import find_objection
from ocr_worker.current_work import ClaimedPage, CurrentWork
from ocr_worker.engines import Engine, load_engine
from ocr_worker.engines.base import RECOGNITION_SECONDS, report_of
from ocr_worker.engines.select_engine import LoadedEngine
from ocr_worker.other_workers import another_worker_has_engine
from ocr_worker.process.base import WorkerBase
from ocr_worker.process.caution import Caution
from ocr_worker.process.engine_loading import EngineLoading
from ocr_worker.process.jail_check import JailCheck
from ocr_worker.process.recycling import find_recycling_reason
from ocr_worker.rendering import Renderer
from ocr_worker.rendering.types import Limits

log = structlog.get_logger(__name__)

#: Seconds that a page may take besides its recognition: its text layer is read, it is drawn for
#: the engine, and drawn for people, each within its own limit.
_AROUND_RECOGNITION = 3 * Limits().wall_seconds + 30

#: Seconds for which a worker without an engine leaves wake-ups to workers that have one.
STAND_BACK_SECONDS = 5.0


def page_time_limit(engine: Engine | None) -> float:
    """Seconds after which a page counts as hung: all of its limits together."""
    return _AROUND_RECOGNITION + (engine.needs.seconds if engine else RECOGNITION_SECONDS)


class OcrProcess(WorkerBase):
    """Reads pages with one engine, loaded in the background while the process reports."""

    kind = WorkerKind.OCR
    queue = actors.PAGES

    def __init__(self, slot: int, start_id: uuid.UUID) -> None:
        super().__init__(slot, start_id)
        self.claim_owner = ClaimOwner(self.owner, start_id)
        #: Set while the last pages of a process are read that is to be replaced.
        self._recycling = threading.Event()
        self.current_work = CurrentWork()
        self.loading = EngineLoading(
            self.load_engine, stopping=self.stopping, on_failure=self._end_after_load_failure
        )
        self._of_thread = _ThreadState()
        self._caution = Caution()
        self._jail_check = JailCheck()

    def prepare(self) -> None:
        self.restore_load_failures()
        taken = take_back_lost_pages(of=self.claim_owner)
        if taken:
            log.warning("pages_of_dead_worker_released", pages=taken)
            self._caution.begin()
        actors.on_wake_up(self.queue, self.read_until_idle)
        self._jail_check.start()
        self.loading.start()

    @property
    def engine(self) -> Engine | None:
        return self.loading.engine

    @property
    def threads(self) -> int:
        """A message that comes while every thread reads waits in the queue, for other workers."""
        return self.engine.needs.pages_in_flight if self.engine else 1

    def is_ready(self) -> bool:
        return self.loading.state != EngineState.LOADING

    def status_fields(self) -> dict[str, object]:
        report = report_of(self.engine)
        return {
            "engine": self.engine.name if self.engine else "",
            "engine_version": self.engine.version if self.engine else "",
            "engine_state": self.loading.state,
            "engine_detail": str(self.loading.detail or ""),
            "engine_message": self.loading.detail.to_json() if self.loading.detail else None,
            "engine_deaths": self.loading.deaths,
            "jail_refused": self._jail_check.refused,
            "gpu_bytes": report.gpu_bytes,
            "recogniser_load": dict(report.recogniser_load),
            "pages_read": self.current_work.pages_read,
            "pages_per_second": self.current_work.pages_per_second,
        }

    def on_heartbeat(self) -> None:
        pages = self.current_work.pages
        hung = [page for page in pages if page.seconds > page_time_limit(self.engine)]
        if hung:
            self._fail_hung_pages(hung)
        for page in pages:
            if not page.claim.renew():
                log.warning("page_lease_renewal_failed", document=str(page.claim.document_id))

    def is_busy(self) -> bool:
        return bool(self.current_work.pages)

    def release_claims(self) -> None:
        for page in self.current_work.pages:
            if release_page(page.claim):
                log.info("page_released", document=str(page.claim.document_id),
                         page=page.claim.number)  # fmt: skip

    def read_until_idle(self) -> None:
        """Read page after page, until none waits or the process is to end."""
        first = True
        while not self.stopping.is_set() and not self._recycling.is_set():
            close_old_connections()
            if self.engine is None and another_worker_has_engine(self.owner):
                # This worker could only postpone their pages: pass the wake-up on.
                if Page.objects.claimable().exists():
                    announce(pages_waiting)
                self.stopping.wait(STAND_BACK_SECONDS)
                break
            with self._caution.take_turn(self.stopping) as may_read:
                if not (may_read and self._read_next_page(first)):
                    break
            first = False
            self._recycle_if_due()
        if self._recycling.is_set():
            self._end_after_last_page()

    def _read_next_page(self, first: bool) -> bool:
        """Claim a page and read it; False where none waits or the process is to end. `first`: of
        this thread since it was woken."""
        claim = claim_page(
            self.claim_owner,
            engines=(self.engine.name,) if self.engine else (),
            engine_version=self.engine.version if self.engine else "",
            turns=self._of_thread.turns,
        )
        if claim is None:
            return False
        with self.current_work.work_on(claim):
            if self.stopping.is_set():
                release_page(claim)
                return False
            if first and Page.objects.claimable().exists():
                # One wake-up wakes one thread; each that finds more work wakes another.
                announce(pages_waiting)
            if pipeline.read_claimed_page(claim, self._of_thread.renderer, self.engine):
                self.current_work.count_reading()
        return True

    def _recycle_if_due(self) -> None:
        if self.engine is None or self._recycling.is_set():
            return
        pages = self.current_work.pages_started
        reason = find_recycling_reason(self.engine.needs, pages)
        if reason is not None:
            log.info("worker_recycled", reason=reason, pages=pages)
            self._recycling.set()

    def _end_after_last_page(self) -> None:
        """Called by each thread that stops reading; a page begun is read to its end."""
        if Page.objects.claimable().exists():
            announce(pages_waiting)  # this thread's wake-up is used up
        if not self.current_work.pages:
            self.recycled = True
            self.stopping.set()

    def restore_load_failures(self) -> None:
        """Take over why the last process in this slot could not load its engine."""
        before = WorkerProcess.objects.filter(id=self.owner, engine_state=EngineState.LOADING)
        fields = ("engine_message", "engine_detail", "engine_deaths")
        for message, detail, deaths in before.values_list(*fields):
            self.loading.detail = message_from_json(message or detail) if detail else None
            self.loading.deaths = deaths + 1

    def load_engine(self, deaths: int) -> LoadedEngine:
        """Load the engine that the settings ask for. Raises EngineUnavailable.

        `deaths`: how many earlier processes died while loading it. Where only Tesseract can be
        loaded in place of PaddleOCR-VL, a worker beside one that has PaddleOCR-VL loads nothing:
        otherwise it would be chance which of the two engines reads a page.
        """
        loaded = load_engine(
            settings.OCRSITE_ENGINE,
            settings.OCRSITE_LANGUAGES,
            device=settings.OCRSITE_PADDLE_DEVICE,
            second_reader=settings.OCRSITE_SECOND_READER,
            deaths=deaths,
            find_objection=find_objection,
        )
        fell_back = loaded.warning and loaded.engine.name != EngineName.PADDLEOCR_VL
        if fell_back and another_worker_has_engine(self.owner, wanted=EngineName.PADDLEOCR_VL):
            loaded.engine.close()
            raise EngineUnavailable(
                Message(
                    "This worker leaves its pages to another one, which has PaddleOCR-VL. {reason}",
                    reason=loaded.warning,
                )
            )
        return loaded

    def _end_after_load_failure(self) -> None:
        # It may load next time: the supervisor starts another process, with growing pauses.
        try:
            self._try_step(self._update_row)
        finally:
            os._exit(1)

    def _fail_hung_pages(self, hung: list[ClaimedPage]) -> None:
        for page in hung:
            log.error("page_hung", document=str(page.claim.document_id), page=page.claim.number)
            try:
                fail_page(
                    page.claim,
                    ReadingTimeout(
                        Message(
                            "The page was not read within {seconds} s, and its worker was stopped. "
                            "It is tried again.",
                            seconds=round(page_time_limit(self.engine)),
                        )
                    ),
                )
            except LeaseLost:
                log.info("lease_lost", document=str(page.claim.document_id), page=page.claim.number)
        # Only the end of the process frees the thread; the supervisor starts another. The pages
        # beside it are not to blame.
        self.release_claims()
        os._exit(1)


class _ThreadState(threading.local):
    """What each reading thread has for itself.

    `turns`: which documents its next claim prefers (documents/actions/claim_page.py).
    """

    def __init__(self) -> None:
        self.renderer = Renderer()
        self.turns = Turns()
