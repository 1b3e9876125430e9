"""Where there is no page, a person reads why, in their language; a program gets a problem."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from documents.actions import decide
from tests.documents.admin.conftest import browser_of
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

RUSSIAN = {"accept-language": "ru"}


def shown(answer: Any, status: int) -> str:
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    return str(answer.content.decode())


def test_an_unknown_address_has_a_page_in_the_readers_language(client: Client) -> None:
    english = client.get("/nowhere")
    russian = client.get("/nowhere", headers=RUSSIAN)

    assert "Nothing is kept at this address" in shown(english, 404)
    assert "По этому адресу ничего нет" in shown(russian, 404)
    assert russian.headers["Content-Language"] == "ru"
    assert '<html lang="ru">' in russian.content.decode()


def test_what_a_client_sent_is_not_repeated_on_the_page(client: Client) -> None:
    page = shown(client.get("/<script>alert(1)</script>?a=<script>"), 404)

    assert "script" not in page


def test_an_address_used_in_another_way_has_a_page_and_says_what_is_allowed() -> None:
    team = make_team()
    document = make_document(team, pages=["text"])
    browser = browser_of(make_user(team=team, is_staff=True))
    url = reverse("admin:documents_document_verb", args=[document.id, "approve"])

    answer = browser.get(url, headers=RUSSIAN)

    assert "Этот адрес" in shown(answer, 405)
    assert answer.headers["Allow"] == "POST"


def test_a_probe_used_in_another_way_gets_a_problem(client: Client) -> None:
    answer = client.post("/health")

    assert answer.status_code == 405
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "method-not-allowed"


@pytest.mark.parametrize("path", ["/ocr/nothing/", "/mcp/nothing/", "/api/v1/nothing/"])
def test_an_unknown_address_of_programs_is_a_problem(client: Client, path: str) -> None:
    answer = client.get(path, headers={"accept": "text/html"})

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_form_that_is_too_old_has_a_page_of_ours() -> None:
    client = Client(enforce_csrf_checks=True)

    page = shown(client.post(reverse("log-in"), {"username": "a"}, headers=RUSSIAN), 403)

    assert "Откройте страницу заново" in page


def test_an_error_nobody_expected_has_a_page_too(monkeypatch: pytest.MonkeyPatch) -> None:
    team = make_team()
    document = make_document(team, pages=["text"])
    browser = browser_of(make_user(team=team, is_staff=True))
    browser.raise_request_exception = False

    def fail(*args: object, **options: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(decide, "_decide", fail)
    answer = browser.post(reverse("admin:documents_document_verb", args=[document.id, "approve"]))

    assert "a secret" not in shown(answer, 500)
    assert "An unexpected error" in answer.content.decode()
