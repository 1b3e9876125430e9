"""The protocol of an OCR engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from documents.messages import Message
from documents.text.page_layout import PageLayout

if TYPE_CHECKING:
    from PIL import Image

#: Seconds that recognising one page may take by the clock, unless an engine states another limit.
#: With Tesseract the densest sample takes 7 s on an idle core, three times that where its
#: orientation is in doubt, and more on a busy machine.
RECOGNITION_SECONDS = 180.0


@dataclass(frozen=True)
class Needs:
    """What an engine requires of its process.

    `colour`: pages are passed in colour ("RGB") where they have any, else in gray ("L"). `dpi`: its
    results depend on the resolution it is given. `seconds`: limit of one page by the clock.
    `pages`, `rss_bytes`: after how many pages, and above which resident set, its process is
    replaced by a new one between two pages; None: never. `pages_in_flight`: how many pages it is
    given at the same time, each by a thread of its own.
    """

    colour: bool = False
    dpi: bool = True
    seconds: float = RECOGNITION_SECONDS
    pages: int | None = None
    rss_bytes: int | None = None
    pages_in_flight: int = 1


@dataclass(frozen=True)
class EngineReport:
    """What an engine tells of itself while it works. `gpu_bytes`: GPU memory that its process has
    reserved; 0 without a GPU. `recogniser_load`: what its recogniser has done since it started
    (`ocr_worker.vlm.load.Load`); empty where there is none. `remark`: what keeps it from its
    best, for administrators; None: nothing."""

    gpu_bytes: int = 0
    recogniser_load: Mapping[str, float] = field(default_factory=dict)
    remark: Message | None = None


def report_of(engine: Engine | None) -> EngineReport:
    """The engine's `report`, which few engines have."""
    found: EngineReport = getattr(engine, "report", EngineReport())
    return found


class Engine(Protocol):
    """Recognises the text of page images; loaded before the first page. Used by as many threads as
    `needs.pages_in_flight` says, by one where that is 1."""

    @property
    def name(self) -> str:
        """The name in the HTTP contract: "tesseract", "paddleocr-vl"."""

    @property
    def version(self) -> str:
        """The version, for the record of a reading; known once loaded."""

    @property
    def needs(self) -> Needs:
        """Known once loaded."""

    def load(self) -> None:
        """Load models; may take minutes. Raises EngineUnavailable, which names what to install."""

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        """Recognise the page.

        `image`: the page as the file shows it, in colour or gray as `needs.colour` says; `dpi`: its
        resolution. `language`: the document's (ISO 639-1), "" where unknown. `seconds`: limit by
        the clock. The layout's boxes are px of the upright image: its `rotation` is the number of
        degrees clockwise by which `image` was rotated, `width` and `height` the size after that.

        Raises ReadingTimeout, EngineFailed (both may succeed on retry), EngineUnavailable.
        """

    def read_part(
        self, image: Image.Image, *, dpi: float, language: str, seconds: float, upright: bool
    ) -> PageLayout:
        """Recognise lines cut out of a page (gray, on white), at the least cost.

        As `read`, but the engine may leave it to one that is quicker with few lines. `upright`:
        the lines are known to be upright, so nothing else is tried.
        """

    def close(self) -> None:
        """Release what `load` allocated. The engine may be loaded again."""
