"""The words of a language, from Tesseract's own data."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.errors import EngineUnavailable
from ocr_worker.engines import tessdata, word_lists
from ocr_worker.engines.word_lists import WordList, is_known_word


@pytest.fixture(scope="module")
def directory() -> Path:
    try:
        return tessdata.find_data_directory(["rus", "eng"])
    except EngineUnavailable as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(
    "word",
    ["договор", "Договор", "ДОГОВОРА", "который", "СССР", "ООО", "the", "agreement", "Berlin"],
)
def test_words_of_both_languages_are_known_in_any_case(directory: Path, word: str) -> None:
    assert is_known_word(word) is True


@pytest.mark.parametrize("word", ["догвоор", "Иlll", "xqzt", "йъъ", "", "договорthe"])
def test_what_is_no_word_is_not_known(directory: Path, word: str) -> None:
    assert is_known_word(word) is False


def test_a_prefix_of_a_word_is_no_word(directory: Path) -> None:
    words = WordList.load(directory / "rus.traineddata")
    assert words is not None
    assert "догово" not in words and "договоренност" not in words


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 40, b"\xff" * 400, b"\x18\x00\x00\x00" + b"\x07" * 600], ids=len
)
def test_data_that_is_none_has_no_words(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "rus.traineddata"
    path.write_bytes(data)
    assert WordList.load(path) is None
    assert WordList.load(tmp_path / "none") is None


@pytest.mark.parametrize("kept", [3, 100, 5_000, 500_000])
def test_a_file_that_was_cut_off_is_refused(directory: Path, tmp_path: Path, kept: int) -> None:
    path = tmp_path / "rus.traineddata"
    path.write_bytes((directory / "rus.traineddata").read_bytes()[:kept])
    assert WordList.load(path) is None


def test_without_data_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_lists, "_word_lists", lambda languages: ())
    assert is_known_word("договор") is None
