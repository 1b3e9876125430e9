"""The pages of one document on which a query is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from documents.search.query.in_document import find_in_document
from tests.factories import make_document, make_team, make_user

pytestmark = pytest.mark.django_db


def test_pages_are_found_in_every_form_and_in_this_document_only(
    follow: Callable[[], None],
) -> None:
    team = make_team()
    user = make_user(team=team)
    document = make_document(team, pages=["Договоры аренды", "Иное", "По договору"])
    make_document(team, pages=["Договор"] * 5)
    follow()

    found = find_in_document(user, document, "договор")

    assert found.pages == [1, 3]
    assert found.matcher.find_hits("По договору")


def test_a_likely_misreading_is_found_as_the_search_finds_it(follow: Callable[[], None]) -> None:
    team = make_team()
    user = make_user(team=team)
    document = make_document(team, pages=["Соглашение о поставке", "другое"])
    follow()

    found = find_in_document(user, document, "Соглашенне")

    assert found.pages == [1]
    assert found.matcher.find_hits("Соглашение")


def test_without_an_index_the_words_are_marked_all_the_same() -> None:
    team = make_team()
    document = make_document(team, pages=["Договоры"])

    found = find_in_document(make_user(team=team), document, "договор")

    assert found.pages == []
    assert found.matcher.find_hits("Договоры")
