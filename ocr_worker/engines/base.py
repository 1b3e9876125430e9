"""What an OCR engine is to the rest of the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from documents.text.page_layout import PageLayout

if TYPE_CHECKING:
    from PIL import Image

#: What recognising one page may take by the clock, seconds, where an engine does not say otherwise.
#: For Tesseract: the densest sample takes 7 on an idle core, three times that where its orientation
#: is in doubt, and more where the machine is busy.
RECOGNITION_SECONDS = 180.0


@dataclass(frozen=True)
class Needs:
    """What an engine asks of the process around it.

    `colour`: its pages come in colour where they have any ("RGB"), else in gray ("L"). `dpi`: how
    it reads depends on the resolution that it is told. `seconds`: what recognising one page may
    take by the clock. `pages`, `rss_bytes`: after how many pages, and
    above which resident set, its process is replaced by a new one, between two pages; None: never.
    """

    colour: bool = False
    dpi: bool = True
    seconds: float = RECOGNITION_SECONDS
    pages: int | None = None
    rss_bytes: int | None = None


class Engine(Protocol):
    """Reads the image of one page. Used by one thread; loaded once, before the first page."""

    @property
    def name(self) -> str:
        """As in the HTTP contract: "tesseract", "paddleocr-vl"."""

    @property
    def version(self) -> str:
        """The version that reads, for a reading's record; known once loaded."""

    @property
    def needs(self) -> Needs:
        """Known once loaded."""

    def load(self) -> None:
        """Make ready; may take long. Raises EngineUnavailable, saying what to install."""

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        """The page's text. `image`: as `needs.colour` says, the way the file shows it; `dpi`: its
        resolution.

        `language`: the document's (ISO 639-1), "" where nobody said. `seconds`: what the page may
        take by the clock. The layout's boxes are px of the upright image: the layout's `rotation`
        says by how many degrees clockwise `image` was turned, `width` and `height` its size then.

        Raises ReadingTimeout, EngineFailed (both worth another try), EngineUnavailable.
        """

    def close(self) -> None:
        """Give back what `load` took. The engine may be loaded again."""
