"""What a page is flagged for, so that a reviewer looks at it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from documents.review.flag_rules import CUT
from documents.text.page_layout import Block, PageLayout
from ocr_worker.quality import assess_layout, make_ink_detector

from .pages import Printed, page, said, seen


def sure(block: Block, confidence: float = 0.95) -> Block:
    return replace(block, confidence=confidence)


def test_a_page_on_which_both_readings_agree_has_no_flags() -> None:
    over = seen("Договор поставки")

    assert assess_layout(page(said("Договор поставки", over=over)), page(over)).flags == ()


def test_a_disputed_word_flags_its_page() -> None:
    over = seen("Итого к оплате покупателем по договору: 340 рублей")
    said_block = said("Итого к оплате покупателем по договору: 840 рублей", over=over)

    read = assess_layout(page(said_block), page(over))

    assert read.flags == ("disputed",)
    assert read.blocks[0].disputes


def test_tesseracts_own_reading_is_flagged_by_its_confidence() -> None:
    assert assess_layout(page(seen("Договор", confidence=0.93))).flags == ()
    assert assess_layout(page(seen("Договор", confidence=0.85))).flags == ("low_confidence",)


def test_a_reading_without_any_confidence_is_not_called_low() -> None:
    assert assess_layout(page(said("Договор"))).flags == ()


def test_words_of_two_scripts_flag_their_page_and_stay_as_they_were_read() -> None:
    read = assess_layout(page(said("Договоp № 5")))  # a Latin p

    assert read.flags == ("lookalikes",)
    assert read.text == "Договоp № 5"


def test_a_block_that_was_cut_flags_its_page_and_stays_marked() -> None:
    over = seen("Договор поставки")
    cut = sure(said("Договор поставки", over=over), CUT)

    assert assess_layout(page(cut)).flags == ("low_confidence", "repetition")
    read = assess_layout(page(cut), page(over))
    assert read.flags == ("repetition",)
    assert read.blocks[0].confidence == CUT


def test_flags_the_engine_set_stay() -> None:
    assert assess_layout(page(said("x"), flags=("repetition", "odd"))).flags == (
        "repetition",
        "odd",
    )


BOX = (800.0, 100.0, 1200.0, 160.0)


def test_an_empty_region_with_words_in_it_is_flagged() -> None:
    title, lost = seen("Договор"), seen("Покупатель обязуется", left=800, id="s2")
    first = page(
        said("Договор", over=title, label="doc_title"), said("", over=lost, id="b2", order=1)
    )

    assert assess_layout(first, page(title, lost)).flags == ("empty_region", "disputed")


def test_an_empty_region_with_ink_and_no_words_is_flagged() -> None:
    first = page(said("Договор", label="doc_title"), said("", bbox=BOX, id="b2", order=1))

    assert assess_layout(first, ink=Printed(True)).flags == ("empty_region",)
    assert assess_layout(first, ink=Printed(False)).flags == ()


def test_the_continuation_of_a_paragraph_is_no_empty_region() -> None:
    left, right = seen("Поставщик обязуется"), seen("передать товар", left=800, id="s2")
    first = page(
        said("Поставщик обязуется передать товар", over=left),
        said("", over=right, id="b2", order=1),
    )

    assert assess_layout(first, page(left, right), Printed(True)).flags == ()
    assert assess_layout(first, ink=Printed(True)).flags == ()


@pytest.mark.parametrize("label", ["image", "chart", "display_formula", "seal"])
def test_a_picture_without_text_is_no_empty_region(label: str) -> None:
    first = page(said("", bbox=BOX, label=label, order=None))

    assert assess_layout(first, page(), Printed(True)).flags == ()


def test_a_table_of_empty_cells_is_no_empty_region() -> None:
    html = "<table><tr><td></td></tr></table>"

    assert assess_layout(page(said("", label="table", html=html)), ink=Printed(True)).flags == ()


def test_a_page_on_which_the_first_engine_saw_nothing_is_flagged() -> None:
    assert assess_layout(page(), page(seen("Договор поставки"))).flags == ("empty_region",)
    assert assess_layout(page(), page(seen(". ,", confidence=0.4))).flags == ()


def test_a_blank_page_has_no_flags() -> None:
    blank = PageLayout(100, 100, 72)

    assert assess_layout(blank) == blank
    assert assess_layout(blank, blank, Printed(False)) == blank


# --- ink


def test_ink_is_what_is_darker_than_the_paper_around_it() -> None:
    image = Image.new("L", (400, 200), 235)
    ImageDraw.Draw(image).text((20, 20), "Dogovor", fill=30)
    ImageDraw.Draw(image).text((220, 20), "Dogovor", fill=150)
    ink = make_ink_detector(image)

    assert ink((15, 15, 80, 40)), "black print"
    assert ink((215, 15, 280, 40)), "gray print"
    assert not ink((15, 100, 380, 180)), "paper"
    assert not ink((390, 190, 500, 300)), "the image's end"
    assert not ink((-50, -50, -1, -1)), "outside"
    assert not ink((20, 20, 20, 40)), "nothing"


def test_how_wide_print_is_counts_letters_and_no_dashes() -> None:
    image = Image.new("L", (400, 60), 235)
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 10, 59, 50), fill=30)
    draw.line((200, 30, 260, 30), fill=30, width=3)
    ink = make_ink_detector(image)

    assert ink.width((0, 5, 100, 55)) == 40, "print"
    assert ink.width((50, 5, 100, 55)) == 10, "what of it reaches in"
    assert ink.width((190, 5, 270, 55)) == 0, "a dash"
    assert ink.width((300, 5, 390, 55)) == 0, "paper"
    assert ink.width((390, 50, 500, 300)) == 0, "the image's end"
