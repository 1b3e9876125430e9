"""How long pages wait while single sheets arrive without end beside longer documents.

    python -m tests.benchmarks.fairness [--minutes N] [--backlog N]

Starts the site in a fresh data directory with two readers. For so many minutes a new scan of one
page is uploaded whenever fewer than `--backlog` of them wait, so that there is always more work
than the readers do; half a minute after the first, a scan of 8 pages and one of 500 come. Then the
stream goes on. Printed are waits in seconds and in page times (what one reader needs for a page, on
average). The bound is that of `documents/actions/claim_page.py`: with N documents of its class that
wait and W readers a document gets its next page after at most 2 N / W page times; the page being
read, and the time for it, come on top.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pikepdf

from tests.benchmarks.pdfs import PaddedScans, scan_pdf
from tests.benchmarks.product import (
    ENDED,
    Product,
    options,
    print_head,
    print_load,
    print_row,
    product,
    verdict,
)
from tests.benchmarks.truths import page_images

READERS = 2
SHORT, LONG = 8, 500
#: Seconds after the first single sheet at which the longer documents come.
LATER = 30.0


@dataclass
class Watched:
    """A document and when each of its pages was done, seconds of the monotonic clock."""

    document: str
    pages: int
    uploaded: float
    done: list[float] = field(default_factory=list)

    def look(self, site: Product, now: float) -> bool:
        """Note the pages done since the last look; whether all are."""
        found = site.document(self.document)
        self.done += [now] * (int(found["pages_done"]) - len(self.done))
        if found["status"] in ENDED and found["status"] != "ready":
            raise RuntimeError(f"{found['status']}: {found['error']}")
        return len(self.done) >= self.pages

    def waits(self, until: float) -> list[float]:
        """Seconds from the upload to the first page, and from each page to the next; where pages
        are left, the last is the wait until now."""
        moments = [self.uploaded, *self.done]
        if len(self.done) < self.pages:
            moments.append(until)
        return [after - before for before, after in pairwise(moments)]


def main(arguments: list[str]) -> int:
    parser = options(__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--backlog", type=int, default=4, help="single sheets that wait")
    given = parser.parse_args(arguments)
    print_load()
    with product(READERS) as site, tempfile.TemporaryDirectory() as directory:
        met = measure(site, Path(directory), 60 * given.minutes, given.backlog)
    print_load()
    return 0 if met else 1


def measure(site: Product, directory: Path, seconds: float, backlog: int) -> bool:
    image = page_images()[0]
    short = scan_pdf(page_images()[:SHORT], directory / "short.pdf")
    long = repeat(scan_pdf([image], directory / "one.pdf"), LONG, directory / "long.pdf")
    sheets = PaddedScans(image, 1)
    started = now = time.monotonic()
    waiting: list[Watched] = []
    singles: list[Watched] = []
    longer: list[Watched] = []
    while now - started < seconds:
        if not longer and now - started >= LATER:
            longer = [
                Watched(site.upload(path), pages, time.monotonic())
                for path, pages in ((short, SHORT), (long, LONG))
            ]
        while len(waiting) < backlog:
            answer = site.post_file(f"sheet-{len(singles)}.pdf", sheets.make())
            answer.raise_for_status()
            waiting.append(Watched(str(answer.json()["id"]), 1, time.monotonic()))
            singles.append(waiting[-1])
        time.sleep(0.2)
        now = time.monotonic()
        waiting = [one for one in waiting if not one.look(site, now)]
        for one in longer:
            if len(one.done) < one.pages:
                one.look(site, now)
    return report(singles, longer, now - started, backlog, now)


def report(
    singles: list[Watched], longer: list[Watched], seconds: float, backlog: int, now: float
) -> bool:
    pages = sum(len(one.done) for one in (*singles, *longer))
    page_time = READERS * seconds / pages
    print_head(
        "documents",
        "pages done",
        "wait for a page: p50, s",
        "p95",
        "max",
        "max, page times",
        "bound",
    )
    met = True
    kinds = {
        "single sheets": (singles, backlog),
        f"{SHORT} pages": (longer[:1], len(longer)),
        f"{LONG} pages": (longer[1:], len(longer)),
    }
    for name, (documents, of_class) in kinds.items():
        waits = [wait for one in documents for wait in one.waits(now)]
        if not waits:
            continue
        most = max(waits) / page_time
        # Besides the wait: the page that each reader has begun, and the document's own page.
        bound = 2 * of_class / READERS + 2
        met = met and most <= bound
        p95 = statistics.quantiles([*waits, waits[-1]], n=20, method="inclusive")[-1]
        print_row(
            name,
            sum(len(one.done) for one in documents),
            *(f"{value:.1f}" for value in (statistics.median(waits), p95, max(waits), most)),
            f"{bound:.0f} ({verdict(most <= bound)})",
        )
    ended = longer[0].done if longer else []
    if len(ended) == SHORT:
        took = ended[-1] - longer[0].uploaded
        print(f"\nThe {SHORT} pages were done {took:.1f} s after the upload.")
    print(f"\n{pages} pages in {seconds:.0f} s; a page takes a reader {page_time:.2f} s.")
    return met and len(ended) == SHORT


def repeat(source: Path, pages: int, target: Path) -> Path:
    """A PDF that shows the first page of `source` so many times."""
    with pikepdf.open(source) as pdf:
        for _ in range(pages - 1):
            pdf.pages.append(pdf.pages[0])
        pdf.save(target)
    return target


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
