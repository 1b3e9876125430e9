"""Two engines on one page: the first reads, the second checks.

PaddleOCR-VL reads better, but gives no confidence and no place for a line or a word, and invents a
likely word as easily as it reads one. Tesseract makes other errors. It reads the same page
meanwhile, on the processor that waits for the GPU; words on which both agree can be trusted.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout  # built in from Python 3.11 on
from dataclasses import replace
from queue import SimpleQueue
from typing import TypeVar

import structlog
from PIL import Image

from documents.errors import ArchiveError, ReadingTimeout
from documents.text.page_layout import PageLayout
from ocr_worker import quality
from ocr_worker.rendering.rotate import rotate_clockwise

from .base import RECOGNITION_SECONDS, Engine, EngineReport, Needs, report_of
from .tesseract import TesseractEngine

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

#: Tesseract's mean confidence from which the first engine reads a page again in the rotation that
#: Tesseract found.
_BELIEVED_ROTATION = 0.75


class WithSecondReader:
    """The `Engine` protocol (engines/base.py): `first` reads, `second` checks.

    Where the second engine fails, the page has no confidences, but a reading. There are as many of
    the second engine as there are pages in flight, as far as there are processor cores, each used
    by one thread at a time.
    """

    def __init__(self, first: Engine, second: TesseractEngine) -> None:
        self._first, self._second = first, second
        self._start_readers([second])

    @property
    def name(self) -> str:
        return self._first.name

    @property
    def version(self) -> str:
        return f"{self._first.version} + tesseract {self._second.version}"

    @property
    def needs(self) -> Needs:
        return self._first.needs

    @property
    def report(self) -> EngineReport:
        return report_of(self._first)

    def load(self) -> None:
        self._first.load()
        self._second.load()
        wanted = min(self.needs.pages_in_flight, max(1, (os.cpu_count() or 1) - 1))
        if wanted != len(self._readers):
            self._executor.shutdown(wait=True)
            others = [self._second.create_another() for _ in range(wanted - 1)]
            self._start_readers([self._second, *others])

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._first.close()
        for reader in self._readers:
            reader.close()
        self._start_readers([self._second])

    def _start_readers(self, readers: list[TesseractEngine]) -> None:
        self._readers = readers
        self._idle: SimpleQueue[TesseractEngine] = SimpleQueue()
        for reader in readers:
            self._idle.put(reader)
        self._executor = ThreadPoolExecutor(len(readers), thread_name_prefix="second-reader")

    def _submit(self, ask: Callable[[TesseractEngine], Result]) -> Future[Result]:
        """`ask` is called with an idle second engine; it may still be reading a page on which the
        first engine failed when the next page comes."""

        def ask_idle() -> Result:
            reader = self._idle.get()
            try:
                return ask(reader)
            finally:
                self._idle.put(reader)

        return self._executor.submit(ask_idle)

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        """See `Engine.read`. Unlike the first engine alone, this rotates the page upright."""
        deadline = time.monotonic() + seconds
        gray = image.convert("L")
        rotation = self._detect_rotation(gray)
        upright = rotate_clockwise(image, rotation)
        pending = self._submit(
            lambda reader: reader.read(
                rotate_clockwise(gray, rotation),
                dpi=dpi,
                language=language,
                seconds=min(seconds, RECOGNITION_SECONDS),
            )
        )
        try:
            first = self._first.read(upright, dpi=dpi, language=language, seconds=seconds)
        except BaseException:
            pending.cancel()
            raise
        second = self._wait_for_second(pending)
        if second is not None and second.rotation:
            left = max(deadline - time.monotonic(), 0.0)
            rotation, first, second = self._read_again_rotated(
                upright, rotation, first, second, dpi=dpi, language=language, seconds=left
            )
        if second is not None:
            upright = rotate_clockwise(gray, rotation)
            second = replace(second, rotation=first.rotation)
            first = quality.assess_layout(first, second, quality.make_ink_detector(upright))
        return replace(first, rotation=rotation)

    def read_part(
        self, image: Image.Image, *, dpi: float, language: str, seconds: float, upright: bool
    ) -> PageLayout:
        """See `Engine.read_part`. The second engine reads it: the first takes seconds for a line
        as for a page, and more for each further one."""
        return self._submit(
            lambda reader: reader.read_part(
                image,
                dpi=dpi,
                language=language,
                seconds=min(seconds, RECOGNITION_SECONDS),
                upright=upright,
            )
        ).result()

    def _read_again_rotated(
        self,
        upright: Image.Image,
        rotation: int,
        first: PageLayout,
        second: PageLayout,
        *,
        dpi: float,
        language: str,
        seconds: float,
    ) -> tuple[int, PageLayout, PageLayout | None]:
        """Read the page again in the rotation that the second engine found, where that is sure."""
        if (second.confidence or 0.0) < _BELIEVED_ROTATION:
            return rotation, first, None
        log.info("page_read_again_rotated", degrees=second.rotation)
        again = self._first.read(
            rotate_clockwise(upright, second.rotation), dpi=dpi, language=language, seconds=seconds
        )
        return (rotation + second.rotation) % 360, again, second

    def _detect_rotation(self, gray: Image.Image) -> int:
        try:
            pending = self._submit(lambda reader: reader.detect_rotation(gray))
            return pending.result(RECOGNITION_SECONDS)
        except (ArchiveError, RuntimeError, FutureTimeout) as error:
            log.warning("rotation_detection_failed", reason=str(error))
            return 0

    def _wait_for_second(self, pending: Future[PageLayout]) -> PageLayout | None:
        """The second reading; None where it failed. Its own time limit bounds the wait."""
        try:
            return pending.result(timeout=RECOGNITION_SECONDS + 10)
        except (ReadingTimeout, FutureTimeout) as error:
            log.warning("second_reader_timed_out", reason=str(error))
        except Exception:
            log.exception("second_reader_failed")
        return None
