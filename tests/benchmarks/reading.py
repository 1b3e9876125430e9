"""How well and how fast one page is read, without the site around it: for work on the reader.

    python -m tests.benchmarks.reading [accuracy] [beside_bare] [turned] [gibberish] [layers]

Needs the samples beside the checkout (../shared). Prints tables in Markdown.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import django
import psutil

from tests.benchmarks.pdfs import SCAN_DPI, scan_pdf
from tests.benchmarks.truths import (
    DRAWN,
    GIBBERISH,
    SAMPLES,
    cyrillic_share,
    documents,
    truths,
    turned_copy,
)

if TYPE_CHECKING:
    from ocr_worker.engines import Engine
    from ocr_worker.reading import PageReading
    from ocr_worker.rendering import Renderer

MIME_TYPES = {"pdf": "application/pdf", "tiff": "image/tiff", "tif": "image/tiff"}


def main(wanted: list[str]) -> None:
    chosen = wanted or list(BENCHMARKS)
    set_up()
    from ocr_worker.engines import create_engine
    from ocr_worker.rendering import Renderer

    with Renderer() as renderer:
        engine = create_engine("tesseract", "rus+eng")
        engine.load()
        for name in chosen:
            print(f"\n## {name}\n")
            BENCHMARKS[name](renderer, engine)
        engine.close()


def set_up() -> None:
    """The settings that the reader takes from Django, over an empty data directory."""
    os.environ.setdefault("OCRSITE_DATA_DIR", tempfile.mkdtemp(prefix="ocrsite-benchmark-"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "ocrsite.settings"
    django.setup()


def accuracy(renderer: Renderer, engine: Engine) -> None:
    """Word F1 of every truth's image against bare Tesseract's recorded figure, set by set."""
    sets: dict[str, list[tuple[float, float]]] = {}
    print("| page | word F1 | recorded | processor s |\n|---|---|---|---|")
    for truth in truths():
        reading, seconds = _timed(renderer, engine, truth.image)
        score = truth.score(reading.layout.text)
        sets.setdefault(truth.kind, []).append((score, truth.recorded))
        sets.setdefault("all", []).append((score, truth.recorded))
        mark = " (lower)" if score < truth.recorded - 0.005 else ""
        print(f"| {truth.image.name} | {score:.4f}{mark} | {truth.recorded:.4f} | {seconds:.1f} |")
    print("\n| set | pages | mean word F1 | recorded |\n|---|---|---|---|")
    for kind, pairs in sets.items():
        ours, theirs = (sum(values) / len(pairs) for values in zip(*pairs, strict=True))
        print(f"| {kind} | {len(pairs)} | {ours:.4f} | {theirs:.4f} |")


def beside_bare(renderer: Renderer, engine: Engine) -> None:
    """Processor time of the drawn pages as scans, the rendering child's too, in turn with bare
    Tesseract page by page: it hardly depends on what else runs."""
    from ocr_worker.reading import read_page

    print("| page | word F1 | ours, s | bare, s |\n|---|---|---|---|")
    rows: list[tuple[float, float, float]] = []
    with tempfile.TemporaryDirectory() as directory:
        for truth in (truth for truth in truths() if truth.kind == DRAWN):
            scan = scan_pdf([truth.image], Path(directory) / "scan.pdf")
            if not rows:  # what a process does once
                read_page(renderer, engine, scan, MIME_TYPES["pdf"], 1)
            before = _used()
            reading = read_page(renderer, engine, scan, MIME_TYPES["pdf"], 1)
            ours = _used() - before
            bare = _bare_seconds(truth.image)
            rows.append((truth.score(reading.layout.text), ours, bare))
            cells = " | ".join(f"{value:.3f}" for value in rows[-1])
            print(f"| {truth.image.name} | {cells} |", flush=True)
    score, ours, bare = (sum(column) / len(rows) for column in zip(*rows, strict=True))
    print(f"| **mean** | {score:.4f} | {ours:.3f} | {bare:.3f} |\n\nbare / ours: {bare / ours:.2f}")


def turned(renderer: Renderer, engine: Engine) -> None:
    """Word F1 of the truths' images turned by a quarter, a half and three quarters."""
    print("| page | upright | 90 | 180 | 270 | rotations |\n|---|---|---|---|---|---|")
    worst, columns = 0.0, [[0.0] * 0 for _ in range(4)]
    with tempfile.TemporaryDirectory() as directory:
        for truth in truths():
            scores, rotations = [], []
            for turn in (0, 90, 180, 270):
                path = turned_copy(truth.image, turn, Path(directory)) if turn else truth.image
                reading, _ = _timed(renderer, engine, path)
                scores.append(truth.score(reading.layout.text))
                rotations.append(reading.layout.rotation)
            worst = max(worst, *(scores[0] - score for score in scores[1:]))
            for column, score in zip(columns, scores, strict=True):
                column.append(score)
            cells = " | ".join(f"{score:.4f}" for score in scores)
            print(f"| {truth.image.name} | {cells} | {rotations} |", flush=True)
    means = " | ".join(f"{sum(column) / len(column):.4f}" for column in columns)
    print(f"| **mean** | {means} | |\n\nLargest loss on one page: {worst:.4f}")


