"""A document's page on the server: who sees it, what it costs, what it tells its scripts."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from documents.actions.correct import correct
from documents.actions.decide import reject
from documents.errors import PasswordNeeded
from documents.models import Document, PageStatus, Role, Status, Team, User
from documents.review.edits import AddBlock
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def team() -> Team:
    return make_team("Accounts")


@pytest.fixture
def reviewer(team: Team) -> User:
    return make_user("reviewer", team=team)


@pytest.fixture
def browser(client: Client, reviewer: User) -> Client:
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    return client


def url(document: Document, name: str = "document", *args: object) -> str:
    return reverse(f"web:{name}", args=[document.id, *args])


def get_page(client: Client, document: Document, number: int = 1, **query: str) -> dict[str, Any]:
    answer = client.get(url(document, "document-page", number), query)
    assert answer.status_code == 200
    page: dict[str, Any] = answer.json()
    return page


@pytest.mark.parametrize("pages", [1, 300])
def test_its_queries_do_not_grow_with_its_pages(
    browser: Client, team: Team, django_assert_max_num_queries: Any, pages: int
) -> None:
    document = make_document(team, pages=["one"] * pages, tags=["a", "b"], flags=["low_confidence"])

    with django_assert_max_num_queries(24):
        assert browser.get(url(document)).status_code == 200
    with django_assert_max_num_queries(6):
        strip = browser.get(url(document, "document-strip")).json()
    with django_assert_max_num_queries(6):
        get_page(browser, document, pages)
    assert strip["states"] == "d" * pages


def test_what_a_person_may_not_see_is_not_there(client: Client, team: Team) -> None:
    document = make_document(team, pages=["one"])
    client.force_login(
        make_user("stranger", team=make_team()),
        backend="django.contrib.auth.backends.ModelBackend",
    )

    assert client.get(url(document)).status_code == 404
    for name in ("strip", "state", "facts", "hits", "similar"):
        assert client.get(url(document, f"document-{name}")).status_code == 404
    assert client.get(url(document, "document-page", 1)).status_code == 404
    missing = reverse("web:document", args=[uuid.uuid4()])
    assert client.get(missing).status_code == 404


def test_words_have_their_places_in_the_text_and_on_the_page(browser: Client, team: Team) -> None:
    document = make_document(team, pages=["one two\nthree"])

    block = get_page(browser, document)["blocks"][0]

    assert [block["text"][start:end] for start, end, *_ in block["words"]] == [
        "one",
        "two",
        "three",
    ]
    assert block["words"][2][2:6] == [100, 140, 160, 170]


def test_tables_and_formulas_are_sanitised_markup(browser: Client, team: Team) -> None:
    document = make_document(team, pages=["one"])
    edits = [
        AddBlock((1, 1, 90, 90), "table", "<script>alert(1)</script>\tb", None),
        AddBlock((1, 1, 90, 90), "display_formula", r"\frac{1}{2} \text{<script>x</script>}", None),
    ]
    correct(document.id, 1, {}, edits=edits, revision=0, actor=None)

    formula, table = get_page(browser, document)["blocks"][:2]

    assert "<mfrac>" in formula["math"] and "<script" not in formula["math"]
    assert "<script" not in table["table"] and "&lt;script&gt;" in table["table"]


def test_hits_are_marked_in_every_form(browser: Client, team: Team) -> None:
    document = make_document(team, pages=["Договоры аренды", "nothing"])

    assert get_page(browser, document, hit="договор")["hits"] == [[100, 100, 196, 130]]
    assert get_page(browser, document)["hits"] == []


def test_history_is_told_in_words(browser: Client, team: Team, reviewer: User) -> None:
    document = make_document(team, pages=["one"])
    edits = [AddBlock((1, 1, 90, 90), "text", "x")]
    correct(document.id, 1, {}, edits=edits, revision=0, actor=reviewer)
    reject(document.id, actor=reviewer, reason="Illegible")

    shown = browser.get(url(document)).content.decode()

    assert "Blocks changed: page 1" in shown
    assert "<q>Illegible</q>" in shown


def test_a_locked_file_asks_for_its_password(browser: Client, team: Team) -> None:
    document = make_document(team, status=Status.FAILED, error_code=PasswordNeeded.code)

    shown = browser.get(url(document)).content.decode()

    assert 'data-form="password"' in shown


def test_failed_pages_say_why_and_can_be_read_again(browser: Client, team: Team) -> None:
    document = make_document(
        team, status=Status.PARTIAL, pages=["one", None], failed=[2], error_code="damaged-page"
    )

    shown = browser.get(url(document)).content.decode()

    assert "Page 2</a>: The page is damaged" in shown
    assert 'data-verb="read-again" data-pages="failed"' in shown


def test_a_page_is_shown_before_it_is_read_and_anew_when_its_way_up_is_known(
    browser: Client, team: Team
) -> None:
    document = make_document(team, pages=["read", "waits"])
    waiting = document.pages.get(number=2)
    waiting.current_reading, waiting.status = None, PageStatus.PENDING
    waiting.save()
    image = reverse("api:page-image", args=[document.id, 1])

    assert get_page(browser, document, 1)["image"] == image
    assert get_page(browser, document, 2)["image"] == image.replace("/1/", "/2/") + "?unread"


def test_readers_are_offered_no_change(browser: Client, team: Team, reviewer: User) -> None:
    reviewer.memberships.update(role=Role.READER)
    document = make_document(team, pages=["one"])

    shown = browser.get(url(document)).content.decode()

    assert "data-verb" not in shown
    assert "title-input" not in shown
    assert "Original" in shown


def test_in_the_trash_nothing_changes_but_what_takes_it_out(browser: Client, team: Team) -> None:
    from django.utils import timezone

    document = make_document(team, pages=["one"], trashed_at=timezone.now())

    shown = browser.get(url(document)).content.decode()

    assert 'data-verb="restore"' in shown
    assert 'data-verb="approve"' not in shown
    assert '"correct": false' in shown


def test_it_is_in_russian_for_russians(browser: Client, team: Team) -> None:
    document = make_document(team, pages=["one"])

    shown = browser.get(url(document), headers={"accept-language": "ru"}).content.decode()

    assert "Одобрить" in shown
    assert "Страница {number}" in shown or "\\u0421\\u0442\\u0440" in shown
