"""Sixteen pages in flight, and what waits beside them: short files beside one of 500 pages.

No clock decides: the engine reads a page when it is given a ticket, and waits are counted in
tickets. While one slot reads a page, the others read one each: a page time is sixteen tickets. The
bounds are those of `documents/actions/claim_page.py`.
"""

from __future__ import annotations

import io
import os
import select
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from documents.models import Document, Page, PageStatus
from tests.ocr_worker.claims import processing
from tests.ocr_worker.files import ENGLISH, picture
from tests.ocr_worker.process.conftest import Queue, Workers
from tests.ocr_worker.process.program import ARRIVALS, IN_FLIGHT, TICKETS

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.timeout(300),  # sixteen children that draw pages start before the first ticket
]

LONG, SHORT = 500, 8
#: Single files that always wait beside the longer ones.
BACKLOG = 4
PAGE_TIME = IN_FLIGHT
#: Of tickets; by hand more, for the table in docs/benchmarks.md.
NUMBER = int(os.environ.get("OCRSITE_TEST_TICKETS", 3 * PAGE_TIME))


class Tickets:
    """Lets the pages of a worker be read one by one; `given` counts them."""

    def __init__(self, directory: Path) -> None:
        for name in (ARRIVALS, TICKETS):
            os.mkfifo(directory / name)
        self._arrivals, self._tickets = (
            os.open(directory / name, os.O_RDWR) for name in (ARRIVALS, TICKETS)
        )
        self.given = 0

    def wait_for_a_page(self) -> None:
        """Until one more page is with the engine."""
        readable, _, _ = select.select([self._arrivals], [], [], 60)
        assert readable, "no page came to the engine"
        os.read(self._arrivals, 1)

    def give(self) -> None:
        """Let a page be read and recorded, and the next one come in its place."""
        self.given += 1
        os.write(self._tickets, b".")
        self.wait_for_a_page()

    def close(self) -> None:
        os.close(self._arrivals)
        os.close(self._tickets)


@pytest.fixture
def tickets(workers: Workers, queue: Queue, tmp_path: Path) -> Iterator[Tickets]:
    """Of a worker that has the first sixteen pages of a long file in flight."""
    processing(sheets(tmp_path / "long.pdf", LONG), pages=LONG)
    workers.data_directory(0).mkdir()
    tickets = Tickets(workers.data_directory(0))
    workers.start(engine="by-ticket")
    queue.wake_ocr_workers()
    for _ in range(IN_FLIGHT):
        tickets.wait_for_a_page()
    yield tickets
    tickets.close()


def sheets(path: Path, pages: int) -> Path:
    """A PDF with the same picture of print on every page."""
    buffer = io.BytesIO()
    picture(ENGLISH, width=310, height=438).save(buffer, "PNG")
    canvas = Canvas(str(path), pagesize=(298, 420))
    image = ImageReader(buffer)
    for _ in range(pages):
        canvas.drawImage(image, 0, 0, 298, 420)
        canvas.showPage()
    canvas.save()
    return path


@dataclass
class Watched:
    """A file and, in tickets, when it came and when each of its pages was done."""

    document: Document
    came: int
    pages: list[int] = field(default_factory=list)

    def look(self, now: int) -> bool:
        """Note the pages that are done since; whether all are."""
        read = Page.objects.filter(document=self.document, status=PageStatus.DONE).count()
        self.pages += [now] * (read - len(self.pages))
        return read == self.document.page_count

    def waits(self, until: int) -> list[int]:
        """From its coming to the first page, and from page to page."""
        moments = [self.came, *self.pages]
        if len(self.pages) != self.document.page_count:
            moments.append(until)
        return [after - before for before, after in pairwise(moments)]


def test_a_file_of_one_page_is_read_within_three_page_times(
    tickets: Tickets, tmp_path: Path
) -> None:
    single = Watched(processing(sheets(tmp_path / "single.pdf", 1)), 0)

    tickets.give()
    assert Page.objects.get(document=single.document).status == PageStatus.RUNNING, "at once"
    while not single.look(tickets.given):
        tickets.give()

    print(f"done after {tickets.given} tickets")
    assert tickets.given <= 3 * PAGE_TIME


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_single_files_without_end_and_longer_ones_keep_to_their_bounds(
    tickets: Tickets, tmp_path: Path
) -> None:
    one_page = sheets(tmp_path / "single.pdf", 1)
    longer = [
        Watched(Document.objects.get(), 0),
        Watched(processing(sheets(tmp_path / "short.pdf", SHORT), pages=SHORT), 0),
    ]
    singles: list[Watched] = []
    waiting = singles
    while tickets.given < NUMBER:
        for _ in range(BACKLOG - len(waiting)):
            singles.append(Watched(processing(one_page), tickets.given))
        waiting = [each for each in singles if len(each.pages) < 1]
        tickets.give()
        waiting = [each for each in waiting if not each.look(tickets.given)]
        for each in longer:
            each.look(tickets.given)

    for name, files, of_class in (
        ("single files", singles, BACKLOG), ("500 pages", longer[:1], 2), ("8 pages", longer[1:], 2)
    ):  # fmt: skip
        waits = sorted(wait for each in files for wait in each.waits(tickets.given))
        # Besides the wait: what the slots have begun, and the page's own time.
        bound = (2 * of_class / IN_FLIGHT + 2) * PAGE_TIME
        print(f"{name}: {sum(len(each.pages) for each in files)} pages; waits, tickets: median "
              f"{statistics.median(waits)}, max {waits[-1]}, bound {bound:.0f}")  # fmt: skip
        assert waits[-1] <= bound, name
    assert len(longer[1].pages) == SHORT
