"""What an OCR engine is to the rest of the reader, and how one is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from documents.errors import EngineUnavailable
from documents.layout import PageLayout

if TYPE_CHECKING:
    from PIL import Image

#: What OCRSITE_ENGINE may be.
CHOICES = ("auto", "tesseract", "paddleocr-vl")


class Engine(Protocol):
    """Reads the image of one page. Used by one thread; loaded once, before the first page."""

    @property
    def name(self) -> str:
        """As in the HTTP contract: "tesseract", "paddleocr-vl"."""

    @property
    def version(self) -> str:
        """The version that reads, for a reading's record; known once loaded."""

    def load(self) -> None:
        """Make ready; may take long. Raises EngineUnavailable, saying what to install."""

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        """The page's text. `image`: gray ("L"), as the file shows it; `dpi`: its resolution.

        `language`: the document's (ISO 639-1), "" where nobody said. `seconds`: what the page may
        take by the clock. The layout's boxes are px of the upright image: the layout's `rotation`
        says by how many degrees clockwise `image` was turned, `width` and `height` its size then.

        Raises ReadingTimeout, EngineFailed (both worth another try), EngineUnavailable.
        """

    def close(self) -> None:
        """Give back what `load` took. The engine may be loaded again."""


def create_engine(choice: str, languages: str) -> Engine:
    """The engine for `choice` (one of CHOICES), not loaded yet.

    `languages`: Tesseract's codes joined by "+", the most likely first ("rus+eng").
    Raises EngineUnavailable for a choice that this build does not have, ValueError for no choice.
    """
    if choice in ("auto", "tesseract"):
        from .tesseract import TesseractEngine

        return TesseractEngine(languages)
    if choice == "paddleocr-vl":
        raise EngineUnavailable(
            "This build has no PaddleOCR-VL engine. Set OCRSITE_ENGINE to auto or tesseract."
        )
    raise ValueError(f"unknown engine {choice!r}: choose one of {', '.join(CHOICES)}")
