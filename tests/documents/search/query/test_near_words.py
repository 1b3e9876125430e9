"""What a search finds that is written otherwise: misread words, codes, numbers, old spelling."""

from __future__ import annotations

import pytest

from documents.models import Document, Team, User
from documents.search.query.results import (
    FoundPage,
)
from tests.documents.search.query.asking import Follow, pages, search
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("asked", "printed"),
    [
        ("договор", "дсговор"),
        ("догавор", "договор"),
        ("накладая", "накладная"),
        ("поставшик", "поставщик"),
        ("modern", "modem"),
        ("безонасносгь", "безопасности"),  # its end is misread, and the form is another one
    ],
)
def test_a_word_one_or_two_letters_off_is_found_and_said(
    team: Team, user: User, follow: Follow, asked: str, printed: str
) -> None:
    make_document(team, pages=[f"Тут стоит {printed} и всё"])
    follow()

    found = search(user, asked)

    assert pages(found) == [("letter", 1)]
    assert found.near_words == {asked: [printed]}
    (page,) = found.results
    assert isinstance(page, FoundPage)
    assert f"<mark>{printed}</mark>" in page.snippet
    assert [text for _, text in page.hits] == [printed]


def test_what_was_asked_for_comes_before_what_is_near(
    team: Team, user: User, follow: Follow
) -> None:
    make_document(team, title="Близко", pages=["договор договор договор"])
    make_document(team, title="Точно", pages=["здесь дсговор, какой есть, и ещё слова"])
    follow()
    assert [title for title, _ in pages(search(user, "дсговор"))] == ["Точно", "Близко"]


def test_what_many_pages_have_is_not_looked_for_in_other_words(
    team: Team, user: User, follow: Follow
) -> None:
    make_document(team, pages=["договор"] * 6 + ["дсговор"])
    follow()
    found = search(user, "договор")
    assert (found.count, found.near_words) == (6, {})


def test_a_more_likely_question_is_offered(team: Team, user: User, follow: Follow) -> None:
    make_document(team, pages=["Акт приёмки"] * 12)
    follow()
    assert search(user, 'акт "приёмки" преёмки').suggestion == 'акт "приёмки" приемки'
    assert search(user, "приёмки").suggestion is None


def test_near_words_are_looked_for_a_few_words_of_a_question(
    team: Team, user: User, follow: Follow
) -> None:
    words = [f"слово{letter * 3}" for letter in "абвгдежз"]
    make_document(team, pages=["договор"])
    follow()
    assert search(user, " OR ".join([*words[:7], "дсговор"])).near_words == {"дсговор": ["договор"]}
    assert search(user, " OR ".join([*words, "дсговор"])).near_words == {}


def test_words_of_other_teams_are_not_near(contract: Document, follow: Follow) -> None:
    other = make_team("Other")
    stranger = make_user(team=other)
    make_document(other, pages=["Совсем иное"])
    follow()

    found = search(stranger, "дагавор постафка")

    assert (found.count, found.near_words, found.suggestion) == (0, {}, None)


@pytest.mark.parametrize(
    "text",
    [
        "М317ТЕ40",
        "M317TE40",
        "m317тe40",
        "9027101000",
        "9027 10 10 00",
        "902710 1000",
        "4512 908173",
        "45 12 908173",
        "4512908173",
        "8 495 731 06 64",
        "(495) 731-06-64",
        "4957310664",
        "1250000",
        "1 250 000",
        "7К",
        "7K",
    ],
)
def test_codes_and_numbers_are_found_however_they_are_written(
    team: Team, user: User, follow: Follow, text: str
) -> None:
    make_document(
        team,
        pages=[
            "Автомобиль М317ТЕ40, код ТНВЭД 9027 10 100 0, паспорт 45 12 908173, "
            "телефон 8 (495) 731-06-64, сумма 1 250 000 рублей, цех 7К."
        ],
    )
    make_document(team, pages=["Автомобиль М318ТЕ40, код 9027 10 200 0, паспорт 45 12 908174."])
    follow()

    assert len(pages(search(user, text))) == 1


def test_numbers_typed_side_by_side_need_not_stand_side_by_side(
    team: Team, user: User, follow: Follow
) -> None:
    make_document(team, pages=["Договор 417 заключён в городе Омске в 2019 году."])
    follow()

    assert len(pages(search(user, "417 2019"))) == 1


@pytest.mark.parametrize("text", ["привезётъ", "привезет", "Федоръ", "Ѳедоръ", "уѣзде", "уезде"])
def test_old_spelling_and_todays_find_each_other(
    team: Team, user: User, follow: Follow, text: str
) -> None:
    make_document(team, pages=["Ѳедоръ привезетъ хлѣбъ въ уѣздѣ"])
    make_document(team, pages=["Федор привезёт хлеб в уезде"])
    follow()

    assert len(pages(search(user, text))) == 2


@pytest.mark.parametrize(
    ("typed", "meant"), [("ljujdjh", "договор"), ("cxtn jgkfns", "счет оплаты"), ("ызфку", "spare")]
)
def test_a_query_typed_in_the_wrong_keyboard_layout_is_offered_in_the_other(
    team: Team, user: User, follow: Follow, typed: str, meant: str
) -> None:
    make_document(team, pages=["Договор и счет для оплаты, spare parts"])
    follow()

    found = search(user, typed)

    assert pages(found) == []
    assert found.suggestion == meant
    assert search(user, "spare").suggestion is None
