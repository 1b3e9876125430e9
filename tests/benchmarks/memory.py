"""Does the memory of a reader grow with the number of pages?

    python -m tests.benchmarks.memory [--ocr [--pages N]] [--times N]

Starts the site in a fresh data directory with two readers, has them read a PDF of 128 born-digital
pages, and notes every 0.2 s the resident memory of every process (/proc/PID/status: VmRSS, and
VmHWM, its highest ever). The same in another fresh site for the same PDF ten times longer. The aim
is that the peaks are equal within 50 MB. With --ocr: its first pages only, by Tesseract.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.pdfs import first_pages, longer_pdf
from tests.benchmarks.processes import PARTS, Processes, Sample
from tests.benchmarks.product import (
    options,
    print_head,
    print_load,
    print_row,
    product,
    verdict,
)
from tests.benchmarks.truths import SAMPLES

SOURCE = SAMPLES / "docs" / "ru" / "ru-debian-install-ru.pdf"
MOST_GROWN = 50_000_000
EVERY = 0.2
READER, BOTH = "a reader", "a reader and its rendering child, together"


@dataclass
class Peaks:
    """Bytes: the most that any process of a part has held, and at once with its child."""

    pages: int = 0
    seconds: float = 0.0
    samples: int = 0
    bytes_by_part: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, samples: list[Sample]) -> None:
        self.samples += 1
        together: dict[int, int] = defaultdict(int)
        for sample in samples:
            self._raise(sample.part, sample.highest)
            if sample.reader:
                together[sample.reader] += sample.resident
        for held in together.values():
            self._raise(BOTH, held)

    def _raise(self, part: str, held: int) -> None:
        self.bytes_by_part[part] = max(self.bytes_by_part[part], held)


def main(arguments: list[str]) -> int:
    parser = options(__doc__)
    parser.add_argument("--ocr", action="store_true", help="read by Tesseract (slow)")
    parser.add_argument("--pages", type=int, default=None, help="default 128, with --ocr 8")
    parser.add_argument("--times", type=int, default=10, help="how much longer the other PDF is")
    given = parser.parse_args(arguments)
    pages = given.pages or (8 if given.ocr else 128)
    ocr = "always" if given.ocr else "auto"
    print_load()
    with tempfile.TemporaryDirectory() as directory:
        short = first_pages(SOURCE, pages, Path(directory) / "short.pdf")
        long = longer_pdf(short, given.times, Path(directory) / "long.pdf")
        one, other = peaks_of(short, ocr), peaks_of(long, ocr)
    met = True
    print_head("peak, MB", f"{one.pages} pages", f"{other.pages} pages", "grown by", "")
    for part in (*PARTS[:2], BOTH, *PARTS[2:]):
        first, second = one.bytes_by_part[part], other.bytes_by_part[part]
        grown = second - first
        judged = part in (*PARTS[:2], BOTH)
        good = abs(grown) <= MOST_GROWN
        met = met and (good or not judged)
        in_mb = [f"{value / 1e6:.0f}" for value in (first, second)]
        print_row(part, *in_mb, f"{grown / 1e6:+.0f}", verdict(good) if judged else "")
    print_row("s", f"{one.seconds:.1f}", f"{other.seconds:.1f}", "", "")
    print_load()
    return 0 if met else 1


def peaks_of(path: Path, ocr: str) -> Peaks:
    """Have a fresh site read the file and watch its processes meanwhile."""
    peaks = Peaks()
    with product() as site:
        processes = Processes(site.site)
        started = time.monotonic()
        document = site.upload(path, ocr=ocr)
        found = site.wait(
            [document], within=480, every=EVERY, meanwhile=lambda: peaks.add(processes.look())
        )[document]
        peaks.seconds = time.monotonic() - started
    if found["status"] != "ready":
        raise RuntimeError(f"{path.name}: {found['status']} {found['error']}")
    peaks.pages = found["page_count"]
    return peaks


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
