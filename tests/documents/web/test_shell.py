"""What surrounds every page: the rail, its counts, the user's menu, the theme."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from documents.actions.save_search import save_search
from documents.models import ReviewStatus, Team, User
from documents.web.shell import Shell, build_shell
from tests.documents.admin.conftest import browser_of
from tests.factories import make_document, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

HOME = "/"


def plant(team: Team, user: User, number: int) -> None:
    for index in range(number):
        make_document(team, title=f"letter {index}", pages=["text"], flags="low_confidence")
        save_search(actor=user, name=f"s{index}", text="text", filters={}, team_id=None)


def test_who_is_not_logged_in_is_led_to_the_log_in(db: None) -> None:
    answer = Client().get("/documents/?tag=a")

    assert answer["Location"] == "/login/?next=/documents/%3Ftag%3Da"


def test_a_part_of_a_page_sends_the_whole_page_to_the_log_in(db: None) -> None:
    shown = "https://archive.example/documents/?tag=a"

    answer = Client().get("/", headers={"HX-Request": "true", "HX-Current-URL": shown})

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/login/?next=%2Fdocuments%2F%3Ftag%3Da"


def shell_of(client: Client) -> Shell:
    return build_shell(client.get(reverse("web:search")).wsgi_request)


def test_the_rail_costs_as_many_queries_for_many_as_for_few(
    team: Team, reviewer: User, browser: Client, django_assert_num_queries: Any
) -> None:
    for number in (1, 20):
        plant(team, reviewer, number)
        request = browser.get(reverse("web:search")).wsgi_request
        assert request.user.is_authenticated  # the user is loaded
        with django_assert_num_queries(4):
            build_shell(request)


def test_the_rail_counts_what_the_person_may_review(
    team: Team, browser: Client, stranger_browser: Client
) -> None:
    make_document(team, title="a", pages=["text"], flags="low_confidence")
    make_document(team, title="b", pages=["text"], flags="")
    make_document(team, title="c", pages=["text"], flags="x", review_status=ReviewStatus.APPROVED)

    assert shell_of(browser).to_review == "1"
    assert shell_of(stranger_browser).to_review == ""


def test_a_person_in_no_team_is_told_what_to_do(db: None) -> None:
    page = browser_of(make_user("lonely")).get(HOME).content.decode()

    assert "You are in no team yet" in page
    assert "<b>lonely</b>" in page
    assert "data-upload" not in page
    assert "No documents yet" not in page and "All done" not in page


def test_nobody_is_sent_to_a_review_that_is_not_theirs(
    reader_browser: Client, browser: Client
) -> None:
    assert 'data-entry="review"' in browser.get(HOME).content.decode()
    assert 'data-entry="review"' not in reader_browser.get(HOME).content.decode()


def test_a_reader_has_no_upload_button(reader_browser: Client, browser: Client) -> None:
    assert "data-upload" not in reader_browser.get(HOME).content.decode()
    assert "data-upload" in browser.get(HOME).content.decode()


def test_only_administrators_are_led_to_the_admin(browser: Client, root_browser: Client) -> None:
    link = f'href="{reverse("admin:index")}"'

    assert link not in browser.get(HOME).content.decode()
    assert link in root_browser.get(HOME).content.decode()


def test_a_theme_is_remembered_and_forgotten(browser: Client) -> None:
    browser.post(reverse("web:theme"), {"theme": "dark", "next": "/documents/"})
    dark = browser.get(HOME).content.decode()
    answer = browser.post(reverse("web:theme"), {"theme": "auto", "next": "//evil.example"})

    assert 'data-theme="dark"' in dark
    assert browser.cookies["theme"].value == ""
    assert "data-theme" not in browser.get(HOME).content.decode()
    assert answer["Location"] == "/"


def test_logging_out_ends_the_session(browser: Client) -> None:
    browser.post(reverse("web:log-out"))

    assert browser.get(HOME).status_code == 302


def test_old_invitations_lead_to_the_new_page(db: None) -> None:
    assert Client().get("/admin/invitation/?key=abc")["Location"] == "/invitation/?key=abc"


def test_pages_are_sent_compressed_and_files_are_not(browser: Client, team: Team) -> None:
    document = make_document(team, pages=["text"])
    asked = {"accept-encoding": "gzip"}

    assert browser.get(HOME, headers=asked)["Content-Encoding"] == "gzip"
    answer = browser.get(reverse("api:document", args=[document.id]), headers=asked)
    assert not answer.has_header("Content-Encoding")
