"""The `Engine` protocol (engines/base.py) on PaddleOCR-VL."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import structlog
from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from documents.engine_name import EngineName
from documents.errors import ArchiveError, EngineFailed, EngineUnavailable
from documents.messages import Message, PluralMessage, verbatim
from documents.text.page_layout import PageLayout
from ocr_worker.engines.base import Needs
from ocr_worker.memory import resident_bytes

from . import gpu, library, library_setup, models, results
from .guard import Guard

log = structlog.get_logger(__name__)

GIB = 2**30

#: What the vision model may see of one block, px: the library's own bounds. Attention over them is
#: quadratic; what is larger is made smaller.
MIN_PIXELS, MAX_PIXELS = 112_896, 1_003_520

#: Users report 20 to 38 s a page for this pipeline in one process; a page of 60 blocks takes more.
SECONDS = 600.0

#: See docs/benchmarks.md, "PaddleOCR-VL": what the process grows by, measured with stand-in models.
PAGES_A_PROCESS = 1000
GROWTH_BYTES = 4 * GIB

NO_GPU = Message(
    "There is no GPU for PaddleOCR-VL on this machine. Run it where there is one and give the "
    "container access to it."
)


def find_obstacle(device: str = gpu.DEVICE) -> str | None:
    """Why PaddleOCR-VL can't read on this machine, as far as can be told without importing it: a
    sentence for a person. None where it seems possible."""
    if not library.is_installed():
        return Message("PaddleOCR is not installed.")
    try:
        models.find_models(settings.OCRSITE_PADDLE_MODEL_DIRS, library.known_versions())
    except EngineUnavailable as error:
        return error.message
    if device != "cpu" and not gpu.is_present():
        return NO_GPU
    return None


class PaddleOCRVLEngine:
    """One pipeline, in the process that loads it. `device`: "gpu:0", or "cpu", where a page takes
    minutes: for tests with small models.

    All of Paddle's work is done by one thread of the engine's own, whichever thread asks: the
    pipeline is not safe for two, and whether Paddle computes at once or builds a graph is a state
    of the thread that loaded it.
    """

    name = EngineName.PADDLEOCR_VL.value

    def __init__(self, device: str = gpu.DEVICE) -> None:
        self._device = device
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="paddleocr-vl")
        self._pid = 0
        self._pipeline: Any = None
        self._guard: Guard | None = None
        self._paddle: Any = None
        self.version = ""
        self.needs = Needs(colour=True, dpi=False, seconds=SECONDS)

    def load(self) -> None:
        """Import, build, warm up. Raises EngineUnavailable where a package, a model, the GPU or
        enough of its memory is missing."""
        self._refuse_fork()
        self._thread.submit(self._load).result()

    def _load(self) -> None:
        if self._pipeline is not None:
            return
        library_setup.prepare_process()
        with library_setup.hold_load_lock():
            self._load_alone()

    def _load_alone(self) -> None:
        begun = time.monotonic()
        if self._device != "cpu":
            _require_gpu()
        found = library.import_library()
        if self._device != "cpu":
            _require_cuda(found.paddle)
        chosen = models.find_models(settings.OCRSITE_PADDLE_MODEL_DIRS, found.pipeline_versions)
        try:
            pipeline = found.build(chosen, device=self._device)
        except ArchiveError:
            raise
        except Exception as error:
            if is_out_of_memory(error):
                raise EngineUnavailable(_too_little_memory(verbatim(str(error)))) from error
            raise
        self._guard = Guard(pipeline)
        self._paddle, self._pid = found.paddle, os.getpid()
        self.version = f"{found.version} {chosen.version}"
        self._pipeline = pipeline
        # The first page compiles kernels and reserves memory: better now than while a page waits.
        self._predict(_specimen(), MAX_PIXELS, float("inf"))
        grown = resident_bytes()
        self.needs = replace(
            self.needs, pages=PAGES_A_PROCESS, rss_bytes=grown + GROWTH_BYTES if grown else None
        )
        log.info(
            "paddleocr_vl_loaded",
            seconds=round(time.monotonic() - begun, 1),
            models=chosen.version,
            device=self._device,
            resident_mb=grown // 2**20,
            **{name.replace("-", "_"): text for name, text in library.versions().items()},
        )

    def close(self) -> None:
        self._thread.submit(self._close).result()

    def _close(self) -> None:
        if self._pipeline is not None:
            self._pipeline.close()
        self._pipeline = self._guard = None

    @property
    def gpu_bytes(self) -> int:
        """Memory of the GPU that this process has reserved; 0 without one."""
        if self._paddle is None or self._device == "cpu":
            return 0
        return int(self._paddle.device.cuda.memory_reserved())

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        """See `Engine.read`. `image` is read as it stands: whoever calls turns it upright. The
        language is not needed: the model knows 109 and is told of none.
        """
        self.load()
        deadline = time.monotonic() + seconds
        return self._thread.submit(self._read, image, dpi, deadline).result()

    def _refuse_fork(self) -> None:
        """A fork has none of its parent's threads, and a GPU's context does not outlive it."""
        if self._pid and self._pid != os.getpid():
            raise EngineUnavailable(
                Message(
                    "PaddleOCR-VL was loaded before this process was forked, and would hang in it."
                )
            )

    def _read(self, image: Image.Image, dpi: float, deadline: float) -> PageLayout:
        try:
            result = self._predict(image, MAX_PIXELS, deadline)
        except ArchiveError:
            raise
        except Exception as error:
            if not is_out_of_memory(error):
                raise _failed(error) from error
            log.warning("gpu_memory_ran_out", reason=str(error)[:500])
            result = self._with_less_memory(image, deadline)
        assert self._guard is not None
        cut = self._guard.cut
        return results.build_layout(
            result, width=image.width, height=image.height, dpi=dpi, cut=cut
        )

    def _with_less_memory(self, image: Image.Image, deadline: float) -> Mapping[str, Any]:
        self._free_memory()
        try:
            return self._predict(image, MAX_PIXELS // 2, deadline)
        except ArchiveError:
            raise
        except Exception as error:
            raise _failed(error) from error

    def _predict(self, image: Image.Image, most_pixels: int, deadline: float) -> Mapping[str, Any]:
        """The pipeline's result of one page."""
        import numpy

        assert self._guard is not None
        self._guard.begin(deadline)
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
        if self._device != "cpu":
            self._paddle.device.cuda.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the GPU's memory ran out: Paddle says so by words, in several types of error."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(
        word in text for word in ("out of memory", "resourceexhausted", "cudnn_status_alloc_failed")
    )


