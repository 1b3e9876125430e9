"""Where the time of a page goes, from the claim to the record.

    python -m tests.benchmarks.page_costs [--kind scans|born-digital] [--pages N]

First the whole product (a fresh data directory, two readers) reads the pages, for the time that a
page takes in all. Then two processes do in another fresh data directory what readers do, page after
page of the same file, with a stopwatch around every step; a step's time is without the steps inside
it. The difference between the two is what the product waits: for the processor, for the web and the
background process beside the readers, for the first page, and for the last page of the other.

The second table is the processor time of the product's processes: it hardly depends on what else
runs on the machine, and bounds the pages a second that its cores allow.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django

from tests.benchmarks.pdfs import first_pages, scan_pdf
from tests.benchmarks.processes import FOLLOWER, PARTS, QUEUE, Processes
from tests.benchmarks.product import (
    options,
    print_head,
    print_load,
    print_row,
    product,
)
from tests.benchmarks.truths import SAMPLES
from tests.benchmarks.truths import page_images as sample_page_images

READERS = 2
#: As `serve` starts its readers.
NICE = 10
BORN_DIGITAL = SAMPLES / "docs" / "ru" / "ru-debian-install-ru.pdf"


@dataclass
class Stopwatch:
    """Seconds and calls by step; a step's time is without that of the steps inside it."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _inside: list[float] = field(default_factory=list)

    @contextmanager
    def timing(self, step: str) -> Iterator[None]:
        self._inside.append(0.0)
        started = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - started
            self.seconds[step] += took - self._inside.pop()
            self.calls[step] += 1
            if self._inside:
                self._inside[-1] += took

    def wrap(self, owner: Any, name: str, step: str) -> None:
        original: Callable[..., Any] = getattr(owner, name)

        @functools.wraps(original)
        def timed(*args: Any, **kwargs: Any) -> Any:
            with self.timing(step):
                return original(*args, **kwargs)

        setattr(owner, name, timed)

    def add(self, other: Stopwatch) -> None:
        for step, seconds in other.seconds.items():
            self.seconds[step] += seconds
            self.calls[step] += other.calls[step]


def main(arguments: list[str]) -> int:
    parser = options(__doc__)
    parser.add_argument("--kind", choices=("scans", "born-digital"), default="scans")
    parser.add_argument("--pages", type=int, default=None, help="default: 24 scans, or 128 pages")
    given = parser.parse_args(arguments)
    print_load()
    with tempfile.TemporaryDirectory(prefix="ocrsite-benchmark-") as directory:
        path = Path(directory) / "pages.pdf"
        if given.kind == "scans":
            scan_pdf(sample_page_images()[: given.pages or 24], path)
        else:
            first_pages(BORN_DIGITAL, given.pages or 128, path)
        pages, seconds, used = by_product(path)
        watch = by_steps(path, Path(directory) / "data")
    total = READERS * seconds / pages
    known = sum(watch.seconds.values()) / pages
    print_head("step", "times a page", "s a page", "share")
    for step in sorted(watch.seconds, key=lambda step: -watch.seconds[step]):
        took = watch.seconds[step] / pages
        print_row(step, f"{watch.calls[step] / pages:.2f}", f"{took:.4f}", f"{took / total:.1%}")
    waiting = total - known
    print_row("waiting (the rest)", "", f"{waiting:.4f}", f"{waiting / total:.1%}")
    print_row("**a page in the product**", "", f"{total:.4f}", "")
    print_head("processes", "processor s a page")
    for part in (*PARTS, QUEUE, FOLLOWER):
        print_row(part.replace("a reader", "readers"), f"{used[part] / pages:.4f}")
    print_row("**all**", f"{sum(used.values()) / pages:.4f}")
    print(
        f"\n{pages} pages in {seconds:.1f} s by {READERS} readers: {pages / seconds:.2f} pages/s."
    )
    print_load()
    return 0


def by_product(path: Path) -> tuple[int, float, dict[str, float]]:
    """Pages of the file, seconds from its upload to `ready`, processor seconds by part."""
    with product(READERS) as site:
        processes = Processes(site.site)
        before = processes.cpu_seconds()
        started = time.monotonic()
        document = site.upload(path)
        found = site.wait([document], within=300, every=0.1)[document]
        seconds = time.monotonic() - started
        after = processes.cpu_seconds()
        used = {
            part: after.get(part, 0) - before.get(part, 0) for part in (*PARTS, QUEUE, FOLLOWER)
        }
    if found["status"] != "ready":
        raise RuntimeError(f"{found['status']}: {found['error']}")
    return int(found["page_count"]), seconds, used


