"""Tesseract, through its C API in this process (tesserocr).

Compared with a `tesseract` subprocess per page, measured over the ground-truth pages at 200 dpi on
two cores: the models are loaded once instead of for each page (0.25 s of processor time a page),
pixels are passed by pointer instead of as a PNG, one recognition gives text, boxes and confidences,
and the time of a page can be limited from inside. The price: a crash of the library ends this
process. Its input is gray pixels drawn by our own renderer, never the file, and the supervisor
restarts a worker that dies. The library releases the interpreter's lock while it reads.

A page is scaled to about 300 dpi first: over the same pages word F1 rises from 0.936 to 0.947
for 13% more time (0.943 at 250).
"""

from __future__ import annotations

import os
import time
from typing import Any

from PIL import Image

from documents.engine_name import EngineName
from documents.errors import EngineFailed, EngineUnavailable, ReadingTimeout
from documents.messages import Message
from documents.text.page_layout import PageLayout
from ocr_worker.library_environment import set_default
from ocr_worker.rendering.rotate import rotate_clockwise

from . import tessdata
from .base import Needs
from .orientation import Orientation
from .tesseract_layout import build_blocks

#: The resolution that gives the best reading, and the largest factor by which a page is enlarged.
_BEST_DPI = 300.0
_MOST_ENLARGED = 1.5

#: Above this resolution, dpi, pages are reduced: letters get no clearer, only time grows.
_FINEST_DPI = 400.0

#: No page is enlarged beyond this many pixels.
_MOST_PIXELS = 20_000_000

#: Page segmentation mode: fully automatic; orientation is detected separately.
_PSM_AUTO = 3


def prepare_process() -> None:
    """Set the variables that Tesseract's library reads when it is loaded, unless they are set.

    Call it before the first engine of a process is loaded.
    """
    # Several OpenMP threads per page slow two workers on two cores down by a third.
    set_default("OMP_THREAD_LIMIT", "1")


class TesseractEngine:
    """The `Engine` protocol (engines/base.py) on Tesseract."""

    name = EngineName.TESSERACT.value
    needs = Needs()

    def __init__(self, languages: str) -> None:
        self._languages = [code for code in languages.split("+") if code]
        self._module: Any = None
        self._api: Any = None
        self._loaded_languages = ""
        self._path = ""
        self._orientation: Orientation | None = None
        self.version = ""

    def load(self) -> None:
        """Raises EngineUnavailable where tesserocr or the language data is missing."""
        if self._api is not None:
            return
        prepare_process()
        try:
            import tesserocr
        except ImportError as error:
            raise EngineUnavailable(
                Message(
                    "The Python package tesserocr can’t be loaded ({problem}). Install the "
                    "project’s dependencies again.",
                    problem=error,
                )
            ) from error
        # Without the separator at the end the API looks one directory higher.
        self._path = f"{tessdata.find_data_directory(self._languages)}{os.sep}"
        self._module = tesserocr
        # Leptonica logs a warning for every odd box, which helps no operator.
        tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
        self.version = tesserocr.tesseract_version().split()[1]
        self._orientation = Orientation(self._open_api("osd", tesserocr.PSM.OSD_ONLY))
        self._open_languages("+".join(self._languages))

    def close(self) -> None:
        if self._api is not None:
            self._api.End()
        if self._orientation is not None:
            self._orientation.api.End()
        self._api = self._orientation = None

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        """See `Engine.read`."""
        return self.read_part(image, dpi=dpi, language=language, seconds=seconds, upright=False)

    def read_part(
        self, image: Image.Image, *, dpi: float, language: str, seconds: float, upright: bool
    ) -> PageLayout:
        """See `Engine.read_part`."""
        self.load()
        assert self._orientation is not None
        deadline = time.monotonic() + seconds
        self._open_languages(self._select_languages(language))
        factor = _scale_factor(image, dpi)

        def recognise(rotation: int) -> PageLayout:
            return self._recognise(image, rotation, dpi, factor, deadline)

        return recognise(0) if upright else self._orientation.read_upright(image, recognise)

    def detect_rotation(self, image: Image.Image) -> int:
        """The clockwise rotation, degrees, that makes `image` (gray) upright; takes 0.4 s.

        0 where the detection is not sure.
        """
        self.load()
        assert self._orientation is not None
        return self._orientation.detect_rotation(image)

    def _recognise(
        self, image: Image.Image, rotation: int, dpi: float, factor: float, deadline: float
    ) -> PageLayout:
        """Read `image` rotated clockwise by `rotation` degrees; boxes are px after that."""
        upright = rotate_clockwise(image, rotation)
        if factor != 1:
            size = (round(upright.width * factor), round(upright.height * factor))
            wanted = upright.resize(size, Image.Resampling.LANCZOS)
        else:
            wanted = upright
        left = deadline - time.monotonic()
        if left <= 0:
            raise _ran_out_of_time()
        try:
            self._api.SetImageBytes(wanted.tobytes(), wanted.width, wanted.height, 1, wanted.width)
            self._api.SetSourceResolution(round(min(max(dpi * factor, 70), 2400)))
            if not self._api.Recognize(max(1, int(left * 1000))):
                if time.monotonic() >= deadline - 0.5:
                    raise _ran_out_of_time()
                raise EngineFailed(
                    Message("Tesseract could not read this page. It is tried again.")
                )
            if time.monotonic() >= deadline:  # it returns a partial result as a success
                raise _ran_out_of_time()
            blocks = build_blocks(self._module, self._api)
        except RuntimeError as error:
            raise EngineFailed(
                Message("Tesseract failed on this page: {problem}.", problem=error)
            ) from error
        finally:
            self._api.Clear()
        layout = PageLayout(
            width=wanted.width,
            height=wanted.height,
            dpi=dpi * factor,
            rotation=rotation,
            blocks=blocks,
        )
        if factor == 1:
            return layout
        back = upright.width / wanted.width
        return layout.scale(back, width=upright.width, height=upright.height)

    def _select_languages(self, language: str) -> str:
        """The configured languages, preceded by the document's own where its data is installed.

        Their order makes no difference to Russian and English pages (word F1 within 0.0002).
        """
        code = tessdata.tesseract_code(language) if language else None
        configured = "+".join(self._languages)
        if code is None or code in self._languages:
            return configured
        if not os.path.isfile(f"{self._path}{code}.traineddata"):
            return configured
        return f"{code}+{configured}"

    def _open_languages(self, languages: str) -> None:
        if self._api is None or self._loaded_languages != languages:
            if self._api is not None:
                self._api.End()
            self._api = self._open_api(languages, _PSM_AUTO)
            self._loaded_languages = languages

    def _open_api(self, languages: str, segmentation: int) -> Any:
        try:
            return self._module.PyTessBaseAPI(path=self._path, lang=languages, psm=segmentation)
        except RuntimeError as error:
            raise EngineUnavailable(
                Message(
                    "Tesseract can’t use its language data for {languages} in {directory}: "
                    "{problem}. Install it again.",
                    languages=languages,
                    directory=self._path,
                    problem=error,
                )
            ) from error


def _ran_out_of_time() -> ReadingTimeout:
    return ReadingTimeout(Message("Tesseract ran out of time on this page. It is tried again."))


def _scale_factor(image: Image.Image, dpi: float) -> float:
    """The factor by which the page is resized before it is read."""
    if dpi > _FINEST_DPI:
        return _BEST_DPI / dpi
    factor = min(max(round(4 * _BEST_DPI / dpi) / 4, 1.0), _MOST_ENLARGED)
    if image.width * image.height * factor**2 > _MOST_PIXELS:
        return 1.0
    return factor
