"""Two engines on one page: the one reads, the other says where it may be wrong.

PaddleOCR-VL reads better and knows no doubt: it gives no confidence, no place for a line or a word,
and invents a likely word as easily as it reads one. Tesseract errs elsewhere. It reads the same
page meanwhile, on the processor that waits for the GPU; where both agree the words can be trusted.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer  # the built-in one from Python 3.11 on
from dataclasses import replace

import structlog
from PIL import Image

from documents.errors import ArchiveError, ReadingTimeout
from documents.text.page_layout import PageLayout
from ocr_worker import quality
from ocr_worker.rendering.rotate import rotate_clockwise

from .base import RECOGNITION_SECONDS, Engine, Needs
from .tesseract import TesseractEngine

log = structlog.get_logger(__name__)

#: Mean confidence from which Tesseract is believed that a page lies another way than it was shown
#: to the first reader.
_BELIEVED_TURN = 0.75


class WithSecondReader:
    """The `Engine` protocol (engines/base.py): `first` reads, `second` checks.

    A second reader that fails costs the page its confidences, never the reading. All of its work is
    done by one thread: what it still does for a page that the first could not read must not meet
    what it does for the next.
    """

    def __init__(self, first: Engine, second: TesseractEngine) -> None:
        self._first, self._second = first, second
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="second-reader")

    @property
    def name(self) -> str:
        return self._first.name

    @property
    def version(self) -> str:
        return f"{self._first.version}, tesseract {self._second.version}"

    @property
    def needs(self) -> Needs:
        return self._first.needs

    @property
    def gpu_bytes(self) -> int:
        return int(getattr(self._first, "gpu_bytes", 0))

    def load(self) -> None:
        self._first.load()
        self._second.load()

    def close(self) -> None:
        self._beside.shutdown(wait=True, cancel_futures=True)
        self._first.close()
        self._second.close()
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="second-reader")

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        """See `Engine.read`. Unlike the first reader alone, this turns the page upright."""
        deadline = time.monotonic() + seconds
        gray = image.convert("L")
        turn = self._glance(gray)
        upright = rotate_clockwise(image, turn)
        beside = self._beside.submit(
            self._second.read,
            rotate_clockwise(gray, turn),
            dpi=dpi,
            language=language,
            seconds=min(seconds, RECOGNITION_SECONDS),
        )
        try:
            first = self._first.read(upright, dpi=dpi, language=language, seconds=seconds)
        except BaseException:
            beside.cancel()
            raise
        second = self._answer(beside)
        if second is not None and second.rotation:
            left = max(deadline - time.monotonic(), 0.0)
            turn, first, second = self._turned_after_all(
                upright, turn, first, second, dpi=dpi, language=language, seconds=left
            )
        if second is not None:
            upright = rotate_clockwise(gray, turn)
            second = replace(second, rotation=first.rotation)
            first = quality.assess_layout(first, second, quality.make_ink_detector(upright))
        return replace(first, rotation=turn)

    def _turned_after_all(
        self,
        upright: Image.Image,
        turn: int,
        first: PageLayout,
        second: PageLayout,
        *,
        dpi: float,
        language: str,
        seconds: float,
    ) -> tuple[int, PageLayout, PageLayout | None]:
        """The second reader found the page lying: read it again that way, where it is believed."""
        if (second.confidence or 0.0) < _BELIEVED_TURN:
            return turn, first, None
        log.info("read_again_turned", by=second.rotation)
        again = self._first.read(
            rotate_clockwise(upright, second.rotation), dpi=dpi, language=language, seconds=seconds
        )
        return (turn + second.rotation) % 360, again, second

    def _glance(self, gray: Image.Image) -> int:
        try:
            return self._beside.submit(self._second.glance, gray).result(RECOGNITION_SECONDS)
        except (ArchiveError, RuntimeError, NoAnswer) as error:
            log.warning("no_second_look", reason=str(error))
            return 0

    def _answer(self, beside: Future[PageLayout]) -> PageLayout | None:
        """None where the second reader has failed; it is bounded by its own limit."""
        try:
            return beside.result(timeout=RECOGNITION_SECONDS + 10)
        except (ReadingTimeout, NoAnswer) as error:
            log.warning("second_reader_too_slow", reason=str(error))
        except Exception:
            log.exception("second_reader_failed")
        return None
