"""What a text is made into, so that it is found however it was printed, scanned or typed."""

from __future__ import annotations

import string
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.search.text import analysis
from documents.text.lookalikes import RUSSIAN_TO_LATIN

RUSSIAN = st.text("абвгдежзийклмнопрстуфхцчшщъыьэюя", min_size=4, max_size=14)


def stems(text: str) -> list[str]:
    return list(analysis.extract_terms(text).stems)


def keys(text: str) -> frozenset[str]:
    return analysis.extract_terms(text).keys


@pytest.mark.parametrize(
    ("printed", "asked"),
    [
        ("договоров", "договор"),
        ("ДОГОВОР", "договора"),
        ("ёлка", "елки"),
        ("contracts", "contract"),
        ("Дoгoвop", "договор"),  # three Latin letters
        ("Дог0в0р", "договор"),
        ("3акон", "закон"),
        ("6ез", "без"),
        ("nоставка", "поставка"),  # a Latin n, and all others could be Latin
        ("ВМW", "bmw"),
        ("СОМРUТЕR", "computer"),
        ("Bода", "вода"),
        ("c0ntract", "contract"),
        ("ﬁle", "file"),
        ("за́мок", "замок"),
        ("дого\u00adвор", "договор"),
        ("дого\u00ad\nвор", "договор"),
        ("дого-\nворами", "договор"),
        ("infor-\nmation", "information"),
        ("company’s", "company"),
        (unicodedata.normalize("NFD", "край"), "край"),
    ],
)
def test_what_is_printed_is_found_by_what_is_meant(printed: str, asked: str) -> None:
    assert stems(printed) == stems(asked)


@pytest.mark.parametrize("word", ["mp3", "h264", "А4", "w3c", "Т34", "utf8"])
def test_digits_that_belong_to_a_word_stay(word: str) -> None:
    assert any(character.isdigit() for character in stems(word)[-1])


def test_a_unit_printed_close_to_its_number_is_a_word_of_its_own() -> None:
    assert stems("6кг") == ["6", "кг"]
    assert stems("2025г.") == ["2025", "г"]
    assert stems("500GB, 1461v1") == ["500", "gb", "1461", "v1"]


def test_the_parts_of_a_compound_broken_at_its_own_hyphen_are_found_too() -> None:
    assert {"интернет", "магазин"} <= keys("интернет-\nмагазин")


@pytest.mark.parametrize(
    ("printed", "asked"),
    [
        ("№ 12/2025", "12/2025"),
        ("№12–2025", "12/2025"),
        ("R-303", "r-303"),
        ("R-3О3", "R-303"),  # a Cyrillic О
        ("АВ-123", "AB-123"),  # Cyrillic letters
        ("Иванов@mail.ru", "иванов@MAIL.RU"),
        ("1 250 000,00 руб.", "1 250 000"),
        ("1\u00a0250\u00a0000", "1 250 000"),
        ("12 мая 2025 г.", "12.05.2025"),
        ("«12» мая 2025", "2025-05-12"),
        ("May 12, 2025", "12.05.2025"),
        ("+7 (495) 123-45-67", "8 495 1234567"),
    ],
)
def test_numbers_dates_and_codes_are_found_whole(printed: str, asked: str) -> None:
    assert keys(printed) & keys(asked)


def test_numbers_are_found_by_part_and_in_their_order() -> None:
    assert stems("договор № 12/2025 от 01.02") == ["договор", "12", "2025", "от", "01", "02"]


def test_a_token_says_where_it_stands() -> None:
    text = "Первый дого-\nвор, вторая Дoгoвop."
    assert [text[token.start : token.end] for token in analysis.iter_tokens(text)] == [
        "Первый", "дого-\nвор", "вторая", "Дoгoвop",
    ]  # fmt: skip


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_has_terms_that_hold_no_white_space(text: str) -> None:
    found = analysis.extract_terms(text)
    for term in (*found.stems, *found.words, *found.keys):
        assert term
        assert term == term.strip()
        assert not any(character.isspace() for character in term)
        assert len(term) <= 70


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_tokens_stand_in_order_and_inside_of_the_text(text: str) -> None:
    end = 0
    for token in analysis.iter_tokens(text):
        assert token.start >= 0 and token.start <= token.end <= len(text)
        assert token.end >= end
        end = token.end


@given(RUSSIAN, st.data())
@settings(max_examples=300, deadline=None)
def test_a_russian_word_is_the_same_with_any_of_its_letters_from_the_latin_alphabet(
    word: str, data: st.DataObject
) -> None:
    twins = [at for at, letter in enumerate(word) if letter in RUSSIAN_TO_LATIN]
    # Most letters, and one that has no twin, tell which script is meant.
    if len(twins) == len(word):
        return
    chosen = (
        data.draw(st.sets(st.sampled_from(twins), max_size=(len(word) - 1) // 2))
        if twins
        else set()
    )
    mixed = "".join(RUSSIAN_TO_LATIN[c] if at in chosen else c for at, c in enumerate(word))
    assert stems(mixed) == stems(word)


@given(RUSSIAN, st.integers(0, 20))
@settings(max_examples=200, deadline=None)
def test_a_word_broken_over_two_lines_is_the_word(word: str, at: int) -> None:
    at = 1 + at % (len(word) - 1)
    assert stems(f"{word[:at]}\u00ad\n{word[at:]}") == stems(word)
    assert stems(f"{word[:at]}-\n{word[at:]}") == stems(word)


@given(st.text(string.ascii_letters + "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", min_size=1, max_size=20))
@settings(max_examples=200, deadline=None)
def test_case_does_not_matter(word: str) -> None:
    assert stems(word.upper()) == stems(word.lower()) == stems(word)


def test_a_word_all_of_whose_letters_look_the_same_is_tried_in_both_scripts() -> None:
    assert analysis.stem_in_other_script("ooo") == "ооо"
    assert analysis.stem_in_other_script("ооо") == "ooo"
    assert analysis.stem_in_other_script("договор") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ошибок", "ошибка"),
        ("настроек", "настройка"),
        ("заявок", "заявки"),
        ("список", "списка"),
        ("продавец", "продавца"),
        ("владелец", "владельцы"),
        ("копеек", "копейка"),
        ("устав", "устава"),
        ("архив", "архивы"),
        ("дистрибутив", "дистрибутивами"),
    ],
)
def test_what_the_stemmer_parts_is_put_together(one: str, other: str) -> None:
    assert stems(one) == stems(other)


@pytest.mark.parametrize(
    ("old", "new"),
    [("выѣдетъ", "выедет"), ("Прошеніе", "прошение"), ("Ѳедоры", "федоры"), ("объектъ", "объект")],
)
def test_old_letters_and_final_hard_signs_are_folded(old: str, new: str) -> None:
    assert analysis.analyse_word(old) == analysis.analyse_word(new)


def test_a_hard_sign_inside_a_word_stays() -> None:
    assert analysis.fold_word("подъезд") == "подъезд"
