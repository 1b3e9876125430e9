"""PaddleOCR-VL with models that were never trained: what it costs, not what it reads.

    python -m tests.benchmarks.paddle growth --pages 300     memory of the process, page by page
    python -m tests.benchmarks.paddle speed [--device gpu:0] [--engine transformers]

`growth` uses small models. `speed` builds models of the real dimensions (3.8 GB on the disk, random
weights), so that loading, memory and the time of a block are those of the real ones; the answer has
so many tokens as `--tokens` says. Needs an environment of `make test-paddle`; a GPU and
paddlepaddle-gpu, where `--device` names one; and for `--engine` what that backend needs.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from PIL import Image, ImageDraw  # noqa: E402

from ocr_worker.engines.paddleocr_vl import (  # noqa: E402
    PaddleOCRVLEngine,
    guard,
    library,
)
from ocr_worker.memory import resident_bytes  # noqa: E402
from tests.paddle import standin  # noqa: E402
from tests.paddle.standin.language import AGAIN, ANSWERS, REAL, SMALL, Sizes  # noqa: E402

MB = 10**6
#: Twelve regions of print, as a page of a letter has.
PRINT = tuple(("text", 0.9, 0.1, 0.03 + 0.08 * n, 0.9, 0.09 + 0.08 * n) for n in range(12))
WITHOUT_END = {**ANSWERS, "ocr": ("The▁same", "▁again", "▁and", "▁over.▁", AGAIN)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("growth", "speed"))
    parser.add_argument("--pages", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--engine", help="a backend of the library's: transformers, onnxruntime")
    parser.add_argument("--tokens", type=int, default=100)
    asked = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, {dict(library.installed_versions())}")
    with tempfile.TemporaryDirectory(prefix="ocrsite-paddle-") as directory:
        if asked.part == "growth":
            growth(Path(directory), asked.pages or 300)
        else:
            speed(Path(directory), asked)
    PREPARED.clean_up()


def growth(home: Path, pages: int) -> None:
    engine, seconds = loaded(home, SMALL, "cpu", None)
    print(f"loaded in {seconds:.1f} s\n\n| pages | resident, MB |\n|---|---|")
    for number in range(pages + 1):
        if number % max(pages // 6, 1) == 0:
            print(f"| {number} | {resident_bytes() / MB:.0f} |", flush=True)
        read(engine, 1240, 1754, f"Page {number}")


def speed(home: Path, asked: argparse.Namespace) -> None:
    guard.MAX_NEW_TOKENS = asked.tokens
    engine, seconds = loaded(home, REAL, asked.device, asked.engine)
    print(f"| load, s | {seconds:.1f} |\n|---|---|")
    times = []
    for number in range(asked.pages or 3):
        begun = time.monotonic()
        read(engine, 1654, 2339, f"Page {number}")
        times.append(time.monotonic() - begun)
    best = min(times)
    print(f"| page of {len(PRINT)} blocks, s | {best:.2f} |")
    print(f"| block of {asked.tokens} tokens, s | {best / len(PRINT):.3f} |")
    print(f"| resident, MB | {resident_bytes() / MB:.0f} |")
    print(f"| GPU, MB | {engine.report.gpu_bytes / MB:.0f} |")


def loaded(
    home: Path, sizes: Sizes, device: str, backend: str | None
) -> tuple[PaddleOCRVLEngine, float]:
    """The engine on models of `sizes`, and the seconds that loading it took."""
    from paddleocr import __version__

    version = "v1" if __version__.startswith("3.3.") else "v1.6"
    answers = ANSWERS if sizes is SMALL else WITHOUT_END
    os.environ["PADDLE_PDX_CACHE_HOME"] = str(
        standin.build(home, version, answers=answers, boxes=PRINT, sizes=sizes)
    )
    if backend:
        genuine = library.PaddleLibrary.build

        def with_backend(found: Any, *arguments: Any, **settings: Any) -> Any:
            chosen = partial(found.pipeline_class, engine=backend)
            return genuine(replace(found, pipeline_class=chosen), *arguments, **settings)

        library.PaddleLibrary.build = with_backend  # type: ignore[method-assign,assignment]
    engine = PaddleOCRVLEngine(device)
    begun = time.monotonic()
    engine.load()
    return engine, time.monotonic() - begun


def read(engine: PaddleOCRVLEngine, width: int, height: int, text: str) -> None:
    page = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(page).text((width // 8, height // 10), text, "black")
    engine.read(page, dpi=150, language="", seconds=3600)


if __name__ == "__main__":
    main()
