"""The `Engine` protocol (engines/base.py) on PaddleOCR-VL."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from documents.engines.names import EngineName
from documents.errors import ArchiveError, EngineFailed, EngineUnavailable
from documents.messages import Message, PluralMessage, verbatim
from documents.text.page_layout import PageLayout
from ocr_worker.engines.base import EngineReport, Needs
from ocr_worker.memory import resident_bytes
from ocr_worker.quality import add_model_confidences

from . import gpu, library, library_setup, models, requirements, results
from .failures import is_out_of_memory, to_engine_failed
from .guard import Guard, current_page, start_page
from .layout_batches import gather_layouts
from .page_loop import PageLoop
from .recognisers import (
    Recogniser,
    RecogniserLost,
    start_recogniser,
)
from .recognisers.pipeline_model import put_in_place

log = structlog.get_logger(__name__)

GIB = 2**30

#: Pixels of one block that are passed to the vision model: the library's own limits. Attention is
#: quadratic in them; larger blocks are reduced.
MIN_PIXELS, MAX_PIXELS = 112_896, 1_003_520

#: Limit of a page. Users report 20 to 38 s a page with this pipeline in one process; a page of 60
#: blocks takes longer.
SECONDS = 600.0

#: Limit of lines that were cut out of a page: what is not read by then is flagged.
PART_SECONDS = 60.0

#: When a process is replaced: see docs/benchmarks.md, "PaddleOCR-VL" (growth measured with
#: stand-in models).
PAGES_A_PROCESS = 1000
GROWTH_BYTES = 4 * GIB

#: Pages that are drawn, recognised and recorded at the same time where blocks of many are
#: recognised together: each has 15 to 40, so four pages fill a batch, and the others are being
#: drawn, laid out, checked or written.
PAGES_IN_FLIGHT = 16


class PaddleOCRVLEngine:
    """One pipeline, in the process that loads it.

    `device`: "gpu:0", or "cpu" for tests with small models (a page takes minutes). `recogniser`:
    what recognises the blocks (`recognisers/choose.py`); None: as the settings say.

    One thread of the engine's own (`page_loop.py`) does all of Paddle's work, whichever thread
    calls: the pipeline is not safe for two threads, and Paddle's execution mode (eager or graph) is
    a state of the thread that loaded it.
    """

    name = EngineName.PADDLEOCR_VL.value

    def __init__(self, device: str = gpu.DEVICE, recogniser: str | None = None) -> None:
        self._device = device
        self._choice = settings.OCRSITE_RECOGNISER if recogniser is None else recogniser
        self._loop = PageLoop("paddleocr-vl")
        self._pid = 0
        self._pipeline: Any = None
        self._recogniser: Recogniser | None = None
        self._lost: set[str] = set()
        self._remark: Message | None = None
        self._library: library.PaddleLibrary | None = None
        self._models: models.ModelSet | None = None
        self.version = ""
        self.needs = Needs(colour=True, dpi=False, seconds=SECONDS)

    def load(self) -> None:
        """Import the library, build the pipeline and warm it up.

        Raises EngineUnavailable where a package, a model, the GPU or its memory is missing.
        """
        self._refuse_fork()
        self._loop.submit(self._load).result()

    def _load(self) -> None:
        if self._pipeline is not None:
            return
        library_setup.prepare_process()
        with library_setup.hold_load_lock():
            self._load_locked()

    def _load_locked(self) -> None:
        started_at = time.monotonic()
        if self._device != "cpu":
            requirements.require_gpu()
        found = library.import_library()
        if self._device != "cpu":
            requirements.require_cuda(found.paddle)
        chosen = models.find_models(settings.OCRSITE_PADDLE_MODEL_DIRS, found.pipeline_versions)
        self._library, self._models, self._pid = found, chosen, os.getpid()
        recogniser, self._remark = start_recogniser(self._choice, chosen.language, self._device)
        self._build_pipeline(recogniser)
        # The first page compiles kernels and reserves memory: do that before a page waits for it.
        self._predict(_make_warm_up_page(), MAX_PIXELS, float("inf"))
        grown = resident_bytes()
        self.needs = replace(
            self.needs,
            pages=PAGES_A_PROCESS,
            rss_bytes=grown + GROWTH_BYTES if grown else None,
            pages_in_flight=PAGES_IN_FLIGHT if self._recogniser else 1,
        )
        log.info(
            "paddleocr_vl_loaded",
            seconds=round(time.monotonic() - started_at, 1),
            models=chosen.version,
            recogniser=self._recogniser_name,
            device=self._device,
            resident_mb=grown // 2**20,
            **{name.replace("-", "_"): text for name, text in library.installed_versions().items()},
        )

    def _build_pipeline(self, recogniser: Recogniser | None) -> None:
        assert self._library is not None
        assert self._models is not None
        try:
            pipeline = self._library.build(self._models, device=self._device)
        except ArchiveError:
            raise
        except Exception as error:
            if is_out_of_memory(error):
                raise EngineUnavailable(
                    requirements.describe_memory_shortage(verbatim(str(error)))
                ) from error
            raise
        if recogniser is None:
            Guard(pipeline)
        else:
            put_in_place(pipeline, recogniser, self._loop.wait)
            gather_layouts(pipeline, self._loop)
            self._free_memory()
        self._pipeline, self._recogniser = pipeline, recogniser
        self.version = f"{self._library.version} {self._models.version} {self._recogniser_name}"

    @property
    def _recogniser_name(self) -> str:
        return self._recogniser.name if self._recogniser else "native"

    def close(self) -> None:
        self._loop.submit(self._close).result()

    def _close(self) -> None:
        if self._pipeline is not None:
            self._pipeline.close()
        if self._recogniser is not None:
            self._recogniser.close()
        self._pipeline = self._recogniser = None

    @property
    def report(self) -> EngineReport:
        return EngineReport(
            gpu_bytes=self._measure_gpu(),
            recogniser_load=dict(self._recogniser.load) if self._recogniser else {},
            remark=self._remark,
        )

    def _measure_gpu(self) -> int:
        if self._library is None or self._device == "cpu":
            return 0
        return int(self._library.paddle.device.cuda.memory_reserved())

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        """See `Engine.read`. The caller rotates `image` upright. `language` is not used: the model
        has no such parameter.
        """
        self.load()
        deadline = time.monotonic() + seconds
        return self._loop.submit(partial(self._read, image, dpi, deadline)).result()

    def read_part(
        self, image: Image.Image, *, dpi: float, language: str, seconds: float, upright: bool
    ) -> PageLayout:
        """See `Engine.read_part`: one run of the model over all the lines."""
        seconds = min(seconds, PART_SECONDS)
        return self.read(image, dpi=dpi, language=language, seconds=seconds)

    def _refuse_fork(self) -> None:
        """A fork has none of its parent's threads, and can't use its GPU context."""
        if self._pid and self._pid != os.getpid():
            raise EngineUnavailable(
                Message(
                    "PaddleOCR-VL was loaded before this process was forked, and would hang in it."
                )
            )

    def _read(self, image: Image.Image, dpi: float, deadline: float) -> PageLayout:
        result = self._predict_with_less_memory(image, deadline)
        page = current_page()
        layout = results.build_layout(
            result, width=image.width, height=image.height, dpi=dpi, cut=page.cut
        )
        return add_model_confidences(layout, page.answers)

    def _predict_with_less_memory(self, image: Image.Image, deadline: float) -> Mapping[str, Any]:
        """The pipeline's result; of smaller blocks where memory runs out, by another recogniser
        where the one in use is lost. Raises ReadingTimeout, EngineFailed."""
        pixels = MAX_PIXELS
        while True:
            recogniser = self._recogniser
            try:
                return self._predict(image, pixels, deadline)
            except ArchiveError:
                raise
            except RecogniserLost:
                self._go_on_without(recogniser)
            except Exception as error:
                if pixels < MAX_PIXELS or not is_out_of_memory(error):
                    raise to_engine_failed(error) from error
                log.warning("gpu_memory_exhausted", reason=str(error)[:500])
                self._free_memory()
                pixels //= 2

    def _go_on_without(self, recogniser: Recogniser | None) -> None:
        """Let the next best recognise from now on. Each page that was in flight asks."""
        if recogniser is None or self._recogniser is not recogniser:
            return
        assert self._models is not None
        self._lost.add(recogniser.name)
        self._pipeline.close()
        recogniser.close()
        other, self._remark = start_recogniser(
            self._choice, self._models.language, self._device, without=self._lost
        )
        self._build_pipeline(other)
        log.error(
            "recogniser_fallback",
            recogniser=self._recogniser_name,
            reason=f"{recogniser.name} kept ending",
        )
        if other is None:
            # One page at a time, in a process that is told so: this one ends after its pages.
            self.needs = replace(self.needs, pages=0)

    def _predict(self, image: Image.Image, most_pixels: int, deadline: float) -> Mapping[str, Any]:
        """The pipeline's result of one page; blocks have at most `most_pixels` pixels."""
        import numpy

        start_page(deadline)
        pixels = numpy.asarray(image.convert("RGB"))[:, :, ::-1]
        found = list(
            self._pipeline.predict(
                numpy.ascontiguousarray(pixels),
                use_queues=False,
                min_pixels=MIN_PIXELS,
                max_pixels=most_pixels,
            )
        )
        if len(found) != 1:
            raise EngineFailed(
                PluralMessage(
                    "PaddleOCR-VL gave {count} result for one page.",
                    "PaddleOCR-VL gave {count} results for one page.",
                    count=len(found),
                )
            )
        answer: Mapping[str, Any] = found[0].json
        return answer

    def _free_memory(self) -> None:
        if self._device != "cpu" and self._library is not None:
            self._library.paddle.device.cuda.empty_cache()


def _make_warm_up_page() -> Image.Image:
    """A page with one line of print, to warm up the model."""
    page = Image.new("RGB", (640, 360), "white")
    ImageDraw.Draw(page).text((40, 120), "Warm-up 2026", "black", ImageFont.load_default(48))
    return page
