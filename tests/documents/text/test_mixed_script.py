"""Latin letters in Russian words: found, and corrected where one script is certain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.text.mixed_script import find_mixed_words, has_mixed_scripts, unify_scripts
from documents.text.page_layout import Block, PageLayout


@pytest.mark.parametrize(
    ("word", "corrected"),
    [
        ("Договоp", "Договор"),  # Latin p
        ("Пocтaвкa", "Поставка"),
        ("МOCKВА", "МОСКВА"),
        ("кBт", "кВт"),
        ("USВ", "USB"),  # Cyrillic В
        ("Аcme", "Acme"),  # Cyrillic А
        ("e-mаil", "e-mail"),  # Cyrillic а
        ("(Договоp)", "(Договор)"),
    ],
)
def test_a_word_of_two_scripts_is_written_in_its_own(word: str, corrected: str) -> None:
    assert unify_scripts(word) == corrected
    assert has_mixed_scripts(word)


ONE_SCRIPT = """
Договор Contract R-303 МТ3 COVID-19 Wi-Fi PDF-файл x-координата А4 ГОСТ С-5 кВт кг/м² м² 5,0 и/или
IT-отдел № ёлка naïve 2х4 ОС-Windows Ω
"""


@pytest.mark.parametrize("word", ONE_SCRIPT.split())
def test_words_names_units_and_numbers_of_one_script_stay(word: str) -> None:
    assert unify_scripts(word) == word
    assert not has_mixed_scripts(word)


def test_letters_of_both_scripts_without_a_twin_are_meant() -> None:
    assert unify_scripts("гдеwhat") == "гдеwhat"


@given(st.text(alphabet="АаВвСсДдABCabcdz-1 №", max_size=12))
def test_correcting_twice_changes_no_more_and_never_the_length(word: str) -> None:
    once = unify_scripts(word)

    assert unify_scripts(once) == once
    assert len(once) == len(word)


def test_the_words_of_a_page_are_counted_as_often_as_they_stand_there() -> None:
    layout = PageLayout(
        9, 9, 72, blocks=(Block("b", "text", (0, 0, 9, 9), 0, "Договоp\nот мая, Договоp № 5"),)
    )

    assert find_mixed_words(layout) == ["Договоp", "Договоp"]
