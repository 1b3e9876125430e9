"""The search page, as a person uses it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from documents.actions.record_search_matches import record_search_matches
from documents.actions.trash import trash
from documents.models import Document, Team
from tests.documents.search.conftest import follow
from tests.factories import make_document, make_team

assert follow  # a fixture

HERE = "/admin/documents/document/search/"


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
    assert reverse("admin:documents_document_search") == HERE
    for page in ("/admin/", "/admin/documents/document/"):
        assert HERE in browser.get(page).content.decode()


def test_what_was_typed_in_the_list_is_taken_along(browser: Client, team: Team) -> None:
    page = browser.get("/admin/documents/document/", {"q": "a&b"}).content.decode()
    assert f'href="{HERE}?q=a%26b"' in page


def test_a_result_shows_its_words_and_their_place_on_the_scan(
    browser: Client, document: Document
) -> None:
    text = shown(browser, q="договора аренда")

    assert "1 page found" in text
    assert "<mark>Договор</mark> <mark>аренды</mark> &lt;script&gt;" in text
    assert "Папка &lt;b&gt;" in text
    assert text.count('class="hit"') == 2
    assert f"/api/v1/documents/{document.id}/pages/1/image/" in text


def test_a_result_leads_to_the_page_with_the_hits_marked(
    browser: Client, document: Document
) -> None:
    link = re.search(r'<h2><a href="([^"]+)"', shown(browser, q="акты"))
    assert link is not None
    address = link[1].replace("&amp;", "&")
    assert "#page-2" in address

    page = browser.get(address).content.decode()

    assert page.count('class="hit"') == 1


def test_facets_narrow_down_and_let_go(browser: Client, document: Document) -> None:
    text = shown(browser, q="договор")
    assert "3 pages found" in text
    assert "Срочно</a>" in text

    narrowed = shown(browser, q="договор", tag="Срочно")

    assert "2 pages found" in narrowed
    assert "Срочно ×" in narrowed


def test_of_many_values_the_commonest_are_shown_first_and_the_others_on_request(
    browser: Client, team: Team, follow: Callable[[], None]
) -> None:
    for tags in ([f"т{n}" for n in range(8)], ["т7"]):
        make_document(team, pages=["смета"], tags=tags)
    follow()
    text = shown(browser, q="смета")
    order = re.findall(r">(т\d)</a>", text)
    assert order == ["т7", *(f"т{n}" for n in range(7))]
    assert text.index("<summary>More</summary>") < text.index(">т4</a>")
    assert text.index("<summary>More</summary>") > text.index(">т3</a>")


def test_a_better_question_and_near_words_are_told(
    browser: Client, team: Team, follow: Callable[[], None]
) -> None:
    make_document(team, pages=["Накладная"] * 3)
    follow()

    text = shown(browser, q="накладмая")

    assert "Did you mean" in text
    assert "Also searched for: накладная" in text
    assert "find=%28" in text  # the document's page marks the near word too


def test_what_was_not_understood_is_told(browser: Client, document: Document) -> None:
    assert "A quotation mark is missing" in shown(browser, q='договор "акт')


def test_one_turns_the_pages_of_results(
    browser: Client, team: Team, follow: Callable[[], None]
) -> None:
    make_document(team, pages=["смета"] * 25)
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
    assert "Nothing was found." in text
    assert "Срочно" not in text
    assert "Accounts" not in text


def test_without_an_index_it_says_so(browser: Client, team: Team) -> None:
    make_team()
    assert "search index is not ready" in shown(browser, q="договор")


def test_it_speaks_russian(browser: Client, document: Document) -> None:
    answer = browser.get(HERE, {"q": "договор"}, headers={"accept-language": "ru"})
    assert "Найдено 3 страницы" in answer.content.decode()
    translation.activate("en")


# --- saved searches, similar documents ------------------------------------------------------------


def test_a_search_is_kept_and_deleted(browser: Client, document: Document) -> None:
    given = {"q": "договор", "tag": "Срочно", "name": "Мои договоры", "for_team": ""}
    answer = browser.post(f"{HERE}save/", given, follow=True)
    text = answer.content.decode()
    assert "2 pages found" in text  # back where it was saved
    assert "Мои договоры" in text

    address = re.search(r'<li><a href="([^"]+)">Мои договоры', text)
    assert address is not None
    assert "2 pages found" in browser.get(address[1].replace("&amp;", "&")).content.decode()
    forget = re.search(r'action="([^"]+forget/)"', text)
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
    address = re.search(r'<li><a href="([^"]+)">Старые', shown(browser))
    assert address is not None

    text = browser.get(address[1].replace("&amp;", "&")).content.decode()

    assert "Nothing was found." in text
    assert "ready ×" in text and "failed ×" in text
    assert "2001-02-03T00:00:00+00:00 ×" in text
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
    assert "Nothing was found." in text  # no page carries both
    assert "Срочно: remove this filter" in text and "Потом: remove this filter" in text
    for name, value, count in (
        ("created_before", "2020-01-01T00:00:00+00:00", "Nothing was found."),
        ("created_after", "2020-01-01T00:00:00+00:00", "3 pages found"),
        ("created_after", "yesterday", "3 pages found"),
        ("language", "en", "Nothing was found."),
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
    trash(found.id, actor=None)
    assert "new page" not in shown(browser)


def test_a_search_without_a_name_is_not_kept(browser: Client, team: Team) -> None:
    for wrong in ({"name": ""}, {"name": "x", "for_team": "x"}):
        answer = browser.post(f"{HERE}save/", {"q": "договор", **wrong}, follow=True)
        assert "errornote" in answer.content.decode() or "error" in answer.content.decode()
        assert "Saved searches" not in answer.content.decode()


def test_a_document_s_page_offers_copies_and_similar_ones(
    browser: Client, team: Team, follow: Callable[[], None]
) -> None:
    words = " ".join(f"слово{n}" for n in range(60))
    document = make_document(team, title="Первый", pages=[words])
    make_document(team, title="Скан того же", pages=[words])
    make_document(team, title="Похожий", pages=["слово1 слово2 слово3 и слово4, но не слово5"])
    address = f"/admin/documents/document/{document.id}/change/"
    assert "more than once" not in browser.get(address).content.decode()

    follow()
    text = browser.get(address).content.decode()

    assert "This paper may have been scanned more than once" in text
    assert "Скан того же" in text
