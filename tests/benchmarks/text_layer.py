"""Pages a second of the whole product over born-digital PDFs, which need no OCR.

    python -m tests.benchmarks.text_layer [--only NAME ...]

Starts the site in a fresh data directory with two readers, uploads three manuals (316 pages) and
looks every 0.1 s how far they are. The aim is 10 pages/s from the first page to `ready`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.benchmarks.product import (
    Product,
    options,
    print_head,
    print_load,
    print_row,
    product,
    verdict,
)
from tests.benchmarks.truths import SAMPLES, documents

MANUALS = ("ru-debian-install-ru", "en-debian-install-en", "ru-debian-debian-faq-ru")
AIM = 10.0


def main(arguments: list[str]) -> int:
    parser = options(__doc__)
    parser.add_argument("--only", nargs="+", default=MANUALS, help="ids of samples")
    parser.add_argument("--readers", type=int, default=2)
    given = parser.parse_args(arguments)
    paths = [SAMPLES / found["file"] for found in documents() if found["id"] in given.only]
    print_load()
    with product(given.readers) as site:
        met = measure(site, paths)
    print_load()
    return 0 if met else 1


def measure(site: Product, paths: list[Path]) -> bool:
    started = time.monotonic()
    ids = [site.upload(path) for path in paths]
    begun = 0.0

    def watch() -> None:
        nonlocal begun
        if not begun and any(site.document(document)["status"] != "queued" for document in ids):
            begun = time.monotonic()

    ended = site.wait(ids, within=500, every=0.1, meanwhile=watch)
    over = time.monotonic()
    print_head("document", "pages", "by text layer", "without text", "state")
    total = 0
    for path, document in zip(paths, ids, strict=True):
        found = ended[document]
        total += found["pages_done"]
        layers, empty = by_text_layer(site, document)
        print_row(path.stem, found["pages_done"], layers, empty, found["status"])
    rate = total / (over - begun)
    good = rate >= AIM and all(document["status"] == "ready" for document in ended.values())
    print_head("what", "s", "pages/s", f"{AIM:.0f} or more")
    print_row("from the first page to `ready`", f"{over - begun:.1f}", f"{rate:.1f}", verdict(good))
    whole = over - started
    print_row("from the first upload to `ready`", f"{whole:.1f}", f"{total / whole:.1f}", "")
    return good


def by_text_layer(site: Product, document: str) -> tuple[int, int]:
    """How many of its pages were read from their text layers, and how many others are empty."""
    pages = site.get(f"/api/v1/documents/{document}/result.json").json()["pages"]
    others = [page for page in pages if page["engine"] != "text-layer"]
    return len(pages) - len(others), sum(not page["text"] for page in others)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
