"""Two readings of one page: where the two disagree, and where that says nothing."""

from __future__ import annotations

import pytest

from documents.text.page_layout import Block, Dispute
from ocr_worker.quality.compare_layouts import compare_layouts
from tests.ocr_worker.quality.readings import box_of, read

from .pages import HEIGHT, Printed, page, said, seen


def disputes(block: Block) -> list[tuple[str, str]]:
    return [(dispute.text, dispute.other) for dispute in block.disputes]


# --- what is disputed


def test_a_swapped_digit_is_disputed_with_both_readings_in_its_place() -> None:
    over = seen("Итого: 15 340 руб.")

    block = read("Итого: 15 840 руб.", over)

    assert block.disputes == (Dispute(box_of(over, "340"), "840", "340"),)


def test_a_dropped_word_is_disputed_where_tesseract_saw_it() -> None:
    over = seen("товар не подлежит возврату")

    block = read("товар подлежит возврату", over)

    assert block.disputes == (Dispute(box_of(over, "не"), "", "не"),)


def test_an_invented_word_is_disputed_where_there_is_no_room_for_it() -> None:
    block = read("товар никогда подлежит возврату", seen("товар подлежит возврату"))

    assert disputes(block) == [("никогда", "")]
    x0, _, x1, _ = block.disputes[0].bbox
    assert x1 - x0 >= HEIGHT / 2, "a person must see it"


def test_a_repeated_line_is_one_dispute() -> None:
    over = seen("Поставщик обязуется передать", "товар в срок")

    block = read("Поставщик обязуется передать Поставщик обязуется передать товар в срок", over)

    assert len(block.disputes) == 1
    assert sorted(block.disputes[0].text.split()) == sorted(["Поставщик", "обязуется", "передать"])
    assert block.disputes[0].other == ""


def test_neighbours_that_are_wrong_are_one_dispute() -> None:
    block = read("срок пять месяцев со дня", seen("срок шесть недель со дня"))

    assert disputes(block) == [("пять месяцев", "шесть недель")]


def test_confident_text_outside_of_all_blocks_is_disputed_at_the_nearest() -> None:
    body, footer = seen("Договор поставки"), seen("Страница пятая", top=1500, id="s2")

    far = said("итог", bbox=(900, 100, 1000, 120), id="b2")

    read_page = compare_layouts(page(said("Договор поставки", over=body), far), page(body, footer))

    assert read_page.blocks[0].disputes == (Dispute(footer.bbox, "", "Страница пятая"),)
    assert read_page.blocks[1].disputes == ()


# --- what is not


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("«Ёлка» — дерево", '"Елка" - дерево'),
        ("СОСНА растёт", "COCHA растет"),
        ("передать информацию", "передать инфор- мацию"),
        ("сеть Wi-Fi есть", "сеть Wi - Fi есть"),
        ("протокол DHCP здесь", "протокол ОНСР здесь"),
        ("пункт б) настоящего", "пункт 6) настоящего"),
        ("доказано ранее2 и", "доказано ранее и"),
        ("цена 15.90 рублей", "цена 1590 рублей"),
        ("Подпись ____ дата", "Подпись —_- дата"),
    ],
)
def test_what_tesseract_is_known_to_read_otherwise_is_no_dispute(ours: str, theirs: str) -> None:
    assert read(ours, seen(theirs)).disputes == ()


def test_words_tesseract_is_unsure_of_do_not_count() -> None:
    over = seen("Догавор паставки товаров мрк", unsure=("Догавор", "паставки", "мрк"))

    assert read("Договор поставки товаров", over).disputes == ()


def test_specks_outside_of_all_blocks_do_not_count() -> None:
    body = seen("Договор поставки")
    specks = seen("ш |", top=1500, id="s2")
    unsure = seen("Стрвнмца пмтая", top=1600, id="s3", confidence=0.5)

    read_page = compare_layouts(
        page(said("Договор поставки", over=body)), page(body, specks, unsure)
    )

    assert read_page.blocks[0].disputes == ()


def test_formulas_have_no_confidence_and_no_disputes() -> None:
    over = seen("Решите уравнение х? + 4х = -5 ответ")

    block = read("Решите уравнение $ x^{2} + 4x = -5 $ ответ", over)

    assert block.disputes == ()
    assert {word.confidence for word in list(block.words())[2:-1]} == {None}


@pytest.mark.parametrize("label", ["image", "chart", "seal", "display_formula"])
def test_pictures_and_formulas_stay_as_they_are(label: str) -> None:
    over = seen("Герб города Москвы")
    block = said("", over=over, label=label)

    assert compare_layouts(page(block), page(over)).blocks == (block,)


def test_a_table_may_be_read_in_another_order() -> None:
    left = seen("Наименование", "Болт", "Гайка", "Шайба")
    right = seen("Цена", "15,90", "7,00", "3,50", left=600, id="s2")
    block = said(
        "Наименование Цена\nБолт 15,90\nГайка 7,60\nШайба 3,50",
        bbox=(90, 90, 1000, 300), label="table",
    )  # fmt: skip

    read_block = compare_layouts(page(block), page(left, right)).blocks[0]

    assert disputes(read_block) == [("7,60", "7,00")]
    assert [line.text for line in read_block.lines][:1] == ["Наименование"]


def test_text_that_continues_in_another_column_is_in_its_first_block() -> None:
    left = seen("Поставщик обязуется передать", "товар в срок")
    right = seen("и в полном объёме", "за 40 дней", left=800, id="s2")
    blocks = (
        said("Поставщик обязуется передать товар в срок и в полном объеме за 49 дней", over=left),
        said("", over=right, id="b2", order=1),
    )

    first, following = compare_layouts(page(*blocks), page(left, right)).blocks

    assert disputes(first) == [("49", "40")]
    assert list(first.words())[-1].bbox == box_of(right, "дней")
    assert (following.disputes, following.lines) == ((), ())


def test_an_empty_block_whose_words_the_text_before_lacks_has_a_dispute_of_its_own() -> None:
    left = seen("Поставщик обязуется передать", "товар в срок")
    right = seen("Покупатель обязуется принять", "и оплатить", left=800, id="s2")
    blocks = (
        said("Поставщик обязуется передать товар в срок", over=left),
        said("", over=right, id="b2", order=1),
    )

    first, empty = compare_layouts(page(*blocks), page(left, right)).blocks

    assert first.disputes == ()
    assert disputes(empty) == [("", "Покупатель обязуется принять и оплатить")]


def test_a_page_that_tesseract_could_not_read_has_no_disputes() -> None:
    text = " ".join(f"слово{letter}" for letter in "абвгдежзик")
    rubbish = seen("иеи ыфв лдо йцу кен гшщ зхъ фыв апр олд", confidence=0.82)

    assert read(text, rubbish).disputes == ()


def test_the_image_tells_an_invented_word_from_one_that_tesseract_overlooked() -> None:
    over = seen("Дата:")
    first = page(said("Дата: сегодня", bbox=(100, 100, 700, 130)))

    overlooked = compare_layouts(first, page(over), Printed(True))
    invented = compare_layouts(first, page(over), Printed(False))

    assert overlooked.blocks[0].disputes == ()
    assert disputes(invented.blocks[0]) == [("сегодня", "")]
