"""The inbox and the list of all documents."""

from __future__ import annotations

import datetime
import html
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents.models import Document, ReviewStatus, SavedSearch, Status, Team, User
from documents.web.list_query import PAGE_SIZE
from tests.documents.admin.conftest import browser_of
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

INBOX, ALL = "/", "/documents/"


def show(browser: Client, url: str = ALL, *, part: bool = False, **query: Any) -> str:
    headers = {"HX-Request": "true"} if part else {}
    address = f"{url}{'&' if '?' in url else '?'}{urlencode(query, doseq=True)}"
    answer = browser.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def shown(page: str) -> list[str]:
    """The titles of the rows, in their order."""
    return re.findall(r'class="title">([^<]*)<', page)


def plant(team: Team, number: int) -> None:
    start = timezone.now()
    for index in range(number):
        make_document(
            team,
            title=f"letter {index:03d}",
            pages=["text"],
            tags=[f"tag {index % 3}"],
            flags=["disputed"] if index % 2 else [],
            created_at=start - datetime.timedelta(minutes=index),
        )


def test_a_row_says_what_is_to_be_known(browser: Client, team: Team) -> None:
    make_document(
        team, title="Счёт <7>", pages=["a", "b"], failed=[2], status=Status.PARTIAL,
        tags=["urgent"], language="ru", confidence=0.876, flags=["disputed"],
    )  # fmt: skip

    page = show(browser)

    for text in ("Счёт &lt;7&gt;", "2 pages", "Russian", "87 %", "urgent", "partly read",
                 "1 page could not be read", "two readers disagree"):  # fmt: skip
        assert text in page


def test_what_was_decided_on_wants_no_look(browser: Client, team: Team) -> None:
    make_document(team, pages=["a"], flags=["disputed"], review_status=ReviewStatus.APPROVED)

    page = show(browser)

    assert "approved" in page
    assert 'class="reason' not in page


def test_a_failure_is_told_with_its_reason(browser: Client, team: Team) -> None:
    make_document(team, status=Status.FAILED, error_code="damaged-file", error_detail="No end.")

    assert "No end." in show(browser, INBOX)


def test_in_the_inbox_work_stands_on_top_and_what_is_settled_does_not_stand(
    browser: Client, team: Team
) -> None:
    now = timezone.now()
    for title, age, fields in (
        ("new", 1, {"pages": ["a"]}),
        ("older", 2, {"pages": ["a"]}),
        ("in work", 3, {"status": Status.PROCESSING, "pages": ["a", None]}),
        ("failed", 4, {"status": Status.FAILED}),
        ("approved", 0, {"pages": ["a"], "review_status": ReviewStatus.APPROVED}),
        ("trashed", 0, {"pages": ["a"], "trashed_at": now}),
    ):
        created = now - datetime.timedelta(hours=age)
        make_document(team, title=title, created_at=created, **fields)

    page = show(browser, INBOX)

    assert shown(page) == ["in work", "failed", "new", "older"]
    assert "4 documents" in page
    assert "1 of 2" in page
    assert shown(show(browser)) == ["approved", "new", "older", "in work", "failed"]


@pytest.mark.parametrize("ordering", ["-created_at", "created_at", "title", "-title"])
def test_every_document_is_on_one_page_of_the_list(
    browser: Client, team: Team, ordering: str
) -> None:
    plant(team, 7)
    same = timezone.now()
    for _ in range(4):
        make_document(team, title="twin", pages=["a"], created_at=same)
    field = ordering.removeprefix("-")
    wanted = list(
        Document.objects.order_by(ordering, f"{ordering[: -len(field)]}id").values_list(
            "title", flat=True
        )
    )

    page = show(browser, ordering=ordering, size=3)
    found = shown(page)
    while match := re.search(r'hx-get="([^"]+)"', page):
        page = show(browser, match[1].replace("&amp;", "&"), part=True, size=3)
        assert len(shown(page)) <= 3
        found += shown(page)

    assert found == wanted


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "WyItY3JlYXRlZF9hdCIsICJ4IiwgIngiXQ", "é", "A" * 999]
)
def test_a_cursor_that_is_none_begins_at_the_beginning(
    browser: Client, team: Team, cursor: str
) -> None:
    make_document(team, title="first", pages=["a"])

    assert shown(show(browser, cursor=cursor)) == ["first"]


def test_facets_narrow_the_list_and_are_taken_off_again(browser: Client, team: Team) -> None:
    plant(team, 4)

    page = show(browser, flag="disputed", tag="tag 1")

    assert shown(page) == ["letter 001"]
    assert 'href="/documents/?tag=tag+1"' in page
    assert 'href="/documents/?flag=disputed"' in page


