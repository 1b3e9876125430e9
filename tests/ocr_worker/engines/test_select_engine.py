"""Which engine a process has, and what it says where that is not the one to be expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from documents.errors import EngineUnavailable
from ocr_worker.engines import create_engine, load_engine, paddleocr_vl
from ocr_worker.engines.paddleocr_vl import (
    PaddleOCRVLEngine,
    find_obstacle,
    gpu,
    library,
    models,
)
from ocr_worker.engines.second_reader import WithSecondReader
from ocr_worker.engines.tesseract import TesseractEngine

LANGUAGES = "rus+eng"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the packages were there; nothing of them is imported."""
    monkeypatch.setattr(library, "is_installed", lambda: True)
    monkeypatch.setattr(paddleocr_vl, "is_installed", lambda: True)


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    """A home of models, empty."""
    settings.OCRSITE_PADDLE_CACHE_DIR = tmp_path
    settings.OCRSITE_PADDLE_MODEL_DIRS = [tmp_path]
    return tmp_path


def put_models(
    home: Path, layout: str = "PP-DocLayoutV3", language: str = "PaddleOCR-VL-1.6"
) -> None:
    for directory, names in (
        (layout, ("inference.yml", "inference.pdiparams")),
        (language, ("config.json", "model.safetensors")),
    ):
        for name in names:
            path = home / "official_models" / directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")


@pytest.fixture
def with_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "is_present", lambda: True)
    monkeypatch.setattr(gpu, "query_memory", lambda: gpu.GpuMemory(8 * 2**30, 8 * 2**30))


def test_without_the_packages_auto_is_tesseract_without_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paddleocr_vl, "is_installed", lambda: False)

    chosen = load_engine("auto", LANGUAGES)

    assert (chosen.engine.name, chosen.warning) == ("tesseract", None)


@pytest.mark.usefixtures("installed", "with_gpu")
def test_without_models_auto_is_tesseract_and_says_what_was_looked_for(home: Path) -> None:
    chosen = load_engine("auto", LANGUAGES)

    assert chosen.engine.name == "tesseract"
    assert "Tesseract reads in its place" in str(chosen.warning)
    assert "PP-DocLayoutV3 with PaddleOCR-VL-1.6" in str(chosen.warning)
    assert str(home) in str(chosen.warning)


@pytest.mark.usefixtures("installed")
def test_without_a_gpu_auto_is_tesseract_and_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_models(home)
    monkeypatch.setattr(gpu, "is_present", lambda: False)

    chosen = load_engine("auto", LANGUAGES)

    assert chosen.engine.name == "tesseract"
    assert "There is no GPU" in str(chosen.warning)


@pytest.mark.usefixtures("installed", "with_gpu")
def test_a_gpu_with_too_little_memory_is_named_with_its_figures(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_models(home)
    memory = gpu.GpuMemory(free=3 * 2**30, total=8 * 2**30)
    monkeypatch.setattr(gpu, "query_memory", lambda: memory)

    with pytest.raises(EngineUnavailable, match=r"3\.0 of 8\.0 GiB are free, and 6 are needed"):
        load_engine("paddleocr-vl", LANGUAGES)
    assert "3.0 of 8.0 GiB" in str(load_engine("auto", LANGUAGES).warning)


@pytest.mark.usefixtures("installed", "with_gpu")
def test_what_died_while_loading_twice_is_not_tried_a_third_time(home: Path) -> None:
    put_models(home)

    chosen = load_engine("auto", LANGUAGES, deaths=2)

    assert chosen.engine.name == "tesseract"
    assert "ended 2 times while it loaded" in str(chosen.warning)


@pytest.mark.usefixtures("with_gpu")
def test_asked_for_by_name_without_its_packages_it_is_absent_with_the_command(home: Path) -> None:
    put_models(home)

    with pytest.raises(EngineUnavailable, match=r"Install paddleocr\[doc-parser\]"):
        load_engine("paddleocr-vl", LANGUAGES)


@pytest.mark.usefixtures("installed", "with_gpu")
def test_nothing_stands_against_it_where_all_is_there(home: Path) -> None:
    put_models(home)

    assert find_obstacle() is None


def test_the_newest_models_that_the_library_knows_are_taken(home: Path) -> None:
    put_models(home)
    put_models(home, "PP-DocLayoutV2", "PaddleOCR-VL")

    assert models.find_models([home], ["v1", "v1.5", "v1.6"]).version == "v1.6"
    assert models.find_models([home], ["v1"]).version == "v1"
    with pytest.raises(EngineUnavailable):
        models.find_models([home], ["v1.5"])


def test_half_a_model_is_none(home: Path) -> None:
    put_models(home)
    (home / "official_models" / "PaddleOCR-VL-1.6" / "model.safetensors").write_text("")

    with pytest.raises(EngineUnavailable, match="or incomplete"):
        models.find_models([home], ["v1.6"])


def test_tesseract_checks_it_unless_that_is_turned_off() -> None:
    checked = create_engine("paddleocr-vl", LANGUAGES)
    alone = create_engine("paddleocr-vl", LANGUAGES, second_reader=False)

    assert isinstance(checked, WithSecondReader)
    assert isinstance(alone, PaddleOCRVLEngine)
    assert isinstance(create_engine("tesseract", LANGUAGES), TesseractEngine)


def test_without_tesseract_it_reads_alone() -> None:
    assert isinstance(create_engine("paddleocr-vl", "xyz"), PaddleOCRVLEngine)


@pytest.mark.parametrize("choice", ["magic", "auto"])
def test_what_is_no_engine_is_refused(choice: str) -> None:
    with pytest.raises(ValueError, match="unknown engine"):
        create_engine(choice, LANGUAGES)


def test_nvidia_smi_that_says_nothing_sensible_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "nvidia-smi"
    monkeypatch.setenv("PATH", str(tmp_path))

    def says(what: str) -> Any:
        program.write_text(f"#!/bin/sh\n{what}\n")
        program.chmod(0o755)
        return gpu.query_memory()

    assert gpu.query_memory() is None, "there is none"
    assert says("echo '70000, 81559'") == gpu.GpuMemory(70000 * 2**20, 81559 * 2**20)
    assert says("echo 'No devices were found'; exit 6") is None
    assert says("echo '[N/A], [N/A]'") is None
