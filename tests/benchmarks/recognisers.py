"""PaddleOCR-VL's recognisers beside each other, with models that were never trained.

    python -m tests.benchmarks.recognisers compare [--pages 40] [--precision]
    python -m tests.benchmarks.recognisers speed [--device gpu:0] [--rows 1,32] [--pages 40]
                                            [--small]

`compare`: small models whose answers depend on every pixel, on the processor. Every block of real
pages is recognised by the library's own model, one at a time, and by the batched recogniser; the
texts are compared, and the seconds. Needs the environments of `make test-paddle` (this runs in one)
and `make test-vlm`. `--precision`: instead, the batched recogniser's model in float32 and in
bfloat16 with the same blocks (`precision.py`).

`speed`: a model of the real dimensions (0.94 G parameters, random weights) recognises the blocks
of the real outputs beside the samples, again and again until there are as many pages as asked for,
each answer as long as the real one. Blocks a second, pages a second, how many times as quick as the
first of the batch sizes, how full the batch was, and of a GPU how busy it was and its memory. Needs
the environment of `make test-vlm`, or the GPU image with a checkout. `--small`: the dry run, with a
small model.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from PIL import Image  # noqa: E402

from ocr_worker.engines.paddleocr_vl import guard as guard_module  # noqa: E402
from ocr_worker.engines.paddleocr_vl.recognisers import (  # noqa: E402
    BatchedRecogniser,
    BlockImage,
    Limits,
    Recognised,
)
from ocr_worker.repetition import cut_repetition  # noqa: E402
from ocrsite import BASE_DIR  # noqa: E402
from tests.benchmarks.truths import page_images  # noqa: E402

LIMITS = Limits(min_pixels=112_896, max_pixels=1_003_520, seconds=3600)
OUTPUTS = BASE_DIR.parent / "shared" / "samples" / "paddleocr-vl"

#: Characters of a real answer that a token stands for, about: Russian words have two to three
#: tokens of their vocabulary of 103,424.
CHARACTERS_A_TOKEN = 2.5


@dataclass
class Run:
    """How long the batched recogniser took over all pages, and what it read."""

    rows: int
    seconds: float
    texts: list[list[str]]
    load: dict[str, float]
    gpu: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("compare", "speed"))
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rows", default="1,8,32,128")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--precision", action="store_true")
    asked = parser.parse_args(arguments)
    if not any(OUTPUTS.glob("*")):
        parser.error(f"the real outputs are missing: {OUTPUTS} is what is recognised")
    rows = [int(number) for number in asked.rows.split(",")]
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="ocrsite-recognisers-") as directory:
        if asked.part == "compare" and asked.precision:
            return compare_precision(Path(directory), asked.pages)
        if asked.part == "compare":
            return compare(Path(directory), asked.pages, rows)
        return speed(Path(directory), asked.device, asked.pages, rows, small=asked.small)


def compare(directory: Path, count: int, rows: Sequence[int]) -> int:
    """1 where any text differs."""
    from tests.paddle import standin
    from tests.paddle.conftest import VERSION

    home = standin.build(directory, VERSION, by_chance=True)
    asked, texts, seconds = recognise_natively(home, count)
    blocks = sum(map(len, asked))
    print(f"{len(asked)} pages, {blocks} blocks")
    print(
        "| recogniser | seconds | blocks/s | beside native | other texts |\n|---|---|---|---|---|"
    )
    print(f"| native | {seconds:.1f} | {blocks / seconds:.2f} | 1 | |")
    model = home / "official_models" / standin.VERSIONS[VERSION][2]
    differ = 0
    for number in rows:
        run = recognise_batched(BASE_DIR / ".venv-vlm/bin/python", model, "cpu", number, asked)
        other = sum(
            one != two
            for page, batched in zip(texts, run.texts, strict=True)
            for one, two in zip(page, batched, strict=True)
        )
        differ += other
        print(
            f"| batched, {number} rows | {run.seconds:.1f} | {blocks / run.seconds:.2f} "
            f"| {seconds / run.seconds:.1f} | {other} |"
        )
    return 1 if differ else 0


def compare_precision(directory: Path, count: int) -> int:
    """Have `precision.py` compare them, in PyTorch's environment."""
    import numpy as np  # neither this nor what follows is in the ordinary environment

    from tests.paddle import standin
    from tests.paddle.conftest import VERSION

    home = standin.build(directory, VERSION, by_chance=True)
    asked, _, _ = recognise_natively(home, count, tokens=0)
    blocks = [block for page in asked for block in page]
    np.savez(
        directory / "blocks.npz",
        *(block.pixels[:, :, ::-1] for block in blocks),
        queries=[block.query for block in blocks],
    )
    model = home / "official_models" / standin.VERSIONS[VERSION][2]
    print(f"{len(asked)} pages, {len(blocks)} blocks", flush=True)
    return subprocess.run(
        [BASE_DIR / ".venv-vlm/bin/python", "-m", "tests.benchmarks.precision", model,
         directory / "blocks.npz"],
        cwd=BASE_DIR, check=False,
    ).returncode  # fmt: skip