def by_steps(path: Path, data_dir: Path) -> Stopwatch:
    """The steps of all the pages, by two processes on one database."""
    os.environ["OCRSITE_DATA_DIR"] = str(data_dir)
    os.environ["OCRSITE_START_ID"] = str(uuid.uuid4())
    os.environ.pop("DATABASE_URL", None)
    _set_up()
    watch = Stopwatch()
    watch.add(_taken_in(path))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(READERS, mp_context=context) as pool:
        for one in pool.map(_read_all, range(READERS)):
            watch.add(one)
    watch.add(_chore("assemble the results"))
    return watch


def _set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "ocrsite.settings"
    django.setup()


def _taken_in(path: Path) -> Stopwatch:
    """Make the tables and a user, upload the file, count its pages."""
    from django.core.management import call_command

    from documents.actions.bootstrap import ADMIN, ensure_first_team_and_admin
    from documents.actions.upload import upload
    from documents.files.upload_staging import stage
    from documents.models import User

    call_command("migrate", verbosity=0)
    ensure_first_team_and_admin(None)
    user = User.objects.get(username=ADMIN)
    with path.open("rb") as file:
        upload(user, stage(iter(lambda: file.read(2**18), b"")), path.name)
    return _chore("count the pages, thumbnail")


def _chore(step: str) -> Stopwatch:
    from documents.actions.claim_task import claim_task
    from ocr_worker import pipeline
    from ocr_worker.rendering import Renderer

    watch = Stopwatch()
    claim = claim_task()
    assert claim is not None
    with Renderer() as renderer, watch.timing(step):
        pipeline.run_task(claim, renderer)
    return watch


def _read_all(slot: int) -> Stopwatch:
    """What a reader does until no page waits."""
    os.nice(NICE)
    _set_up()
    from documents.actions.claim_page import claim_page
    from documents.models.claim import ClaimOwner
    from ocr_worker import pipeline
    from ocr_worker.engines import create_engine
    from ocr_worker.rendering import Renderer

    start_id = uuid.UUID(os.environ["OCRSITE_START_ID"])
    reader = ClaimOwner(f"{start_id}:ocr:{slot}", start_id)
    engine = create_engine("tesseract", "rus+eng")
    engine.load()
    watch = Stopwatch()
    _wrap_steps(watch)
    with Renderer() as renderer:
        while True:
            with watch.timing("database: claim"):
                claim = claim_page(reader, engines=(engine.name,))
            if claim is None:
                break
            with watch.timing("the rest of the reader's own work"):
                pipeline.read_claimed_page(claim, renderer, engine)
    engine.close()
    return Stopwatch(dict(watch.seconds), dict(watch.calls))


def _wrap_steps(watch: Stopwatch) -> None:
    from documents.exports import page_images
    from ocr_worker import pipeline, quality, reading
    from ocr_worker.engines import orientation, recognise_page
    from ocr_worker.rendering import Renderer
    from ocr_worker.text_layer import extract

    watch.wrap(Renderer, "read_text_layer", "text layer: take it out of the PDF (child)")
    watch.wrap(extract, "find_distrust_reason", "text layer: is it plausible")
    watch.wrap(extract, "convert_to_layout", "text layer: words to blocks and lines")
    watch.wrap(Renderer, "render_page", "draw the page for OCR, blank or not (child)")
    watch.wrap(orientation, "_looks_sideways", "orientation: first look")
    watch.wrap(orientation.Orientation, "_detect", "orientation: Tesseract's detection")
    watch.wrap(recognise_page.PageRecogniser, "_choose_languages", "script: a few lines")
    watch.wrap(recognise_page.PageRecogniser, "_turn_and_enlarge", "enlarge what is small")
    watch.wrap(recognise_page, "look_again", "second look at doubtful words")
    watch.wrap(recognise_page.PageRecogniser, "_read", "recognise")
    watch.wrap(recognise_page, "collect_blocks", "boxes and confidences out of Tesseract")
    watch.wrap(recognise_page, "finish_blocks", "words to blocks")
    watch.wrap(reading, "correct_page", "shadow, slope, shape: looked for and taken off")
    watch.wrap(reading, "read_tables", "tables: rules looked for, cells read")
    watch.wrap(quality, "mend_layout", "letters of the wrong script")
    watch.wrap(quality, "calibrate_layout", "confidences")
    watch.wrap(reading, "find_unread_lines", "ink without words: look for it")
    watch.wrap(reading, "read_unread", "ink without words: read it")
    watch.wrap(quality, "assess_layout", "flags")
    watch.wrap(reading, "cut_out_figures", "figures")
    watch.wrap(Renderer, "render_thumbnail", "thumbnail (child)")
    watch.wrap(Renderer, "render_page_image", "page image for people: scale, WebP (child)")
    watch.wrap(page_images, "store_page_image", "page image: to the disk, flushed")
    watch.wrap(page_images, "store_page_thumbnail", "thumbnail: to the disk, flushed")
    watch.wrap(pipeline, "store_figures", "figures: to the disk")
    watch.wrap(pipeline, "record_reading", "database: record the reading")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
