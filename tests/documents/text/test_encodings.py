"""A text's encoding is told by its mark or guessed from its letters; what is no text has none."""

from __future__ import annotations

import random

import pytest

from documents.text.csv_shape import find_separator
from documents.text.encodings import decode_text, guess_encoding

RUSSIAN = "Уважаемый Иван Петрович! Счёт оплачен, акт подписан."
#: The encodings of Russian that files have, and which are told apart.
ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8-r", "cp866",
    "iso8859-5",
)  # fmt: skip


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", [RUSSIAN, RUSSIAN.upper(), "Итого\r\n1 250,00\r\nруб."])
def test_a_russian_text_is_read_as_it_was_written(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding)) == text.replace("\r\n", "\n")


def test_a_western_text_is_not_taken_for_a_russian_one() -> None:
    text = "Les résultats sont très satisfaisants, à l'exception du premier trimestre."

    assert decode_text(text.encode("cp1252")) == text


def test_a_letter_that_is_cut_at_the_end_is_no_reason_for_another_encoding() -> None:
    assert guess_encoding(RUSSIAN.encode()[:-2]) == "utf-8"


def test_noise_is_no_text() -> None:
    chance = random.Random(1)
    noise = [bytes(chance.randrange(32, 256) for _ in range(300)) for _ in range(200)]

    assert [data for data in noise if guess_encoding(data) is not None] == []
    assert guess_encoding(b"text\0text") is None


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a;b\n1;2\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ('a,b,c\n1,"2, 3",4\n', ","),
        ("Dear Sir,\nthank you, and good bye.\n", None),
        ("First, this. Then, that.\nSecond, this. Then, that.\n", None),
        ("one line; only\n", None),
    ],
)
def test_a_table_is_told_from_prose(text: str, separator: str | None) -> None:
    assert find_separator(text) == separator
