"""How well are bad scans and photographs read, and does the site say so where they are not?

    python -m tests.benchmarks.bad_scans [--quick] [--pages PART ...] [--variations NAME ...]
        [--seeds N ...] [--uncorrected] [--made DIRECTORY] [--results FILE] [--python PROGRAM]

Truth pages are made worse by ../shared/samples/degrade.py and read by Tesseract, without the site
around it. Prints for each variation the word F1 (samples/score.py), the confidence, how many pages
are below the mark (0.9, by a phone 0.8), how many of these carry no flag, the processor seconds of
a page in this process, and what was corrected. `--uncorrected` reads the pages as they are.

degrade.py needs numpy and OpenCV, which the product has not: `--python` names an interpreter that
has them. Pages once made are kept in `--made`. With `--results` each reading is added to a file of
JSON lines, and pages that are in it already are not read again: a long measurement can be made
in parts, and the tables are of all that is in the file.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import django
from PIL import Image

from ocr_worker.correction import Corrected, correct_page
from ocr_worker.engines import Engine, create_engine
from ocr_worker.rendering import Renderer
from tests.benchmarks.product import options, print_head, print_load, print_row, verdict
from tests.benchmarks.truths import SAMPLES, Truth, truths

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")
django.setup()

from ocr_worker.reading import read_page  # noqa: E402 - needs Django's settings

#: Ten drawn pages: a protocol, forms, tables, books in both languages, columns, an invoice.
PAGES = (
    "14_dev_direct", "25c1a948", "vvp_6_tables-p001", "install-ru-p012", "faq-ru-p011",
    "install-en-p011", "2-column-state", "2305.03393", "crazyones", "azureinterior",
)  # fmt: skip
QUICK = PAGES[:1] + PAGES[8:9]
VARIATIONS = ("flat", "skew3", "skew7", "noise", "shadow", "perspective", "curl", "phone")
MARK, MARK_OF_PHONES = 0.9, 0.8

Result = dict[str, Any]


def main(arguments: list[str]) -> int:
    parser = options(__doc__)
    parser.add_argument("--quick", action="store_true", help="two pages, one seed")
    parser.add_argument("--pages", nargs="+", default=PAGES, help="parts of the names wanted")
    parser.add_argument("--variations", nargs="+", choices=VARIATIONS, default=VARIATIONS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--uncorrected", action="store_true", help="read the pages as they are")
    parser.add_argument("--made", type=Path, help="where pages that were made worse are kept")
    parser.add_argument("--results", type=Path, help="a file of JSON lines, added to")
    parser.add_argument("--python", default=sys.executable, help="has numpy and OpenCV")
    given = parser.parse_args(arguments)
    if given.quick:
        given.pages, given.seeds = QUICK, given.seeds[:1]
    print_load()
    results = read_results(given.results)
    with tempfile.TemporaryDirectory() as directory, Renderer() as renderer:
        engine = create_engine("tesseract", "rus+eng")
        engine.load()
        print_head("page", "variation", "seed", "word F1", "confidence", "flags", "corrected", "s")
        for truth, variation, seed in choose(given.pages, given.variations, given.seeds):
            key = [truth.image.name, variation, seed]
            if any(result["key"] == key for result in results):
                continue
            path = make_worse(truth, variation, seed, given.made or Path(directory), given.python)
            result = measure(renderer, engine, truth, path, corrected=not given.uncorrected)
            results.append({"key": key, **result})
            if given.results:
                with given.results.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(results[-1]) + "\n")
        engine.close()
    print_load()
    return 0 if summarise(results) else 1


def choose(
    pages: list[str], variations: list[str], seeds: list[int]
) -> Iterator[tuple[Truth, str, int]]:
    drawn = [truth for truth in truths() if truth.pdf is not None]
    for page in pages:
        for truth in drawn:
            if page in truth.image.name:
                for variation in variations:
                    for seed in seeds:
                        yield truth, variation, seed


def make_worse(truth: Truth, variation: str, seed: int, made: Path, python: str) -> Path:
    """The page made worse, as JPEG in a folder of its seed below `made`."""
    folder = made / str(seed)
    path = folder / f"{truth.image.stem}.{variation}.jpg"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = [python, str(SAMPLES / "degrade.py"), str(truth.image), str(folder)]
        subprocess.run([*command, "--seed", str(seed), "--only", variation], check=True)
    return path


def measure(
    renderer: Renderer, engine: Engine, truth: Truth, path: Path, *, corrected: bool
) -> Result:
    """Read the page at `path`; print and return how that went."""
    done: list[str] = []

    def correct(gray: Image.Image) -> Corrected:
        found = correct_page(gray) if corrected else Corrected(gray, gray.size)
        done.extend(found.done)
        return found

    started = time.process_time()
    with mock.patch("ocr_worker.reading.correct_page", correct):
        layout = read_page(renderer, engine, path, "image/jpeg", 1).layout
    result = {
        "f1": truth.score(layout.text),
        "confidence": layout.confidence or 0.0,
        "flags": list(layout.flags),
        "corrected": done,
        "seconds": time.process_time() - started,
    }
    print_row(
        *(truth.image.stem.split(".200dpi")[0], path.stem.rpartition(".")[2], path.parent.name),
        *(f"{result['f1']:.3f}", f"{result['confidence']:.3f}"),
        *(" ".join(layout.flags), " ".join(done), f"{result['seconds']:.1f}"),
    )
    return result


def read_results(path: Path | None) -> list[Result]:
    if path is None or not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def summarise(results: list[Result]) -> bool:
    """Print the table of the variations; whether all are as they are meant to be."""
    print_head(
        *("variation", "pages", "word F1", "lowest", "confidence", "below the mark", "no flag"),
        *("flagged above it", "s a page", ""),
    )
    met = True
    for variation in VARIATIONS:
        found = [result for result in results if result["key"][1] == variation]
        if not found:
            continue
        mark = MARK_OF_PHONES if variation == "phone" else MARK
        mean = statistics.mean(result["f1"] for result in found)
        below = [result for result in found if result["f1"] < mark]
        unflagged = sum(not result["flags"] for result in below)
        good = mean >= mark and not unflagged
        met = met and good
        print_row(
            *(variation, len(found), f"{mean:.3f}", f"{min(r['f1'] for r in found):.3f}"),
            f"{statistics.mean(result['confidence'] for result in found):.3f}",
            *(len(below), unflagged),
            sum(bool(result["flags"]) for result in found if result["f1"] >= mark),
            f"{statistics.mean(result['seconds'] for result in found):.1f}",
            verdict(good),
        )
    return met


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
