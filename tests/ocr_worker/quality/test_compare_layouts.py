"""Two readings of one page: where words are, and how sure they are."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.text.page_layout import PageLayout
from ocr_worker.quality.compare_layouts import compare_layouts
from tests.ocr_worker.quality.readings import box_of, read

from .pages import LETTER, page, said, seen


def test_words_on_which_both_agree_stand_where_tesseract_saw_them_and_are_sure() -> None:
    over = seen("Договор поставки", "от 3 мая")

    block = read("Договор поставки от 3 мая", over)

    assert [word.bbox for word in block.words()] == [word.bbox for word in over.words()]
    assert [line.text for line in block.lines] == ["Договор поставки", "от 3 мая"]
    assert all((word.confidence or 0) > 0.99 for word in block.words())
    assert block.confidence is not None and block.confidence > 0.99
    assert block.disputes == ()


def test_the_text_of_the_reading_stays_what_it_is() -> None:
    block = read("Договор постaвки\n\nот 4 мая", seen("Договор поставки", "от 3 мая"))

    assert block.text == "Договор постaвки\n\nот 4 мая"


def test_a_word_tesseract_did_not_see_stands_between_its_neighbours() -> None:
    over = seen("Договор          поставки")
    left = box_of(over, "Договор")
    over = replace(over, lines=(replace(over.lines[0], words=(
        over.lines[0].words[0],
        replace(over.lines[0].words[1], bbox=(left[2] + 200, left[1], left[2] + 280, left[3])),
    )),), bbox=(left[0], left[1], left[2] + 280, left[3]))  # fmt: skip

    middle = list(read("Договор на поставки", over).words())[1]

    assert left[2] <= middle.bbox[0] < middle.bbox[2] <= left[2] + 200
    assert (middle.bbox[1], middle.bbox[3]) == (left[1], left[3])


def test_a_block_tesseract_saw_nothing_of_has_lines_over_its_box() -> None:
    text = " ".join(["слово"] * 20)
    first = page(said(text, bbox=(100, 100, 700, 200)))

    block = compare_layouts(first, page(seen("далеко", top=1500))).blocks[0]

    assert len(block.lines) > 1
    assert [word.text for word in block.words()] == text.split()
    for word in block.words():
        assert 100 <= word.bbox[0] <= word.bbox[2] <= 700
        assert 100 <= word.bbox[1] <= word.bbox[3] <= 200


def test_the_less_sure_tesseract_is_of_another_word_the_more_ours_may_be_right() -> None:
    sure = read("итого 15 рублей", seen("итого 16 рублей"))
    unsure = read("итого 15 рублей", seen("итого 16 рублей", unsure=("16",)))

    confidence, more = (list(block.words())[1].confidence for block in (sure, unsure))
    assert confidence is not None and more is not None
    assert confidence < more < 0.99


# --- bounds


@pytest.mark.parametrize(
    ("width", "height", "turn"), [(1601, 2000, 0), (1600, 1999, 0), (1600, 2000, 90)]
)
def test_two_readings_of_different_images_are_refused(width: int, height: int, turn: int) -> None:
    with pytest.raises(ValueError, match="different images"):
        compare_layouts(page(), PageLayout(width, height, 200, turn))


def test_a_page_without_blocks_stays_so() -> None:
    assert compare_layouts(page(), page(seen("Договор"))) == page()


@pytest.mark.parametrize("word", ["0,00", None], ids=["equal words", "different words"])
def test_a_dense_page_takes_no_time(word: str | None) -> None:
    rows = [" ".join(word or f"а{row}б{n}" for n in range(50)) for row in range(100)]
    other = [" ".join(word or f"в{row}г{n}" for n in range(50)) for row in range(100)]
    over = seen(*rows)

    started_at = time.process_time()
    block = read("\n".join([*other, "0,00 " * 100]), over)

    assert time.process_time() - started_at < 5, "half a second on an idle machine"
    assert len(list(block.words())) == 5100


LINES = st.lists(
    st.lists(st.sampled_from(["а", "бб", "12", "$x^2$", "—", "в-г"]), min_size=1, max_size=5),
    min_size=1,
    max_size=4,
)


@given(LINES, LINES)
def test_every_word_of_the_text_has_a_place_on_the_page(
    ours: list[list[str]], theirs: list[list[str]]
) -> None:
    text = "\n".join(" ".join(line) for line in ours)
    over = seen(*(" ".join(line) for line in theirs))

    block = read(text, over)

    assert [word.text for word in block.words()] == text.split()
    x0, y0, x1, y1 = over.bbox
    for box in [*(word.bbox for word in block.words()), *(d.bbox for d in block.disputes)]:
        assert x0 - LETTER <= box[0] <= box[2] <= x1 + LETTER
        assert y0 <= box[1] <= box[3] <= y1
    assert all(d.text or d.other for d in block.disputes)


def test_a_layout_of_many_words_and_blocks_is_left_alone() -> None:
    blocks = tuple(said("а", bbox=(1, 1, 2, 2), id=f"b{n}") for n in range(1000))
    second = page(seen(*["а " * 500] * 10))
    first: PageLayout = page(*blocks)

    assert compare_layouts(first, second) is first
