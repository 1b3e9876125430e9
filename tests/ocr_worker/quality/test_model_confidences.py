"""How sure the model was of each word, and what that adds to a second reader's agreement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from documents.review.flag_rules import CUT
from documents.text.page_layout import Block
from ocr_worker.quality import Answer, add_model_confidences
from ocr_worker.quality.combine import USUAL, combine
from ocr_worker.quality.compare_layouts import compare_layouts

from .pages import page, said, seen


def answer(*tokens: tuple[str, float]) -> Answer:
    """What a model wrote in `tokens`, each with its probability."""
    return Answer("".join(text for text, _ in tokens), tuple((len(t), p) for t, p in tokens))


def confidences(block: Block) -> list[tuple[str, float | None]]:
    return [(word.text, word.confidence) for word in block.words()]


def test_a_word_is_as_probable_as_all_its_tokens_together() -> None:
    written = answer(("До", 1.0), ("говор", 0.9), (" №", 0.8), (" 4", 0.5), ("51", 0.6))

    [block] = add_model_confidences(page(said("Договор № 451")), [written]).blocks

    assert confidences(block) == [("Договор", 0.9), ("№", None), ("451", 0.3)]
    assert block.text == "Договор № 451"
    assert block.confidence == pytest.approx((7 * 0.9 + 3 * 0.3) / 10)


def test_the_lines_of_a_block_are_those_of_its_text_and_lie_in_its_box() -> None:
    text = "Договор поставки\nот 3 мая"
    block = said(text, bbox=(100, 100, 700, 180))

    [found] = add_model_confidences(page(block), [answer((text, 0.7))]).blocks

    assert [line.text for line in found.lines] == text.split("\n")
    for word in found.words():
        assert 100 <= word.bbox[0] < word.bbox[2] <= 700
        assert 100 <= word.bbox[1] < word.bbox[3] <= 180


def test_tags_of_a_table_are_no_text_of_it() -> None:
    written = answer(
        ("<fcel>", 0.1), ("Итого", 0.9), ("<fcel>", 0.2), ("1 500", 0.6), ("<nl>", 0.1)
    )
    table = replace(said("Итого 1 500"), label="table", html="<table></table>")

    [block] = add_model_confidences(page(table), [written]).blocks

    assert confidences(block) == [("Итого", 0.9), ("1", 0.6), ("500", 0.6)]


def test_a_text_that_goes_on_in_another_region_is_of_two_answers() -> None:
    answers = [answer(("в другой колонке", 0.6)), answer(("Текст продолжается", 0.9))]

    [block] = add_model_confidences(
        page(said("Текст продолжается в другой колонке")), answers
    ).blocks

    assert [sure for _, sure in confidences(block)] == [0.9, 0.9, 0.6, 0.6, 0.6]


def test_a_block_whose_text_no_answer_has_stays_as_it_is() -> None:
    blocks = (
        said("Договор"),
        replace(said("да да да"), confidence=CUT),
        said("x", label="formula"),
    )
    answers = [answer(("Договоры", 0.9)), answer(("да да да", 0.9)), answer(("x", 0.9))]

    assert add_model_confidences(page(*blocks), answers).blocks == page(*blocks).blocks


def test_two_blocks_of_one_text_have_an_answer_each() -> None:
    answers = [answer(("Стр. 1", 0.9)), answer(("Стр. 1", 0.4))]

    found = add_model_confidences(page(said("Стр. 1"), said("Стр. 1")), answers).blocks

    assert sorted(confidences(block)[0][1] or 0 for block in found) == [0.4, 0.9]


@pytest.mark.parametrize("agreement", [0.1, 0.5, 0.99])
def test_a_doubting_model_lowers_a_confidence_and_a_sure_one_raises_it(agreement: float) -> None:
    assert combine(agreement, None) == combine(agreement, USUAL) == agreement
    assert combine(agreement, 0.5) < agreement < combine(agreement, 0.9999)
    # Neither outweighs the second reader.
    assert combine(agreement, 0.0) > 0
    assert combine(0.1, 1.0) < 0.5


def test_where_both_readers_have_a_word_the_models_doubt_shows() -> None:
    over = seen("Договор поставки")
    first = page(said("Договор поставки", over=over))
    written = answer(("Договор", 0.999), (" поставки", 0.3))

    block = compare_layouts(add_model_confidences(first, [written]), page(over)).blocks[0]

    [sure, doubtful] = [word.confidence or 0 for word in block.words()]
    assert sure > 0.99
    assert doubtful < 0.95
    assert [word.bbox for word in block.words()] == [word.bbox for word in over.words()]
