"""The page where people log in, and the buttons that log out everywhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from documents.models import Team, User
from documents.sign_in.hash_queue import HashQueue
from documents.sign_in.known_devices import COOKIE
from documents.sign_in.tokens import create_token
from tests.documents.admin.conftest import browser_of
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LOG_IN = "/login/"
LIST = "/admin/documents/document/"


@pytest.fixture
def ann(team: Team) -> User:
    return make_user("ann", team=team, is_staff=True)


def fill_in(browser: Client, password: str, name: str = "ann") -> Any:
    return browser.post(LOG_IN, {"username": name, "password": password, "next": LIST})


def test_the_right_password_opens_the_page_that_was_asked_for(ann: User) -> None:
    browser = Client()

    answer = fill_in(browser, PASSWORD)

    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert browser.get(LIST).status_code == 200
    assert browser.cookies[COOKIE]["httponly"]


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(ann: User) -> None:
    told = []
    for name in ("ann", "bob"):
        page = fill_in(Client(), "guess", name).content.decode()
        told.append(page.partition('id="log-in-error"')[2].partition("</p>")[0])

    assert told[0] == told[1] != ""


def test_who_is_not_staff_logs_in_and_is_refused_the_admin_alone(ann: User) -> None:
    make_user("reader")
    browser = Client()

    answer = browser.post(LOG_IN, {"username": "reader", "password": PASSWORD})
    refused = browser.get(LIST, follow=True)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert browser.get("/").status_code == 200
    assert refused.status_code == 403


def test_the_admin_leads_to_the_log_in_and_back() -> None:
    answer = Client().get(LIST, follow=True)

    assert answer.redirect_chain[-1][0] == "/login/?next=%2Fadmin%2Fdocuments%2Fdocument%2F"
    assert 'name="next" value="/admin/documents/document/"' in answer.content.decode()


def test_a_log_in_leads_to_no_other_site(ann: User) -> None:
    form = {"username": "ann", "password": PASSWORD, "next": "https://evil.example/"}

    assert Client().post(LOG_IN, form)["Location"] == "/"


@pytest.mark.parametrize(
    ("language", "told"), [("en", "Try again in 1 second."), ("ru", "Повторите через 1 секунду.")]
)
def test_too_early_is_a_429_on_the_same_page_in_the_readers_language(
    ann: User, language: str, told: str
) -> None:
    browser = Client(headers={"accept-language": language})
    fill_in(browser, "guess")

    answer = fill_in(browser, PASSWORD)

    assert answer.status_code == 429
    assert answer["Retry-After"] == "1"
    page = answer.content.decode()
    assert told in page
    assert 'name="password"' in page, "the form is there to try again"


def test_a_full_queue_is_a_503_on_the_same_page(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("documents.actions.log_in.QUEUE", HashQueue(0, 1, 0.01))

    answer = fill_in(Client(), PASSWORD)

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0


def test_a_full_queue_stops_a_new_password_with_an_answer_of_ours(
    ann: User, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    browser = browser_of(ann)
    settings.PASSWORD_HASHERS = ["documents.sign_in.hashers.Argon2Hasher"]  # type: ignore[attr-defined]
    ann.set_password(PASSWORD)
    User.objects.filter(pk=ann.pk).update(password=ann.password)
    monkeypatch.setattr("documents.sign_in.hashers.QUEUE", HashQueue(0, 1, 0.01))

    answer = browser.post(
        reverse("admin:password_change"),
        {"old_password": PASSWORD, "new_password1": "x", "new_password2": "x"},
        headers={"accept-language": "ru"},
    )

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "Повторите через несколько секунд" in answer.content.decode()


def test_a_form_that_is_too_large_is_not_read(ann: User) -> None:
    assert fill_in(Client(), "x" * 100_000).status_code == 400


def test_changing_the_password_keeps_this_browser_and_ends_all_else(ann: User) -> None:
    here, elsewhere = browser_of(ann), browser_of(ann)
    _, token = create_token(ann)
    new = "another long secret"

    here.post(
        reverse("admin:password_change"),
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
    )

    assert here.get(LIST).status_code == 200
    assert elsewhere.get(LIST).status_code == 302
    header = {"authorization": f"Token {token}"}
    assert Client().get("/api/v1/documents/", headers=header).status_code == 401


def test_the_button_logs_out_everywhere(ann: User) -> None:
    here, elsewhere = browser_of(ann), browser_of(ann)
    address = reverse("admin:log_out_everywhere")
    assert f'action="{address}"' in here.get("/admin/").content.decode()

    assert here.get(address).status_code == 405
    answer = here.post(address, follow=True)

    assert "You are logged out on every device." in answer.content.decode()
    assert here.get(LIST).status_code == elsewhere.get(LIST).status_code == 302


def test_an_administrator_logs_out_somebody_else(root_browser: Client, ann: User) -> None:
    browser = browser_of(ann)
    address = reverse("admin:log_out_user_everywhere", args=[ann.pk])
    page = root_browser.get(reverse("admin:documents_user_change", args=[ann.pk]))
    assert f'action="{address}"' in page.content.decode()

    answer = root_browser.post(address)

    assert answer.status_code == 302
    assert browser.get(LIST).status_code == 302
    assert root_browser.get(LIST).status_code == 200


def test_others_may_not(browser: Client, ann: User) -> None:
    anns = browser_of(ann)

    answer = browser.post(reverse("admin:log_out_user_everywhere", args=[ann.pk]))

    assert answer.status_code == 404
    assert anns.get(LIST).status_code == 200
