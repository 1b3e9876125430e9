"""Limits and results of the renderer. Plain data, no imaging library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .rules import Rules

if TYPE_CHECKING:
    from PIL import Image

MIB = 1024 * 1024

#: The longest side of a page image for people, px.
PAGE_IMAGE_SIDE = 2000

#: The longest side of a thumbnail, px.
THUMBNAIL_SIDE = 300

#: The most bytes of a thumbnail.
MAX_THUMBNAIL_BYTES = 20_000

#: Resolution at which PDF pages are rendered for OCR.
PDF_DPI = 200

#: No page is rendered or cached with more pixels: A2 at 300 dpi, 40 MB of gray.
MAX_PIXELS = 40_000_000

#: A member of a container leaves the child in pieces of so many bytes.
PIECE_BYTES = 4 * MIB

#: A document with more pages is refused: each page is a row, a lease and a reading.
MAX_PAGES = 20_000


#: Of a page in points.
NO_RULES = Rules((), (), unit=72 / 200)


@dataclass(frozen=True)
class Limits:
    """What one request to the child may use; measured on the sample and hostile files.

    `memory_bytes` limits the child's address space: an A4 page needs 0.15 GiB, the largest image
    that is decoded (150 Mpx of colour) 1.3 GiB. `cpu_seconds`: an ordinary page takes 0.1, the
    slowest sample 1, a 256 MiB content stream 3. `wall_seconds` is generous, as the clock also runs
    while the machine is busy. After `requests`, or with a peak above `peak_bytes`, the child is
    replaced, which frees what a library leaks or a large page left. `output_bytes` and
    `header_bytes` limit one answer. `archives`: the child is to open archives
    and mail, too.
    """

    memory_bytes: int = 2048 * MIB
    cpu_seconds: int = 20
    wall_seconds: float = 90.0
    output_bytes: int = 256 * MIB
    header_bytes: int = 64 * MIB
    requests: int = 2000
    peak_bytes: int = 600 * MIB
    niceness: int = 5
    archives: bool = False


@dataclass(frozen=True)
class MemberFacts:
    """A file in a container: `path` inside it, with "/" and without ".."; `size` in bytes, None
    where the container does not say; `is_file`: neither a folder nor a link nor a device. `note`:
    what it is that is no document ("signature" or "encrypted", see `ocr_worker.mail.message`)."""

    path: str
    size: int | None
    is_file: bool
    encrypted: bool
    note: str = ""


@dataclass(frozen=True)
class MailFacts:
    """What the head of a message says. `date`: ISO 8601, "" for none; `notes`: of
    `ocr_worker.mail.message`."""

    message_id: str
    sender: str
    to: str
    cc: str
    subject: str
    date: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RenderedPage:
    """A page for OCR: `image` is gray ("L"), or in colour ("RGB") where that was requested and the
    page has any; `dpi` is its resolution.

    `blank`: it has no ink that could be text. `estimated`: the file states no resolution, `dpi` is
    a guess from its size. `damaged`: a part of the picture is lost. `marked`: something on it has a
    colour, like a stamp.
    """

    image: Image.Image
    dpi: float
    blank: bool
    estimated: bool = False
    damaged: bool = False
    marked: bool = False


@dataclass(frozen=True)
class PageImage:
    """A page for people: WebP bytes, size in px and resolution."""

    data: bytes
    width: int
    height: int
    dpi: float


@dataclass(frozen=True)
class LayerWord:
    """A word of a PDF's text layer; its box is in points, origin top left of the shown page.

    `size`: height of the font in points. `turn`: clockwise degrees (0, 90, 180, 270) by which the
    text is rotated on the shown page, `slant` the further degrees (-45 to 45) by which it rises,
    counterclockwise. `invisible`: drawn without ink, or under an image (OCR
    layers). `hyphen`: it was split at the end of a line and continues in the next word. `broken`:
    number of its glyphs that have no text in the font. `bold`: of heavy type. `stated`: the file
    states it for what it draws (/ActualText). `hidden`: nobody sees it on the page.
    """

    text: str
    bbox: tuple[float, float, float, float]
    size: float
    turn: int = 0
    invisible: bool = False
    hyphen: bool = False
    broken: int = 0
    slant: float = 0.0
    bold: bool = False
    stated: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class UnreadLine:
    """A line on the page that looks like text and has no word; its box in points of the shown page.

    `letters`: about how many it has. `across`: it stands at a right angle to the page's text.
    `slant`: the further degrees (-45 to 45) by which it rises, counterclockwise.
    """

    bbox: tuple[float, float, float, float]
    letters: int
    across: bool = False
    slant: float = 0.0


@dataclass(frozen=True)
class TextLayer:
    """A PDF page's text as it is in the file, in the file's order.

    `width`, `height`: the shown page in points. `image_cover`: share (0 to 1) of the page under
    raster images. `image_box`: around all of them, points, or None. `paths`: drawn shapes.
    `covered`: number of words over which a shape is drawn, though there is ink. `unread`: lines
    that look like text and have no words. `rules`: its ruling lines, in points.
    `image_width`, `image_height`: size in px of the page image that belongs to it, `image_dpi` its
    resolution.
    """

    width: float
    height: float
    image_width: int
    image_height: int
    image_dpi: float
    words: tuple[LayerWord, ...] = ()
    image_cover: float = 0.0
    image_box: tuple[float, float, float, float] | None = None
    paths: int = 0
    covered: int = 0
    unread: tuple[UnreadLine, ...] = ()
    rules: Rules = NO_RULES