def test_documents_of_no_known_language_are_found(browser: Client, team: Team) -> None:
    make_document(team, title="Russian", pages=["a"], language="ru")
    make_document(team, title="unknown", pages=["a"])

    page = show(browser, language="none")

    assert shown(page) == ["unknown"]
    assert "No language" in page


def test_days_are_those_of_the_person(browser: Client, team: Team) -> None:
    make_document(
        team, title="late", pages=["a"],
        created_at=datetime.datetime(2025, 3, 1, 22, 30, tzinfo=datetime.timezone.utc),
    )  # fmt: skip
    browser.cookies["timezone"] = "Europe/Moscow"

    assert shown(show(browser, f"{ALL}?from=2025-03-02&to=2025-03-02")) == ["late"]
    assert shown(show(browser, to="2025-03-01")) == []


def test_nonsense_in_the_address_is_left_out(browser: Client, team: Team) -> None:
    make_document(team, title="one", pages=["a"])

    page = show(browser, status="x", team="y", layout="z", ordering="size", size="-1", colour="red")

    assert shown(page) == ["one"]


def test_nobody_sees_documents_of_other_teams(
    browser: Client, team: Team, stranger_browser: Client
) -> None:
    document = make_document(team, title="secret", pages=["a"])

    assert shown(show(browser)) == ["secret"]
    for url in (INBOX, ALL, f"/documents/rows/?ids={document.id}"):
        assert shown(show(stranger_browser, url)) == []


def test_a_reader_is_offered_nothing_that_changes(reader_browser: Client, team: Team) -> None:
    document = make_document(team, pages=["a"], tags=["tag"])

    page = show(reader_browser)

    assert str(document.id) in page
    for mark in (
        'data-do="tag"',
        'data-do="trash"',
        '<button class="chip add-tag',
        "data-editable",
    ):
        assert mark not in page
    assert "data-download=" in page


def test_the_layout_is_remembered(browser: Client, team: Team) -> None:
    show(browser, layout="grid")

    assert 'data-layout="grid"' in show(browser)


@pytest.mark.parametrize("url", [INBOX, ALL, f"{ALL}?flag=disputed&tag=tag+1&owner=x"])
def test_a_list_costs_as_many_queries_for_many_as_for_few(
    team: Team, browser: Client, url: str, django_assert_max_num_queries: Any
) -> None:
    for number in (2, PAGE_SIZE):
        plant(team, number)
        with django_assert_max_num_queries(26):
            show(browser, url)


def test_views_are_saved_shown_and_forgotten(
    browser: Client, team: Team, reviewer: User, stranger_browser: Client
) -> None:
    plant(team, 4)
    given = {"name": "Doubtful", "list": "flag=disputed&tag=tag+1&box=inbox", "team": team.id}

    answer = browser.post(reverse("web:save-view"), given)
    page = browser.get(answer["Location"]).content.decode()

    view = SavedSearch.objects.get()
    assert view.is_view and view.team == team
    assert shown(page) == ["letter 001"]
    assert "Doubtful" in show(browser) and "Doubtful" not in show(stranger_browser)
    forget = reverse("web:forget-view", args=[view.id])
    stranger_browser.post(forget)
    assert SavedSearch.objects.exists()
    browser.post(forget)
    assert not SavedSearch.objects.exists()


def test_a_view_without_filters_is_refused_in_words(browser: Client, team: Team) -> None:
    answer = browser.post(reverse("web:save-view"), {"name": "x", "list": ""}, follow=True)

    assert "A saved search needs words or filters." in answer.content.decode()


def test_several_teams_are_told_apart(team: Team, db: None) -> None:
    user = make_user(team=team)
    other = make_team("Contracts")
    other.memberships.create(user=user, role="reviewer")
    make_document(other, title="contract", pages=["a"])
    make_document(team, title="bill", pages=["a"])
    browser = browser_of(user)

    assert "Contracts" in show(browser)
    assert shown(show(browser, team=str(other.id))) == ["contract"]


def test_what_was_uploaded_yesterday_is_one_choice(browser: Client, team: Team) -> None:
    now = timezone.localtime()
    for title, days in (("today", 0), ("yesterday", 1), ("older", 2)):
        make_document(team, title=title, created_at=now - datetime.timedelta(days=days))
    link = re.search(
        r'href="([^"]*)"[^>]*><span class="no-icon"></span>[^/]*Yesterday', show(browser)
    )
    assert link is not None
    chosen = html.unescape(link[1])

    assert shown(show(browser, chosen)) == ["yesterday"]
    assert 'aria-current="true"' in show(browser, chosen).partition("Yesterday")[0][-400:]
