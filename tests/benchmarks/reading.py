"""How well and how fast one page is read, without the site around it: for work on the reader.

    python -m tests.benchmarks.reading [accuracy] [turned] [gibberish] [layers]

Needs the samples beside the checkout (../shared). Prints tables in Markdown.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import django

from tests.benchmarks.truths import (
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
    "gibberish": gibberish,
    "layers": layers,
    "turned": turned,
}

if __name__ == "__main__":
    main(sys.argv[1:])
