"""Searches are kept on the search page, and say what is new."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from documents.actions.record_search_matches import record_search_matches
from documents.actions.trash import trash
from documents.models import Document, SavedSearch, Team
from tests.documents.search.conftest import follow
from tests.documents.web.search_page import HERE, document, shown
from tests.factories import make_document

pytestmark = pytest.mark.any_database

assert document, follow  # fixtures


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
