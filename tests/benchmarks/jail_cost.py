"""What the jail costs: pages a second and the start of a child, with all layers and with none.

    python -m tests.benchmarks.jail_cost [--rounds N]

Two children draw the same pages in turns, page by page, so that what else runs on the machine slows
both. Printed are the median of the pairs' ratios (wall clock) and the children's processor time in
all, which hardly depends on the machine's load.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import django
import psutil

from tests.benchmarks.truths import SAMPLES

PDF = "application/pdf"
DOCS = SAMPLES / "docs"
BORN_DIGITAL = [(DOCS / "ru" / "ru-debian-install-ru.pdf", number) for number in range(5, 21)]
SCANNED = [
    *((DOCS / "ru" / "ru-zakupki-71d88ddf.pdf", number) for number in (1, 2)),
    *((DOCS / "en" / "en-ocrmypdf-multipage.pdf", number) for number in (1, 2, 3)),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="times that each page is drawn")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as data:
        os.environ.setdefault("OCRSITE_DATA_DIR", str(Path(data, "data")))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")
        django.setup()
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print("| what | free, s | jailed, s | wall ratio | processor time ratio |")
        print("|---|---|---|---|---|")
        compare("start of a child", [None] * 5 * rounds)
        compare("born-digital page", BORN_DIGITAL * rounds)
        compare("scanned page", SCANNED * rounds)


def compare(what: str, pages: list[tuple[Path, int] | None]) -> None:
    """Print a row: the median seconds of a page (None: of a start), and the ratios."""
    ways = (measurer(layers=""), measurer(layers=None))
    pairs = []
    for index, page in enumerate(pages):
        free, jailed = ways if index % 2 == 0 else ways[::-1]
        first, second = free(page), jailed(page)
        pairs.append((first, second) if index % 2 == 0 else (second, first))
    wall = statistics.median(jailed[0] / free[0] for free, jailed in pairs)
    processor = sum(jailed[1] for _, jailed in pairs) / sum(free[1] for free, _ in pairs)
    medians = [statistics.median(pair[way][0] for pair in pairs) for way in (0, 1)]
    print(f"| {what} | {medians[0]:.3f} | {medians[1]:.3f} | {wall:.3f} | {processor:.3f} |")


def measurer(layers: str | None) -> Callable[[tuple[Path, int] | None], tuple[float, float]]:
    """A function that draws a page in a child with `layers` (None: all): its wall and processor
    time, seconds."""
    from django.conf import settings
    from django.test import override_settings

    from ocr_worker.rendering import Renderer, child_process

    environment = dict(settings.OCRSITE_UNTRUSTED_CHILD_ENVIRONMENT)
    if layers is not None:
        environment["JAIL_LAYERS"] = layers
    renderer = Renderer()

    def measure(page: tuple[Path, int] | None) -> tuple[float, float]:
        with (
            override_settings(OCRSITE_UNTRUSTED_CHILD_ENVIRONMENT=environment),
            mock.patch.object(child_process, "_MODULE", "tests.attacks.jailed_child"),
        ):
            if page is None:
                renderer.close()
                started = time.perf_counter()
                renderer.start()
                return time.perf_counter() - started, processor_time()
            renderer.start()
        path, number = page
        before, started = processor_time(), time.perf_counter()
        renderer.read_text_layer(path, PDF, number)
        renderer.render_page(path, PDF, number)
        renderer.render_page_image(path, PDF, number, rotation=0)
        return time.perf_counter() - started, processor_time() - before

    def processor_time() -> float:
        times = psutil.Process(renderer.child_pid).cpu_times()
        return times.user + times.system

    return measure


if __name__ == "__main__":
    main()
