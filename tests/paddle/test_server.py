"""The genuine pipeline with vLLM in place of its own model; what answers is a script that has
vLLM's interface."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ocr_worker.engines.paddleocr_vl import PaddleOCRVLEngine
from tests.ocr_worker.engines.recognisers.conftest import (  # noqa: F401 # a fixture
    PretendedModel,
    vllm,
)
from tests.ocr_worker.files import ENGLISH, picture
from tests.paddle import standin
from tests.paddle.conftest import VERSION

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("vllm")]


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    models = standin.build(tmp_path / "models", VERSION)
    settings.OCRSITE_PADDLE_CACHE_DIR = models
    settings.OCRSITE_PADDLE_MODEL_DIRS = [models]
    return models


@pytest.fixture
def model(home: Path) -> PretendedModel:
    """Beside the language model."""
    [language] = (home / "official_models").glob("PaddleOCR-VL*")
    return PretendedModel(language)


@pytest.fixture
def engine(model: PretendedModel) -> Iterator[PaddleOCRVLEngine]:
    engine = PaddleOCRVLEngine("cpu", "auto")
    engine.load()
    yield engine
    engine.close()


def read_pages(engine: PaddleOCRVLEngine) -> list[set[str]]:
    """The texts of four pages that are in flight together."""
    pages = [picture(ENGLISH[number:], width=620, height=877).convert("RGB") for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        layouts = threads.map(
            lambda page: engine.read(page, dpi=75, language="", seconds=200), pages
        )
    return [{block.text for block in layout.blocks} - {""} for layout in layouts]


def test_pages_are_read_by_the_server_and_without_it_once_it_keeps_dying(
    engine: PaddleOCRVLEngine, model: PretendedModel
) -> None:
    assert engine.version.split()[-1] == "server"
    assert engine.needs.pages_in_flight == 16
    for texts in read_pages(engine):
        assert "Акт 15" in " ".join(texts)

    model.behave(ends=True)
    model.kill()

    for texts in read_pages(engine):
        assert "Sample text of a block." in " ".join(texts)
    assert engine.version.split()[-1] == "native"
    assert "one block at a time" in str(engine.report.remark)