def recognise_natively(
    home: Path, count: int, tokens: int = 100
) -> tuple[list[list[BlockImage]], list[list[str]], float]:
    """The blocks of each page as the pipeline cuts them out, the library's answers of so many
    tokens at most (0: it is not asked), and the seconds that its model took."""
    from django.test import override_settings

    from ocr_worker.engines.paddleocr_vl import PaddleOCRVLEngine

    guard_module.MAX_NEW_TOKENS = tokens or 1
    with override_settings(OCRSITE_PADDLE_CACHE_DIR=home, OCRSITE_PADDLE_MODEL_DIRS=[home]):
        engine = PaddleOCRVLEngine("cpu", "native")
        engine.load()
    pipeline = engine._pipeline.paddlex_pipeline
    model = getattr(pipeline, "_pipeline", pipeline).vl_rec_model
    genuine = model.predict
    asked: list[list[BlockImage]] = []
    texts: list[list[str]] = []
    spent = 0.0

    def predict(blocks: Sequence[Any], **settings: Any) -> Iterator[Any]:
        nonlocal spent
        for block in blocks:
            began_at = time.monotonic()
            [result] = genuine([block], **settings) if tokens else [{"result": ""}]
            spent += time.monotonic() - began_at
            asked[-1].append(
                BlockImage(guard_module.pad_block(block)["image"], block["query"], tokens)
            )
            texts[-1].append(cut_repetition(result["result"])[0])
            yield result

    model.predict = predict
    for image in list_pages(count):
        asked.append([])
        texts.append([])
        engine.read(image, dpi=200, language="", seconds=3600)
    engine.close()
    return asked, texts, spent


def list_pages(count: int) -> Iterator[Image.Image]:
    """The samples' page images, then pages of the samples' PDFs, at 200 dpi; in gray, because
    paddlex gives its own model the colours in another order than it gives them to servers."""
    import pypdfium2

    images = page_images()[:count]
    for path in images:
        yield Image.open(path).convert("L").convert("RGB")
    left = count - len(images)
    for path in sorted(OUTPUTS.parent.glob("docs/**/*.pdf")):
        document = pypdfium2.PdfDocument(path)
        for number in range(min(len(document), 2, left)):
            left -= 1
            yield document[number].render(scale=200 / 72).to_pil().convert("L").convert("RGB")
        if left <= 0:
            return


