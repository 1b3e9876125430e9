"""Fixtures of the worker's tests: one renderer and one engine serve many of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from documents.errors import EngineUnavailable
from ocr_worker.engines import Engine, create_engine
from ocr_worker.rendering import Renderer


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as renderer:
        yield renderer


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    engine = create_engine("tesseract", "rus+eng")
    try:
        engine.load()
    except EngineUnavailable as error:
        pytest.skip(str(error))
    yield engine
    engine.close()
