"""Two readings of one line, by Russian and by English: each word by its own."""

from __future__ import annotations

import pytest

from documents.text.common_words import COMMON_WORDS
from documents.text.page_layout import Word
from ocr_worker.engines.merge_scripts import Reader, merge_line

RUSSIAN = Reader("CYRILLIC", COMMON_WORDS["ru"])
ENGLISH = Reader("LATIN", COMMON_WORDS["en"])


def line(*words: tuple[str, float]) -> list[Word]:
    """Words of ten px a letter, ten px apart."""
    placed, x = [], 0.0
    for text, confidence in words:
        placed.append(Word(text, (x, 0, x + 40, 10), confidence))
        x += 50
    return placed


def merge(
    russian: list[Word], english: list[Word], *, page: Reader = RUSSIAN, beside: str = ""
) -> str:
    other = ENGLISH if page is RUSSIAN else RUSSIAN
    first, second = (russian, english) if page is RUSSIAN else (english, russian)
    words = merge_line(first, second, (page, other), (beside, beside))
    return " ".join(word.text for word in words)


@pytest.mark.parametrize(
    ("russian", "english", "merged"),
    [
        (("РеЫап", 0.12), ("Debian", 0.96), "Debian"),
        (("Ме", 0.31), ("the", 0.94), "the"),
        (("договор", 0.84), ("Jorosop", 0.41), "договор"),
        (("таким", 0.59), ("TaKHM", 0.87), "таким"),
        (("томов", 0.85), ("TOMOB", 0.91), "томов"),
        (("м1ська", 0.31), ("MicbKa", 0.88), "м1ська"),
        (("в", 0.82), ("B", 0.91), "в"),
        (("ППС", 0.51), ("nnc", 0.90), "ППС"),
        (("и", 0.87), ("u", 0.92), "и"),
    ],
)
def test_a_doubtful_word_of_a_russian_line_is_what_it_looks_like_more(
    russian: tuple[str, float], english: tuple[str, float], merged: str
) -> None:
    assert merge(line(russian), line(english), beside="CYRILLIC") == merged


@pytest.mark.parametrize(
    ("english", "russian", "read"),
    [
        (("rary", 0.78), ("гагу", 0.90), "rary"),
        (("Hoare", 0.81), ("Ноаге", 0.89), "Hoare"),
        (("in", 0.83), ("ш", 0.97), "in"),
        (("Hosocmu", 0.20), ("Новости", 0.95), "Новости"),
    ],
)
def test_an_english_line_becomes_russian_only_where_that_is_clear(
    english: tuple[str, float], russian: tuple[str, float], read: str
) -> None:
    assert merge(line(russian), line(english), page=ENGLISH, beside="LATIN") == read


def test_words_that_look_the_same_in_both_follow_their_neighbours() -> None:
    russian = line(("ТБеу", 0.20), ("сап", 0.93), ("Бе", 0.30), ("изеа", 0.25))
    english = line(("They", 0.96), ("can", 0.94), ("be", 0.95), ("used", 0.96))

    assert merge(russian, english) == "They can be used"


def test_figures_keep_their_reading_but_lose_a_rule_beside_them() -> None:
    russian = line(("15.90", 0.93), ("109", 0.95))
    english = line(("19.30", 0.95), ("109}", 0.60))

    assert merge(russian, english, page=ENGLISH) == "19.30 109"


def test_a_word_that_both_read_alike_takes_the_surer_confidence() -> None:
    [word] = merge_line(line(("2026", 0.7)), line(("2026", 0.9)), (RUSSIAN, ENGLISH), ("", ""))

    assert word.confidence == 0.9


def test_a_word_read_as_two_is_merged_whole() -> None:
    russian = [Word("Ре", (0, 0, 20, 10), 0.4), Word("ап", (25, 0, 60, 10), 0.4)]
    english = [Word("Debian", (0, 0, 60, 10), 0.96)]

    assert merge(russian, english) == "Debian"
