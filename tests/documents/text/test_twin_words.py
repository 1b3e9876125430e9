"""Words in letters of the wrong script: mended where that is certain, in both directions."""

from __future__ import annotations

import pytest

from documents.text.twin_words import mend_twins

KNOWN = frozenset(["москва", "совет", "ее", "ром", "may", "to", "note", "сор", "мах", "max"])


def is_known(word: str) -> bool:
    return word.lower() in KNOWN


def latin(text: str) -> bool:
    return text.isascii()


def mend(line: str, before: str = ".") -> str:
    found = " ".join(mend_twins(line.split(), is_known, before))
    assert len(found) == len(line)
    return found


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("Общество OOO «Ромашка» передало", "Общество ООО «Ромашка» передало"),
        ("граждане CCCP, проживающие", "граждане СССР, проживающие"),
        ("Директор B.B. Петров подписал", "Директор В.В. Петров подписал"),
        ("подписал Петров C.B., директор", "подписал Петров С.В., директор"),
        ("подписал Петров А.B. сегодня", "подписал Петров А.В. сегодня"),
        ("город MOCKBA расположен здесь", "город МОСКВА расположен здесь"),
        ("Ha основании устава общества", "На основании устава общества"),
        ("He допускается передача прав", "Не допускается передача прав"),
        ("B связи с изменением цены", "В связи с изменением цены"),
        ("стороны c учётом договора", "стороны с учётом договора"),
    ],
)
def test_russian_words_in_latin_letters_are_mended(read: str, printed: str) -> None:
    assert read != printed
    assert mend(read) == printed
    assert mend(printed) == printed


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("dated the first of Мау 2024 in London", "dated the first of May 2024 in London"),
        ("То whom it concerns and others", "To whom it concerns and others"),
        ("this is а letter of intent", "this is a letter of intent"),
        ("precinct results of ТОМ and others", "precinct results of TOM and others"),
    ],
)
def test_english_words_in_cyrillic_letters_are_mended(read: str, printed: str) -> None:
    assert read != printed
    assert mend(read) == printed
    assert mend(printed) == printed


@pytest.mark.parametrize(
    "line",
    [
        "подключите COM порт компьютера",
        "файл в формате PDF для печати",
        "автомобиль BMW белого цвета",
        "протокол TCP используется здесь",
        "сервер HTTP принимает запросы",
        "по адресу MAX отправлено письмо",
        "витамин C полезен для здоровья",
        "класс B представлен ниже списком",
        "пункт a) договора не действует",
        "настройка описана в Приложение B. Смотрите",
        "ПРИЛОЖЕНИЕ B. АВТОМАТИЧЕСКАЯ УСТАНОВКА",
        "задаётся буквой n или o (смещение копий)",
        "фильм The Co Op вышел давно",
        "работает на PHP и сервере",
        "скорость c = 5 метров",
        "согласно ГОСТ P 52872 выполнено",
        "компания AC Milan выступила вчера",
        "OOO",
        "OOO Romashka",
        "",
    ],
)
def test_what_may_be_meant_so_stays(line: str) -> None:
    assert mend(line) == line


@pytest.mark.parametrize(
    "line",
    [
        "the company OOO Romashka and others",
        "the Russian word совет means advice",
        "see МВД and ФСБ of that time",
        "section B.B. of the contract",
    ],
)
def test_english_lines_are_not_hurt(line: str) -> None:
    assert mend(line) == line


def test_a_capital_in_the_middle_of_a_sentence_stays() -> None:
    assert mend("B состав входит железо", before="витамин") == "B состав входит железо"
    assert mend("B состав входит железо", before="конец.") == "В состав входит железо"
