"""What is suggested while somebody types a query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from documents.models import Document, Team
from tests.documents.search.conftest import follow
from tests.documents.web.search_page import HERE, document
from tests.factories import make_document

assert document, follow  # fixtures


def suggested(browser: Client, typed: str) -> dict[str, Any]:
    answer = browser.get(f"{HERE}suggest/", {"q": typed})
    assert answer.status_code == 200
    return dict(answer.json())


def test_words_and_titles_that_begin_like_it_are_suggested(
    browser: Client, team: Team, follow: Callable[[], None]
) -> None:
    lease = make_document(team, title="Договор аренды", pages=["договорённость", "договор"])
    make_document(team, title="Смета", pages=["договор"])
    follow()

    found = suggested(browser, "аренда догов")

    assert found["words"] == ["аренда договор", "аренда договоренность"]
    assert found["titles"] == [{"text": "Договор аренды", "url": f"/documents/{lease.id}/"}]
    assert suggested(browser, "до")["words"] == [], "too short"


def test_the_other_keyboard_layout_is_suggested(
    browser: Client, team: Team, follow: Callable[[], None]
) -> None:
    make_document(team, title="Смета", pages=["договор"])
    follow()

    found = suggested(browser, "ljujd")

    assert found["retyped"] == "догов"
    assert found["words"] == ["договор"]


def test_nothing_of_other_teams_is_suggested(
    browser: Client, stranger_browser: Client, team: Team, follow: Callable[[], None]
) -> None:
    make_document(team, title="Тайна договора", pages=["договор"])
    follow()

    assert suggested(stranger_browser, "догов") == {"words": [], "titles": [], "retyped": ""}
    assert suggested(stranger_browser, "тайна")["titles"] == []
    assert suggested(browser, "тайна")["titles"] != []


@pytest.mark.parametrize("typed", ["", " ", "\x00", "(((", '"', "-", "a" * 5000, "tag:", "ё" * 3])
def test_anything_may_be_typed(browser: Client, document: Document, typed: str) -> None:
    suggested(browser, typed)


def test_without_an_index_nothing_is_suggested(browser: Client, team: Team) -> None:
    assert suggested(browser, "догов") == {"words": [], "titles": [], "retyped": ""}
