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

from PIL import Image

from documents.engines.names import EngineName
from documents.errors import EngineFailed, EngineUnavailable
from documents.messages import Message
from documents.text.page_layout import PageLayout
from ocr_worker.library_environment import set_default

from . import tessdata
from .base import Needs
from .language_groups import LanguageGroup, group_languages
from .orientation import Orientation
from .recognise_page import PageRecogniser
from .tesseract_handles import Handles, show_image
from .tesseract_layout import GrowingBlock, collect_lines

#: The resolution that gives the best reading, and the largest factor by which a page is enlarged.
_BEST_DPI = 300.0
_MOST_ENLARGED = 1.5

#: Above this resolution, dpi, pages are reduced: letters get no clearer, only time grows.
_FINEST_DPI = 400.0

#: No page is enlarged beyond this many pixels.
_MOST_PIXELS = 20_000_000


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
        self._handles: Handles | None = None
        self._orientation: Orientation | None = None
        self._last: LanguageGroup | None = None
        self.version = ""

    def create_another(self) -> TesseractEngine:
        """Another engine of the same languages, for another thread; not loaded yet."""
        return TesseractEngine("+".join(self._languages))

    def load(self) -> None:
        """Raises EngineUnavailable where tesserocr or the language data is missing."""
        if self._handles is not None:
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
        path = f"{tessdata.find_data_directory(self._languages)}{os.sep}"
        handles = Handles(tesserocr, path)
        # Leptonica logs a warning for every odd box, which helps no operator.
        tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
        # With the names of its language data, on which what it reads depends as much.
        languages = "+".join(self._languages)
        self.version = f"{tesserocr.tesseract_version().split()[1]} {languages}"
        for group in reversed(group_languages(self._languages)):
            handles.get(group.codes)
        self._orientation = Orientation(handles.open("osd", tesserocr.PSM.OSD_ONLY))
        self._handles = handles

    def close(self) -> None:
        if self._handles is not None:
            self._handles.close()
        if self._orientation is not None:
            self._orientation.api.End()
        self._handles = self._orientation = None

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        """See `Engine.read`."""
        return self.read_part(image, dpi=dpi, language=language, seconds=seconds, upright=False)

    def read_part(
        self, image: Image.Image, *, dpi: float, language: str, seconds: float, upright: bool
    ) -> PageLayout:
        """See `Engine.read_part`."""
        deadline = time.monotonic() + seconds
        self.load()
        assert self._orientation is not None
        assert self._handles is not None
        page = PageRecogniser(
            self._handles,
            image,
            dpi=dpi,
            factor=_scale_factor(image, dpi),
            groups=group_languages(self._languages, self._find_own(language)),
            likely=self._last,
            deadline=deadline,
        )
        if upright:
            layout = page.recognise(0)
        else:
            layout = self._orientation.read_upright(image, page.recognise, page.is_legible)
        self._last = page.chosen or self._last
        return layout

    def read_lines(
        self, image: Image.Image, *, dpi: float, language: str, seconds: float
    ) -> PageLayout:
        """Recognise lines under each other (gray, upright), without looking for anything else."""
        deadline = time.monotonic() + seconds
        self.load()
        assert self._handles is not None
        return PageRecogniser(
            self._handles,
            image,
            dpi=dpi,
            factor=_scale_factor(image, dpi),
            groups=group_languages(self._languages, self._find_own(language)),
            deadline=deadline,
        ).recognise_lines()

    def find_lines(self, image: Image.Image, *, dpi: float) -> list[GrowingBlock]:
        """Where the lines and words of `image` (gray, upright) are, without their text.

        Raises EngineFailed.
        """
        self.load()
        assert self._handles is not None
        module = self._handles.module
        handle = self._handles.get(group_languages(self._languages)[0].codes)
        try:
            handle.SetPageSegMode(module.PSM.AUTO)
            show_image(handle, image, dpi)
            return collect_lines(module, handle)
        except RuntimeError as error:
            raise EngineFailed(
                Message("Tesseract failed on this page: {problem}.", problem=error)
            ) from error
        finally:
            handle.Clear()

    def detect_rotation(self, image: Image.Image) -> int:
        """The clockwise rotation, degrees, that makes `image` (gray) upright; takes 0.4 s.

        0 where the detection is not sure.
        """
        self.load()
        assert self._orientation is not None
        return self._orientation.detect_rotation(image)

    def _find_own(self, language: str) -> str | None:
        """Tesseract's name of the document's language where its data is installed."""
        assert self._handles is not None
        code = tessdata.tesseract_code(language) if language else None
        if code is None or not tessdata.is_installed(self._handles.path, code):
            return None
        return code


def _scale_factor(image: Image.Image, dpi: float) -> float:
    """The factor by which the page is resized before it is read."""
    if dpi > _FINEST_DPI:
        return _BEST_DPI / dpi
    factor = min(max(round(4 * _BEST_DPI / dpi) / 4, 1.0), _MOST_ENLARGED)
    if image.width * image.height * factor**2 > _MOST_PIXELS:
        return 1.0
    return factor
