"""Pages a second of the whole product over scans, beside bare Tesseract.

    python -m tests.benchmarks.throughput [--pages N] [--rounds N]

The scans are the truths' page images at 200 dpi, the same pixels for both. The product (a fresh
data directory, two readers) gets them as one PDF of images: from the upload to `ready`. Bare
Tesseract is two processes at a time, `tesseract --psm 1 -l rus+eng --dpi 200` with one thread each,
over the same images from one list. Both run in turn, each first in every other round; both at the
readers' low priority, so that whatever else runs on the machine slows them alike. The site is
stopped (SIGSTOP) while bare Tesseract runs, so that it costs nothing. The aim is a ratio of 1.3.

Processor time is given beside it: of all the site's processes, and of bare Tesseract's. On a busy
machine it is what can be compared: its ratio is the second figure. Then the same pages once more,
by two processes that do what readers do, with a stopwatch around every step: where the time goes
(`page_costs` has the rest of that).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.page_costs import READERS, by_steps
from tests.benchmarks.pdfs import SCAN_DPI, scan_pdf
from tests.benchmarks.processes import Processes
from tests.benchmarks.product import (
    Product,
    options,
    print_head,
    print_load,
    print_row,
    product,
    verdict,
)
from tests.benchmarks.truths import page_images

AIM = 1.3
#: As `serve` starts its readers.
NICE = 10


def main(arguments: list[str]) -> int:
    parser = options(__doc__)
    parser.add_argument("--pages", type=int, default=24, help="at most 24, the most there are")
    parser.add_argument("--rounds", type=int, default=2, help="each runs both once")
    parser.add_argument("--readers", type=int, default=2)
    given = parser.parse_args(arguments)
    images = page_images()[: given.pages]
    print_load()
    seconds: dict[str, list[float]] = {"product": [], "bare": []}
    processor: dict[str, float] = {"product": 0.0, "bare": 0.0}
    with product(given.readers) as site, tempfile.TemporaryDirectory() as directory:
        processes = Processes(site.site)
        print_head("round", "who", "pages", "s", "pages/s", "processor s a page")
        for number in range(given.rounds):
            order = ("product", "bare") if number % 2 == 0 else ("bare", "product")
            for who in order:
                before = used(processes, who)
                if who == "product":
                    took = by_product(site, scan_pdf(images, Path(directory) / "scans.pdf"))
                else:
                    with stopped(site):
                        took = by_bare_tesseract(images, given.readers)
                seconds[who].append(took)
                rate = len(images) / took
                cost = (used(processes, who) - before) / len(images)
                processor[who] += cost
                print_row(number + 1, who, len(images), f"{took:.1f}", f"{rate:.3f}", f"{cost:.2f}")
    rates = {who: given.rounds * len(images) / sum(taken) for who, taken in seconds.items()}
    ratio = rates["product"] / rates["bare"]
    print_head("product, pages/s", "bare, pages/s", "ratio", f"{AIM} or more", "by processor time")
    print_row(
        f"{rates['product']:.3f}",
        f"{rates['bare']:.3f}",
        f"{ratio:.2f}",
        verdict(ratio >= AIM),
        f"{processor['bare'] / processor['product']:.2f}",
    )
    print_steps(images)
    print_load()
    return 0 if ratio >= AIM else 1


def print_steps(images: list[Path]) -> None:
    """A table of what a page's time goes to."""
    with tempfile.TemporaryDirectory(prefix="ocrsite-benchmark-") as directory:
        scans = scan_pdf(images, Path(directory) / "scans.pdf")
        watch = by_steps(scans, Path(directory) / "data")
    total = sum(watch.seconds.values())
    print_head("step", "times a page", "s a page", "share")
    for step in sorted(watch.seconds, key=lambda step: -watch.seconds[step]):
        times, took = watch.calls[step] / len(images), watch.seconds[step]
        print_row(step, f"{times:.2f}", f"{took / len(images):.4f}", f"{took / total:.1%}")
    print_row("**all**", "", f"{total / len(images):.4f}", f"by {READERS} readers")


def by_product(site: Product, scans: Path) -> float:
    """Seconds from the upload to `ready`."""
    started = time.monotonic()
    document = site.upload(scans)
    found = site.wait([document], within=400, every=0.5)[document]
    seconds = time.monotonic() - started
    if found["status"] != "ready" or found["engine"] != "tesseract":
        raise RuntimeError(f"{found['status']} by {found['engine']}: {found['error']}")
    return seconds


def by_bare_tesseract(images: list[Path], processes: int) -> float:
    """Seconds for all the images, `processes` at a time."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}

    def read(image: Path) -> None:
        settings = ["-l", "rus+eng", "--psm", "1", "--dpi", str(SCAN_DPI)]
        subprocess.run(
            ["nice", "-n", str(NICE), "tesseract", str(image), "-", *settings],
            env=environment,
            capture_output=True,
            check=True,
        )

    started = time.monotonic()
    with ThreadPoolExecutor(processes) as pool:
        list(pool.map(read, images))
    return time.monotonic() - started


def used(processes: Processes, who: str) -> float:
    """Processor seconds so far: of the site, or of the programs that this one has run."""
    if who == "product":
        return sum(processes.cpu_seconds().values())
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


@contextmanager
def stopped(site: Product) -> Iterator[None]:
    """All processes of the site stand still meanwhile."""
    processes = site.site.processes()
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
