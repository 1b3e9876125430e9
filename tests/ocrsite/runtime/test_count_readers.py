"""How many OCR workers start where nobody says: one where one keeps a GPU busy, else two."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ocr_worker.engines.paddleocr_vl import gpu, library
from ocrsite.environment.parse import Environment, parse_variables
from ocrsite.runtime import count_readers as counting
from ocrsite.runtime.count_readers import count_readers
from tests.ocr_worker.engines.test_select_engine import put_models


@pytest.fixture
def gpu_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the GPU image has, on a machine with a GPU."""
    monkeypatch.setattr(counting, "find_spec", lambda name: name == "paddleocr")
    monkeypatch.setattr(library, "is_installed", lambda: True)
    monkeypatch.setattr(gpu, "is_present", lambda: True)
    monkeypatch.setattr(counting, "VLM_PYTHON", Path(sys.executable))
    put_models(tmp_path)
    return tmp_path


def variables(home: Path, **more: str) -> Environment:
    data = home / "data"
    return parse_variables(
        {"OCRSITE_DATA_DIR": str(data), "PADDLE_PDX_CACHE_HOME": str(home), **more}
    )


def test_without_a_gpu_two_read(tmp_path: Path) -> None:
    assert count_readers(variables(tmp_path)) == 2


@pytest.mark.parametrize("engine", ["auto", "paddleocr-vl"])
@pytest.mark.parametrize("recogniser", ["auto", "batched", "server"])
def test_one_that_has_many_pages_in_flight_keeps_the_gpu(
    gpu_image: Path, engine: str, recogniser: str
) -> None:
    found = variables(gpu_image, OCRSITE_ENGINE=engine, OCRSITE_RECOGNISER=recogniser)

    assert count_readers(found) == 1


@pytest.mark.parametrize(
    "more", [{"OCRSITE_ENGINE": "tesseract"}, {"OCRSITE_RECOGNISER": "native"}]
)
def test_readers_of_one_page_at_a_time_are_two(gpu_image: Path, more: dict[str, str]) -> None:
    assert count_readers(variables(gpu_image, **more)) == 2


def test_so_they_are_where_neither_pytorch_nor_vllm_is_there(
    gpu_image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "VLM_PYTHON", gpu_image / "absent")
    monkeypatch.setattr(counting, "VLLM", gpu_image / "absent")

    assert count_readers(variables(gpu_image)) == 2


def test_so_they_are_where_the_container_sees_no_gpu(
    gpu_image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "is_present", lambda: False)

    assert count_readers(variables(gpu_image)) == 2


@pytest.mark.parametrize("number", [1, 2, 5])
def test_what_the_administrator_says_is_done(gpu_image: Path, number: int) -> None:
    assert count_readers(variables(gpu_image, OCRSITE_WORKERS=str(number))) == number
