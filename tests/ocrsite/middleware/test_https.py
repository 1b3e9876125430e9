"""Cookies are `Secure`, and browsers stay with https, where and only where https was used."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from ocrsite.middleware.https import MARKER, SecureCookies, came_by_https
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.any_database

HOST = {"HTTP_HOST": "archive.example"}


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_ORIGIN": "https://archive.example"},
        {"HTTP_ORIGIN": "https://archive.example:443"},
        {"HTTP_REFERER": "https://archive.example/login/?next=/"},
        {"HTTP_HOST": "inner:8081", "HTTP_X_FORWARDED_HOST": "archive.example",
         "HTTP_ORIGIN": "https://archive.example"},
        {"HTTP_COOKIE": f"{MARKER}=1"},
    ],
)  # fmt: skip
def test_https_is_seen(rf: RequestFactory, headers: dict[str, str]) -> None:
    assert came_by_https(rf.get("/", **{**HOST, **headers}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HTTP_X_FORWARDED_PROTO": "http"},
        {"HTTP_ORIGIN": "http://archive.example"},
        {"HTTP_ORIGIN": "https://other.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "https://["},
        {"HTTP_REFERER": "https://other.example/archive.example"},
        {"HTTP_REFERER": "http://archive.example/"},
        {"HTTP_HOST": "", "HTTP_ORIGIN": "https://"},
    ],
)
def test_plain_http_is_not_taken_for_https(rf: RequestFactory, headers: dict[str, str]) -> None:
    assert not came_by_https(rf.get("/", **{**HOST, **headers}))  # type: ignore[arg-type]


def log_in(client: Client, **headers: str) -> Any:
    make_user("ann", is_staff=True)
    form = {"username": "ann", "password": PASSWORD}
    client.get("/login/", **headers)  # type: ignore[arg-type]
    return client.post("/login/", form, **headers)  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [{"HTTP_X_FORWARDED_PROTO": "https"}, {"HTTP_ORIGIN": "https://archive.example"}],
    ids=["a gateway that says so", "a gateway that says nothing"],
)
def test_a_log_in_by_https_leaves_secure_cookies_only(headers: dict[str, str]) -> None:
    client = Client()

    answer = log_in(client, **HOST, **headers)

    assert answer.status_code == 302
    assert {"sessionid", "csrftoken", "known_device", MARKER} <= set(client.cookies)
    assert all(cookie["secure"] for cookie in client.cookies.values())
    assert answer["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.django_db
def test_a_log_in_by_http_works_and_promises_nothing() -> None:
    client = Client()

    answer = log_in(client, **HOST)

    assert not any(cookie["secure"] for cookie in answer.cookies.values())
    assert MARKER not in answer.cookies
    assert "Strict-Transport-Security" not in answer
    assert client.get("/admin/documents/user/", **HOST).status_code != 302  # type: ignore[arg-type]


@pytest.mark.django_db
def test_behind_a_silent_gateway_no_later_answer_weakens_a_cookie() -> None:
    client = Client()
    log_in(client, **HOST, HTTP_ORIGIN="https://archive.example")

    # A link from another site: neither Origin nor Referer of our own.
    answer = client.get("/admin/password_change/", **HOST)  # type: ignore[arg-type]

    assert answer.status_code == 200
    assert answer.cookies, "the CSRF cookie is set again"
    assert all(cookie["secure"] for cookie in answer.cookies.values())


def test_an_answer_without_cookies_gets_none(rf: RequestFactory) -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    response = SecureCookies(answer)(rf.get("/", HTTP_X_FORWARDED_PROTO="https"))

    assert not response.cookies
    assert response["Strict-Transport-Security"]
