"""A file of 500 pages holds nobody up."""

from __future__ import annotations

import io
import statistics
import time
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.ocr_worker.files import ENGLISH, font
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, running

pytestmark = [
    pytest.mark.long,
    pytest.mark.chaos,
    pytest.mark.slow,
    pytest.mark.timeout(200),
]

PAGES, READERS = 500, 2


def sheet(first_line: str) -> Image.Image:
    """A full A4 page of print at 200 dpi."""
    page = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(page)
    for index, line in enumerate([first_line, *ENGLISH * 7]):
        draw.text((120, 120 + 60 * index), line, fill=0, font=font(38))
    return page


def long_file() -> bytes:
    """The same picture on every page: a few KB a page."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    picture = ImageReader(sheet("A page of many"))
    for _ in range(PAGES):
        canvas.drawImage(picture, 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def short_file(number: int) -> bytes:
    buffer = io.BytesIO()
    sheet(f"A page alone, number {number}").save(buffer, "PNG", dpi=(200, 200))
    return buffer.getvalue()


def pages_read(site: Site) -> int:
    return int(site.rows("SELECT count(*) FROM documents_reading")[0][0])


def test_a_one_page_file_overtakes_a_long_one(tmp_path: Path) -> None:
    with running(
        tmp_path / "data", OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD, OCRSITE_WORKERS="2"
    ) as site:
        site.wait_for_ocr_workers()
        site.log_in()
        long = site.upload("long.pdf", long_file()).json()["id"]
        eventually(lambda: pages_read(site) >= 2, 60, "reading")
        begun, read_before = time.monotonic(), pages_read(site)

        waits = []
        for number in range(3):
            sent = time.monotonic()
            short = site.upload(f"short-{number}.png", short_file(number)).json()["id"]
            eventually(lambda: site.document(short)["status"] == "ready", 90, "the short file")  # noqa: B023
            waits.append(time.monotonic() - sent)

        pages = pages_read(site) - read_before
        page_time = READERS * (time.monotonic() - begun) / pages
        assert site.document(long)["status"] == "processing"
    print(f"a page takes {page_time:.2f} s, the short files took {waits}")
    assert statistics.median(waits) <= 3 * page_time, (waits, page_time)
