"""Confidences as probabilities: applied once, to every word of an engine, and monotone."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from documents.review.flag_rules import CUT
from documents.text.page_layout import Block, PageLayout, Word
from ocr_worker.quality import calibrate_layout, judge_layer, with_calibration
from ocr_worker.quality.calibration import TABLE, Calibration, load_calibrations
from ocr_worker.quality.word_features import FEATURES, describe_words

from .pages import page, seen

RUSSIAN = frozenset(["договор", "поставки", "от", "инн", "счёт", "подписан", "сторонами"])


def is_known(word: str) -> bool:
    return word.lower() in RUSSIAN


def confidences(layout: PageLayout) -> list[float | None]:
    return [word.confidence for word in layout.words()]


def silent(*lines: str) -> PageLayout:
    """As a text layer: words without confidences."""
    block = seen(*lines)
    return page(
        replace(
            block,
            confidence=None,
            lines=tuple(
                replace(line, words=tuple(replace(word, confidence=None) for word in line.words))
                for line in block.lines
            ),
        )
    )


@pytest.mark.parametrize("engine", ["tesseract", "paddleocr-vl", "text-layer"])
def test_the_table_rises_in_both_columns_and_never_says_never_or_always(engine: str) -> None:
    knots = load_calibrations()[1][engine].knots
    assert len(knots) >= 3
    assert all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(knots))
    assert all(0 < probability < 1 for _, probability in knots)


def test_the_table_names_only_features_that_there_are() -> None:
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    for engine in table["engines"].values():
        assert set(engine["weights"]) <= {*FEATURES, "constant"}
        assert engine["words"] > 10_000 and engine["wrong"] > 100


def test_a_table_is_read_with_straight_lines_between_its_knots() -> None:
    table = Calibration.from_dict(
        {"weights": {"own": 2.0, "constant": 1.0}, "knots": [[0, 0.2], [2, 0.6], [4, 0.9]]}
    )
    own = (1.5, *[0.0] * (len(FEATURES) - 1))
    assert table.score(own) == 4.0
    assert [table.probability(x) for x in (-9, 0, 1, 2, 3, 9)] == [0.2, 0.2, 0.4, 0.6, 0.75, 0.9]


def test_more_of_the_engines_confidence_is_never_less_of_a_probability() -> None:
    said = [n / 50 for n in range(26, 51)]  # what an engine says of words that it keeps
    found = [
        confidences(calibrate_layout(page(seen("договор", confidence=sure)), "tesseract", is_known))
        for sure in said
    ]
    assert found == sorted(found, key=lambda one: one[0] or 0)
    assert (found[0][0] or 0) < 0.9 < (found[-1][0] or 0)


def test_a_known_word_is_believed_more_than_one_that_no_language_has() -> None:
    read = page(seen("договор дсгвр", confidence=0.9))
    known, unknown = confidences(calibrate_layout(read, "tesseract", is_known))
    assert known is not None and unknown is not None and known > unknown


def test_the_block_gets_the_mean_of_its_words() -> None:
    read = calibrate_layout(page(seen("договор", confidence=0.95)), "tesseract", is_known)
    assert read.blocks[0].confidence == confidences(read)[0] == read.confidence


def test_an_engine_without_a_table_keeps_its_numbers() -> None:
    read = page(seen("договор", confidence=0.77))
    assert calibrate_layout(read, "another", is_known) is read


def test_a_flag_by_the_engines_own_numbers_is_dropped_for_a_new_judgement() -> None:
    read = replace(page(seen("договор")), flags=("low_confidence", "damaged"))
    assert calibrate_layout(read, "tesseract", is_known).flags == ("damaged",)


def test_a_cut_block_stays_marked_and_one_without_words_stays_as_it_is() -> None:
    cut = replace(seen("договор"), confidence=CUT)
    picture = Block("p", "image", (0, 0, 9, 9), 1, "")
    assert calibrate_layout(page(cut, picture), "tesseract", is_known).blocks == (cut, picture)


def test_a_scanners_layer_gets_confidences_by_what_its_words_look_like() -> None:
    layer = judge_layer(silent("Договор поставки", "Иlll-1 подписан сторонами"), is_known)
    good, more, bad, *rest = confidences(layer)
    assert min(one or 0 for one in (good, more, *rest)) > 0.9
    assert bad is not None and bad < 0.6


def test_what_an_engine_read_beside_the_layer_keeps_its_own() -> None:
    read = seen("подписан", confidence=0.42)
    layer = judge_layer(page(read), is_known)
    assert layer.blocks == (read,)


def test_the_version_of_an_engine_names_the_table() -> None:
    assert with_calibration("5.5.0") == f"5.5.0 calibrated {load_calibrations()[0]}"


def test_the_features_of_a_word_are_told_apart() -> None:
    box = (0.0, 0.0, 9.0, 9.0)
    words = [Word(text, box, 0.9) for text in ("Договор", "ИHH", "№", "2024", "|счёт", "В")]
    found = [dict(zip(FEATURES, one, strict=True)) for one in describe_words(words, is_known)]
    assert [one["known"] for one in found] == [1, 0, 0, 0, 1, 0]
    assert [one["other_script"] for one in found] == [0, 1, 0, 0, 0, 0]
    assert [one["digits"] for one in found] == [0, 0, 0, 1, 0, 0]
    assert [one["single"] for one in found] == [0, 0, 1, 0, 0, 1]
    assert [one["odd_signs"] > 0 for one in found] == [False, False, False, False, True, False]
