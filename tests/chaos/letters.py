"""Small documents with real text, a few pages each, and what must be true once they are read."""

from __future__ import annotations

import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.ocr_worker.files import ENGLISH, font
from tests.ocrsite.running_site import Site, eventually

_serial = itertools.count(1)


@dataclass(frozen=True)
class Letter:
    """A file to upload; each page says its number."""

    name: str
    content: bytes
    pages: int


@dataclass(frozen=True)
class Sent:
    """A letter that was answered with 201."""

    letter: Letter
    id: str


def letters(count: int = 20) -> list[Letter]:
    """Images, fax-like TIFFs, scanned and born-digital PDFs in turn: two pages each on average."""
    kinds = itertools.cycle((_image, _scan, _tiff, digital))
    return [kind(next(_serial)) for kind, _ in zip(kinds, range(count), strict=False)]


def slow_letter(pages: int = 1) -> Letter:
    """A TIFF of dense print: Tesseract takes several seconds for each page."""
    serial = next(_serial)
    return Letter(f"dense-{serial}.tif", _as_tiff([_dense(serial, n + 1) for n in range(pages)]),
                  pages)  # fmt: skip


def send(site: Site, some: list[Letter]) -> list[Sent]:
    return [_send(site, letter) for letter in some]


def _send(site: Site, letter: Letter) -> Sent:
    answer = site.upload(letter.name, letter.content)
    assert answer.status_code == 201, answer.text
    return Sent(letter, answer.json()["id"])


def wait_until_read(site: Site, sent: list[Sent], within: float = 120) -> None:
    """Until none of them waits any more, whatever became of it."""

    def waiting() -> list[tuple[str, ...]]:
        return site.rows(
            f"SELECT id FROM documents_document WHERE status IN ('queued', 'processing') "
            f"AND id IN ({_ids(sent)})"
        )

    eventually(lambda: not waiting(), within, "the end of every document")


def assert_read_once(site: Site, sent: list[Sent]) -> None:
    """Every document is ready, with every page once, and was announced once."""
    for one in sent:
        document = site.document(one.id)
        assert (document["status"], document["error"]) == ("ready", None)
        assert document["pages_done"] == document["page_count"] == one.letter.pages
        result = site.call(f"/api/v1/documents/{one.id}/result.json").json()
        found = [(page["number"], _number_on(page["text"])) for page in result["pages"]]
        assert found == [(n, n) for n in range(1, one.letter.pages + 1)], one.letter.name
    announced = site.rows(
        "SELECT document_id FROM documents_event "
        f"WHERE kind = 'document.read' AND document_id IN ({_ids(sent)})"
    )
    assert len(announced) == len(sent)
    assert set(Counter(announced).values()) == {1}
    readings = site.rows(
        "SELECT count(*), count(DISTINCT page_id) FROM documents_reading WHERE page_id IN "
        f"(SELECT id FROM documents_page WHERE document_id IN ({_ids(sent)}))"
    )
    pages = sum(one.letter.pages for one in sent)
    assert readings == [(pages, pages)], "one reading a page"


def _ids(sent: list[Sent]) -> str:
    """For SQL: hexadecimal digits alone, as SQLite keeps them and PostgreSQL takes them."""
    return ", ".join(f"'{one.id.replace('-', '')}'" for one in sent)


def _number_on(text: str) -> int | None:
    # "page" may be read in Cyrillic letters of the same shape.
    found = re.match(r"Letter\W+\d+\W+\w+\W+(\d+)", text)
    return int(found[1]) if found else None


# --- what they look like -------------------------------------------------------------------------


def _lines(serial: int, number: int) -> list[str]:
    return [f"Letter {serial} page {number}", *ENGLISH[:3]]


def _picture(serial: int, number: int) -> Image.Image:
    page = Image.new("L", (1240, 420), 255)
    draw = ImageDraw.Draw(page)
    for index, line in enumerate(_lines(serial, number)):
        draw.text((80, 60 + 80 * index), line, fill=0, font=font(40))
    return page


def _dense(serial: int, number: int) -> Image.Image:
    page = Image.new("L", (2480, 3508), 255)
    draw = ImageDraw.Draw(page)
    draw.text((120, 60), f"Letter {serial} page {number}", fill=0, font=font(60))
    for index in range(72):
        line = " ".join((*ENGLISH[index % 5 :], *ENGLISH))
        draw.text((120, 160 + 45 * index), line[:130], fill=0, font=font(36))
    return page


def _image(serial: int) -> Letter:
    buffer = io.BytesIO()
    _picture(serial, 1).save(buffer, "PNG", dpi=(200, 200))
    return Letter(f"photo-{serial}.png", buffer.getvalue(), 1)


def _tiff(serial: int) -> Letter:
    pages = [_picture(serial, number) for number in (1, 2, 3)]
    return Letter(f"fax-{serial}.tif", _as_tiff(pages), 3)


def _as_tiff(pages: list[Image.Image]) -> bytes:
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:], dpi=(200, 200),
                  compression="tiff_lzw")  # fmt: skip
    return buffer.getvalue()


def _scan(serial: int) -> Letter:
    def pages(canvas: Canvas) -> Iterator[None]:
        for number in (1, 2):
            picture = ImageReader(_picture(serial, number))
            yield canvas.drawImage(picture, 0, 0, 446, 151)

    return Letter(f"scan-{serial}.pdf", _pdf(pages, (446, 151)), 2)


def digital(serial: int) -> Letter:
    def pages(canvas: Canvas) -> Iterator[None]:
        for number in (1, 2):
            for index, line in enumerate(_lines(serial, number)):
                canvas.drawString(60, 760 - 20 * index, line)
            yield None

    return Letter(f"digital-{serial}.pdf", _pdf(pages, (595, 842)), 2)


def _pdf(pages: object, size: tuple[float, float]) -> bytes:
    assert callable(pages)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size)
    for _ in pages(canvas):
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()