def gibberish(renderer: Renderer, engine: Engine) -> None:
    """The scans with a false text layer: read by OCR, and in Cyrillic."""
    print("| page | engine | Cyrillic letters |\n|---|---|---|")
    for document in documents():
        if document["id"] in GIBBERISH:
            reading, _ = _timed(renderer, engine, SAMPLES / document["file"])
            share = cyrillic_share(reading.layout.text)
            print(f"| {document['id']} | {reading.engine} | {share:.3f} |")


def layers(renderer: Renderer, engine: Engine) -> None:
    """Born-digital pages by their text layer: accuracy and pages a second."""
    from ocr_worker.reading import read_page

    print("| page | engine | word F1 |\n|---|---|---|")
    for truth in truths():
        if truth.pdf is not None:
            path, number = truth.pdf
            reading = read_page(renderer, engine, path, MIME_TYPES["pdf"], number)
            score = truth.score(reading.layout.text)
            print(f"| {path.stem} p{number} | {reading.engine} | {score:.4f} |")
    print("\n| document | pages | by text layer | pages/s |\n|---|---|---|---|")
    for document in documents():
        if document["kind"] == "born-digital" and document["pages"] > 10:
            path, kinds = SAMPLES / document["file"], []
            started = time.perf_counter()
            for number in range(1, document["pages"] + 1):
                page = read_page(renderer, engine, path, MIME_TYPES["pdf"], number)
                kinds.append(page.engine)
            rate = len(kinds) / (time.perf_counter() - started)
            used = kinds.count("text-layer")
            print(f"| {document['id']} | {len(kinds)} | {used} | {rate:.1f} |")


def _used() -> float:
    """Processor seconds so far of this process and those that it has started and not ended."""
    started = psutil.Process().children(recursive=True)
    return time.process_time() + sum(sum(one.cpu_times()[:2]) for one in started)


def _bare_seconds(image: Path) -> float:
    """Processor seconds of bare Tesseract on the image."""
    settings = ["-l", "rus+eng", "--psm", "1", "--dpi", str(SCAN_DPI)]
    before = os.times()
    subprocess.run(
        ["tesseract", str(image), "-", *settings],
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        capture_output=True,
        check=True,
    )
    after = os.times()
    return after[2] + after[3] - before[2] - before[3]


def _timed(renderer: Renderer, engine: Engine, path: Path) -> tuple[PageReading, float]:
    """The reading, and the processor seconds of this process that it took."""
    from ocr_worker.reading import read_page

    started = time.process_time()
    suffix = path.suffix[1:].lower().replace("jpg", "jpeg")
    mime_type = MIME_TYPES.get(suffix, f"image/{suffix}")
    reading = read_page(renderer, engine, path, mime_type, 1)
    return reading, time.process_time() - started


BENCHMARKS: dict[str, Callable[[Renderer, Engine], None]] = {
    "accuracy": accuracy,
    "beside_bare": beside_bare,
    "gibberish": gibberish,
    "layers": layers,
    "turned": turned,
}

if __name__ == "__main__":
    main(sys.argv[1:])
