"""The genuine pipeline with the batched recogniser: the same page as with its own model.

PyTorch is in an environment of its own, which `make test-vlm` makes.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from documents.errors import EngineUnavailable
from ocr_worker.engines.paddleocr_vl import PaddleOCRVLEngine
from ocr_worker.engines.paddleocr_vl.recognisers import BatchedRecogniser
from ocr_worker.engines.select_engine import load_engine
from tests.ocr_worker.files import ENGLISH, picture
from tests.ocrsite.running_site import eventually
from tests.paddle import standin
from tests.paddle.conftest import VERSION, require_pytorch

MakeEngine = Callable[[str], PaddleOCRVLEngine]

once = pytest.mark.skipif(VERSION != "v1.6", reason="once is enough: the product's own choice")


@pytest.fixture(scope="module")
def by_chance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models whose answers depend on every pixel."""
    return standin.build(tmp_path_factory.mktemp("by-chance"), VERSION, by_chance=True)


@pytest.fixture
def make_engine(
    by_chance: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeEngine]:
    settings.OCRSITE_VLM_PYTHON = require_pytorch()
    # No answer needs the 4,096 tokens that a model without sense would take.
    monkeypatch.setattr("ocr_worker.engines.paddleocr_vl.guard.MAX_NEW_TOKENS", 40)
    monkeypatch.setattr(
        "ocr_worker.engines.paddleocr_vl.recognisers.pipeline_model.MAX_NEW_TOKENS", 40
    )
    settings.OCRSITE_PADDLE_CACHE_DIR = by_chance
    settings.OCRSITE_PADDLE_MODEL_DIRS = [by_chance]
    engines: list[PaddleOCRVLEngine] = []

    def make(recogniser: str) -> PaddleOCRVLEngine:
        engines.append(PaddleOCRVLEngine("cpu", recogniser))
        engines[-1].load()
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()


def pages() -> list[Image.Image]:
    return [
        picture(ENGLISH[number:], width=620 + 30 * number, height=877).convert("RGB")
        for number in range(4)
    ]


def read_all(engine: PaddleOCRVLEngine) -> list[list[str]]:
    """The texts of each page's blocks, all pages at the same time."""
    with ThreadPoolExecutor(4) as threads:
        layouts = threads.map(
            lambda page: engine.read(page, dpi=75, language="", seconds=200), pages()
        )
    return [[block.text for block in layout.blocks] for layout in layouts]


def read_each(engine: PaddleOCRVLEngine) -> list[list[str]]:
    """The same, one page after the other."""
    layouts = [engine.read(page, dpi=75, language="", seconds=200) for page in pages()]
    return [[block.text for block in layout.blocks] for layout in layouts]


@pytest.mark.timeout(300)
def test_blocks_of_many_pages_together_are_read_as_each_alone(make_engine: MakeEngine) -> None:
    native, batched = make_engine("native"), make_engine("auto")
    assert (native.needs.pages_in_flight, batched.needs.pages_in_flight) == (1, 16)
    assert (native.version.split()[-1], batched.version.split()[-1]) == ("native", "batched")

    alone, together = read_all(native), read_all(batched)

    assert together == alone
    assert len({text for page in alone for text in page}) > 8, "answers differ"


@pytest.mark.timeout(300)
def test_layouts_of_pages_that_come_together_are_found_in_one_run(
    make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine("batched")
    pipeline = engine._pipeline.paddlex_pipeline
    layouts = getattr(pipeline, "_pipeline", pipeline).layout_det_model
    genuine, runs = layouts._model, []

    def find(images: list[Any], **settings: Any) -> Any:
        runs.append(len(images))
        return genuine(images, **settings)

    monkeypatch.setattr(layouts, "_model", find)
    waiting = engine._loop._steps

    def hold() -> None:
        eventually(lambda: waiting.qsize() >= 4, 60, "all four pages")

    engine._loop.submit(hold)

    together = read_all(engine)

    assert runs == [4]
    assert together == read_each(engine)
    assert runs == [4, 1, 1, 1, 1]


@pytest.mark.timeout(300)
def test_where_the_batched_one_keeps_dying_the_librarys_own_goes_on(
    make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine("batched")
    expected = read_all(engine)
    recogniser = engine._recogniser
    assert isinstance(recogniser, BatchedRecogniser)
    recogniser._command.append("--unknown")  # another process ends at once
    assert recogniser.process_id is not None
    os.kill(recogniser.process_id, signal.SIGKILL)

    found = read_all(engine)

    assert found == expected
    assert engine.version.split()[-1] == "native"
    assert engine.needs.pages == 0, "its process is replaced after these pages"


@once
def test_where_pytorch_is_absent_the_health_says_why_pages_take_long(
    by_chance: Path, settings: Any, tmp_path: Path
) -> None:
    settings.OCRSITE_PADDLE_CACHE_DIR = by_chance
    settings.OCRSITE_PADDLE_MODEL_DIRS = [by_chance]
    settings.OCRSITE_VLM_PYTHON = tmp_path / "absent"

    loaded = load_engine("paddleocr-vl", "rus+eng", device="cpu", second_reader=False)

    loaded.engine.close()
    assert loaded.engine.version.endswith(" native")
    assert "recognises one block at a time" in str(loaded.warning)
    assert "Install .[vlm]" in str(loaded.warning)


@once
def test_who_asks_for_the_batched_one_gets_no_other(
    by_chance: Path, settings: Any, tmp_path: Path
) -> None:
    settings.OCRSITE_PADDLE_CACHE_DIR = by_chance
    settings.OCRSITE_PADDLE_MODEL_DIRS = [by_chance]
    settings.OCRSITE_VLM_PYTHON = tmp_path / "absent"
    settings.OCRSITE_RECOGNISER = "batched"

    with pytest.raises(EngineUnavailable, match="PyTorch is not installed"):
        load_engine("paddleocr-vl", "rus+eng", device="cpu", second_reader=False)
