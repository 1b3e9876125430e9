"""The genuine paddleocr, as it is installed, with small models. `make test-paddle` runs these."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from ocr_worker.engines.paddleocr_vl import PaddleOCRVLEngine
from ocrsite import BASE_DIR
from tests.paddle import standin
from tests.paddle.standin.language import ANSWERS, Answers
from tests.paddle.standin.layout import BOXES, Boxes

#: The pipeline that each line of the library is used with.
VERSION = "v1" if metadata.version("paddleocr").startswith("3.3.") else "v1.6"

Made = Callable[..., PaddleOCRVLEngine]


def require_pytorch() -> Path:
    """The Python of the batched recogniser. Without it a test skips, and fails in CI."""
    python = BASE_DIR / ".venv-vlm" / "bin" / "python"
    if not python.exists():
        message = "PyTorch’s environment is not here; `make test-vlm` makes it"
        if os.environ.get("CI"):
            pytest.fail(f"{message}, and in CI it must be")
        pytest.skip(message)
    return python


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of models, as PADDLE_PDX_CACHE_HOME names it."""
    return standin.build(tmp_path_factory.mktemp("models"), VERSION)


@pytest.fixture(scope="session")
def engine(models: Path) -> Iterator[PaddleOCRVLEngine]:
    """Loaded, with the usual models."""
    with override_settings(OCRSITE_PADDLE_CACHE_DIR=models, OCRSITE_PADDLE_MODEL_DIRS=[models]):
        engine = PaddleOCRVLEngine("cpu")
        engine.load()
    yield engine
    engine.close()


@pytest.fixture
def made(tmp_path: Path, settings: Any) -> Iterator[Made]:
    """Makes a loaded engine with models that say or see something else."""
    engines: list[PaddleOCRVLEngine] = []

    def make(answers: Answers = ANSWERS, boxes: Boxes = BOXES, **attributes: Any) -> Any:
        home = standin.build(tmp_path / f"models{len(engines)}", VERSION, answers=answers,
                             boxes=boxes)  # fmt: skip
        settings.OCRSITE_PADDLE_CACHE_DIR = home
        settings.OCRSITE_PADDLE_MODEL_DIRS = [home]
        engines.append(PaddleOCRVLEngine("cpu"))
        engines[-1].load()
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()
