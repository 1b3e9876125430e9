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

from documents.actions.record_search_matches import record_search_matches
from documents.actions.trash import trash
from documents.models import Document, SavedSearch, Team
from tests.documents.search.conftest import follow
from tests.factories import make_document, make_team

assert follow  # a fixture

HERE = "/search/"


@pytest.fixture
def document(team: Team, follow: Callable[[], None]) -> Document:
    found = make_document(
        team,
        title="Папка <b>",
        pages=["Договор аренды <script>", "Акт приёмки", "Договор"],
        tags=["Срочно"],
    )
    make_document(team, title="Ещё", pages=["Договор"], tags=["Потом"])
    follow()
    return found


def shown(browser: Client, **parameters: str) -> str:
    answer = browser.get(HERE, parameters, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


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


# --- saved searches, similar documents ------------------------------------------------------------


def test_a_search_is_kept_and_deleted(browser: Client, document: Document) -> None:
    given = {"q": "договор", "tag": "Срочно", "name": "Мои договоры", "for_team": ""}
    answer = browser.post(f"{HERE}save/", given, follow=True)
    text = answer.content.decode()
    assert "1 document<" in text  # back where it was saved
    assert "Мои договоры" in text

    address = re.search(r'href="([^"]+)" data-entry="saved"', text)
    assert address is not None
    assert "1 document<" in browser.get(address[1].replace("&amp;", "&")).content.decode()
    forget = re.search(r'action="([^"]+delete/)"', text)
    assert forget is not None
    assert "Мои договоры" not in browser.post(forget[1], follow=True).content.decode()


def test_one_that_was_kept_through_the_api_finds_the_same_here(
    browser: Client, document: Document
) -> None:
    filters = {
        "tag": ["Срочно"],
        "status": ["ready", "failed"],
        "created_before": ["2001-02-03T00:00:00+00:00"],
    }
    given = {"name": "Старые", "q": "договор", "filters": filters}
    browser.post("/api/v1/searches/", given, content_type="application/json")
    address = re.search(r'href="([^"]+)">Старые', shown(browser))
    assert address is not None

    text = browser.get(address[1].replace("&amp;", "&")).content.decode()

    assert "Nothing was found" in text
    assert "ready: remove this filter" in text and "failed: remove this filter" in text
    assert "2001-02-03T00:00:00+00:00: remove this filter" in text
    assert text.count('name="status" value=') == 4  # asked again, and kept again, with both


def test_one_kept_for_the_team_is_seen_by_it(
    browser: Client, reader_browser: Client, stranger_browser: Client, team: Team
) -> None:
    browser.post(f"{HERE}save/", {"q": "договор", "name": "Наши", "for_team": str(team.id)})
    assert "Наши" in shown(reader_browser)
    assert "Наши" not in shown(stranger_browser)


def test_a_search_kept_over_the_api_is_asked_as_it_is(browser: Client, document: Document) -> None:
    given = {"q": "договор", "tag": ["Срочно", "Потом"], "name": "Обе", "for_team": ""}
    text = browser.post(f"{HERE}save/", given, follow=True).content.decode()
    assert "Nothing was found" in text  # no page carries both
    assert "Срочно: remove this filter" in text and "Потом: remove this filter" in text
    for name, value, count in (
        ("created_before", "2020-01-01T00:00:00+00:00", "Nothing was found"),
        ("created_after", "2020-01-01T00:00:00+00:00", "2 documents<"),
        ("created_after", "yesterday", "2 documents<"),
        ("language", "en", "Nothing was found"),
    ):
        given = {"q": "договор", name: value, "name": value}
        text = browser.post(f"{HERE}save/", given, follow=True).content.decode()
        assert count in text


def test_what_a_kept_search_found_since_is_counted_beside_it(
    browser: Client, stranger_browser: Client, team: Team, follow: Callable[[], None]
) -> None:
    browser.post(f"{HERE}save/", {"q": "договор", "name": "Мои", "for_team": ""})
    assert "new page" not in shown(browser)
    found = make_document(team, pages=["Договор", "Акт", "Договор"])
    follow()
    record_search_matches([found.id])
    text = shown(browser)
    assert "2 new pages" in text
    assert '<span class="rail-count new">2<' in browser.get("/").content.decode()
    trash(found.id, actor=None)
    assert "new page" not in shown(browser)


def test_what_a_person_has_seen_is_new_no_longer_to_them_alone(
    browser: Client, reader_browser: Client, team: Team, follow: Callable[[], None]
) -> None:
    browser.post(f"{HERE}save/", {"q": "договор", "name": "Наши", "for_team": str(team.id)})
    found = make_document(team, pages=["Договор"])
    follow()
    record_search_matches([found.id])
    search = SavedSearch.objects.get()
    text = shown(browser, q="договор", saved=str(search.id))
    assert '<span class="badge busy">new page</span>' in text
    seen = re.search(r'"at": "([^"]+)"', text)
    assert seen is not None

    answer = browser.post(f"{HERE}saved/{search.id}/seen/", {"at": seen[1]})
    later = make_document(team, pages=["Договор"])
    follow()
    record_search_matches([later.id])

    assert answer.status_code == 204
    assert "1 new page<" in shown(browser)
    assert "2 new pages<" in shown(reader_browser)


def test_a_saved_search_is_renamed_by_those_who_may(
    browser: Client, reader_browser: Client, stranger_browser: Client, team: Team
) -> None:
    browser.post(f"{HERE}save/", {"q": "договор", "name": "Наши", "for_team": str(team.id)})
    search = SavedSearch.objects.get()
    for client in (reader_browser, stranger_browser):
        client.post(f"{HERE}saved/{search.id}/rename/", {"name": "Чужие"})
    browser.post(f"{HERE}saved/{search.id}/rename/", {"name": "  "})
    search.refresh_from_db()
    assert search.name == "Наши"

    answer = browser.post(f"{HERE}saved/{search.id}/rename/", {"name": "Аренда"})

    assert answer.status_code == 302
    assert "<h1>Аренда</h1>" in browser.get(answer["Location"]).content.decode()


def test_a_search_without_a_name_is_not_kept(browser: Client, team: Team) -> None:
    for wrong in ({"name": ""}, {"name": "x", "for_team": "x"}):
        answer = browser.post(f"{HERE}save/", {"q": "договор", **wrong}, follow=True)
        assert 'class="notice error"' in answer.content.decode()
        assert "Saved searches" not in answer.content.decode()


# --- suggestions ------------------------------------------------------------------------------


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


# --- cost -------------------------------------------------------------------------------------


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
