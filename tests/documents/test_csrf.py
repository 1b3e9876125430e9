"""Forms behind a gateway that ends TLS: our own origin passes, every other is refused."""

from __future__ import annotations

import pytest
from django.test import Client
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from documents.http.csrf import SameOriginSessionAuthentication
from documents.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PASSED, REFUSED = 200, 403  # a wrong password is told with 200


def log_in_answer(**headers: str) -> int:
    """The status of a log-in form sent with these headers and a right token."""
    client = Client(enforce_csrf_checks=True)
    client.get("/login/", **headers)  # type: ignore[arg-type]
    form = {
        "username": "nobody",
        "password": "wrong",
        "csrfmiddlewaretoken": client.cookies["csrftoken"].value,
    }
    return client.post("/login/", form, **headers).status_code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "headers",
    [
        # No gateway.
        {"HTTP_HOST": "archive:8081", "HTTP_ORIGIN": "http://archive:8081"},
        # A gateway that tells nothing.
        {"HTTP_HOST": "archive.example", "HTTP_ORIGIN": "https://archive.example"},
        {"HTTP_HOST": "archive.example:443", "HTTP_ORIGIN": "https://archive.example"},
        {"HTTP_HOST": "archive.example:8443", "HTTP_ORIGIN": "https://archive.example:8443"},
        # One that tells the scheme, the host, or both.
        {
            "HTTP_HOST": "archive.example",
            "HTTP_ORIGIN": "https://archive.example",
            "HTTP_X_FORWARDED_PROTO": "https",
        },
        {
            "HTTP_HOST": "inner:8081",
            "HTTP_ORIGIN": "https://archive.example",
            "HTTP_X_FORWARDED_HOST": "archive.example",
        },
        {
            "HTTP_HOST": "inner:8081",
            "HTTP_ORIGIN": "https://archive.example",
            "HTTP_X_FORWARDED_HOST": "archive.example, gateway",
            "HTTP_X_FORWARDED_PROTO": "https",
        },
    ],
)
def test_a_form_of_our_own_passes(headers: dict[str, str]) -> None:
    assert log_in_answer(**headers) == PASSED


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://evil.example",
        "https://archive.example.evil.example",
        "https://archive.example:8443",
        "http://archive.example",  # the page was not loaded over TLS: somebody is in between
        "null",
        "https://[",
        "https://archive.example:port",
    ],
)
def test_any_other_origin_is_refused(origin: str) -> None:
    headers = {
        "HTTP_HOST": "archive.example",
        "HTTP_ORIGIN": origin,
        "HTTP_X_FORWARDED_PROTO": "https",
    }

    assert log_in_answer(**headers) == REFUSED


def test_a_form_without_its_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/login/")

    response = client.post("/login/", {"username": "nobody", "password": "wrong"})

    assert response.status_code == REFUSED


@pytest.mark.parametrize(
    ("origin", "passes"), [("https://archive.example", True), ("https://evil.example", False)]
)
def test_the_session_opens_the_api_under_the_same_rule(origin: str, passes: bool) -> None:
    token = "t" * 32
    request = APIRequestFactory(enforce_csrf_checks=True).post(
        "/api/v1/documents/",
        HTTP_HOST="archive.example",
        HTTP_ORIGIN=origin,
        HTTP_X_CSRFTOKEN=token,
    )
    request.COOKIES["csrftoken"] = token
    request.user = User(username="me", is_active=True)

    if passes:
        found = SameOriginSessionAuthentication().authenticate(Request(request))
        assert found is not None
    else:
        with pytest.raises(PermissionDenied):
            SameOriginSessionAuthentication().authenticate(Request(request))