def speed(directory: Path, device: str, count: int, rows: Sequence[int], *, small: bool) -> int:
    """One line for each of `rows`; how many times as quick as the first it is, too."""
    from tests.paddle.standin import language

    model = directory / "model"
    sizes = language.SMALL if small else language.REAL
    language.build(model, "PaddleOCR-VL-1.6-0.9B", language.ANSWERS, sizes, by_chance=True)
    # The real pages have 118 blocks: alone they would be one batch, mostly its longest row.
    asked = list(itertools.islice(itertools.cycle(read_real_blocks()), count))
    blocks, tokens = sum(map(len, asked)), sum(b.most_tokens for page in asked for b in page)
    print(f"{len(asked)} pages, {blocks} blocks, {tokens} tokens{', small model' if small else ''}")
    print("| rows | seconds | blocks/s | pages/s | tokens/s | beside first | rows at work | GPU |")
    print("|---|---|---|---|---|---|---|---|")
    first = 0.0
    for number in rows:
        run = recognise_batched(
            Path(sys.executable), model, device.replace("gpu", "cuda"), number, asked
        )
        first = first or run.seconds
        filled = run.load["row_steps"] / max(run.load["steps"], 1)
        print(
            f"| {number} | {run.seconds:.1f} | {blocks / run.seconds:.2f} "
            f"| {len(asked) / run.seconds:.2f} | {tokens / run.seconds:.0f} "
            f"| {first / run.seconds:.1f} | {filled:.1f} | {run.gpu} |"
        )
    return 0


def read_real_blocks() -> Iterator[list[BlockImage]]:
    """A picture of noise for each block of the real outputs that has text, as large as the block,
    and an answer as long. Real pages lie at 200 dpi at most: larger ones are reduced by the model.
    """
    import numpy as np

    chance = np.random.default_rng(0)
    for path in sorted(OUTPUTS.rglob("*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            continue
        page = []
        for block in found.get("res", found).get("parsing_res_list", ()):
            x0, y0, x1, y1 = (int(value) for value in block["block_bbox"])
            content = block.get("block_content") or ""
            if content and x1 > x0 and y1 > y0:
                pixels = chance.integers(0, 255, (y1 - y0, x1 - x0, 3), "uint8")
                tokens = max(int(len(content) / CHARACTERS_A_TOKEN), 4)
                image = guard_module.pad_block({"image": pixels})["image"]
                page.append(BlockImage(image, "OCR:", tokens))
        if page:
            yield page


def recognise_batched(
    python: Path, model: Path, device: str, rows: int, pages: Sequence[Sequence[BlockImage]]
) -> Run:
    """All pages at once; the first page twice, before the clock runs, to warm it up."""
    recogniser = BatchedRecogniser(python, model, device, most_rows=rows)
    recogniser.start()
    recogniser.submit(pages[0][:2], LIMITS).result()
    busy = GpuWatch() if device != "cpu" else None
    began_at = time.monotonic()
    answers: list[Future[tuple[Recognised, ...]]] = [
        recogniser.submit(page, LIMITS) for page in pages
    ]
    texts = [[recognised.text for recognised in answer.result()] for answer in answers]
    seconds = time.monotonic() - began_at
    said = busy.stop() if busy else ""
    load = dict(recogniser.load)
    recogniser.close()
    return Run(rows, seconds, texts, load, said)


class GpuWatch:
    """Asks nvidia-smi twice a second how busy the GPU is, and how much memory is taken."""

    def __init__(self) -> None:
        self._samples: list[tuple[float, float]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        if shutil.which("nvidia-smi"):
            self._thread.start()

    def _watch(self) -> None:
        while not self._over.wait(0.5):
            done = subprocess.run(
                ["nvidia-smi", "--query-gpu=utilization.gpu,memory.used",
                 "--format=csv,noheader,nounits"],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode == 0 and done.stdout.strip():
                used, memory = done.stdout.splitlines()[0].split(",")
                self._samples.append((float(used), float(memory)))

    def stop(self) -> str:
        self._over.set()
        if not self._samples:
            return "not known"
        share = sum(used for used, _ in self._samples) / len(self._samples)
        return f"{share:.0f}% busy, {max(memory for _, memory in self._samples) / 1024:.1f} GiB"


if __name__ == "__main__":
    code = main()
    PREPARED.clean_up()
    sys.stdout.flush()
    os._exit(code)  # Paddle's threads don't end by themselves
