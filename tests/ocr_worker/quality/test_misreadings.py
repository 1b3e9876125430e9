"""Two readings of one page: how Tesseract is known to err is no dispute, and what else is one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from documents.text.page_layout import Block, Line, Word
from ocr_worker.quality.compare_layouts import compare_layouts
from tests.ocr_worker.quality.readings import read

from .pages import HEIGHT, Printed, page, said, seen


def disputes(block: Block) -> list[tuple[str, str]]:
    return [(dispute.text, dispute.other) for dispute in block.disputes]


def with_word(over: Block, word: Word) -> Block:
    """`over`, with one more word after its first."""
    (line,) = over.lines
    words = (line.words[0], word, *line.words[1:])
    return replace(over, lines=(Line(line.text, line.bbox, words),))


# --- no dispute


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("запустите DHCP-сервер сами", "запустите ОНСР-сервер сами"),
        ("arcu massa donec", "arcu ma donec"),
        ("файл (debian/control), где", "файл (debian/cont ro1), где"),
        ("• Это пункт списка", "e Это пункт списка"),
        ("a naı¨ve version", "a naive version"),
        ("настройте dhcpd сами", "настройте dhepd сами"),
        ("пакет ppc64el собран", "пакет ppcé4el собран"),
        ("из файла /dev/sr0 взять", "из файла /dev/sx0 взять"),
        ("points φnodes certain", "points nodes certain"),
        ("see us on FACEBOOK! today", "see us on Facebookt today"),
        ("see arXiv:1004.1461v1 of them", "see 1004.1461v1 of arXiv them"),
    ],
    ids=[
        "a part in another script",
        "half of a word",
        "torn apart",
        "a bullet",
        "an accent",
        "an open letter",
        "a digit for a letter",
        "another letter beside a digit",
        "a letter not taught",
        "a letter for a sign",
        "a part set apart",
    ],
)
def test_what_tesseract_misreads_is_no_dispute(ours: str, theirs: str) -> None:
    assert disputes(read(ours, seen(theirs, unsure=("(debian/cont", "/dev/sx0")))) == []


def test_a_word_torn_apart_is_no_dispute_where_the_page_is_full_of_it() -> None:
    lines = ["мы сами в TraceMonkey", "вы сами в TraceMonkey", "они тоже в TraceMonkey"]
    over = seen("Trace- Monkey и", *lines)

    assert disputes(read(" ".join(["и", *lines, "TraceMonkey"]), over)) == []


def test_a_letter_with_its_index_that_tesseract_has_not_seen_is_no_invention() -> None:
    assert disputes(read("Guard i7 here", seen("Guard here"))) == []


def test_print_that_tesseract_has_read_twice_is_no_dropped_word() -> None:
    over = seen("команды в следующей")
    x0, y0, x1, y1 = over.lines[0].words[1].bbox
    twice = with_word(over, Word("В", (x0 - 6, y0, x1 - 5, y1), 0.96))

    assert disputes(read("команды в следующей", twice)) == []


def test_a_word_that_is_alone_in_its_block_has_the_whole_block() -> None:
    body = seen("Поставщик обязуется передать")
    number = said("1", bbox=(700, 1900, 708, 1900 + HEIGHT), id="b2")

    read_page = compare_layouts(
        page(said("Поставщик обязуется передать", over=body), number), page(body), Printed(True)
    )

    assert read_page.blocks[1].disputes == ()


def test_a_printed_line_that_tesseract_has_missed_is_no_invention() -> None:
    over = seen("первая строка договора", "вторая строка договора", "третья строка договора",
                "пятая строка поставки")  # fmt: skip
    x = 30  # the fourth line is not seen: the last stands where the fifth does
    (last,) = over.lines[3:]
    moved = tuple(
        replace(word, bbox=(word.bbox[0], word.bbox[1] + x, word.bbox[2], word.bbox[3] + x))
        for word in last.words
    )
    over = replace(over, lines=(*over.lines[:3], Line(last.text, last.bbox, moved)))
    lines = [line.text for line in over.lines]
    text = " ".join([*lines[:3], "четвёртая лишняя", lines[3]])
    first = page(said(text, bbox=(90, 90, 900, 400)))

    (block,) = compare_layouts(first, page(over), Printed(True)).blocks

    assert disputes(block) == []


# --- a dispute


def test_a_word_that_is_much_longer_than_its_place_is_disputed_however_unsure_tesseract() -> None:
    over = seen("страница 11 договора", unsure=("11",))

    assert disputes(read("страница оптимизация договора", over)) == [("оптимизация", "11")]


def test_words_of_another_script_with_other_lengths_are_disputed() -> None:
    over = seen("текст определения далее")

    assert disputes(read("текст villain далее", over)) == [("villain", "определения")]


def test_one_digit_of_a_long_number_is_disputed_however_unsure_tesseract() -> None:
    over = seen("оплатить счёт 001637511168 до конца", unsure=("001637511168",))

    assert disputes(read("оплатить счёт 001637911168 до конца", over)) == [
        ("001637911168", "001637511168")
    ]


def test_a_digit_for_a_letter_that_looks_like_another_is_disputed_however_unsure_tesseract() -> (
    None
):
    over = seen("процессор POWERS собран", unsure=("POWERS",))

    assert disputes(read("процессор POWER3 собран", over)) == [("POWER3", "POWERS")]


def test_two_words_of_the_same_letters_are_disputed() -> None:
    assert disputes(read("это вес товара", seen("это все товара"))) == [("вес", "все")]


def test_a_number_that_tesseract_has_nowhere_is_disputed_whatever_is_printed_there() -> None:
    over = seen("сумма рублей")
    x0, y0, _, y1 = over.lines[0].words[1].bbox
    apart = replace(
        over,
        lines=(Line("сумма рублей", over.bbox, (
            over.lines[0].words[0], Word("рублей", (x0 + 300, y0, x0 + 360, y1), 0.95),
        )),),
    )  # fmt: skip
    first = page(said("сумма 17.90 рублей", bbox=(90, 90, 900, 130)))

    (block,) = compare_layouts(first, page(apart), Printed(True)).blocks

    assert disputes(block) == [("17.90", "")]


def test_a_word_invented_after_one_that_a_line_s_end_breaks_has_no_room() -> None:
    over = seen("очень длинный текст дого-", "вора поставки товаров")

    block = read("очень длинный текст договора никогда поставки товаров", over)

    assert disputes(block) == [("никогда", "")]


def test_a_word_that_the_page_is_full_of_is_missed_though_it_is_elsewhere_too() -> None:
    other = said("и для них", bbox=(100, 1500, 700, 1530), id="b2")
    over = seen("и для нас", "и для вас", "и для тех", "но для всех")

    read_page = compare_layouts(
        page(said("и для нас и для вас и для тех но всех", over=over), other), page(over)
    )

    assert disputes(read_page.blocks[0]) == [("", "для")]


def test_money_with_prose_between_is_compared() -> None:
    over = seen("цена $ 5 за [LUX_TRF] конфеты Luxury $ 6")

    assert disputes(read("цена $ 5 за [LUX_TRF] конфеты Cheap $ 6", over)) == [("Cheap", "Luxury")]