def _failed(error: Exception) -> EngineFailed:
    return EngineFailed(
        Message(
            "PaddleOCR-VL failed on this page: {problem}",
            problem=f"{type(error).__name__}: {error}"[:1000],
        )
    )


def _require_gpu() -> None:
    if not gpu.is_present():
        raise EngineUnavailable(NO_GPU)
    memory = gpu.query_memory()
    if memory is not None and memory.free < gpu.NEEDED_BYTES:
        raise EngineUnavailable(
            _too_little_memory(
                Message(
                    "{free} of {total} GiB are free, and {needed} are needed",
                    free=f"{memory.free / GIB:.1f}",
                    total=f"{memory.total / GIB:.1f}",
                    needed=f"{gpu.NEEDED_BYTES / GIB:.0f}",
                )
            )
        )


def _require_cuda(paddle: Any) -> None:
    if not paddle.is_compiled_with_cuda():
        raise EngineUnavailable(
            Message(
                "The installed paddlepaddle knows no GPU. Install paddlepaddle-gpu in its place."
            )
        )
    if paddle.device.cuda.device_count() == 0:
        raise EngineUnavailable(
            Message(
                "Paddle sees no GPU. Give the container access to it, and a driver for its CUDA."
            )
        )


def _too_little_memory(reason: Message) -> Message:
    return Message(
        "The GPU has too little free memory for PaddleOCR-VL: {reason}. Stop what else uses it, "
        "or set OCRSITE_WORKERS to fewer workers.",
        reason=reason,
    )


def _specimen() -> Image.Image:
    """A page with a line of print, for the model to warm up on."""
    page = Image.new("RGB", (640, 360), "white")
    ImageDraw.Draw(page).text((40, 120), "Warm-up 2026", "black", ImageFont.load_default(48))
    return page
