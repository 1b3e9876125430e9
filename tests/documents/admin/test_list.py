"""The list: what a person finds there, and what it costs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents.admin import filters
from documents.models import Status, Team
from tests.factories import make_document, make_team

Url = Callable[..., str]


def titles(client: Client, address: str) -> set[str]:
    page = client.get(address).content.decode()
    return set(re.findall(r'data-title="([^"]+)"', page))


def test_a_row_says_how_far_the_document_is(browser: Client, team: Team, url: Url) -> None:
    make_document(
        team,
        title="Lease",
        status=Status.PROCESSING,
        pages=["read", None, None],
        failed=[2],
        tags=["urgent"],
    )

    page = browser.get(url("changelist")).content.decode()

    assert "being read" in page
    assert "1 of 3" in page
    assert "1 failed" in page
    assert "not reviewed" in page
    assert "urgent" in page
    assert "data-unfinished" in page


def test_a_finished_document_is_not_asked_about(browser: Client, team: Team, url: Url) -> None:
    make_document(team, pages=["read"])

    assert "data-unfinished" not in browser.get(url("changelist")).content.decode()


@pytest.mark.parametrize("words", ["договор", "ДОГОВОР", "аренды договор", "lease.PDF"])
def test_a_title_or_file_name_is_found_in_any_case_and_script(
    words: str, browser: Client, team: Team, url: Url
) -> None:
    make_document(team, title="Договор аренды", filename="Lease.pdf")
    make_document(team, title="Счёт")

    assert titles(browser, f"{url('changelist')}?q={words}") == {"Договор аренды"}


def test_a_search_takes_its_words_for_what_they_are(browser: Client, team: Team, url: Url) -> None:
    make_document(team, title="100% (draft)")
    make_document(team, title="1000 drafts")

    assert titles(browser, f"{url('changelist')}?q=100%25+(") == {"100% (draft)"}


def test_the_trash_is_shown_only_where_asked_for(browser: Client, team: Team, url: Url) -> None:
    kept = make_document(team, title="kept")
    make_document(team, title="thrown", trashed_at=kept.created_at)

    assert titles(browser, url("changelist")) == {"kept"}
    assert titles(browser, f"{url('changelist')}?trash=only") == {"thrown"}
    assert titles(browser, f"{url('changelist')}?trash=also") == {"kept", "thrown"}


def test_filters_narrow_the_list(browser: Client, team: Team, url: Url) -> None:
    scan = make_document(
        team, title="scan", mime_type="image/tiff", tags=["old"], status=Status.PARTIAL
    )
    make_document(team, title="letter")

    for wanted in (
        "type=image/tiff",
        f"tag={scan.tags.get().id}",
        "status__exact=partial",
    ):
        assert titles(browser, f"{url('changelist')}?{wanted}") == {"scan"}, wanted


def test_the_tag_that_is_filtered_by_is_shown_however_many_there_are(
    browser: Client, team: Team, url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "MOST_TAGS", 2)
    document = make_document(team, title="scan", tags=["a", "b", "c", "z"])
    last = document.tags.get(name="z")

    page = browser.get(f"{url('changelist')}?tag={last.id}").content.decode()

    offered = re.findall(r"\?tag=([^\"]+)\">(\w)<", page)
    assert [name for _, name in offered] == ["a", "b", "z"]
    assert re.search(rf'class="selected">\s*<a href="\?tag={last.id}">z', page)
    assert f'href="{reverse("admin:documents_tag_changelist")}">all tags' in page


def test_a_tag_of_others_is_not_shown_by_filtering_for_it(
    browser: Client, team: Team, url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "MOST_TAGS", 1)
    make_document(team, tags=["a", "b"])
    theirs = make_document(make_team(), tags=["hush"]).tags.get()

    page = browser.get(f"{url('changelist')}?tag={theirs.id}").content.decode()

    assert "hush" not in page


def test_a_filter_that_makes_no_sense_finds_nothing(browser: Client, team: Team, url: Url) -> None:
    make_document(team, tags=["one"])

    assert titles(browser, f"{url('changelist')}?tag=nonsense") == set()


def test_more_documents_cost_no_more_queries(browser: Client, team: Team, url: Url) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            browser.get(url("changelist"))
        return len(caught)

    make_document(team, tags=["one"])
    few = queries()
    for _ in range(20):
        make_document(team, tags=["one", "two"])

    assert queries() == few


def test_documents_are_added_by_uploading(browser: Client, url: Url) -> None:
    answer = browser.get(url("add"))

    assert answer.headers["Location"] == "/"
    assert '<a href="/" class="addlink">' in browser.get(url("changelist")).content.decode()


def test_the_team_is_named_only_to_those_who_have_several(
    browser: Client, root_browser: Client, team: Team, url: Url
) -> None:
    make_document(team)
    make_team()

    assert "column-team" not in browser.get(url("changelist")).content.decode()
    assert "column-team" in root_browser.get(url("changelist")).content.decode()


def test_progress_is_told_of_the_documents_in_view(browser: Client, team: Team, url: Url) -> None:
    document = make_document(team, status=Status.PROCESSING, pages=["a", None, None, None])

    told = browser.get(f"{url('progress')}?ids={document.id},nonsense").json()

    assert told == {
        str(document.id): {
            "status": "processing",
            "label": "being read",
            "value": 0.25,
            "pages": "1 of 4",
            "failed": "",
            "finished": False,
            "state": "processing 4 1 0",
        }
    }
