"""The search page, as a person uses it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from documents.models import Document, Membership, Role, Team, User
from tests.documents.search.conftest import follow
from tests.documents.web.search_page import HERE, document, shown
from tests.factories import make_document, make_team

assert document, follow  # fixtures


def test_it_is_reached_from_the_first_page_and_the_list(browser: Client, team: Team) -> None:
    assert reverse("web:search") == HERE
    for page in ("/", "/admin/", "/admin/documents/document/"):
        assert HERE in browser.get(page).content.decode()


def test_what_was_typed_in_the_list_is_taken_along(browser: Client, team: Team) -> None:
    page = browser.get("/admin/documents/document/", {"q": "a&b"}).content.decode()
    assert f'href="{HERE}?q=a%26b"' in page


def test_the_admins_old_address_leads_here(browser: Client, team: Team) -> None:
    answer = browser.get("/admin/documents/document/search/?q=a%26b&tag=c")

    assert answer["Location"] == "/search/?q=a%26b&tag=c"


def test_a_result_shows_its_words_and_their_place_on_a_small_picture(
    browser: Client, document: Document
) -> None:
    text = shown(browser, q="договора аренда")

    assert "1 document<" in text
    assert "<mark>Договор</mark> <mark>аренды</mark> &lt;script&gt;" in text
    assert "Папка &lt;b&gt;" in text
    assert text.count("<rect") == 2
    assert f"/api/v1/documents/{document.id}/pages/1/thumbnail/" in text


def test_results_are_documents_with_their_best_pages(browser: Client, document: Document) -> None:
    text = shown(browser, q="договор")

    assert "2 documents<" in text
    assert "2 pages match" in text
    assert text.count('class="result"') == 2
    assert text.count('class="found-page"') == 3


def test_a_result_leads_to_the_page_and_takes_the_query_along(
    browser: Client, document: Document
) -> None:
    text = shown(browser, q="акты")

    query = urlencode({"page": 2, "hit": "акты"}).replace("&", "&amp;")
    assert f'<h2><a href="/documents/{document.id}/?{query}"' in text


def test_facets_narrow_down_and_let_go(browser: Client, document: Document) -> None:
    text = shown(browser, q="договор")
    assert '<span class="name">Срочно</span>' in text

    narrowed = shown(browser, q="договор", tag="Срочно")

    assert "1 document<" in narrowed
    assert "Срочно: remove this filter" in narrowed


def test_pages_are_narrowed_down_by_their_language_and_by_having_none(
    browser: Client, team: Team, follow: Callable[[], None]
) -> None:
    make_document(team, pages=["смета"], language="ru")
    make_document(team, pages=["смета"], language="")
    follow()
    text = shown(browser, q="смета")
    assert '"name">Russian<' in text and '"name">No language<' in text

    narrowed = shown(browser, q="смета", language="none")

    assert "1 document<" in narrowed
    assert "No language: remove this filter" in narrowed


def test_of_many_values_the_commonest_come_first(
    browser: Client, team: Team, follow: Callable[[], None]
) -> None:
    for tags in ([f"т{n}" for n in range(8)], ["т7"]):
        make_document(team, pages=["смета"], tags=tags)
    follow()
    order = re.findall(r'"name">(т\d)<', shown(browser, q="смета"))
    assert order == ["т7", *(f"т{n}" for n in range(7))]


def test_a_better_question_and_near_words_are_told(
    browser: Client, team: Team, follow: Callable[[], None]
) -> None:
    make_document(team, pages=["Накладная"] * 3)
    follow()

    text = shown(browser, q="накладмая")

    assert "Did you mean" in text
    assert "Also searched for: накладная" in text
    assert "hit=%28" in text  # the document's page marks the near word too


def test_what_was_not_understood_is_told(browser: Client, document: Document) -> None:
    assert "A quotation mark is missing" in shown(browser, q='договор "акт')


def test_a_phrase_in_other_forms_is_named_with_one_pair_of_quotes(
    browser: Client, document: Document
) -> None:
    assert "<q>договора аренды</q>" in shown(browser, q="«договора аренды»")


def test_the_team_is_named_to_whom_is_in_several(
    browser: Client, reviewer: User, document: Document
) -> None:
    assert "Accounts ·" not in shown(browser, q="договор")

    Membership.objects.create(user=reviewer, team=make_team("Archive"), role=Role.READER)

    assert "Accounts ·" in shown(browser, q="договор")


def test_one_turns_the_pages_of_results(
    browser: Client, team: Team, follow: Callable[[], None]
) -> None:
    for _ in range(25):
        make_document(team, pages=["смета"])
    follow()
    first = shown(browser, q="смета")
    assert "1–20" in first and "p=2" in first and 'rel="prev"' not in first
    second = shown(browser, q="смета", p="2")
    assert "21–25" in second and 'rel="next"' not in second
    assert "21–25" in shown(browser, q="смета", p="30")  # there are no more


@pytest.mark.parametrize(
    "parameters",
    [
        {"p": "x"},
        {"p": "99999"},
        {"team": "x"},
        {"tag": "нет"},
        {"sort": "x"},
        {"created_after": "gestern"},
        {"created_after": "0001-01-01"},
    ],
)
def test_parameters_that_mean_nothing_harm_nothing(
    browser: Client, document: Document, parameters: dict[str, str]
) -> None:
    shown(browser, q="договор", **parameters)


def test_strangers_find_nothing_not_even_names(
    stranger_browser: Client, document: Document
) -> None:
    text = shown(stranger_browser, q="договор")
    assert "Nothing was found" in text
    assert "Срочно" not in text
    assert "Accounts" not in text


def test_without_an_index_it_says_so(browser: Client, team: Team) -> None:
    make_team()
    assert "search index is not ready" in shown(browser, q="договор")


def test_it_speaks_russian(browser: Client, document: Document) -> None:
    answer = browser.get(HERE, {"q": "договор"}, headers={"accept-language": "ru"})
    assert "2 документа" in answer.content.decode()
    translation.activate("en")


def test_a_page_of_results_costs_the_same_number_of_queries(
    browser: Client,
    team: Team,
    follow: Callable[[], None],
    django_assert_max_num_queries: Any,
) -> None:
    for number in (2, 18):
        for index in range(number):
            make_document(team, pages=["Договор", "Договор"], tags=[f"т{index}"])
            browser.post(f"{HERE}save/", {"q": "договор", "name": f"s{index}", "for_team": ""})
        follow()
        with django_assert_max_num_queries(20):
            shown(browser, q="договор")
