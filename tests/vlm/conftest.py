"""The batched recogniser with small models, in its own environment. `make test-vlm` runs these."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.paddle.standin import language


@pytest.fixture(scope="session")
def reciting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that says what it was told to say."""
    directory = tmp_path_factory.mktemp("reciting")
    language.build(directory, "PaddleOCR-VL-1.6-0.9B", language.ANSWERS)
    return directory


@pytest.fixture(scope="session")
def by_chance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose answers depend on all that it sees."""
    directory = tmp_path_factory.mktemp("by-chance")
    language.build(directory, "PaddleOCR-VL-1.6-0.9B", language.ANSWERS, by_chance=True)
    return directory


def make_pictures(count: int) -> list[Any]:
    """Noise of different sizes: BGR or RGB, uint8, of [height, width, 3]."""
    import numpy

    chance = numpy.random.default_rng(0)
    return [
        chance.integers(
            0, 255, (int(chance.integers(30, 160)), int(chance.integers(60, 300)), 3), "uint8"
        )
        for _ in range(count)
    ]
